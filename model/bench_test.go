package model

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"testing"
)

// sizes shows growth. Whole-set diagrams of 100,000 overlapping rules are out of
// their reach; the allow-only lists measured here are not.
func sizes() []int { return []int{10, 1_000, 100_000} }

// allowList is n rules of a cloud-like list: CIDR peers, single ports and small
// ranges, all allowed at one group.
func allowList(n int) Policy {
	r := rand.New(rand.NewPCG(1, uint64(n)))
	c := Chain{Name: "list", Order: AnyAllow, Default: Deny, Guard: Guard{Target: Identities{"db"}}}
	for range n {
		p := netip.PrefixFrom(netip.AddrFrom4([4]byte{10, byte(r.IntN(256)), byte(r.IntN(256)), byte(r.IntN(256))}), 20+r.IntN(13)).Masked()
		port := uint16(1 + r.IntN(200))
		c.Rules = append(c.Rules, Rule{Action: Allow, Peer: At{Prefixes(p)}, Traffic: Traffic{Ports(TCP, port, port+uint16(r.IntN(3)))}})
	}
	return Policy{[]Layer{{Name: "l", State: Stateful, Ingress: []Chain{c}}}}
}

func benchInventory() Inventory {
	return Inventory{Members: []Member{{ID: "db", Addrs: MustPrefixes("192.168.0.0/24"), Solo: true}}}
}

func BenchmarkPermitted(b *testing.B) {
	for _, n := range sizes() {
		p, inv := allowList(n), benchInventory()
		b.Run(fmt.Sprintf("rules=%d", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if p.Permitted(inv).Allowed.IsEmpty() {
					b.Fatal("nothing is permitted")
				}
			}
		})
	}
}

func BenchmarkCompareOneRuleChanged(b *testing.B) {
	for _, n := range sizes() {
		want, have, inv := allowList(n), allowList(n), benchInventory()
		have.Layers[0].Ingress[0].Rules[n/2].Traffic = Traffic{Ports(TCP, 9999, 9999)}
		b.Run(fmt.Sprintf("rules=%d", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if Compare(want, have, inv).Opened.IsEmpty() {
					b.Fatal("the change is not seen")
				}
			}
		})
	}
}

func BenchmarkExplain(b *testing.B) {
	f := Flow{Src: Endpoint{Outside, netip.MustParseAddr("203.0.113.1")}, Dst: Endpoint{"db", netip.MustParseAddr("192.168.0.7")},
		Protocol: TCP, SrcPort: 40000, DstPort: 80}
	for _, n := range sizes() {
		p, inv := allowList(n), benchInventory()
		b.Run(fmt.Sprintf("rules=%d", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if p.Explain(f, inv).Verdict != Denied {
					b.Fatal("a stranger gets in")
				}
			}
		})
	}
}
