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

// binder says who stands behind the groups of a module that a translation is compared with.
type binder struct {
	asked translate.Result
	// site is where the workloads live.
	site providers.Site
	// wanted are the names of the translation, here those of the module.
	wanted, here tfsource.Names
	// ownedOnly leaves out endpoints that may be anybody's and are in no group of the translation.
	ownedOnly bool
}

// bound is what came of binding groups.
type bound struct {
	findings []model.Finding
	// peers are groups that strangers are in, whom the rules of the group are not to judge; see withoutStrangers.
	peers map[model.Group]bool
	// beyond are addresses that workloads may hold, as their interfaces or subnets have them, and of which the placement says nothing.
	beyond map[model.Identity]model.AddrSet
}

// bind says which workloads stand behind the groups that the translation calls
// something else, because the cloud gave them ids, and which addresses its subnets have. A
// subnet that has other addresses than the placement says is a finding; what it has counts.
// Of endpoints that the module tells one by one, what it tells counts, see [enlistment].
// A group that nothing of the translation goes by has the members that it has here. It stays unknown where it may be what
// became of a group of the translation that is not here.
func (b binder) bind() bound {
	groups := b.asked.Inventory.Groups
	b.bindSame()
	lost := slices.ContainsFunc(b.wanted.Unmatched(b.here), func(g model.Group) bool { return groups[g] != nil && placeAddrs(groups[g]).IsEmpty() })
	out := b.enlist(lost)
	for g, members := range b.here.Members() {
		if _, bound := groups[g]; !bound && (!lost || !mayHold(b.asked.Inventory, placeAddrs(members))) {
			groups[g] = members
		}
	}
	out.findings = append(out.findings, b.bindPlaces(out.beyond)...)
	return out
}

// bindSame binds the groups that are the same as one of the translation.
func (b binder) bindSame() {
	groups := b.asked.Inventory.Groups
	same := b.wanted.Same(b.here)
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
}

// bindPlaces binds subnets to the addresses that they have. Workloads of a subnet that has more of them than the placement
// says may be there too: these are added to beyond.
func (b binder) bindPlaces(beyond map[model.Identity]model.AddrSet) []model.Finding {
	var out []model.Finding
	groups, places := b.asked.Inventory.Groups, b.here.Places()
	for _, g := range slices.Sorted(maps.Keys(places)) {
		said, bound := groups[g]
		is := places[g]
		if bound && placeAddrs(said).IsEmpty() {
			continue // workloads, not addresses
		}
		if bound && !placeAddrs(said).Equal(placeAddrs(is)) {
			out = append(out, model.Finding{Severity: model.Warning, Code: "subnet-differs", Origin: model.Origin{Object: string(g)},
				Summary: fmt.Sprintf("the placement gives it %s, but it has %s, which counts", placeAddrs(said), placeAddrs(is))})
			for _, m := range b.asked.Inventory.Members {
				if more := placeAddrs(is).Subtract(placeAddrs(said)); m.Addrs.Overlaps(placeAddrs(said)) && !more.IsEmpty() {
					beyond[m.ID] = beyond[m.ID].Union(more)
				}
			}
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
