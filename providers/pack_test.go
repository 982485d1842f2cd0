package providers_test

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"github.com/crosswall/crosswall/providers"
)

// Texts of all lengths stay what they were, whatever becomes of what they were copied from, and of each other.
func TestPack(t *testing.T) {
	const seed = 11
	random := rand.New(rand.NewPCG(seed, seed))
	var p providers.Pack
	var kept, want [][]byte
	for range 3000 {
		text := bytes.Repeat([]byte{byte('a' + random.IntN(26))}, []int{0, 1, 40, 300, 4096, 8191, 8192, 70000}[random.IntN(8)])
		want = append(want, bytes.Clone(text))
		k := p.Keep(text)
		clear(text)
		kept = append(kept, k)
		_ = append(k, "more than was there"...)
	}
	for i := range want {
		if !bytes.Equal(kept[i], want[i]) {
			t.Fatalf("seed %d: text %d is %.20q of %d bytes, want %.20q of %d", seed, i, kept[i], len(kept[i]), want[i], len(want[i]))
		}
	}
}

// Small texts share memory: far fewer allocations than texts.
func TestPackShares(t *testing.T) {
	text := bytes.Repeat([]byte("x"), 250)
	if n := testing.AllocsPerRun(10, func() {
		var p providers.Pack
		for range 1000 {
			p.Keep(text)
		}
	}); n > 20 {
		t.Errorf("%v allocations for 1000 texts", n)
	}
}
