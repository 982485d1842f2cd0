package checks

import (
	"fmt"
	"slices"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
)

func az012() audit.Check {
	return audit.Check{
		ID:       "AZ012",
		Title:    "A rule restricts the source port in place of the destination port",
		Severity: audit.Low,
		Why: "Whoever connects chooses the source port: an allow that is restricted by it opens every port to whoever sends from that one, " +
			"and matches hardly anybody else; a deny is evaded by sending from another.",
		Advice: "write the port as the destination port, and * as the source port",
		Kinds:  []audit.Kind{audit.NetworkSecurityGroup},
		Run: func(s *audit.Subject) []audit.Finding {
			var out []audit.Finding
			for f := range s.Firewalls(audit.NetworkSecurityGroup) {
				for _, told := range f.Rules {
					if one, ok := wrongPort(f, told); ok {
						out = append(out, one)
					}
				}
			}
			return out
		},
	}
}

// wrongPort is the finding about a rule for some source ports and every destination port; false where it is not so.
func wrongPort(f *audit.Firewall, told audit.Rule) (audit.Finding, bool) {
	i := slices.IndexFunc(told.Traits, func(t audit.Trait) bool { return t.Code == audit.SourcePorts })
	rules := rulesAt(f, told.Direction, told.Origin)
	anyPort := slices.ContainsFunc(rules, func(r model.Rule) bool {
		return slices.ContainsFunc(r.Traffic, func(t model.Service) bool { return t.Protocol.HasPorts() && t.Dst.IsAll() && !t.Src.IsAll() })
	})
	if i < 0 || !anyPort {
		return audit.Finding{}, false
	}
	return audit.Finding{Object: f.Object, Subject: told.Name, Causes: f.CausesOf(told.Direction, rules),
		Summary: fmt.Sprintf("rule %q of %s is for every destination port, and restricts the source port: %s", told.Name, nameIn(f.Object), told.Traits[i].Text)}, true
}
