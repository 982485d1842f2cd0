package main

import (
	"fmt"
	"slices"

	"github.com/crosswall/crosswall/model"
)

// textOnly returns how many rules are not the same on both sides and do without effect: no connection that they are about
// changed, and they are about nobody of whom the one side asks for rules and the other does not.
func textOnly(c comparison, sections []diffSection) int {
	changed := make([]model.Region, len(sections))
	for i, s := range sections {
		changed[i] = s.region
	}
	r := newReasoner(c)
	asked := map[string]model.Endpoints{}
	// A rule that is written anew under its old name has an effect if either version has.
	plain, effective := [2][]string{}, map[string]bool{}
	rewritten := c.rewritten
	written := [2]model.Policy{c.want.written(), c.have.written()}
	if c.want.standins+c.have.standins > 0 {
		rewritten = rewrittenRules(written[0], written[1], r.shared)
	}
	for i, p := range written {
		eachRule(p, func(at ruleAt) {
			if n := rewritten[keyOf(at, r.shared)]; n == 0 || (n > 0) != (i == 1) {
				return
			}
			name, place := fmt.Sprint(at.layer.Name, at.direction, at.Name), fmt.Sprint(at.layer.Name, at.direction)
			if _, ok := asked[place]; !ok {
				want, have := c.isolated(c.want.policy, at), c.isolated(c.have.policy, at)
				asked[place] = want.Subtract(have).Union(have.Subtract(want))
			}
			ends := r.ends(at.Rule)
			b := model.Box{Src: ends.target, Dst: ends.peer, Traffic: at.Traffic}
			if at.direction == model.Ingress {
				b.Src, b.Dst = b.Dst, b.Src
			}
			box := model.NewRegion(b)
			if !ends.target.Intersect(asked[place]).IsEmpty() ||
				slices.ContainsFunc(changed, func(r model.Region) bool { return !r.Intersect(box).IsEmpty() }) {
				effective[name] = true
				return
			}
			plain[i] = append(plain[i], name)
		})
	}
	counts := [2]int{}
	for i, names := range plain {
		for _, n := range names {
			if !effective[n] {
				counts[i]++
			}
		}
	}
	return max(counts[0], counts[1])
}

// isolated returns who has nothing admitted but by rules, in the layer and direction of a rule.
func (c comparison) isolated(p model.Policy, at ruleAt) model.Endpoints {
	var out model.Endpoints
	for _, l := range p.Layers {
		if l.Name != at.layer.Name {
			continue
		}
		for _, chain := range l.Chains(at.direction) {
			if chain.Default == model.Deny {
				out = out.Union(c.inv.Resolve(chain.Guard.Target).May)
			}
		}
	}
	return out
}
