package model

import (
	"fmt"
	"math/rand/v2"
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
