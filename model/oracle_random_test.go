package model

import (
	"net/netip"
	"slices"
	"testing"
)

// sameDelta fails where two answers to one question differ.
func sameDelta(t *testing.T, got, want Delta, p, q Policy) {
	t.Helper()
	if !got.GaveUp.IsEmpty() {
		t.Fatalf("gave up on %v", got.GaveUp.Boxes())
	}
	for _, part := range []struct {
		name      string
		got, want Region
	}{{"opened", got.Opened, want.Opened}, {"closed", got.Closed, want.Closed}, {"unknown", got.Unknown, want.Unknown}} {
		if !part.got.Equal(part.want) {
			t.Fatalf("%s: %v, want %v\n%+v\n%+v", part.name, part.got.Boxes(), part.want.Boxes(), p, q)
		}
	}
}

// changed returns a policy that differs from p a little: in its rules, their order, a guard or a default.
func (g gen) changed(p Policy) Policy {
	chains := func(cs []Chain) []Chain {
		cs = slices.Clone(cs)
		for i := range cs {
			if g.IntN(2) == 0 {
				continue
			}
			c := &cs[i]
			c.Rules = slices.Clone(c.Rules)
			switch g.IntN(6) {
			case 0:
				g.Shuffle(len(c.Rules), func(i, j int) { c.Rules[i], c.Rules[j] = c.Rules[j], c.Rules[i] })
			case 1:
				c.Guard = Guard{Target: g.selector(1), Peer: c.Guard.Peer}
			case 2:
				if c.Order != AnyAllow {
					c.Default = pick(g, []Action{Deny, Allow, Pass})
				}
			case 3:
				c.Rules = append(c.Rules, c.Rules...)
			default:
				if len(c.Rules) > 0 {
					r := &c.Rules[g.IntN(len(c.Rules))]
					r.Peer, r.Traffic = g.selector(1), append(g.traffic(), Ports(TCP, 80, 80))
				}
			}
		}
		return cs
	}
	out := Policy{Layers: slices.Clone(p.Layers)}
	for i, l := range out.Layers {
		out.Layers[i].Ingress, out.Layers[i].Egress = chains(l.Ingress), chains(l.Egress)
	}
	return out
}

func TestPermittedAgreesWithTheOracle(t *testing.T) {
	g, inv := newGen(t, 21), tinyInventory()
	if !inv.Universe().Equal(slowUniverse(inv)) {
		t.Fatal("the universe differs")
	}
	for range oracleCases() {
		p := g.policy()
		got, want := p.Permitted(inv), slowPermitted(p, inv)
		if !got.Allowed.Equal(want.Allowed) || !got.Unknown.Equal(want.Unknown) || !got.GaveUp.IsEmpty() {
			t.Fatalf("%v unknown %v, want %v unknown %v\n%+v", got.Allowed.Boxes(), got.Unknown.Boxes(), want.Allowed.Boxes(), want.Unknown.Boxes(), p)
		}
		within := g.region()
		part := p.PermittedWithin(inv, within)
		if !part.Allowed.Equal(want.Allowed.Intersect(within)) || !part.Unknown.Equal(want.Unknown.Intersect(within)) {
			t.Fatalf("within %v: %v, want %v\n%+v", within.Boxes(), part.Allowed.Boxes(), want.Allowed.Intersect(within).Boxes(), p)
		}
	}
}

func oracleCases() int { return shorter(2000) }

// shorter is a number of random cases: a quarter with -short.
func shorter(cases int) int {
	if testing.Short() {
		return cases / 4
	}
	return cases
}

func TestCompareAgreesWithTheOracle(t *testing.T) {
	g, inv := newGen(t, 22), tinyInventory()
	aligned := 0
	for range oracleCases() {
		p := g.policy()
		q := g.changed(p)
		if g.IntN(3) == 0 {
			q = g.policy()
		}
		want := slowCompare(p, q, inv)
		sameDelta(t, Compare(p, q, inv), want, p, q)
		// Each way to find where they can differ is right by itself.
		c := contest{p, q, inv, defaultRegionBudget()}
		differ := want.Opened.Union(want.Closed).Union(want.Unknown)
		if sides, ok := c.sides(); !ok || !sides.Covers(differ) {
			t.Fatalf("side by side, %v is missed\n%+v\n%+v", differ.Subtract(sides).Boxes(), p, q)
		}
		if boxes, ok := c.changes(); ok {
			aligned++
			if r := NewRegion(boxes...); !r.Covers(differ) {
				t.Fatalf("rule by rule, %v is missed\n%+v\n%+v", differ.Subtract(r).Boxes(), p, q)
			}
		}
	}
	if aligned == 0 {
		t.Error("no two policies had the same chains; the test shows little")
	}
}

