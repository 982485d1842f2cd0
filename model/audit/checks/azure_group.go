package checks

import (
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
)

// isTag reports whether a selector is a service tag of Azure.
func isTag(s model.Selector, tag string) bool {
	g, ok := s.(model.Group)
	return ok && strings.HasSuffix(string(g), "tag:"+tag)
}

// rulesAt returns the rules of a firewall that were made of the one with an origin.
func rulesAt(f *audit.Firewall, d model.Direction, o model.Origin) []model.Rule {
	var out []model.Rule
	for _, c := range f.Chains(d) {
		for _, r := range c.Rules {
			if r.Origin == o {
				out = append(out, r)
			}
		}
	}
	return out
}

// interfacesBySubnet returns the interfaces in each subnet.
func interfacesBySubnet(s *audit.Subject) map[model.Group][]*audit.Interface {
	out := map[model.Group][]*audit.Interface{}
	for i := range s.Estate.Interfaces {
		for _, k := range s.Estate.Interfaces[i].Subnets {
			out[k] = append(out[k], &s.Estate.Interfaces[i])
		}
	}
	return out
}

// vnetsOf returns the virtual networks that a group is on, by the subnets and interfaces that have it.
func vnetsOf(s *audit.Subject, f *audit.Firewall) []*audit.Network {
	var out []*audit.Network
	seen := map[model.Group]bool{}
	on := func(subnet model.Group) {
		n, ok := s.Subnet(subnet)
		if !ok || seen[n.Network] {
			return
		}
		seen[n.Network] = true
		if net, ok := s.Network(n.Network); ok {
			out = append(out, net)
		}
	}
	for _, u := range f.Users {
		on(u.Key)
		if x, ok := s.Interface(u.Key); ok {
			for _, k := range x.Subnets {
				on(k)
			}
		}
	}
	return out
}

// vnetSpace is the addresses of the virtual networks that a group is on and of their peers; empty: not all are known.
func vnetSpace(s *audit.Subject, f *audit.Firewall) model.AddrSet {
	var out model.AddrSet
	for _, n := range vnetsOf(s, f) {
		if n.Addrs.IsEmpty() {
			return model.AddrSet{}
		}
		out = out.Union(n.Addrs)
		for _, p := range n.Peers {
			if p.Addrs.IsEmpty() {
				return model.AddrSet{}
			}
			out = out.Union(p.Addrs)
		}
	}
	return out
}

// groupPlaces is the addresses of those who have a group; all where they are not known.
func groupPlaces(s *audit.Subject, f *audit.Firewall) model.AddrSet {
	var out model.AddrSet
	if f.NotAll != "" {
		return model.AllAddrs()
	}
	for _, u := range f.Users {
		at := model.AddrSet{}
		if n, ok := s.Subnet(u.Key); ok {
			at = n.Addrs
		} else if x, ok := s.Interface(u.Key); ok {
			at = x.Addrs
		}
		if at.IsEmpty() {
			return model.AllAddrs()
		}
		out = out.Union(at)
	}
	if out.IsEmpty() {
		return model.AllAddrs()
	}
	return out
}

// nsgInventory is an inventory of the members of a group, here, and of their neighbours in the virtual network and behind its gateways, at some
// addresses; empty: any. Whoever else there is, is on the Internet.
// Whether either is in another group that rules name is not known.
func nsgInventory(f *audit.Firewall, here model.Identity, space model.AddrSet) model.Inventory {
	inv := model.Inventory{Members: []model.Member{{ID: here, ClientPorts: model.AllPorts()}, {ID: neighbour, Addrs: space, ClientPorts: model.AllPorts()}},
		Groups: map[model.Group]model.Selector{}, OutsideClientPorts: model.AllPorts()}
	for _, g := range nsgGroups(f) {
		switch {
		case isTag(g, "VirtualNetwork"):
			inv.Groups[g] = model.Identities{here, neighbour}
		case isTag(g, "Internet"):
			inv.Groups[g] = model.Identities{model.Outside}
		case strings.Contains(string(g), "tag:"): // services, which are not in the virtual network
			inv.Groups[g] = model.Maybe{Selector: model.Identities{model.Outside}, Why: "which addresses " + string(g) + " stands for"}
		default:
			inv.Groups[g] = model.Maybe{Selector: model.Identities{here, neighbour}, Why: "who is in " + string(g)}
		}
	}
	return inv
}

// nsgGroups returns the groups that the rules of a firewall name, each at least once.
func nsgGroups(f *audit.Firewall) []model.Group {
	var out []model.Group
	for _, c := range f.AllChains() {
		for _, r := range c.Rules {
			for leaf := range model.Leaves(model.And{r.Target, r.Peer}) {
				if g, ok := leaf.(model.Group); ok {
					out = append(out, g)
				}
			}
		}
	}
	return out
}

// resourceGroupOf is the resource group in the id of an object of Azure; empty where the id is none.
func resourceGroupOf(id string) string {
	parts := strings.Split(id, "/")
	for i := 1; i+1 < len(parts); i++ {
		if strings.EqualFold(parts[i], "resourceGroups") {
			return parts[i+1]
		}
	}
	return ""
}

// nsgsAmong returns the keys that are of network security groups, or of something that was not read.
func nsgsAmong(s *audit.Subject, keys []model.Group) []model.Group {
	var out []model.Group
	for _, k := range keys {
		if f, ok := s.Firewall(k); !ok || f.Kind == audit.NetworkSecurityGroup {
			out = append(out, k)
		}
	}
	return out
}

// nameIn is what to call an object in a sentence of a finding, which has its id beside it.
func nameIn(o audit.Object) string {
	if o.Address == "" && o.Name != "" {
		return o.Name
	}
	return o.Label()
}

// fewOf names a few of some things by their labels, without the paths that ids of Azure are.
func fewOf(labels []string) string {
	const few = 3
	labels = slices.Clone(labels)
	for i, l := range labels {
		labels[i], _, _ = strings.Cut(l, " (/")
	}
	if len(labels) <= few {
		return strings.Join(labels, ", ")
	}
	return strings.Join(labels[:few], ", ") + " and others"
}
