package model

import "slices"

// packOrder returns the order of boxes in which neighbours are close to each other, for every
// [fanout] of them, every [fanout] of these, and so on, to be bounded tightly. It
// halves the boxes again and again, along the axis that keeps the halves most apart:
// by where they are on it, or by how wide they are, because one wide box among
// small ones makes their bound as wide as itself. The time is n log n.
//
// To split at the top what is bounded at the top is "overlap minimizing top-down bulk
// loading" (Lee and Lee, 2003).
func packOrder(boxes []flat) []int32 {
	order := make([]int32, len(boxes))
	if len(boxes) <= packed {
		for i := range order {
			order[i] = int32(i)
		}
		return order
	}
	p := packer{boxes: boxes, keys: make([]uint64, len(boxes))}
	for i := range p.keys {
		p.keys[i] = uint64(i)
	}
	p.pack(p.keys)
	for i, k := range p.keys {
		order[i] = int32(uint32(k))
	}
	return order
}

// packer orders boxes. A key is a number to order by above the index of a box.
type packer struct {
	boxes  []flat
	keys   []uint64
	sample []uint64
}

// packSample is how many of the boxes are asked how to halve them.
const (
	packSample     = 24
	packSampleMost = 512
)

// packed is from how many boxes on it pays to put them in order.
const packed = 128

// pack orders keys such that the first halves, quarters and so on, rounded to whole
// nodes of the tree, are close to each other.
func (p *packer) pack(keys []uint64) {
	for len(keys) > fanout {
		node := fanout // what a child of the node that bounds them all holds
		for node*fanout < len(keys) {
			node *= fanout
		}
		at := (len(keys) + node - 1) / node / 2 * node
		by := p.choose(keys, at)
		for i, k := range keys {
			keys[i] = by.key(p.boxes, uint32(k))
		}
		selectSmallest(keys, at)
		p.pack(keys[:at])
		keys = keys[at:]
	}
}

// criterion is what boxes are ordered by: the middle on an axis, or from axes on the
// width on one.
type criterion int

const criteria = 2 * axes

func (c criterion) key(boxes []flat, i uint32) uint64 {
	b, a := &boxes[i], int(c)
	if a < axes {
		return uint64(middle(&b.cell, a))<<32 | uint64(i)
	}
	a -= axes
	return uint64(b.hi[a]-b.lo[a])<<32 | uint64(i)
}

// choose returns the criterion that keeps the halves of a sample most apart.
func (p *packer) choose(keys []uint64, at int) criterion {
	n := min(len(keys), max(packSample, min(len(keys)/64, packSampleMost)))
	half := min(max(1, at*n/len(keys)), n-1)
	best, least := criterion(0), 4*n+1
	for by := range criterion(criteria) {
		p.sample = p.sample[:0]
		low, high := ^uint64(0), uint64(0)
		for i := range n {
			k := by.key(p.boxes, uint32(keys[i*len(keys)/n]))
			low, high = min(low, k>>32), max(high, k>>32)
			p.sample = append(p.sample, k)
		}
		if low == high {
			continue // it tells none of them apart
		}
		slices.Sort(p.sample)
		if met := p.meeting(p.sample[:half]) + p.meeting(p.sample[half:]); met < least {
			best, least = by, met
		}
	}
	return best
}

// meeting counts the corners of the sample in the bound of a part of it: searches that would have to
// look into that part.
func (p *packer) meeting(part []uint64) int {
	bound := p.boxes[uint32(part[0])].cell
	for _, k := range part[1:] {
		bound.enclose(&p.boxes[uint32(k)].cell)
	}
	n := 0
	for _, k := range p.sample {
		c := &p.boxes[uint32(k)].cell
		if bound.contains(&c.lo) {
			n++
		}
		if bound.contains(&c.hi) {
			n++
		}
	}
	return n
}

// selectSmallest puts the n smallest keys, which are distinct, first (Hoare, "Algorithm 65: find", 1961).
func selectSmallest(keys []uint64, n int) {
	for len(keys) > 1 {
		pivot := keys[len(keys)/2]
		i, j := 0, len(keys)-1
		for i <= j {
			for keys[i] < pivot {
				i++
			}
			for keys[j] > pivot {
				j--
			}
			if i <= j {
				keys[i], keys[j] = keys[j], keys[i]
				i, j = i+1, j-1
			}
		}
		switch {
		case n <= j:
			keys = keys[:j+1]
		case n >= i:
			keys, n = keys[i:], n-i
		default:
			return
		}
	}
}
