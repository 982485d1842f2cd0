package checks

import (
	"fmt"
	"slices"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
)

func gcp013() audit.Check {
	return audit.Check{
		ID:       "GCP013",
		Title:    "The order of firewall policies and VPC firewall rules decides what passes",
		Severity: audit.Medium,
		Why: "Each stage ends the matter, whether it admits or refuses. Where VPC firewall rules are asked before a network firewall policy, what they admit " +
			"the policy cannot refuse, though it looks as if it did; where a policy is asked first, what it admits no VPC firewall rule refuses.",
		Advice: "say the same in both, hand on with goto_next what the later stage should decide, or set the network's firewall policy enforcement order",
		Kinds:  []audit.Kind{audit.NetworkKind},
		Run: func(s *audit.Subject) []audit.Finding {
			var out []audit.Finding
			for i := range s.Estate.Networks {
				n := &s.Estate.Networks[i]
				for _, other := range n.Others {
					out = append(out, ordered(s, n, other)...)
				}
			}
			return out
		},
	}
}

// onlyOn is an inventory with the members alone that may be on a network: on others, its rules have no word. Whom these talk to inside is
// told by their addresses.
func onlyOn(inv model.Inventory, network model.Group) model.Inventory {
	may := inv.Resolve(network).May
	inv.Members = slices.DeleteFunc(inv.Members, func(m model.Member) bool { return may.At(m.ID).IsEmpty() })
	return inv
}

// ordered finds what another order would change on a network: what passes now and would be refused, and what is refused now and would
// pass. Where nobody can choose the order, only what passes counts: that an earlier stage refuses is what it is there for.
func ordered(s *audit.Subject, n *audit.Network, other audit.Ordering) []audit.Finding {
	layer := func(o audit.Ordering) model.Policy {
		return model.Policy{Layers: []model.Layer{{Name: n.Label(), State: model.Stateful, Ingress: o.Ingress, Egress: o.Egress}}}
	}
	now, then := layer(n.Now), layer(other)
	inv := onlyOn(anyPort(s.Inventory), n.Key)
	d := model.Compare(then, now, inv)
	text := n.Now.Text
	if other.Fixed {
		text = other.Text
	}
	var out []audit.Finding
	add := func(part model.Region, does, would string) {
		if part.IsEmpty() {
			return
		}
		f := audit.Finding{Object: n.Object, Open: part, Subject: other.Text + ": " + does,
			Summary: fmt.Sprintf("on %s, %s: the one %s %s, which the other would %s", n.Label(), text, does, few(audit.TrafficOf(part)), would)}
		if flow, ok := part.Example(); ok {
			f.Causes = append(deciding(now, inv, flow), deciding(then, inv, flow)...)
		}
		out = append(out, f)
	}
	add(d.Opened, "admits", "refuse")
	if !other.Fixed {
		add(d.Closed, "refuses", "admit")
	}
	return out
}
