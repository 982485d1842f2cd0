package tfsource

import (
	"maps"
	"slices"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
)

// Joint returns the members of the inventory of whom no resource tells, with those that they are put together of, sorted. See
// [MergeTogether].
func (in Input) Joint() map[model.Identity][]model.Identity { return maps.Clone(in.joint) }

// Beyond returns what of a region is not there for less already: connections of an endpoint that was put together, where the
// same connections of somebody who is in fewer groups are not in the region. Connections between others stay.
func (in Input) Beyond(r model.Region) model.Region {
	if len(in.joint) == 0 || r.IsEmpty() {
		return r
	}
	larger := in.larger()
	var implied []model.Box
	for b := range r.All() {
		src, dst := in.lifted(b.Src, larger), in.lifted(b.Dst, larger)
		if !src.IsEmpty() {
			implied = append(implied, model.Box{Src: src, Dst: b.Dst.Union(dst), Traffic: b.Traffic})
		}
		if !dst.IsEmpty() {
			implied = append(implied, model.Box{Src: b.Src, Dst: dst, Traffic: b.Traffic})
		}
	}
	return r.Subtract(model.NewRegion(implied...))
}

// larger returns, for each member, those who were put together of all that it is put together of, and more.
func (in Input) larger() map[model.Identity][]model.Identity {
	out := map[model.Identity][]model.Identity{}
	for _, m := range in.Inventory.Members {
		parts := in.partsOf(m.ID)
		for id, all := range in.joint {
			if len(all) > len(parts) && !slices.ContainsFunc(parts, func(p model.Identity) bool { return !slices.Contains(all, p) }) {
				out[m.ID] = append(out[m.ID], id)
			}
		}
	}
	return out
}

// lifted returns those who were put together of some of the endpoints and more, at the same addresses.
func (in Input) lifted(e model.Endpoints, larger map[model.Identity][]model.Identity) model.Endpoints {
	var places []model.AddrSet
	var at [][]model.Identity // by place
	add := func(addrs model.AddrSet, ids []model.Identity) {
		i := slices.IndexFunc(places, addrs.Equal)
		if i < 0 {
			i = len(places)
			places, at = append(places, addrs), append(at, nil)
		}
		at[i] = append(at[i], ids...)
	}
	for _, n := range e.Entries() {
		if !n.Addrs.IsEmpty() && len(larger[n.ID]) > 0 {
			add(n.Addrs, larger[n.ID])
		}
	}
	if rest := e.Rest(); !rest.IsEmpty() {
		for id, ids := range larger { // in any order: a set is made of them
			if e.At(id).Equal(rest) {
				add(rest, ids)
			}
		}
	}
	var out model.Endpoints
	for i, addrs := range places {
		out = out.Union(model.EndpointsOf(at[i]...).Intersect(model.EndpointsAt(addrs)))
	}
	return out
}

// unexplained returns those who were put together and are in a difference that is not there for less.
func (in Input) unexplained(d model.Delta) [][]model.Identity {
	seen := map[model.Identity]bool{}
	for _, r := range []model.Region{d.Opened, d.Closed, d.Unknown} {
		for b := range in.Beyond(r).All() {
			for _, e := range []model.Endpoints{b.Src, b.Dst} {
				for _, n := range e.Entries() { // regions between members name each
					seen[n.ID] = seen[n.ID] || len(in.joint[n.ID]) > 0 && !n.Addrs.IsEmpty()
				}
			}
		}
	}
	var out [][]model.Identity
	for id, some := range seen {
		if some {
			out = append(out, in.joint[id])
		}
	}
	slices.SortFunc(out, slices.Compare)
	return out
}

// beyondPairs says why endpoints in two groups do not tell all of what the rules of some layers say of those in
// several; empty: they do.
func (c crowd) beyondPairs(p model.Policy, layer string) string {
	for _, l := range p.Layers {
		if l.Name != layer {
			continue
		}
		for _, chain := range slices.Concat(l.Ingress, l.Egress) {
			if why := c.chainBeyondPairs(chain, l.State); why != "" {
				return why
			}
		}
	}
	return ""
}

func (c crowd) chainBeyondPairs(chain model.Chain, state model.State) string {
	guards := []model.Selector{chain.Guard.Target, chain.Guard.Peer}
	if slices.ContainsFunc(guards, c.namesJoining) && chain.Order != model.AnyAllow {
		return "the rules of " + chain.Name + " are for those in some groups alone"
	}
	for _, r := range chain.Rules {
		ends := []model.Selector{r.Target, r.Peer}
		switch {
		case slices.ContainsFunc(ends, c.combinesGroups) || slices.ContainsFunc(guards, c.combinesGroups):
			return r.Name + " names who is in several groups at once, or is not in some"
		case r.Action == model.Pass && slices.ContainsFunc(ends, c.namesJoining):
			return r.Name + " leaves those in some groups to other rules"
		case state == model.Stateless && slices.ContainsFunc(ends, c.namesJoining):
			return r.Name + " judges replies by group"
		}
	}
	return ""
}

// namesJoining reports whether a selector names a group in which an endpoint may be together with others.
func (c crowd) namesJoining(s model.Selector) bool {
	return slices.ContainsFunc(providers.GroupsOf(s), func(g model.Group) bool { return c.joining[g] })
}

// combinesGroups reports whether a selector is about more than one such group at once, or about who is not in one.
func (c crowd) combinesGroups(s model.Selector) bool {
	switch s := s.(type) {
	case model.And:
		naming := 0
		for _, t := range s {
			if c.namesJoining(t) {
				naming++
			}
		}
		return naming > 1 || slices.ContainsFunc(s, c.combinesGroups)
	case model.Or:
		return slices.ContainsFunc(s, c.combinesGroups)
	case model.Not:
		return c.namesJoining(s.Selector)
	case model.Maybe:
		return c.combinesGroups(s.Selector)
	case nil, model.Any, model.At, model.Identities, model.Group:
	}
	return false
}

// refusesByGroup says which rule of two readings of different clouds refuses by group, for who is in several groups there is not
// looked into; empty: none does.
func refusesByGroup(readings ...Input) string {
	for _, in := range readings {
		for _, c := range providers.ChainsOf(in.Policy) {
			for _, r := range c.Rules {
				if r.Action == model.Deny && (in.crowd.namesJoining(r.Target) || in.crowd.namesJoining(r.Peer)) {
					return r.Name + " refuses by group, and two clouds are compared by one group at a time"
				}
			}
		}
	}
	return ""
}
