package audit

import (
	"slices"

	"github.com/crosswall/crosswall/model"
)

// narrower leaves of a policy what can judge some identities, without going through all rules for it: an account has hundreds of
// thousands, each for one group.
type narrower struct {
	policy model.Policy
	inv    model.Inventory
	// groups has the groups that each identity may be in.
	groups map[model.Identity][]model.Group
	// open has the groups in which strangers may be, or in which it is not known who is, and whom they may have.
	open map[model.Group]model.Endpoints
	// rules has, for each chain of each layer, the places of rules by the group that they are for; those for others under "".
	rules map[chainPlace]map[model.Group][]int
	// guards has, for each chain that is for some groups together, which these are, and whoever else it is for.
	guards map[chainPlace]guardParts
}

// guardParts is a guard taken apart.
type guardParts struct {
	groups map[model.Group]bool
	rest   model.Or
}

// chainPlace is where a chain is in a policy.
type chainPlace struct {
	layer     int
	direction model.Direction
	chain     int
}

func newNarrower(p model.Policy, inv model.Inventory) *narrower {
	n := &narrower{policy: p, inv: inv, groups: map[model.Identity][]model.Group{}, open: map[model.Group]model.Endpoints{}, rules: map[chainPlace]map[model.Group][]int{},
		guards: map[chainPlace]guardParts{}}
	known := map[model.Group]bool{}
	for i, l := range p.Layers {
		for _, d := range []model.Direction{model.Egress, model.Ingress} {
			for j, c := range l.Chains(d) {
				by := map[model.Group][]int{}
				for k, r := range c.Rules {
					g, _ := r.Target.(model.Group)
					n.know(g, known)
					by[g] = append(by[g], k)
				}
				if or, ok := c.Guard.Target.(model.Or); ok {
					parts := guardParts{groups: map[model.Group]bool{}}
					for _, e := range or {
						g, named := e.(model.Group)
						n.know(g, known)
						if named {
							parts.groups[g] = true
						} else {
							parts.rest = append(parts.rest, e)
						}
					}
					n.guards[chainPlace{i, d, j}] = parts
				}
				if g, ok := c.Guard.Target.(model.Group); ok {
					n.know(g, known)
				}
				n.rules[chainPlace{i, d, j}] = by
			}
		}
	}
	return n
}

// know notes who is in a group, once.
func (n *narrower) know(g model.Group, known map[model.Group]bool) {
	if known[g] {
		return
	}
	known[g] = true
	may := n.inv.Resolve(g).May
	if g == "" || !may.Rest().IsEmpty() || !may.At(model.Outside).IsEmpty() {
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
		if !may.Intersect(in).IsEmpty() {
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

// to returns the policy with the rules that can judge whoever is in some groups.
func (n *narrower) to(of map[model.Group]bool) model.Policy {
	var out model.Policy
	for i, l := range n.policy.Layers {
		if isAbout(l.Ingress, of) || isAbout(l.Egress, of) {
			l.Ingress = n.chains(chainPlace{i, model.Ingress, 0}, l.Ingress, of)
			l.Egress = n.chains(chainPlace{i, model.Egress, 0}, l.Egress, of)
			out.Layers = append(out.Layers, l)
		}
	}
	return out
}

// isAbout reports whether a chain may refuse something of some groups. A layer of which none does admits whatever they send, and there is one for
// each network ACL.
func isAbout(cs []model.Chain, of map[model.Group]bool) bool {
	return slices.ContainsFunc(cs, func(c model.Chain) bool {
		g, ok := c.Guard.Target.(model.Group)
		return (!ok || of[g]) && (c.Default == model.Deny || slices.ContainsFunc(c.Rules, func(r model.Rule) bool { return r.Action == model.Deny }))
	})
}

func (n *narrower) chains(at chainPlace, cs []model.Chain, of map[model.Group]bool) []model.Chain {
	out := slices.Clone(cs)
	for j := range out {
		at.chain = j
		c := &out[j]
		if g, ok := c.Guard.Target.(model.Group); ok && !of[g] {
			c.Rules = nil // its guard passes on whatever is about them
			continue
		}
		places := judging(n.rules[at], of)
		all := c.Rules
		c.Rules = make([]model.Rule, len(places))
		for k, p := range places {
			c.Rules[k] = all[p]
		}
		if parts, ok := n.guards[at]; ok {
			guard := slices.Clone(parts.rest)
			for g := range of {
				if parts.groups[g] {
					guard = append(guard, g)
				}
			}
			c.Guard.Target = guard
		}
	}
	return out
}

// judging returns the places of the rules for some groups, in order.
func judging(rules map[model.Group][]int, of map[model.Group]bool) []int {
	var out []int
	if len(rules) < len(of) {
		for g, at := range rules {
			if of[g] {
				out = append(out, at...)
			}
		}
	} else {
		for g := range of {
			out = append(out, rules[g]...)
		}
	}
	slices.Sort(out)
	return out
}
