package tfsource

import (
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
)

// CodeElsewhere marks findings about groups for which other rules may be written than those that were read.
const CodeElsewhere = "rules-elsewhere"

// Alone returns a reading as a policy that stands by itself: what its parties may do, where [Merge] is about how two readings
// differ. Whatever passes at a group that is named, and of whose rules none were read, is unknown. The findings
// are about groups of whose rules some were read, and others may be written elsewhere.
func Alone(in Input) (Input, []model.Finding) { return aloneBound(in, bound) }

// aloneBound is Alone with what bind makes of groups, as [joinBound] has it.
func aloneBound(in Input, bind func(map[model.Group]model.Selector) func(model.Group) model.Selector) (Input, []model.Finding) {
	var findings []model.Finding
	var chains []model.Chain
	here := map[string]bool{}
	for _, p := range in.pieces {
		here[p.address()] = true
	}
	for _, p := range in.crowd.parties {
		switch {
		case p.Made || p.Mark && !p.Unruled || p.Address != "" && here[p.Address]:
		case p.Unruled:
			chains = append(chains, unknownRules(p))
		case len(in.crowd.unread) == 0 && slices.ContainsFunc(p.Groups, func(g model.Group) bool { _, ok := in.crowd.bare[g]; return ok }):
			findings = append(findings, model.Finding{Severity: model.Warning, Code: CodeElsewhere, Origin: model.Origin{Object: p.Label},
				Summary: "it is not made here, so that other rules may be written for it elsewhere; the answer is about those that were read",
				Advice:  "read the account for all of its rules"})
		}
	}
	alone := in
	alone.Policy.Layers = slices.Clone(in.Policy.Layers)
	if len(chains) > 0 {
		alone.Policy.Layers = append(alone.Policy.Layers, model.Layer{Name: "rules that were not read", State: model.Stateful, Ingress: chains, Egress: chains})
	}
	out, _, more := joinBound(alone, alone, nil, bind)
	return out, model.SortFindings(append(findings, more...))
}

// unknownRules is what judges the members of a party whose rules were not read.
func unknownRules(p party) model.Chain {
	var target model.Or
	for _, g := range p.Groups {
		target = append(target, g)
	}
	return model.Chain{Name: p.Label, Guard: model.Guard{Target: target}, Order: model.AnyAllow, Default: model.Deny, Rules: []model.Rule{{
		Action: model.Allow, Name: "rules of " + p.Label, Traffic: model.Traffic{model.AllTraffic()}, Origin: model.Origin{Object: p.Label},
		Peer: model.Maybe{Selector: model.Any{}, Why: "the rules of " + p.Label + " were not read"},
	}}}
}

// Called returns what else users may call the members of a reading's inventory: the cloud's ids, addresses of resources,
// names, tags, and the parts of a name, sorted, by member. A name may stand for several members.
func (in Input) Called() map[model.Identity][]string {
	names := map[string][]string{} // by label
	for _, p := range in.crowd.parties {
		_, bare, _ := strings.Cut(p.Label, " ") // "tag web": web
		names[p.Label] = append(names[p.Label], p.Label, bare, p.Address, p.ID, p.Called)
	}
	const most = 1 << 22 // endpoints are looked for by everybody's addresses
	out := map[model.Identity][]string{}
	for _, m := range in.Inventory.Members {
		all := slices.Clone(names[string(m.ID)])
		for _, part := range strings.Split(string(m.ID), " + ") {
			all = append(all, names[part]...)
		}
		if len(in.crowd.endpoints)*len(in.Inventory.Members) <= most && !m.Addrs.IsEmpty() {
			for _, e := range in.crowd.endpoints {
				if !e.Addrs.IsEmpty() && m.Addrs.Covers(e.Addrs) {
					all = append(all, e.Label, e.Address, e.ID)
				}
			}
		}
		slices.Sort(all)
		out[m.ID] = slices.DeleteFunc(slices.Compact(all), func(s string) bool { return s == "" || s == string(m.ID) })
	}
	return out
}
