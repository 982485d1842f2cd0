package checks

import (
	"fmt"
	"slices"

	"github.com/crosswall/crosswall/model/audit"
)

// groupsPerInterface is how many security groups an interface may have, unless the quota was raised (Amazon VPC quotas).
const groupsPerInterface = 5

func aws005() audit.Check {
	return audit.Check{
		ID:       "AWS005",
		Title:    "A security group is near its quota of rules, or an interface at its quota of groups",
		Severity: audit.Medium,
		Why: "AWS counts the rules of a group by direction and by family, a group as a rule of both, and a prefix list by the most entries that it may have. " +
			"The rule that no longer fits is refused, in the middle of a deployment.",
		Advice: "merge rules, or raise the quota of rules per security group: times the groups per interface it may be 1,000 at most",
		Kinds:  []audit.Kind{audit.SecurityGroup, audit.InterfaceKind},
		References: slices.Concat(
			named("aws", audit.SecurityGroup, prowler, "ec2_securitygroup_with_many_ingress_egress_rules"),
		),
		Run: func(s *audit.Subject) []audit.Finding {
			out := nearQuota(s, audit.SecurityGroup)
			for i := range s.Estate.Interfaces {
				x := &s.Estate.Interfaces[i]
				if x.Provider != "aws" || len(x.Firewalls) < groupsPerInterface {
					continue
				}
				out = append(out, audit.Finding{Object: x.Object, Severity: audit.Low, Subject: "groups",
					Summary: fmt.Sprintf("%s has %d security groups, and the quota is %d unless it was raised", x.Label(), len(x.Firewalls), groupsPerInterface)})
			}
			return out
		},
	}
}

// nearQuota finds firewalls of a kind that have used up most of a quota. A live one that is past what AWS grants had it raised, to what
// is not known.
func nearQuota(s *audit.Subject, kind audit.Kind) []audit.Finding {
	var out []audit.Finding
	for f := range s.Firewalls() {
		if f.Kind != kind || f.Provider != "aws" {
			continue
		}
		for _, q := range f.Quotas {
			if float64(q.Used) < s.Settings.QuotaShare*float64(q.Limit) || q.Used == 0 {
				continue
			}
			finding := audit.Finding{Object: f.Object, Attached: aclUsers(f), Subject: q.Name,
				Summary: fmt.Sprintf("%s has %d of %d %s", f.Label(), q.Used, q.Limit, q.Name)}
			switch {
			case q.Used <= q.Limit:
			case f.Address == "" && q.Adjustable:
				continue
			case q.Adjustable:
				finding.Severity, finding.Unsure = audit.High, "the quota may have been raised"
			default:
				finding.Severity = audit.High
			}
			out = append(out, finding)
		}
	}
	return out
}
