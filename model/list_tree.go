package model

// fanout is how many boxes or nodes a node of a tree bounds.
const fanout = 8

// tree finds boxes in time that grows with the number found, not with the number
// there are: the boxes are sorted such that neighbours in
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
	t.order = packOrder(boxes)
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

func middle(c *cell, axis int) uint32 { return c.lo[axis] + (c.hi[axis]-c.lo[axis])/2 }

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
