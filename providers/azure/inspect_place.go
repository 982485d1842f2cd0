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
	i.gateways = i.appGateways()
	whole := map[inside]model.Group{} // subnets that are resources
	for _, r := range i.module.Resources {
		if r.Type != typeSubnet {
			continue
		}
		n := audit.Subnet{Object: i.object(r, audit.SubnetKind), Addrs: blocksOf(r.Body, "address_prefixes", "address_prefix")}
		n.Network = i.networkOf(r)
		if is, _ := r.Get(attrAppGateway).AsBool(); is {
			n.Role = roleAppGateway
		}
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
	n.Role = cmp.Or(n.Role, roleOf(n.Name))
	if i.gateways[n.Key] {
		n.Role = cmp.Or(n.Role, roleAppGateway)
	}
	i.estate.Subnets = append(i.estate.Subnets, n)
}

// privateEndpoint is what has the interface of a private endpoint.
const privateEndpoint = "private endpoint"

// roleAppGateway is the role of a subnet in which an application gateway is, where nothing else may be ("Application Gateway infrastructure
// configuration").
const roleAppGateway = "application gateway"

// appGateways is the subnets in which there are application gateways, by key.
func (i *inspector) appGateways() map[model.Group]bool {
	out := map[model.Group]bool{}
	for _, r := range i.module.Resources {
		if r.Type == "azurerm_application_gateway" {
			for _, k := range r.BlocksOf("gateway_ip_configuration") {
				out[i.keyAt(k.Body.Get("subnet_id"))] = true
			}
		}
	}
	return out
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
	balancers := i.balancers()
	for _, r := range i.module.Resources {
		switch {
		case r.Type == typeInterface:
			x := i.interfaceAt(r, r.Body, balancers)
			x.What = "interface"
			if is, _ := r.Get(attrEndpoint).AsBool(); is {
				x.What = privateEndpoint
				x.Past, _ = r.Get(attrPast).AsBool()
			}
			i.estate.Interfaces = append(i.estate.Interfaces, x)
		case strings.HasSuffix(r.Type, "_scale_set"):
			if blocks := r.BlocksOf("network_interface"); len(blocks) > 0 { // further ones would have the same key
				x := i.interfaceAt(r, blocks[0].Body, nil)
				x.What, x.Addrs = "scale set", model.AddrSet{}
				i.estate.Interfaces = append(i.estate.Interfaces, x)
			}
		}
	}
}

// interfaceAt describes an interface of a resource, to which load balancers may send that are not in it.
func (i *inspector) interfaceAt(r terraform.Resource, b terraform.Body, by map[model.Group][]balancer) audit.Interface {
	x := audit.Interface{Object: i.object(r, audit.InterfaceKind)}
	x.Firewalls = append(x.Firewalls, i.onto[x.Key]...)
	x.NotAll = cmp.Or(i.perhaps[x.Key], i.perhaps[""])
	if !isNative(r) && len(x.Firewalls) == 0 {
		x.NotAll = cmp.Or(x.NotAll, "Terraform does not say whether a group is attached elsewhere")
	}
	known := !b.Open("ip_configuration")
	var held []netip.Addr
	public := publicity{balanced: audit.No, maybe: b.Open("ip_configuration")}
	public.balance(by[""], audit.Unknown)
	public.balance(by[x.Key], audit.Yes)
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
		i.publish(&public, k.Body)
	}
	if known {
		x.Addrs = model.Addrs(held...)
	}
	public.tell(&x)
	x.Forwards = forwards(b)
	return x
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
