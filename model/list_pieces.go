package model

import "slices"

// maxPieces bounds into how many pieces a changed box is cut before it is judged as a
// whole.
const maxPieces = 64

// pieces cuts a box that the other party does not have along the boxes that only the
// other party has: what was split, merged or moved a little is covered piece by
// piece, and nothing behind that has to be looked at.
//
//	mine:    ┌───────── s ─────────┐
//	theirs:  ├─ new ──┬─── new ──┐
//	pieces:  │        │          │ │
func (c *comparer) pieces(s *suspect, other *party) []cell {
	whole := []cell{s.box.cell}
	if s.twin != noTag {
		return whole
	}
	w := sought{limit: noTag, actions: actionSet(s.box.tag.action())}
	fresh := other.freshTree(s.family)
	c.hits = c.gaps.overlaps(fresh, &s.box.cell, w, c.effort.perBox()/8, c.hits[:0])
	c.hits = slices.DeleteFunc(c.hits, func(h int32) bool {
		return sides(&s.box.cell, &fresh.boxes[h].cell) > 2 // too small a part of s
	})
	if len(c.hits) >= maxPieces {
		return whole
	}
	var inside []cell
	outside := whole
	for _, h := range c.hits {
		cut := &fresh.boxes[h].cell
		var rest []cell
		for i := range outside {
			if !outside[i].overlaps(cut) {
				rest = append(rest, outside[i])
				continue
			}
			inside = append(inside, outside[i].intersect(cut))
			rest = outside[i].without(cut, rest)
		}
		outside = rest
		if len(inside)+len(outside) > maxPieces {
			return whole
		}
	}
	return append(inside, outside...)
}

// without appends disjoint cells that are c without o, which overlaps it.
func (c *cell) without(o *cell, out []cell) []cell {
	rest := *c
	for a := range axes {
		if rest.lo[a] < o.lo[a] {
			below := rest
			below.hi[a] = o.lo[a] - 1
			rest.lo[a] = o.lo[a]
			out = append(out, below)
		}
		if rest.hi[a] > o.hi[a] {
			above := rest
			above.lo[a] = o.hi[a] + 1
			rest.hi[a] = o.hi[a]
			out = append(out, above)
		}
	}
	return out
}
