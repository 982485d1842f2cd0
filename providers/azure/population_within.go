package azure

import (
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/terraform"
)

// placeWithin says of network interfaces without known addresses in which subnets they are, of which every address of theirs is one (documentation of
// azurerm_network_interface, ip_configuration), and of application security groups in which virtual network: all interfaces of a group are in that
// of the first (Azure documentation, application security groups).
func (b *populationBuilder) placeWithin() {
	subnets, spaces := map[string]model.AddrSet{}, b.spaces()
	for _, s := range b.subnets {
		for _, name := range s.names {
			subnets[string(name)] = s.addrs
		}
	}
	narrow := func(v terraform.Value, within model.AddrSet) {
		if i, ok := b.partyAt(v); ok && b.out.Parties[i].Addrs.IsEmpty() && !within.IsEmpty() {
			b.out.Parties[i].Within = within
		}
	}
	around := map[string]model.AddrSet{} // the address space of the network that an interface is in
	for _, r := range b.module.Resources {
		if r.Type != typeInterface || isNative(r) || r.Open("ip_configuration") {
			continue
		}
		var within model.AddrSet
		known := true
		for _, k := range r.BlocksOf("ip_configuration") {
			subnet := placeName(k.Body.Get("subnet_id"))
			known = known && !subnets[subnet].IsEmpty()
			within = within.Union(subnets[subnet])
			for _, name := range namesOf(r) {
				around[string(name)] = spaces[subnet]
			}
		}
		if known {
			narrow(terraform.Ref(r.Address()), within)
		}
	}
	for _, r := range b.module.Resources {
		if r.Type == typeMembership && r.Uncertain == "" {
			narrow(r.Get("application_security_group_id"), around[placeName(r.Get("network_interface_id"))])
		}
	}
}

// spaces returns the address space of the virtual network of each subnet whose addresses are known, by the names of the subnet; none
// where it is not known.
func (b *populationBuilder) spaces() map[string]model.AddrSet {
	out := map[string]model.AddrSet{}
	for _, s := range b.subnets {
		for _, name := range s.names {
			network, _, _ := strings.Cut(string(name), "/subnets/")
			out[string(name)] = b.networks[model.Group(network)]
		}
	}
	for _, r := range b.module.Resources {
		if space := b.networks[model.Group(placeName(r.Get("virtual_network_name")))]; r.Type == typeSubnet && !space.IsEmpty() {
			out[r.Address()] = space
		}
	}
	return out
}

// placeName is what an attribute names, as [namesOf] has it; empty where it is not known.
func placeName(v terraform.Value) string {
	name, _ := named(v)
	if _, literal := v.AsString(); literal {
		return strings.ToLower(name)
	}
	return name
}
