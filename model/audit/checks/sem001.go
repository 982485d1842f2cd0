package checks

import (
	"fmt"

	"github.com/crosswall/crosswall/model/audit"
)

func sem001() audit.Check {
	return audit.Check{
		ID:         "SEM001",
		Title:      "A rule is covered by others that do the same",
		Severity:   audit.Medium,
		Why:        "A rule that never decides costs quota, and whoever edits it or the rules before it is misled about what holds.",
		Advice:     "remove the rule: no packet is treated otherwise without it",
		Kinds:      filters(),
		References: []audit.Reference{{Scheme: "Firewall Insights", ID: "shadowed rules", Provider: "gcp"}},
		Run: func(s *audit.Subject) []audit.Finding {
			var out []audit.Finding
			for _, x := range s.Dead() {
				if x.IsOpposed() || len(x.By) == 0 && x.Firewall.Kind == audit.NetworkPolicy {
					continue // a policy or peer that names nobody in the input is K8S005's, and may name somebody in the cluster
				}
				f := tellDead(x, fmt.Sprintf("%s: the rule %q never decides: %s", x.Firewall.Label(), audit.Describe(x.Rules[0], x.Direction), byWhom(x)))
				f.Advice = "remove the rule: no packet is treated otherwise without it"
				out = append(out, f)
			}
			return out
		},
	}
}

// byWhom says what decides in place of a rule.
func byWhom(x audit.Dead) string {
	switch n := len(x.By); n {
	case 0:
		return "it matches no packet"
	case 1:
		return fmt.Sprintf("%q matches all that it does", audit.Describe(x.By[0], x.Direction))
	default:
		return fmt.Sprintf("%d rules together match all that it does", n)
	}
}
