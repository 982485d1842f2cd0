package model

import (
	"net/netip"
	"slices"
)

// merged returns the easel on the smallest grid that tells apart what is decided
// differently, and the list as it reads there. It returns e and list where that cannot be
// had.
func (e *easel) merged(list []paint, all netip.Prefix) (*easel, []paint) {
	g := newGrid(e.prefixesThatMatter(), e.servicesThatMatter(), all)
	if g.cells() >= e.cells() {
		return e, list
	}
	m := merger{from: e.grid, to: g}
	m.findSamples()
	var out []paint
	for _, p := range list {
		node, okNode := m.node(p.node)
		y, okY := m.y(p.y)
		if okNode && okY {
			out = append(out, paint{p.action, node, y})
		}
	}
	// What is decided on the small grid is read off the list on it; that both lists
	// are the same is proven with the result.
	return newEasel(g, e.standard, out, e.budget), out
}

// column spells what is decided at a leaf.
func (e *easel) column(leaf int) string {
	out := make([]byte, e.atoms)
	for a := range out {
		out[a] = byte(e.decided(a*e.leaves + leaf))
	}
	return string(out)
}

// row spells what is decided on an atom.
func (e *easel) row(atom int) string {
	out := make([]byte, e.leaves)
	for l := range out {
		out[l] = byte(e.decided(atom*e.leaves + l))
	}
	return string(out)
}

// prefixesThatMatter returns the blocks that have to be told from what is around them.
func (e *easel) prefixesThatMatter() []netip.Prefix {
	columns := make([]string, e.leaves)
	for l := range columns {
		columns[l] = e.column(l)
	}
	uniform := make([]bool, len(e.nodes))
	for i, n := range e.nodes {
		uniform[i] = !slices.ContainsFunc(columns[n.first:n.last+1], func(c string) bool { return c != columns[n.first] })
	}
	var out []netip.Prefix
	for i, n := range e.nodes {
		if i == 0 || uniform[n.parent] {
			continue
		}
		// The only block inside its parent, whose rest is decided like the rest of this
		// one: what is inside it is inside the parent as well.
		if e.hasRest(n.parent) && !uniform[i] && e.hasRest(i) && columns[n.first] == columns[e.nodes[n.parent].first] {
			continue
		}
		out = append(out, n.prefix)
	}
	return out
}

// hasRest reports whether a block has a rest beside a block inside.
func (g *grid) hasRest(node int) bool {
	return slices.ContainsFunc(g.rests, func(r gridRest) bool { return r.node == node })
}

// servicesThatMatter returns the services that have to be told apart.
func (e *easel) servicesThatMatter() []service {
	rows := make([]string, e.atoms)
	for a := range rows {
		rows[a] = e.row(a)
	}
	rest := rows[e.atoms-1]
	same := func(y gridY, as string) bool {
		return !slices.ContainsFunc(rows[y.first:y.last+1], func(r string) bool { return r != as })
	}
	var out []service
	for i, y := range e.ys {
		c := y.service.channel
		switch {
		case y.parent != 0 || same(y, rest):
			continue // not a whole protocol, or one that is like those without a name
		case c.protocol.IsICMP():
			out = append(out, y.service)
			out = append(out, e.messagesThatMatter(i, rows)...)
		default:
			out = append(out, y.service)
			for a := y.first; a <= y.last; {
				last := a
				for last < y.last && rows[last+1] == rows[a] {
					last++
				}
				out = append(out, e.ys[e.portsOf(i, a, last)].service)
				a = last + 1
			}
		}
	}
	return out
}

// messagesThatMatter returns the types and codes of a protocol that have to be told apart.
func (e *easel) messagesThatMatter(whole int, rows []string) []service {
	var out []service
	for _, y := range e.ys {
		first := e.ys[whole].first
		switch {
		case y.parent == whole:
			if slices.ContainsFunc(rows[y.first:y.last+1], func(r string) bool { return r != rows[first] }) || y.first == first {
				out = append(out, y.service)
			}
		case y.parent > whole && e.ys[y.parent].parent == whole:
			if t := e.ys[y.parent]; rows[y.first] != rows[t.first] || y.first == t.first {
				out = append(out, y.service)
			}
		}
	}
	return out
}

// merger reads entries of one grid on a smaller one. Every leaf and atom of the
// small one has a sample on the other; an entry is taken for one that holds the same
// samples.
type merger struct {
	from, to   *grid
	leafSample []int
	atomSample []int
}

func (m *merger) findSamples() {
	m.leafSample = make([]int, m.to.leaves)
	for i := range m.leafSample {
		m.leafSample[i] = -1
	}
	for l := range m.from.leaves {
		p := m.from.nodes[m.from.nodeOf[l]].prefix
		if to := m.to.nodes[m.to.deepest(p)].first; m.leafSample[to] < 0 {
			m.leafSample[to] = l
		}
	}
	m.atomSample = make([]int, m.to.atoms)
	for a := range m.atomSample {
		m.atomSample[a] = m.from.atomLike(m.to, a)
	}
}

// deepest returns the smallest block that holds p.
func (g *grid) deepest(p netip.Prefix) int {
	best := 0
	for i, n := range g.nodes {
		if n.prefix.Bits() <= p.Bits() && n.prefix.Contains(p.Addr()) {
			best = i
		}
	}
	return best
}

// atomLike returns an atom of g that is within an atom of the smaller grid.
func (g *grid) atomLike(small *grid, atom int) int {
	y := small.ys[small.yOf[atom]]
	i, ok := g.says[y.service]
	if !ok {
		return -1
	}
	n := g.ys[i]
	switch {
	case y.parent < 0:
		return n.last // protocols without a name
	case y.service.channel.protocol.IsICMP() && y.first != y.last:
		return n.first // other types, other codes
	}
	return n.first
}

// node returns the block with the same samples; false when there is none.
func (m *merger) node(node int) (int, bool) {
	n := m.from.nodes[node]
	best, found := 0, false
	for i, o := range m.to.nodes {
		all, any := true, false
		for l, s := range m.leafSample {
			in := n.first <= s && s <= n.last
			within := o.first <= l && l <= o.last
			all = all && in == within
			any = any || in
		}
		if all && any {
			best, found = i, true
			break
		}
	}
	return best, found
}

// y returns what says the same samples; false when there is none.
func (m *merger) y(y int) (int, bool) {
	n := m.from.ys[y]
	for i, o := range m.to.ys {
		all, any := true, false
		for a, s := range m.atomSample {
			in := n.first <= s && s <= n.last
			within := o.first <= a && a <= o.last
			all = all && in == within
			any = any || in
		}
		if all && any {
			return i, true
		}
	}
	return 0, false
}
