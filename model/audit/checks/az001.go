package checks

import (
	"fmt"
	"slices"

	"github.com/crosswall/crosswall/model/audit"
)

func az001() audit.Check {
	return audit.Check{
		ID:       "AZ001",
		Title:    "A subnet has no network security group",
		Severity: audit.High,
		Why: "Where neither the subnet nor the interface has a network security group, nothing is filtered: a machine that is added later " +
			"is open to the virtual network, its peers and gateways from its first minute.",
		Advice: "attach a network security group to the subnet, and leave those of interfaces for exceptions",
		Kinds:  []audit.Kind{audit.SubnetKind},
		References: slices.Concat(
			named("azure", "", "CIS Azure 6.0", "7.11"),
			named("azure", "", prowler, "network_subnet_nsg_associated"),
			named("azure", "", checkov, "CKV2_AZURE_31"),
		),
		Run: func(s *audit.Subject) []audit.Finding {
			var out []audit.Finding
			inside := interfacesBySubnet(s)
			for _, n := range s.Estate.Subnets {
				// Subnets of gateways and of Azure's own services are left out: there a group is refused, or optional.
				if n.Provider == "azure" && len(n.Firewalls) == 0 && (n.Role == "" || n.Role == appGateway) {
					out = append(out, unguarded(s, n, inside[n.Key]))
				}
			}
			return out
		},
	}
}

// appGateway is the role of a subnet in which an application gateway is. It may have a group, and nothing else is in it.
const appGateway = "application gateway"

// unguarded is the finding about a subnet without a group. It matters less where every interface in it has one by itself.
func unguarded(s *audit.Subject, n audit.Subnet, inside []*audit.Interface) audit.Finding {
	f := audit.Finding{Object: n.Object, Summary: fmt.Sprintf("subnet %s has no network security group", nameIn(n.Object)), Unsure: n.NotAll}
	bare, past := 0, 0
	for _, x := range inside {
		if x.Past {
			past++
			continue
		}
		f.Attached = append(f.Attached, x.Label())
		if len(nsgsAmong(s, x.Firewalls)) == 0 {
			bare++
		}
	}
	slices.Sort(f.Attached)
	f.Attached = slices.Compact(f.Attached)
	switch {
	case n.Role == appGateway:
		f.Severity = audit.Low
		f.Summary += "; an application gateway is in it"
	case s.Estate.Unread[audit.InterfaceKind] != "":
	case len(inside) == 0:
		f.Severity = audit.Low
		f.Summary += ", and no network interface is in it"
	case len(inside) == past:
		f.Severity = audit.Low
		f.Summary += ", and nothing is in it but private endpoints, which none would filter"
	case bare == 0:
		f.Severity = audit.Low
		f.Summary += "; each interface in it has one of its own"
	}
	return f
}
