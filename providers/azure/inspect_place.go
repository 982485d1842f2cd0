package azure

import (
	"cmp"
	"net/netip"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
	"github.com/crosswall/crosswall/terraform"
)

// inspectPlaces describes virtual networks and subnets.
func (i *inspector) inspectPlaces() {
	type inside struct {
		network model.Group
		name    string
	}
	whole := map[inside]model.Group{} // subnets that are resources
	for _, r := range i.module.Resources {
		if r.Type != typeSubnet {
			continue
		}
		n := audit.Subnet{Object: i.object(r, audit.SubnetKind), Addrs: blocksOf(r.Body, "address_prefixes", "address_prefix")}
		n.Network = i.networkOf(r)
		whole[inside{n.Network, strings.ToLower(n.Name)}] = n.Key
		i.addSubnet(n, !isNative(r))
	}
	for _, r := range i.module.Resources {
		if r.Type != typeNetwork {
			continue
		}
		n := audit.Network{Object: i.object(r, audit.NetworkKind), Addrs: blocksOf(r.Body, "address_space"), Standard: audit.No, Legacy: audit.No}
		i.estate.Networks = append(i.estate.Networks, n)
		for _, b := range r.BlocksOf("subnet") {
			name, _ := b.Body.Get("name").AsString()
			inline := model.Group(r.Address() + "/subnets/" + name)
			if k, ok := whole[inside{n.Key, strings.ToLower(name)}]; ok { // a state lists it twice
				i.onto[k] = append(i.onto[k], i.onto[inline]...)
				i.estate.Subnets = withFirewalls(i.estate.Subnets, k, i.onto[inline])
				continue
			}
			o := audit.Object{Provider: "azure", Kind: audit.SubnetKind, Key: inline, Name: name, Network: n.Key, Address: string(inline),
				Origin: originAt(r, cmp.Or(b.Pos, r.Pos), "subnet "+name)}
			o.ID, _ = b.Body.Get("id").AsString()
			o.Link = portal(o.ID)
			if id := strings.ToLower(o.ID); id != "" {
				i.alias[id] = inline
			}
			s := audit.Subnet{Object: o, Addrs: blocksOf(b.Body, "address_prefixes", "address_prefix")}
			if v := b.Body.Get("security_group"); isGiven(v) && i.keyAt(v) == "" {
				s.NotAll = "which network security group it has is not known"
			}
			i.addSubnet(s, false)
		}
	}
	i.addPeers()
}

// withFirewalls adds firewalls to the subnet with a key.
func withFirewalls(subnets []audit.Subnet, k model.Group, more []model.Group) []audit.Subnet {
	for n := range subnets {
		if subnets[n].Key == k {
			subnets[n].Firewalls = append(subnets[n].Firewalls, more...)
		}
	}
	return subnets
}

// addSubnet adds a subnet. Whether one may have a group that is attached elsewhere, its owner says.
func (i *inspector) addSubnet(n audit.Subnet, elsewhere bool) {
	n.Firewalls = append(n.Firewalls, i.onto[n.Key]...)
	n.NotAll = cmp.Or(n.NotAll, i.perhaps[n.Key], i.perhaps[""])
	if elsewhere && len(n.Firewalls) == 0 {
		n.NotAll = cmp.Or(n.NotAll, "Terraform does not say whether a group is attached elsewhere")
	}
	n.GivesPublic = audit.No
	n.Role = roleOf(n.Name)
	i.estate.Subnets = append(i.estate.Subnets, n)
}

// roleOf is what Azure reserves a subnet for, by its name; empty: nothing ("Azure Virtual Network frequently asked questions" and the pages of
// the services: gateways, Azure Bastion, Azure Firewall, Route Server).
func roleOf(name string) string {
	switch strings.ToLower(name) {
	case "gatewaysubnet":
		return "gateway"
	case "azurebastionsubnet":
		return "bastion"
	case "azurefirewallsubnet", "azurefirewallmanagementsubnet":
		return "firewall"
	case "routeserversubnet":
		return "route server"
	}
	return ""
}

// networkOf is the key of the virtual network that a resource is of; empty: not known.
func (i *inspector) networkOf(r terraform.Resource) model.Group {
	if id, ok := r.Get("id").AsString(); ok {
		if up, ok := holderOf(id, "subnets"); ok {
			return i.keyOf(up)
		}
		if up, ok := holderOf(id, "virtualNetworkPeerings"); ok {
			return i.keyOf(up)
		}
	}
	name, ok := named(r.Get("virtual_network_name"))
	if !ok {
		return ""
	}
	if k, known := i.alias[name]; known {
		return k
	}
	group, _ := r.Get("resource_group_name").AsString()
	var out model.Group
	for _, n := range i.networks[strings.ToLower(name)] {
		theirs, _ := n.Get("resource_group_name").AsString()
		if group == "" || theirs == "" || strings.EqualFold(group, theirs) {
			if out != "" {
				return ""
			}
			out = keyFor(n)
		}
	}
	return out
}

// addPeers adds the peerings of the networks.
func (i *inspector) addPeers() {
	at := map[model.Group]int{}
	for n, net := range i.estate.Networks {
		at[net.Key] = n
	}
	for _, r := range i.module.Resources {
		if r.Type != typePeering {
			continue
		}
		n, ok := at[i.networkOf(r)]
		if !ok {
			continue
		}
		p := audit.Peer{Key: i.keyAt(r.Get("remote_virtual_network_id")), Addrs: blocksOf(r.Body, attrRemote)}
		p.Label = i.labelOfKey(p.Key)
		if m, here := at[p.Key]; here && p.Addrs.IsEmpty() {
			p.Addrs = i.estate.Networks[m].Addrs
		}
		i.estate.Networks[n].Peers = append(i.estate.Networks[n].Peers, p)
	}
}

