package azure

import (
	"cmp"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/terraform"
)

var _ providers.Related = Provider{}

// Relate goes by the names of resources, which users choose. Whoever is behind a network
// security group of which it is not known where it is attached is called as the group is. See
// [providers.Related].
func (Provider) Relate(m terraform.Module, p providers.Population) providers.Relation {
	byAddress := map[string]terraform.Resource{}
	for _, r := range m.Resources {
		byAddress[r.Address()] = r
	}
	var out providers.Relation
	for _, party := range p.Parties {
		tag, isTag := strings.CutPrefix(party.Name, "service tag ")
		kin := providers.Kin{Rest: isTag && tag == tagVirtualNetwork, Own: isTag && tag == tagLoadBalancer}
		address := strings.TrimPrefix(party.Address, "interfaces behind ")
		if r, ok := byAddress[address]; ok {
			kin.Called, _ = r.Get("name").AsString()
			kin.Kind, kin.Native = r.Type, nativeKind(r.Type)
		} else if strings.HasPrefix(party.ID, "/") {
			kin.Called = party.ID[strings.LastIndexByte(party.ID, '/')+1:]
		}
		out.Kin = append(out.Kin, kin)
	}
	for _, r := range m.Resources {
		out.Grounds = append(out.Grounds, groundsOf(r)...)
	}
	slices.SortFunc(out.Grounds, func(a, b providers.Ground) int { return cmp.Compare(a.Label, b.Label) })
	return out
}

// groundsOf returns the subnet that a resource is, or the subnets of a virtual network that lists them.
func groundsOf(r terraform.Resource) []providers.Ground {
	ground := func(label string, b terraform.Body) []providers.Ground {
		addrs := blocksOf(b, "address_prefixes", "address_prefix")
		if addrs.IsEmpty() {
			return nil
		}
		name, _ := b.Get("name").AsString()
		return []providers.Ground{{
			Party: providers.Party{Label: label, Address: label, Addrs: addrs, Groups: []model.Group{tagGroup(tagVirtualNetwork)}},
			Kin:   providers.Kin{Called: name, Kind: typeSubnet, Native: KindNetworks},
		}}
	}
	switch r.Type {
	case typeSubnet:
		return ground(r.Address(), r.Body)
	case typeNetwork:
		var out []providers.Ground
		for _, k := range r.BlocksOf("subnet") {
			name, _ := k.Body.Get("name").AsString()
			out = append(out, ground(r.Address()+"/subnets/"+name, k.Body)...)
		}
		return out
	}
	return nil
}

// nativeKind returns the kind of objects that resources of a type stand for; empty for none that
// parties are made of.
func nativeKind(resourceType string) string {
	switch resourceType {
	case typeSubnet:
		return KindNetworks
	case typeInterface:
		return KindInterfaces
	case typeAppGroup:
		return KindAppGroups
	case typeGroup:
		return KindSecurityGroups
	}
	return ""
}
