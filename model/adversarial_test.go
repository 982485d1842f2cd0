package model

import (
	"fmt"
	"net/netip"
	"testing"
	"time"
)

// Inputs that are made to be hard: the answer is right or says that it is unknown, and it is
// there in bounded time.

func oneChain(c Chain) Policy {
	c.Name, c.Default = "list", Deny
	return Policy{[]Layer{{Name: "list", State: Stateful, Ingress: []Chain{c}}}}
}

func hardInventory() Inventory {
	return Inventory{Members: []Member{{ID: "db", Addrs: MustPrefixes("192.168.0.0/16")}}}
}

// overlapping returns a list of boxes with random bounds in every field, allowed and denied at random: the
// regions that such lists cut a space into grow with the fourth power of their length.
func (g gen) overlapping(n int) Chain {
	c := Chain{Order: FirstMatch}
	block := func(first, last byte) AddrSet {
		a, b := byte(g.IntN(256)), byte(g.IntN(256))
		return AddrRange(netip.AddrFrom4([4]byte{first, last, min(a, b), a ^ b}), netip.AddrFrom4([4]byte{first, last, max(a, b), a | b}))
	}
	ports := func() PortRange {
		a, b := uint16(g.IntN(60000)), uint16(g.IntN(60000))
		return PortRange{min(a, b), max(a, b)}
	}
	for i := range n {
		c.Rules = append(c.Rules, Rule{Action: pick(g, []Action{Allow, Deny}), Priority: i, Target: At{block(192, 168)}, Peer: At{block(10, 0)},
			Traffic: Traffic{PortsBetween(TCP, ports(), ports())}})
	}
	return c
}

func (g gen) hardFlow() Flow {
	return Flow{Src: Endpoint{Outside, netip.AddrFrom4([4]byte{10, 0, byte(g.IntN(256)), byte(g.IntN(256))})},
		Dst:      Endpoint{"db", netip.AddrFrom4([4]byte{192, 168, byte(g.IntN(256)), byte(g.IntN(256))})},
		Protocol: TCP, SrcPort: 1024 + uint16(g.IntN(60000)), DstPort: uint16(g.IntN(65535))}
}

func TestOverlappingListsAreRightOrUnknown(t *testing.T) {
	g, inv := newGen(t, 31), hardInventory()
	for _, n := range []int{5, 20, 100, 400} {
		p, q := oneChain(g.overlapping(n)), oneChain(g.overlapping(n))
		start := time.Now()
		d := compareWithin(p, q, inv, regionBudget{part: 1 << 17, total: 1 << 20})
		answered, unknown := 0, 0
		for range 1000 {
			f := g.hardFlow()
			if d.GaveUp.Contains(f) {
				unknown++
				continue
			}
			answered++
			was, is := p.Explain(f, inv).Verdict, q.Explain(f, inv).Verdict
			if d.Opened.Contains(f) != (was == Denied && is == Allowed) || d.Closed.Contains(f) != (was == Allowed && is == Denied) {
				t.Fatalf("%d rules: %v is %v, then %v", n, f, was, is)
			}
		}
		t.Logf("%d rules: %d packets answered, %d unknown, %v", n, answered, unknown, time.Since(start).Round(time.Millisecond))
		if n <= 5 && unknown > 0 {
			t.Errorf("%d rules are given up", n)
		}
		if n == 400 && unknown == 0 {
			t.Error("nothing is ever given up; the test shows little")
		}
	}
}

// One rule of many changes: only its box is looked at, so that the answer is complete where the
// lists as a whole are too much.
func TestOneChangeAmongOverlappingRules(t *testing.T) {
	g, inv := newGen(t, 32), hardInventory()
	list := g.overlapping(400)
	p, q := oneChain(list), oneChain(list)
	c := &q.Layers[0].Ingress[0]
	c.Rules = append(c.Rules[:0:0], c.Rules...)
	c.Rules = append(c.Rules, Rule{Action: Allow, Priority: -1, Target: At{MustPrefixes("192.168.7.7/32")}, Peer: At{MustPrefixes("10.0.9.9/32")},
		Traffic: Traffic{Ports(TCP, 65000, 65000)}})
	d := Compare(p, q, inv)
	f := g.hardFlow()
	f.Src.Addr, f.Dst.Addr, f.DstPort = netip.MustParseAddr("10.0.9.9"), netip.MustParseAddr("192.168.7.7"), 65000
	if !d.GaveUp.IsEmpty() || !d.Opened.Contains(f) || !d.Closed.IsEmpty() || len(d.Opened.Boxes()) != 1 {
		t.Errorf("given up %v, opened %v, closed %v", d.GaveUp.Boxes(), d.Opened.Boxes(), d.Closed.Boxes())
	}
}

// A block says the same as the 2^k blocks that it splits into.
func TestSplitBlocksAreEqual(t *testing.T) {
	inv := hardInventory()
	for _, k := range []int{1, 4, 8, 12} {
		whole := Chain{Order: AnyAllow, Rules: []Rule{{Action: Allow, Peer: At{MustPrefixes("10.0.0.0/8")}, Traffic: Traffic{Ports(TCP, 80, 443)}}}}
		split := Chain{Order: AnyAllow}
		for i := range 1 << k {
			n := uint32(10)<<24 | uint32(i)<<(24-k)
			a := netip.AddrFrom4([4]byte{byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)})
			split.Rules = append(split.Rules, Rule{Action: Allow, Peer: At{Prefixes(netip.PrefixFrom(a, 8+k))}, Traffic: Traffic{Ports(TCP, 80, 443)}})
		}
		if d := Compare(oneChain(whole), oneChain(split), inv); !d.Equal() {
			t.Errorf("%d blocks: opened %v, closed %v, unknown %v", 1<<k, d.Opened.Boxes(), d.Closed.Boxes(), d.Unknown.Boxes())
		}
		split.Rules = split.Rules[1:]
		if d := Compare(oneChain(whole), oneChain(split), inv); d.Closed.IsEmpty() || !d.Opened.IsEmpty() || !d.Unknown.IsEmpty() {
			t.Errorf("%d blocks but one: opened %v, closed %v", 1<<k, d.Opened.Boxes(), d.Closed.Boxes())
		}
	}
}

