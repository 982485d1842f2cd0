package main

import (
	"fmt"
	"slices"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/translate"
)

// opponent is one of two policies that are compared.
type opponent struct {
	// name is what the user calls it, label its part in the comparison: "want" or "have".
	name, label string
	policy      model.Policy
	// standins is how many layers at the end of the policy nobody wrote: they stand for what the side does not have.
	standins int
	// isolations say why the policy refuses what no rule of it admits; by member.
	isolations []translate.Isolation
}

// written is the policy without what nobody wrote.
func (o opponent) written() model.Policy {
	o.policy.Layers = o.policy.Layers[:len(o.policy.Layers)-o.standins]
	return o.policy
}

// comparison is two policies, the inventory on which they meet, and how they differ in
// traffic.
type comparison struct {
	want, have opponent
	// inv has everybody who is on either side. No member is Solo in it: see solo.
	inv model.Inventory
	// solo members have one endpoint on both sides, and so no traffic to themselves. They
	// are kept apart because they would tell members apart that no rule does.
	solo map[model.Identity]bool
	// noun is what the members are; empty: workloads.
	noun string
	// byPlace is whether addresses are what members are told apart by, as in subnets: a change at some of them
	// is then known for what it is, and not unknown of any member.
	byPlace bool
	// names says which workloads a member stands for; a member that is missing stands for
	// itself.
	names map[model.Identity][]model.Identity
	// assumed are the members of whom nothing says that they are there, with those that they are put together of.
	assumed map[model.Identity][]model.Identity
	// delta is over the members of both sides.
	delta model.Delta
	// added and removed are the members that one side has only, sorted. What may pass to
	// and from them is in arrived and departed.
	added, removed    []model.Identity
	arrived, departed model.Region
	// forced is what the target of a translation cannot express, whatever is written: part of delta.Opened or
	// of delta.Closed.
	forced model.Region
	// unseen passes on the side of the Terraform without meeting a rule.
	unseen model.Region
	// rewritten is how many rules are not the same on both sides; textual says whether that was counted at all.
	rewritten map[ruleKey]int
	textual   bool
	// ownership says what of HAVE is not crosswall's own.
	ownership
	// findings are about both sides; incomplete says that something that bears on the answer was left out.
	findings   []model.Finding
	incomplete bool
}

// sections returns what there is to report, each with what it is called.
func (c comparison) sections() []diffSection {
	all := []diffSection{
		{what: opened, region: c.delta.Opened.Subtract(c.forced)},
		{what: closed, region: c.delta.Closed.Subtract(c.forced)},
		{what: opened, region: c.delta.Opened.Intersect(c.forced), forced: true},
		{what: closed, region: c.delta.Closed.Intersect(c.forced), forced: true},
		{what: arrived, region: c.arrived},
		{what: departed, region: c.departed},
		{what: unknown, region: c.delta.Unknown.Subtract(c.delta.GaveUp)},
		{what: unknown, region: c.delta.GaveUp, gaveUp: true},
	}
	out := make([]diffSection, 0, 2*len(all))
	for _, s := range all {
		whole, some := byAddress(s.region, c.inv)
		s.region = whole
		out = append(out, s)
		if !some.IsEmpty() {
			s.region, s.someAddrs = some, true
			out = append(out, s)
		}
	}
	return out
}

// diffKind is what becomes of connections from one side to the other.
type diffKind uint8

const (
	// opened connections are refused by WANT and admitted by HAVE.
	opened diffKind = iota
	// closed connections are admitted by WANT and refused by HAVE.
	closed
	// arrived connections are admitted by HAVE and have an end that WANT does not have.
	arrived
	// departed connections are admitted by WANT and have an end that HAVE does not have.
	departed
	// unknown connections rest on something unknown on either side.
	unknown
)

// admits reports whether HAVE is the side that admits what changed so.
func (w diffKind) admits() bool { return w == opened || w == arrived }

// diffSection is the connections with one change.
type diffSection struct {
	what   diffKind
	region model.Region
	// someAddrs is whether the change is about some of a workload's addresses only, so that
	// it is unknown which pods it is about.
	someAddrs bool
	// forced: see comparison.
	forced bool
	// gaveUp is whether the change is unknown because working it out came to its bound, and not because of what is unknown.
	gaveUp bool
}

// byAddress takes apart the connections that are in r whichever of its
// addresses a member holds, and those that are in it at some only.
func byAddress(r model.Region, inv model.Inventory) (whole, some model.Region) {
	boxes := r.Boxes()
	if !slices.ContainsFunc(boxes, func(b model.Box) bool { return !isWhole(b.Src, inv) || !isWhole(b.Dst, inv) }) {
		return r, model.Region{}
	}
	// Where anything between two members is missing at some of their addresses, it is taken away
	// at all of them.
	around := model.NewRegion(widened(boxes, inv)...).Intersect(inv.Universe())
	missing := model.NewRegion(widened(around.Subtract(r).Boxes(), inv)...)
	return r.Subtract(missing), r.Intersect(missing)
}

