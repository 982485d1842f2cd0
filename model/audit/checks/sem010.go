package checks

import (
	"fmt"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
)

func sem010() audit.Check {
	return audit.Check{
		ID:       "SEM010",
		Title:    "An entry of a network ACL is about traffic inside a subnet, which the ACL never sees",
		Severity: audit.Low,
		Why:      "A network ACL filters what crosses the edge of a subnet. Between machines of one subnet it decides nothing, whatever its entries say.",
		Advice:   "use security groups between machines of a subnet, or put them in subnets of their own; take the entry out",
		Kinds:    []audit.Kind{audit.NetworkACL},
		Run: func(s *audit.Subject) []audit.Finding {
			var out []audit.Finding
			for f := range s.Firewalls() {
				subnet, ok := onlySubnet(s, f)
				if !ok {
					continue
				}
				for d, c := range f.AllChains() {
					out = append(out, insideOnly(f, subnet, d, c.Rules)...)
				}
			}
			return out
		},
	}
}

// onlySubnet is the one subnet that an ACL is on; false where there may be others, or its addresses are not known.
func onlySubnet(s *audit.Subject, f *audit.Firewall) (*audit.Subnet, bool) {
	if f.Kind != audit.NetworkACL || len(f.Users) != 1 || f.Users[0].Unsure != "" {
		return nil, false
	}
	n, ok := s.Subnet(f.Users[0].Key)
	return n, ok && !n.Addrs.IsEmpty()
}

// insideOnly finds the rules whose peers are all in the subnet.
func insideOnly(f *audit.Firewall, n *audit.Subnet, d model.Direction, rules []model.Rule) []audit.Finding {
	var out []audit.Finding
	for _, r := range rules {
		at, ok := r.Peer.(model.At)
		if !ok || at.Addrs.IsEmpty() || !n.Addrs.Covers(at.Addrs) {
			continue
		}
		only := []model.Rule{r}
		finding := audit.Finding{Object: f.ObjectOf(d, only), Attached: aclUsers(f), Causes: f.CausesOf(d, only), Fixes: takeOut(f, d, r),
			Subject: fmt.Sprintf("%s %s %s %s", d, r.Action, r.Traffic, at.Addrs),
			Summary: fmt.Sprintf("%s entry %d of %s is about %s, which is inside %s: the ACL never sees that traffic", d, r.Priority, f.Label(), at.Addrs, n.Label())}
		if f.NotAll != "" {
			finding.Unsure, finding.Fixes = f.NotAll, nil
		}
		out = append(out, finding)
	}
	return out
}
