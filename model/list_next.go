package model

import "slices"

// nextSearch says of a box of a rule whether, wherever it decides, the next match does
// the same. It asks about all later rules at once, where [gapSearch] asks about one:
// it cuts the box to pieces as that does, but keeps the boxes that overlap a piece in the order in
// which they decide, and forgets those after the first that covers the piece. A piece is done
// when none of the boxes that are left decides otherwise. The worst case is that of a search for a
// gap, once and not once per opponent.
type nextSearch struct {
	boxes []nextBox
	stack []int32 // indexes into boxes, those that overlap each piece in hand
	gaps  *gapSearch
	limit int   // the number of tests at which to give up
	used  []tag // of the boxes that cover pieces and decide alike
}

// nextBox is a box, and whether it may decide otherwise than the box in question.
type nextBox struct {
	flat
	opposes bool
}

// maxNext bounds the boxes that are looked at together.
const maxNext = 50_000

// run looks at a box of the rule in hand; later says which later lines oppose it. It leaves what the box
// can do without in n.by.
func (s *nextSearch) run(n *needs, t *tree, b *flat, later sought) outcome {
	s.gaps, s.limit = &n.gaps, n.gaps.tests+n.per
	n.hits = n.gaps.overlaps(t, &b.cell, sought{limit: later.limit, actions: everyAction}, maxNext, n.hits[:0])
	if len(n.hits) >= maxNext {
		return tooMuch
	}
	n.sortHits(t)
	s.boxes, s.stack, s.used = s.boxes[:0], s.stack[:0], s.used[:0]
	for _, h := range n.hits {
		o := &t.boxes[h]
		opposes := later.has(o.tag)
		if !n.others(o.tag) || o.tag.action() == 0 && !opposes {
			continue
		}
		s.stack = append(s.stack, int32(len(s.boxes)))
		s.boxes = append(s.boxes, nextBox{*o, opposes})
	}
	out := s.cut(b.cell, 0, len(s.stack))
	if out == covered {
		for _, o := range s.used {
			n.by = append(n.by, n.index.ruleOf(o))
		}
	}
	return out
}

// cut looks at a piece which at most the boxes of stack[first:last] overlap.
func (s *nextSearch) cut(piece cell, first, last int) outcome {
	base := len(s.stack)
	defer func() { s.stack = s.stack[:base] }()
	best, opponent := s.meet(&piece, first, last)
	if s.gaps.tests > s.limit {
		return tooMuch
	}
	end := len(s.stack)
	switch {
	case opponent < 0:
		return covered // whatever matches here decides alike
	case best < 0, s.reached(&piece, base, opponent):
		return open // no box but an opponent that covers the piece, or that is seen to be first
	}
	axis, at := firstSide(&piece, &s.boxes[best].cell)
	if end-base > manyBoxes {
		axis, at = medianSide(&piece, end-base, func(i int) *cell { return &s.boxes[s.stack[base+i]].cell })
	}
	left, right := piece, piece
	left.hi[axis], right.lo[axis] = at-1, at
	for _, half := range [...]cell{left, right} {
		if out := s.cut(half, base, end); out != covered {
			return out
		}
	}
	return covered
}

// meet pushes the boxes that overlap a piece, up to the first that covers it. It returns the box
// with the fewest sides in the piece, and the place on the stack of the first opponent; -1 for none.
func (s *nextSearch) meet(piece *cell, first, last int) (best int32, opponent int) {
	fewest := 2*axes + 1
	best, opponent = -1, -1
	for i := first; i < last; i++ {
		s.gaps.tests++
		k := s.stack[i]
		b := &s.boxes[k]
		n := sides(piece, &b.cell)
		if n < 0 {
			continue
		}
		if b.opposes && opponent < 0 {
			opponent = len(s.stack)
		}
		s.stack = append(s.stack, k)
		if n == 0 {
			if opponent < 0 {
				s.used = append(s.used, b.tag)
			}
			break
		}
		if n < fewest {
			fewest, best = n, k
		}
	}
	return best, opponent
}

// reached tries the corners of the first opponent in a piece: whether nothing matches before it.
func (s *nextSearch) reached(piece *cell, first, opponent int) bool {
	both := piece.intersect(&s.boxes[s.stack[opponent]].cell)
	for _, p := range [...]point{both.lo, both.hi} {
		if !slices.ContainsFunc(s.stack[first:opponent], func(k int32) bool {
			s.gaps.tests++
			return s.boxes[k].contains(&p)
		}) {
			return true
		}
	}
	return false
}
