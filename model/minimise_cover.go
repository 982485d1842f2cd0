package model

import (
	"cmp"
	"math/bits"
	"slices"
)

// bitset is a set of small numbers.
type bitset []uint64

func newBitset(n int) bitset { return make(bitset, (n+63)/64) }

func (b bitset) set(i int)      { b[i/64] |= 1 << (i % 64) }
func (b bitset) clear(i int)    { b[i/64] &^= 1 << (i % 64) }
func (b bitset) has(i int) bool { return b[i/64]>>(i%64)&1 != 0 }

func (b bitset) count() int {
	n := 0
	for _, w := range b {
		n += bits.OnesCount64(w)
	}
	return n
}

func (b bitset) isEmpty() bool {
	for _, w := range b {
		if w != 0 {
			return false
		}
	}
	return true
}

// common returns how many numbers are in both.
func (b bitset) common(o bitset) int {
	n := 0
	for i, w := range b {
		n += bits.OnesCount64(w & o[i])
	}
	return n
}

// within reports whether every number of b is in o.
func (b bitset) within(o bitset) bool {
	for i, w := range b {
		if w&^o[i] != 0 {
			return false
		}
	}
	return true
}

func (b bitset) add(o bitset) {
	for i, w := range o {
		b[i] |= w
	}
}

func (b bitset) remove(o bitset) {
	for i, w := range o {
		b[i] &^= w
	}
}

// members returns the numbers in ascending order.
func (b bitset) members() []int {
	var out []int
	for i, w := range b {
		for ; w != 0; w &= w - 1 {
			out = append(out, i*64+bits.TrailingZeros64(w))
		}
	}
	return out
}

// cover is the answer of coverAll.
type cover struct {
	chosen []int // sets, ascending
	lower  int   // no cover has fewer
}

// coverAll looks for the fewest sets such that each cell is in one of
// them. A cell is given by the sets that it is in, ascending and never none. known is a cover
// to prefer among equals; nil when none is known. It takes the sets that are the only one
// of some cell, solves what falls apart by itself, and in each part searches between a greedy cover
// and a number of cells no two of which share a set.
func coverAll(cells [][]int32, sets int, known []int, b *budget) cover {
	var out cover
	done := newBitset(sets)
	for _, c := range cells {
		if len(c) == 1 && !done.has(int(c[0])) {
			done.set(int(c[0]))
			out.lower++
		}
	}
	out.chosen = done.members()
	var open [][]int32
	for _, c := range cells {
		if !slices.ContainsFunc(c, func(s int32) bool { return done.has(int(s)) }) {
			open = append(open, c)
		}
	}
	prefer := newBitset(sets)
	for _, s := range known {
		prefer.set(s)
	}
	for _, part := range components(open, sets) {
		c := newPart(part, prefer, b).solve()
		out.chosen, out.lower = append(out.chosen, c.chosen...), out.lower+c.lower
	}
	slices.Sort(out.chosen)
	return out
}

// components groups cells that are joined by sets.
func components(cells [][]int32, sets int) [][][]int32 {
	root := make([]int32, sets)
	for i := range root {
		root[i] = int32(i)
	}
	find := func(i int32) int32 {
		for root[i] != i {
			root[i] = root[root[i]]
			i = root[i]
		}
		return i
	}
	for _, c := range cells {
		for _, s := range c[1:] {
			root[find(s)] = find(c[0])
		}
	}
	at := map[int32]int{}
	var out [][][]int32
	for _, c := range cells {
		r := find(c[0])
		i, ok := at[r]
		if !ok {
			i = len(out)
			at[r] = i
			out = append(out, nil)
		}
		out[i] = append(out[i], c)
	}
	return out
}

// part is one component of a cover problem, numbered anew.
type part struct {
	names    []int    // of the sets
	prefer   bitset   // sets of the known cover
	setCells []bitset // by set
	cellSets []bitset // by cell
	budget   *budget
	best     []int // sets
}

func newPart(cells [][]int32, prefer bitset, b *budget) *part {
	p := &part{budget: b}
	number := map[int32]int{}
	for _, c := range cells {
		for _, s := range c {
			if _, ok := number[s]; !ok {
				number[s] = 0
				p.names = append(p.names, int(s))
			}
		}
	}
	slices.Sort(p.names)
	p.prefer = newBitset(len(p.names))
	p.setCells = make([]bitset, len(p.names))
	for i, s := range p.names {
		number[int32(s)] = i
		p.setCells[i] = newBitset(len(cells))
		if prefer.has(s) {
			p.prefer.set(i)
		}
	}
	p.cellSets = make([]bitset, len(cells))
	for i, c := range cells {
		p.cellSets[i] = newBitset(len(p.names))
		for _, s := range c {
			p.cellSets[i].set(number[s])
			p.setCells[number[s]].set(i)
		}
	}
	return p
}

func (p *part) all() bitset {
	out := newBitset(len(p.cellSets))
	for i := range p.cellSets {
		out.set(i)
	}
	return out
}