// isWhole reports whether members are in e at all of their addresses of a
// family or at none.
func isWhole(e model.Endpoints, inv model.Inventory) bool {
	return !slices.ContainsFunc(e.Entries(), func(n model.EndpointEntry) bool {
		return n.ID != model.Outside && !n.Addrs.Equal(allOfFamilies(n.ID, n.Addrs, inv))
	})
}

func widened(boxes []model.Box, inv model.Inventory) []model.Box {
	out := make([]model.Box, len(boxes))
	for i, b := range boxes {
		out[i] = model.Box{Src: wholeMembers(b.Src, inv), Dst: wholeMembers(b.Dst, inv), Traffic: b.Traffic}
	}
	return out
}

func wholeMembers(e model.Endpoints, inv model.Inventory) model.Endpoints {
	var out []endpointsAt
	for _, n := range e.Entries() {
		addrs := n.Addrs
		if n.ID != model.Outside {
			addrs = allOfFamilies(n.ID, addrs, inv)
		}
		out = append(out, endpointsAt{n.ID, addrs})
	}
	return uniteEndpoints(out)
}

// allOfFamilies returns all addresses of a member that are of a family of which addrs has any.
func allOfFamilies(id model.Identity, addrs model.AddrSet, inv model.Inventory) model.AddrSet {
	all, out := inv.Addrs(id), model.AddrSet{}
	if !addrs.V4().IsEmpty() {
		out = all.V4()
	}
	if !addrs.V6().IsEmpty() {
		out = out.Union(all.V6())
	}
	return out
}

// endpointsAt is an identity at some addresses.
type endpointsAt struct {
	id    model.Identity
	addrs model.AddrSet
}

// uniteEndpoints unites endpoints by halves: a union copies both of its sides.
func uniteEndpoints(es []endpointsAt) model.Endpoints {
	switch len(es) {
	case 0:
		return model.Endpoints{}
	case 1:
		return model.EndpointAt(es[0].id, es[0].addrs)
	}
	half := len(es) / 2
	return uniteEndpoints(es[:half]).Union(uniteEndpoints(es[half:]))
}

// workloads returns the workloads that a member stands for.
func (c comparison) workloads(id model.Identity) []model.Identity {
	if ws, ok := c.names[id]; ok {
		return ws
	}
	return []model.Identity{id}
}

// ruleKey is everything that a rule says but where it is written.
type ruleKey string

// rewrittenRules returns how often each rule is in one of two policies and not in the other.
// Members that are not in both do not count.
func rewrittenRules(want, have model.Policy, shared map[model.Identity]bool) map[ruleKey]int {
	out := map[ruleKey]int{}
	count := func(p model.Policy, by int) {
		eachRule(p, func(at ruleAt) { out[keyOf(at, shared)] += by })
	}
	count(want, -1)
	count(have, 1)
	for k, n := range out {
		if n == 0 {
			delete(out, k)
		}
	}
	return out
}

// ruleAt is a rule and where it is asked.
type ruleAt struct {
	*model.Rule
	layer     *model.Layer
	chain     *model.Chain
	direction model.Direction
}

// eachRule calls f for every rule of a policy, in order.
func eachRule(p model.Policy, f func(ruleAt)) {
	for i := range p.Layers {
		l := &p.Layers[i]
		for _, d := range []model.Direction{model.Egress, model.Ingress} {
			chains := l.Chains(d)
			for j := range chains {
				for k := range chains[j].Rules {
					f(ruleAt{&chains[j].Rules[k], l, &chains[j], d})
				}
			}
		}
	}
}

func keyOf(r ruleAt, shared map[model.Identity]bool) ruleKey {
	return ruleKey(fmt.Sprint(r.layer.Name, "|", r.direction, "|", r.Name, "|", r.Action, "|", r.Priority, "|",
		selectorText(r.Target, shared), "|", selectorText(r.Peer, shared), "|", r.Traffic))
}

// selectorText spells a selector, members that are not shared left out.
func selectorText(s model.Selector, shared map[model.Identity]bool) string {
	return model.Spelling(model.MapLeaves(s, func(leaf model.Selector) model.Selector {
		if ids, ok := leaf.(model.Identities); ok {
			return slices.DeleteFunc(slices.Clone(ids), func(id model.Identity) bool { return id != model.Outside && !shared[id] })
		}
		return leaf
	}))
}
