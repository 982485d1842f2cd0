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

// Members returns, for groups whose members are known by their addresses, which these are; without addresses for
// those that are known to have no members.
func (n Names) Members() map[model.Group]model.Selector {
	out := map[model.Group]model.Selector{}
	for _, p := range n.crowd.parties {
		for _, g := range p.Groups {
			switch {
			case p.Idle:
				out[g] = model.Identities{}
			case !p.Addrs.IsEmpty() && !p.Rest:
				out[g] = model.At{Addrs: p.Addrs}
			}
		}
	}
	return out
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
