package model

import "slices"

// Effort bounds the work on one question about lists, so that every question
// has an answer in bounded time, which is then "unknown". The unit is a test of one box against
// another, about ten nanoseconds.
type Effort struct {
	// PerBox is how much may be spent on one box of one rule, first by cutting
	// and, if that is not enough, once more by a diagram. 0 means 400,000: a few
	// milliseconds and megabytes.
	PerBox int
	// Total is how much may be spent altogether. 0 means 4,000,000,000.
	Total int
}

const (
	defaultPerBox = 400_000
	defaultTotal  = 4_000_000_000
)

func (e Effort) perBox() int {
	if e.PerBox <= 0 {
		return defaultPerBox
	}
	return e.PerBox
}

func (e Effort) total() int {
	if e.Total <= 0 {
		return defaultTotal
	}
	return e.Total
}

// outcome is what became of looking for a gap.
type outcome uint8

const (
	covered outcome = iota
	open
	tooMuch
)

// gapSearch looks for a packet of a cell that none of some boxes holds.
//
// It cuts the cell in two at a boundary of one of the boxes, and so on: a piece that a
// box covers is done, a piece that none overlaps is a gap.
//
//	┌──────────┐      ┌───┬──────┐
//	│   ┌──────┼─     │   │      │   left of the cut nothing overlaps: a gap
//	│   │      │      │   ├──────┤
//	│   └──────┼─     │   │      │
//	└──────────┘      └───┴──────┘
//
// Where many boxes overlap a piece the cut is at the median of their boundaries, so
// that n boxes that do not depend on each other cost n log n; in the worst case it is
// n^(d/2) in d axes (Overmars and Yap, "New upper bounds in Klee's measure problem",
// 1991), and the limit ends it.
type gapSearch struct {
	search
	// find returns a packet of a piece that may exist. It returns false when
	// there is none.
	find func(*cell) (Flow, outcome)
	// limit is the number of tests at which to give up.
	limit int

	boxes []flat  // what may cover
	stack []int32 // indexes into boxes, those that overlap each piece in hand
	used  []tag   // of the boxes that the cover is made of, so far
	hits  []int32
	gap   Flow
}

// take adds the wanted boxes that overlap c to those that may cover. It
// returns false when there are too many; the boxes are then none.
func (g *gapSearch) take(t *tree, c *cell, w sought, room int) bool {
	if w.limit == 0 {
		return true
	}
	g.hits = g.overlaps(t, c, w, room, g.hits[:0])
	if len(g.hits) >= room {
		g.boxes = g.boxes[:0]
		return false
	}
	for _, h := range g.hits {
		g.boxes = append(g.boxes, t.boxes[h])
	}
	return true
}

// guess tries a few packets of c. It returns true when one is free, and leaves it in
// g.gap.
func (g *gapSearch) guess(c *cell, s *space, free func(*point) bool) bool {
	g.boxes = g.boxes[:0]
	f, out := g.find(c)
	if out != open {
		return false
	}
	if _, p, _ := s.locate(f); free(&p) {
		g.gap = f
		return true
	}
	for _, p := range [...]point{c.lo, c.hi} {
		if !free(&p) {
			continue
		}
		if f, out := g.find(&cell{p, p}); out == open {
			g.gap = f
			return true
		}
	}
	return false
}

// run looks for a gap in c; the packet is in g.gap when the outcome is open.
func (g *gapSearch) run(c *cell, perBox int) outcome {
	g.limit, g.used = g.tests+perBox, g.used[:0]
	g.stack = g.stack[:0]
	for i := range g.boxes {
		g.stack = append(g.stack, int32(i))
	}
	out := g.cut(*c, 0, len(g.stack))
	if out == tooMuch {
		g.limit = g.tests + perBox
		g.used = g.used[:0]
		out = g.byDiagram(c)
	}
	return out
}

// manyBoxes is from where on cuts go through the median.
const manyBoxes = 24

// cut looks for a gap in a piece which at most the boxes of stack[first:last]
// overlap.
func (g *gapSearch) cut(piece cell, first, last int) outcome {
	if g.tests += last - first; g.tests > g.limit {
		return tooMuch
	}
	base := len(g.stack)
	defer func() { g.stack = g.stack[:base] }()
	fewest, best := 2*axes+1, int32(0)
	for i := first; i < last; i++ {
		n := sides(&piece, &g.boxes[g.stack[i]].cell)
		switch {
		case n == 0:
			g.used = append(g.used, g.boxes[g.stack[i]].tag)
			return covered
		case n > 0:
			if n < fewest {
				fewest, best = n, g.stack[i]
			}
			g.stack = append(g.stack, g.stack[i])
		}
	}
	end := len(g.stack)
	if end == base {
		f, out := g.find(&piece)
		g.gap = f
		return out
	}
	axis, at := firstSide(&piece, &g.boxes[best].cell)
	if end-base > manyBoxes {
		axis, at = medianSide(&piece, end-base, func(i int) *cell { return &g.boxes[g.stack[base+i]].cell })
	}
	left, right := piece, piece
	left.hi[axis], right.lo[axis] = at-1, at
	for _, half := range [...]cell{left, right} {
		if out := g.cut(half, base, end); out != covered {
			return out
		}
	}
	return covered
}

// sides returns how many sides of c have a part of piece beyond them, -1 when
// the two do not overlap at all. 0: c covers the piece.
func sides(piece, c *cell) int {
	n := 0
	for a := range axes {
		if piece.lo[a] > c.hi[a] || piece.hi[a] < c.lo[a] {
			return -1
		}
		if piece.lo[a] < c.lo[a] {
			n++
		}
		if piece.hi[a] > c.hi[a] {
			n++
		}
	}
	return n
}

// firstSide returns the first boundary of c that cuts the piece: the
// coordinate is the first of the upper half.
func firstSide(piece, c *cell) (axis int, at uint32) {
	for a := range axes {
		if piece.lo[a] < c.lo[a] {
			return a, c.lo[a]
		}
		if piece.hi[a] > c.hi[a] {
			return a, c.hi[a] + 1
		}
	}
	return 0, 0 // no caller asks about a cell that covers the piece
}

// medianSide returns the median of a sample of the boundaries of n cells that cut the piece, on
// the axis that has most of them.
func medianSide(piece *cell, n int, cellAt func(int) *cell) (axis int, at uint32) {
	var edges [axes][]uint32
	step := max(1, n/64)
	for i := 0; i < n; i += step {
		c := cellAt(i)
		for a := range axes {
			if piece.lo[a] < c.lo[a] {
				edges[a] = append(edges[a], c.lo[a])
			}
			if piece.hi[a] > c.hi[a] {
				edges[a] = append(edges[a], c.hi[a]+1)
			}
		}
	}
	for a := range axes {
		if len(edges[a]) > len(edges[axis]) {
			axis = a
		}
	}
	slices.Sort(edges[axis])
	return axis, edges[axis][len(edges[axis])/2]
}
