package model

import "slices"

// paint is an entry of an ordered list on a grid.
type paint struct {
	action  Action
	node, y int
}

// easel is a grid with what is to be decided on it: the search for a short ordered
// list happens here.
type easel struct {
	*grid
	standard Action            // the default
	wrong    map[Action]bitset // cells that are decided otherwise
	budget   *budget
}

// newEasel works out what a list decides.
func newEasel(g *grid, standard Action, list []paint, b *budget) *easel {
	e := &easel{grid: g, standard: standard, wrong: map[Action]bitset{}, budget: b}
	decided := make([]Action, g.cells())
	for i := range decided {
		decided[i] = standard
	}
	for _, p := range slices.Backward(list) {
		for a := g.ys[p.y].first; a <= g.ys[p.y].last; a++ {
			for l := g.nodes[p.node].first; l <= g.nodes[p.node].last; l++ {
				decided[a*g.leaves+l] = p.action
			}
		}
	}
	for _, a := range []Action{Deny, Allow, Pass} {
		w := newBitset(g.cells())
		for i, d := range decided {
			if d != a {
				w.set(i)
			}
		}
		e.wrong[a] = w
	}
	return e
}

// decided returns what is to be decided on a cell.
func (e *easel) decided(cell int) Action {
	for _, a := range []Action{Deny, Allow, Pass} {
		if !e.wrong[a].has(cell) {
			return a
		}
	}
	return e.standard
}

func (e *easel) cellsOf(p paint) window {
	if _, made := e.boxes[[2]int{p.node, p.y}]; !made {
		n, y := e.nodes[p.node], e.ys[p.y]
		e.budget.spend((n.last - n.first + 1) * (y.last - y.first + 1))
	}
	return e.box(p.node, p.y)
}

// right reports whether an entry behind others, which decide covered, decides nothing
// wrongly.
func (e *easel) right(p paint, covered bitset) bool {
	box := e.cellsOf(p)
	e.budget.spend(8 + len(box.words))
	w, c := e.wrong[p.action][box.from:], covered[box.from:]
	for i, b := range box.words {
		if b&^c[i]&w[i] != 0 {
			return false
		}
	}
	return true
}

// valid reports whether a list decides as it should.
func (e *easel) valid(list []paint) bool { return e.validBehind(newBitset(e.cells()), list) }

// validBehind reports whether a list decides as it should what is not covered before. It
// adds to covered.
func (e *easel) validBehind(covered bitset, list []paint) bool {
	for _, p := range list {
		if !e.right(p, covered) {
			return false
		}
		covered.addWindow(e.cellsOf(p))
	}
	e.budget.spend(len(covered))
	return e.wrong[e.standard].within(covered)
}

func (e *easel) covered(list []paint) bitset {
	out := newBitset(e.cells())
	for _, p := range list {
		out.addWindow(e.cellsOf(p))
	}
	e.budget.spend(len(list) + len(out))
	return out
}

// thin drops entries without which the list decides alike, once from the end and once from
// the start, and returns the shorter list.
func (e *easel) thin(list []paint) []paint {
	back, front := slices.Clone(list), slices.Clone(list)
	for i := len(back) - 1; i >= 0; i-- {
		if e.validBehind(e.covered(back[:i]), back[i+1:]) {
			back = slices.Delete(back, i, i+1)
		}
	}
	before := newBitset(e.cells())
	for i := 0; i < len(front); {
		if e.validBehind(slices.Clone(before), front[i+1:]) {
			front = slices.Delete(front, i, i+1)
			continue
		}
		before.addWindow(e.cellsOf(front[i]))
		i++
	}
	if len(front) < len(back) {
		return front
	}
	return back
}

// widen makes each entry as large as its place allows, so that it does the work of others.
// addresses says which side goes first.
func (e *easel) widen(list []paint, addresses bool) []paint {
	out := slices.Clone(list)
	covered := newBitset(e.cells())
	for i := range out {
		out[i] = e.grown(out[i], covered, addresses)
		covered.addWindow(e.cellsOf(out[i]))
	}
	return out
}

