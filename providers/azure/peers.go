package azure

import (
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
)

// naming is how rules name a set of endpoints.
type naming struct {
	sides []side
	// covers is who is named, which may be more or fewer than was asked for.
	covers model.Endpoints
	// lost is the members that cannot be named at all, as nothing is known of
	// their addresses.
	lost []model.Identity
}

// name names endpoints. Addresses stay as they are written, but for those of
// members who must not be named and who alone hold them: these are taken out.
// Members who are named beside the addresses go by their ASG or their addresses.
func (e *encoder) name(p model.Endpoints) naming {
	if p.IsAny() {
		return naming{sides: []side{{}}, covers: p}
	}
	n := naming{}
	addrs := p.Rest().Union(p.At(model.Outside).Intersect(e.addrs[model.Outside]))
	var byGroup []model.Identity
	for _, m := range e.in.Inventory.Members {
		want, holds := p.At(m.ID), e.addrs[m.ID]
		lacking := want.Intersect(holds).Subtract(addrs)
		h := e.handles[m.ID]
		switch {
		case lacking.IsEmpty():
		case h.asg != nil && (want.Covers(holds) || !h.own):
			n.sides = append(n.sides, side{asg: h.asg})
			byGroup = append(byGroup, h.asg.members...)
		case m.Addrs.IsEmpty():
			n.lost = append(n.lost, m.ID)
		default:
			addrs = addrs.Union(lacking)
		}
	}
	addrs = addrs.Subtract(e.strangersTo(p, addrs, byGroup))
	n.sides = append(sidesAt(addrs), distinctGroups(n.sides)...)
	n.covers = model.EndpointsAt(addrs).Union(model.EndpointsOf(byGroup...))
	return n
}

// strangersTo returns the part of addrs held by members that p does not name,
// and by nobody whom p names and who goes by address.
func (e *encoder) strangersTo(p model.Endpoints, addrs model.AddrSet, byGroup []model.Identity) model.AddrSet {
	var excess model.AddrSet
	for _, m := range e.in.Inventory.Members {
		if !m.Addrs.IsEmpty() {
			excess = excess.Union(addrs.Intersect(m.Addrs).Subtract(p.At(m.ID)))
		}
	}
	if excess.IsEmpty() {
		return excess
	}
	excess = excess.Subtract(e.addrs[model.Outside].Intersect(p.At(model.Outside)))
	for _, m := range e.in.Inventory.Members {
		if !slices.Contains(byGroup, m.ID) {
			excess = excess.Subtract(e.addrs[m.ID].Intersect(p.At(m.ID)))
		}
	}
	return excess
}

// distinctGroups returns the sides that are ASGs, sorted, each once.
func distinctGroups(sides []side) []side {
	var out []side
	for _, s := range sides {
		if s.asg != nil && !slices.ContainsFunc(out, func(t side) bool { return t.asg == s.asg }) {
			out = append(out, s)
		}
	}
	slices.SortFunc(out, func(a, b side) int { return strings.Compare(string(a.asg.group), string(b.asg.group)) })
	return out
}

// held cuts endpoints down to the addresses that they may hold.
func (e *encoder) held(p model.Endpoints) model.Endpoints { return p.Intersect(e.everybody) }

// everybodyOf returns everybody there is, at the addresses that they may hold.
func everybodyOf(addrs map[model.Identity]model.AddrSet) model.Endpoints {
	var out model.Endpoints
	for id, at := range addrs {
		out = out.Union(model.EndpointAt(id, at))
	}
	return out
}
