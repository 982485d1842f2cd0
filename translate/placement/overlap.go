package placement

import (
	"cmp"
	"net/netip"
	"slices"
)

// block is an address block and the index of who has it.
type block struct {
	prefix netip.Prefix
	owner  int
}

// overlapping calls found for every two blocks that overlap, in an order that depends on the
// blocks alone. Of two blocks that overlap, one holds the other:
//
//	|------------- outer -------------|
//	   |- inner -|   |--- inner ---|
//	                    |- inner -|
//
// so that in order of first address, the larger first, a block overlaps just those
// that are still open before it.
func overlapping(blocks []block, found func(outer, inner block)) {
	sorted := slices.Clone(blocks)
	slices.SortFunc(sorted, func(a, b block) int {
		return cmp.Or(a.prefix.Addr().Compare(b.prefix.Addr()), cmp.Compare(a.prefix.Bits(), b.prefix.Bits()), cmp.Compare(a.owner, b.owner))
	})
	var open []block
	for _, b := range sorted {
		for len(open) > 0 && !open[len(open)-1].prefix.Overlaps(b.prefix) {
			open = open[:len(open)-1]
		}
		for _, outer := range open {
			found(outer, b)
		}
		open = append(open, b)
	}
}
