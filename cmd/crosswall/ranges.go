package main

import (
	"net/netip"
	"strings"

	"github.com/crosswall/crosswall/model"
)

// rangeText names a set of addresses the short way: its blocks, or a block with exceptions
// where that is no longer, family by family.
func rangeText(a model.AddrSet) string {
	var parts []string
	for _, family := range []model.AddrSet{a.V4(), a.V6()} {
		if !family.IsEmpty() {
			parts = append(parts, familyText(family))
		}
	}
	return strings.Join(parts, ", ")
}

// familyText is rangeText for addresses of one family.
func familyText(a model.AddrSet) string {
	blocks := a.Prefixes()
	around := enclosing(a)
	holes := model.Prefixes(around).Subtract(a).Prefixes()
	if len(holes) == 0 || len(holes)+1 > len(blocks) {
		return blocksText(blocks)
	}
	return around.String() + " except " + blocksText(holes)
}

func blocksText(ps []netip.Prefix) string {
	parts := make([]string, len(ps))
	for i, p := range ps {
		parts[i] = p.String()
	}
	return strings.Join(parts, ", ")
}

// enclosing returns the smallest block that holds all of a, which is of one family and
// not empty.
func enclosing(a model.AddrSet) netip.Prefix {
	rs := a.Ranges()
	first, last := rs[0].From(), rs[len(rs)-1].To()
	for bits := first.BitLen(); bits > 0; bits-- {
		if p := netip.PrefixFrom(first, bits).Masked(); p.Contains(last) {
			return p
		}
	}
	return netip.PrefixFrom(first, 0).Masked()
}
