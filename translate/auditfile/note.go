package auditfile

import (
	"fmt"
	"strings"
	"time"

	"github.com/crosswall/crosswall/model/audit"
)

// Marker begins a suppression that stands next to a rule:
//
//	# crosswall:ignore EXP010,EXP011 owner=platform expires=2027-05-31 reason="the bastion"
//
// As a tag, Marker is the key and the rest the value.
const Marker = "crosswall:ignore"

// parseNote reads what follows [Marker]: ids of checks, then owner, expires and reason, all of which must be there.
func parseNote(text string) ([]audit.Suppression, error) {
	ids, rest, _ := strings.Cut(strings.TrimSpace(text), " ")
	if ids == "" || strings.Contains(ids, "=") {
		return nil, fmt.Errorf("no check is named; write %s EXP010 owner=... expires=2027-05-31 reason=\"...\"", Marker)
	}
	fields, err := noteFields(rest)
	if err != nil {
		return nil, err
	}
	for _, name := range []string{"owner", "expires", "reason"} {
		if fields[name] == "" {
			return nil, fmt.Errorf("%s is missing: who answers for it, until when (a date, or never), and why", name)
		}
	}
	s := audit.Suppression{Owner: fields["owner"], Reason: fields["reason"]}
	if fields["expires"] != never {
		if s.Expires, err = time.Parse(time.DateOnly, fields["expires"]); err != nil {
			return nil, fmt.Errorf("expires is %q; write a date such as 2027-05-31, or never", fields["expires"])
		}
	}
	var out []audit.Suppression
	for _, id := range strings.Split(ids, ",") {
		s.Check = strings.TrimSpace(id)
		if s.Check == "" {
			return nil, fmt.Errorf("%q is no list of checks", ids)
		}
		out = append(out, s)
	}
	return out, nil
}

// noteFields reads name=value and name="value with spaces".
func noteFields(text string) (map[string]string, error) {
	out := map[string]string{}
	for text = strings.TrimSpace(text); text != ""; text = strings.TrimSpace(text) {
		name, rest, ok := strings.Cut(text, "=")
		name = strings.TrimSpace(name)
		if !ok || name != "owner" && name != "expires" && name != "reason" {
			return nil, fmt.Errorf("%q is not expected; there are owner=, expires= and reason=", name)
		}
		if _, twice := out[name]; twice {
			return nil, fmt.Errorf("%s is given twice", name)
		}
		var value string
		if quoted, ok := strings.CutPrefix(rest, `"`); ok {
			if value, text, ok = strings.Cut(quoted, `"`); !ok {
				return nil, fmt.Errorf("the quote of %s does not end", name)
			}
		} else {
			value, text, _ = strings.Cut(rest, " ")
		}
		out[name] = strings.TrimSpace(value)
	}
	return out, nil
}