// grown returns the entry made larger for as long as it decides nothing wrongly behind others.
func (e *easel) grown(p paint, covered bitset, addresses bool) paint {
	for range 2 {
		if addresses {
			for q := p; e.nodes[q.node].parent >= 0; {
				q.node = e.nodes[q.node].parent
				if !e.right(q, covered) {
					break
				}
				p = q
			}
		} else {
			p.y = e.grownTraffic(p, covered)
		}
		addresses = !addresses
	}
	return p
}

// grownTraffic is the part of grown that is about traffic: to the next ports below, above,
// and then to all that is around.
func (e *easel) grownTraffic(p paint, covered bitset) int {
	fits := func(y int) bool { return y >= 0 && y != p.y && e.right(paint{p.action, p.node, y}, covered) }
	for {
		below, above := e.widerPorts(p.y)
		switch {
		case fits(below):
			p.y = below
		case fits(above):
			p.y = above
		case below == p.y && above == p.y && fits(e.ys[p.y].parent):
			p.y = e.ys[p.y].parent
		default:
			return p.y
		}
	}
}

// join returns the smallest entry that holds both.
func (e *easel) join(a, b paint) paint {
	return paint{a.action, e.joinNodes(a.node, b.node), e.joinYs(a.y, b.y)}
}

// joinTwo replaces two entries by one that holds both, at the place of either; nil when no
// pair can be.
func (e *easel) joinTwo(list []paint) []paint {
	covered := newBitset(e.cells())
	for i, p := range list {
		for j := i + 1; j < len(list) && e.budget.left > 0; j++ {
			if list[j].action != p.action {
				continue
			}
			q := e.join(p, list[j])
			// What the two decided is in the one, and all else of it falls to it alone.
			if e.right(q, covered) {
				early := slices.Delete(slices.Clone(list), j, j+1)
				early[i] = q
				return early
			}
			late := slices.Delete(slices.Clone(list), i, i+1)
			late[j-1] = q
			if e.validBehind(slices.Clone(covered), late[i:]) {
				return late
			}
		}
		covered.addWindow(e.cellsOf(p))
	}
	return nil
}

// underlay puts one large entry at a place, with entries above it for what it would
// decide wrongly, and drops what is needless then; nil when that is no shorter.
//
//	allow 10.0.0.0/24          deny  10.0.2.0/24
//	allow 10.0.1.0/24    ──▶   allow 10.0.0.0/22
//	allow 10.0.3.0/24
func (e *easel) underlay(list []paint, at int, large paint) []paint {
	kept := newBitset(e.cells()) // decided by entries before that have to stay
	before := newBitset(e.cells())
	saved := 0
	for i, p := range list {
		inside := p.action == large.action && e.holds(large, p)
		if inside {
			saved++
		}
		if i < at {
			before.addWindow(e.cellsOf(p))
			if !inside {
				kept.addWindow(e.cellsOf(p))
			}
		}
	}
	e.budget.spend(2*len(list) + 4*len(kept))
	if saved < 2 {
		return nil
	}
	open := newBitset(e.cells())
	open.addWindow(e.cellsOf(large))
	open.remove(before)
	for i, w := range e.wrong[large.action] {
		open[i] &= w
	}
	var above []paint
	for !open.isEmpty() {
		if len(above)+2 > saved {
			return nil
		}
		p, ok := e.patch(open, kept)
		if !ok {
			return nil
		}
		above = append(above, p)
		open.removeWindow(e.cellsOf(p))
	}
	out := slices.Concat(list[:at], above, []paint{large}, list[at:])
	if out = e.thin(out); len(out) < len(list) && e.valid(out) {
		return out
	}
	return nil
}

// patch returns an entry that decides the first open cell as it should be, large enough to
// take many others along. It returns false where the cell is the rest of a block
// whose other parts are decided otherwise.
func (e *easel) patch(open, kept bitset) (paint, bool) {
	cell := open.members()[0]
	seed := paint{e.decided(cell), e.nodeOf[cell%e.leaves], e.yOf[cell/e.leaves]}
	if !e.right(seed, kept) {
		return seed, false
	}
	a, b := e.grown(seed, kept, true), e.grown(seed, kept, false)
	if open.commonWindow(e.cellsOf(b)) > open.commonWindow(e.cellsOf(a)) {
		return b, true
	}
	return a, true
}
