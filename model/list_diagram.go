package model

// diagramAxes is the order of the axes in local diagrams, and diagramLevels the
// level that each has there: any that is numeric will do. It is the order of
// [Region]'s diagrams.
var (
	diagramAxes   = [axes]int{axisSrcID, axisSrcAddr, axisDstID, axisDstAddr, axisService, axisSrcPort}
	diagramLevels = [axes]level{levelFamily, levelSrcAddr, levelDstAddr, levelProtocol, levelDst, levelSrcPort}
)

// byDiagram subtracts the boxes from c one by one, as a diagram. That is the
// better way where boxes overlap in many combinations which come to the same: cutting
// visits each, a diagram has one node for all. Its steps are nodes and edges; it stops at
// the limit.
func (g *gapSearch) byDiagram(c *cell) outcome {
	w := newWorkshop()
	rest := w.full // all of c; coordinates count from its lower corner
	for i := range g.boxes {
		b := &g.boxes[i]
		if !b.overlaps(c) {
			continue
		}
		g.used = append(g.used, b.tag)
		rest = w.apply(opSubtract, rest, w.cell(c, &b.cell))
		if rest == nil {
			return covered
		}
		clear(w.done) // nothing is subtracted twice
		if g.tests += 8 * size(rest, map[*node]bool{}); g.tests > g.limit {
			return tooMuch
		}
	}
	return g.paths(rest, 0, c, *c)
}

// cell makes the diagram of the part of b that is in c.
func (w *workshop) cell(c, b *cell) *node {
	n := w.full
	for i := axes - 1; i >= 0; i-- {
		a := diagramAxes[i]
		s := span{keyOf(0), maxKey()}
		if b.lo[a] > c.lo[a] {
			s.first = keyOf(uint64(b.lo[a] - c.lo[a]))
		}
		if b.hi[a] < c.hi[a] {
			s.last = keyOf(uint64(b.hi[a] - c.lo[a]))
		}
		n = w.inside(diagramLevels[i], []span{s}, n)
	}
	return n
}

// size counts the edges of a diagram.
func size(n *node, seen map[*node]bool) int {
	if n == nil || seen[n] {
		return 0
	}
	seen[n] = true
	edges := 1 + len(n.child)
	for _, c := range n.child {
		edges += size(c, seen)
	}
	return edges
}

// paths asks for a packet of each box of a diagram until there is one; piece is the
// box of the path so far.
func (g *gapSearch) paths(n *node, depth int, c *cell, piece cell) outcome {
	if g.tests++; g.tests > g.limit {
		return tooMuch
	}
	if depth == axes {
		f, out := g.find(&piece)
		g.gap = f
		return out
	}
	a := diagramAxes[depth]
	upper, child := edges(n, diagramLevels[depth])
	var first key
	for i, u := range upper {
		if child[i] != nil {
			next := piece
			next.lo[a] = c.lo[a] + uint32(first.lo)
			if u != maxKey() {
				next.hi[a] = c.lo[a] + uint32(u.lo)
			}
			if out := g.paths(child[i], depth+1, c, next); out != covered {
				return out
			}
		}
		first = keyOf(u.lo + 1) // unless u is the last
	}
	return covered
}
