package azure

import (
	"maps"
	"net/netip"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/terraform"
)

// network adds a virtual network, its subnets and its peerings.
func (n *native) network(o object) {
	id := o.text("id")
	n.networks = append(n.networks, strings.ToLower(id))
	body := newBody(o, id)
	space, _ := o.object("addressspace")
	n.setPrefixes(&body, space, "address_space", id)
	n.add(typeNetwork, id, body)
	subnets, ok := o.objects("subnets")
	if !ok || !o.has("subnets") {
		n.broken(KindNetworks, "the subnets of "+id+" are missing or could not be read")
	}
	for _, s := range subnets {
		n.subnet(id, s)
	}
	peerings, ok := o.objects("virtualnetworkpeerings")
	if !ok {
		n.lost(id, "virtualNetworkPeerings", "the peerings of a virtual network could not be read")
	}
	for _, p := range peerings {
		n.peering(id, p)
	}
}

// subnet adds a subnet.
func (n *native) subnet(network string, o object) {
	id := o.text("id")
	if id == "" {
		n.broken(KindNetworks, "a subnet of "+network+" has no id")
		return
	}
	body := newBody(o, id)
	p, _ := parseID(network)
	if len(p.names) > 0 {
		body.Set("virtual_network_name", terraform.String(p.names[0]))
	}
	n.setPrefixes(&body, o, "address_prefixes", id)
	if gateways, ok := o.refs("applicationgatewayipconfigurations"); ok && len(gateways) > 0 {
		body.Set(attrAppGateway, terraform.Bool(true))
	}
	n.add(typeSubnet, id, body)
	n.policies[strings.ToLower(id)] = strings.ToLower(o.text("privateendpointnetworkpolicies"))
	n.holderSays(o, id, typeSubnetGroup)
	n.exempt(network, o)
	cards, ok := o.refs("ipconfigurations")
	if !ok {
		n.complete = false
		n.lost(id, "ipConfigurations", "the interfaces in a subnet could not be read")
	}
	for _, c := range cards {
		if card, ok := holderOf(c, "ipConfigurations"); ok && strings.Contains(card, "/networkinterfaces/") {
			n.mentioned[card] = true
		}
	}
}

// exempt notes subnets on which no admin rule is in force: those of application gateways, Azure Bastion,
// Azure Firewall, Route Server and of gateways ("Security admin rules in Azure Virtual
// Network Manager", nonapplication of security admin rules).
func (n *native) exempt(network string, o object) {
	names := []string{"GatewaySubnet", "AzureBastionSubnet", "AzureFirewallSubnet", "AzureFirewallManagementSubnet", "RouteServerSubnet"}
	named := slices.ContainsFunc(names, func(name string) bool { return strings.EqualFold(name, o.text("name")) })
	gateways, ok := o.refs("applicationgatewayipconfigurations")
	if named || len(gateways) > 0 || !ok {
		network = strings.ToLower(network)
		n.gateways[network] = append(n.gateways[network], strings.ToLower(o.text("id")))
	}
	if strings.EqualFold(o.text("name"), names[0]) {
		n.find(model.Finding{Severity: model.Info, Code: "gateway-network", Origin: model.Origin{Object: o.text("id")},
			Summary: "behind the gateway of a virtual network there are addresses that the service tag VirtualNetwork holds and that are not known here",
			Advice:  "do not take the answer for the internet for that of networks behind the gateway"})
	}
}

// peering adds a peering, for the addresses at its other end.
func (n *native) peering(network string, o object) {
	id := o.text("id")
	if id == "" {
		n.lost(network, "virtualNetworkPeerings", "a peering has no id")
		return
	}
	body := newBody(o, id)
	space, ok := o.object("remotevirtualnetworkaddressspace")
	if !ok {
		space, _ = o.object("remoteaddressspace")
	}
	n.setPrefixes(&body, space, attrRemote, id)
	if remote, ok := o.ref("remotevirtualnetwork"); ok && remote != "" {
		body.Set("remote_virtual_network_id", terraform.String(remote))
	}
	n.add(typePeering, id, body)
}

// setPrefixes sets an attribute to the address blocks of an object.
func (n *native) setPrefixes(body *terraform.Body, o object, attribute, id string) {
	var one string
	var many []string
	ok := o.read("addressprefix", &one) && o.read("addressprefixes", &many)
	if one != "" && !slices.Contains(many, one) {
		many = append(many, one)
	}
	slices.Sort(many)
	isBlock := func(s string) bool {
		_, err := netip.ParsePrefix(s)
		return err == nil
	}
	if !ok || len(many) == 0 || slices.ContainsFunc(many, func(s string) bool { return !isBlock(s) }) {
		n.lost(id, "addressPrefixes", "the address blocks are missing or could not be read")
		body.Set(attribute, terraform.Unknown("its address blocks could not be read"))
		return
	}
	body.Set(attribute, terraform.Strings(many...))
}

