package model

import "slices"

// chainBound returns a number of entries that no ordered list is shorter than.
//
// Take cells in a row that never goes back in the order of the leaves, nor in that of
// the atoms, and that alternate between the default and something else. An entry that holds two of them
// holds all between, for blocks and services are intervals of that order; so it is an
// interval of the row, and a list for it is a way to paint a striped line in strokes of which
// later ones cover earlier ones. n stripes on bare ground need n strokes, whatever their order: each stroke adds
// at most one stripe. The longest row is found cell by cell, in both orders of the atoms.
func (e *easel) chainBound() int {
	best := 0
	for _, backward := range []bool{false, true} {
		marked := make([]int, e.leaves) // the longest row that ends in a stripe, to here
		bare := make([]int, e.leaves)
		for a := range e.atoms {
			if backward {
				a = e.atoms - 1 - a
			}
			for l := range e.leaves {
				if l > 0 {
					marked[l], bare[l] = max(marked[l], marked[l-1]), max(bare[l], bare[l-1])
				}
				if e.wrong[e.standard].has(a*e.leaves + l) {
					marked[l] = max(marked[l], bare[l]+1)
				} else {
					bare[l] = max(bare[l], marked[l])
				}
				best = max(best, marked[l])
			}
		}
	}
	return best
}

// lineBound returns the number of entries that some atom alone needs: of blocks of addresses the
// shortest list is known, because any list of them can be put in order from small to
// large blocks (Draves, King, Venkatachary, Zill, "Constructing optimal IP routing tables", 1999).
func (e *easel) lineBound() int {
	best := 0
	for a := range e.atoms {
		best = max(best, e.lineCost(a))
	}
	return best
}

// lineCost returns the fewest blocks that decide an atom at all addresses.
func (e *easel) lineCost(atom int) int {
	actions := []Action{Deny, Allow, Pass}
	const never = 1 << 20
	// cost is, for each node and what is decided around it, the fewest blocks within.
	cost := make([][3]int, len(e.nodes))
	for i, n := range slices.Backward(e.nodes) {
		var bare [3]int // without an entry for the block itself
		next := i + 1
		at := n.first
		for at <= n.last {
			if next < len(e.nodes) && e.nodes[next].parent == i && e.nodes[next].first == at {
				for k := range actions {
					bare[k] = min(never, bare[k]+cost[next][k])
				}
				at = e.nodes[next].last + 1
				for next < len(e.nodes) && e.nodes[next].first < at {
					next++
				}
				continue
			}
			for k, a := range actions {
				if e.decided(atom*e.leaves+at) != a {
					bare[k] = min(never, bare[k]+e.priceOf(at, never))
				}
			}
			at++
		}
		for k := range actions {
			cost[i][k] = min(bare[k], 1+slices.Min(bare[:]))
		}
	}
	return cost[0][slices.Index(actions, e.standard)]
}

// priceOf returns the number of blocks that paint a leaf of a node without an
// entry for the node: those of a rest, or never where the node is the leaf.
func (g *grid) priceOf(leaf, never int) int {
	for _, r := range g.rests {
		if r.leaf == leaf {
			return r.blocks
		}
	}
	return never
}
