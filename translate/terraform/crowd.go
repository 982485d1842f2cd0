package tfsource

import (
	"slices"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
	"github.com/crosswall/crosswall/providers"
)

// part is what one provider makes of a module.
type part struct {
	provider   string
	policy     model.Policy
	population providers.Population
	relation   providers.Relation // zero where the provider does not say
	unfiltered []providers.Allowance
	estate     audit.Estate // without anything where it is not asked for
}

// crowd is everybody whom the rules of a module can tell apart, of all
// providers.
type crowd struct {
	parties  []party
	together [][]int // parties that some endpoint belongs to at once
	// endpoints are those that are told one by one.
	endpoints []endpoint
	// places are the addresses of groups that the policy names.
	places map[model.Group]model.Selector
	// known are the addresses of groups that the policy has in their place.
	known map[model.Group]model.Selector
	// stages are the parts of firewalls that the policy stands for or that were not read.
	stages []stage
	// standing is the addresses of every subnet, named or not.
	standing model.AddrSet
	// perhaps is the addresses that a subnet has perhaps, because its own are not known.
	perhaps model.AddrSet
	// strangers are groups that endpoints of no party are in.
	strangers []model.Group
	taken     model.AddrSet
	// unfiltered passes whatever the rules say.
	unfiltered []providers.Allowance
	bare       map[model.Group]model.Layer
	// grounds are subnets as parties; they are none unless two clouds are compared.
	grounds []party
	// joining are the groups in which an endpoint may be together with others, although nothing says so.
	joining map[model.Group]bool
	// named are the groups that the policy names.
	named map[model.Group]bool
	// clouds are the providers.
	clouds []string
	// networks is how many networks the reading makes.
	networks int
	// unread are the kinds of native objects that were not read, or not all of them.
	unread map[native]bool
}

// native is a kind of native objects of a provider.
type native struct{ provider, kind string }

type party struct {
	providers.Party
	providers.Kin
	provider string
	// ground is whether it is a subnet as a party.
	ground bool
}

// size is the number of groups that an endpoint could be in.
func (c crowd) size() int { return len(c.parties) }

// assemble puts the policies of all providers into one. Where there are several, groups
// get the provider's name in front, as two clouds may call different things the same.
func assemble(parts []part) (model.Policy, crowd) {
	var p model.Policy
	c := crowd{places: map[model.Group]model.Selector{}, known: map[model.Group]model.Selector{}, bare: map[model.Group]model.Layer{}, named: map[model.Group]bool{}, joining: map[model.Group]bool{}}
	for _, one := range parts {
		rename := renaming(one, parts)
		renamed := func(p model.Policy) model.Policy {
			if len(parts) == 1 {
				return p
			}
			return withGroups(p, func(g model.Group) model.Selector { return rename(g) })
		}
		p.Layers = append(p.Layers, renamed(one.policy).Layers...)
		c.add(one, rename)
		for g, l := range one.population.Bare {
			c.bare[rename(g)] = renamed(model.Policy{Layers: []model.Layer{l}}).Layers[0]
		}
	}
	return p, c
}

// renaming is what the groups of a part are called among several.
func renaming(one part, parts []part) func(model.Group) model.Group {
	if len(parts) > 1 {
		return func(g model.Group) model.Group { return model.Group(one.provider+" ") + g }
	}
	return func(g model.Group) model.Group { return g }
}

func (c *crowd) add(one part, rename func(model.Group) model.Group) {
	first := len(c.parties)
	c.clouds = append(c.clouds, one.provider)
	c.networks += one.population.Networks
	for i, p := range one.population.Parties {
		p.Groups = renameAll(p.Groups, rename)
		joined := party{Party: p, provider: one.provider}
		if i < len(one.relation.Kin) {
			joined.Kin = one.relation.Kin[i]
		}
		c.parties = append(c.parties, joined)
		for _, g := range p.Groups {
			some, known := c.joining[g]
			c.joining[g] = p.Joins != providers.JoinsNone && (some || !known) // all who are in it
		}
	}
	for _, g := range one.relation.Grounds {
		g.Groups = renameAll(g.Groups, rename)
		c.grounds = append(c.grounds, party{Party: g.Party, Kin: g.Kin, provider: one.provider, ground: true})
	}
	for _, set := range one.population.Together {
		moved := make([]int, len(set))
		for i, n := range set {
			moved[i] = first + n
		}
		c.together = append(c.together, moved)
	}
	for g, s := range one.population.Known {
		c.known[rename(g)] = s
	}
	for _, s := range one.population.Stages {
		c.stages = append(c.stages, stage{s, one.provider})
	}
	for _, e := range one.population.Endpoints {
		moved := make([]int, len(e.Parties))
		for i, n := range e.Parties {
			moved[i] = first + n
		}
		e.Parties = moved
		c.endpoints = append(c.endpoints, endpoint{e, one.provider})
	}
	for _, s := range one.population.Places {
		c.standing = c.standing.Union(sureAddrs(s))
		c.perhaps = c.perhaps.Union(model.Inventory{}.Resolve(s).May.Rest())
	}
	for _, chain := range providers.ChainsOf(one.policy) {
		guard, rules := providers.GroupsOfChain(chain)
		for _, g := range slices.Concat(guard, rules) {
			c.named[rename(g)] = true
			if s, ok := one.population.Places[g]; ok {
				c.places[rename(g)] = s
			}
		}
	}
	c.strangers = append(c.strangers, renameAll(one.population.Strangers, rename)...)
	c.taken = c.taken.Union(one.population.Taken)
	c.unfiltered = append(c.unfiltered, one.unfiltered...)
}

func renameAll(gs []model.Group, rename func(model.Group) model.Group) []model.Group {
	out := make([]model.Group, len(gs))
	for i, g := range gs {
		out[i] = rename(g)
	}
	return out
}

// addrs returns every address of the places that the policy names.
func (c crowd) addrs() model.AddrSet {
	var out model.AddrSet
	for _, s := range c.places {
		out = out.Union(sureAddrs(s))
	}
	return out
}

// sites returns the addresses of the subnets among the places that the policy names. Other places are there
// whoever names them: the addresses behind a service tag or in a prefix list. Where a
// provider does not say which are subnets, all count.
func (c crowd) sites() model.AddrSet {
	if !slices.ContainsFunc(c.parties, func(p party) bool { return p.Kin != providers.Kin{} }) && len(c.grounds) == 0 {
		return c.addrs()
	}
	var grounds model.AddrSet
	for _, g := range c.grounds {
		grounds = grounds.Union(g.Addrs)
	}
	return c.addrs().Intersect(grounds)
}

// sureAddrs returns the addresses that a place has for sure.
func sureAddrs(s model.Selector) model.AddrSet {
	return model.Inventory{}.Resolve(s).Must.Rest()
}
