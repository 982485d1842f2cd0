package azure

import (
	"net/netip"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
	"github.com/crosswall/crosswall/terraform"
)

// Types of what the Internet gets to machines by, which nothing but an audit asks for.
const (
	typePublic   = "azurerm_public_ip"
	typeBalancer = "azurerm_lb"
	typePool     = "azurerm_lb_backend_address_pool"
	typeNATRule  = "azurerm_lb_nat_rule"
	typeNATPool  = "azurerm_lb_nat_pool"
)

// publicity is what is known of how the Internet gets to an interface.
type publicity struct {
	// is is whether it has a public address, and maybe whether it may have another one.
	is, maybe bool
	// at is its public addresses that are known, vague whether it has others, and in every address of the versions of IP of all of them.
	at, in model.AddrSet
	vague  bool
	// closed is whether its public addresses take in nothing where no group filters.
	closed audit.Flag
	// balanced is whether a load balancer sends to it, and behind whether it may be one with a public address.
	balanced audit.Flag
	behind   bool
}

// tell says of an interface what is known.
func (p publicity) tell(x *audit.Interface) {
	x.Balanced, x.Closed = p.balanced, p.closed
	switch {
	case p.is:
		x.IsPublic = audit.Yes
	case p.maybe, p.behind: // the load balancer may have an address for it
		x.IsPublic = audit.Unknown
	default:
		x.IsPublic = audit.No
	}
	switch {
	case p.maybe: // which there are is not known
	case p.vague:
		x.PublicIn = p.in
	default:
		x.Public = p.at
	}
}

// balance notes load balancers that send to an interface, or, where that is not sure, to some interface of which it is not known which.
func (p *publicity) balance(by []balancer, is audit.Flag) {
	if len(by) == 0 || p.balanced == audit.Yes && is != audit.Yes {
		return
	}
	p.balanced = is
	for _, b := range by {
		p.behind = p.behind || !b.internal
	}
}

// balancer is a load balancer that sends to an interface.
type balancer struct {
	// internal is whether it is known to have private addresses alone: nobody on the Internet sends it anything.
	internal bool
}

// balancers are the load balancers that associations let send to interfaces, by key; those of "" send to any.
func (i *inspector) balancers() map[model.Group][]balancer {
	out := map[model.Group][]balancer{}
	for _, r := range i.module.Resources {
		var attribute string
		switch r.Type {
		case "azurerm_network_interface_backend_address_pool_association":
			attribute = "backend_address_pool_id"
		case "azurerm_network_interface_nat_rule_association":
			attribute = "nat_rule_id"
		default:
			continue
		}
		k := i.keyAt(r.Get("network_interface_id"))
		out[k] = append(out[k], i.balancerOf(r.Get(attribute)))
	}
	return out
}

// balancerOf is the load balancer of a pool or an inbound NAT rule. One is internal if each of its frontends is in a subnet and none
// has a public address or a prefix of them, or leads to another balancer (azurerm_lb, frontend_ip_configuration).
func (i *inspector) balancerOf(part terraform.Value) balancer {
	r, ok := i.publishedAt(part)
	if !ok {
		return balancer{}
	}
	if r.Type != typeBalancer {
		if r, ok = i.publishedAt(r.Get("loadbalancer_id")); !ok {
			return balancer{}
		}
	}
	frontends := r.BlocksOf("frontend_ip_configuration")
	internal := len(frontends) > 0 && !r.Open("frontend_ip_configuration")
	for _, f := range frontends {
		internal = internal && isGiven(f.Body.Get("subnet_id"))
		for _, name := range []string{"public_ip_address_id", "public_ip_prefix_id", "gateway_load_balancer_frontend_ip_configuration_id"} {
			internal = internal && !isGiven(f.Body.Get(name))
		}
	}
	return balancer{internal}
}

// publishedAt is the public address, the load balancer or the part of one that a value names, or the load balancer of the part by the id of that.
func (i *inspector) publishedAt(v terraform.Value) (terraform.Resource, bool) {
	name, ok := named(v)
	if !ok {
		return terraform.Resource{}, false
	}
	id := strings.ToLower(name)
	names := []string{name, id}
	for _, word := range []string{"backendAddressPools", "inboundNatRules", "inboundNatPools"} {
		if up, ok := holderOf(id, word); ok {
			names = append(names, up)
		}
	}
	for _, n := range names {
		if r, ok := i.published[n]; ok {
			return r, true
		}
	}
	return terraform.Resource{}, false
}

// have notes a public address of a version of IP and a SKU; empty: not known. One of SKU Standard is closed where no group filters, one of SKU Basic is
// open ("Public IP addresses", SKU). Which of them one is whose SKU is not written depends on the version of azurerm.
func (p *publicity) have(in model.AddrSet, sku string) {
	closed := audit.Unknown
	switch sku, _, _ := strings.Cut(strings.ToLower(sku), "_"); sku { // those of scale sets have a tier too: Standard_Regional
	case "standard", "standardv2":
		closed = audit.Yes
	case "basic":
		closed = audit.No
	}
	if p.is && p.closed != closed {
		closed = audit.Unknown
	}
	p.is, p.in, p.closed = true, p.in.Union(in), closed
}

// publish notes what a configuration of an interface says of its public address and of load balancers.
func (i *inspector) publish(p *publicity, b terraform.Body) {
	if balanced, _ := b.Get(attrBalanced).AsBool(); balanced {
		p.balance([]balancer{{}}, audit.Yes)
	}
	for _, parts := range []string{"load_balancer_backend_address_pool_ids", "load_balancer_inbound_nat_rules_ids"} { // of a scale set
		list, ok := b.Get(parts).AsList()
		if !ok {
			p.balance([]balancer{{}}, audit.Unknown)
		}
		for _, v := range list {
			p.balance([]balancer{i.balancerOf(v)}, audit.Yes)
		}
	}
	in := versionOf(b)
	for _, k := range b.BlocksOf("public_ip_address") { // of a scale set
		sku, _ := k.Body.Get("sku_name").AsString()
		p.have(in, sku)
		p.vague = true
	}
	v := b.Get("public_ip_address_id")
	switch {
	case v.IsUnknown(), b.Get("public_ip_address").IsUnknown():
		p.maybe = true
	case isGiven(v):
		text, ok := b.Get(attrPublic).AsString()
		sku, _ := b.Get(attrSKU).AsString()
		if r, here := i.publishedAt(v); here && !ok {
			text, _ = r.Get("ip_address").AsString()
			sku, _ = r.Get("sku").AsString()
		}
		p.have(in, sku)
		if a, err := netip.ParseAddr(text); err == nil {
			p.at = p.at.Union(model.Addrs(a))
		} else {
			p.vague = true
		}
	}
}

// versionOf is every address of the version of IP of a configuration of an interface, which is that of its public address too. It is
// IPv4 where it is not given (azurerm_network_interface, private_ip_address_version; scale sets, version).
func versionOf(b terraform.Body) model.AddrSet {
	text, _ := b.Get("private_ip_address").AsString()
	if a, err := netip.ParseAddr(text); err == nil {
		if a.Is4() {
			return model.AllIPv4()
		}
		return model.AllIPv6()
	}
	v := b.Get("private_ip_address_version")
	if v.IsNull() {
		v = b.Get("version")
	}
	word, known := v.AsString()
	switch {
	case v.IsNull(), strings.EqualFold(word, "IPv4"):
		return model.AllIPv4()
	case known && strings.EqualFold(word, "IPv6"):
		return model.AllIPv6()
	}
	return model.AllAddrs()
}
