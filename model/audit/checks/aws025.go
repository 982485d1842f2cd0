package checks

import (
	"fmt"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
)

func aws025() audit.Check {
	return audit.Check{
		ID:       "AWS025",
		Title:    "A network ACL refuses everything, or an entry that allows is never reached",
		Severity: audit.High,
		Why: "The entry with the lowest number decides. An entry that allows what entries above refuse does nothing, and an ACL without any that allow " +
			"cuts its subnets off.",
		Advice: "give the entry a number below those that deny, or take it out; keep an ACL that refuses everything for quarantine alone",
		Kinds:  []audit.Kind{audit.NetworkACL},
		Run: func(s *audit.Subject) []audit.Finding {
			var out []audit.Finding
			for f := range s.Firewalls(audit.NetworkACL) {
				if f.Partial == "" && (len(f.Users) > 0 || f.NotAll != "") && allows(f) == 0 {
					out = append(out, refusesAll(f))
				}
				for _, d := range []model.Direction{model.Ingress, model.Egress} {
					out = append(out, deadAllows(f, d)...)
				}
			}
			return out
		},
	}
}

// refusesAll is a finding about an ACL without an entry that allows. Of one that is on no subnet that is known, nobody is known to be cut off; and to take
// all entries from the default ACL, so that subnets which were given no other are shut, is usual.
func refusesAll(f *audit.Firewall) audit.Finding {
	out := audit.Finding{Object: f.Object, Attached: aclUsers(f), Subject: "everything",
		Summary: fmt.Sprintf("%s has no entry that allows anything, so that nothing enters or leaves its subnets", f.Label())}
	if len(out.Attached) > 0 {
		return out
	}
	out.Severity, out.Unsure = audit.Low, "it is not known whether it is on a subnet"
	if f.Standard == audit.Yes {
		out.Severity, out.Unsure = audit.Info, "it is not known whether there are such subnets"
		out.Summary = fmt.Sprintf("%s has no entry that allows anything, so that nothing enters or leaves subnets that have no other ACL", f.Label())
	}
	return out
}

// allows counts the entries that allow, or may.
func allows(f *audit.Firewall) int {
	n := 0
	for _, c := range f.AllChains() {
		for _, r := range c.Rules {
			if r.Action == model.Allow {
				n++
			}
		}
	}
	return n
}

// deadAllows finds entries that allow what entries above, all of which deny, surely refuse.
func deadAllows(f *audit.Firewall, d model.Direction) []audit.Finding {
	var out []audit.Finding
	for _, c := range f.Chains(d) {
		c.Guard = model.Guard{}
		index, err := model.NewList(c, d, model.Inventory{}).Index()
		if err != nil {
			continue // of so many entries that AWS has no room for them: AWS026
		}
		rules := index.List().Rules()
		for _, p := range index.Shadowed(model.Effort{}).Rules {
			if rules[p.Rule].Action != model.Allow || len(p.By) == 0 {
				continue
			}
			above := []model.Rule{rules[p.Rule]}
			denies := true
			for _, by := range p.By {
				if by < 0 || rules[by].Action != model.Deny {
					denies = false
					break
				}
				above = append(above, rules[by])
			}
			if !denies {
				continue
			}
			dead := rules[p.Rule]
			object := f.ObjectOf(d, above[:1])
			out = append(out, audit.Finding{Object: object, Attached: aclUsers(f), Causes: f.CausesOf(d, above), Fixes: takeOut(f, d, dead),
				Subject: fmt.Sprintf("%s %s %s", d, dead.Traffic, audit.SelectorText(dead.Peer)),
				Summary: fmt.Sprintf("%s entry %d of %s allows nothing: the entries above deny all of it", d, dead.Priority, f.Label())})
		}
	}
	return out
}
