package azure

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/terraform"
)

// lostSubnet is a subnet of Azure itself whose addresses could not be read.
type lostSubnet struct {
	names []model.Group
	// network is the id of its virtual network in lower case.
	network model.Group
}

// newLostSubnet names a subnet and the network that it is in.
func newLostSubnet(r terraform.Resource) lostSubnet {
	out := lostSubnet{names: namesOf(r)}
	id, _ := r.Get("id").AsString()
	network, _ := holderOf(strings.ToLower(id), "subnets")
	out.network = model.Group(network)
	return out
}

// placeLost puts the subnets whose addresses are not known where they can be: at the addresses of the interfaces that
// are in them for sure, and perhaps anywhere in their network where no other subnet is, for subnets of a network do not
// overlap ("Add, change, or delete a virtual network subnet").
func (b *populationBuilder) placeLost() {
	if len(b.lost) == 0 {
		return
	}
	held := b.heldBySubnet()
	for _, s := range b.lost {
		room := b.networks[s.network]
		if room.IsEmpty() {
			room = model.AllAddrs()
		}
		var own model.AddrSet
		for _, other := range b.subnets {
			if slices.ContainsFunc(other.names, func(n model.Group) bool { return strings.HasPrefix(string(n), string(s.network)+"/subnets/") }) {
				room = room.Subtract(other.addrs)
			}
		}
		for _, n := range s.names {
			own = own.Union(held[n])
		}
		where := model.Or{model.At{Addrs: own}, model.Maybe{Selector: model.At{Addrs: room.Subtract(own)}, Why: "the addresses of the subnet could not be read"}}
		for _, n := range s.names {
			b.out.Places[n] = where
		}
	}
}

// heldBySubnet returns the addresses of interfaces of Azure itself by the id, in lower case, of the subnet that they name.
func (b *populationBuilder) heldBySubnet() map[model.Group]model.AddrSet {
	out := map[model.Group]model.AddrSet{}
	for _, r := range b.module.Resources {
		if r.Type != typeInterface || !isNative(r) {
			continue
		}
		for _, k := range r.BlocksOf("ip_configuration") {
			subnet, ok := k.Body.Get("subnet_id").AsString()
			text, _ := k.Body.Get("private_ip_address").AsString()
			if a, err := netip.ParseAddr(text); ok && err == nil {
				g := model.Group(strings.ToLower(subnet))
				out[g] = out[g].Union(model.Addrs(a))
			}
		}
	}
	return out
}
