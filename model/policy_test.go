package model

import (
	"slices"
	"testing"
)

func (g gen) selector(depth int) Selector {
	n := 9
	if depth == 0 {
		n = 5
	}
	switch g.IntN(n) {
	case 0:
		return nil
	case 1:
		return At{g.addrs()}
	case 2:
		return Identities{pick(g, tinyIDs), pick(g, tinyIDs)}
	case 3:
		return Group(pick(g, []string{"known", "cycle", "unheard-of"}))
	case 4:
		return Any{}
	case 5:
		return And{g.selector(depth - 1), g.selector(depth - 1)}
	case 6:
		return Or{g.selector(depth - 1), g.selector(depth - 1)}
	case 7:
		return Not{g.selector(depth - 1)}
	default:
		return Maybe{Selector: g.selector(depth - 1), Why: "test"}
	}
}

func (g gen) chain() Chain {
	c := Chain{Name: "c", Order: pick(g, []Order{AnyAllow, FirstMatch, PriorityDenyWins}), Default: pick(g, []Action{Deny, Allow, Pass})}
	if g.IntN(2) == 0 {
		c.Guard = Guard{Target: g.selector(1), Peer: g.selector(0)}
	}
	for range g.IntN(5) {
		r := Rule{Action: pick(g, []Action{Deny, Allow, Pass}), Priority: g.IntN(3), Target: g.selector(1), Peer: g.selector(1),
			Traffic: append(g.traffic(), AllOf(TCP))}
		if c.Order == AnyAllow {
			r.Action = Allow
		}
		c.Rules = append(c.Rules, r)
	}
	return c
}

func (g gen) policy() Policy {
	var p Policy
	for range 1 + g.IntN(2) {
		l := Layer{Name: "l", State: pick(g, []State{Stateful, Stateless})}
		for range g.IntN(3) {
			l.Ingress = append(l.Ingress, g.chain())
		}
		for range g.IntN(3) {
			l.Egress = append(l.Egress, g.chain())
		}
		p.Layers = append(p.Layers, l)
	}
	return p
}

func tinyInventory() Inventory {
	return Inventory{
		Members: []Member{{ID: "a", ClientPorts: AllPorts()}, {ID: "b", Addrs: MustPrefixes("10.0.0.0/8", "::/0"), Solo: true}},
		Groups:  map[Group]Selector{"known": Or{Identities{"a"}, At{MustPrefixes("10.0.0.0/8")}}, "cycle": Not{Group("cycle")}},
	}
}

func TestResolveAgreesWithMatch(t *testing.T) {
	g, inv := newGen(t, 7), tinyInventory()
	for range 2000 {
		s := g.selector(3)
		r := inv.Resolve(s)
		for _, id := range tinyIDs {
			for _, a := range tinyAddrs {
				e := Endpoint{id, a}
				want := no
				switch {
				case r.Must.Contains(e):
					want = yes
				case r.May.Contains(e):
					want = perhaps
				}
				if got := inv.match(s, e); got != want {
					t.Fatalf("%#v at %v: match %d, resolve %d", s, e, got, want)
				}
			}
		}
	}
}

// Two ways to the same answer: one packet at a time with reasons, and the whole
// set at once.
func TestExplainAgreesWithPermitted(t *testing.T) {
	g, inv, universe := newGen(t, 8), tinyInventory(), tinyUniverse()
	in := inv.Universe()
	seen := map[Verdict]int{}
	for range shorter(400) {
		p := g.policy()
		if err := p.Validate(); err != nil {
			t.Fatal(err)
		}
		permitted := p.Permitted(inv)
		for _, f := range universe {
			if !in.Contains(f) {
				if permitted.Allowed.Contains(f) || permitted.Unknown.Contains(f) {
					t.Fatalf("%v is outside the universe", f)
				}
				continue
			}
			want := Denied
			switch {
			case permitted.Allowed.Contains(f):
				want = Allowed
			case permitted.Unknown.Contains(f):
				want = Undecided
			}
			seen[want]++
			if got := p.Explain(f, inv); got.Verdict != want {
				t.Fatalf("%v: explained %v, permitted %v\n%+v\n%+v", f, got.Verdict, want, p, got)
			}
		}
	}
	t.Logf("denied, allowed, undecided: %v", seen)
	for _, v := range []Verdict{Denied, Allowed, Undecided} {
		if seen[v] == 0 {
			t.Errorf("the generator never made a connection %v", v)
		}
	}
}

func TestGrantsAreWhatPermittedSays(t *testing.T) {
	g, inv := newGen(t, 9), tinyInventory()
	for range 400 {
		p := g.policy()
		for i := range p.Layers {
			p.Layers[i].State = Stateful
		}
		for _, d := range []Direction{Egress, Ingress} {
			for _, id := range []Identity{"a", "b"} {
				at := NewRegion(boxFor(d, EndpointAt(id, inv.Addrs(id)), AnyEndpoint(), Traffic{AllTraffic()}))
				want := exactly(Everything())
				for _, l := range p.Layers {
					want = want.intersect(slowDirection(l, d, inv))
				}
				grants, findings := p.Grants(inv, id, d)
				var got Region
				for _, n := range grants {
					got = got.Union(NewRegion(boxFor(d, EndpointAt(id, inv.Addrs(id)), n.Peer, n.Traffic)))
				}
				for _, f := range findings {
					got = got.Union(f.Affects)
				}
				if !want.low.Intersect(at).Equal(got.Intersect(want.low).Intersect(at)) && len(findings) == 0 {
					t.Fatalf("%s of %s: grants %v miss something\n%+v", d, id, grants, p)
				}
				if !want.low.Covers(got) {
					t.Fatalf("%s of %s: grants %v are too wide\n%+v", d, id, grants, p)
				}
			}
		}
	}
}

func TestCompareOpenedAndClosed(t *testing.T) {
	g, inv, universe := newGen(t, 10), tinyInventory(), tinyUniverse()
	for range shorter(150) {
		p, q := g.policy(), g.policy()
		d := Compare(p, q, inv)
		if !Compare(p, p, inv).Opened.IsEmpty() || !Compare(p, p, inv).Closed.IsEmpty() {
			t.Fatal("a policy differs from itself")
		}
		in := inv.Universe()
		for _, f := range universe {
			if !in.Contains(f) {
				continue
			}
			a, b := p.Explain(f, inv).Verdict, q.Explain(f, inv).Verdict
			unknown := a == Undecided || b == Undecided
			if d.Unknown.Contains(f) != unknown ||
				d.Opened.Contains(f) != (!unknown && a == Denied && b == Allowed) ||
				d.Closed.Contains(f) != (!unknown && a == Allowed && b == Denied) {
				t.Fatalf("%v: %v then %v", f, a, b)
			}
		}
	}
}

// The order of the rules of an any-allow chain does not count (networkpolicy-semantics
// section 1, item 2: additive, order-free).
func TestAnyAllowIsOrderFree(t *testing.T) {
	g, inv := newGen(t, 11), tinyInventory()
	for range 100 {
		c := g.chain()
		c.Order = AnyAllow
		for i := range c.Rules {
			c.Rules[i].Action = Allow
		}
		rev := c
		rev.Rules = slices.Clone(c.Rules)
		slices.Reverse(rev.Rules)
		p := Policy{[]Layer{{Name: "l", State: Stateful, Ingress: []Chain{c}}}}
		q := Policy{[]Layer{{Name: "l", State: Stateful, Ingress: []Chain{rev}}}}
		if d := Compare(p, q, inv); !d.Opened.IsEmpty() || !d.Closed.IsEmpty() {
			t.Fatal("order counts")
		}
	}
}
