package audit

import (
	"math/bits"
	"net/netip"

	"github.com/crosswall/crosswall/model"
)

// Blocks returns the fewest blocks that have, of the addresses of a world, all of a set and no others, in ascending order, each as narrow as it can be. Of a
// block that a rule names, the Internet lacks many addresses that nobody has; its blocks in a world of those that somebody has are the block again. Addresses
// of the set that are not of the world count for nothing.
func Blocks(a, world model.AddrSet) []netip.Prefix {
	a = a.Intersect(world)
	lacks := world.Subtract(a)
	var out []netip.Prefix
	for _, p := range []netip.Prefix{netip.PrefixFrom(netip.IPv4Unspecified(), 0), netip.PrefixFrom(netip.IPv6Unspecified(), 0)} {
		out = append(out, blocksIn(p, a, lacks)...)
	}
	return out
}

// blocksIn returns the blocks in p that have all of a set there, and nothing of what it lacks.
func blocksIn(p netip.Prefix, a, lacks model.AddrSet) []netip.Prefix {
	here := model.Prefixes(p)
	if a = a.Intersect(here); a.IsEmpty() {
		return nil
	}
	around := narrowest(a)
	if lacks = lacks.Intersect(model.Prefixes(around)); lacks.IsEmpty() {
		return []netip.Prefix{around}
	}
	low, high := halves(around)
	return append(blocksIn(low, a, lacks), blocksIn(high, a, lacks)...)
}

// narrowest returns the narrowest block that has all of a set, which has addresses, and of one family.
func narrowest(a model.AddrSet) netip.Prefix {
	ranges := a.Ranges()
	from, to := ranges[0].From(), ranges[len(ranges)-1].To()
	p, _ := from.Prefix(alike(from, to)) // which is no more bits than the address has
	return p
}

// alike is how many bits two addresses of one family begin with alike.
func alike(a, b netip.Addr) int {
	x, y := a.AsSlice(), b.AsSlice()
	for i := range x {
		if d := x[i] ^ y[i]; d != 0 {
			return 8*i + bits.LeadingZeros8(d)
		}
	}
	return 8 * len(x)
}

// halves returns the two blocks of which a block is made that is more than an address.
func halves(p netip.Prefix) (low, high netip.Prefix) {
	n := p.Bits()
	b := p.Addr().AsSlice()
	b[n/8] |= 0x80 >> (n % 8)
	second, _ := netip.AddrFromSlice(b) // which has the length of an address
	return netip.PrefixFrom(p.Addr(), n+1), netip.PrefixFrom(second, n+1)
}
