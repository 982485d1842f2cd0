package model

import (
	"math/rand/v2"
	"testing"
)

// FuzzMinimise lets the fuzzer choose a list, its order and the form of its entries.
func FuzzMinimise(f *testing.F) {
	for seed := range uint64(4) {
		f.Add(seed, uint8(seed), uint8(6), false)
		f.Add(seed, uint8(seed), uint8(6), true)
	}
	f.Fuzz(func(t *testing.T, seed uint64, limit, n uint8, ordered bool) {
		g := gen{rand.New(rand.NewPCG(seed, uint64(n)))}
		c := Chain{Order: AnyAllow, Default: Deny}
		actions := []Action{Allow}
		if ordered {
			c.Order, c.Default = pick(g, []Order{FirstMatch, PriorityDenyWins}), pick(g, []Action{Deny, Allow, Pass})
			actions = []Action{Deny, Allow, Pass}
		}
		for i := range n % 24 {
			c.Rules = append(c.Rules, g.wildRule(pick(g, actions), int(i)/2, g.IntN(4) == 0))
		}
		checkMinimised(t, c, Minimise(c, MinimiseOptions{Form: g.form(), Limit: int(limit % 8), Budget: 1_000_000}))
	})
}
