package kubernetes

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"github.com/crosswall/crosswall/model"
)

// ipBlock is an ipBlock peer.
type ipBlock struct {
	cidr netip.Prefix
	// addrs is the block without its exceptions.
	addrs model.AddrSet
}

// ipBlock reads and checks a block: the exceptions must be strict subsets of it
// (pkg/apis/networking/validation, ValidateIPBlock).
func (c cursor) ipBlock() *ipBlock {
	if !c.mapping() {
		return nil
	}
	c.only("cidr", "except")
	at := c.get("cidr")
	if at.text() == "" {
		at.fault("invalid-cidr", "must be given", "")
		return nil
	}
	cidr, ok := at.cidr()
	if !ok {
		c.get("except").texts()
		return nil
	}
	b := &ipBlock{cidr: cidr, addrs: model.Prefixes(cidr)}
	for _, e := range c.get("except").items() {
		hole, ok := e.cidr()
		if !ok {
			continue
		}
		if hole.Bits() <= cidr.Bits() || !cidr.Contains(hole.Addr()) {
			e.fault("invalid-except", fmt.Sprintf("%s must lie inside %s and be smaller", hole, cidr), "")
			continue
		}
		b.addrs = b.addrs.Subtract(model.Prefixes(hole))
	}
	return b
}

// cidr returns a CIDR block without host bits.
func (c cursor) cidr() (netip.Prefix, bool) {
	s := c.text()
	p, why, ok := parseCIDR(s)
	switch {
	case !ok:
		c.fault("invalid-cidr", fmt.Sprintf("%q is no CIDR such as 10.0.0.0/8 or 2001:db8::/32", clip(s)), "")
	case why != "" && c.obj.cidrs == StrictCIDRs:
		c.fault("invalid-cidr", fmt.Sprintf("%q %s", clip(s), why),
			fmt.Sprintf("write %q if that is meant; API servers before 1.36 took it for that", p))
		return p, false
	case why != "":
		c.rep.warnAt(c.origin(), "lax-cidr", fmt.Sprintf("%q %s and is taken for %s", clip(s), why, p), "write "+p.String())
	}
	return p, ok
}

// parseCIDR returns a CIDR without host bits; why says what strict checking has against it.
func parseCIDR(s string) (p netip.Prefix, why string, ok bool) {
	addr, bits, found := strings.Cut(s, "/")
	if !found {
		return p, "", false
	}
	plain, err := netip.ParseAddr(withoutZeros(addr))
	n, errBits := strconv.Atoi(bits)
	if err != nil || errBits != nil || plain.Zone() != "" || strings.ContainsAny(bits, "+-") || n > plain.BitLen() {
		return p, "", false
	}
	p = netip.PrefixFrom(plain, n)
	switch {
	case withoutZeros(addr) != addr || strconv.Itoa(n) != bits:
		why = "has leading zeros"
	case plain.Is4In6():
		why = "is an IPv4 address in IPv6 clothes"
	case p.Masked() != p:
		why = "has bits set beyond its length"
	}
	if plain.Is4In6() && n >= 96 {
		p = netip.PrefixFrom(plain.Unmap(), n-96)
	}
	return p.Masked(), why, true
}

// withoutZeros drops the leading zeros of the decimal parts of an IPv4 address.
func withoutZeros(addr string) string {
	at := strings.LastIndexByte(addr, ':') + 1
	if !strings.Contains(addr, ".") {
		return addr
	}
	parts := strings.Split(addr[at:], ".")
	for i, p := range parts {
		if t := strings.TrimLeft(p, "0"); t != "" || p == "" {
			parts[i] = t
		} else {
			parts[i] = "0"
		}
	}
	return addr[:at] + strings.Join(parts, ".")
}
