package audit

import (
	"net/netip"

	"github.com/crosswall/crosswall/model"
)

// Internet returns the addresses that the Internet routes: all but those that IANA's special-purpose
// registries (RFC 6890) mark as not globally reachable, multicast and the reserved blocks. Documentation blocks count as
// public: where they stand in a rule, they stand for a public address.
func Internet() model.AddrSet {
	return model.AllAddrs().Subtract(Unheld()).Subtract(Private())
}

// Assigned returns the addresses of which IANA has given some to registries: all of IPv4, and of IPv6 global unicast, 2000::/3 ("Internet Protocol
// Version 6 Address Space", www.iana.org). Nobody holds the others, which are most of IPv6, so that they make no set of addresses wider or narrower.
func Assigned() model.AddrSet {
	return model.AllIPv4().Union(model.Prefixes(netip.PrefixFrom(netip.AddrFrom16([16]byte{0x20}), 3)))
}

// Private returns the addresses that organizations use inside: private, shared and unique local ones.
func Private() model.AddrSet {
	return model.Prefixes(
		v4(10, 0, 8),     // private, RFC 1918
		v4(172, 16, 12),  // private, RFC 1918
		v4(192, 168, 16), // private, RFC 1918
		v4(100, 64, 10),  // shared, RFC 6598
		netip.PrefixFrom(netip.AddrFrom16([16]byte{0xfc}), 7), // unique local, RFC 4193
	)
}

// Unheld returns the addresses that no interface of a routed network holds.
func Unheld() model.AddrSet {
	return model.Prefixes(
		v4(0, 0, 8),      // this network, RFC 791
		v4(127, 0, 8),    // loopback, RFC 1122
		v4(169, 254, 16), // link-local, RFC 3927
		v4(224, 0, 3),    // multicast and reserved, RFC 5771 and RFC 1112
		netip.PrefixFrom(netip.AddrFrom4([4]byte{168, 63, 129, 16}), 32), // the host of a machine, "What is IP address 168.63.129.16?", learn.microsoft.com
		netip.PrefixFrom(netip.AddrFrom16([16]byte{}), 8),                // loopback, unspecified, IPv4-mapped, RFC 4291
		netip.PrefixFrom(netip.AddrFrom16([16]byte{0xfe, 0x80}), 10),     // link-local, RFC 4291
		netip.PrefixFrom(netip.AddrFrom16([16]byte{0xff}), 8),            // multicast, RFC 4291
	)
}

// v4 is the block a.b.0.0/bits.
func v4(a, b byte, bits int) netip.Prefix {
	return netip.PrefixFrom(netip.AddrFrom4([4]byte{a, b}), bits)
}
