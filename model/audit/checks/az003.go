package checks

import (
	"fmt"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
)

func az003() audit.Check {
	return audit.Check{
		ID:       "AZ003",
		Title:    "A gateway's subnet has a network security group",
		Severity: audit.Medium,
		Why: "Azure does not support a network security group on the subnet of a VPN or ExpressRoute gateway: with one the gateway " +
			"may stop working.",
		Advice: "remove the group from GatewaySubnet, and filter what comes through the gateway at the subnets behind it",
		Kinds:  []audit.Kind{audit.SubnetKind},
		Run: func(s *audit.Subject) []audit.Finding {
			var out []audit.Finding
			for _, n := range s.Estate.Subnets {
				if n.Provider != "azure" || n.Role != "gateway" {
					continue
				}
				for _, k := range n.Firewalls {
					out = append(out, onGateway(s, n, k))
				}
			}
			return out
		},
	}
}

// onGateway is the finding about a group on the subnet of a gateway.
func onGateway(s *audit.Subject, n audit.Subnet, k model.Group) audit.Finding {
	label := string(k)
	if f, ok := s.Firewall(k); ok {
		label = nameIn(f.Object)
	}
	out := audit.Finding{Object: n.Object, Subject: string(k),
		Summary: fmt.Sprintf("network security group %s is attached to %s, the subnet of a gateway", label, nameIn(n.Object))}
	if n.ID != "" {
		out.Fixes = []audit.Fix{{Title: "Remove the group from the subnet", Form: "az",
			Text: fmt.Sprintf("az network vnet subnet update --ids %q --remove networkSecurityGroup", n.ID)}}
	}
	return out
}
