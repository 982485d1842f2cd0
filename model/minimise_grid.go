package model

import (
	"cmp"
	"maps"
	"net/netip"
	"slices"
)

// grid is the plane of addresses of one family and of all traffic, cut where
// rules begin and end. Leaves of the addresses are columns, atoms of the traffic are
// rows; what no rule tells apart is one of them.
//
// What a block leaves of the one around it, its rest, is as many blocks as the one is shorter than the
// other. A rest of many blocks is one leaf without an entry of its own. A list of fewer entries
// than there are blocks in the rest has no use for them: some block holds none of its
// entries; take an address there for the whole rest, replace each block between the inner and the outer one by
// the one or the other, depending on whether it holds that address, and the list decides
// alike. By the same argument leaves and atoms that are decided alike are merged.
type grid struct {
	nodes  []gridNode // outer before inner; the first is all addresses
	rests  []gridRest
	leaves int
	ys     []gridY // what an entry can say of traffic; the first is everything
	atoms  int
	over   bool                 // more ranges of ports than are looked at; the grid is of no use
	at     map[netip.Prefix]int // node
	says   map[service]int      // y
	nodeOf []int                // the smallest node of each leaf
	yOf    []int                // the smallest y of each atom
	boxes  map[[2]int]window    // the cells of a node and a y, made when asked for
}

// gridNode is a block and the leaves within, both ends included.
type gridNode struct {
	prefix      netip.Prefix
	first, last int
	parent      int // -1 for all addresses
}

// gridY is a service and the atoms within, both ends included.
type gridY struct {
	service     service
	first, last int
	parent      int // the smallest one around it that is not a range of ports; -1 for everything
}

// gridRest is a leaf that is a rest of several blocks.
type gridRest struct{ node, leaf, blocks int }

// maxRestBlocks is the number of blocks up to which a rest is given as blocks.
const maxRestBlocks = 3

// maxGridPorts bounds the parts that the ports of a protocol are cut into: there are about half its
// square of ranges.
const maxGridPorts = 512

// maxGridCells bounds the grids that are searched.
const maxGridCells = 1 << 16

// newGrid makes the grid that tells the prefixes, of one family, and the services apart; all is
// the family's /0.
func newGrid(ps []netip.Prefix, ss []service, all netip.Prefix) *grid {
	g := &grid{at: map[netip.Prefix]int{}, says: map[service]int{}, boxes: map[[2]int]window{}}
	ps = slices.Clone(ps)
	slices.SortFunc(ps, func(a, b netip.Prefix) int {
		return cmp.Or(a.Addr().Compare(b.Addr()), cmp.Compare(a.Bits(), b.Bits()))
	})
	g.split(all, -1, slices.Compact(ps))
	g.addTraffic(ss)
	g.findSmallest()
	return g
}

// split adds a block and what is inside.
func (g *grid) split(at netip.Prefix, parent int, inside []netip.Prefix) {
	n := len(g.nodes)
	g.nodes = append(g.nodes, gridNode{prefix: at, first: g.leaves, parent: parent})
	g.at[at] = n
	if len(inside) > 0 && inside[0] == at {
		inside = inside[1:]
	}
	switch {
	case len(inside) == 0:
		g.leaves++
	default:
		cs := make([]claim, len(inside))
		for i, p := range inside {
			cs[i].prefix = p
		}
		if below := commonPrefix(cs); below.Bits() > at.Bits()+maxRestBlocks {
			g.rests = append(g.rests, gridRest{n, g.leaves, below.Bits() - at.Bits()})
			g.leaves++
			g.split(below, n, inside)
			break
		}
		left, right := halves(at)
		cut := slices.IndexFunc(inside, func(p netip.Prefix) bool { return right.Contains(p.Addr()) })
		if cut < 0 {
			cut = len(inside)
		}
		g.split(left, n, inside[:cut])
		g.split(right, n, inside[cut:])
	}
	g.nodes[n].last = g.leaves - 1
}

// addTraffic cuts the traffic. The last atom is the protocols that no rule names.
func (g *grid) addTraffic(ss []service) {
	runs := map[Protocol][]run{}
	for _, s := range ss {
		if p := s.channel.protocol; p != AnyProtocol {
			runs[p] = append(runs[p], s.run)
		}
	}
	g.say(service{anyChannel(), allWords()}, 0, 0, -1)
	for _, p := range slices.Sorted(maps.Keys(runs)) {
		if p.IsICMP() {
			g.addMessages(p, runs[p])
		} else {
			g.addPorts(p, runs[p])
		}
	}
	if len(runs) < 256 {
		g.atoms++
	}
	g.ys[0].last = g.atoms - 1
}

func (g *grid) say(s service, first, last, parent int) int {
	g.says[s] = len(g.ys)
	g.ys = append(g.ys, gridY{s, first, last, parent})
	return len(g.ys) - 1
}

// addPorts adds a protocol whose atoms are ranges of ports, and every range of them.
func (g *grid) addPorts(p Protocol, rs []run) {
	cuts := []int{0, 65536}
	for _, r := range rs {
		cuts = append(cuts, r.first, r.last+1)
	}
	slices.Sort(cuts)
	cuts = slices.Compact(cuts)
	c, n := channel{p, AllPorts()}, len(cuts)-1
	if n > maxGridPorts {
		g.over = true
		return
	}
	whole := g.say(service{c, allWords()}, g.atoms, g.atoms+n-1, 0)
	for i := range n {
		for j := i; j < n; j++ {
			if i > 0 || j < n-1 {
				g.say(service{c, run{cuts[i], cuts[j+1] - 1}}, g.atoms+i, g.atoms+j, whole)
			}
		}
	}
	g.atoms += n
}

