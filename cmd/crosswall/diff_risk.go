package main

import (
	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
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
		if held.Overlaps(audit.Internet()) {
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
