package model

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"go4.org/netipx"
)

// AddrSet is an immutable set of IPv4 and IPv6 addresses: sorted, disjoint
// ranges, as few as can be. The zero AddrSet is empty.
type AddrSet struct{ ranges []netipx.IPRange }

// Prefixes returns the set of the addresses in ps. Host bits are ignored;
// invalid prefixes add nothing; IPv4-mapped IPv6 prefixes of length 96 or more count as the IPv4
// prefixes that they map.
func Prefixes(ps ...netip.Prefix) AddrSet {
	var b netipx.IPSetBuilder
	for _, p := range ps {
		if p = unmapPrefix(p); p.IsValid() {
			b.AddPrefix(p)
		}
	}
	return addrSet(&b)
}

// unmapPrefix turns ::ffff:a.b.c.d/n into a.b.c.d/(n-96) and clears host bits.
func unmapPrefix(p netip.Prefix) netip.Prefix {
	if a := p.Addr(); a.Is4In6() && p.Bits() >= 96 {
		p = netip.PrefixFrom(a.Unmap(), p.Bits()-96)
	}
	return p.Masked()
}

// MustPrefixes is [Prefixes] over text such as "10.0.0.0/8". It is for tests,
// examples and tables in code: it drops nothing and so panics on text that is no
// CIDR.
func MustPrefixes(cidrs ...string) AddrSet {
	ps := make([]netip.Prefix, len(cidrs))
	for i, c := range cidrs {
		ps[i] = netip.MustParsePrefix(c)
	}
	return Prefixes(ps...)
}

// Addrs returns the set of single addresses. Zones are dropped and
// IPv4-mapped IPv6 addresses unmapped; invalid addresses add nothing.
func Addrs(as ...netip.Addr) AddrSet {
	var b netipx.IPSetBuilder
	for _, a := range as {
		if a.IsValid() {
			b.Add(a.WithZone("").Unmap())
		}
	}
	return addrSet(&b)
}

// AddrRange returns the set of the addresses from first to last, both
// included; it is empty when they are of two families or reversed.
func AddrRange(first, last netip.Addr) AddrSet {
	r := netipx.IPRangeFrom(first, last)
	if !r.IsValid() {
		return AddrSet{}
	}
	return AddrSet{ranges: []netipx.IPRange{r}}
}

// AllAddrs returns every IPv4 and IPv6 address.
func AllAddrs() AddrSet { return AddrSet{[]netipx.IPRange{all4(), all6()}} }

// AllIPv4 returns every IPv4 address.
func AllIPv4() AddrSet { return AddrSet{[]netipx.IPRange{all4()}} }

// AllIPv6 returns every IPv6 address.
func AllIPv6() AddrSet { return AddrSet{[]netipx.IPRange{all6()}} }

func all4() netipx.IPRange {
	return netipx.IPRangeFrom(netip.AddrFrom4([4]byte{}), netip.AddrFrom4([4]byte{255, 255, 255, 255}))
}

func all6() netipx.IPRange {
	var last [16]byte
	for i := range last {
		last[i] = 0xff
	}
	return netipx.IPRangeFrom(netip.IPv6Unspecified(), netip.AddrFrom16(last))
}

func addrSet(b *netipx.IPSetBuilder) AddrSet {
	s, err := b.IPSet()
	if err != nil || s == nil {
		// The builder fails on invalid input only, and every caller filters that.
		return AddrSet{}
	}
	return AddrSet{ranges: s.Ranges()}
}

// Union returns the addresses in s or o.
func (s AddrSet) Union(o AddrSet) AddrSet {
	switch {
	case s.IsEmpty():
		return o
	case o.IsEmpty():
		return s
	case s.Equal(o), s.IsAll():
		return s
	case o.IsAll():
		return o
	}
	out := make([]netipx.IPRange, 0, len(s.ranges)+len(o.ranges))
	for i, j := 0, 0; i < len(s.ranges) || j < len(o.ranges); {
		var r netipx.IPRange
		if j == len(o.ranges) || i < len(s.ranges) && s.ranges[i].From().Less(o.ranges[j].From()) {
			r = s.ranges[i]
			i++
		} else {
			r = o.ranges[j]
			j++
		}
		if n := len(out); n > 0 && touches(out[n-1], r) {
			out[n-1] = netipx.IPRangeFrom(out[n-1].From(), maxAddr(out[n-1].To(), r.To()))
			continue
		}
		out = append(out, r)
	}
	return AddrSet{out}
}

// UnionOf returns the addresses in any of the sets, in one go: uniting them one by one would go through what there is so far again for each.
func UnionOf(sets ...AddrSet) AddrSet { return united(sets) }

// united unites by halves, for a union copies both of its sides.
func united[T interface{ Union(T) T }](sets []T) T {
	switch len(sets) {
	case 0:
		var none T
		return none
	case 1:
		return sets[0]
	}
	half := len(sets) / 2
	return united(sets[:half]).Union(united(sets[half:]))
}

// touches reports whether r, which starts no earlier than before, overlaps or follows it.
func touches(before, r netipx.IPRange) bool {
	return before.To().BitLen() == r.From().BitLen() && (!before.To().Less(r.From()) || before.To().Next() == r.From())
}

