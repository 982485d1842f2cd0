package checks

import (
	"cmp"
	"fmt"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
)

func sem004() audit.Check {
	return audit.Check{
		ID:       "SEM004",
		Title:    "A rule allows what another layer refuses",
		Severity: audit.High,
		Why: "A packet has to pass every layer, and at a network ACL its answer too. The rule looks right, connections time out, and somebody will open " +
			"everything to find out why.",
		Advice: "allow it in the other layer too, with the answers where that layer does not track connections; or remove the rule",
		Kinds:  filters(),
		Run: func(s *audit.Subject) []audit.Finding {
			var out []audit.Finding
			for _, x := range s.Stops() {
				if atOtherEnd(s, x) {
					continue
				}
				what := "the request"
				if x.By.Reply {
					what = "the answer"
				}
				out = append(out, tellStopped(x, fmt.Sprintf("%s allows %q, and %s refuses %s, so that nothing of it passes", x.Firewall.Label(),
					audit.Describe(x.Rules[0], x.Direction), refuser(s, x), what)))
			}
			return out
		},
	}
}

// refuser says what refuses a rule's traffic: the layer, or, where all is one layer of several firewalls, that of them which has the rule.
func refuser(s *audit.Subject, x audit.Stopped) string {
	if x.By.Rule != nil && len(s.Policy.Layers) == 1 {
		for f := range s.Firewalls() {
			if _, has := f.RuleAt(x.By.Direction, x.By.Rule.Origin); has && f.Key != x.Firewall.Key {
				return f.Label()
			}
		}
	}
	return cmp.Or(x.By.Layer, x.By.Chain)
}

// atOtherEnd reports whether a rule is stopped by the firewall of the other end, which tracks connections as its own does.
func atOtherEnd(s *audit.Subject, x audit.Stopped) bool {
	if x.By.Reply || x.By.Direction == x.Direction {
		return false
	}
	for _, l := range s.Policy.Layers {
		if l.Name == x.By.Layer {
			return l.State == model.Stateful
		}
	}
	return false
}

// tellStopped is a finding about a rule of which nothing passes.
func tellStopped(x audit.Stopped, summary string) audit.Finding {
	f := audit.Finding{Object: x.Firewall.ObjectOf(x.Direction, x.Rules), Summary: summary, Unsure: x.Unsure, Subject: x.Direction.String() + " " + textsOf(x.Rules, x.Direction),
		Causes: x.Firewall.CausesOf(x.Direction, x.Rules), Example: &x.Example}
	if r := x.By.Rule; r != nil {
		f.Causes = append(f.Causes, audit.Cause{Text: audit.Describe(*r, x.By.Direction), Origin: r.Origin})
	}
	return f
}
