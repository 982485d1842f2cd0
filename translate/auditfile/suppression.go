package auditfile

import (
	"fmt"
	"slices"
	"time"

	"github.com/crosswall/crosswall/model/audit"
	"github.com/crosswall/crosswall/translate/strictyaml"
)

// never is the word for a suppression that does not expire.
const never = "never"

const suppressionAdvice = "for example\nsuppressions:\n  - check: EXP010\n    object: aws_security_group.bastion\n    owner: platform@example.com\n" +
	"    reason: the bastion, reviewed in May\n    expires: 2027-05-31  # or never"

// suppression reads an element of suppressions.
func (r reader) suppression(v strictyaml.Value) (audit.Suppression, bool) {
	before := r.Count()
	o := r.Object(v)
	if o == nil {
		return audit.Suppression{}, false
	}
	s := audit.Suppression{Check: "*", Origin: r.Origin(v)}
	text := func(name string, into *string) {
		if v, ok := o.Get(name); ok {
			*into, _ = r.Text(v)
		}
	}
	text("check", &s.Check)
	text("object", &s.Object)
	text("fingerprint", &s.Fingerprint)
	if !o.Has("check") && !o.Has("fingerprint") {
		r.Fault(r.Code("field"), o.Origin(), o.Path()+" names neither a check nor a fingerprint", suppressionAdvice)
	}
	if s.Check != "" && !r.isCheck(s.Check) {
		r.Fault(r.Code("check"), o.Where("check"), fmt.Sprintf("no check is called %q", s.Check), "crosswall audit --list shows them")
	}
	for _, f := range []struct {
		name string
		into *string
	}{{"owner", &s.Owner}, {"reason", &s.Reason}} {
		if v, ok := o.Need(f.name, suppressionAdvice); ok {
			*f.into, _ = r.Text(v)
		}
	}
	if v, ok := o.Need("expires", suppressionAdvice); ok {
		s.Expires = r.day(v)
	}
	o.Close()
	return s, r.Count() == before
}

// isCheck reports whether a pattern is of some check.
func (r reader) isCheck(pattern string) bool {
	return slices.ContainsFunc(r.options.Checks, func(id string) bool { return audit.Like(pattern, id) })
}

// day reads a date, or never.
func (r reader) day(v strictyaml.Value) time.Time {
	const want = "a date such as 2027-05-31, or never"
	text, ok := r.Scalar(v, want, "!!timestamp", "!!str")
	if !ok || text == never {
		return time.Time{}
	}
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		r.Wrong(v, want)
	}
	return t
}
