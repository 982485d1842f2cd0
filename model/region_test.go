package model

import (
	"math/rand/v2"
	"net/netip"
	"testing"
)

// The tiny universe: three identities, the strangers and one that nobody names, at three IPv4 and
// two IPv6 addresses, with a few protocols, ports and ICMP messages. Every set operation is
// checked on all of its packets.

var (
	tinyIDs   = []Identity{Outside, "a", "b", "zz"}
	tinyAddrs = []netip.Addr{
		netip.MustParseAddr("0.0.0.0"), netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("255.255.255.255"),
		netip.MustParseAddr("::"), netip.MustParseAddr("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
	}
	tinyPackets = []Flow{
		{Protocol: TCP, SrcPort: 0, DstPort: 0}, {Protocol: TCP, SrcPort: 40000, DstPort: 80}, {Protocol: TCP, SrcPort: 65535, DstPort: 65535},
		{Protocol: UDP, SrcPort: 40000, DstPort: 80}, {Protocol: SCTP, SrcPort: 1, DstPort: 80},
		{Protocol: ICMP, ICMPType: 8}, {Protocol: ICMP, ICMPType: 3, ICMPCode: 4}, {Protocol: ICMPv6, ICMPType: 128},
		{Protocol: GRE}, {Protocol: 0}, {Protocol: 255},
	}
)

func tinyUniverse() []Flow {
	var out []Flow
	for _, sid := range tinyIDs {
		for _, did := range tinyIDs {
			for _, sa := range tinyAddrs {
				for _, da := range tinyAddrs {
					if sa.Is4() != da.Is4() {
						continue
					}
					for _, f := range tinyPackets {
						f.Src, f.Dst = Endpoint{sid, sa}, Endpoint{did, da}
						out = append(out, f)
					}
				}
			}
		}
	}
	return out
}

// gen draws boxes whose edges lie on and beside the tiny universe's values.
type gen struct{ *rand.Rand }

func newGen(t testing.TB, seed uint64) gen {
	t.Helper()
	t.Logf("seed %d", seed)
	return gen{rand.New(rand.NewPCG(seed, 1))}
}

func pick[T any](g gen, s []T) T { return s[g.IntN(len(s))] }

func (g gen) addrs() AddrSet {
	sets := []AddrSet{AllAddrs(), AllIPv4(), AllIPv6(), MustPrefixes("10.0.0.0/8"), MustPrefixes("0.0.0.0/32", "::/128"),
		MustPrefixes("255.255.255.255/32", "8000::/1"), MustPrefixes("0.0.0.0/1"), {}, AllAddrs().Subtract(MustPrefixes("10.0.0.1/32"))}
	return pick(g, sets)
}

func (g gen) endpoints() Endpoints {
	e := EndpointsAt(g.addrs())
	switch g.IntN(4) {
	case 0:
		return EndpointAt(pick(g, tinyIDs[:3]), g.addrs())
	case 1:
		return e.Union(EndpointsOf(pick(g, tinyIDs[:3])))
	case 2:
		return e.Subtract(EndpointAt(pick(g, tinyIDs[:3]), g.addrs()))
	}
	return e
}

func (g gen) portRange() PortRange {
	return pick(g, []PortRange{AllPorts(), {0, 0}, {80, 80}, {0, 80}, {80, 65535}, {65535, 65535}, {1, 40000}})
}

func (g gen) traffic() Traffic {
	var t Traffic
	for range g.IntN(4) {
		p := pick(g, []Protocol{TCP, UDP, SCTP, ICMP, ICMPv6, GRE, 0, 255, AnyProtocol})
		switch {
		case p.HasPorts():
			t = append(t, PortsBetween(p, g.portRange(), g.portRange()))
		case p.IsICMP():
			t = append(t, ICMPMessage(p, pick(g, []int16{AnyICMP, 0, 3, 8, 128, 255}), pick(g, []int16{AnyICMP, 0, 4, 255})))
		default:
			t = append(t, AllOf(p))
		}
	}
	return t
}

func (g gen) box() Box { return Box{g.endpoints(), g.endpoints(), g.traffic()} }

func (g gen) region() Region {
	var boxes []Box
	for range g.IntN(4) {
		boxes = append(boxes, g.box())
	}
	return NewRegion(boxes...)
}

func (b Box) contains(f Flow) bool {
	return b.Src.Contains(f.Src) && b.Dst.Contains(f.Dst) && b.Traffic.Contains(f)
}

func TestRegionHoldsWhatItsBoxesHold(t *testing.T) {
	g, universe := newGen(t, 1), tinyUniverse()
	for range 300 {
		boxes := []Box{g.box(), g.box(), g.box()}
		r := NewRegion(boxes...)
		for _, f := range universe {
			want := boxes[0].contains(f) || boxes[1].contains(f) || boxes[2].contains(f)
			if r.Contains(f) != want {
				t.Fatalf("%v: contains = %t, want %t, in %v", f, !want, want, boxes)
			}
		}
	}
}

func TestRegionOperationsAgreeWithMembership(t *testing.T) {
	g, universe := newGen(t, 2), tinyUniverse()
	for range 300 {
		a, b := g.region(), g.region()
		union, both, less := a.Union(b), a.Intersect(b), a.Subtract(b)
		for _, f := range universe {
			in, on := a.Contains(f), b.Contains(f)
			if union.Contains(f) != (in || on) || both.Contains(f) != (in && on) || less.Contains(f) != (in && !on) {
				t.Fatalf("%v: a %t b %t union %t intersect %t subtract %t", f, in, on, union.Contains(f), both.Contains(f), less.Contains(f))
			}
		}
	}
}

func TestRegionAlgebra(t *testing.T) {
	g := newGen(t, 3)
	all := Everything()
	for range 500 {
		a, b, c := g.region(), g.region(), g.region()
		for name, ok := range map[string]bool{
			"union commutes":          a.Union(b).Equal(b.Union(a)),
			"intersection commutes":   a.Intersect(b).Equal(b.Intersect(a)),
			"union associates":        a.Union(b).Union(c).Equal(a.Union(b.Union(c))),
			"distributes":             a.Intersect(b.Union(c)).Equal(a.Intersect(b).Union(a.Intersect(c))),
			"De Morgan":               all.Subtract(a.Union(b)).Equal(all.Subtract(a).Intersect(all.Subtract(b))),
			"double complement":       all.Subtract(all.Subtract(a)).Equal(a),
			"difference is disjoint":  a.Subtract(b).Intersect(b).IsEmpty(),
			"parts make the whole":    a.Subtract(b).Union(a.Intersect(b)).Equal(a),
			"covers its parts":        a.Covers(a.Intersect(b)) && a.Union(b).Covers(b),
			"equal sets, equal boxes": NewRegion(a.Boxes()...).Equal(a),
		} {
			if !ok {
				t.Fatalf("%s: a %v, b %v, c %v", name, a.Boxes(), b.Boxes(), c.Boxes())
			}
		}
	}
}

func TestRegionIsCanonical(t *testing.T) {
	g, universe := newGen(t, 4), tinyUniverse()
	for range 300 {
		a, b := g.region(), g.region()
		// The same set, put together in another way.
		c := b.Subtract(a).Union(a.Intersect(b)).Union(a.Subtract(b))
		if d := a.Union(b); !c.Equal(d) || len(c.Boxes()) != len(d.Boxes()) {
			t.Fatalf("%v != %v", c.Boxes(), d.Boxes())
		}
		// Generators cut at the tiny universe's values, so that two sets which
		// differ, differ there or beside it; never are unequal members equal sets.
		if a.Equal(b) {
			for _, f := range universe {
				if a.Contains(f) != b.Contains(f) {
					t.Fatalf("equal, but not on %v", f)
				}
			}
		}
	}
}

func TestBoxesAreDisjoint(t *testing.T) {
	g := newGen(t, 5)
	for range 200 {
		boxes := g.region().Boxes()
		for i := range boxes {
			for j := range i {
				if !NewRegion(boxes[i]).Intersect(NewRegion(boxes[j])).IsEmpty() {
					t.Fatalf("%v and %v overlap", boxes[i], boxes[j])
				}
			}
		}
	}
}

func TestExampleIsInTheRegion(t *testing.T) {
	g := newGen(t, 6)
	for range 1000 {
		r := g.region()
		f, ok := r.Example()
		if ok == r.IsEmpty() || ok && !r.Contains(f) {
			t.Fatalf("example %v, %t of %v", f, ok, r.Boxes())
		}
	}
}

// TestExampleHasTwoEnds: no two ends have one address, so that an example from one to itself reads like a mistake.
func TestExampleHasTwoEnds(t *testing.T) {
	web, db := Identity("web"), Identity("db")
	for _, c := range []struct{ src, dst, want string }{
		{"10.0.1.0/24", "10.0.1.0/24", "10.0.1.4 > 10.0.1.5"},
		{"0.0.0.0/0", "0.0.0.0/0", "10.0.0.4 > 10.0.0.5"},
		{"::/0", "::/0", "fc00::4 > fc00::5"},
		{"10.0.1.4/32", "10.0.1.0/24", "10.0.1.4 > 10.0.1.5"},
		{"10.0.1.4/32", "10.0.1.4/32", "10.0.1.4 > 10.0.1.4"}, // there is no other
		{"255.255.255.255/32", "255.255.255.255/32", "255.255.255.255 > 255.255.255.255"},
	} {
		r := NewRegion(Box{EndpointAt(web, Prefixes(netip.MustParsePrefix(c.src))), EndpointAt(db, Prefixes(netip.MustParsePrefix(c.dst))), Traffic{AllTraffic()}})
		f, ok := r.Example()
		if got := f.Src.Addr.String() + " > " + f.Dst.Addr.String(); !ok || got != c.want || !r.Contains(f) {
			t.Errorf("%s > %s: %s, want %s", c.src, c.dst, got, c.want)
		}
	}
}

func TestZeroRegionIsEmpty(t *testing.T) {
	var r Region
	if !r.IsEmpty() || !r.Equal(NewRegion()) || len(r.Boxes()) != 0 || r.Contains(tinyUniverse()[0]) {
		t.Error("the zero Region holds something")
	}
	if !NewRegion(Box{AnyEndpoint(), AnyEndpoint(), nil}).IsEmpty() {
		t.Error("a box without traffic holds something")
	}
	if !Everything().Equal(NewRegion(Box{AnyEndpoint(), AnyEndpoint(), Traffic{AllTraffic()}})) {
		t.Error("the box of everything is not everything")
	}
}
