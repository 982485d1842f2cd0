package checks

import (
	"fmt"

	"github.com/crosswall/crosswall/model/audit"
)

func aws007() audit.Check {
	return audit.Check{
		ID:       "AWS007",
		Title:    "A rule names a security group that is gone",
		Severity: audit.Low,
		Why:      "When a peered VPC or one of its groups goes, rules that name the group stay. They admit nothing, count against the quota, and make people believe in a path that is not there.",
		Advice:   "remove the rule",
		Kinds:    []audit.Kind{audit.SecurityGroup},
		Run: func(s *audit.Subject) []audit.Finding {
			return traitFindings(s, audit.SecurityGroup, audit.StaleReference, func(f *audit.Firewall, r *audit.Rule, t audit.Trait) audit.Finding {
				out := audit.Finding{Summary: fmt.Sprintf("an %s rule of %s admits nothing: %s", r.Direction, f.Label(), t.Text)}
				out.Fixes = revokes(f, []audit.Cause{{Origin: r.Origin}})
				return out
			})
		},
	}
}

// traitFindings makes a finding of each rule of a kind of firewall that has a trait.
func traitFindings(s *audit.Subject, kind audit.Kind, code audit.TraitCode, say func(*audit.Firewall, *audit.Rule, audit.Trait) audit.Finding) []audit.Finding {
	var out []audit.Finding
	for f := range s.Firewalls(kind) {
		for j := range f.Rules {
			r := &f.Rules[j]
			for _, t := range r.Traits {
				if t.Code != code {
					continue
				}
				finding := say(f, r, t)
				finding.Object, finding.Attached = objectOfRule(f, r), aclUsers(f)
				if finding.Causes == nil {
					finding.Causes = []audit.Cause{{Text: t.Text, Origin: r.Origin, Link: r.Link}}
				}
				finding.Subject = string(code) + " " + r.Direction.String() + " " + firstText(r.ID, t.Text)
				out = append(out, finding)
			}
		}
	}
	return out
}

// objectOfRule is what a finding about one rule names: the firewall, or the rule where it is an object by itself.
func objectOfRule(f *audit.Firewall, r *audit.Rule) audit.Object {
	o := f.Object
	if f.Loose && r.Origin.Object != "" {
		o.Address, o.Origin = r.Origin.Object, r.Origin
	}
	return o
}
