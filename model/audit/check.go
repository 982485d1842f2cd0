package audit

import "github.com/crosswall/crosswall/model"

// Check looks for one fault.
type Check struct {
	// ID is stable: "EXP010".
	ID string
	// Title says what is found, in a few words: "SSH is open to the Internet".
	Title string
	// Severity is the usual one; findings may be worse or less. SeverityOf are other usual ones for kinds of objects.
	Severity   Severity
	SeverityOf map[Kind]Severity
	// Why says in a sentence or two why it matters; Advice what to do in general.
	Why, Advice string
	// Kinds are the kinds of objects that it looks at.
	Kinds []Kind
	// References are what others call it.
	References []Reference
	// Run returns findings with Check, Severity and Fingerprint left to [Run], but for a Severity other than the usual one. Findings
	// with an Exposure are raised or lowered by one step by [Run] when Effective or Latent.
	Run func(*Subject) []Finding
}

// Reference is what somebody else calls a check.
type Reference struct {
	// Scheme is who: "CIS AWS 7.0", "prowler", "trivy", "checkov", "Security Hub".
	Scheme string
	// ID is what they call it: "6.3", "AWS-0107".
	ID string
	// Provider and Kind are what it is about; empty: all that the check is about.
	Provider string
	Kind     Kind
}

// About returns the references that are about objects of a provider and a kind.
func (c Check) About(o Object) []Reference {
	var out []Reference
	for _, r := range c.References {
		if (r.Provider == "" || r.Provider == o.Provider) && (r.Kind == "" || r.Kind == o.Kind) {
			out = append(out, r)
		}
	}
	return out
}

// severityFor is the usual severity for a kind of object.
func (c Check) severityFor(k Kind) Severity {
	if s, ok := c.SeverityOf[k]; ok {
		return s
	}
	return c.Severity
}

// Run asks the checks about a subject. The findings are sorted, complete, and each is there once.
func Run(s *Subject, checks []Check) []Finding {
	var out []Finding
	seen := map[string]bool{}
	for _, c := range checks {
		for _, f := range merged(c.Run(s)) {
			f.Check = c.ID
			if f.Severity == 0 {
				f.Severity = c.severityFor(f.Object.Kind).stepped(f.Step)
				switch f.Exposure {
				case Effective:
					f.Severity = f.Severity.raised()
				case Latent:
					f.Severity = f.Severity.lowered()
				case Possible:
				}
			}
			if f.Advice == "" {
				f.Advice = c.Advice
			}
			if f.Example == nil {
				f.Example = exampleOf(f.Open)
			}
			f.Fingerprint = f.fingerprint()
			if !seen[f.Fingerprint] {
				seen[f.Fingerprint] = true
				out = append(out, f)
			}
		}
	}
	return Sort(out)
}

func exampleOf(r model.Region) *model.Flow {
	if f, ok := r.Example(); ok {
		return &f
	}
	return nil
}
