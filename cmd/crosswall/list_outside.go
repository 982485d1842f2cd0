package main

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
)

// atom is outside addresses of one family that no selector tells apart.
type atom struct {
	addrs  model.AddrSet
	family int
	// sure and unsure are the selectors that name it for sure, and perhaps.
	sure, unsure []int
}

// edge is an address at which a selector begins, or ceases, to name the outside.
type edge struct {
	at       netip.Addr
	selector int // allOutside: where the outside itself begins or ends
	sure     bool
	on       bool
}

// allOutside stands for the outside itself among selectors.
const allOutside = -1

// atoms cuts the outside by what selectors name of it. Those that name all or
// nothing of it cut nothing, and are not in the atoms.
func (d *directory) atoms() []atom {
	all := d.inv.Addrs(model.Outside)
	edges := edgesOf(nil, all, edge{selector: allOutside})
	for i, s := range d.selectors {
		if d.cutsOutside(i) {
			edges = edgesOf(edges, s.outside.must.Intersect(all), edge{selector: i, sure: true})
			edges = edgesOf(edges, s.outside.may.Subtract(s.outside.must).Intersect(all), edge{selector: i})
		}
	}
	slices.SortStableFunc(edges, func(a, b edge) int { return a.at.Compare(b.at) })
	first6 := slices.IndexFunc(edges, func(e edge) bool { return e.at.Is6() })
	if first6 < 0 {
		first6 = len(edges)
	}
	return append(sweep(edges[:first6], 4, netip.MustParseAddr("255.255.255.255")),
		sweep(edges[first6:], 6, netip.MustParseAddr("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"))...)
}

// edgesOf adds the edges of a set of addresses. A range that ends with the last
// address of its family has no second edge.
func edgesOf(edges []edge, a model.AddrSet, like edge) []edge {
	for _, r := range a.Ranges() {
		on, off := like, like
		on.at, on.on = r.From(), true
		edges = append(edges, on)
		if off.at = r.To().Next(); off.at.IsValid() {
			edges = append(edges, off)
		}
	}
	return edges
}

// sweep goes through the sorted edges of one family and puts the addresses together
// that the same selectors name.
func sweep(edges []edge, family int, last netip.Addr) []atom {
	var out []atom
	var ranges [][]model.AddrSet
	byKey := map[string]int{}
	inside := false
	named := map[bool]map[int]bool{true: {}, false: {}} // by whether it is sure
	for i, e := range edges {
		switch {
		case e.selector == allOutside:
			inside = e.on
		case e.on:
			named[e.sure][e.selector] = true
		default:
			delete(named[e.sure], e.selector)
		}
		to := last
		if i+1 < len(edges) {
			if edges[i+1].at == e.at {
				continue
			}
			to = edges[i+1].at.Prev()
		}
		if !inside {
			continue
		}
		a := atom{family: family, sure: keysOf(named[true]), unsure: keysOf(named[false])}
		k := intern(byKey, fmt.Sprint(a.sure, a.unsure), func() { out, ranges = append(out, a), append(ranges, nil) })
		ranges[k] = append(ranges[k], model.AddrRange(e.at, to))
	}
	for i := range out {
		out[i].addrs = unionOf(ranges[i])
	}
	return out
}

