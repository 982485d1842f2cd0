package main

import (
	"slices"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
	"github.com/crosswall/crosswall/translate"
	"github.com/crosswall/crosswall/translate/kubernetes"
)

// inBothFamilies returns the inventory of manifests with IPv6 addresses for the workloads whose addresses are taken for the usual ones, where a
// policy names IPv6 peers; and which workloads these are. Reading takes them for IPv4: of a cluster with policies for IPv6 that is not known, and
// what they open must not count as out of reach.
func inBothFamilies(in translate.Input) (model.Inventory, map[model.Identity]bool) {
	inv, unplaced := in.Inventory, map[model.Identity]bool{}
	for _, m := range inv.Members {
		if m.Addrs.Equal(kubernetes.DefaultPodAddrs()) {
			unplaced[m.ID] = true
		}
	}
	if !namesIPv6(in.Policy) {
		return inv, unplaced
	}
	// Clusters give pods unique local addresses and global ones (Kubernetes documentation, IPv4/IPv6 dual-stack).
	more := kubernetes.DefaultPodAddrs().Union(audit.Internet().V6()).Union(audit.Private().V6())
	inv.Members = slices.Clone(inv.Members)
	for i, m := range inv.Members {
		if unplaced[m.ID] {
			inv.Members[i].Addrs = more
		}
	}
	return inv, unplaced
}

// namesIPv6 reports whether the peer of a rule is some IPv6 addresses by themselves.
func namesIPv6(p model.Policy) bool {
	for _, l := range p.Layers {
		for _, c := range slices.Concat(l.Ingress, l.Egress) {
			for _, r := range c.Rules {
				if hasIPv6(r.Peer) {
					return true
				}
			}
		}
	}
	return false
}

// hasIPv6 reports whether a selector names IPv6 addresses, and IPv4 ones not as well.
func hasIPv6(s model.Selector) bool {
	for leaf := range model.Leaves(s) {
		if at, ok := leaf.(model.At); ok && !at.Addrs.V6().IsEmpty() && at.Addrs.V4().IsEmpty() {
			return true
		}
	}
	return false
}
