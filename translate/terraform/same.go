package tfsource

import (
	"maps"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/terraform"
)

// Names is what the rules of a module call its parties and places.
type Names struct {
	crowd  crowd
	places map[model.Group]model.Selector
	// pieces are the parts of firewalls.
	pieces []piece
}

// NamesIn returns the names in a module, of which the provider's Decode made the policy. There are none
// where the provider is no [providers.Populated].
func NamesIn(p providers.Provider, m terraform.Module, policy model.Policy) Names {
	populated, ok := p.(providers.Populated)
	if !ok {
		return Names{}
	}
	one := part{provider: p.Name(), policy: policy, population: populated.Population(m, policy)}
	if x, ok := p.(providers.Related); ok {
		one.relation = x.Relate(m, one.population)
	}
	_, c := assemble([]part{one})
	return Names{crowd: c, places: one.population.Places, pieces: piecesOf([]providers.Provider{p}, m)}
}

// Names returns the names in a reading.
func (in Input) Names() Names {
	return Names{crowd: in.crowd, places: in.crowd.places, pieces: in.pieces}
}

// Same returns, for the groups of other, what they are called in n: parties are the same as [Merge]
// has it. Groups without a counterpart have no entry.
func (n Names) Same(other Names) map[model.Group][]model.Group {
	out := map[model.Group][]model.Group{}
	for i, j := range match(n.crowd.parties, other.crowd.parties) {
		for _, g := range other.crowd.parties[i].Groups {
			out[g] = append(out[g], n.crowd.parties[j].Groups...)
		}
	}
	for g := range out {
		slices.Sort(out[g])
		out[g] = slices.Compact(out[g])
	}
	return out
}

// Unmatched returns the groups of n that have no counterpart in other, sorted.
func (n Names) Unmatched(other Names) []model.Group {
	found := map[int]bool{}
	for _, j := range match(n.crowd.parties, other.crowd.parties) {
		found[j] = true
	}
	var out []model.Group
	for j, p := range n.crowd.parties {
		if !found[j] && !p.Rest {
			out = append(out, p.Groups...)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Members returns, for groups whose members are all known by their addresses, which these are; without addresses for
// those that are known to have no members. What is everybody in a network, or everybody in none, is known by the addresses that
// networks have.
func (n Names) Members() map[model.Group]model.Selector {
	out := map[model.Group]model.Selector{}
	held, open := map[model.Group]model.AddrSet{}, map[model.Group]bool{}
	for _, p := range n.crowd.parties {
		for _, g := range p.Groups {
			switch {
			case p.Idle:
				held[g] = held[g].Union(model.AddrSet{})
			case p.Rest || p.Addrs.IsEmpty():
				open[g] = true
			default:
				held[g] = held[g].Union(p.Addrs)
			}
		}
	}
	for g, addrs := range held {
		switch {
		case open[g]:
		case addrs.IsEmpty():
			out[g] = model.Identities{}
		default:
			out[g] = model.At{Addrs: addrs}
		}
	}
	n.crowd.outsiders(out)
	return out
}

// outsiders adds the groups of whoever is in no network, and those of everybody who is in one, of clouds that have such
// groups; where a network has addresses that are not known, neither is.
func (c crowd) outsiders(out map[model.Group]model.Selector) {
	unplaced := slices.ContainsFunc(c.parties, func(p party) bool {
		return p.Addrs.IsEmpty() && slices.ContainsFunc(c.grounds, func(g party) bool { return g.Kind != "" && g.Kind == p.Kind })
	})
	if len(c.strangers) == 0 || c.taken.IsEmpty() || unplaced {
		return
	}
	for _, g := range c.strangers {
		out[g] = model.At{Addrs: model.AllAddrs().Subtract(c.taken)}
	}
	for _, p := range c.parties {
		if !p.Rest {
			continue
		}
		for _, g := range p.Groups {
			out[g] = model.At{Addrs: c.taken}
		}
	}
}

// Places returns the groups that are known by their addresses, and which these are.
func (n Names) Places() map[model.Group]model.Selector { return maps.Clone(n.places) }

// Placed returns the reading with what a placement says of subnets that its rules name by id: what they are
// called and which addresses they have, where the reading does not know. [Merge] goes by both.
func (in Input) Placed(provider string, subnets []providers.Subnet) Input {
	in.crowd.parties = slices.Clone(in.crowd.parties)
	for i, p := range in.crowd.parties {
		for _, s := range subnets {
			if p.provider != provider || s.ID == "" || !strings.EqualFold(p.ID, s.ID) {
				continue
			}
			if p.Called == "" || strings.EqualFold(p.Called, s.Name) {
				in.crowd.parties[i].Called = s.Name
			}
			if p.Addrs.IsEmpty() {
				in.crowd.parties[i].Addrs = s.Addrs()
			}
		}
	}
	return in
}

// TellsMembers reports whether the reading is of an account whose interfaces or machines say, one by one, which groups they are
// in. Configuration need not have all of them.
func (in Input) TellsMembers() bool { return len(in.crowd.endpoints) > 0 && in.crowd.unread != nil }