func keysOf(set map[int]bool) []int {
	out := make([]int, 0, len(set))
	for k := range set {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// cutsOutside reports whether a selector names some of the outside and not all of it.
func (d *directory) cutsOutside(selector int) bool {
	c := d.cover(d.selectors[selector].outside, d.inv.Addrs(model.Outside))
	return c > perhapsCover
}

// outsideTerms are the terms of the rules at a group that name an outside end.
type outsideTerms struct {
	// always are those of rules that name all of the outside.
	always []ruleTerm
	// some are those of rules whose peers are parts of it, by selector.
	some map[int][]ruleTerm
}

// outsideIndex returns, for both sides, the terms at each group.
func (d *directory) outsideIndex() [2][]outsideTerms {
	var out [2][]outsideTerms
	all := d.inv.Addrs(model.Outside)
	for i := range d.sides {
		out[i] = make([]outsideTerms, len(d.groups))
		for _, r := range d.sides[i].rules {
			whole := d.cover(d.selectors[r.peer].outside, all)
			if whole == noCover {
				continue
			}
			for _, g := range d.groupsOf(r.target) {
				o, t := &out[i][g], ruleTerm{r.traffic, d.covered(r.target, g), whole}
				if whole <= perhapsCover {
					o.always = append(o.always, t)
					continue
				}
				if o.some == nil {
					o.some = map[int][]ruleTerm{}
				}
				o.some[r.peer] = append(o.some[r.peer], t)
			}
		}
	}
	return out
}

// slot is one direction of one group towards the outside.
type slot struct {
	group int
	side  int // egressSide: the group is the client
}

// outsider works out the connections with the outside.
type outsider struct {
	*directory
	index [2][]outsideTerms
	atoms []atom
	// users are the groups with rules about a selector, by side and selector.
	users [2]map[int][]int
	plain map[int]map[slot]*answerCase // by family: where no selector of a part counts
}

func (d *directory) outsider() *outsider {
	o := &outsider{directory: d, index: d.outsideIndex(), atoms: d.atoms(), plain: map[int]map[slot]*answerCase{4: {}, 6: {}}}
	for side := range o.users {
		o.users[side] = map[int][]int{}
		for g, t := range o.index[side] {
			for s := range t.some {
				o.users[side][s] = append(o.users[side][s], g)
			}
		}
	}
	for _, family := range []int{4, 6} {
		for g := range d.groups {
			for side := range d.sides {
				s := slot{g, side}
				o.plain[family][s] = o.at(s, atom{family: family})
			}
		}
	}
	return o
}

// at returns what passes between a group and an atom.
func (o *outsider) at(s slot, a atom) *answerCase {
	pick := func(side int) []ruleTerm {
		t := o.index[side][s.group]
		found := slices.Clone(t.always)
		for _, sel := range a.sure {
			for _, n := range t.some[sel] {
				n.peer = wholeCover
				found = append(found, n)
			}
		}
		for _, sel := range a.unsure {
			for _, n := range t.some[sel] {
				n.peer = perhapsCover
				found = append(found, n)
			}
		}
		return terms(found, nil)
	}
	group, out := o.ending(s.group), ending{class: -1, family: a.family}
	if s.side == egressSide {
		q := situation{from: group, to: out, egress: pick(egressSide)}
		if o.view == viewStateless {
			q.replyIngress = pick(ingressSide)
		}
		return o.answer(q)
	}
	q := situation{from: out, to: group, ingress: pick(ingressSide)}
	if o.view == viewStateless {
		q.replyEgress = pick(egressSide)
	}
	return o.answer(q)
}

// touched returns the slots at which an atom may differ from the plain outside.
func (o *outsider) touched(a atom) []slot {
	var out []slot
	for side := range o.users {
		for _, sels := range [][]int{a.sure, a.unsure} {
			for _, sel := range sels {
				for _, g := range o.users[side][sel] {
					out = append(out, slot{g, side})
					if o.view == viewStateless { // its rules are asked about replies too
						out = append(out, slot{g, 1 - side})
					}
				}
			}
		}
	}
	slices.SortFunc(out, func(a, b slot) int { return cmp.Or(a.group-b.group, a.side-b.side) })
	return slices.Compact(out)
}

// outsideSet is atoms with the same connections.
type outsideSet struct {
	addrs model.AddrSet
	atoms []atom
}

// sets merges the atoms whose connections read the same.
func (o *outsider) sets() []outsideSet {
	var out []outsideSet
	byKey := map[string]int{}
	changed := o.familiesDiffer()
	for _, a := range o.atoms {
		slots := o.touched(a)
		if a.family == 6 {
			slots = append(slots, changed...)
			slices.SortFunc(slots, func(a, b slot) int { return cmp.Or(a.group-b.group, a.side-b.side) })
			slots = slices.Compact(slots)
		}
		var key strings.Builder
		for _, s := range slots {
			if n := o.at(s, a); n.text != o.plain[4][s].text {
				fmt.Fprintf(&key, "%d.%d:%d ", s.group, s.side, n.text)
			}
		}
		i := intern(byKey, key.String(), func() { out = append(out, outsideSet{}) })
		out[i].addrs = out[i].addrs.Union(a.addrs)
		out[i].atoms = append(out[i].atoms, a)
	}
	return out
}

// familiesDiffer returns the slots whose plain answers read differently in
// IPv4 and IPv6.
func (o *outsider) familiesDiffer() []slot {
	var out []slot
	for s, a := range o.plain[4] {
		if o.plain[6][s].text != a.text {
			out = append(out, s)
		}
	}
	return out
}

// split returns the connections with the outside such that any two ranges of addresses are
// equal or disjoint.
func (d *directory) split() []connection {
	o := d.outsider()
	var out []connection
	for _, set := range o.sets() {
		for g := range d.groups {
			for side := range d.sides {
				var cs []connection
				for _, a := range set.atoms {
					cs = joinFamilies(cs, o.at(slot{g, side}, a).connections)
				}
				out = append(out, d.withOutside(cs, slot{g, side}, set.addrs)...)
			}
		}
	}
	return out
}

// joinFamilies joins answers that read the same: "any" is not the same traffic in
// IPv4 and in IPv6.
func joinFamilies(all, more []connection) []connection {
	if all == nil {
		return slices.Clone(more)
	}
	for i := range all {
		if all[i].said != more[i].said {
			all[i].traffic, all[i].everything = all[i].traffic.union(more[i].traffic), all[i].everything.union(more[i].everything)
			all[i].said = more[i].said // they read the same, or would not be in one set
		}
	}
	return all
}

// withOutside puts the ends to connections.
func (d *directory) withOutside(cs []connection, s slot, addrs model.AddrSet) []connection {
	var out []connection
	for _, id := range d.groups[s.group].ids {
		for _, c := range cs {
			inside, outside := end{id, d.classes[d.groups[s.group].class].addrs}, end{model.Outside, addrs}
			c.from, c.to = inside, outside
			if s.side == ingressSide {
				c.from, c.to = outside, inside
			}
			out = append(out, c)
		}
	}
	return out
}

// joined returns the connections with the outside such that each workload has
// one connection for all addresses with the same traffic.
func (d *directory) joined() []connection {
	o := d.outsider()
	rest := map[int]model.AddrSet{4: d.inv.Addrs(model.Outside).V4(), 6: d.inv.Addrs(model.Outside).V6()}
	special := map[slot][]atom{}
	for _, a := range o.atoms {
		for _, s := range o.touched(a) {
			special[s] = append(special[s], a)
		}
	}
	var out []connection
	for g := range d.groups {
		for side := range d.sides {
			out = append(out, o.slotConnections(slot{g, side}, rest, special[slot{g, side}])...)
		}
	}
	return out
}

// slotConnections joins what one slot says about the plain outside and about
// special parts of it.
func (o *outsider) slotConnections(s slot, all map[int]model.AddrSet, special []atom) []connection {
	type reading struct {
		addrs []model.AddrSet
		cs    []connection
	}
	var order []int
	byText := map[int]*reading{}
	add := func(n *answerCase, addrs model.AddrSet) {
		if addrs.IsEmpty() || len(n.connections) == 0 {
			return
		}
		r := byText[n.text]
		if r == nil {
			r = &reading{}
			byText[n.text] = r
			order = append(order, n.text)
		}
		r.cs = joinFamilies(r.cs, n.connections)
		r.addrs = append(r.addrs, addrs)
	}
	for _, family := range []int{4, 6} {
		plain := all[family]
		var taken []model.AddrSet
		for _, a := range special {
			if a.family == family {
				add(o.at(s, a), a.addrs)
				taken = append(taken, a.addrs)
			}
		}
		add(o.plain[family][s], plain.Subtract(unionOf(taken)))
	}
	var out []connection
	for _, text := range order {
		r := byText[text]
		out = append(out, o.withOutside(r.cs, s, unionOf(r.addrs))...)
	}
	return out
}

// unionOf joins sets by halves: each address is copied a few times only.
func unionOf(sets []model.AddrSet) model.AddrSet {
	switch len(sets) {
	case 0:
		return model.AddrSet{}
	case 1:
		return sets[0]
	}
	return unionOf(sets[:len(sets)/2]).Union(unionOf(sets[len(sets)/2:]))
}
