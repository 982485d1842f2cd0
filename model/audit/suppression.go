package audit

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/crosswall/crosswall/model"
)

// Suppression sets findings aside for which somebody answers. It holds for the findings that are as all of its
// fields say; one that says neither an object, a fingerprint nor a place holds for every finding of its check.
type Suppression struct {
	// Check is an id, or a pattern with "*": "EXP*".
	Check string
	// Object is a pattern with "*" for the label, id, address or name of the object; where that is one of several rules responsible, for what the
	// origins of the others name as well. Empty: any.
	Object string
	// Fingerprint is that of one finding. Empty: any.
	Fingerprint string
	// Beside is the origin of what it is written next to, an object or a rule, of which file and line suffice where there is a line. It holds for findings
	// about the object, and for those of which each cause has it; where the object is one of several rules responsible, for the latter alone.
	// Zero: it is written elsewhere.
	Beside model.Origin
	// Owner answers for it, Reason says why it is right.
	Owner, Reason string
	// Expires is the last day on which it holds, in UTC; zero: it holds for ever.
	Expires time.Time
	// Origin is where it is written.
	Origin model.Origin
}

// IsExpired reports whether a suppression no longer holds at a time. It never is where the time is zero.
func (p Suppression) IsExpired(now time.Time) bool {
	return !p.Expires.IsZero() && !now.IsZero() && !now.UTC().Before(p.Expires.UTC().AddDate(0, 0, 1))
}

// names reports whether the suppression is about a finding, its place left aside. Where the object is one of several rules responsible, the others
// have to be as its pattern says too.
func (p Suppression) names(f Finding) bool {
	if !Like(p.Check, f.Check) || p.Fingerprint != "" && p.Fingerprint != f.Fingerprint {
		return false
	}
	isLike := func(s string) bool { return s != "" && Like(p.Object, s) }
	if p.Object == "" {
		return true
	}
	return slices.ContainsFunc([]string{f.Object.Label(), f.Object.ID, f.Object.Address, f.Object.Name}, isLike) &&
		!(f.isOfRules() && slices.ContainsFunc(f.Causes, func(c Cause) bool { return c.Origin != f.Object.Origin && !isLike(c.Origin.Object) }))
}

// Like reports whether a text is as a pattern says, in which "*" stands for any characters, and everything else for itself.
func Like(pattern, text string) bool {
	parts := strings.Split(pattern, "*")
	if len(parts) == 1 {
		return pattern == text
	}
	text, ok := strings.CutPrefix(text, parts[0])
	if !ok {
		return false
	}
	for _, p := range parts[1 : len(parts)-1] {
		i := strings.Index(text, p)
		if i < 0 {
			return false
		}
		text = text[i+len(p):]
	}
	return strings.HasSuffix(text, parts[len(parts)-1])
}

// isBeside reports whether a suppression is written next to a place.
func (p Suppression) isBeside(o model.Origin) bool {
	if p.Beside.Line > 0 {
		return p.Beside.File == o.File && p.Beside.Line == o.Line
	}
	return p.Beside == o
}

// Suppressed is a finding that was set aside.
type Suppressed struct {
	Finding
	By Suppression
}

// Sift takes out of findings those for which somebody answers at a time, and returns the suppressions that hold for no
// finding: what they were about is gone, or they expired. Where several hold, the first is told.
func Sift(fs []Finding, ps []Suppression, now time.Time) (left []Finding, aside []Suppressed, idle []Suppression) {
	used := make([]bool, len(ps))
	for _, f := range fs {
		i := holding(f, ps, now)
		if len(i) == 0 {
			left = append(left, f)
			continue
		}
		for _, n := range i {
			used[n] = true
		}
		aside = append(aside, Suppressed{f, ps[i[0]]})
	}
	for i, p := range ps {
		if !used[i] {
			idle = append(idle, p)
		}
	}
	return left, aside, idle
}

// holding returns the places of the suppressions that set a finding aside, each by itself, or else all together; none where they do not.
func holding(f Finding, ps []Suppression, now time.Time) []int {
	var out, beside []int
	for i, p := range ps {
		switch {
		case p.IsExpired(now) || !p.names(f):
		case p.Beside == (model.Origin{}) || p.isBeside(f.Object.Origin) && !f.isOfRules():
			out = append(out, i)
		default:
			beside = append(beside, i)
		}
	}
	if out != nil {
		return out
	}
	for _, c := range f.Causes {
		i := slices.IndexFunc(beside, func(n int) bool { return ps[n].isBeside(c.Origin) })
		if i < 0 {
			return nil
		}
		out = append(out, beside[i])
	}
	return out
}

// isOfRules reports whether the object is one of the rules responsible, and not what holds them.
func (f Finding) isOfRules() bool {
	return slices.ContainsFunc(f.Causes, func(c Cause) bool { return c.Origin == f.Object.Origin })
}

// Baseline is the findings that were there before, by fingerprint, with the severity that they had.
type Baseline map[string]Severity

// New returns the findings that were not there before, or are more severe now: latent exposure that became
// effective is news.
func (b Baseline) New(fs []Finding) []Finding {
	return slices.DeleteFunc(slices.Clone(fs), func(f Finding) bool {
		was, ok := b[f.Fingerprint]
		return ok && f.Severity <= was
	})
}

// Gone returns the fingerprints that no finding has any more, sorted.
func (b Baseline) Gone(fs []Finding) []string {
	here := map[string]bool{}
	for _, f := range fs {
		here[f.Fingerprint] = true
	}
	var out []string
	for p := range b {
		if !here[p] {
			out = append(out, p)
		}
	}
	slices.SortFunc(out, cmp.Compare[string])
	return out
}
