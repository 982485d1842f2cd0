package checks

import (
	"fmt"
	"slices"

	"github.com/crosswall/crosswall/model/audit"
)

func aws002() audit.Check {
	return audit.Check{
		ID:       "AWS002",
		Title:    "The default security group of a VPC is in use",
		Severity: audit.Medium,
		Why:      "What has the default group was mostly given none: all that was forgotten in the VPC shares one set of rules.",
		Advice:   "give each of these a group of its own",
		Kinds:    []audit.Kind{audit.SecurityGroup},
		References: slices.Concat(
			named("aws", "", checkov, "CKV_AWS_248"),
			named("aws", "", "ScoutSuite", "ec2-default-security-group-in-use"),
			named("aws", "", "CloudSploit", "defaultSecurityGroupInUse"),
		),
		Run: func(s *audit.Subject) []audit.Finding {
			var out []audit.Finding
			for f := range s.Firewalls(audit.SecurityGroup) {
				if f.Standard != audit.Yes {
					continue
				}
				if users := aclUsers(f); len(users) > 0 {
					out = append(out, audit.Finding{Object: f.Object, Attached: users,
						Summary: fmt.Sprintf("%s is the default security group, and %s has it", f.Label(), someOf(users))})
					continue
				}
				for _, u := range f.Users {
					// Without a launch template or another configuration that says otherwise, AWS gives it the default group.
					if u.Kind == audit.InterfaceKind && u.Unsure != "" {
						out = append(out, audit.Finding{Object: f.Object, Unsure: u.Label + ": " + u.Unsure,
							Summary: fmt.Sprintf("%s is the default security group, and %s has it as far as is known", f.Label(), u.Label)})
						break
					}
				}
			}
			return out
		},
	}
}

// someOf names a few of many: "a, b and 3 more".
func someOf(labels []string) string {
	const most = 3
	switch {
	case len(labels) == 0:
		return "nothing"
	case len(labels) > most:
		return fmt.Sprintf("%s, %s and %d more", labels[0], labels[1], len(labels)-2)
	}
	text := labels[0]
	for i, l := range labels[1:] {
		if i == len(labels)-2 {
			text += " and " + l
		} else {
			text += ", " + l
		}
	}
	return text
}
