package tfsource

import (
	"slices"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
)

// Merge puts two readings on one inventory, so that their policies can be compared:
// both results have the same Inventory, and policies that name its members in place of
// groups.
//
// Parties are the same when their resources have the same address; of the others, when
// they have the same cloud id; of the others, when they have the same kind and name, or the same kind and tag. What
// one reading makes and the other does not have is not there in the other, where nobody
// reaches it and it reaches nobody: a new security group opens what it admits. The same goes for
// the addresses of subnets that rules are for. Where the objects of its kind were not read, it is unknown whether it is there. What is only named in one reading is there in both; in the other it is under the rules that
// the cloud gives it by itself.
//
// Interfaces that both readings have, by their resource address, id, name or addresses, are in each what it says: one
// that loses a security group or a tag is under fewer rules. What was read on neither side is set aside, with a warning of
// [CodeIncomplete].
//
// Parties of different clouds are the same when people call them the same, by a tag or a
// name, or when they hold the same addresses; those of one cloud that the other knows by the addresses of a subnet
// are judged as anybody there. Ids never count. What has no counterpart is left out, and so is what
// only one cloud can have: its own services, and the rules of whoever is in no group. The findings
// say what was paired so and, as warnings with [CodeUnpaired], what was left out.
func Merge(a, b Input) (Input, Input, []model.Finding) {
	policies, aside := setAside([]Input{a, b})
	a.Policy, b.Policy = policies[0], policies[1]
	a, b, findings := joinInputs(a, b)
	return a, b, model.SortFindings(append(findings, aside...))
}

// joinInputs is [Merge] without setting anything aside.
func joinInputs(a, b Input) (Input, Input, []model.Finding) { return joinBound(a, b, bound) }

// bound puts in place of a group those who are in it.
func bound(groups map[model.Group]model.Selector) func(model.Group) model.Selector {
	return func(g model.Group) model.Selector {
		if s, ok := groups[g]; ok {
			return s
		}
		return g
	}
}

// joinBound is joinInputs with what bind makes of groups, given who is in them, in place of the groups.
func joinBound(a, b Input, bind func(map[model.Group]model.Selector) func(model.Group) model.Selector) (Input, Input, []model.Finding) {
	sides := []crowd{a.crowd, b.crowd}
	across := crosses(sides)
	if across {
		sides = withGrounds(sides)
	}
	r := enroll(sides)
	inv := r.inventory(sides)
	out := []Input{a, b}
	if across {
		inv = withoutMachinery(inv, machinery(sides))
		inv.Outside = inv.Outside.Subtract(elsewhere(sides))
	}
	for k := range out {
		p := withGroups(out[k].Policy, bind(r.groups(sides, k)))
		p.Layers = append(p.Layers, r.bareLayers(sides, k)...)
		p = r.doubted(p, k)
		if gone := r.gone(sides, k); len(gone) > 0 {
			gone := providers.Overrule(model.Policy{Layers: []model.Layer{notThere(gone)}}, "never filtered", sides[1-k].unfiltered)
			p.Layers = append(p.Layers, gone.Layers...)
		}
		if across {
			p = r.crossOver(p)
		}
		out[k].Policy, out[k].Inventory = p, inv
	}
	if across {
		return out[0], out[1], r.unpaired(sides)
	}
	return out[0], out[1], nil
}

// gone returns the members and the addresses that reading k does not have because
// the other makes them. What reading k has not looked for is perhaps there.
func (r roll) gone(sides []crowd, k int) model.Or {
	other := sides[1-k]
	var sure, perhaps model.Identities
	for _, m := range r.members {
		missing, known := false, false
		for _, a := range m.on[k] {
			at := r.atoms[a].at
			if at[k] != absent || !other.parties[at[1-k]].Made || r.lacks(sides, a, k) {
				continue
			}
			missing = true
			known = known || !sides[k].isUnread(other.parties[at[1-k]])
		}
		switch {
		case known:
			sure = append(sure, m.id)
		case missing:
			perhaps = append(perhaps, m.id)
		}
	}
	var out model.Or
	if len(sure) > 0 {
		out = append(out, sure)
	}
	if len(perhaps) > 0 {
		out = append(out, model.Maybe{Selector: perhaps, Why: "objects of its kind were not read"})
	}
	if addrs := other.sites().Subtract(sides[k].standing).Subtract(r.learnedSites(sides, k)); !addrs.IsEmpty() && !crosses(sides) {
		perhaps, why := addrs.Intersect(sides[k].perhaps), "the addresses of a subnet are not known"
		if slices.ContainsFunc(other.grounds, sides[k].isUnread) {
			perhaps, why = addrs, "subnets were not read"
		}
		if sure := addrs.Subtract(perhaps); !sure.IsEmpty() {
			out = append(out, model.At{Addrs: sure})
		}
		if !perhaps.IsEmpty() {
			out = append(out, model.Maybe{Selector: model.At{Addrs: perhaps}, Why: why})
		}
	}
	return out
}

// isUnread reports whether a party of another reading may be there although this one does not have it, because
// objects of its kind were not read.
func (c crowd) isUnread(p party) bool { return c.unread[native{p.provider, p.Native}] }

// notThere is a layer that lets nothing to or from what is named. What a cloud never
// filters is put in front of it: it says nothing about rules that come or go.
func notThere(what model.Or) model.Layer {
	chains := []model.Chain{{Name: "not there", Guard: model.Guard{Target: what}, Order: model.AnyAllow, Default: model.Deny}}
	return model.Layer{Name: "what is not there", State: model.Stateful, Ingress: chains, Egress: chains}
}

// bareLayers returns what holds in reading k for those of whom only the other has rules.
func (r roll) bareLayers(sides []crowd, k int) []model.Layer {
	var out []model.Layer
	other := sides[1-k]
	for i, a := range r.atoms {
		if a.at[1-k] == absent || r.lacks(sides, i, k) {
			continue
		}
		if here := a.at[k]; here == absent && other.parties[a.at[1-k]].Made || here != absent && !sides[k].parties[here].Unruled {
			continue
		}
		for _, g := range other.parties[a.at[1-k]].Groups {
			if l, ok := other.bare[g]; ok {
				out = append(out, withGroups(model.Policy{Layers: []model.Layer{l}}, func(model.Group) model.Selector {
					return r.having(i, k)
				}).Layers...)
			}
		}
	}
	return out
}

// having returns the members that reading k has in an atom, or would if it had the atom.
func (r roll) having(atom, k int) model.Identities {
	var out model.Identities
	for _, m := range r.members {
		if slices.Contains(m.on[k], atom) {
			out = append(out, m.id)
		}
	}
	return out
}
