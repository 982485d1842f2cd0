package checks

import (
	"strings"

	"github.com/crosswall/crosswall/model/audit"
)

func gcp008() audit.Check {
	return audit.Check{
		ID:       "GCP008",
		Title:    "A rule has no description",
		Severity: audit.Low,
		Why:      "Nobody dares to delete a rule of which nobody knows what it is for.",
		Advice:   "say in the description what the rule is for and who answers for it",
		Kinds:    gcpFirewalls(),
		Run: func(s *audit.Subject) []audit.Finding {
			var out []audit.Finding
			for _, r := range gcpRules(s) {
				text := strings.TrimSpace(r.Description.Value)
				if r.Description.Unknown || text != "" && !strings.EqualFold(text, "Managed by Terraform") {
					continue
				}
				says := "has no description"
				if text != "" {
					says = "has no description but who wrote it: " + text
				}
				f := r.finding("%s", says)
				f.Fixes = r.update(`--description "..."`)
				out = append(out, f)
			}
			return out
		},
	}
}
