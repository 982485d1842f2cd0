package checks

import (
	"fmt"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model/audit"
)

// noDescription is what Terraform writes where nobody does (documentation of aws_security_group, description).
const noDescription = "Managed by Terraform"

func aws006() audit.Check {
	return audit.Check{
		ID:       "AWS006",
		Title:    "A security group or its rules have no description",
		Severity: audit.Low,
		Why:      "Nobody dares to remove a rule of which nobody knows why it is there.",
		Advice:   "say what each rule is for, and who asked for it. The description of a group cannot be changed later: the group is replaced",
		Kinds:    []audit.Kind{audit.SecurityGroup},
		References: slices.Concat(
			named("aws", "", trivy, "AWS-0099", "AWS-0124"),
			named("aws", "", checkov, "CKV_AWS_23"),
		),
		Run: func(s *audit.Subject) []audit.Finding {
			var out []audit.Finding
			for f := range s.Firewalls() {
				// The default group comes with a description that cannot be changed, and should have no rules: AWS001.
				if f.Kind != audit.SecurityGroup || f.Standard == audit.Yes || len(f.Traits) > 0 {
					continue
				}
				if !f.Loose && lacksWords(f.Description) {
					out = append(out, audit.Finding{Object: f.Object, Subject: "group", Summary: f.Label() + " has no description of its own"})
				}
				out = append(out, undescribed(f)...)
			}
			return out
		},
	}
}

// lacksWords reports whether a description surely says nothing.
func lacksWords(t audit.Text) bool {
	text := strings.TrimSpace(t.Value)
	return !t.Unknown && (text == "" || text == noDescription)
}

// undescribed finds the rules of a group without a description, as one finding.
func undescribed(f *audit.Firewall) []audit.Finding {
	var causes []audit.Cause
	n, all := 0, 0
	for _, r := range f.Rules {
		if r.Added {
			continue
		}
		all++
		if !lacksWords(r.Description) {
			continue
		}
		n++
		if len(causes) < mostCauses {
			causes = append(causes, audit.Cause{Text: fmt.Sprintf("%s rule without a description", r.Direction), Origin: r.Origin, Link: r.Link})
		}
	}
	if n == 0 {
		return nil
	}
	return []audit.Finding{{Object: f.Object, Causes: causes, Subject: "rules", Summary: fmt.Sprintf("%d of %d rules of %s have no description", n, all, f.Label())}}
}

// mostCauses is how many of many rules with the same fault are listed.
const mostCauses = 10
