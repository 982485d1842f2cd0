package checks

import (
	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
)

func gcp006() audit.Check {
	return audit.Check{
		ID:       "GCP006",
		Title:    "A rule names source ranges and source tags or accounts, of which one is enough",
		Severity: audit.Low,
		Why: "A source matches where it is in the ranges or has one of the tags or accounts. Who meant machines with the tag that are in the range has a rule " +
			"that is wider than that.",
		Advice: "write a rule for the ranges and one for the tags, so that both say what they do, or leave out what was meant to narrow the other",
		Kinds:  []audit.Kind{audit.FirewallRules},
		Run: func(s *audit.Subject) []audit.Finding {
			var out []audit.Finding
			for _, r := range gcpRules(s) {
				if r.trait(audit.PeersJoined) == "" || r.Direction != model.Ingress || len(r.made) == 0 {
					continue
				}
				verb := "admits"
				if !r.allows() {
					verb = "refuses"
				}
				f := r.finding("%s everybody in its source ranges, and besides these whoever has one of its source tags or accounts, from wherever", verb)
				f.Unsure = r.doubt()
				out = append(out, f)
			}
			return out
		},
	}
}
