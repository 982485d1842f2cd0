package main

import (
	"slices"

	"github.com/crosswall/crosswall/model"
)

// withoutStrangers is a policy that judges no stranger for being in one of some groups, as those who asked for the policy
// say nothing of strangers. As the other end of a connection they are in the groups all the same.
func withoutStrangers(p model.Policy, groups map[model.Group]bool) model.Policy {
	if len(groups) == 0 {
		return p
	}
	out := model.Policy{Layers: slices.Clone(p.Layers)}
	for i := range out.Layers {
		for _, chains := range []*[]model.Chain{&out.Layers[i].Ingress, &out.Layers[i].Egress} {
			*chains = slices.Clone(*chains)
			for j := range *chains {
				c := &(*chains)[j]
				c.Guard.Target = membersAlone(c.Guard.Target, groups)
				c.Rules = slices.Clone(c.Rules)
				for k := range c.Rules {
					c.Rules[k].Target = membersAlone(c.Rules[k].Target, groups)
				}
			}
		}
	}
	return out
}

// membersAlone takes strangers from the groups that a selector names.
func membersAlone(s model.Selector, groups map[model.Group]bool) model.Selector {
	each := func(in []model.Selector) []model.Selector {
		out := make([]model.Selector, len(in))
		for i, t := range in {
			out[i] = membersAlone(t, groups)
		}
		return out
	}
	switch s := s.(type) {
	case model.Group:
		if groups[s] {
			return model.And{s, model.Not{Selector: model.Identities{model.Outside}}}
		}
	case model.And:
		return model.And(each(s))
	case model.Or:
		return model.Or(each(s))
	case model.Not:
		return model.Not{Selector: membersAlone(s.Selector, groups)}
	case model.Maybe:
		return model.Maybe{Selector: membersAlone(s.Selector, groups), Why: s.Why}
	case nil, model.Any, model.At, model.Identities:
	}
	return s
}