// addMessages adds an ICMP protocol: types named by rules, their codes named by rules, and the rest of
// both.
func (g *grid) addMessages(p Protocol, rs []run) {
	codes := map[int][]int{}
	for _, r := range rs {
		if r == allWords() {
			continue
		}
		t := r.first >> 8
		if codes[t] == nil {
			codes[t] = []int{}
		}
		if r.first == r.last {
			codes[t] = append(codes[t], r.first)
		}
	}
	c := channel{p, AllPorts()}
	whole := g.say(service{c, allWords()}, g.atoms, 0, 0)
	if len(codes) < 256 {
		g.atoms++ // other types
	}
	for _, t := range slices.Sorted(maps.Keys(codes)) {
		cs := slices.Compact(slices.Sorted(slices.Values(codes[t])))
		typ := g.say(service{c, run{t << 8, t<<8 | 0xff}}, g.atoms, 0, whole)
		if len(cs) < 256 {
			g.atoms++ // other codes
		}
		for _, word := range cs {
			g.say(service{c, run{word, word}}, g.atoms, g.atoms, typ)
			g.atoms++
		}
		g.ys[typ].last = g.atoms - 1
	}
	g.ys[whole].last = g.atoms - 1
}

func (g *grid) cells() int { return g.leaves * g.atoms }

// window is a set of which only the words from some place on are given.
type window struct {
	from  int
	words bitset
}

func (b bitset) addWindow(w window) {
	for i, x := range w.words {
		b[w.from+i] |= x
	}
}

func (b bitset) removeWindow(w window) {
	for i, x := range w.words {
		b[w.from+i] &^= x
	}
}

// commonWindow returns how many numbers are in both.
func (b bitset) commonWindow(w window) int { return w.words.common(b[w.from:]) }

// box returns the cells of a node and a y.
func (g *grid) box(node, y int) window {
	k := [2]int{node, y}
	if b, ok := g.boxes[k]; ok {
		return b
	}
	n, t := g.nodes[node], g.ys[y]
	from := (t.first*g.leaves + n.first) / 64
	last := (t.last*g.leaves + n.last) / 64
	b := window{from, make(bitset, last-from+1)}
	for a := t.first; a <= t.last; a++ {
		for l := n.first; l <= n.last; l++ {
			b.words.set(a*g.leaves + l - 64*from)
		}
	}
	g.boxes[k] = b
	return b
}

// has reports whether a cell is in a node and a y.
func (g *grid) has(p paint, cell int) bool {
	a, l, n, t := cell/g.leaves, cell%g.leaves, g.nodes[p.node], g.ys[p.y]
	return n.first <= l && l <= n.last && t.first <= a && a <= t.last
}

// holds reports whether every cell of q is one of p.
func (g *grid) holds(p, q paint) bool {
	n, o, t, u := g.nodes[p.node], g.nodes[q.node], g.ys[p.y], g.ys[q.y]
	return n.first <= o.first && o.last <= n.last && t.first <= u.first && u.last <= t.last
}

// joinNodes returns the smallest block that holds both.
func (g *grid) joinNodes(a, b int) int {
	for g.nodes[a].first > g.nodes[b].first || g.nodes[a].last < g.nodes[b].last {
		a = g.nodes[a].parent
	}
	return a
}

// joinYs returns the least that an entry can say to hold both.
func (g *grid) joinYs(a, b int) int {
	x, y := g.ys[a], g.ys[b]
	if x.service.channel == y.service.channel && !x.service.channel.protocol.IsICMP() {
		s := service{x.service.channel, run{min(x.service.run.first, y.service.run.first), max(x.service.run.last, y.service.run.last)}}
		return g.says[s]
	}
	for g.ys[a].first > y.first || g.ys[a].last < y.last {
		a = g.ys[a].parent
	}
	return a
}

// findSmallest finds what is smallest around each leaf and each atom. For the rest of a
// block that is the block.
func (g *grid) findSmallest() {
	g.nodeOf, g.yOf = make([]int, g.leaves), make([]int, g.atoms)
	for i, n := range g.nodes { // inner ones come later
		for l := n.first; l <= n.last; l++ {
			g.nodeOf[l] = i
		}
	}
	size := func(i int) int { return g.ys[i].last - g.ys[i].first }
	for i, y := range g.ys {
		for a := y.first; a <= y.last; a++ {
			if size(i) < size(g.yOf[a]) {
				g.yOf[a] = i
			}
		}
	}
}

// widerPorts returns the range of ports to the next cut below and above, or the same where there is
// none.
func (g *grid) widerPorts(y int) (below, above int) {
	n, below, above := g.ys[y], y, y
	if n.parent <= 0 {
		return below, above
	}
	if p := g.ys[n.parent]; n.service.channel.protocol.HasPorts() {
		if n.first > p.first {
			below = g.portsOf(n.parent, n.first-1, n.last)
		}
		if n.last < p.last {
			above = g.portsOf(n.parent, n.first, n.last+1)
		}
	}
	return below, above
}

// portsOf returns the range of ports of a protocol, whose whole is given, between two atoms.
func (g *grid) portsOf(whole, first, last int) int {
	w := g.ys[whole]
	n := w.last - w.first + 1
	i, j := first-w.first, last-w.first
	if i == 0 && j == n-1 {
		return whole
	}
	// Ranges were added by their first atom, then by their last; the whole came before.
	at := whole + 1
	for k := range i {
		at += n - k
	}
	at += j - i
	if i > 0 {
		at-- // the whole is not among those that begin with the first atom
	}
	return at
}
