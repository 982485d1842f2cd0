package checks

import (
	"fmt"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
)

func sem007() audit.Check {
	return audit.Check{
		ID:       "SEM007",
		Title:    "Rules overlap in part and disagree, so that their order matters",
		Severity: audit.Low,
		Why: "An exception that is a part of a wider rule is easy to see. Two rules that overlap in part, one of which allows what the other refuses, " +
			"change what passes when somebody renumbers them.",
		Advice: "write the overlap as a rule of its own, so that it is plain what is meant to happen to it",
		Kinds:  []audit.Kind{audit.NetworkACL, audit.FirewallRules, audit.FirewallPolicy, audit.NetworkSecurityGroup, audit.AdminRules},
		Run: func(s *audit.Subject) []audit.Finding {
			var out []audit.Finding
			for f := range s.Firewalls() {
				for d, c := range f.AllChains() {
					out = append(out, correlated(s, f, c, d)...)
				}
			}
			return out
		},
	}
}

// mostConflicts is how many pairs of rules of one list are told.
const mostConflicts = 20

// correlated finds the pairs of rules of a chain that overlap in part and disagree.
func correlated(s *audit.Subject, f *audit.Firewall, c model.Chain, d model.Direction) []audit.Finding {
	if c.Order == model.AnyAllow || len(c.Rules) < 2 {
		return nil
	}
	list := s.RuleList(c, d)
	index, err := list.Index()
	if err != nil {
		return nil // what is not known was reported when it was read
	}
	rules := c.InTurn()
	added := func(r model.Rule) bool { told, ok := f.RuleAt(d, r.Origin); return ok && told.Added }
	var out []audit.Finding
	for x := range index.Conflicts() {
		a, b := rules[x.Earlier], rules[x.Later]
		if x.Nested || added(a) || added(b) || a.Origin == b.Origin || a.Action == model.Pass || b.Action == model.Pass {
			continue
		}
		if len(out) == mostConflicts {
			break
		}
		pair := []model.Rule{a, b}
		example := x.Example
		out = append(out, audit.Finding{Object: f.ObjectOf(d, pair), Causes: f.CausesOf(d, pair), Example: &example, Subject: d.String() + " " + textsOf(pair, d),
			Summary: fmt.Sprintf("%s: %q and %q overlap in part and disagree; %s", f.Label(), audit.Describe(a, d), audit.Describe(b, d), whoDecides(c.Order, a, b))})
	}
	return out
}

// whoDecides says which of two rules that are asked one after the other decides, and why. Of VPC firewall rules of Google Cloud with one priority the one
// that denies does ("VPC firewall rules", priority), in whatever order they are written.
func whoDecides(o model.Order, a, b model.Rule) string {
	if o == model.PriorityDenyWins && a.Priority == b.Priority {
		return fmt.Sprintf("both have priority %d, and the one that denies decides", a.Priority)
	}
	return "the first decides"
}
