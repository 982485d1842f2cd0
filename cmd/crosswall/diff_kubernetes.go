package main

import (
	"slices"

	"github.com/crosswall/crosswall/model"
)

// compareInputs compares two policies over workloads. Workloads are the same on both sides
// if they have the same ID. What may pass between those of both sides is compared; what concerns
// the others is told apart, for no rule opened or closed it.
func compareInputs(want, have opponent, wantInv, haveInv model.Inventory) comparison {
	c := comparison{want: want, have: have, textual: true, solo: map[model.Identity]bool{}}
	in, shared := map[model.Identity]model.Member{}, map[model.Identity]bool{}
	for _, m := range wantInv.Members {
		in[m.ID] = m
	}
	both := model.Inventory{Outside: wantInv.Outside, OutsideClientPorts: wantInv.OutsideClientPorts, Groups: wantInv.Groups}
	for _, m := range haveInv.Members {
		old, ok := in[m.ID]
		if !ok {
			c.added = append(c.added, m.ID)
			c.solo[m.ID] = m.Solo
			m.Solo = false
			c.inv.Members = append(c.inv.Members, m)
			continue
		}
		shared[m.ID] = true
		c.solo[m.ID] = m.Solo && old.Solo
		both.Members = append(both.Members, model.Member{ID: m.ID, Addrs: eitherAddrs(m, old), ClientPorts: old.ClientPorts})
	}
	for _, m := range wantInv.Members {
		if !shared[m.ID] {
			c.removed = append(c.removed, m.ID)
			c.solo[m.ID] = m.Solo
			m.Solo = false
			c.inv.Members = append(c.inv.Members, m)
		}
	}
	c.inv.Members = append(c.inv.Members, both.Members...)
	c.inv.Groups, c.inv.Outside, c.inv.OutsideClientPorts = both.Groups, both.Outside, both.OutsideClientPorts
	slices.Sort(c.added)
	slices.Sort(c.removed)

	c.delta = model.Compare(want.policy, have.policy, both)
	c.arrived = c.oneSided(have.policy, c.removed, c.added)
	c.departed = c.oneSided(want.policy, c.added, c.removed)
	c.rewritten = rewrittenRules(want.policy, have.policy, shared)
	return c
}

// eitherAddrs returns the addresses that a member may hold on either side.
func eitherAddrs(a, b model.Member) model.AddrSet {
	if a.Addrs.IsEmpty() || b.Addrs.IsEmpty() {
		return model.AddrSet{} // any
	}
	return a.Addrs.Union(b.Addrs)
}

// oneSided returns what a policy admits to and from some members, without those that its side does not
// have. What it leaves open is added to what is unknown.
func (c *comparison) oneSided(p model.Policy, without, about []model.Identity) model.Region {
	if len(about) == 0 {
		return model.Region{}
	}
	inv := c.inv
	inv.Members = slices.DeleteFunc(slices.Clone(inv.Members), func(m model.Member) bool { return slices.Contains(without, m.ID) })
	everything, them := model.Traffic{model.AllTraffic()}, model.EndpointsOf(about...)
	touching := model.NewRegion(model.Box{Src: them, Dst: model.AnyEndpoint(), Traffic: everything},
		model.Box{Src: model.AnyEndpoint(), Dst: them, Traffic: everything})
	all := p.Permitted(inv)
	c.delta.Unknown = c.delta.Unknown.Union(all.Unknown.Intersect(touching))
	c.delta.GaveUp = c.delta.GaveUp.Union(all.GaveUp.Intersect(touching))
	return all.Allowed.Intersect(touching)
}

// manifestsWithManifests compares two sources of manifests.
func manifestsWithManifests(want, have contestant) (comparison, error) {
	if len(want.material.Workloads) == 0 && len(have.material.Workloads) == 0 {
		return comparison{}, badInput("neither %s nor %s holds a workload, so that there is nothing to compare; "+
			"give the manifests of the workloads too, with --with where they are the same on both sides", want.path, have.path)
	}
	c := compareInputs(want.opponent("want"), have.opponent("have"), want.material.Inventory, have.material.Inventory)
	c.findings = model.SortFindings(slices.Concat(want.material.findings, have.material.findings))
	c.incomplete = want.material.code() != exitClean || have.material.code() != exitClean
	return c, nil
}

// opponent returns the policy of manifests.
func (c contestant) opponent(label string) opponent {
	return opponent{name: c.path, label: label, policy: c.material.Policy, isolations: c.material.Isolations}
}
