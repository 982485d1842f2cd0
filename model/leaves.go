package model

import (
	"iter"
	"slices"
)

// Leaves returns the parts of a selector that are made of no others: nil, [Any], [At], [Identities] and [Group], in the order in which they are written.
func Leaves(s Selector) iter.Seq[Selector] {
	return func(yield func(Selector) bool) { eachLeaf(s, yield) }
}

// eachLeaf returns false once yield does.
func eachLeaf(s Selector, yield func(Selector) bool) bool {
	some := func(ss []Selector) bool {
		return !slices.ContainsFunc(ss, func(t Selector) bool { return !eachLeaf(t, yield) })
	}
	switch s := s.(type) {
	case And:
		return some(s)
	case Or:
		return some(s)
	case Not:
		return eachLeaf(s.Selector, yield)
	case Maybe:
		return eachLeaf(s.Selector, yield)
	case nil, Any, At, Identities, Group:
	}
	return yield(s)
}

// MapLeaves returns a selector with each of its [Leaves] replaced by what f makes of it.
func MapLeaves(s Selector, f func(Selector) Selector) Selector {
	each := func(ss []Selector) []Selector {
		out := make([]Selector, len(ss))
		for i, t := range ss {
			out[i] = MapLeaves(t, f)
		}
		return out
	}
	switch s := s.(type) {
	case And:
		return And(each(s))
	case Or:
		return Or(each(s))
	case Not:
		return Not{Selector: MapLeaves(s.Selector, f)}
	case Maybe:
		return Maybe{Selector: MapLeaves(s.Selector, f), Why: s.Why}
	case nil, Any, At, Identities, Group:
	}
	return f(s)
}

// MapSelectors returns the policy with every selector of its guards and rules replaced by what f makes of it.
func (p Policy) MapSelectors(f func(Selector) Selector) Policy {
	chains := func(cs []Chain) []Chain {
		out := slices.Clone(cs)
		for i := range out {
			c := &out[i]
			c.Guard = Guard{Target: f(c.Guard.Target), Peer: f(c.Guard.Peer)}
			c.Rules = slices.Clone(c.Rules)
			for j := range c.Rules {
				r := &c.Rules[j]
				r.Target, r.Peer = f(r.Target), f(r.Peer)
			}
		}
		return out
	}
	p.Layers = slices.Clone(p.Layers)
	for i := range p.Layers {
		l := &p.Layers[i]
		l.Ingress, l.Egress = chains(l.Ingress), chains(l.Egress)
	}
	return p
}