// Whatever the bound, an answer that is given is right, and what is not answered is
// said to be unknown.
func TestCompareWithinBounds(t *testing.T) {
	g, inv := newGen(t, 23), tinyInventory()
	some, all := 0, 0
	for range shorter(oracleCases() / 3) {
		p := g.policy()
		q := g.changed(p)
		want := slowCompare(p, q, inv)
		got := compareWithin(p, q, inv, regionBudget{part: 50 << g.IntN(8), total: 100 << g.IntN(10)})
		switch {
		case got.GaveUp.IsEmpty():
			all++
		case !got.GaveUp.Equal(inv.Universe()):
			some++
		}
		if !got.Unknown.Covers(got.GaveUp) || !got.Unknown.Equal(want.Unknown.Union(got.GaveUp)) ||
			!got.Opened.Equal(want.Opened.Subtract(got.GaveUp)) || !got.Closed.Equal(want.Closed.Subtract(got.GaveUp)) {
			t.Fatalf("given up %v\nopened %v, want %v\nclosed %v, want %v\n%+v\n%+v", got.GaveUp.Boxes(), got.Opened.Boxes(), want.Opened.Boxes(), got.Closed.Boxes(), want.Closed.Boxes(), p, q)
		}
	}
	t.Logf("%d answered in full, %d in part", all, some)
	if all == 0 || some == 0 {
		t.Error("the bounds are too wide or too narrow to show anything")
	}
}

func TestFlippedSwapsTheEnds(t *testing.T) {
	g, universe := newGen(t, 24), tinyUniverse()
	for range 500 {
		r, w := g.region(), newWorkshop()
		flipped := Region{w.flipped(r.root)}
		if again := (Region{newWorkshop().flipped(flipped.root)}); !again.Equal(r) {
			t.Fatalf("flipped twice, %v is %v", r.Boxes(), again.Boxes())
		}
		for _, f := range universe {
			f.Src, f.Dst = f.Dst, f.Src
			want := r.Contains(f)
			f.Src, f.Dst = f.Dst, f.Src
			if flipped.Contains(f) != want {
				t.Fatalf("%v: %t of %v", f, !want, r.Boxes())
			}
		}
	}
}

// The sets of addresses are those of a plain set of a few bits.
func TestAddrSetAgreesWithMembership(t *testing.T) {
	g := newGen(t, 25)
	at := func(i int) netip.Addr {
		if i < 16 {
			return netip.AddrFrom4([4]byte{255, 255, 255, byte(240 + i)}) // up to the very last
		}
		return netip.AddrFrom16([16]byte{15: byte(i - 16)}) // from the very first
	}
	draw := func() (AddrSet, uint32) {
		var s AddrSet
		var bits uint32
		for range g.IntN(5) {
			first := g.IntN(32)
			last := min(first+g.IntN(6), 31)
			if first < 16 {
				last = min(last, 15)
			}
			s = s.Union(AddrRange(at(first), at(last)))
			for i := first; i <= last; i++ {
				bits |= 1 << i
			}
		}
		return s, bits
	}
	for range 3000 {
		a, aBits := draw()
		b, bBits := draw()
		for name, row := range map[string]struct {
			set  AddrSet
			bits uint32
		}{"a": {a, aBits}, "union": {a.Union(b), aBits | bBits}, "both": {a.Intersect(b), aBits & bBits}, "less": {a.Subtract(b), aBits &^ bBits}} {
			for i := range 32 {
				if row.set.Contains(at(i)) != (row.bits>>i&1 == 1) {
					t.Fatalf("%s of %v and %v: %v holds %v: %t", name, a, b, row.set, at(i), row.bits>>i&1 == 0)
				}
			}
			if !row.set.Equal(Prefixes(row.set.Prefixes()...)) {
				t.Fatalf("%s of %v and %v: %v is not canonical", name, a, b, row.set.Ranges())
			}
		}
	}
}
