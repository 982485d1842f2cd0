package standin

import (
	"slices"
	"strconv"
	"strings"
)

// Object is a native object, as Azure Resource Manager prints it.
type Object = map[string]any

// Subscription is a subscription with one resource group and one virtual network, in a form that a test can change by
// hand. Every field may be changed between two readings.
type Subscription struct {
	ID, ResourceGroup, Location string
	// Network is the name of the virtual network, Space its addresses.
	Network    string
	Space      []string
	Subnets    []*Subnet
	Groups     []*Group
	Interfaces []*Interface
	// AppGroups are names of application security groups.
	AppGroups []string
	// AdminRules are the rules of network managers that are in force on the network.
	AdminRules []*AdminRule
}

// Subnet is a subnet; Group is the id of its network security group, empty for none.
type Subnet struct {
	Name, Group string
	Prefixes    []string
}

// Group is a network security group.
type Group struct {
	Name  string
	Tags  map[string]string
	Rules []*Rule
}

// Rule is a security rule. Of prefixes and application security groups, ids of which AppGroups are, one is set on each side.
type Rule struct {
	Name, Description string
	Priority          int
	// Direction is "Inbound" or "Outbound", Access "Allow" or "Deny", Protocol "Tcp", "*".
	Direction, Access, Protocol    string
	Sources, Destinations          []string
	SourceAppGroups, DestAppGroups []string
	SourcePorts, Ports             []string
}

// Interface is a network interface, with the id of its network security group, empty for none, and the ids
// of its application security groups. That of an instance of a scale set has the name of the scale set, and is on no list but
// that of the scale set.
type Interface struct {
	Name, Subnet, Addr, Group string
	AppGroups                 []string
	ScaleSet                  string
}

// InterfaceID is the id of an interface (Azure REST API, network interfaces of virtual machine scale sets).
func (s *Subscription) InterfaceID(i *Interface) string {
	if i.ScaleSet == "" {
		return s.id("networkInterfaces/" + i.Name)
	}
	number := 0
	for _, o := range s.Interfaces {
		if o == i {
			break
		}
		if o.ScaleSet == i.ScaleSet {
			number++
		}
	}
	return "/subscriptions/" + s.ID + "/resourceGroups/" + s.ResourceGroup + "/providers/Microsoft.Compute/virtualMachineScaleSets/" + i.ScaleSet +
		"/virtualMachines/" + strconv.Itoa(number) + "/networkInterfaces/" + i.Name
}

// AdminRule is a security admin rule. Access is "Allow", "Deny" or "AlwaysAllow".
type AdminRule struct {
	Name                        string
	Priority                    int
	Direction, Access, Protocol string
	Sources, Destinations       []string // prefixes
	Ports                       []string
}

// GroupID is the id of a network security group, or of another resource of the network API by its type.
func (s *Subscription) GroupID(name string) string { return s.id("networkSecurityGroups/" + name) }

// AppGroupID is the id of an application security group.
func (s *Subscription) AppGroupID(name string) string {
	return s.id("applicationSecurityGroups/" + name)
}

// SubnetID is the id of a subnet.
func (s *Subscription) SubnetID(name string) string {
	return s.id("virtualNetworks/" + s.Network + "/subnets/" + name)
}

func (s *Subscription) id(path string) string {
	return "/subscriptions/" + s.ID + "/resourceGroups/" + s.ResourceGroup + "/providers/Microsoft.Network/" + path
}

// SubnetNamed returns a subnet; nil if there is none.
func (s *Subscription) SubnetNamed(name string) *Subnet {
	i := slices.IndexFunc(s.Subnets, func(n *Subnet) bool { return n.Name == name })
	if i < 0 {
		return nil
	}
	return s.Subnets[i]
}

// GroupWith returns the network security group with an id, which does not depend on case; nil if there is none.
func (s *Subscription) GroupWith(id string) *Group {
	i := slices.IndexFunc(s.Groups, func(g *Group) bool { return strings.EqualFold(s.GroupID(g.Name), id) })
	if i < 0 {
		return nil
	}
	return s.Groups[i]
}

