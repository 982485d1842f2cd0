package providers

import (
	"maps"
	"slices"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/terraform"
)

// Populated is a [Provider] that says who stands behind the groups of the policies that it
// decodes, as far as resources tell: what a comparison of resources with
// each other, without workloads, is about.
type Populated interface {
	// Owns reports whether resources of a type are of this cloud.
	Owns(resourceType string) bool
	// Population returns who there is, for a module and the policy that Decode
	// makes of it. Every group that the policy names is in it.
	Population(terraform.Module, model.Policy) Population
}

// Population is who the rules of a module can tell apart.
type Population struct {
	// Parties are sorted by label; no two share a label or an address.
	Parties []Party
	// Together holds parties, by index, that some endpoint belongs to at once, of those that are not
	// among Endpoints.
	Together [][]int
	// Endpoints are those that the module tells one by one, in any order: what is compared of them
	// is what they belong to.
	Endpoints []Endpoint
	// Places are groups that are known by their addresses: subnets.
	Places map[model.Group]model.Selector
	// Known are the addresses of groups that the policy has in their place, and that another module may
	// name: prefix lists by their ids.
	Known map[model.Group]model.Selector
	// Stages says of which parts of the cloud's firewall the policy stands for anything, and which were not read. A part
	// without an entry is one of which the module has nothing to say.
	Stages []Stage
	// Strangers are groups that every endpoint of no party is in.
	Strangers []model.Group
	// Taken is addresses that no stranger holds.
	Taken model.AddrSet
	// Bare is what judges the members of a group of which nothing is written:
	// a security group without rules admits nothing. Groups without an entry are then not
	// filtered. A layer names no group but its own.
	Bare map[model.Group]model.Layer
	// Networks is how many networks the module makes.
	Networks int
}

// Stage is a part of a cloud's firewall that decides about traffic by itself, such as network ACLs beside security groups.
type Stage struct {
	// Name is what to call it: "network ACLs".
	Name string
	// Unread is whether nothing of it was read.
	Unread bool
	// Doubt names the layers or chains of the policy that hold doubt in place of what was not read, and nothing else. Stages may
	// share them. Of a stage of which something was read, they stand for the rest. An unread stage without any is left out of the
	// policy altogether: it is unknown where another module has read it.
	Doubt []string
	// Advice says how to read it; empty: there is nothing to advise.
	Advice string
}

// Endpoint is something with addresses that belongs to parties: a network interface, or what has one. ID, Address,
// Name and, where these fail, Addrs tell whether an endpoint of another module is the same; they are empty where they
// are not known.
type Endpoint struct {
	// Label is what to call it.
	Label string
	// Address is that of its resource, ID the cloud's; Name is unique among things of its kind, and begins
	// with the kind.
	Address, ID, Name string
	// Parties are those that it belongs to, by index, in any order. Nothing is told of an endpoint without any,
	// unless it is known elsewhere to be in some.
	Parties []int
	// Unsure says why it may belong to other parties besides; empty: it does not.
	Unsure string
	// Addrs is every address that it holds; empty: not known.
	Addrs model.AddrSet
	// Network is the network that it is in, in the cloud's words: the id of a VPC, of a virtual network, the name of
	// a VPC network with its project before it where that is known. Empty: not known.
	Network string
}

// Party is endpoints that rules name together: the members of a security group, the
// machines with a tag. Address, ID and Name tell whether a party of another module is the
// same; they are empty where they are not known.
type Party struct {
	// Label is what to call it.
	Label string
	// Address is that of its resource, ID the cloud's; Name is unique among
	// things of its kind, and begins with the kind.
	Address, ID, Name string
	// Groups are what the policy calls it, in whatever ways, and what else it is part of.
	Groups []model.Group
	// Addrs is every address that it may hold; empty: not known.
	Addrs model.AddrSet
	// Within is addresses of which those that it may hold are some, where Addrs is empty: those of its network, whoever has them. Empty: not known.
	Within model.AddrSet
	// Made is whether the module makes it, so that without the module it is not there. Others
	// are there whether they are named or not.
	Made bool
	// ComesAlong is whether it comes with a network that the module makes and is not Made: without that network it is not
	// there.
	ComesAlong bool
	// Idle is whether it is known that nobody is in it at the time: a live security group that no
	// interface has.
	Idle bool
	// Mark is whether it is no endpoint by itself, but something that others
	// have, as a network tag, or a security group all of whose members are among the Endpoints.
	Mark bool
	// Unruled is whether it has rules of its own that the module does not hold: what comes and goes with
	// joining it is not known.
	Unruled bool
	// Joins says which other parties an endpoint of it may be in although no resource says so.
	Joins Joining
	// Roll is what Endpoints tell of who is in it.
	Roll Roll
}

// Roll is what the [Endpoint] values of a population tell of who is in a party.
type Roll uint8

const (
	// RollUnknown tells nothing: an endpoint may be in the party without saying so.
	RollUnknown Roll = iota
	// RollOfEndpoints tells of each of the Endpoints, but for those that are Unsure, whether it is in the party.
	// There may be other endpoints.
	RollOfEndpoints
	// RollOfAll is likewise, and there are no others.
	RollOfAll
)

// GroupsOf returns the groups that a selector names, sorted, each once.
func GroupsOf(s model.Selector) []model.Group {
	var out []model.Group
	for leaf := range model.Leaves(s) {
		if g, ok := leaf.(model.Group); ok {
			out = append(out, g)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// ChainsOf returns every chain of a policy, layer by layer, ingress first.
func ChainsOf(p model.Policy) []model.Chain {
	var out []model.Chain
	for _, l := range p.Layers {
		out = append(append(out, l.Ingress...), l.Egress...)
	}
	return out
}

// GroupsOfChain returns the groups that a chain names, sorted, each once: in its guard, and in its
// rules.
func GroupsOfChain(c model.Chain) (guard, rules []model.Group) {
	named := map[model.Group]bool{} // by hundreds of thousands of rules
	for _, r := range c.Rules {
		for _, s := range [...]model.Selector{r.Target, r.Peer} {
			if g, ok := s.(model.Group); ok {
				named[g] = true
				continue
			}
			for _, g := range GroupsOf(s) {
				named[g] = true
			}
		}
	}
	return GroupsOf(model.Or{c.Guard.Target, c.Guard.Peer}), slices.Sorted(maps.Keys(named))
}
