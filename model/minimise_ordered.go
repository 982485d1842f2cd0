package model

import (
	"cmp"
	"net/netip"
	"slices"
)

// searchOrdered looks for a short ordered list, for each family by itself: a
// CIDR block is of one family, so that entries of the two never meet (VPC user guide, network ACL
// rules).
func (m *minimiser) searchOrdered() ([]listEntry, int) {
	if m.options.Form.Prefixes > 1 || m.options.Form.Services > 1 {
		m.result.Unsearched = "ordered lists are searched with entries of one value only"
		return m.entries, 0
	}
	var out []listEntry
	lower := 0
	for _, all := range []netip.Prefix{netip.PrefixFrom(netip.IPv4Unspecified(), 0), netip.PrefixFrom(netip.IPv6Unspecified(), 0)} {
		var us []unit
		for _, e := range m.entries {
			if p := e.addrs.Prefixes()[0]; p.Addr().BitLen() == all.Addr().BitLen() {
				us = append(us, unit{action: e.action, target: e.target, prefix: p, channel: e.services[0].channel, run: e.services[0].run})
			}
		}
		unsearched := m.result.Unsearched
		m.result.Unsearched = ""
		found, low := m.orderedFamily(us, all)
		m.result.Unsearched = cmp.Or(m.result.Unsearched, unsearched)
		lower += low
		for _, u := range found {
			out = append(out, u.entry())
		}
	}
	return out, lower
}

// orderedFamily looks for a short list of one family: first for each part of the list that
// meets no other, on a small grid of its own, then for what these lists have in common.
func (m *minimiser) orderedFamily(us []unit, all netip.Prefix) ([]unit, int) {
	if len(us) == 0 {
		return nil, 0
	}
	if len(us) > maxGridEntries {
		m.result.Unsearched = tooLarge
		return m.searchWindows(us, all), 0
	}
	joined := us
	if parts := separate(us); len(parts) > 1 {
		joined = nil
		whole := m.budget
		share := whole.left / (2 * len(parts))
		for _, p := range parts {
			m.budget = budget{share}
			short, _ := m.searchGrid(p, all)
			whole.left -= share - max(m.budget.left, 0)
			joined = append(joined, short...)
		}
		m.budget = whole
		if !m.decideAlike(us, joined, all) { // some part denies what another one admits
			joined = us
		}
	}
	found, lower := m.searchGrid(joined, all)
	if m.result.Unsearched != "" {
		return m.searchWindows(joined, all), 0
	}
	if len(joined) < len(us) && len(found) > lower && m.result.Unsearched == "" {
		again, low := m.searchGrid(us, all) // what is short in its parts is not always so together
		m.result.Unsearched = ""
		if lower = max(lower, low); len(again) < len(found) {
			found = again
		}
	}
	if len(found) >= len(us) {
		return us, lower
	}
	return m.asWrittenOrdered(found, us), lower
}

// maxGridEntries bounds the lists for which a grid is made: there are as many ranges of ports on it as half
// the square of what they are cut into.
const maxGridEntries = 400

// decideAlike reports whether two lists of one family surely decide alike.
func (m *minimiser) decideAlike(us, vs []unit, all netip.Prefix) bool {
	g := gridOf(slices.Concat(us, vs), all)
	if g.over || g.cells() > 16*maxGridCells {
		return false
	}
	return newEasel(g, m.chain.Default, g.read(us), &m.budget).valid(g.read(vs))
}

// gridOf returns the grid of the blocks and services of units.
func gridOf(us []unit, all netip.Prefix) *grid {
	var ps []netip.Prefix
	var ss []service
	for _, u := range us {
		ps, ss = append(ps, u.prefix), append(ss, service{u.channel, u.run})
	}
	return newGrid(ps, ss, all)
}

// read returns units, all of which are on the grid, as its entries.
func (g *grid) read(us []unit) []paint {
	out := make([]paint, len(us))
	for i, u := range us {
		out[i] = paint{u.action, g.at[u.prefix], g.says[service{u.channel, u.run}]}
	}
	return out
}

