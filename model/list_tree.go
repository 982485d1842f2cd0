package model

import (
	"cmp"
	"math/bits"
	"slices"
)

// fanout is how many boxes or nodes a node of a tree bounds.
const fanout = 8

// tree finds boxes in time that grows with the number found, not with the number
// there are: the boxes are sorted along a space-filling curve, so that neighbours in
// space are mostly neighbours in the slice, and every [fanout] of them are bounded by
// a node, every [fanout] nodes by a node of the next level. Nothing points anywhere: the
// children of node i are the [fanout] from i*fanout.
//
//	levels[1]:  ┌───────────── 0 ──────────────┐
//	levels[0]:  ┌──── 0 ─────┐┌──── 1 ─────┐┌─ 2
//	boxes:      0 1 2 ... 6 7 8 9 ...     15 16
//
// A node also knows the first and last tag below it, so that a search for the first match
// passes by whatever comes later than what it has.
type tree struct {
	boxes  []flat
	order  []int32 // place of each box before it was sorted
	levels [][]bound
	twins  []tag // of each box, where lists are compared
}

type bound struct {
	cell
	first, last tag
	actions     actions
}

func (b *bound) add(c *cell, first, last tag, a actions) {
	if b.actions == 0 {
		*b = bound{*c, first, last, a}
		return
	}
	b.enclose(c)
	b.first, b.last = min(b.first, first), max(b.last, last)
	b.actions |= a
}

// newTree sorts boxes, which it leaves alone, into a tree in time n log n.
func newTree(boxes []flat) *tree {
	t := &tree{}
	t.order = curveOrder(boxes)
	t.boxes = make([]flat, len(boxes))
	for i, o := range t.order {
		t.boxes[i] = boxes[o]
	}
	level := make([]bound, (len(boxes)+fanout-1)/fanout)
	for i := range t.boxes {
		b := &t.boxes[i]
		level[i/fanout].add(&b.cell, b.tag, b.tag, actionSet(b.tag.action()))
	}
	t.levels = append(t.levels, level)
	for len(level) > fanout {
		next := make([]bound, (len(level)+fanout-1)/fanout)
		for i := range level {
			b := &level[i]
			next[i/fanout].add(&b.cell, b.first, b.last, b.actions)
		}
		t.levels = append(t.levels, next)
		level = next
	}
	return t
}

// curveOrder returns the order of the boxes along a Z-order curve through their
// middles. Coordinates are replaced by their rank in a sample first, because rules
// crowd in small parts of each axis. Boxes that span most of the sample on the axes of
// addresses or services come apart from the others, so that they do not
// blow up the bounds of small ones.
func curveOrder(boxes []flat) []int32 {
	type place struct {
		curve uint64
		index int32
	}
	places := make([]place, len(boxes))
	q := newQuantiles(boxes)
	for i := range boxes {
		places[i] = place{q.curve(&boxes[i].cell), int32(i)}
	}
	slices.SortFunc(places, func(a, b place) int {
		return cmp.Or(cmp.Compare(a.curve, b.curve), cmp.Compare(a.index, b.index))
	})
	order := make([]int32, len(boxes))
	for i, p := range places {
		order[i] = p.index
	}
	return order
}

const (
	sampleSize = 1 << 10
	maskBits   = 4
	// curveBits is what is left of 64 bits for the coordinates.
	curveBits = 64 - maskBits
)

// quantiles ranks coordinates by a sample of the middles of boxes.
type quantiles struct {
	samples [axes][]uint32  // sorted, distinct
	width   [axes]int       // bits of a rank
	bits    [axes]int       // how many of them, from the highest, the curve takes
	quarter [axes][2]uint32 // the samples a quarter from either end
}

func newQuantiles(boxes []flat) *quantiles {
	q := &quantiles{}
	step := max(1, len(boxes)/sampleSize)
	for a := range axes {
		for i := 0; i < len(boxes); i += step {
			q.samples[a] = append(q.samples[a], middle(&boxes[i].cell, a))
		}
		slices.Sort(q.samples[a])
		q.samples[a] = slices.Compact(q.samples[a])
		if n := len(q.samples[a]); n > 0 {
			q.width[a] = bits.Len(uint(n - 1))
			q.quarter[a] = [2]uint32{q.samples[a][n/4], q.samples[a][n-1-n/4]}
		}
	}
	q.share()
	return q
}

// share deals the bits of the curve to the axes in turn, to each no more than its
// ranks have.
func (q *quantiles) share() {
	for left := curveBits; ; {
		dealt := false
		for a := range axes {
			if left > 0 && q.bits[a] < q.width[a] {
				q.bits[a]++
				left--
				dealt = true
			}
		}
		if !dealt {
			return
		}
	}
}

func middle(c *cell, axis int) uint32 { return c.lo[axis] + (c.hi[axis]-c.lo[axis])/2 }

// rank returns how many samples are below v.
func (q *quantiles) rank(axis int, v uint32) int {
	i, _ := slices.BinarySearch(q.samples[axis], v)
	return i
}