// Objects returns what the subscription holds, as the API prints it, by the lists of the whole subscription and of its resource group.
func (s *Subscription) Objects() Objects {
	const api = "/providers/Microsoft.Network/"
	group := "/resourceGroups/" + s.ResourceGroup
	out := Objects{"/resourceGroups": {{"name": s.ResourceGroup}},
		group + api + "virtualNetworks/" + s.Network + "/listNetworkManagerEffectiveSecurityAdminRules": s.adminRules()}
	lists := map[string][]Object{"virtualNetworks": {s.network()}}
	for _, g := range s.Groups {
		lists["networkSecurityGroups"] = append(lists["networkSecurityGroups"], s.group(g))
	}
	for _, i := range s.Interfaces {
		if i.ScaleSet != "" {
			path := group + "/providers/Microsoft.Compute/virtualMachineScaleSets/" + i.ScaleSet + "/networkInterfaces"
			out[path] = append(out[path], s.networkInterface(i))
			continue
		}
		lists["networkInterfaces"] = append(lists["networkInterfaces"], s.networkInterface(i))
	}
	for _, name := range s.AppGroups {
		lists["applicationSecurityGroups"] = append(lists["applicationSecurityGroups"], Object{"id": s.AppGroupID(name), "name": name, "location": s.Location, "properties": Object{}})
	}
	for kind, list := range lists {
		out[api+kind], out[group+api+kind] = list, list
	}
	return out
}

func (s *Subscription) network() Object {
	subnets := []Object{}
	for _, n := range s.Subnets {
		p := Object{"addressPrefixes": n.Prefixes, "ipConfigurations": s.configurationsIn(n)}
		if len(n.Prefixes) == 1 {
			p["addressPrefix"] = n.Prefixes[0]
			delete(p, "addressPrefixes")
		}
		if n.Group != "" {
			p["networkSecurityGroup"] = reference(n.Group)
		}
		subnets = append(subnets, Object{"id": s.SubnetID(n.Name), "name": n.Name, "properties": p})
	}
	return Object{"id": s.id("virtualNetworks/" + s.Network), "name": s.Network, "location": s.Location,
		"properties": Object{"addressSpace": Object{"addressPrefixes": s.Space}, "subnets": subnets}}
}

func (s *Subscription) configurationsIn(n *Subnet) []Object {
	out := []Object{}
	for _, i := range s.Interfaces {
		if i.Subnet == n.Name {
			out = append(out, reference(s.InterfaceID(i)+"/ipConfigurations/ip"))
		}
	}
	return out
}

func reference(id string) Object { return Object{"id": id} }

func references(ids []string) []Object {
	out := []Object{}
	for _, id := range ids {
		out = append(out, reference(id))
	}
	return out
}

func (s *Subscription) group(g *Group) Object {
	rules, subnets, interfaces := []Object{}, []Object{}, []Object{}
	for _, r := range g.Rules {
		rules = append(rules, Object{"id": s.GroupID(g.Name) + "/securityRules/" + r.Name, "name": r.Name, "properties": r.properties()})
	}
	for _, n := range s.Subnets {
		if s.GroupWith(n.Group) == g {
			subnets = append(subnets, reference(s.SubnetID(n.Name)))
		}
	}
	for _, i := range s.Interfaces {
		if s.GroupWith(i.Group) == g {
			interfaces = append(interfaces, reference(s.InterfaceID(i)))
		}
	}
	return Object{"id": s.GroupID(g.Name), "name": g.Name, "location": s.Location, "tags": g.Tags,
		"properties": Object{"securityRules": rules, "defaultSecurityRules": standing(s.GroupID(g.Name)), "subnets": subnets, "networkInterfaces": interfaces}}
}

