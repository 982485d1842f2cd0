package checks

import (
	"fmt"
	"slices"

	"github.com/crosswall/crosswall/model/audit"
)

func aws003() audit.Check {
	return audit.Check{
		ID:       "AWS003",
		Title:    "Nothing uses a security group",
		Severity: audit.Low,
		Why:      "Groups that nothing has are kept for no reason, and get onto machines by mistake with rules that nobody looked at for years.",
		Advice:   "make sure that no launch template, other configuration or account with a peered VPC names the group, and delete it",
		Kinds:    []audit.Kind{audit.SecurityGroup},
		References: slices.Concat(
			named("aws", "", prowler, "ec2_securitygroup_not_used"),
			named("aws", "", checkov, "CKV2_AWS_5"),
			named("aws", "", "ScoutSuite", "ec2-unused-security-group"),
			named("aws", "", "CloudSploit", "unusedSecurityGroups"),
		),
		Run: func(s *audit.Subject) []audit.Finding {
			var out []audit.Finding
			for f := range s.Firewalls() {
				// The default group cannot be deleted. One that is made elsewhere is used elsewhere.
				// Of a live group whose users were not read, nothing is known.
				if f.Kind != audit.SecurityGroup || f.NotAll != "" && f.Address == "" || f.Standard == audit.Yes || f.Loose || len(f.Users) > 0 || len(f.Traits) > 0 {
					continue
				}
				finding := audit.Finding{Object: f.Object, Summary: fmt.Sprintf("no interface has %s, and no rule of another group names it", f.Label())}
				if f.NotAll != "" {
					finding.Unsure, finding.Severity = f.NotAll, audit.Info
					finding.Summary = fmt.Sprintf("nothing that was read has %s or names it", f.Label())
				}
				if f.Address == "" && f.NotAll == "" {
					finding.Fixes = []audit.Fix{{Title: "Delete the group, unless a launch template or another account names it", Form: "aws", Text: "aws ec2 delete-security-group --group-id " + f.ID}}
				}
				out = append(out, finding)
			}
			return out
		},
	}
}
