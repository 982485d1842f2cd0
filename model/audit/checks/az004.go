package checks

import (
	"fmt"
	"slices"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
)

func az004() audit.Check {
	return audit.Check{
		ID:       "AZ004",
		Title:    "A rule refuses the probes of a load balancer",
		Severity: audit.High,
		Why: "The probes come from 168.63.129.16, the service tag AzureLoadBalancer. A deny before the default rule that admits them makes " +
			"the load balancer take every machine for dead and send nothing.",
		Advice: "admit the service tag AzureLoadBalancer by a rule before the deny",
		Kinds:  []audit.Kind{audit.NetworkSecurityGroup},
		Run: func(s *audit.Subject) []audit.Finding {
			var out []audit.Finding
			for f := range s.Firewalls() {
				if served := balancedUnder(s, f); f.Kind == audit.NetworkSecurityGroup && len(served) > 0 {
					out = append(out, refusingProbes(f, served)...)
				}
			}
			return out
		},
	}
}

// balancedUnder is the labels of the interfaces under a firewall to which a load balancer sends, sorted.
func balancedUnder(s *audit.Subject, f *audit.Firewall) []string {
	var out []string
	for _, x := range s.Under(f.Key) {
		if x.Balanced == audit.Yes {
			out = append(out, x.Label())
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// refusingProbes is the finding about the rule of a group that refuses probes; none where there is none.
func refusingProbes(f *audit.Firewall, served []string) []audit.Finding {
	for _, told := range f.Rules {
		i := slices.IndexFunc(told.Traits, func(t audit.Trait) bool { return t.Code == audit.ProbesRefused })
		if i < 0 {
			continue
		}
		out := audit.Finding{Object: f.Object, Attached: served, Unsure: f.Partial,
			Summary: fmt.Sprintf("rule %q of %s refuses the probes of the load balancer that sends to %s", told.Name, nameIn(f.Object), fewOf(served)),
			Causes:  f.CausesOf(model.Ingress, rulesAt(f, model.Ingress, told.Origin))}
		if p, ok := freeBefore(f, told); ok {
			out.Fixes = admitProbes(f, p)
		}
		return []audit.Finding{out}
	}
	return nil
}

// freeBefore is the last priority before a rule that no rule has; false where there is none.
func freeBefore(f *audit.Firewall, told audit.Rule) (int, bool) {
	const first = 100
	taken := map[int]bool{}
	for _, r := range f.Rules {
		if r.Direction == told.Direction {
			taken[r.Priority] = true
		}
	}
	for p := told.Priority - 1; p >= first; p-- {
		if !taken[p] {
			return p, true
		}
	}
	return 0, false
}

// admitProbes are the changes that admit probes at a priority.
func admitProbes(f *audit.Firewall, priority int) []audit.Fix {
	const title = "admit the probes before it"
	const name = "AllowAzureLoadBalancerProbes"
	text := fmt.Sprintf(`security_rule {
  name                       = %q
  priority                   = %d
  direction                  = "Inbound"
  access                     = "Allow"
  protocol                   = "*"
  source_address_prefix      = "AzureLoadBalancer"
  source_port_range          = "*"
  destination_address_prefix = "*"
  destination_port_range     = "*"
}`, name, priority)
	fixes := []audit.Fix{{Title: title, Form: "terraform", Text: text}}
	if !slices.ContainsFunc(f.Rules, func(r audit.Rule) bool { return !r.Added && r.Origin.Path == "" }) { // a rule that is a resource of its own goes with no block
		fixes[0].Edits = []audit.Edit{audit.Append{Origin: f.Origin, Text: text}}
	}
	if group, named := resourceGroupOf(f.ID), f.Name; group != "" && named != "" {
		fixes = append(fixes, audit.Fix{Title: title, Form: "az", Text: fmt.Sprintf("az network nsg rule create --resource-group %q --nsg-name %q --name %s --priority %d "+
			"--direction Inbound --access Allow --protocol '*' --source-address-prefixes AzureLoadBalancer --source-port-ranges '*' "+
			"--destination-address-prefixes '*' --destination-port-ranges '*'", group, named, name, priority)})
	}
	return fixes
}