// properties is a rule as the API prints it: a field of one value in the singular, several in the plural.
func (r *Rule) properties() Object {
	p := Object{"priority": r.Priority, "direction": r.Direction, "access": r.Access, "protocol": r.Protocol}
	if r.Description != "" {
		p["description"] = r.Description
	}
	either(p, r.Sources, "sourceAddressPrefix", "sourceAddressPrefixes")
	either(p, r.Destinations, "destinationAddressPrefix", "destinationAddressPrefixes")
	either(p, r.SourcePorts, "sourcePortRange", "sourcePortRanges")
	either(p, r.Ports, "destinationPortRange", "destinationPortRanges")
	if len(r.SourceAppGroups) > 0 {
		p["sourceApplicationSecurityGroups"] = references(r.SourceAppGroups)
	}
	if len(r.DestAppGroups) > 0 {
		p["destinationApplicationSecurityGroups"] = references(r.DestAppGroups)
	}
	return p
}

func either(p Object, list []string, one, several string) {
	switch len(list) {
	case 0:
		p[several] = []string{}
	case 1:
		p[one], p[several] = list[0], []string{}
	default:
		p[several] = list
	}
}

// standing are the rules that every group has (network security groups overview, default security rules).
func standing(group string) []Object {
	var out []Object
	for _, r := range []Rule{
		{Name: "AllowVnetInBound", Priority: 65000, Direction: "Inbound", Access: "Allow", Sources: []string{"VirtualNetwork"}, Destinations: []string{"VirtualNetwork"}},
		{Name: "AllowAzureLoadBalancerInBound", Priority: 65001, Direction: "Inbound", Access: "Allow", Sources: []string{"AzureLoadBalancer"}, Destinations: []string{"*"}},
		{Name: "DenyAllInBound", Priority: 65500, Direction: "Inbound", Access: "Deny", Sources: []string{"*"}, Destinations: []string{"*"}},
		{Name: "AllowVnetOutBound", Priority: 65000, Direction: "Outbound", Access: "Allow", Sources: []string{"VirtualNetwork"}, Destinations: []string{"VirtualNetwork"}},
		{Name: "AllowInternetOutBound", Priority: 65001, Direction: "Outbound", Access: "Allow", Sources: []string{"*"}, Destinations: []string{"Internet"}},
		{Name: "DenyAllOutBound", Priority: 65500, Direction: "Outbound", Access: "Deny", Sources: []string{"*"}, Destinations: []string{"*"}},
	} {
		r.Protocol, r.SourcePorts, r.Ports = "*", []string{"*"}, []string{"*"}
		out = append(out, Object{"id": group + "/defaultSecurityRules/" + r.Name, "name": r.Name, "properties": r.properties()})
	}
	return out
}

func (s *Subscription) networkInterface(i *Interface) Object {
	ip := Object{"privateIPAddress": i.Addr, "privateIPAddressVersion": "IPv4", "primary": true, "subnet": reference(s.SubnetID(i.Subnet))}
	if len(i.AppGroups) > 0 {
		ip["applicationSecurityGroups"] = references(i.AppGroups)
	}
	id := s.InterfaceID(i)
	p := Object{"ipConfigurations": []Object{{"id": id + "/ipConfigurations/ip", "name": "ip", "properties": ip}}}
	if i.Group != "" {
		p["networkSecurityGroup"] = reference(i.Group)
	}
	return Object{"id": id, "name": i.Name, "location": s.Location, "properties": p}
}

func (s *Subscription) adminRules() []Object {
	out := []Object{}
	for _, r := range s.AdminRules {
		out = append(out, Object{"kind": "Custom", "id": s.id("networkManagers/m/securityAdminConfigurations/c/ruleCollections/r/rules/" + r.Name),
			"properties": Object{"priority": r.Priority, "direction": r.Direction, "access": r.Access, "protocol": r.Protocol, "sources": prefixItems(r.Sources), "destinations": prefixItems(r.Destinations),
				"sourcePortRanges": []string{"0-65535"}, "destinationPortRanges": r.Ports}})
	}
	return out
}

func prefixItems(prefixes []string) []Object {
	out := []Object{}
	for _, p := range prefixes {
		out = append(out, Object{"addressPrefix": p, "addressPrefixType": "IPPrefix"})
	}
	return out
}
