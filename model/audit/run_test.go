package audit_test

import (
	"testing"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
)

// TestSeverity: what a finding's severity is made of.
func TestSeverity(t *testing.T) {
	for _, c := range []struct {
		name string
		f    audit.Finding
		want audit.Severity
	}{
		{"usual", audit.Finding{}, audit.High},
		{"effective", audit.Finding{Exposure: audit.Effective}, audit.Critical},
		{"possible", audit.Finding{Exposure: audit.Possible}, audit.High},
		{"latent", audit.Finding{Exposure: audit.Latent}, audit.Medium},
		{"usual for the kind", audit.Finding{Object: audit.Object{Kind: audit.NetworkACL}}, audit.Low},
		{"latent for the kind", audit.Finding{Object: audit.Object{Kind: audit.NetworkACL}, Exposure: audit.Latent}, audit.Info},
		{"a step less", audit.Finding{Step: -1}, audit.Medium},
		{"a step less and effective", audit.Finding{Step: -1, Exposure: audit.Effective}, audit.High},
		{"two steps more", audit.Finding{Step: 2}, audit.Critical},
		{"many steps less", audit.Finding{Step: -9}, audit.Info},
		{"said by the check", audit.Finding{Severity: audit.Info, Exposure: audit.Effective, Step: 1}, audit.Info},
	} {
		check := audit.Check{ID: "X1", Severity: audit.High, SeverityOf: map[audit.Kind]audit.Severity{audit.NetworkACL: audit.Low},
			Run: func(*audit.Subject) []audit.Finding { return []audit.Finding{c.f} }}
		found := audit.Run(audit.New(audit.Reading{}, audit.Defaults()), []audit.Check{check})
		if len(found) != 1 || found[0].Severity != c.want {
			t.Errorf("%s: %v, not %s", c.name, found, c.want)
		}
	}
}

// TestFingerprints: what is the same finding, and what is another one.
func TestFingerprints(t *testing.T) {
	print := func(label string, unsure string, texts ...string) string {
		var e estate
		e.group(t, label, texts...)
		e.member("m", label)
		s := e.subject()
		o := openingOf(t, s, label)
		check := audit.Check{ID: "X1", Severity: audit.High, Run: func(s *audit.Subject) []audit.Finding {
			return []audit.Finding{{Object: o.Firewall.Object, Open: o.Open, Unsure: unsure, Summary: texts[0], Causes: o.Firewall.CausesOf(model.Ingress, o.Causes(o.Open))}}
		}}
		return audit.Run(s, []audit.Check{check})[0].Fingerprint
	}
	base := print("web", "", "allow tcp/22-23 from 0.0.0.0/0", "allow udp/53 from 198.51.100.0/24")
	for _, c := range []struct {
		name   string
		same   bool
		label  string
		unsure string
		rules  []string
	}{
		{"in another order", true, "web", "", []string{"allow udp/53 from 198.51.100.0/24", "allow tcp/22-23 from 0.0.0.0/0"}},
		{"in more rules", true, "web", "", []string{"allow tcp/22 from 0.0.0.0/1", "allow tcp/22-23 from 128.0.0.0/1", "allow tcp/23 from 0.0.0.0/1", "allow udp/53 from 198.51.100.0/25", "allow udp/53 from 198.51.100.128/25"}},
		{"with a rule from inside besides", true, "web", "", []string{"allow tcp/22-23 from 0.0.0.0/0", "allow tcp/5432 from 10.0.0.0/8", "allow udp/53 from 198.51.100.0/24"}},
		{"one port more", false, "web", "", []string{"allow tcp/22-24 from 0.0.0.0/0", "allow udp/53 from 198.51.100.0/24"}},
		{"one address less", false, "web", "", []string{"allow tcp/22-23 from 0.0.0.0/0", "allow udp/53 from 198.51.100.0/25"}},
		{"another object", false, "db", "", []string{"allow tcp/22-23 from 0.0.0.0/0", "allow udp/53 from 198.51.100.0/24"}},
		{"not known for sure", false, "web", "a variable", []string{"allow tcp/22-23 from 0.0.0.0/0", "allow udp/53 from 198.51.100.0/24"}},
	} {
		if got := print(c.label, c.unsure, c.rules...) == base; got != c.same {
			t.Errorf("%s: the same is %t", c.name, got)
		}
	}
}
