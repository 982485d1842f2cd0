package checks

import (
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
)

func gcp007() audit.Check {
	return audit.Check{
		ID:         "GCP007",
		Title:      "A rule is not logged",
		Severity:   audit.Low,
		Why:        "Without logs, nobody can say afterwards whom a rule has let in or kept out, nor whether it is used at all.",
		Advice:     "turn on logs for the rule, with metadata",
		Kinds:      gcpFirewalls(),
		References: slices.Concat(named("gcp", "", cloudSploit, "firewallLoggingMetadata")),
		Run: func(s *audit.Subject) []audit.Finding {
			var out []audit.Finding
			for _, r := range gcpRules(s) {
				if r.Disabled || !r.does(model.Allow) && !r.does(model.Deny) {
					continue // nothing to log: what hands on to the next stage cannot be logged
				}
				switch text := r.trait(audit.LogsTrimmed); {
				case r.Logged == audit.No:
					f := r.finding("is not logged")
					f.Fixes = r.logging()
					out = append(out, f)
				case text != "":
					f := r.finding("is logged without metadata: %s", text)
					f.Fixes = r.update("--enable-logging --logging-metadata include-all")
					out = append(out, f)
				}
			}
			return out
		},
	}
}

// logging turns on the logs of a rule (documentation of google_compute_firewall, log_config).
func (r gcpRule) logging() []audit.Fix {
	if audit.IsWritten(r.Origin) && strings.HasPrefix(r.Origin.Object, "google_compute_firewall.") {
		return edited("Log what the rule decides", audit.Append{Origin: r.Origin, Text: "log_config {\n  metadata = \"INCLUDE_ALL_METADATA\"\n}"})
	}
	return r.update("--enable-logging")
}
