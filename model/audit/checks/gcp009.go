package checks

import (
	"fmt"

	"github.com/crosswall/crosswall/model/audit"
)

func gcp009() audit.Check {
	return audit.Check{
		ID:       "GCP009",
		Title:    "A rule is kept disabled, or is nearly full",
		Severity: audit.Info,
		Why: "A disabled rule is a click away from being enforced, long after anybody knows what it did. A rule that holds nearly as much as rules may " +
			"cannot take the next address.",
		Advice: "delete disabled rules, and split full ones or name their machines by tags, accounts or an address group",
		Kinds:  gcpFirewalls(),
		Run: func(s *audit.Subject) []audit.Finding {
			var out []audit.Finding
			for _, r := range gcpRules(s) {
				if r.Disabled {
					f := r.finding("is disabled and kept")
					f.Fixes = r.deletion()
					out = append(out, f)
				}
			}
			for f := range s.Firewalls() {
				if f.Provider == "gcp" {
					out = append(out, fullRules(s, f)...)
				}
			}
			return out
		},
	}
}

// fullRules finds quotas of a firewall that are nearly used up. More than there may be is what Google Cloud refuses.
func fullRules(s *audit.Subject, f *audit.Firewall) []audit.Finding {
	var out []audit.Finding
	for _, q := range f.Quotas {
		if q.Limit <= 0 || float64(q.Used) < s.Settings.QuotaShare*float64(q.Limit) {
			continue
		}
		found := audit.Finding{Object: f.Object, Subject: q.Name, Summary: fmt.Sprintf("%s uses %d of %d %s", f.Label(), q.Used, q.Limit, q.Name)}
		if q.Used > q.Limit {
			found.Severity = audit.Medium
			found.Summary += ", more than Google Cloud takes"
		}
		out = append(out, found)
	}
	return out
}
