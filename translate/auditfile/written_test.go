package auditfile_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
	"github.com/crosswall/crosswall/translate/auditfile"
)

// group is a security group on line 3 with rules on lines 5 and 8.
func group() audit.Firewall {
	rule := func(line int) model.Rule {
		return model.Rule{Action: model.Allow, Origin: model.Origin{File: "main.tf", Line: line, Object: "aws_security_group.web"}}
	}
	return audit.Firewall{Object: audit.Object{Key: "g", Address: "aws_security_group.web", Origin: model.Origin{File: "main.tf", Line: 3}},
		Ingress: []model.Chain{{Rules: []model.Rule{rule(5), rule(5), rule(8)}}}}
}

const full = `owner=platform expires=2027-05-31 reason="the bastion"`

func TestWrittenInComments(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want string
	}{
		"above the resource":    {"\n# crosswall:ignore EXP010 " + full + "\nresource {\n\n ingress {\n\n\n ingress {\n", "EXP010 main.tf:3"},
		"above, further up":     {"// crosswall:ignore EXP010 " + full + "\n# about it\nresource {\n\n ingress {\n\n\n ingress {\n", "EXP010 main.tf:3"},
		"on the line of a rule": {"\n\nresource {\n\n ingress { # crosswall:ignore EXP010,EXP011 " + full + "\n\n\n ingress {\n", "EXP010 main.tf:5, EXP011 main.tf:5"},
		"above a rule":          {"\n\nresource {\n\n ingress {\n\n // crosswall:ignore EXP* " + full + "\n ingress {\n", "EXP* main.tf:8"},
		"in a string":           {"\n\nresource { # x\n\n ingress { description = \"crosswall:ignore EXP010\"\n\n\n ingress {\n", ""},
		"a file that ends":      {"\n", ""},
	} {
		t.Run(name, func(t *testing.T) {
			got, findings := auditfile.Written(audit.Estate{Firewalls: []audit.Firewall{group()}}, func(string) ([]byte, error) { return []byte(c.text), nil })
			if len(findings) > 0 {
				t.Fatal(findings)
			}
			var parts []string
			for _, s := range got {
				parts = append(parts, fmt.Sprintf("%s %s:%d", s.Check, s.Beside.File, s.Beside.Line))
				if s.Owner != "platform" || s.Reason != "the bastion" || s.Expires.Format(time.DateOnly) != "2027-05-31" || s.Origin.Line == 0 {
					t.Errorf("%+v", s)
				}
			}
			if text := strings.Join(parts, ", "); text != c.want {
				t.Errorf("got %q, want %q", text, c.want)
			}
		})
	}
}

func TestWrittenInTagsAndDescriptions(t *testing.T) {
	live := group()
	live.Origin = model.Origin{Object: "sg-1"}
	live.Tags = map[string]string{auditfile.Marker: "AWS001 " + full}
	live.Ingress[0].Rules = nil
	live.Rules = []audit.Rule{{Origin: model.Origin{Object: "sg-1", Path: "sgr-1"}, Description: audit.Text{Value: "ssh [crosswall:ignore EXP010 " + full + "]"}}}
	got, findings := auditfile.Written(audit.Estate{Firewalls: []audit.Firewall{live}}, func(string) ([]byte, error) { return nil, errors.New("there is no file") })
	if len(findings) > 0 || len(got) != 2 || got[0].Check != "AWS001" || got[0].Beside != live.Origin || got[1].Check != "EXP010" || got[1].Beside.Path != "sgr-1" {
		t.Errorf("%+v %v", got, findings)
	}
}

// TestWrittenAstray: a comment that is beside nothing holds for nothing, which is said.
func TestWrittenAstray(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		line int
	}{
		"not right above":          {"# crosswall:ignore EXP010 " + full + "\n\nresource {\n\n ingress {\n\n\n ingress {\n", 1},
		"behind the end of a rule": {"\n\nresource {\n\n ingress {\n\n } // crosswall:ignore EXP010 " + full + "\n ingress {\n", 7},
	} {
		got, findings := auditfile.Written(audit.Estate{Firewalls: []audit.Firewall{group()}}, func(string) ([]byte, error) { return []byte(c.text), nil })
		if len(got) > 0 || len(findings) != 1 || findings[0].Severity != model.Warning || findings[0].Origin != (model.Origin{File: "main.tf", Line: c.line}) {
			t.Errorf("%s: %v, %v; want a warning on line %d", name, got, findings, c.line)
		}
	}
}

// TestWrittenFaults: what is meant to suppress and does not is said.
func TestWrittenFaults(t *testing.T) {
	for note, says := range map[string]string{
		"":                                   "no check",
		"owner=a":                            "no check",
		"EXP010":                             "owner is missing",
		"EXP010 owner=a expires=never":       "reason is missing",
		"EXP010 who=a":                       `"who" is not expected`,
		"EXP010 owner=a owner=b":             "twice",
		`EXP010 owner="a`:                    "does not end",
		"EXP010 " + full + " until=tomorrow": `"until" is not expected`,
		`EXP010 owner=a expires=31.5.2027 reason=b`: "write a date",
		"EXP010,, " + full:                          "no list of checks",
	} {
		_, findings := auditfile.Written(audit.Estate{Firewalls: []audit.Firewall{group()}}, func(string) ([]byte, error) {
			return []byte("\n# crosswall:ignore " + note + "\nresource {\n"), nil
		})
		if len(findings) != 1 || findings[0].Severity != model.Error || !strings.Contains(findings[0].Summary, says) || findings[0].Origin.Line != 2 {
			t.Errorf("%q: %v; want one on line 2 that says %q", note, findings, says)
		}
	}
}

func FuzzWritten(f *testing.F) {
	f.Add("\n# crosswall:ignore EXP010 " + full + "\nresource {\n")
	f.Add("# crosswall:ignore EXP010 owner=\"\"\n\n\n")
	f.Fuzz(func(t *testing.T, text string) {
		got, findings := auditfile.Written(audit.Estate{Firewalls: []audit.Firewall{group()}}, func(string) ([]byte, error) { return []byte(text), nil })
		for _, s := range got {
			if s.Check == "" || s.Owner == "" || s.Reason == "" || s.Beside.Line == 0 {
				t.Errorf("%+v, with %v", s, findings)
			}
		}
	})
}