// Intersect returns the addresses in both s and o.
func (s AddrSet) Intersect(o AddrSet) AddrSet {
	switch {
	case s.isSame(o), o.IsAll():
		return s
	case s.IsAll():
		return o
	}
	var out []netipx.IPRange
	for i, j := 0, 0; i < len(s.ranges) && j < len(o.ranges); {
		a, b := s.ranges[i], o.ranges[j]
		from, to := maxAddr(a.From(), b.From()), minAddr(a.To(), b.To())
		if from.BitLen() == to.BitLen() && from.Compare(to) <= 0 {
			out = append(out, netipx.IPRangeFrom(from, to))
		}
		if a.To().Compare(b.To()) < 0 {
			i++
		} else {
			j++
		}
	}
	return AddrSet{ranges: out}
}

// Subtract returns the addresses in s that are not in o.
func (s AddrSet) Subtract(o AddrSet) AddrSet {
	switch {
	case s.IsEmpty() || o.IsEmpty():
		return s
	case s.isSame(o), o.IsAll():
		return AddrSet{}
	}
	out := make([]netipx.IPRange, 0, len(s.ranges))
	j := 0
	for _, r := range s.ranges {
		for j < len(o.ranges) && o.ranges[j].To().Less(r.From()) {
			j++
		}
		from, left := r.From(), true
		for k := j; left && k < len(o.ranges) && !r.To().Less(o.ranges[k].From()); k++ {
			if from.Less(o.ranges[k].From()) {
				out = append(out, netipx.IPRangeFrom(from, o.ranges[k].From().Prev()))
			}
			left = o.ranges[k].To().Less(r.To())
			if left {
				from = o.ranges[k].To().Next()
			}
		}
		if left {
			out = append(out, netipx.IPRangeFrom(from, r.To()))
		}
	}
	if len(out) == 0 {
		return AddrSet{}
	}
	return AddrSet{out}
}

// isSame reports whether both sets are one in memory, which says at once that they are equal.
func (s AddrSet) isSame(o AddrSet) bool {
	return len(s.ranges) == len(o.ranges) && (len(s.ranges) == 0 || &s.ranges[0] == &o.ranges[0])
}

// IsEmpty reports whether the set holds no address.
func (s AddrSet) IsEmpty() bool { return len(s.ranges) == 0 }

// IsAll reports whether the set holds every address of both families.
func (s AddrSet) IsAll() bool {
	return len(s.ranges) == 2 && s.ranges[0] == all4() && s.ranges[1] == all6()
}

// Equal reports whether both sets hold the same addresses.
func (s AddrSet) Equal(o AddrSet) bool { return s.isSame(o) || slices.Equal(s.ranges, o.ranges) }

// Contains reports whether a is in the set.
func (s AddrSet) Contains(a netip.Addr) bool {
	_, ok := slices.BinarySearchFunc(s.ranges, a, func(r netipx.IPRange, a netip.Addr) int {
		switch {
		case r.To().Less(a):
			return -1
		case a.Less(r.From()):
			return 1
		}
		return 0
	})
	return ok
}

// Covers reports whether every address of o is in s.
func (s AddrSet) Covers(o AddrSet) bool { return o.Subtract(s).IsEmpty() }

// Overlaps reports whether s and o have an address in common.
func (s AddrSet) Overlaps(o AddrSet) bool {
	few, many := s.ranges, o.ranges
	if len(few) > len(many) {
		few, many = many, few
	}
	for _, r := range few {
		first, _ := slices.BinarySearchFunc(many, r.From(), func(x netipx.IPRange, at netip.Addr) int { return x.To().Compare(at) })
		if many = many[first:]; len(many) == 0 {
			return false
		}
		if !r.To().Less(many[0].From()) {
			return true
		}
	}
	return false
}

// V4 returns the IPv4 addresses of the set.
func (s AddrSet) V4() AddrSet { return AddrSet{s.ranges[:s.count4()]} }

// V6 returns the IPv6 addresses of the set.
func (s AddrSet) V6() AddrSet { return AddrSet{s.ranges[s.count4():]} }

// count4 returns how many ranges are of IPv4; they come first.
func (s AddrSet) count4() int {
	n := 0
	for n < len(s.ranges) && s.ranges[n].From().Is4() {
		n++
	}
	return n
}

// Prefixes returns the fewest CIDR blocks that hold exactly the set, sorted,
// IPv4 before IPv6.
func (s AddrSet) Prefixes() []netip.Prefix {
	var out []netip.Prefix
	for _, r := range s.ranges {
		out = r.AppendPrefixes(out)
	}
	return out
}

// Ranges returns the disjoint ranges of the set, both ends included, sorted, IPv4 before
// IPv6, as few as can be.
func (s AddrSet) Ranges() []netipx.IPRange { return slices.Clone(s.ranges) }

// String returns the CIDR blocks joined with ", ", or "no address".
func (s AddrSet) String() string {
	if s.IsEmpty() {
		return "no address"
	}
	ps := s.Prefixes()
	parts := make([]string, len(ps))
	for i, p := range ps {
		parts[i] = fmt.Sprint(p)
	}
	return strings.Join(parts, ", ")
}

func minAddr(a, b netip.Addr) netip.Addr {
	if b.Less(a) {
		return b
	}
	return a
}

func maxAddr(a, b netip.Addr) netip.Addr {
	if a.Less(b) {
		return b
	}
	return a
}
