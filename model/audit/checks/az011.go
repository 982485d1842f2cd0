package checks

import (
	"fmt"
	"slices"

	"github.com/crosswall/crosswall/model/audit"
)

func az011() audit.Check {
	return audit.Check{
		ID:       "AZ011",
		Title:    "A network interface has a public address, or forwards packets",
		Severity: audit.Low,
		Why: "With a public address only the network security groups are between the Internet and a machine; one that forwards may carry " +
			"packets of others past what is meant for them.",
		Advice: "publish services by a load balancer or a gateway, reach machines through Azure Bastion, and let only network appliances forward",
		Kinds:  []audit.Kind{audit.InterfaceKind},
		References: slices.Concat(
			named("azure", "", "CIS Azure 6.0", "7.7"),
			named("azure", "", prowler, "network_public_ip_shodan"),
			named("azure", "", trivy, "AZU-0076", "AZU-0075"),
			named("azure", "", checkov, "CKV_AZURE_119", "CKV_AZURE_118"),
		),
		Run: func(s *audit.Subject) []audit.Finding {
			var out []audit.Finding
			for _, x := range s.Estate.Interfaces {
				if x.Provider != "azure" {
					continue
				}
				if x.IsPublic == audit.Yes {
					out = append(out, withPublicAddress(x))
				}
				if x.Forwards == audit.Yes {
					out = append(out, nicForwarding(x))
				}
			}
			return out
		},
	}
}

func withPublicAddress(x audit.Interface) audit.Finding {
	text := nameIn(x.Object) + " has a public address"
	if words := publicWords(&x); len(words) > 0 {
		text += ", " + listed(words, 3)
	}
	return audit.Finding{Object: x.Object, Subject: "public address", Summary: text}
}

func nicForwarding(x audit.Interface) audit.Finding {
	f := audit.Finding{Object: x.Object, Subject: "forwarding", Summary: fmt.Sprintf("%s may forward packets of others", nameIn(x.Object))}
	const title = "End forwarding"
	switch {
	case audit.IsWritten(x.Origin):
		f.Fixes = edited(title, audit.Assign{Origin: x.Origin, Names: []string{"ip_forwarding_enabled", "enable_ip_forwarding"}, Value: "false"})
	case x.ID != "" && x.What == "interface":
		f.Fixes = []audit.Fix{{Title: title, Form: "az", Text: fmt.Sprintf("az network nic update --ids %q --ip-forwarding false", x.ID)}}
	}
	return f
}
