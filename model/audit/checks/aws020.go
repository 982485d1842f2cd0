package checks

import (
	"fmt"
	"slices"

	"github.com/crosswall/crosswall/model/audit"
)

func aws020() audit.Check {
	return audit.Check{
		ID:       "AWS020",
		Title:    "A network ACL is on no subnet",
		Severity: audit.Low,
		Why:      "It filters nothing. Mostly somebody believes that it does: the subnets that it was made for have the default one.",
		Advice:   "put it on the subnets that it is for, or delete it",
		Kinds:    []audit.Kind{audit.NetworkACL},
		References: slices.Concat(
			named("aws", "", prowler, "ec2_networkacl_unused"),
			named("aws", "", checkov, "CKV2_AWS_1"),
			named("aws", "", "Security Hub", "EC2.16"),
			named("aws", "", "ScoutSuite", "vpc-network-acl-not-used"),
		),
		Run: func(s *audit.Subject) []audit.Finding {
			var out []audit.Finding
			for f := range s.Firewalls(audit.NetworkACL) {
				if f.Standard != audit.No || f.Loose || len(f.Users) > 0 {
					continue
				}
				finding := audit.Finding{Object: f.Object, Unsure: f.NotAll, Summary: f.Label() + " is on no subnet and filters nothing"}
				if f.Address == "" && f.NotAll == "" {
					finding.Fixes = []audit.Fix{{Title: "Delete it", Form: "aws", Text: fmt.Sprintf("aws ec2 delete-network-acl --network-acl-id %s", f.ID)}}
				}
				out = append(out, finding)
			}
			return out
		},
	}
}
