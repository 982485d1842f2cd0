package model

import (
	"cmp"
	"slices"
)

// maxima finds, in an array of tags, those above a bound, in time that grows with
// their number: levels[0] holds the maxima of every [fanout] tags, levels[1] of
// every [fanout] of these, and so on.
type maxima struct {
	tags   []tag
	levels [][]tag
}

func newMaxima(tags []tag) *maxima {
	m := &maxima{tags: tags}
	for level := tags; len(level) > fanout; level = m.levels[len(m.levels)-1] {
		next := make([]tag, (len(level)+fanout-1)/fanout)
		for i, t := range level {
			next[i/fanout] = max(next[i/fanout], t)
		}
		m.levels = append(m.levels, next)
	}
	return m
}

// above appends the indexes below end of the tags above bound, and stops at room
// of them.
func (m *maxima) above(bound tag, end, room int, out []int32) []int32 {
	return m.aboveIn(len(m.levels), 0, end, bound, room, out)
}

// aboveIn searches the part of the array that node i of a level holds; the level
// above all is the whole array, level 0 the array itself.
func (m *maxima) aboveIn(level, first, end int, bound tag, room int, out []int32) []int32 {
	at, width := m.tags, 1
	if level > 0 {
		at = m.levels[level-1]
		for range level {
			width *= fanout
		}
	}
	last := len(at)
	if level < len(m.levels) {
		last = min(last, first+fanout)
	}
	for i := first; i < last && i*width < end && len(out) < room; i++ {
		switch {
		case at[i] <= bound:
		case level == 0:
			out = append(out, int32(i))
		default:
			out = m.aboveIn(level-1, i*fanout, end, bound, room, out)
		}
	}
	return out
}

// fewMoves is how many boxes may stand in another order than a box, or be new, for them to be
// gone through one by one.
const fewMoves = 256

// overtaken returns the boxes of a party that decide packets of s otherwise and
// come before its twin there, but not in the list of s. It returns false when there are
// too many to go through.
func (c *comparer) overtaken(s *suspect, other *party) ([]flat, bool) {
	boxes := other.boxes[s.family]
	end, _ := slices.BinarySearchFunc(boxes, s.twin, func(f flat, t tag) int { return cmp.Compare(f.tag, t) })
	c.hits = other.aheadOf(s.family).above(s.box.tag, end, fewMoves, c.hits[:0])
	c.gaps.tests += len(c.hits)
	if len(c.hits) >= fewMoves {
		return nil, false
	}
	c.others = c.others[:0]
	for _, h := range c.hits {
		if f := &boxes[h]; f.tag.action() != s.box.tag.action() && f.overlaps(&s.box.cell) {
			c.others = append(c.others, *f)
		}
	}
	return c.others, true
}
