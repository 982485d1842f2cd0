package tfsource

import (
	"maps"
	"slices"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
)

// Merge puts two readings on one inventory, so that their policies can be compared:
// both results have the same Inventory, and policies that name its members in place of
// groups.
//
// Parties are the same when their resources have the same address; of the others, when
// they have the same cloud id; of the others, when they have the same kind and name. What
// one reading makes and the other does not have is not there in the other, where nobody
// reaches it and it reaches nobody: a new security group opens what it admits. The same goes for
// the addresses of subnets that rules are for. What is only named in one reading is there in both; in the other it is under the rules that
// the cloud gives it by itself.
func Merge(a, b Input) (Input, Input) {
	sides := []crowd{a.crowd, b.crowd}
	r := enroll(sides)
	inv := r.inventory(sides)
	out := []Input{a, b}
	for k := range out {
		groups := r.groups(sides, k)
		p := withGroups(out[k].Policy, func(g model.Group) model.Selector {
			if s, ok := groups[g]; ok {
				return s
			}
			return g
		})
		p.Layers = append(p.Layers, r.bareLayers(sides[1-k], k)...)
		if gone := r.gone(sides, k); len(gone) > 0 {
			gone := providers.Overrule(model.Policy{Layers: []model.Layer{notThere(gone)}}, "never filtered", sides[1-k].unfiltered)
			p.Layers = append(p.Layers, gone.Layers...)
		}
		out[k].Policy, out[k].Inventory = p, inv
	}
	return out[0], out[1]
}

// gone returns the members and the addresses that reading k does not have because
// the other makes them.
func (r roll) gone(sides []crowd, k int) model.Or {
	other := sides[1-k]
	var ids model.Identities
	for _, m := range r.members {
		if slices.ContainsFunc(m.atoms, func(a int) bool {
			at := r.atoms[a].at
			return at[k] == absent && other.parties[at[1-k]].Made
		}) {
			ids = append(ids, m.id)
		}
	}
	var out model.Or
	if len(ids) > 0 {
		out = append(out, ids)
	}
	if addrs := other.addrs().Subtract(sides[k].standing); !addrs.IsEmpty() {
		out = append(out, model.At{Addrs: addrs})
	}
	return out
}

// notThere is a layer that lets nothing to or from what is named. What a cloud never
// filters is put in front of it: it says nothing about rules that come or go.
func notThere(what model.Or) model.Layer {
	chains := []model.Chain{{Name: "not there", Guard: model.Guard{Target: what}, Order: model.AnyAllow, Default: model.Deny}}
	return model.Layer{Name: "what is not there", State: model.Stateful, Ingress: chains, Egress: chains}
}

// bareLayers returns what holds in reading k for those whom only the other
// names.
func (r roll) bareLayers(other crowd, k int) []model.Layer {
	var out []model.Layer
	for i, a := range r.atoms {
		if a.at[k] != absent || other.parties[a.at[1-k]].Made {
			continue
		}
		for _, g := range other.parties[a.at[1-k]].Groups {
			if l, ok := other.bare[g]; ok {
				out = append(out, withGroups(model.Policy{Layers: []model.Layer{l}}, func(model.Group) model.Selector {
					return r.having(i)
				}).Layers...)
			}
		}
	}
	return out
}

// having returns the members that an atom belongs to.
func (r roll) having(atom int) model.Identities {
	out := map[model.Identity]bool{}
	for _, m := range r.members {
		if slices.Contains(m.atoms, atom) {
			out[m.id] = true
		}
	}
	return slices.Sorted(maps.Keys(out))
}
