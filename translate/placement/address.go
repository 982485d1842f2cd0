package placement

import (
	"fmt"
	"net/netip"

	"github.com/crosswall/crosswall/model"
)

// prefixes reads a list of address blocks, none of which may overlap another.
func (r reader) prefixes(vs []value) []netip.Prefix {
	var ps []netip.Prefix
	var blocks []block
	for i, v := range vs {
		if p, ok := r.prefix(v); ok {
			ps, blocks = append(ps, p), append(blocks, block{p, i})
		}
	}
	overlapping(blocks, func(a, b block) {
		if a.owner > b.owner {
			a, b = b, a
		}
		r.Fault(codeOverlap, r.Origin(vs[b.owner]), fmt.Sprintf("%s overlaps %s", b.prefix, a.prefix),
			"name each address once; the other is "+vs[a.owner].Path)
	})
	return ps
}

// prefix reads one address block in canonical form.
func (r reader) prefix(v value) (netip.Prefix, bool) {
	s, ok := r.Scalar(v, "text such as 10.0.0.0/16", "!!str")
	if !ok {
		return netip.Prefix{}, false
	}
	p, err := netip.ParsePrefix(s)
	if err != nil {
		advice := "write an IPv4 or IPv6 block such as 10.0.0.0/16 or 2001:db8::/32"
		if a, err := netip.ParseAddr(s); err == nil && a.Zone() == "" {
			advice = "write " + netip.PrefixFrom(a.Unmap(), a.Unmap().BitLen()).String()
		}
		r.Fault(codeCIDR, r.Origin(v), fmt.Sprintf("%q is no address block", s), advice)
		return netip.Prefix{}, false
	}
	canonical := p.Masked()
	if p.Addr().Is4In6() {
		if p.Bits() < 96 {
			r.Fault(codeCIDR, r.Origin(v), fmt.Sprintf("%s mixes IPv4 and IPv6", s), "write IPv4 blocks as IPv4")
			return netip.Prefix{}, false
		}
		canonical = netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-96).Masked()
	}
	if p != canonical {
		// What was meant is open: the block, or the one address. Neither is guessed.
		r.Fault(codeCIDR, r.Origin(v), fmt.Sprintf("%s is not canonical: the block is %s", s, canonical),
			fmt.Sprintf("write %s", canonical))
		return netip.Prefix{}, false
	}
	return p, true
}

// addrs reads a list of address blocks as a set.
func (r reader) addrs(vs []value) model.AddrSet {
	return model.Prefixes(r.prefixes(vs)...)
}
