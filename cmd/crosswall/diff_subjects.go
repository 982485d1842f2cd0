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
	return model.MapLeaves(s, func(leaf model.Selector) model.Selector {
		if g, ok := leaf.(model.Group); ok && groups[g] {
			return model.And{g, model.Not{Selector: model.Identities{model.Outside}}}
		}
		return leaf
	})
}
