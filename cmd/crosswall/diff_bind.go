package main

import (
	"fmt"
	"maps"
	"slices"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/translate"
	tfsource "github.com/crosswall/crosswall/translate/terraform"
)

// namesOf returns what a translation calls its parties and places.
func namesOf(p providers.Provider, asked translate.Result) tfsource.Names {
	written, _ := p.Decode(asked.Output.Module)
	return tfsource.NamesIn(p, asked.Output.Module, written)
}

// bindParties says which workloads stand behind the groups of a module that the translation calls
// something else, because the cloud gave them ids, and which addresses its subnets have. A
// subnet that has other addresses than the placement says is a finding; what it has counts.
// A group that nothing of the translation goes by has the members that it has here. It stays unknown where it may be what
// became of a group of the translation that is not here.
func bindParties(inv model.Inventory, wanted, here tfsource.Names) []model.Finding {
	groups := inv.Groups
	same := wanted.Same(here)
	for _, g := range slices.Sorted(maps.Keys(same)) {
		if _, bound := groups[g]; bound {
			continue
		}
		for _, w := range same[g] {
			if s, known := groups[w]; known {
				groups[g] = s
				break
			}
		}
	}
	lost := slices.ContainsFunc(wanted.Unmatched(here), func(g model.Group) bool { return groups[g] != nil && placeAddrs(groups[g]).IsEmpty() })
	for g, members := range here.Members() {
		if _, bound := groups[g]; !bound && (!lost || !mayHold(inv, placeAddrs(members))) {
			groups[g] = members
		}
	}
	var out []model.Finding
	places := here.Places()
	for _, g := range slices.Sorted(maps.Keys(places)) {
		said, bound := groups[g]
		is := places[g]
		if bound && placeAddrs(said).IsEmpty() {
			continue // workloads, not addresses
		}
		if bound && !placeAddrs(said).Equal(placeAddrs(is)) {
			out = append(out, model.Finding{Severity: model.Warning, Code: "subnet-differs", Origin: model.Origin{Object: string(g)},
				Summary: fmt.Sprintf("the placement gives it %s, but it has %s, which counts", placeAddrs(said), placeAddrs(is))})
		}
		groups[g] = is
	}
	return out
}

// mayHold reports whether a member may hold any of the addresses.
func mayHold(inv model.Inventory, addrs model.AddrSet) bool {
	return !addrs.IsEmpty() && slices.ContainsFunc(inv.Members, func(m model.Member) bool {
		return m.Addrs.IsEmpty() || m.Addrs.Overlaps(addrs)
	})
}

// placeAddrs returns the addresses that a place has for sure.
func placeAddrs(s model.Selector) model.AddrSet {
	return model.Inventory{}.Resolve(s).Must.Rest()
}
