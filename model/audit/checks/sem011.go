package checks

import (
	"fmt"
	"slices"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
)

func sem011() audit.Check {
	return audit.Check{
		ID:       "SEM011",
		Title:    "Addresses overlap, so that rules do not say whom they mean",
		Severity: audit.Medium,
		Why: "Where two subnets, or a network and one that it is joined to, have the same addresses, a rule about these names endpoints in both, and packets go to " +
			"one of them.",
		Advice: "give one of them other addresses, or name groups in place of addresses",
		Kinds:  []audit.Kind{audit.NetworkKind, audit.SubnetKind},
		Run: func(s *audit.Subject) []audit.Finding {
			return append(overlappingPeers(s), overlappingSubnets(s)...)
		},
	}
}

// overlappingPeers finds networks that are joined to one with some of their own addresses.
func overlappingPeers(s *audit.Subject) []audit.Finding {
	var out []audit.Finding
	for _, n := range s.Estate.Networks {
		for _, p := range n.Peers {
			addrs := p.Addrs
			if known, ok := s.Network(p.Key); ok && addrs.IsEmpty() {
				addrs = known.Addrs
			}
			if both := n.Addrs.Intersect(addrs); !both.IsEmpty() && p.Key != n.Key {
				out = append(out, audit.Finding{Object: n.Object, Subject: string(p.Key) + " " + both.String(),
					Summary: fmt.Sprintf("%s is joined to %s, which has some of its addresses: %s", n.Label(), p.Label, both)})
			}
		}
	}
	return out
}

// overlappingSubnets finds subnets of one network that share addresses, by going through their blocks in order.
func overlappingSubnets(s *audit.Subject) []audit.Finding {
	type block struct {
		subnet int
		addrs  model.AddrSet
	}
	byNetwork := map[model.Group][]block{}
	for i, n := range s.Estate.Subnets {
		if n.Network == "" {
			continue
		}
		for _, p := range n.Addrs.Prefixes() {
			byNetwork[n.Network] = append(byNetwork[n.Network], block{i, model.Prefixes(p)})
		}
	}
	var out []audit.Finding
	for _, blocks := range byNetwork {
		slices.SortStableFunc(blocks, func(a, b block) int {
			x, y := a.addrs.Prefixes()[0], b.addrs.Prefixes()[0]
			if c := x.Addr().Compare(y.Addr()); c != 0 {
				return c
			}
			return x.Bits() - y.Bits()
		})
		// A block that shares addresses with an earlier one is part of it, for they are CIDR blocks.
		var over []block
		for _, b := range blocks {
			for len(over) > 0 && !over[len(over)-1].addrs.Covers(b.addrs) {
				over = over[:len(over)-1]
			}
			if len(over) > 0 && over[len(over)-1].subnet != b.subnet {
				a, c := s.Estate.Subnets[over[len(over)-1].subnet], s.Estate.Subnets[b.subnet]
				out = append(out, audit.Finding{Object: c.Object, Subject: string(a.Key) + " " + b.addrs.String(),
					Summary: fmt.Sprintf("%s and %s are in one network and share %s", a.Label(), c.Label(), b.addrs)})
			}
			over = append(over, b)
		}
	}
	return out
}
