package audit_test

import (
	"slices"
	"testing"
	"time"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
)

func at(line int) model.Origin { return model.Origin{File: "main.tf", Line: line} }

func day(s string) time.Time {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err) // a test that is written wrong
	}
	return t
}

// finding is EXP010 about a group on line 1, caused by rules on the lines.
func finding(address string, lines ...int) audit.Finding {
	f := audit.Finding{Check: "EXP010", Severity: audit.High, Fingerprint: "f-" + address, Object: audit.Object{Address: address, ID: "sg-1/x", Name: "web", Origin: at(1)}}
	for _, l := range lines {
		f.Causes = append(f.Causes, audit.Cause{Origin: at(l)})
	}
	return f
}

func TestSift(t *testing.T) {
	web := finding("aws_security_group.web", 3, 7)
	for name, row := range map[string]struct {
		by    []audit.Suppression
		aside bool
	}{
		"check":                           {[]audit.Suppression{{Check: "EXP010"}}, true},
		"pattern of a check":              {[]audit.Suppression{{Check: "EXP*"}}, true},
		"another check":                   {[]audit.Suppression{{Check: "EXP011"}}, false},
		"object":                          {[]audit.Suppression{{Check: "*", Object: "aws_security_group.w*"}}, true},
		"object by its id, with a slash":  {[]audit.Suppression{{Check: "*", Object: "sg-*"}}, true},
		"another object":                  {[]audit.Suppression{{Check: "*", Object: "aws_security_group.db"}}, false},
		"object with a star inside":       {[]audit.Suppression{{Check: "EXP010", Object: "aws*group.web"}}, true},
		"star that would overlap":         {[]audit.Suppression{{Check: "EXP0*010"}}, false},
		"fingerprint":                     {[]audit.Suppression{{Check: "*", Fingerprint: "f-aws_security_group.web"}}, true},
		"another fingerprint":             {[]audit.Suppression{{Check: "*", Fingerprint: "f"}}, false},
		"two, neither of them idle":       {[]audit.Suppression{{Check: "EXP010"}, {Check: "EXP*", Object: "aws_security_group.web"}}, true},
		"last day":                        {[]audit.Suppression{{Check: "*", Expires: day("2026-06-30")}}, true},
		"expired":                         {[]audit.Suppression{{Check: "*", Expires: day("2026-06-29")}}, false},
		"beside the object":               {[]audit.Suppression{{Check: "*", Beside: at(1)}}, true},
		"beside one rule of two":          {[]audit.Suppression{{Check: "*", Beside: at(3)}}, false},
		"beside both rules":               {[]audit.Suppression{{Check: "*", Beside: at(3)}, {Check: "*", Beside: at(7)}}, true},
		"beside both, one of other check": {[]audit.Suppression{{Check: "*", Beside: at(3)}, {Check: "EXP011", Beside: at(7)}}, false},
		"beside a line of another file":   {[]audit.Suppression{{Check: "*", Beside: model.Origin{File: "other.tf", Line: 1}}}, false},
		"nothing":                         {nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			left, aside, idle := audit.Sift([]audit.Finding{web}, row.by, day("2026-06-30").Add(23*time.Hour))
			if got := len(aside) == 1; got != row.aside || len(left)+len(aside) != 1 {
				t.Errorf("set aside: %v, left %d", got, len(left))
			}
			if wantIdle := row.by; !row.aside && len(idle) != len(wantIdle) || row.aside && len(idle) != 0 {
				t.Errorf("idle: %v", idle)
			}
		})
	}
}

// TestSiftOfRules: where rules are objects of their own, what is said at one of them does not hold for what another one opens as well.
func TestSiftOfRules(t *testing.T) {
	both := audit.Finding{Check: "EXP010", Object: audit.Object{Address: "google_compute_firewall.a", Name: "a", Origin: model.Origin{Object: "google_compute_firewall.a", File: "main.tf", Line: 1}},
		Causes: []audit.Cause{{Origin: model.Origin{Object: "google_compute_firewall.a", File: "main.tf", Line: 1}}, {Origin: model.Origin{Object: "google_compute_firewall.b", File: "main.tf", Line: 9}}}}
	alone := both
	alone.Causes = both.Causes[:1]
	for name, row := range map[string]struct {
		by          []audit.Suppression
		both, alone bool
	}{
		"beside the first":      {[]audit.Suppression{{Check: "*", Beside: at(1)}}, false, true},
		"beside each":           {[]audit.Suppression{{Check: "*", Beside: at(1)}, {Check: "*", Beside: at(9)}}, true, true},
		"pattern of the first":  {[]audit.Suppression{{Check: "*", Object: "google_compute_firewall.a"}}, false, true},
		"pattern of both":       {[]audit.Suppression{{Check: "*", Object: "google_compute_firewall.*"}}, true, true},
		"name of the first":     {[]audit.Suppression{{Check: "*", Object: "a"}}, false, true},
		"check, whatever it is": {[]audit.Suppression{{Check: "EXP010"}}, true, true},
	} {
		left, aside, _ := audit.Sift([]audit.Finding{both, alone}, row.by, time.Time{})
		if got := len(aside); got != count(row.both)+count(row.alone) || len(left)+got != 2 {
			t.Errorf("%s: %d set aside, %d left", name, got, len(left))
		}
	}
}

func count(b bool) int {
	if b {
		return 1
	}
	return 0
}

func TestBaselineKeepsWhatIsWorse(t *testing.T) {
	latent := finding("a", 1)
	latent.Severity = audit.Medium
	known := audit.Baseline{latent.Fingerprint: audit.Medium, "f-gone": audit.Low}
	if news := known.New([]audit.Finding{latent}); len(news) != 0 {
		t.Errorf("news: %v", news)
	}
	worse := latent
	worse.Severity = audit.High
	if news := known.New([]audit.Finding{worse, finding("b", 1)}); len(news) != 2 {
		t.Errorf("news: %v", news)
	}
	if gone := known.Gone([]audit.Finding{latent}); !slices.Equal(gone, []string{"f-gone"}) {
		t.Errorf("gone: %v", gone)
	}
}
