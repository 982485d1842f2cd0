package model

import (
	"math/rand/v2"
	"testing"
)

// FuzzCompareLists lets the fuzzer choose the seed of a list and of an edit of it, and checks
// the comparison, and what is said to be needless, against set algebra.
func FuzzCompareLists(f *testing.F) {
	f.Add(uint64(1), uint8(3))
	f.Add(uint64(77), uint8(9))
	inv := tinyInventory()
	f.Fuzz(func(t *testing.T, seed uint64, n uint8) {
		g := gen{rand.New(rand.NewPCG(seed, 11))}
		c := g.longChain(int(n % 12))
		l := NewList(c, Ingress, inv)
		checkCompare(t, l, NewList(g.edited(c), Ingress, inv), ListOptions{})
		x := mustIndex(t, l)
		shadowed, redundant := map[int]Proof{}, map[int]Proof{}
		for _, p := range x.Shadowed(Effort{}).Rules {
			shadowed[p.Rule] = p
		}
		for _, p := range x.Redundant(Effort{}).Rules {
			redundant[p.Rule] = p
		}
		for i := range l.rules {
			checkShadowed(t, l, i, shadowed)
			checkRedundant(t, l, i, redundant)
		}
	})
}
