package model

import "slices"

// regionBudget bounds work on regions, in edges of diagrams that operations look at: some 200 nanoseconds
// and at most some 100 bytes each.
type regionBudget struct {
	// part is for one part of what is asked about, whose diagrams are in memory together.
	part int
	// total is for all parts.
	total int
}

func defaultRegionBudget() regionBudget { return regionBudget{part: 1 << 22, total: 1 << 26} }

// partition works something out for a region: at one go if the budget allows, or
// else for parts of the region, by who sends, who receives, and at which addresses. Parts that
// are too much work in spite of that are given up.
type partition struct {
	inv   Inventory
	part  int
	left  int
	sets  [][]Region
	given []Region
}

func newPartition(inv Inventory, b regionBudget) *partition {
	return &partition{inv: inv, part: b.part, left: b.total}
}

// work returns what f makes of the evaluation of each part, united part by part; nil where nothing was
// asked about, or all was given up.
func (p *partition) work(within Region, f func(*evaluation) []*node) []Region {
	w := newWorkshop()
	u := w.universe(p.inv, atSrc)
	p.run(Region{u.clip(w, within.root)}, f)
	if len(p.sets) == 0 {
		return nil
	}
	out := make([]Region, len(p.sets[0]))
	for i := range out {
		var parts []Region
		for _, s := range p.sets {
			parts = append(parts, s[i])
		}
		out[i] = unionRegions(parts)
	}
	return out
}

// gaveUp returns the connections that were given up.
func (p *partition) gaveUp() Region {
	if len(p.given) == 0 {
		return Region{}
	}
	w := newWorkshop()
	u := w.universe(p.inv, atSrc)
	return Region{w.apply(opSubtract, unionRegions(p.given).root, u.not)}
}

// run works on a part of the universe, or on parts of it.
func (p *partition) run(r Region, f func(*evaluation) []*node) {
	if r.IsEmpty() {
		return
	}
	if p.left > 0 {
		w := newWorkshop()
		w.limit = min(p.part, p.left)
		not := w.universe(p.inv, atSrc).not
		var sets []Region
		for _, n := range f(newEvaluation(w, p.inv, r.root)) {
			sets = append(sets, Region{w.apply(opSubtract, n, not)})
		}
		p.left -= w.spent
		if !w.exhausted() {
			p.sets = append(p.sets, sets)
			return
		}
	}
	if p.left <= 0 {
		p.given = append(p.given, r)
		return
	}
	// Eighths: where the whole was too much work, halves and quarters are likely to be.
	parts := []Region{r}
	for range 3 {
		var smaller []Region
		for _, s := range parts {
			smaller = append(smaller, s.halves()...)
		}
		parts = smaller
	}
	if len(parts) == 1 {
		p.given = append(p.given, r)
		return
	}
	for _, s := range parts {
		p.run(s, f)
	}
}

// halves cuts a region in two, neither of them empty: by who sends if there are several, or else by
// who receives, or else by their addresses. A region that nothing of that cuts stays whole.
func (r Region) halves() []Region {
	for _, cut := range []func(Region) (Endpoints, Endpoints, bool){
		func(r Region) (Endpoints, Endpoints, bool) {
			src, _ := hull(r.root)
			half, ok := src.half()
			return half, AnyEndpoint(), ok
		},
		func(r Region) (Endpoints, Endpoints, bool) {
			_, dst := hull(r.root)
			half, ok := dst.half()
			return AnyEndpoint(), half, ok
		},
	} {
		src, dst, ok := cut(r)
		if !ok {
			continue
		}
		half := NewRegion(Box{src, dst, Traffic{AllTraffic()}})
		if a, b := r.Intersect(half), r.Subtract(half); !a.IsEmpty() && !b.IsEmpty() {
			return []Region{a, b}
		}
	}
	return []Region{r}
}

// half returns about half of the endpoints: of the identities, or of the
// addresses if there is one identity only.
func (e Endpoints) half() (Endpoints, bool) {
	if n := len(e.byID); n > 1 || n == 1 && !e.rest.IsEmpty() {
		return Endpoints{byID: slices.Clone(e.byID[:(n+1)/2])}, true
	}
	addrs := e.rest
	if len(e.byID) == 1 {
		addrs = e.byID[0].Addrs
	}
	if n := len(addrs.ranges); n > 1 {
		return EndpointsAt(AddrSet{addrs.ranges[:n/2]}), true
	}
	if len(addrs.ranges) == 1 {
		r := addrs.ranges[0]
		family := uint64(family6)
		if r.From().Is4() {
			family = family4
		}
		if m, ok := halfway(addrKey(r.From()), addrKey(r.To())); ok {
			return EndpointsAt(AddrRange(r.From(), keyAddr(m, family))), true
		}
	}
	return Endpoints{}, false
}

// halfway returns the last key of the first half of an interval of more than one key.
func halfway(first, last key) (key, bool) {
	if first == last {
		return key{}, false
	}
	// (first + last) / 2 without overflow: what both have, and half of what one has.
	and := key{first.hi & last.hi, first.lo & last.lo}
	xor := key{first.hi ^ last.hi, first.lo ^ last.lo}
	half := key{xor.hi >> 1, xor.lo>>1 | xor.hi<<63}
	sum := key{and.hi + half.hi, and.lo + half.lo}
	if sum.lo < and.lo {
		sum.hi++
	}
	return sum, true
}