// inspectInterfaces describes network interfaces, and those that scale sets bring along.
func (i *inspector) inspectInterfaces() {
	balanced := i.balanced()
	for _, r := range i.module.Resources {
		switch {
		case r.Type == typeInterface:
			x := i.interfaceAt(r, r.Body)
			x.What = "interface"
			if is, _ := r.Get(attrEndpoint).AsBool(); is {
				x.What = "private endpoint"
			}
			switch {
			case balanced[x.Key]:
				x.Balanced = audit.Yes
			case balanced[""] && x.Balanced != audit.Yes:
				x.Balanced = audit.Unknown
			}
			if x.IsPublic == audit.No && x.Balanced != audit.No {
				x.IsPublic = audit.Unknown // the load balancer may have one for it
			}
			i.estate.Interfaces = append(i.estate.Interfaces, x)
		case strings.HasSuffix(r.Type, "_scale_set"):
			if blocks := r.BlocksOf("network_interface"); len(blocks) > 0 { // further ones would have the same key
				x := i.interfaceAt(r, blocks[0].Body)
				x.What, x.Addrs = "scale set", model.AddrSet{}
				if x.IsPublic == audit.No && x.Balanced != audit.No {
					x.IsPublic = audit.Unknown
				}
				i.estate.Interfaces = append(i.estate.Interfaces, x)
			}
		}
	}
}

// balanced is the interfaces to which a load balancer sends, by key; that of "" is any.
func (i *inspector) balanced() map[model.Group]bool {
	out := map[model.Group]bool{}
	for _, r := range i.module.Resources {
		switch r.Type {
		case "azurerm_network_interface_backend_address_pool_association", "azurerm_network_interface_nat_rule_association":
			out[i.keyAt(r.Get("network_interface_id"))] = true
		}
	}
	return out
}

// interfaceAt describes an interface of a resource.
func (i *inspector) interfaceAt(r terraform.Resource, b terraform.Body) audit.Interface {
	x := audit.Interface{Object: i.object(r, audit.InterfaceKind)}
	x.Firewalls = append(x.Firewalls, i.onto[x.Key]...)
	x.NotAll = cmp.Or(i.perhaps[x.Key], i.perhaps[""])
	if !isNative(r) && len(x.Firewalls) == 0 {
		x.NotAll = cmp.Or(x.NotAll, "Terraform does not say whether a group is attached elsewhere")
	}
	known := !b.Open("ip_configuration")
	var held []netip.Addr
	x.IsPublic, x.Balanced = audit.No, audit.No
	for _, k := range b.BlocksOf("ip_configuration") {
		if key := i.keyAt(k.Body.Get("subnet_id")); key != "" {
			x.Subnets = append(x.Subnets, key)
		}
		text, _ := k.Body.Get("private_ip_address").AsString()
		a, err := netip.ParseAddr(text)
		if err != nil {
			known = false
		} else {
			held = append(held, a)
		}
		i.publish(&x, k.Body)
	}
	if known {
		x.Addrs = model.Addrs(held...)
	}
	if b.Open("ip_configuration") && x.IsPublic == audit.No {
		x.IsPublic = audit.Unknown
	}
	x.Forwards = forwards(b)
	return x
}

// publish notes the public address of a configuration of an interface.
func (i *inspector) publish(x *audit.Interface, b terraform.Body) {
	v := b.Get("public_ip_address_id")
	if balanced, _ := b.Get(attrBalanced).AsBool(); balanced {
		x.Balanced = audit.Yes
	}
	for _, pools := range []string{"load_balancer_backend_address_pool_ids", "load_balancer_inbound_nat_rules_ids"} { // of a scale set
		switch list, ok := b.Get(pools).AsList(); {
		case ok && len(list) > 0:
			x.Balanced = audit.Yes
		case !ok && x.Balanced == audit.No:
			x.Balanced = audit.Unknown
		}
	}
	switch {
	case len(b.BlocksOf("public_ip_address")) > 0: // of a scale set
		x.IsPublic = audit.Yes
	case v.IsUnknown():
		if x.IsPublic == audit.No {
			x.IsPublic = audit.Unknown
		}
	case isGiven(v):
		first := x.IsPublic != audit.Yes
		x.IsPublic = audit.Yes
		text, ok := b.Get(attrPublic).AsString()
		if name, isNamed := named(v); !ok && isNamed {
			text = cmp.Or(i.public[name], i.public[strings.ToLower(name)])
		}
		a, err := netip.ParseAddr(text)
		switch {
		case err != nil:
			x.Public = model.AddrSet{} // of one of them it is not known
		case first || !x.Public.IsEmpty():
			x.Public = x.Public.Union(model.Addrs(a))
		}
	}
}

// forwards is whether an interface may carry packets of others. The attribute was enable_ip_forwarding before version 4 of the
// Terraform provider, and is false where it is not given (azurerm_network_interface).
func forwards(b terraform.Body) audit.Flag {
	for _, name := range []string{"ip_forwarding_enabled", "enable_ip_forwarding"} {
		v := b.Get(name)
		if v.IsNull() {
			continue
		}
		is, ok := v.AsBool()
		if !ok {
			return audit.Unknown
		}
		return audit.FlagOf(is)
	}
	return audit.No
}
