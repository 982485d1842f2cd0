package checks

import (
	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
)

// tellDead is a finding about a dead rule.
func tellDead(x audit.Dead, summary string) audit.Finding {
	f := x.Firewall
	out := audit.Finding{Object: f.ObjectOf(x.Direction, x.Rules), Summary: summary, Subject: x.Direction.String() + " " + textsOf(x.Rules, x.Direction),
		Causes: append(f.CausesOf(x.Direction, x.Rules), f.CausesOf(x.Direction, x.By)...)}
	const title = "Remove the rule"
	told, ok := f.RuleAt(x.Direction, x.Rules[0].Origin)
	switch {
	case !ok:
	case audit.IsWritten(told.Origin):
		out.Fixes = removed(title, told.Origin)
	case f.Address == "":
		if form, text := removal(f, x.Direction, told); text != "" {
			out.Fixes = []audit.Fix{{Title: title, Form: form, Text: text}}
		}
	}
	return out
}

// textsOf tells rules apart by what they do, whatever their numbers are.
func textsOf(rules []model.Rule, d model.Direction) string {
	text := ""
	for i, r := range rules {
		r.Priority = 0
		if i > 0 {
			text += "; "
		}
		text += audit.Describe(r, d)
	}
	return text
}
