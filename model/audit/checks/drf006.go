package checks

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
)

func drf006() audit.Check {
	return audit.Check{
		ID:       "DRF006",
		Title:    "An exception has expired",
		Severity: audit.Low,
		Why:      "Whoever opened something until a day, or answered for a finding until a day, has to say again whether it is still right.",
		Advice:   "remove what was meant to be temporary, or have its owner set a new day",
		Kinds:    append(filters(), audit.NetworkPolicy),
		Run: func(s *audit.Subject) []audit.Finding {
			if s.Settings.Now.IsZero() {
				return nil
			}
			out := expiredSuppressions(s)
			for i := range s.Estate.Firewalls {
				out = append(out, expiredObjects(&s.Estate.Firewalls[i], s.Settings.Now)...)
			}
			return out
		},
	}
}

// expiredSuppressions finds suppressions that no longer hold.
func expiredSuppressions(s *audit.Subject) []audit.Finding {
	var out []audit.Finding
	for _, p := range s.Settings.Suppressions {
		if !p.IsExpired(s.Settings.Now) {
			continue
		}
		about := strings.TrimSpace(p.Check + " " + p.Object + " " + p.Fingerprint)
		out = append(out, audit.Finding{Object: audit.Object{Name: "suppression of " + about, Key: model.Group("suppression " + p.Origin.String()), Origin: p.Origin}, Subject: about,
			Summary: fmt.Sprintf("the suppression of %s, for which %s answered, expired on %s", about, p.Owner, p.Expires.Format(time.DateOnly))})
	}
	return out
}

// expiredObjects finds firewalls and rules whose tags or descriptions say that they were to be there until a day that is over.
func expiredObjects(f *audit.Firewall, now time.Time) []audit.Finding {
	var out []audit.Finding
	tell := func(o audit.Object, what string, day time.Time) {
		if !day.IsZero() && now.UTC().After(day.AddDate(0, 0, 1)) {
			out = append(out, audit.Finding{Object: o, Subject: what, Summary: fmt.Sprintf("%s was to be there until %s, %s says", o.Label(), day.Format(time.DateOnly), what)})
		}
	}
	for _, k := range slices.Sorted(maps.Keys(f.Tags)) {
		if isExpiry(k) {
			tell(f.Object, "its tag "+k, dayIn(f.Tags[k]))
		}
	}
	tell(f.Object, "its description", noteIn(f.Description.Value))
	for _, r := range f.Rules {
		day := noteIn(r.Description.Value)
		if day.IsZero() || r.Added {
			continue
		}
		rules := slices.DeleteFunc(rulesOf(f, r.Direction), func(m model.Rule) bool { return m.Origin != r.Origin })
		before := len(out)
		tell(f.Object, fmt.Sprintf("the description of a rule (%s)", r.Origin.Path), day)
		for i := before; i < len(out); i++ {
			out[i].Object, out[i].Causes = f.ObjectOf(r.Direction, rules), f.CausesOf(r.Direction, rules)
			if len(rules) == 0 {
				out[i].Object.Origin = r.Origin
			}
		}
	}
	return out
}

// rulesOf returns all rules of a direction.
func rulesOf(f *audit.Firewall, d model.Direction) []model.Rule {
	var out []model.Rule
	for _, c := range f.Chains(d) {
		out = append(out, c.Rules...)
	}
	return out
}

// isExpiry reports whether a tag is about when something ends.
func isExpiry(key string) bool {
	switch strings.ToLower(strings.NewReplacer("-", "", "_", "", " ", "").Replace(key)) {
	case "expires", "expiry", "expiration", "expirydate", "expirationdate", "expireson", "validuntil", "until":
		return true
	}
	return false
}

// dayIn reads a date at the beginning of a text; zero: there is none.
func dayIn(text string) time.Time {
	text = strings.TrimSpace(text)
	if len(text) < len(time.DateOnly) {
		return time.Time{}
	}
	t, err := time.Parse(time.DateOnly, text[:len(time.DateOnly)])
	if err != nil {
		return time.Time{}
	}
	return t
}

// expiryNote matches "expires: 2026-05-31", "expiration:: 2026-05-31", "valid until 2026-05-31".
var expiryNote = regexp.MustCompile(`(?i)\b(?:expires|expiry|expiration|valid until)(?:\s+on)?[\s:=]+(\d{4}-\d{2}-\d{2})\b`)

// noteIn finds in a description the day until which something is meant to be there. Suppressions have a day of their own.
func noteIn(text string) time.Time {
	before, _, _ := strings.Cut(text, "[crosswall:ignore")
	if m := expiryNote.FindStringSubmatch(before); m != nil {
		return dayIn(m[1])
	}
	return time.Time{}
}
