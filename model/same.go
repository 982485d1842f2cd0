package model

import "slices"

// sameRule reports whether two rules say the same in the same words: action, target,
// peer and traffic.
func sameRule(a, b Rule) bool {
	return a.Action == b.Action && slices.Equal(a.Traffic, b.Traffic) && sameSelector(a.Target, b.Target) && sameSelector(a.Peer, b.Peer)
}

// sameSelector reports whether two selectors say the same in the same words. Those that do
// not may yet name the same endpoints.
func sameSelector(a, b Selector) bool {
	switch a := a.(type) {
	case nil, Any:
		if b == nil {
			return true
		}
		_, ok := b.(Any)
		return ok
	case At:
		b, ok := b.(At)
		return ok && a.Addrs.Equal(b.Addrs)
	case Identities:
		b, ok := b.(Identities)
		return ok && slices.Equal(a, b)
	case Group:
		b, ok := b.(Group)
		return ok && a == b
	case And:
		b, ok := b.(And)
		return ok && slices.EqualFunc(a, b, sameSelector)
	case Or:
		b, ok := b.(Or)
		return ok && slices.EqualFunc(a, b, sameSelector)
	case Not:
		b, ok := b.(Not)
		return ok && sameSelector(a.Selector, b.Selector)
	case Maybe:
		b, ok := b.(Maybe)
		return ok && sameSelector(a.Selector, b.Selector)
	}
	return false
}

// isPlain reports whether nothing about a selector is unknown, by its words alone: true is certain, false is
// not.
func (inv Inventory) isPlain(s Selector, depth int) bool {
	notPlain := func(t Selector) bool { return !inv.isPlain(t, depth) }
	switch s := s.(type) {
	case nil, Any, At, Identities:
		return true
	case Group:
		g, ok := inv.Groups[s]
		return ok && depth < maxGroupDepth && inv.isPlain(g, depth+1)
	case And:
		return !slices.ContainsFunc(s, notPlain)
	case Or:
		return !slices.ContainsFunc(s, notPlain)
	case Not:
		return inv.isPlain(s.Selector, depth)
	case Maybe:
		return false
	}
	return false
}

// hash is the same for rules that are the same by sameRule.
func (r Rule) hash() uint64 {
	h := mix(uint64(r.Action), hashSelector(r.Target))
	h = mix(h, hashSelector(r.Peer))
	for _, s := range r.Traffic {
		h = mix(h, uint64(uint16(s.Protocol))<<32|uint64(uint16(s.Type))<<16|uint64(uint16(s.Code)))
		h = mix(h, uint64(s.Src.First)<<48|uint64(s.Src.Last)<<32|uint64(s.Dst.First)<<16|uint64(s.Dst.Last))
	}
	return h
}

// hashSelector is the same for selectors that are the same by sameSelector.
func hashSelector(s Selector) uint64 {
	all := func(h uint64, ts []Selector) uint64 {
		for _, t := range ts {
			h = mix(h, hashSelector(t))
		}
		return h
	}
	switch s := s.(type) {
	case nil, Any:
		return 1
	case At:
		h := uint64(2)
		for _, r := range s.Addrs.ranges {
			for _, k := range [...]key{addrKey(r.From()), addrKey(r.To())} {
				h = mix(mix(h, k.hi), k.lo)
			}
		}
		return h
	case Identities:
		h := uint64(3)
		for _, id := range s {
			h = mixText(h, string(id))
		}
		return h
	case Group:
		return mixText(4, string(s))
	case And:
		return all(5, s)
	case Or:
		return all(6, s)
	case Not:
		return all(7, []Selector{s.Selector})
	case Maybe:
		return all(8, []Selector{s.Selector})
	}
	return 0
}
