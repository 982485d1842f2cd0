package tfsource

import (
	"cmp"
	"maps"
	"slices"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
)

// Enlisted is an endpoint that a module tells by itself, and what it is in.
type Enlisted struct {
	// Label is what to call it.
	Label string
	// Addrs is every address that it holds; never empty.
	Addrs model.AddrSet
	// Network is the network that it is in, as [providers.Endpoint] has it; empty: not known.
	Network string
	// Groups are those that it is in, sorted, each once.
	Groups []model.Group
	// Unsure says why it may be in others besides; empty: it is not.
	Unsure string
}

// Enlisted returns the endpoints whose addresses are known, sorted by label.
func (n Names) Enlisted() []Enlisted {
	var out []Enlisted
	for _, e := range n.crowd.endpoints {
		if e.Addrs.IsEmpty() {
			continue
		}
		x := Enlisted{Label: e.Label, Addrs: e.Addrs, Network: e.Network, Unsure: e.Unsure}
		for _, i := range e.Parties {
			x.Groups = append(x.Groups, n.crowd.parties[i].Groups...)
		}
		slices.Sort(x.Groups)
		x.Groups = slices.Compact(x.Groups)
		out = append(out, x)
	}
	slices.SortStableFunc(out, func(a, b Enlisted) int { return cmp.Compare(a.Label, b.Label) })
	return out
}

// Rolls returns, for groups of which [Names.Enlisted] tells who is in them, how much it tells: what is told of all parties that are
// in the group. Endpoints whose addresses are not known keep it from telling all.
func (n Names) Rolls() map[model.Group]providers.Roll {
	placeless := slices.ContainsFunc(n.crowd.endpoints, func(e endpoint) bool { return e.Addrs.IsEmpty() || e.Unsure != "" })
	out := map[model.Group]providers.Roll{}
	for _, p := range n.crowd.parties {
		roll := p.Roll
		if roll == providers.RollOfAll && placeless {
			roll = providers.RollOfEndpoints
		}
		for _, g := range p.Groups {
			if known, ok := out[g]; ok {
				out[g] = min(known, roll)
			} else {
				out[g] = roll
			}
		}
	}
	maps.DeleteFunc(out, func(_ model.Group, roll providers.Roll) bool { return roll == providers.RollUnknown })
	return out
}
