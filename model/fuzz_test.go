package model

import (
	"math/rand/v2"
	"testing"
)

// FuzzRegion lets the fuzzer choose the seed of a set expression and checks its
// value against membership, and its canonical form against another way to the same set.
func FuzzRegion(f *testing.F) {
	for _, seed := range []uint64{0, 1, 42, 1 << 40} {
		f.Add(seed, uint8(3))
	}
	universe := tinyUniverse()
	f.Fuzz(func(t *testing.T, seed uint64, n uint8) {
		g := gen{rand.New(rand.NewPCG(seed, uint64(n)))}
		var sum Region
		parts := make([]Region, n%6)
		for i := range parts {
			parts[i] = g.region()
			if g.IntN(3) == 0 {
				sum = sum.Subtract(parts[i])
			} else {
				sum = sum.Union(parts[i])
			}
		}
		g = gen{rand.New(rand.NewPCG(seed, uint64(n)))}
		member := make([]bool, len(universe))
		for range parts {
			r := g.region()
			out := g.IntN(3) == 0
			for i, p := range universe {
				if r.Contains(p) {
					member[i] = !out
				}
			}
		}
		for i, p := range universe {
			if sum.Contains(p) != member[i] {
				t.Fatalf("%v: contains %t, want %t", p, !member[i], member[i])
			}
		}
		if !NewRegion(sum.Boxes()...).Equal(sum) {
			t.Fatal("the boxes are another set")
		}
		if e, ok := sum.Example(); ok != !sum.IsEmpty() || ok && !sum.Contains(e) {
			t.Fatalf("bad example %v", e)
		}
	})
}

// FuzzPolicy checks that explaining one packet and compiling the whole policy agree.
func FuzzPolicy(f *testing.F) {
	f.Add(uint64(1))
	f.Add(uint64(99))
	universe, inv := tinyUniverse(), tinyInventory()
	in := inv.Universe()
	f.Fuzz(func(t *testing.T, seed uint64) {
		g := gen{rand.New(rand.NewPCG(seed, 7))}
		p := g.policy()
		permitted := p.Permitted(inv)
		for _, flow := range universe {
			if !in.Contains(flow) {
				continue
			}
			v := p.Explain(flow, inv).Verdict
			if permitted.Allowed.Contains(flow) != (v == Allowed) || permitted.Unknown.Contains(flow) != (v == Undecided) {
				t.Fatalf("%v: %v", flow, v)
			}
		}
	})
}
