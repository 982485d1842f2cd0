package model

import "slices"

// fit is whether a selector names an endpoint.
type fit uint8

const (
	no fit = iota
	perhaps
	yes
)

func fitOf(b bool) fit {
	if b {
		return yes
	}
	return no
}

// match says whether s names the endpoint, without working out all endpoints
// as [Inventory.Resolve] does.
func (inv Inventory) match(s Selector, e Endpoint) fit { return inv.matchAt(s, e, 0) }

func (inv Inventory) matchAt(s Selector, e Endpoint, depth int) fit {
	switch s := s.(type) {
	case nil, Any:
		return yes
	case At:
		return fitOf(s.Addrs.Contains(e.Addr))
	case Identities:
		return fitOf(slices.Contains(s, e.ID))
	case Group:
		g, ok := inv.Groups[s]
		if !ok || depth >= maxGroupDepth {
			return perhaps
		}
		return inv.matchAt(g, e, depth+1)
	case And:
		out := yes
		for _, t := range s {
			out = min(out, inv.matchAt(t, e, depth))
		}
		return out
	case Or:
		out := no
		for _, t := range s {
			out = max(out, inv.matchAt(t, e, depth))
		}
		return out
	case Not:
		return yes - inv.matchAt(s.Selector, e, depth)
	case Maybe:
		return min(perhaps, inv.matchAt(s.Selector, e, depth))
	}
	return perhaps
}

// mayName reports whether s may name the identity at some address. False is
// certain; true is not.
func (inv Inventory) mayName(s Selector, id Identity, depth int) bool {
	named := func(t Selector) bool { return inv.mayName(t, id, depth) }
	switch s := s.(type) {
	case Identities:
		return slices.Contains(s, id)
	case Group:
		g, ok := inv.Groups[s]
		return !ok || depth >= maxGroupDepth || inv.mayName(g, id, depth+1)
	case And:
		return !slices.ContainsFunc(s, func(t Selector) bool { return !named(t) })
	case Or:
		return slices.ContainsFunc(s, named)
	case Maybe:
		return named(s.Selector)
	case nil, Any, At, Not:
		return true
	}
	return true
}
