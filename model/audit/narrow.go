package audit

import (
	"fmt"
	"slices"

	"github.com/crosswall/crosswall/model"
)

// narrower leaves of a policy what can judge some identities, without going through all rules for it: an account has hundreds of
// thousands, each for one group.
type narrower struct {
	inv model.Inventory
	// groups has the groups that each identity may be in. Whoever a chain is for, if that is not one group, is a group here too.
	groups map[model.Identity][]model.Group
	// open has the groups in which strangers may be, or in which it is not known who is, and whom they may have.
	open   map[model.Group]model.Endpoints
	layers []narrowedLayer
}

// narrowedLayer is a layer, and where in it to look for whom.
type narrowedLayer struct {
	layer           model.Layer
	ingress, egress narrowedSide
}

// narrowedSide is the chains of one direction.
type narrowedSide struct {
	chains []narrowedChain
	// at has the places of chains by the group that they are for; those for everybody are under "".
	at map[model.Group][]int
}

// narrowedChain is a chain with its rules in the order in which they are asked.
type narrowedChain struct {
	chain model.Chain
	// rules has the places of rules by the group that they are for; those for others under "".
	rules map[model.Group][]int
	// groups are those that the chain is for together, and rest is whoever else it is for; nil: its guard stays as it is.
	groups map[model.Group]bool
	rest   model.Or
}

func newNarrower(p model.Policy, inv model.Inventory) *narrower {
	n := &narrower{inv: inv, groups: map[model.Identity][]model.Group{}, open: map[model.Group]model.Endpoints{"": model.AnyEndpoint()}}
	known := map[model.Group]bool{"": true}
	for _, l := range p.Layers {
		n.layers = append(n.layers, narrowedLayer{l, n.side(l.Ingress, known), n.side(l.Egress, known)})
	}
	return n
}

func (n *narrower) side(cs []model.Chain, known map[model.Group]bool) narrowedSide {
	out := narrowedSide{at: map[model.Group][]int{}}
	for i, c := range cs {
		g, ok := c.Guard.Target.(model.Group)
		if !ok && c.Guard.Target != nil {
			g = model.Group(fmt.Sprintf("\x00%d", len(known))) // which nobody is called
		}
		n.know(g, c.Guard.Target, known)
		out.at[g] = append(out.at[g], i)
		out.chains = append(out.chains, n.chain(c, known))
	}
	return out
}

func (n *narrower) chain(c model.Chain, known map[model.Group]bool) narrowedChain {
	c.Rules = c.InTurn()
	out := narrowedChain{chain: c, rules: map[model.Group][]int{}}
	for i, r := range c.Rules {
		g, _ := r.Target.(model.Group)
		n.know(g, r.Target, known)
		out.rules[g] = append(out.rules[g], i)
	}
	or, ok := c.Guard.Target.(model.Or)
	if !ok {
		return out
	}
	out.groups = map[model.Group]bool{}
	for _, e := range or {
		if g, named := e.(model.Group); named {
			n.know(g, g, known)
			out.groups[g] = true
		} else {
			out.rest = append(out.rest, e)
		}
	}
	return out
}

// know notes whom a selector names, as a group, once.
func (n *narrower) know(g model.Group, s model.Selector, known map[model.Group]bool) {
	if known[g] {
		return
	}
	known[g] = true
	may := n.inv.Resolve(s).May
	if !may.Rest().IsEmpty() || !may.At(model.Outside).IsEmpty() {
		n.open[g] = may
		return
	}
	for _, e := range may.Entries() {
		n.groups[e.ID] = append(n.groups[e.ID], g)
	}
}

// about returns the groups that some identities may be in, and strangers, where they are in some endpoints.
func (n *narrower) about(ids []model.Identity, in model.Endpoints) map[model.Group]bool {
	of := map[model.Group]bool{}
	for g, may := range n.open {
		if g == "" || !may.Intersect(in).IsEmpty() {
			of[g] = true
		}
	}
	for _, id := range ids {
		for _, g := range n.groups[id] {
			of[g] = true
		}
	}
	return of
}

// to returns the policy with what can judge whoever is in some groups. A layer that refuses none of them anything is left out: there is one for each
// network ACL.
func (n *narrower) to(of map[model.Group]bool) model.Policy {
	var out model.Policy
	for i := range n.layers {
		l := n.layers[i].layer
		l.Ingress, l.Egress = n.layers[i].ingress.to(of), n.layers[i].egress.to(of)
		if slices.ContainsFunc(l.Ingress, mayRefuse) || slices.ContainsFunc(l.Egress, mayRefuse) {
			out.Layers = append(out.Layers, l)
		}
	}
	return out
}

func mayRefuse(c model.Chain) bool {
	return c.Default == model.Deny || slices.ContainsFunc(c.Rules, func(r model.Rule) bool { return r.Action == model.Deny })
}

// to returns the chains for some groups: the guards of others pass on whatever is about them.
func (x narrowedSide) to(of map[model.Group]bool) []model.Chain {
	var out []model.Chain
	for _, i := range judging(x.at, of) {
		out = append(out, x.chains[i].to(of))
	}
	return out
}

func (x narrowedChain) to(of map[model.Group]bool) model.Chain {
	c := x.chain
	places := judging(x.rules, of)
	c.Rules = make([]model.Rule, len(places))
	for i, p := range places {
		c.Rules[i] = x.chain.Rules[p]
	}
	if x.groups != nil {
		guard := slices.Clone(x.rest)
		for g := range of {
			if x.groups[g] {
				guard = append(guard, g)
			}
		}
		c.Guard.Target = guard
	}
	return c
}

// judging returns the places for some groups, in order.
func judging(by map[model.Group][]int, of map[model.Group]bool) []int {
	var out []int
	if len(by) < len(of) {
		for g, at := range by {
			if of[g] {
				out = append(out, at...)
			}
		}
	} else {
		for g := range of {
			out = append(out, by[g]...)
		}
	}
	slices.Sort(out)
	return out
}
