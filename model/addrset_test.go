package model

import (
	"net/netip"
	"testing"
)

// TestOverlapsAgrees holds Overlaps to what Intersect says, and UnionOf to Union one by one, for sets of few and of many ranges of both families.
func TestOverlapsAgrees(t *testing.T) {
	g := newGen(t, 61)
	var sets []AddrSet
	for range 40 {
		for _, few := range []int{0, 1, 2, 30} {
			var s AddrSet
			for range few {
				s = s.Union(g.shortRange())
			}
			sets = append(sets, s)
		}
	}
	var all AddrSet
	for i, a := range sets {
		if all = all.Union(a); !UnionOf(sets[:i+1]...).Equal(all) {
			t.Fatalf("%v is not the union of %v", UnionOf(sets[:i+1]...), sets[:i+1])
		}
		for _, b := range sets {
			if got, want := a.Overlaps(b), !a.Intersect(b).IsEmpty(); got != want {
				t.Fatalf("%v and %v: %t", a, b, got)
			}
		}
	}
	if !UnionOf().IsEmpty() {
		t.Error("of none")
	}
}

// shortRange is a few addresses of the first thousands of a family.
func (g gen) shortRange() AddrSet {
	at := func(n int) netip.Addr {
		if g.IntN(2) == 0 {
			return netip.AddrFrom4([4]byte{0, 0, byte(n >> 8), byte(n)})
		}
		return netip.AddrFrom16([16]byte{14: byte(n >> 8), 15: byte(n)})
	}
	first := at(g.IntN(5000))
	last := first
	for range g.IntN(8) {
		last = last.Next()
	}
	return AddrRange(first, last)
}