// separate returns the parts of a list that neither overlap nor touch each other. Within each
// the order is kept, and between them it is of no effect.
func separate(us []unit) [][]unit {
	root := make([]int, len(us))
	for i := range root {
		root[i] = i
	}
	find := func(i int) int {
		for root[i] != i {
			root[i] = root[root[i]]
			i = root[i]
		}
		return i
	}
	areas := make([]area, len(us))
	for i, u := range us {
		areas[i] = areaOf(rect{u.prefix, u.run})
		for j := range i {
			if find(i) != find(j) && areas[i].meets(areas[j]) && us[i].channel.meets(us[j].channel) {
				root[find(i)] = find(j)
			}
		}
	}
	at := map[int]int{}
	var out [][]unit
	for i, u := range us {
		n, ok := at[find(i)]
		if !ok {
			n = len(out)
			at[find(i)] = n
			out = append(out, nil)
		}
		out[n] = append(out[n], u)
	}
	return out
}

// meets reports whether two areas overlap or touch.
func (a area) meets(b area) bool {
	apart := func(x, y span) bool { return x.last != maxKey() && x.last.after().compare(y.first) < 0 }
	return !apart(a.addrs, b.addrs) && !apart(b.addrs, a.addrs) && a.run.first <= b.run.last+1 && b.run.first <= a.run.last+1
}

func (c channel) meets(d channel) bool {
	return c.protocol == d.protocol || c.protocol == AnyProtocol || d.protocol == AnyProtocol
}

// searchGrid searches on the grid of a list.
func (m *minimiser) searchGrid(us []unit, all netip.Prefix) ([]unit, int) {
	g := gridOf(us, all)
	if g.over || g.cells() > 16*maxGridCells {
		m.result.Unsearched = tooLarge
		return us, 0
	}
	list := g.read(us)
	e, list := newEasel(g, m.chain.Default, list, &m.budget).merged(list, all)
	if e.cells() > maxGridCells {
		m.result.Unsearched = tooLarge
		return us, 0
	}
	best, lower := e.search(list)
	out := make([]unit, len(best))
	for i, p := range best {
		s := e.ys[p.y].service
		out[i] = unit{action: p.action, target: us[0].target, prefix: e.nodes[p.node].prefix, channel: s.channel, run: s.run}
	}
	return out, lower
}

const tooLarge = "the ordered list cuts traffic into more parts than are searched at once: it was searched a few entries at a time"

// asWrittenOrdered puts back entries of the input in place of larger ones where the list
// decides alike, so that it changes no more than it has to; entries that are new say no more than they
// have to.
func (m *minimiser) asWrittenOrdered(found, written []unit) []unit {
	g := gridOf(slices.Concat(found, written), netip.PrefixFrom(written[0].prefix.Addr(), 0).Masked())
	if g.over || g.cells() > maxGridCells {
		return found
	}
	from := g.read(written)
	e := newEasel(g, m.chain.Default, from, &m.budget)
	list := e.restore(g.read(found), from)
	out := make([]unit, len(list))
	for i, p := range list {
		s := e.ys[p.y].service
		out[i] = unit{action: p.action, target: written[0].target, prefix: e.nodes[p.node].prefix, channel: s.channel, run: s.run}
	}
	return out
}

// restore returns the list with entries that were written in place of larger ones, and else with
// the smallest ones that hold all that nothing behind them decides.
func (e *easel) restore(list, written []paint) []paint {
	for i, p := range list {
		tries := slices.DeleteFunc(slices.Clone(written), func(w paint) bool {
			return w.action != p.action || !e.holds(p, w)
		})
		for _, w := range append(tries, e.narrowed(list, i)) {
			if e.budget.left < 0 {
				return list
			}
			try := slices.Clone(list)
			if try[i] = w; w == p || e.valid(try) {
				list[i] = w
				break
			}
		}
	}
	return list
}

// narrowed returns the smallest entry that holds what would be decided wrongly without the one at
// a place.
func (e *easel) narrowed(list []paint, at int) paint {
	open := newBitset(e.cells())
	open.addWindow(e.cellsOf(list[at]))
	open.remove(e.covered(list[:at]))
	without := newEasel(e.grid, e.standard, slices.Delete(slices.Clone(list), at, at+1), e.budget)
	p, found := list[at], false
	for _, cell := range open.members() {
		if without.decided(cell) == e.decided(cell) {
			continue
		}
		one := paint{p.action, e.nodeOf[cell%e.leaves], e.yOf[cell/e.leaves]}
		if found {
			one = e.join(p, one)
		}
		p, found = one, true
	}
	return p
}

