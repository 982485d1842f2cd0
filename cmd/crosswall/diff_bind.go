package main

import (
	"fmt"
	"maps"
	"slices"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/terraform"
	"github.com/crosswall/crosswall/translate"
	tfsource "github.com/crosswall/crosswall/translate/terraform"
)

// bindParties says which workloads stand behind the groups of a module that the translation calls
// something else, because the cloud gave them ids, and which addresses its subnets have. A
// subnet that has other addresses than the placement says is a finding; what it has counts.
func bindParties(p providers.Provider, asked translate.Result, m terraform.Module, policy model.Policy) []model.Finding {
	groups := asked.Inventory.Groups
	written, _ := p.Decode(asked.Output.Module)
	wanted := tfsource.NamesIn(p, asked.Output.Module, written)
	here := tfsource.NamesIn(p, m, policy)
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
	for g, members := range here.Members() {
		if _, bound := groups[g]; !bound {
			groups[g] = members // nothing that the translation writes, but who is in it is known
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

// placeAddrs returns the addresses that a place has for sure.
func placeAddrs(s model.Selector) model.AddrSet {
	return model.Inventory{}.Resolve(s).Must.Rest()
}
