package checks

import (
	"slices"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
)

func gcp005() audit.Check {
	return audit.Check{
		ID:       "GCP005",
		Title:    "A rule that admits traffic names no source",
		Severity: audit.Low,
		Why: "For a rule without source ranges, tags and accounts, Google Cloud takes every IPv4 address. Who wrote it may have meant nobody, or everybody " +
			"inside.",
		Advice: "write down whom the rule is for, and 0.0.0.0/0 where it is everybody",
		Kinds:  gcpFirewalls(),
		References: slices.Concat(
			named("gcp", "", "CIS GCP 5.0", "3.6"),
		),
		Run: func(s *audit.Subject) []audit.Finding {
			var out []audit.Finding
			for _, r := range gcpRules(s) {
				if r.Direction != model.Ingress || !r.allows() || r.trait(audit.PeersOmitted) == "" {
					continue
				}
				from, _ := r.peers(s)
				f := r.finding("names no source, and so admits %s", from)
				f.Unsure = r.doubt()
				f.Fixes = r.update("--source-ranges CIDR,...")
				out = append(out, f)
			}
			return out
		},
	}
}
