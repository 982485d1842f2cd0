package checks

import (
	"github.com/crosswall/crosswall/model/audit"
)

func aws026() audit.Check {
	return audit.Check{
		ID:       "AWS026",
		Title:    "A network ACL is near its quota of entries",
		Severity: audit.Medium,
		Why: "AWS counts entries by direction and by family, with the default deny: 20, and 40 at most on request. The entry that no longer fits is refused, " +
			"in the middle of a deployment.",
		Advice: "merge entries, or leave to security groups what they can refuse; raise the quota of entries, to 40 at most",
		Kinds:  []audit.Kind{audit.NetworkACL},
		Run:    func(s *audit.Subject) []audit.Finding { return nearQuota(s, audit.NetworkACL) },
	}
}
