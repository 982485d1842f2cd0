package checks

import (
	"fmt"
	"slices"

	"github.com/crosswall/crosswall/model/audit"
)

func aws009() audit.Check {
	return audit.Check{
		ID:       "AWS009",
		Title:    "A security group or network ACL has no tags",
		Severity: audit.Info,
		Why:      "Tags say who owns a thing. Without, nobody knows whom to ask before a rule is changed.",
		Advice:   "tag it with its owner and its purpose",
		Kinds:    []audit.Kind{audit.SecurityGroup, audit.NetworkACL},
		References: slices.Concat(
			named("aws", audit.SecurityGroup, "CloudSploit", "securityGroupsHasTags"),
			named("aws", audit.NetworkACL, "CloudSploit", "networkAclHasTags"),
		),
		Run: func(s *audit.Subject) []audit.Finding {
			var out []audit.Finding
			for f := range s.Firewalls() {
				if f.Provider != "aws" || f.Kind != audit.SecurityGroup && f.Kind != audit.NetworkACL ||
					f.Loose || f.Standard == audit.Yes || len(f.Tags) > 0 || len(f.Traits) > 0 || f.Untold && f.Description.Unknown {
					continue
				}
				finding := audit.Finding{Object: f.Object, Summary: fmt.Sprintf("%s has no tags", f.Label())}
				if f.Untold {
					finding.Unsure = "it may get tags that are not written with it, such as default_tags of the provider"
				}
				out = append(out, finding)
			}
			return out
		},
	}
}