// search improves several lists and returns the shortest, the input's own among equals, with a
// lower bound.
func (e *easel) search(list []paint) ([]paint, int) {
	lower := max(e.chainBound(), e.lineBound())
	best := e.thin(list)
	for _, start := range e.starts(best) {
		if len(best) <= lower {
			break
		}
		if l := e.improve(start); len(l) < len(best) && e.valid(l) {
			best = l
		}
	}
	if len(best) > lower {
		l, low := e.exact(len(best))
		if lower = max(lower, low); l != nil {
			best = l
		}
	}
	return best, lower
}

// starts returns lists that decide alike: the given one, one of entries of a single action
// on the default, and one on the opposite ground with the default put on top.
func (e *easel) starts(list []paint) [][]paint {
	out := [][]paint{list}
	var marks []paint
	for _, a := range []Action{Deny, Allow, Pass} {
		if a != e.standard {
			marks = append(marks, e.coverOf(a)...)
		}
	}
	if e.valid(marks) {
		out = append(out, marks)
	}
	holes := e.coverOf(e.standard)
	for _, a := range []Action{Deny, Allow, Pass} {
		if ground := append(slices.Clone(holes), paint{a, 0, 0}); a != e.standard && e.valid(ground) {
			out = append(out, ground)
		}
	}
	return out
}

// coverOf returns few entries that hold all cells with an action and no others, as far as
// there are such entries; nil where that takes more than a quarter of the budget.
func (e *easel) coverOf(a Action) []paint {
	floor := e.budget.left * 3 / 4
	sets := e.largest(a, floor)
	var cells [][]int32
	seen := map[string]bool{}
	for cell := range e.cells() {
		var in []int32
		for i, p := range sets {
			if e.has(p, cell) {
				in = append(in, int32(i))
			}
		}
		if k := spellCell(in); len(in) > 0 && !seen[k] {
			seen[k] = true
			cells = append(cells, in)
		}
		if e.budget.spend(4 * len(sets)); e.budget.left < floor {
			return nil
		}
	}
	part := &budget{e.budget.left - floor}
	before := part.left
	c := coverAll(cells, len(sets), nil, part)
	e.budget.spend(before - part.left)
	out := make([]paint, len(c.chosen))
	for i, s := range c.chosen {
		out[i] = sets[s]
	}
	return out
}

// largest returns entries that hold nothing but cells with an action, grown from each cell both ways;
// nil when the budget falls below a floor.
func (e *easel) largest(a Action, floor int) []paint {
	var out []paint
	seen := map[paint]bool{}
	nothing := newBitset(e.cells())
	for cell := range e.cells() {
		if e.wrong[a].has(cell) {
			continue
		}
		seed := paint{a, e.nodeOf[cell%e.leaves], e.yOf[cell/e.leaves]}
		if !e.right(seed, nothing) {
			continue
		}
		for _, addresses := range []bool{true, false} {
			if p := e.grown(seed, nothing, addresses); !seen[p] {
				seen[p] = true
				out = append(out, p)
			}
		}
		if e.budget.left < floor {
			return nil
		}
	}
	return out
}

// improve shortens a list until nothing helps any more or the budget is spent.
func (e *easel) improve(list []paint) []paint {
	list = e.thin(list)
	for e.budget.left > 0 {
		next := e.step(list)
		if next == nil {
			return list
		}
		list = next
	}
	return list
}

// step returns a shorter list, nil when it finds none.
func (e *easel) step(list []paint) []paint {
	if l := e.joinTwo(list); l != nil {
		return e.thin(l)
	}
	for _, addresses := range []bool{true, false} {
		if l := e.thin(e.widen(list, addresses)); len(l) < len(list) {
			return l
		}
	}
	seen := map[paint]bool{}
	for i, p := range list {
		for j := i + 1; j < len(list); j++ {
			if list[j].action != p.action {
				continue
			}
			large := e.join(p, list[j])
			if seen[large] {
				continue
			}
			seen[large] = true
			for _, at := range []int{len(list), j + 1, i, 0} {
				if e.budget.left <= 0 {
					return nil
				}
				if l := e.underlay(list, at, large); l != nil {
					return l
				}
			}
		}
	}
	return nil
}
