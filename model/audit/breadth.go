package audit

import (
	"encoding/binary"
	"math"
	"math/bits"
	"net/netip"

	"go4.org/netipx"

	"github.com/crosswall/crosswall/model"
)

// Scanners that take every public address for the Internet report the office of a partner as they report the world. So
// addresses count by how many they are: ranges wider than the settings say are the Internet, others are particular
// addresses, which somebody has chosen.

// world is the Internet at large.
type world struct {
	all model.AddrSet
	// v4 and v6 are how many addresses it has that somebody may hold, and every6 how many of IPv6 altogether.
	v4, v6, every6 float64
}

func worldOf(set Settings) world {
	w := world{all: Internet().Subtract(set.Trusted)}
	w.v4, w.v6 = Size(w.all.Intersect(Assigned()))
	_, w.every6 = Size(w.all)
	return w
}

// Strangers returns the addresses of the Internet that are not trusted.
func (s *Subject) Strangers() model.AddrSet { return s.world.all }

// Size returns how many addresses of each family a set has. Beyond 2^53 they are rounded.
func Size(a model.AddrSet) (v4, v6 float64) {
	for _, r := range a.Ranges() {
		if r.From().Is4() {
			v4 += sizeOf(r)
		} else {
			v6 += sizeOf(r)
		}
	}
	return v4, v6
}

// sizeOf subtracts before it rounds: small ranges are of addresses that differ in their last bits, which rounding would lose.
func sizeOf(r netipx.IPRange) float64 {
	fromHigh, fromLow := halvesOf(r.From())
	toHigh, toLow := halvesOf(r.To())
	low, borrow := bits.Sub64(toLow, fromLow, 0)
	high, _ := bits.Sub64(toHigh, fromHigh, borrow)
	return math.Ldexp(float64(high), 64) + float64(low) + 1
}

// halvesOf is an address as a number, in two halves.
func halvesOf(a netip.Addr) (high, low uint64) {
	b := a.As16()
	return binary.BigEndian.Uint64(b[:8]), binary.BigEndian.Uint64(b[8:])
}

// Wide returns the ranges of a set that are wider than the settings say, wherever one block ends and the next begins, and that are not wholly the estate's own.
func (s *Subject) Wide(a model.AddrSet) model.AddrSet {
	var wide []model.AddrSet
	for _, r := range a.Ranges() {
		if one := model.AddrRange(r.From(), r.To()); s.isWide(r) && !s.Owned().Covers(one) {
			wide = append(wide, one)
		}
	}
	return model.UnionOf(wide...)
}

// Owned returns the addresses of the Internet that networks of the estate have, and its Senders: whoever is at one is no stranger. Those of IPv6 mostly are such, and those of IPv4 may be. It is worked out once.
func (s *Subject) Owned() model.AddrSet {
	if s.owned == nil {
		var own []netip.Prefix
		for _, n := range s.Estate.Networks {
			own = append(own, n.Addrs.Prefixes()...)
		}
		for _, n := range s.Estate.Subnets {
			own = append(own, n.Addrs.Prefixes()...)
		}
		all := model.Prefixes(own...).Union(s.Estate.Senders).Intersect(Internet())
		s.owned = &all
	}
	return *s.owned
}

func (s *Subject) isWide(r netipx.IPRange) bool {
	prefix, most := s.Settings.WideIPv6, 128
	if r.From().Is4() {
		prefix, most = s.Settings.WideIPv4, 32
	}
	return prefix <= 0 || sizeOf(r) > math.Ldexp(1, most-prefix)
}

// The parts of a family's addresses that somebody may hold from which on a set is the Internet at large, and nearly all of it. The first
// is about a /3 of IPv4 and a /6 of IPv6.
const (
	largeShare = 1.0 / 8
	wholeShare = 15.0 / 16
)

// AtLarge reports whether a set is so much of the Internet, in one family at least, that it makes no difference what is missing.
func (s *Subject) AtLarge(a model.AddrSet) bool {
	v4, v6 := s.share(a)
	return v4 >= largeShare || v6 >= largeShare
}

// Whole reports, for each family, whether a set is nearly all of the Internet.
func (s *Subject) Whole(a model.AddrSet) (v4, v6 bool) {
	four, six := s.share(a)
	return four >= wholeShare, six >= wholeShare
}

// SaysWhole reports, for each family, whether a set reads as all of the Internet: as [Subject.Whole] does, with the addresses of IPv6 that nobody
// holds. 2000::/3 is the whole Internet and does not say so; ::/0 does.
func (s *Subject) SaysWhole(a model.AddrSet) (v4, v6 bool) {
	v4, _ = s.Whole(a)
	_, six := Size(a.Intersect(s.world.all))
	return v4, six >= wholeShare*s.world.every6
}

// share is the part of each family's Internet that a set has, as far as somebody may hold it.
func (s *Subject) share(a model.AddrSet) (v4, v6 float64) {
	v4, v6 = Size(a.Intersect(s.world.all).Intersect(Assigned()))
	return v4 / max(s.world.v4, 1), v6 / max(s.world.v6, 1)
}
