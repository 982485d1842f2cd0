package audit_test

import (
	"math/rand"
	"net/netip"
	"strings"
	"testing"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
)

// Of what a rule names, the Internet lacks private and reserved blocks (RFC 6890); what is told is the rule's own block again.
func TestBlocksOfTheInternet(t *testing.T) {
	for _, c := range []struct{ written, want string }{
		{"128.0.0.0/1", "128.0.0.0/1"},
		{"0.0.0.0/0", "0.0.0.0/0"},
		{"0.0.0.0/1 128.0.0.0/2", "0.0.0.0/1 128.0.0.0/2"},
		{"64.0.0.0/2", "64.0.0.0/2"},
		{"8.0.0.0/6", "8.0.0.0/6"},
		{"11.0.0.0/8", "11.0.0.0/8"},                   // and not 10.0.0.0/7
		{"198.51.100.7/32", "198.51.100.7/32"},         // one address
		{"10.0.0.0/8", ""},                             // nothing of the Internet
		{"2000::/3", "2000::/3"},                       // all that is assigned
		{"::/0", "::/0"},                               // all
		{"8000::/1", "8000::/1"},                       // lacks unique local and multicast addresses
		{"203.0.113.0/24 ::/1", "203.0.113.0/24 ::/1"}, // both families
	} {
		var words []string
		for _, p := range audit.Blocks(model.MustPrefixes(strings.Fields(c.written)...).Intersect(audit.Internet()), audit.Internet()) {
			words = append(words, p.String())
		}
		if got := strings.Join(words, " "); got != c.want {
			t.Errorf("%s: %s, and not %s", c.written, got, c.want)
		}
	}
}

// Blocks are exact in their world, and no more than the set has.
func TestBlocksAreExact(t *testing.T) {
	const seed = 7
	r := rand.New(rand.NewSource(seed))
	some := func(n int) model.AddrSet {
		var out model.AddrSet
		for range n {
			bits := 1 + r.Intn(31)
			p, _ := netip.AddrFrom4([4]byte{byte(r.Intn(256)), byte(r.Intn(256)), byte(r.Intn(256)), byte(r.Intn(256))}).Prefix(bits)
			out = out.Union(model.Prefixes(p))
		}
		return out
	}
	for range 300 {
		a, world := some(5), model.AllIPv4().Subtract(some(4))
		blocks := audit.Blocks(a, world)
		if got := model.Prefixes(blocks...).Intersect(world); !got.Equal(a.Intersect(world)) {
			t.Fatalf("seed %d: blocks of %s in %s are %v", seed, a, world, blocks)
		}
		if n := len(a.Intersect(world).Prefixes()); len(blocks) > n {
			t.Fatalf("seed %d: %d blocks for %d", seed, len(blocks), n)
		}
	}
}
