package model

// maxBlock bounds the boxes of a block that is looked at as a whole.
const maxBlock = 32

// settle finds rules that were rewritten in place: between two pairs of boxes that
// did not move, one party has some boxes and the other has others, all of one action, and
// their unions are equal. Such blocks are as good as twins. Their boxes
// are reported as changes, without effect, but not judged; the twin of each is the last
// of the other block, which has matched whatever the box matches by then.
func (c *comparer) settle(a, b *party, family int) {
	x, y := a.boxes[family], b.boxes[family]
	stays := func(p *party, i int) bool { return p.twins[family][i] != noTag && !p.moved[family][i] }
	for i, j := 0, 0; ; i, j = i+1, j+1 {
		fromA, fromB := i, j
		for i < len(x) && !stays(a, i) {
			i++
		}
		for j < len(y) && !stays(b, j) {
			j++
		}
		if c.sameBlock(x[fromA:i], y[fromB:j]) && fresh(a.twins[family][fromA:i]) && fresh(b.twins[family][fromB:j]) {
			for k := fromA; k < i; k++ {
				a.twins[family][k], a.settled[family][k] = y[j-1].tag, true
			}
			for k := fromB; k < j; k++ {
				b.twins[family][k], b.settled[family][k] = x[i-1].tag, true
			}
		}
		if i == len(x) || j == len(y) {
			return // boxes that stay come in pairs: the other party is at its end too
		}
	}
}

// fresh reports whether no box has a twin elsewhere.
func fresh(twins []tag) bool {
	for _, t := range twins {
		if t != noTag {
			return false
		}
	}
	return true
}

// sameBlock reports whether two blocks of boxes are of one sure action and hold the
// same packets. When it is not quickly known, it says no.
func (c *comparer) sameBlock(a, b []flat) bool {
	if len(a) == 0 || len(b) == 0 || len(a) > maxBlock || len(b) > maxBlock || a[0].tag.action() == 0 {
		return false
	}
	for _, fs := range [...][]flat{a, b} {
		for i := range fs {
			if fs[i].tag.action() != a[0].tag.action() {
				return false
			}
		}
	}
	return c.holds(a, b) && c.holds(b, a)
}

// blockEffort is what may be spent on one box of a block.
const blockEffort = 2_000

// holds reports whether the boxes of a hold those of b.
func (c *comparer) holds(a, b []flat) bool {
	c.gaps.find = func(*cell) (Flow, outcome) { return Flow{}, open }
	for i := range b {
		c.gaps.boxes = append(c.gaps.boxes[:0], a...)
		if c.gaps.run(&b[i].cell, blockEffort) != covered {
			return false
		}
	}
	return true
}
