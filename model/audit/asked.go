package audit

import (
	"cmp"
	"net/netip"
	"slices"

	"github.com/crosswall/crosswall/model"
)

// askedRules are the places of a chain's rules by what they are for, so that looking at a firewall target by target does not go
// through all rules for each.
type askedRules struct {
	// by has rules by the text of their target: those for anybody under "".
	by map[string][]int
	// parts has the rules whose target is a combination, which are looked through.
	parts []int
	// refusing has the rules for addresses that do not allow.
	refusing []int
	// blocks has the rules for addresses by block, and sorted by where the blocks begin.
	blocks map[netip.Prefix][]int
	sorted []placedBlock
}

// placedBlock is a block of the target of a rule.
type placedBlock struct {
	block netip.Prefix
	place int
}

// askedOf sorts the rules of a chain of a firewall with some members.
func askedOf(c model.Chain, members model.Selector) askedRules {
	a := askedRules{by: map[string][]int{}, blocks: map[netip.Prefix][]int{}}
	for i, r := range c.Rules {
		switch t, _ := whomOf(r, members); t := t.(type) {
		case model.And, model.Or:
			a.parts = append(a.parts, i)
		case model.At:
			if r.Action != model.Allow {
				a.refusing = append(a.refusing, i)
			}
			for _, p := range t.Addrs.Prefixes() {
				a.blocks[p] = append(a.blocks[p], i)
				a.sorted = append(a.sorted, placedBlock{p, i})
			}
		default:
			text := targetText(t)
			a.by[text] = append(a.by[text], i)
		}
	}
	slices.SortFunc(a.sorted, func(x, y placedBlock) int { return x.block.Addr().Compare(y.block.Addr()) })
	return a
}

// about returns the places of the rules that may judge those whom a target names, in the order of the chain.
func (a askedRules) about(t target) []int {
	places := slices.Concat(a.by[""], a.parts)
	if t.text != "" {
		places = append(places, a.by[t.text]...)
	}
	if and, ok := t.selector.(model.And); ok {
		for _, e := range and {
			places = append(places, a.by[targetText(e)]...)
		}
	}
	if at, ok := t.selector.(model.At); ok {
		for _, p := range at.Addrs.Prefixes() {
			places = append(places, a.meeting(p)...)
		}
	} else {
		places = append(places, a.refusing...)
	}
	slices.Sort(places)
	return slices.Compact(places)
}

// meeting returns the places of rules of which a block overlaps a block.
func (a askedRules) meeting(p netip.Prefix) []int {
	var out []int
	for bits := range p.Bits() {
		if wider, err := p.Addr().Prefix(bits); err == nil {
			out = append(out, a.blocks[wider]...)
		}
	}
	first, _ := slices.BinarySearchFunc(a.sorted, p.Addr(), func(b placedBlock, at netip.Addr) int { return cmp.Compare(b.block.Addr().Compare(at), 0) })
	for _, b := range a.sorted[first:] {
		if !p.Contains(b.block.Addr()) {
			break
		}
		out = append(out, b.place)
	}
	return out
}

// whomOf returns whom a rule of a firewall is for, nil where it is all of the members, and why it is not known
// whether they are; empty: it is.
func whomOf(r model.Rule, members model.Selector) (whom model.Selector, why string) {
	sure, why := settled(r.Target)
	return within(sure, members), why
}

// settled is a selector as if everything about it were known, and the first reason why it is not.
func settled(s model.Selector) (model.Selector, string) {
	var why string
	each := func(parts []model.Selector) []model.Selector {
		out := make([]model.Selector, len(parts))
		for i, p := range parts {
			one, reason := settled(p)
			out[i], why = one, cmp.Or(why, reason)
		}
		return out
	}
	switch s := s.(type) {
	case model.Maybe:
		one, reason := settled(s.Selector)
		return one, cmp.Or(reason, s.Why, "it is not known whom a rule is for")
	case model.And:
		return model.And(each(s)), why
	case model.Or:
		return model.Or(each(s)), why
	case nil, model.Any, model.At, model.Identities, model.Group, model.Not:
	}
	return s, whyOf(s)
}

// judgedOf returns what a rule for somebody judges of those whom a target names: nil is all of them. False: nothing, as far as the words
// tell. Of others than it names, a rule that allows is not asked: it has a target of its own.
func judgedOf(whom model.Selector, t target, a model.Action) (model.Selector, bool) {
	if covers(whom, t.selector) {
		return nil, true
	}
	if and, ok := t.selector.(model.And); ok && slices.ContainsFunc(and, func(e model.Selector) bool { return covers(whom, e) }) {
		return nil, true
	}
	_, placed := t.selector.(model.At)
	if !placed && a == model.Allow {
		return nil, false
	}
	at := addrsIn(whom)
	return model.At{Addrs: at}, !at.IsEmpty()
}

// addrsIn is the addresses that a selector surely names, whoever is at them.
func addrsIn(s model.Selector) model.AddrSet {
	var out model.AddrSet
	switch s := s.(type) {
	case model.At:
		return s.Addrs
	case model.Or:
		for _, e := range s {
			out = out.Union(addrsIn(e))
		}
	case model.Any, model.Identities, model.Group, model.And, model.Not, model.Maybe:
	}
	return out
}

// placesOf is where those may be whom a target names: all addresses, but where rules tell addresses apart.
func (v view) placesOf(t target, chains []model.Chain) model.AddrSet {
	if at, ok := t.selector.(model.At); ok {
		return at.Addrs
	}
	apart := slices.ContainsFunc(chains, func(c model.Chain) bool {
		return slices.ContainsFunc(c.Rules, func(r model.Rule) bool {
			whom, _ := settled(r.Target)
			return !isAnybody(whom)
		})
	})
	if !apart {
		return model.AllAddrs()
	}
	return v.subject.heldBy(model.And{orAny(v.firewall.Target), orAny(t.selector)})
}

// heldBy is the addresses that those may hold whom a selector may name; all where nobody is known.
func (s *Subject) heldBy(whom model.Selector) model.AddrSet {
	may := s.Inventory.Resolve(whom).May
	out := may.Rest()
	if out.IsAll() {
		return out
	}
	for _, e := range may.Entries() {
		if at := s.addrsOf(e.ID); e.ID != model.Outside && !at.IsEmpty() {
			e.Addrs = e.Addrs.Intersect(at)
		}
		out = out.Union(e.Addrs)
	}
	if out.IsEmpty() {
		return model.AllAddrs()
	}
	return out
}