// Rules that have nothing in common may come in any order.
func TestPermutedListsAreEqual(t *testing.T) {
	g, inv := newGen(t, 33), hardInventory()
	for _, order := range []Order{AnyAllow, FirstMatch} {
		var c Chain
		c.Order = order
		for i := range 2000 {
			a := Allow
			if order == FirstMatch && i%3 == 0 {
				a = Deny
			}
			c.Rules = append(c.Rules, Rule{Action: a, Peer: At{MustPrefixes(fmt.Sprintf("10.%d.%d.0/24", i/250, i%250))}, Traffic: Traffic{Ports(TCP, 80, 80)}})
		}
		other := c
		other.Rules = append([]Rule(nil), c.Rules...)
		g.Shuffle(len(other.Rules), func(i, j int) { other.Rules[i], other.Rules[j] = other.Rules[j], other.Rules[i] })
		if d := Compare(oneChain(c), oneChain(other), inv); !d.Equal() {
			t.Errorf("%s: opened %v, closed %v, unknown %v", order, d.Opened.Boxes(), d.Closed.Boxes(), d.Unknown.Boxes())
		}
	}
}

// clusterPolicies are what n workloads ask for, each isolated and open to two others, to one block and, every tenth, to
// all, in two ways: as one chain of rules, and as a chain of deny by default in front of which rules stand with groups for peers.
func clusterPolicies(n int) (asked, written Policy, inv Inventory) {
	inv.Groups = map[Group]Selector{}
	id := func(i int) Identity { return Identity(fmt.Sprintf("ns%d/Deployment/workload-%d", i%50, i)) }
	var guarded Identities
	ask, write := Chain{Name: "policies", Order: AnyAllow, Default: Deny}, Chain{Name: "rules", Order: FirstMatch, Default: Allow}
	for i := range n {
		inv.Members = append(inv.Members, Member{ID: id(i), Solo: i%2 == 0})
		inv.Groups[Group(id(i))] = Identities{id(i)}
		guarded = append(guarded, id(i))
		peers := []Selector{Identities{id((i + 1) % n), id((i + 7) % n)}, At{MustPrefixes(fmt.Sprintf("10.%d.%d.0/24", i%256, i/256))}}
		same := []Selector{Or{Group(id((i + 1) % n)), Group(id((i + 7) % n))}, peers[1]}
		if i%10 == 0 {
			peers, same = append(peers, nil), append(same, nil)
		}
		for k := range peers {
			t := Traffic{Ports(TCP, 8000+uint16(i%20), 8000+uint16(i%20))}
			ask.Rules = append(ask.Rules, Rule{Action: Allow, Target: Identities{id(i)}, Peer: peers[k], Traffic: t})
			write.Rules = append(write.Rules, Rule{Action: Allow, Target: Group(id(i)), Peer: same[k], Traffic: t})
		}
		write.Rules = append(write.Rules, Rule{Action: Deny, Priority: 1, Target: Group(id(i)), Traffic: Traffic{AllTraffic()}})
	}
	ask.Guard.Target = guarded
	layer := func(cs ...Chain) Policy { return Policy{[]Layer{{Name: "layer", State: Stateful, Ingress: cs}}} }
	return layer(ask), layer(Chain{Name: "none", Order: AnyAllow, Default: Pass}, write), inv
}

// What is written is proven against what is asked in time that is near linear: the work is
// counted, and not timed.
func TestProofGrowsWithTheRules(t *testing.T) {
	work := map[int]int{}
	for _, n := range []int{100, 400, 1600} {
		asked, written, inv := clusterPolicies(n)
		d := Compare(asked, written, inv)
		if !d.Equal() {
			t.Fatalf("%d workloads: opened %d boxes, closed %d, unknown %d", n, len(d.Opened.Boxes()), len(d.Closed.Boxes()), len(d.Unknown.Boxes()))
		}
		w := newWorkshop()
		e := newEvaluation(w, inv, w.box(Box{inv.everybody(), AnyEndpoint(), Traffic{AllTraffic()}}))
		c := contest{want: asked, have: written, inv: inv, budget: defaultRegionBudget()}
		if e.disagreement(c, clientSide) != nil || e.disagreement(c, serverSide) != nil {
			t.Fatal("the sides disagree")
		}
		work[n] = w.spent
		t.Logf("%d workloads: %d edges, %d a rule", n, w.spent, w.spent/len(written.Layers[0].Ingress[1].Rules))
	}
	for _, n := range []int{400, 1600} {
		if grown := float64(work[n]) / float64(work[n/4]); grown > 6 {
			t.Errorf("from %d to %d workloads the work grows %.1f times", n/4, n, grown)
		}
	}
}

func BenchmarkProof(b *testing.B) {
	for _, n := range []int{10, 100, 300, 1000, 3000} {
		asked, written, inv := clusterPolicies(n)
		b.Run(fmt.Sprintf("workloads=%d", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if !Compare(asked, written, inv).Equal() {
					b.Fatal("not equal")
				}
			}
		})
	}
}
