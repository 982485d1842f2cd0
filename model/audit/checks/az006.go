package checks

import (
	"fmt"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
)

func az006() audit.Check {
	return audit.Check{
		ID:       "AZ006",
		Title:    "A network security group is nearly full, or has a priority twice",
		Severity: audit.Medium,
		Why: "Azure refuses two rules of one direction with the same priority, more than 1,000 rules, and more than 4,000 addresses and ranges at an end: " +
			"the change that is one too many fails when it is applied.",
		Advice: "give each rule a priority of its own, and merge rules and addresses before the group is full",
		Kinds:  []audit.Kind{audit.NetworkSecurityGroup},
		Run: func(s *audit.Subject) []audit.Finding {
			var out []audit.Finding
			for f := range s.Firewalls(audit.NetworkSecurityGroup) {
				out = append(out, nsgClashes(f)...)
				out = append(out, nsgNearlyFull(f, s.Settings.QuotaShare)...)
			}
			return out
		},
	}
}

// nsgClashes finds the priorities that several rules of a group have.
func nsgClashes(f *audit.Firewall) []audit.Finding {
	type place struct {
		way      model.Direction
		priority int
	}
	at := map[place][]audit.Rule{}
	var order []place
	for _, r := range f.Rules {
		if slices.ContainsFunc(r.Traits, func(t audit.Trait) bool { return t.Code == audit.SameNumber }) {
			p := place{r.Direction, r.Priority}
			if len(at[p]) == 0 {
				order = append(order, p)
			}
			at[p] = append(at[p], r)
		}
	}
	var out []audit.Finding
	for _, p := range order {
		var names []string
		var rules []model.Rule
		for _, r := range at[p] {
			names = append(names, fmt.Sprintf("%q", r.Name))
			rules = append(rules, rulesAt(f, p.way, r.Origin)...)
		}
		slices.Sort(names)
		way := "inbound"
		if p.way == model.Egress {
			way = "outbound"
		}
		subject := fmt.Sprintf("%s %s", way, strings.Join(slices.Compact(names), ", "))
		out = append(out, audit.Finding{Object: f.Object, Subject: subject, Causes: f.CausesOf(p.way, rules),
			Summary: fmt.Sprintf("%s rules %s of %s all have priority %d, which Azure refuses", way, strings.Join(slices.Compact(names), ", "), nameIn(f.Object), p.priority)})
	}
	return out
}

// nsgNearlyFull finds the limits of which a group uses a share or more.
func nsgNearlyFull(f *audit.Firewall, share float64) []audit.Finding {
	var out []audit.Finding
	for _, q := range f.Quotas {
		if q.Limit == 0 || float64(q.Used) < share*float64(q.Limit) || q.Used == 0 {
			continue
		}
		text := fmt.Sprintf("%s has %d of %d %s", nameIn(f.Object), q.Used, q.Limit, q.Name)
		if q.Used > q.Limit {
			text = fmt.Sprintf("%s has %d %s, and Azure takes %d", nameIn(f.Object), q.Used, q.Name, q.Limit)
		}
		out = append(out, audit.Finding{Object: f.Object, Subject: q.Name, Summary: text})
	}
	return out
}
