package model

import (
	"cmp"
	"net/netip"
	"slices"
)

// claim is what a trie is made from: traffic of one channel at a prefix. What
// is free is admitted by entries of another channel already.
type claim struct {
	prefix netip.Prefix
	run    run
	free   bool
}

// trie splits addresses by what is admitted from them.
//
//	10.0.0.0/8 admits {80}         a node's allow is what all of it admits
//	├─ the rest of it              a leaf without an entry of its own
//	└─ 10.1.0.0/16 admits {80,443} the next prefix below that differs
//
// Prefixes between a node and its one child below admit what the node does, so that
// no entry is better for naming them.
type trie struct {
	prefix      netip.Prefix // of no meaning in the rest of a node
	allow, need []run        // need is what no free claim admits; leaves only
	children    []*trie
}

// growTrie makes the trie of claims of one family; nil for none.
func growTrie(cs []claim) *trie {
	if len(cs) == 0 {
		return nil
	}
	cs = slices.SortedFunc(slices.Values(cs), func(a, b claim) int {
		return cmp.Or(a.prefix.Addr().Compare(b.prefix.Addr()), cmp.Compare(a.prefix.Bits(), b.prefix.Bits()))
	})
	return grow(commonPrefix(cs), nil, nil, cs)
}

// grow makes the node of a prefix, given the runs that hold at the whole of
// it and the claims inside, sorted.
func grow(at netip.Prefix, held, free []run, inside []claim) *trie {
	own := 0
	for own < len(inside) && inside[own].prefix == at {
		own++
	}
	if own > 0 {
		held, free = slices.Clone(held), slices.Clone(free)
		for _, c := range inside[:own] {
			held = append(held, c.run)
			if c.free {
				free = append(free, c.run)
			}
		}
		held, free = normalRuns(held), normalRuns(free)
		inside = inside[own:]
	}
	leaf := &trie{prefix: at, allow: held, need: subtractRuns(held, free)}
	if len(inside) == 0 {
		return leaf
	}
	n := &trie{prefix: at}
	if below := commonPrefix(inside); below != at {
		n.children = []*trie{leaf, grow(below, held, free, inside)}
	} else {
		left, right := halves(at)
		cut := slices.IndexFunc(inside, func(c claim) bool { return right.Contains(c.prefix.Addr()) })
		n.children = []*trie{grow(left, held, free, inside[:cut]), grow(right, held, free, inside[cut:])}
	}
	a, b := n.children[0], n.children[1]
	if len(a.children) == 0 && len(b.children) == 0 && slices.Equal(a.allow, b.allow) && slices.Equal(a.need, b.need) {
		return &trie{prefix: at, allow: a.allow, need: a.need}
	}
	n.allow = intersectRuns(a.allow, b.allow)
	return n
}

// commonPrefix returns the longest prefix that holds all of the claims, which are sorted.
func commonPrefix(cs []claim) netip.Prefix {
	first, last := cs[0].prefix, cs[len(cs)-1].prefix
	bits := first.Bits()
	for _, c := range cs[1:] {
		bits = min(bits, c.prefix.Bits())
	}
	a, b := first.Addr().AsSlice(), last.Addr().AsSlice()
	for i := range bits {
		if (a[i/8]^b[i/8])>>(7-i%8)&1 != 0 {
			bits = i
			break
		}
	}
	return netip.PrefixFrom(first.Addr(), bits).Masked()
}

// halves splits a prefix that is more than one address.
func halves(p netip.Prefix) (left, right netip.Prefix) {
	b := p.Addr().AsSlice()
	b[p.Bits()/8] |= 1 << (7 - p.Bits()%8)
	high, _ := netip.AddrFromSlice(b) // as long as before, so valid
	return netip.PrefixFrom(p.Addr(), p.Bits()+1), netip.PrefixFrom(high, p.Bits()+1)
}

// rect is an entry in the plane of addresses and traffic of one channel.
type rect struct {
	prefix netip.Prefix
	run    run
}

func (r rect) covers(o rect) bool {
	return r.run.covers(o.run) && r.prefix.Bits() <= o.prefix.Bits() && r.prefix.Overlaps(o.prefix)
}

// plane is a trie made ready for covering: the largest rectangles that admit
// nothing new, and for each cell to be admitted the rectangles over it.
type plane struct {
	channel channel
	rects   []rect
	cells   [][]int32
	seen    map[string]bool
	budget  *budget
}

// newPlane works out rectangles and cells; false when the budget is spent.
func newPlane(c channel, t *trie, b *budget) (*plane, bool) {
	p := &plane{channel: c, seen: map[string]bool{}, budget: b}
	ok := t == nil || p.walk(t, nil, nil)
	return p, ok
}

// walk visits a node below a parent that admits above, under the rectangles over.
func (p *plane) walk(t *trie, above []run, over []int32) bool {
	over = slices.Clip(over)
	for _, r := range p.channel.pieces(t.allow) {
		if !coversRun(above, r) {
			over = append(over, int32(len(p.rects)))
			p.rects = append(p.rects, rect{t.prefix, r})
		}
	}
	if len(t.children) == 0 {
		return p.leaf(t, over)
	}
	for _, c := range t.children {
		if !p.walk(c, t.allow, over) {
			return false
		}
	}
	return true
}

// leaf cuts what a leaf needs where rectangles begin and end.
func (p *plane) leaf(t *trie, over []int32) bool {
	for _, need := range t.need {
		var near []int32
		cuts := []int{need.first}
		for _, i := range over {
			if r := p.rects[i].run; r.overlaps(need) {
				near = append(near, i)
				cuts = append(cuts, max(r.first, need.first), r.last+1)
			}
		}
		slices.Sort(cuts)
		cuts = slices.Compact(cuts)
		for _, c := range cuts {
			if c > need.last {
				break
			}
			if !p.budget.spend(len(near) + 8) {
				return false
			}
			p.cell(c, near)
		}
	}
	return true
}

// cell adds the cell at a word unless there is one under the same rectangles.
func (p *plane) cell(word int, near []int32) {
	var under []int32
	for _, i := range near {
		if r := p.rects[i].run; r.first <= word && word <= r.last {
			under = append(under, i)
		}
	}
	if k := spellCell(under); !p.seen[k] {
		p.seen[k] = true
		p.cells = append(p.cells, under)
	}
}

// spellCell spells the sets that a cell is in.
func spellCell(in []int32) string {
	out := make([]byte, 0, 4*len(in))
	for _, i := range in {
		out = append(out, byte(i), byte(i>>8), byte(i>>16), byte(i>>24))
	}
	return string(out)
}
