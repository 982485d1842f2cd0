package checks

import (
	"fmt"

	"github.com/crosswall/crosswall/model/audit"
)

func sem002() audit.Check {
	return audit.Check{
		ID:         "SEM002",
		Title:      "A rule never decides, as earlier ones do the opposite",
		Severity:   audit.High,
		Why:        "Somebody wrote the rule to allow or to refuse something, and what happens is the opposite. A deny that never decides protects nothing.",
		Advice:     "put the rule before those that decide in its place, or remove it if what happens now is right",
		Kinds:      filters(),
		References: []audit.Reference{{Scheme: "Firewall Insights", ID: "shadowed rules", Provider: "gcp"}},
		Run: func(s *audit.Subject) []audit.Finding {
			var out []audit.Finding
			for _, x := range s.Dead() {
				if x.IsOpposed() {
					f := tellDead(x, fmt.Sprintf("%s: the rule %q is of no effect: %s, and the opposite is done", x.Firewall.Label(), audit.Describe(x.Rules[0], x.Direction), byWhom(x)))
					f.Fixes = nil // what is meant is for the owner to say
					out = append(out, f)
				}
			}
			return out
		},
	}
}
