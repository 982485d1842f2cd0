package main

import (
	"net/netip"

	"github.com/crosswall/crosswall/model"
)

// risk says how far a change reaches. Its words are part of the interface.
type risk string

const (
	// riskInternet: an end is a public address.
	riskInternet risk = "internet"
	// riskWide: an end is a large private range, or many workloads.
	riskWide risk = "wide"
	// riskInternal: everything else.
	riskInternal risk = "internal"
)

const (
	// manyWorkloads at one end make a change wide.
	manyWorkloads = 10
	// A private block of this length, or a shorter one, makes a change wide: a whole virtual network is
	// often a /16, and an IPv6 subnet is a /64.
	wideBits4, wideBits6 = 16, 63
)

// riskOf returns how far a change between two ends reaches.
func riskOf(ends ...diffSide) risk {
	out := riskInternal
	for _, e := range ends {
		held := model.AddrSet{}
		for _, c := range e.classes {
			if c.outside {
				held = held.Union(c.addrs)
			}
		}
		if held.Overlaps(publicAddrs()) {
			return riskInternet
		}
		if len(e.workloads) >= manyWorkloads || isWide(held) {
			out = riskWide
		}
	}
	return out
}

func isWide(a model.AddrSet) bool {
	for _, p := range a.Prefixes() {
		if p.Addr().Is4() && p.Bits() <= wideBits4 || p.Addr().Is6() && p.Bits() <= wideBits6 {
			return true
		}
	}
	return false
}

// publicAddrs returns the addresses that the internet routes: all but those that IANA's special-purpose
// registries (RFC 6890) mark as not globally reachable, multicast and the reserved blocks. Documentation blocks count as
// public: where they stand in a policy, they stand for a public address.
func publicAddrs() model.AddrSet {
	return model.AllAddrs().Subtract(notPublic())
}

// notPublic returns the addresses that the internet does not route.
func notPublic() model.AddrSet {
	return neverHeld().Union(model.Prefixes(
		v4(10, 0, 8),     // private, RFC 1918
		v4(172, 16, 12),  // private, RFC 1918
		v4(192, 168, 16), // private, RFC 1918
		v4(100, 64, 10),  // shared, RFC 6598
		netip.PrefixFrom(netip.AddrFrom16([16]byte{0xfc}), 7), // unique local, RFC 4193
	))
}

// neverHeld returns the addresses that no interface of a routed network holds.
func neverHeld() model.AddrSet {
	return model.Prefixes(
		v4(0, 0, 8),      // this network, RFC 791
		v4(127, 0, 8),    // loopback, RFC 1122
		v4(169, 254, 16), // link-local, RFC 3927
		v4(224, 0, 3),    // multicast and reserved, RFC 5771 and RFC 1112
		netip.PrefixFrom(netip.AddrFrom16([16]byte{}), 8),            // loopback, unspecified, IPv4-mapped, RFC 4291
		netip.PrefixFrom(netip.AddrFrom16([16]byte{0xfe, 0x80}), 10), // link-local, RFC 4291
		netip.PrefixFrom(netip.AddrFrom16([16]byte{0xff}), 8),        // multicast, RFC 4291
	)
}

// v4 is the block a.b.0.0/bits.
func v4(a, b byte, bits int) netip.Prefix {
	return netip.PrefixFrom(netip.AddrFrom4([4]byte{a, b}), bits)
}
