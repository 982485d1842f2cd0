package model

import (
	"slices"
	"sort"
)

// party is one of two lists that are compared, in the space that they share.
type party struct {
	boxes [spaces][]flat
	// twins is, for each box, the tag of the equal box of the other party, of
	// the same action; noTag when there is none.
	twins [spaces][]tag
	// moved says of each box that has a twin whether it stands in another order among
	// the others than its twin does.
	moved [spaces][]bool
	// settled says of each box that it is part of a block which the other party says in
	// other words.
	settled [spaces][]bool
	trees   [spaces]*tree
	fresh   [spaces]*tree   // of the boxes without a twin; nil until asked for
	ahead   [spaces]*maxima // of twins; nil until asked for
}

func newParty(l List, s *space) (*party, error) {
	boxes, err := l.expand(s)
	if err != nil {
		return nil, err
	}
	p := &party{boxes: boxes}
	for f := range spaces {
		p.twins[f] = make([]tag, len(boxes[f]))
		for i := range p.twins[f] {
			p.twins[f][i] = noTag
		}
		p.moved[f] = make([]bool, len(boxes[f]))
		p.settled[f] = make([]bool, len(boxes[f]))
	}
	return p, nil
}

// changed reports whether box i may be where a difference starts. Of two first
// matches that decide otherwise, one is always in such a box: were both boxes of twins in
// the same order, then each party would have matched the other's box before or
// with its own. Boxes that may or may not match are always suspect.
func (p *party) changed(family, i int) bool {
	return p.twins[family][i] == noTag || p.settled[family][i] || p.moved[family][i] || p.boxes[family][i].tag.action() == 0
}

// pairing is equal boxes of two parties.
type pairing struct{ a, b []int32 }

// matchParties pairs the equal boxes of a family, and marks as moved all pairs but the
// most that stand in the same order in both.
func matchParties(a, b *party, family int) {
	p := pairBoxes(a.boxes[family], b.boxes[family])
	inOrder := longestRising(p.b)
	for i := range p.a {
		x, y := p.a[i], p.b[i]
		a.twins[family][x], b.twins[family][y] = b.boxes[family][y].tag, a.boxes[family][x].tag
		if !inOrder[i] {
			a.moved[family][x], b.moved[family][y] = true, true
		}
	}
}

// alike is what equal boxes have in common.
type alike struct {
	cell
	action Action
}

func (f *flat) alike() alike { return alike{f.cell, f.tag.action()} }

func (f *flat) like(o *flat) bool { return f.cell == o.cell && f.tag.action() == o.tag.action() }

// lookAhead is how far two lists may be out of step and still be matched without
// hashing.
const lookAhead = 4

// pairBoxes pairs equal boxes, each with one at most, sorted by their place in a. It
// walks both lists in step, over small insertions and deletions, and looks up what that
// leaves over.
func pairBoxes(a, b []flat) pairing {
	partner := make([]int32, len(a))
	for i := range partner {
		partner[i] = -1
	}
	taken := make([]bool, len(b))
	i, j := 0, 0
	for i < len(a) && j < len(b) {
		di, dj, ok := inStep(a[i:], b[j:])
		if !ok {
			i, j = i+1, j+1
			continue
		}
		i, j = i+di, j+dj
		partner[i], taken[j] = int32(j), true
		i, j = i+1, j+1
	}
	pairLeft(a, b, partner, taken)
	pairs := 0
	for _, j := range partner {
		if j >= 0 {
			pairs++
		}
	}
	p := pairing{make([]int32, 0, pairs), make([]int32, 0, pairs)}
	for i, j := range partner {
		if j >= 0 {
			p.a, p.b = append(p.a, int32(i)), append(p.b, j)
		}
	}
	return p
}

// inStep returns how many boxes to skip in each list to reach equal ones.
func inStep(a, b []flat) (di, dj int, ok bool) {
	for sum := 0; sum <= lookAhead; sum++ {
		for di := 0; di <= sum; di++ {
			if dj := sum - di; di < len(a) && dj < len(b) && a[di].like(&b[dj]) {
				return di, dj, true
			}
		}
	}
	return 0, 0, false
}

// pairLeft pairs the boxes without a partner with equal boxes that are not
// taken, the first with the first.
func pairLeft(a, b []flat, partner []int32, taken []bool) {
	first := map[alike]int32{}    // of the equal boxes of b
	next := make([]int32, len(b)) // equal box after each, -1 at the end
	for j := len(b) - 1; j >= 0; j-- {
		if taken[j] {
			continue
		}
		k := b[j].alike()
		next[j] = -1
		if f, ok := first[k]; ok {
			next[j] = f
		}
		first[k] = int32(j)
	}
	if len(first) == 0 {
		return
	}
	for i := range a {
		if partner[i] >= 0 {
			continue
		}
		k := a[i].alike()
		j, ok := first[k]
		if !ok || j < 0 {
			continue
		}
		partner[i] = j
		first[k] = next[j]
	}
}

// longestRising marks a longest rising subsequence of distinct numbers, in time n
// log n (Fredman, "On computing the length of longest increasing subsequences",
// 1975).
func longestRising(v []int32) []bool {
	in := make([]bool, len(v))
	if slices.IsSorted(v) {
		for i := range in {
			in[i] = true
		}
		return in
	}
	var tails []int32               // index of the smallest end of a sequence of each length
	before := make([]int32, len(v)) // index of the one before it
	for i, n := range v {
		k := sort.Search(len(tails), func(k int) bool { return v[tails[k]] >= n })
		before[i] = -1
		if k > 0 {
			before[i] = tails[k-1]
		}
		if k == len(tails) {
			tails = append(tails, 0)
		}
		tails[k] = int32(i)
	}
	for i := tails[len(tails)-1]; i >= 0; i = before[i] {
		in[i] = true
	}
	return in
}

// plant makes the boxes of a family searchable.
func (p *party) plant(family int) {
	p.trees[family] = newTree(p.boxes[family])
	twins := make([]tag, len(p.twins[family]))
	for i, o := range p.trees[family].order {
		twins[i] = p.twins[family][o]
	}
	p.trees[family].twins = twins
}

// freshTree finds the boxes without a twin.
func (p *party) freshTree(family int) *tree {
	if p.fresh[family] == nil {
		var fresh []flat
		for i, t := range p.twins[family] {
			if t == noTag {
				fresh = append(fresh, p.boxes[family][i])
			}
		}
		p.fresh[family] = newTree(fresh)
	}
	return p.fresh[family]
}

// aheadOf finds the twins that come late.
func (p *party) aheadOf(family int) *maxima {
	if p.ahead[family] == nil {
		p.ahead[family] = newMaxima(p.twins[family])
	}
	return p.ahead[family]
}