// networkInterface adds a network interface and the groups that it is in.
func (n *native) networkInterface(o object) {
	id := o.text("id")
	n.interfaces[strings.ToLower(id)] = true
	body := newBody(o, id)
	configurations, ok := o.objects("ipconfigurations")
	if !ok || len(configurations) == 0 {
		n.complete = false
		n.lost(id, "ipConfigurations", "the addresses and the groups of a network interface could not be read")
		body.Set("ip_configuration", terraform.Unknown("it could not be read"))
	}
	var forwards bool
	if o.has("enableipforwarding") && o.read("enableipforwarding", &forwards) {
		body.Set("ip_forwarding_enabled", terraform.Bool(forwards))
	}
	if o.has("privateendpoint") {
		body.Set(attrEndpoint, terraform.Bool(true))
	}
	groups := map[string]int{}
	uncertain := ""
	for _, c := range configurations {
		var k terraform.Body
		k.Set("name", terraform.String(c.text("name")))
		if a, err := netip.ParseAddr(c.text("privateipaddress")); err == nil && a.Zone() == "" {
			k.Set("private_ip_address", terraform.String(a.String()))
		} else {
			n.lost(id, "privateIPAddress", "an address of a network interface is missing or could not be read")
			uncertain = "not all its addresses are known"
			k.Set("private_ip_address", terraform.Unknown(uncertain))
		}
		if s, ok := c.ref("subnet"); ok && s != "" {
			k.Set("subnet_id", terraform.String(s))
			if o.has("privateendpoint") {
				n.endpoints[s] = append(n.endpoints[s], c.text("privateipaddress"))
			}
		}
		setPublic(&k, c)
		ids, ok := c.refs("applicationsecuritygroups")
		if !ok {
			n.complete = false
			k.Set(attrAppGroups, terraform.Unknown("its application security groups could not be read"))
			n.lost(id, "applicationSecurityGroups", "the application security groups of a network interface could not be read")
		}
		body.Blocks = append(body.Blocks, terraform.Block{Type: "ip_configuration", Body: k})
		for _, g := range slices.Compact(slices.Sorted(slices.Values(ids))) {
			groups[g]++
		}
	}
	n.add(typeInterface, id, body).Uncertain = uncertain
	n.holderSays(o, id, typeInterfaceGroup)
	n.memberships(id, groups, len(configurations))
}

// setPublic says which public address a configuration of an interface has, and whether a load balancer sends to it.
func setPublic(k *terraform.Body, c object) {
	id, ok := c.ref("publicipaddress")
	switch {
	case !ok:
		k.Set("public_ip_address_id", terraform.Unknown("it could not be read"))
	case id != "":
		k.Set("public_ip_address_id", terraform.String(id))
		held, _ := c.object("publicipaddress")
		if a, err := netip.ParseAddr(held.text("ipaddress")); err == nil {
			k.Set(attrPublic, terraform.String(a.String()))
		}
		sku, _ := held.object("sku")
		if name := sku.text("name"); name != "" {
			k.Set(attrSKU, terraform.String(name))
		}
	}
	for _, field := range []string{"loadbalancerbackendaddresspools", "loadbalancerinboundnatrules"} {
		if to, ok := c.refs(field); !ok || len(to) > 0 {
			k.Set(attrBalanced, terraform.Bool(true))
		}
	}
}

// setUnfiltered says which addresses of a subnet its group does not filter: those of private endpoints, unless the
// subnet puts them under its policies, which it does not by default ("Manage network policies for
// private endpoints").
func (n *native) setUnfiltered(b *terraform.Body, subnet string) {
	addrs := slices.DeleteFunc(slices.Sorted(slices.Values(n.endpoints[subnet])), func(s string) bool { return s == "" })
	if len(addrs) == 0 {
		return
	}
	for i, text := range addrs {
		if a, err := netip.ParseAddr(text); err == nil {
			addrs[i] = netip.PrefixFrom(a, a.BitLen()).String()
		}
	}
	switch policies := n.policies[subnet]; {
	case policies == "enabled", policies == "networksecuritygroupenabled":
	case isPast(policies):
		b.Set(attrUnfiltered, terraform.Strings(addrs...))
	default:
		b.Set(attrPerhaps, terraform.Strings(addrs...))
	}
}

// settleEndpoint says of a private endpoint's interface whether the groups of its subnets do not filter it; see [native.setUnfiltered].
func (n *native) settleEndpoint(r *terraform.Resource) {
	if is, _ := r.Get(attrEndpoint).AsBool(); !is {
		return
	}
	past := false
	for _, k := range r.BlocksOf("ip_configuration") {
		subnet, _ := k.Body.Get("subnet_id").AsString()
		if past = isPast(n.policies[strings.ToLower(subnet)]); !past {
			break
		}
	}
	r.Set(attrPast, terraform.Bool(past))
}

// isPast reports whether a subnet's policies for private endpoints surely leave its group out.
func isPast(policies string) bool { return policies == "disabled" || policies == "routetableenabled" }

// memberships adds the associations of an interface with application security groups. Azure has them for each
// IP configuration, azurerm for the interface: where they differ, it is unknown who is in the group.
func (n *native) memberships(card string, groups map[string]int, configurations int) {
	for _, g := range slices.Sorted(maps.Keys(groups)) {
		if g == "" {
			continue
		}
		id := strings.ToLower(card) + "|" + g
		var b terraform.Body
		b.Set("id", terraform.String(id))
		b.Set("network_interface_id", terraform.String(strings.ToLower(card)))
		b.Set("application_security_group_id", terraform.String(g))
		r := n.add(typeMembership, id, b)
		r.Name = labelOf(card) + " in " + labelOf(g)
		if groups[g] < configurations {
			r.Uncertain = "only some of its addresses are in the group"
			n.find(model.Finding{Severity: model.Warning, Code: "not-modelled", Origin: model.Origin{Object: card},
				Summary: "only some of the addresses of a network interface are in application security group " + g + ", so that answers about the group are unknown",
				Advice:  "put all IP configurations of the interface in the same groups"})
		}
	}
}

// appGroup adds an application security group.
func (n *native) appGroup(o object) {
	id := o.text("id")
	n.add(typeAppGroup, id, newBody(o, id))
}