func (p *part) solve() cover {
	p.dropNeedless()
	p.best = p.needed(p.greedy())
	if k := p.needed(p.prefer.members()); len(k) <= len(p.best) && p.coveredBy(k).count() == len(p.cellSets) {
		p.best = k
	}
	order := p.byFewestSets()
	lower := p.independent(p.all(), newBitset(len(p.names)), order)
	if lower < len(p.best) && p.search(branch{open: p.all(), banned: newBitset(len(p.names))}, order) {
		lower = len(p.best)
	}
	out := cover{lower: lower}
	for _, s := range p.best {
		out.chosen = append(out.chosen, p.names[s])
	}
	return out
}

// dropNeedless drops cells that are in every set another cell is in: they are covered
// with it.
func (p *part) dropNeedless() {
	n := len(p.cellSets)
	if !p.budget.spend(n * n / 4 * len(p.prefer)) {
		return
	}
	var keep []bitset
	for _, c := range p.cellSets {
		if !slices.ContainsFunc(p.cellSets, func(o bitset) bool { return o.within(c) && !slices.Equal(o, c) }) {
			keep = append(keep, c)
		}
	}
	p.cellSets = keep
	for s := range p.setCells {
		p.setCells[s] = newBitset(len(keep))
		for i, c := range keep {
			if c.has(s) {
				p.setCells[s].set(i)
			}
		}
	}
}

// greedy takes the set with most cells that are open until there are none.
func (p *part) greedy() []int {
	open := p.all()
	var out []int
	for !open.isEmpty() {
		best, most := 0, 0
		for s, cells := range p.setCells {
			if n := cells.common(open); n > most || n == most && n > 0 && p.prefer.has(s) && !p.prefer.has(best) {
				best, most = s, n
			}
		}
		p.budget.spend(len(p.setCells) * len(open))
		out = append(out, best)
		open.remove(p.setCells[best])
	}
	return out
}

func (p *part) coveredBy(sets []int) bitset {
	out := newBitset(len(p.cellSets))
	for _, s := range sets {
		out.add(p.setCells[s])
	}
	return out
}

// needed drops sets, smallest first, whose cells the other ones cover.
func (p *part) needed(sets []int) []int {
	size := func(s int) int { return p.setCells[s].count() }
	sets = slices.Clone(sets)
	slices.SortStableFunc(sets, func(a, b int) int { return cmp.Compare(size(a), size(b)) })
	for i := 0; i < len(sets); {
		rest := slices.Delete(slices.Clone(sets), i, i+1)
		if p.setCells[sets[i]].within(p.coveredBy(rest)) {
			sets = rest
		} else {
			i++
		}
	}
	return sets
}

// byFewestSets orders cells by how little choice they leave.
func (p *part) byFewestSets() []int {
	out := make([]int, len(p.cellSets))
	count := make([]int, len(p.cellSets))
	for i, c := range p.cellSets {
		out[i], count[i] = i, c.count()
	}
	slices.SortStableFunc(out, func(a, b int) int { return cmp.Compare(count[a], count[b]) })
	return out
}

// independent counts open cells no two of which are in one set that is not banned: as many sets
// at least are needed.
func (p *part) independent(open, banned bitset, order []int) int {
	used := newBitset(len(p.names))
	n := 0
	for _, c := range order {
		if !open.has(c) {
			continue
		}
		free := true
		for i, w := range p.cellSets[c] {
			if w&^banned[i]&used[i] != 0 {
				free = false
				break
			}
		}
		if free {
			used.add(p.cellSets[c])
			n++
		}
	}
	return n
}

// branch is a state of the search: sets taken, cells still open, and sets
// that were tried before.
type branch struct {
	taken        []int
	open, banned bitset
}

// search looks for covers shorter than the best. It reports false when the budget ended it,
// so that a shorter one may have been missed.
func (p *part) search(n branch, order []int) bool {
	if n.open.isEmpty() {
		if len(n.taken) < len(p.best) {
			p.best = slices.Clone(n.taken)
		}
		return true
	}
	if !p.budget.spend(len(order) * (1 + len(p.prefer))) {
		return false
	}
	if len(n.taken)+p.independent(n.open, n.banned, order) >= len(p.best) {
		return true
	}
	banned := slices.Clone(n.banned)
	for _, s := range p.choices(n, order) {
		open := slices.Clone(n.open)
		open.remove(p.setCells[s])
		if !p.search(branch{append(slices.Clip(n.taken), s), open, slices.Clone(banned)}, order) {
			return false
		}
		banned.set(s)
	}
	return true
}

// choices returns the sets, not banned, of the open cell that is in fewest of them, the set
// with most open cells first.
func (p *part) choices(n branch, order []int) []int {
	best, fewest := -1, len(p.names)+1
	for _, c := range order {
		if !n.open.has(c) {
			continue
		}
		k := 0
		for i, w := range p.cellSets[c] {
			k += bits.OnesCount64(w &^ n.banned[i])
		}
		if k < fewest {
			best, fewest = c, k
		}
	}
	left := slices.Clone(p.cellSets[best])
	left.remove(n.banned)
	sets := left.members()
	slices.SortStableFunc(sets, func(a, b int) int {
		return -cmp.Compare(p.setCells[a].common(n.open), p.setCells[b].common(n.open))
	})
	return sets
}
