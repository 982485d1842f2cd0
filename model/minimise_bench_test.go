package model

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"testing"
)

func BenchmarkMinimise(b *testing.B) {
	for _, n := range []int{10, 60, 1_000} {
		g := gen{rand.New(rand.NewPCG(1, uint64(n)))}
		ordered := g.fragment(g.hidden(n*2/3), n)
		allows := ordered.with(nil)
		allows.Order = AnyAllow
		for _, r := range ordered.Rules {
			r.Action = Allow
			allows.Rules = append(allows.Rules, r)
		}
		run := func(name string, c Chain, f EntryForm) {
			b.Run(fmt.Sprintf("%s/entries=%d", name, n), func(b *testing.B) {
				b.ReportAllocs()
				var m Minimised
				for b.Loop() {
					m = Minimise(c, MinimiseOptions{Form: f})
				}
				b.ReportMetric(float64(len(m.Entries)), "entries")
				b.ReportMetric(float64(len(m.Entries)-m.LowerBound), "gap")
			})
		}
		run("single", allows, EntryForm{})
		run("several", allows, EntryForm{NoCap, 1, 1, NoCap})
		run("ordered", ordered, EntryForm{})
	}
}

// Lists of every kind and size, as they are drawn: most of them are too long to be searched, and lose what is
// needless.
func BenchmarkMinimiseList(b *testing.B) {
	eachList(b, func(b *testing.B, _ *rand.Rand, rules []Rule) {
		c := longChainOf(rules, FirstMatch)
		for i, r := range rules { // a network ACL has one end, which is addresses, and hardly ever all of them
			if _, ok := r.Peer.(At); !ok {
				c.Rules[i].Peer = r.Target
			}
			if _, ok := c.Rules[i].Peer.(At); !ok {
				c.Rules[i].Peer = At{Prefixes(netip.PrefixFrom(netip.AddrFrom4([4]byte{10, byte(i >> 8), byte(i), 0}), 24))}
			}
		}
		var m Minimised
		for b.Loop() {
			m = Minimise(c, MinimiseOptions{})
		}
		b.ReportMetric(float64(m.Before), "before")
		b.ReportMetric(float64(len(m.Entries)), "entries")
		reportPeak(b, len(rules), func() { Minimise(c, MinimiseOptions{}) })
	})
}
