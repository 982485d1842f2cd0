package checks

import (
	"fmt"

	"github.com/crosswall/crosswall/model/audit"
)

func az002() audit.Check {
	return audit.Check{
		ID:       "AZ002",
		Title:    "A network security group is attached to nothing",
		Severity: audit.Medium,
		Why: "A group that is attached to nothing filters nobody: either its rules are taken for a protection that is not there, " +
			"or it is left over.",
		Advice: "attach the group to the subnet that it is meant for, or delete it",
		Kinds:  []audit.Kind{audit.NetworkSecurityGroup},
		Run: func(s *audit.Subject) []audit.Finding {
			var out []audit.Finding
			for f := range s.Firewalls(audit.NetworkSecurityGroup) {
				if len(f.Users) > 0 {
					continue
				}
				where := ""
				if f.NotAll != "" {
					where = " in what was read"
				}
				out = append(out, audit.Finding{Object: f.Object, Unsure: f.NotAll,
					Summary: fmt.Sprintf("network security group %s is attached to nothing%s, so that it filters nobody", nameIn(f.Object), where)})
			}
			return out
		},
	}
}
