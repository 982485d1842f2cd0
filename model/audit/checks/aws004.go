package checks

import (
	"fmt"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model/audit"
)

func aws004() audit.Check {
	return audit.Check{
		ID:       "AWS004",
		Title:    "A security group was made by the launch wizard",
		Severity: audit.Medium,
		Why:      "The wizard of the console makes a group for every machine that is started by hand, with SSH or RDP open to the Internet unless somebody says otherwise.",
		Advice:   "move what has the group to one that was made on purpose, and delete it",
		Kinds:    []audit.Kind{audit.SecurityGroup},
		References: slices.Concat(
			named("aws", "", prowler, "ec2_securitygroup_from_launch_wizard"),
			named("aws", "", "CloudSploit", "launchWizardSecurityGroups"),
		),
		Run: func(s *audit.Subject) []audit.Finding {
			var out []audit.Finding
			for f := range s.Firewalls(audit.SecurityGroup) {
				if !byWizard(f.Name) && !byWizard(f.Description.Value) {
					continue
				}
				out = append(out, audit.Finding{Object: f.Object, Attached: aclUsers(f),
					Summary: fmt.Sprintf("%s was made by the launch wizard of the console, by its name", f.Label())})
			}
			return out
		},
	}
}

// byWizard reports whether a name or description is one that the wizard gives: "launch-wizard-12 created ...", and "rds-launch-wizard" of the one for databases.
func byWizard(text string) bool {
	if text == "rds-launch-wizard" {
		return true
	}
	rest, ok := strings.CutPrefix(strings.TrimPrefix(text, "rds-"), "launch-wizard-")
	return ok && rest != "" && rest[0] >= '0' && rest[0] <= '9'
}
