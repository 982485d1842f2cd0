package main

import (
	"fmt"
	"slices"

	"github.com/crosswall/crosswall/model"
)

// overlap reports rules that were rewritten and may be told apart only by an endpoint in several groups at once, of which
// resources say nothing: where rules refuse by group, two lists that decide alike for each group by itself may decide
// differently for who is in two of them. Rules that only admit never do.
func overlap(c comparison) (model.Finding, bool) {
	var refusing, rewritten []ruleAt
	seen := map[string]int{}
	each := func(p model.Policy, f func(ruleAt)) {
		eachRule(p, func(at ruleAt) {
			if at.chain.Order != model.AnyAllow && c.namesMembers(at) {
				f(at)
			}
		})
	}
	each(c.want.policy, func(at ruleAt) { seen[meaningOf(at)]++ })
	each(c.have.policy, func(at ruleAt) { seen[meaningOf(at)]-- })
	for _, p := range []model.Policy{c.want.policy, c.have.policy} {
		each(p, func(at ruleAt) {
			if at.Action == model.Deny {
				refusing = append(refusing, at)
			}
			if seen[meaningOf(at)] != 0 {
				rewritten = append(rewritten, at)
			}
		})
	}
	for _, at := range rewritten {
		if slices.ContainsFunc(refusing, func(d ruleAt) bool {
			return d.layer.Name == at.layer.Name && d.direction == at.direction && meaningOf(d) != meaningOf(at) || at.Action == model.Deny
		}) {
			return model.Finding{Severity: model.Warning, Code: "overlapping-groups", Origin: at.Origin,
				Summary: fmt.Sprintf("%s is not the same on both sides; for whoever is in several groups or has several tags at once it may decide, and nothing says that nobody is", at.Name),
				Advice:  "compare with a live source or a snapshot, which say who is in which groups"}, true
		}
	}
	return model.Finding{}, false
}

// meaningOf spells what a rule says, its name left out.
func meaningOf(at ruleAt) string {
	return fmt.Sprint(at.layer.Name, "|", at.direction, "|", at.Action, "|", at.Priority, "|",
		selectorText(at.Target, nil), "|", selectorText(at.Peer, nil), "|", at.Traffic)
}

// namesMembers reports whether a rule names somebody by what they belong to and not by addresses.
func (c comparison) namesMembers(at ruleAt) bool {
	return slices.ContainsFunc([]model.Selector{at.Target, at.Peer}, func(s model.Selector) bool {
		if s == nil {
			return false
		}
		who := c.inv.Resolve(s).May
		return len(who.Entries()) > 0 && !who.IsAny()
	})
}