// curve returns the place of a box on the curve: a mask of the axes on which it
// is wide, then the bits of its coordinates in turn, highest first.
func (q *quantiles) curve(c *cell) uint64 {
	var place uint64
	for _, a := range [maskBits]int{axisSrcAddr, axisDstAddr, axisService, axisSrcPort} {
		place <<= 1
		if w := q.quarter[a]; c.lo[a] < w[0] && w[1] < c.hi[a] {
			place |= 1
		}
	}
	var rank [axes]uint64
	for a := range axes {
		if q.bits[a] > 0 {
			rank[a] = uint64(min(q.rank(a, middle(c, a)), len(q.samples[a])-1))
		}
	}
	for down := 1; down <= slices.Max(q.bits[:]); down++ {
		for a := range axes {
			if down <= q.bits[a] {
				place = place<<1 | rank[a]>>(q.width[a]-down)&1
			}
		}
	}
	return place
}

// search counts the boxes and bounds that are tested.
type search struct {
	tests int
}

// sought says which boxes a search is for: tags from first, before limit, of some
// actions.
type sought struct {
	first, limit tag
	actions      actions
}

func (w sought) has(t tag) bool { return w.first <= t && t < w.limit && t.in(w.actions) }

// skips reports whether nothing below b is wanted.
func (w sought) skips(b *bound) bool {
	return b.first >= w.limit || b.last < w.first || b.actions&w.actions == 0
}

// below returns the range of the children of node i on a level of n.
func below(i, n int) (int, int) { return i * fanout, min(i*fanout+fanout, n) }

// match returns the first of the wanted tags whose boxes hold p, noTag if there
// is none.
func (s *search) match(t *tree, p *point, w sought) tag {
	top := len(t.levels) - 1
	return s.matchIn(t, p, &w, top, 0, len(t.levels[top]))
}

// matchIn searches nodes first to last of a level. It lowers w.limit to what it
// finds.
func (s *search) matchIn(t *tree, p *point, w *sought, level, first, last int) tag {
	found := noTag
	nodes := t.levels[level][first:last]
	s.tests += len(nodes)
	for i := range nodes {
		n := &nodes[i]
		if w.skips(n) || !n.contains(p) {
			continue
		}
		if level > 0 {
			a, b := below(first+i, len(t.levels[level-1]))
			found = min(found, s.matchIn(t, p, w, level-1, a, b))
			continue
		}
		a, b := below(first+i, len(t.boxes))
		s.tests += b - a
		for j := a; j < b; j++ {
			if f := &t.boxes[j]; w.has(f.tag) && f.contains(p) {
				found, w.limit = f.tag, f.tag
			}
		}
	}
	return found
}

// container returns the first of the wanted tags that has a box which covers c,
// noTag if there is none.
func (s *search) container(t *tree, c *cell, w sought) tag {
	top := len(t.levels) - 1
	return s.containerIn(t, c, &w, top, 0, len(t.levels[top]))
}

func (s *search) containerIn(t *tree, c *cell, w *sought, level, first, last int) tag {
	found := noTag
	nodes := t.levels[level][first:last]
	s.tests += len(nodes)
	for i := range nodes {
		n := &nodes[i]
		if w.skips(n) || !n.covers(c) {
			continue
		}
		if level > 0 {
			a, b := below(first+i, len(t.levels[level-1]))
			found = min(found, s.containerIn(t, c, w, level-1, a, b))
			continue
		}
		a, b := below(first+i, len(t.boxes))
		s.tests += b - a
		for j := a; j < b; j++ {
			if f := &t.boxes[j]; w.has(f.tag) && f.covers(c) {
				found, w.limit = f.tag, f.tag
			}
		}
	}
	return found
}

// overlaps appends the places of the wanted boxes that overlap c. It stops at
// room of them; the caller sees a result that long as too many.
func (s *search) overlaps(t *tree, c *cell, w sought, room int, out []int32) []int32 {
	top := len(t.levels) - 1
	return s.overlapsIn(t, c, &w, room, out, top, 0, len(t.levels[top]))
}

func (s *search) overlapsIn(t *tree, c *cell, w *sought, room int, out []int32, level, first, last int) []int32 {
	nodes := t.levels[level][first:last]
	s.tests += len(nodes)
	for i := range nodes {
		n := &nodes[i]
		if w.skips(n) || !n.overlaps(c) {
			continue
		}
		if level > 0 {
			a, b := below(first+i, len(t.levels[level-1]))
			out = s.overlapsIn(t, c, w, room, out, level-1, a, b)
		} else {
			a, b := below(first+i, len(t.boxes))
			s.tests += b - a
			for j := a; j < b; j++ {
				if f := &t.boxes[j]; w.has(f.tag) && f.overlaps(c) {
					out = append(out, int32(j))
				}
			}
		}
		if len(out) >= room {
			return out
		}
	}
	return out
}
