package tfsource

import (
	"slices"

	"github.com/crosswall/crosswall/model"
)

// acrossClouds says why endpoints in several groups may be treated differently by readings of two clouds although those in one
// group are not; empty: they are not. Where no rule refuses by group, a direction in which one layer at most asks for groups
// admits what it admits of single groups. So if the readings agree there on single groups, they agree on all; and where they do not, and
// the other direction hides it, another group may bring it to light.
func acrossClouds(want, have Input, held func(model.Inventory) model.Inventory) string {
	if why := refusesByGroup(want, have); why != "" {
		return why
	}
	if want.asksByGroup(model.Ingress)+want.asksByGroup(model.Egress)+have.asksByGroup(model.Ingress)+have.asksByGroup(model.Egress) == 0 {
		return ""
	}
	joined, found, _ := joinInputs(want, have, nil)
	inv := held(joined.Inventory)
	all := model.Compare(joined.Policy, found.Policy, inv)
	for _, d := range []model.Direction{model.Egress, model.Ingress} {
		other := model.Ingress + model.Egress - d
		for _, in := range []Input{want, have} {
			if in.asksByGroup(d) > 1 {
				return "several firewalls in a row admit by group, and two clouds are compared by one group at a time"
			}
		}
		one := model.Compare(inDirection(joined.Policy, d), inDirection(found.Policy, d), inv)
		hidden := func(r, shown model.Region, by ...Input) bool {
			return !r.Subtract(shown).IsEmpty() && slices.ContainsFunc(by, func(in Input) bool { return in.asksByGroup(other) > 0 })
		}
		if hidden(one.Opened, all.Opened, have) || hidden(one.Closed, all.Closed, want) || hidden(one.Unknown, all.Unknown, want, have) {
			return "one group may admit into the network and another out of it, and two clouds are compared by one group at a time"
		}
	}
	return ""
}

// asksByGroup returns how many layers admit by a group in which an endpoint may be together with others, in a direction.
func (in Input) asksByGroup(d model.Direction) int {
	layers := map[string]bool{}
	for _, l := range in.Policy.Layers {
		for _, c := range l.Chains(d) {
			for _, r := range c.Rules {
				if r.Action == model.Allow && (in.crowd.namesJoining(r.Target) || in.crowd.namesJoining(r.Peer) || in.crowd.namesJoining(c.Guard.Target) || in.crowd.namesJoining(c.Guard.Peer)) {
					layers[l.Name] = true
				}
			}
		}
	}
	return len(layers)
}

// inDirection is what a policy says of one direction. Layers that judge replies by themselves are not taken apart.
func inDirection(p model.Policy, d model.Direction) model.Policy {
	out := model.Policy{Layers: slices.Clone(p.Layers)}
	for i := range out.Layers {
		switch {
		case out.Layers[i].State == model.Stateless:
		case d == model.Ingress:
			out.Layers[i].Egress = nil
		default:
			out.Layers[i].Ingress = nil
		}
	}
	return out
}
