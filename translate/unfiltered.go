package translate

import (
	"fmt"
	"slices"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
)

// neverFiltered reports traffic that the policy refuses and that the cloud lets pass
// whatever its rules say. It is not part of the verdict, for no translation could do
// better, but a policy that was written to keep workloads from the metadata service
// does not do so. Where a policy takes an address out of a block that it admits, that was meant, and the
// finding is a warning. Only what workloads may reach counts: the services do not call.
func (t *translation) neverFiltered(asked model.Policy, always []providers.Allowance) {
	var names []string
	var segments []model.Identity
	var example *model.Flow
	meant := model.Origin{}
	severity := model.Info
	for _, a := range always {
		if a.Direction != model.Egress {
			continue
		}
		refused := t.refusedTo(asked, a)
		if len(refused) == 0 {
			continue
		}
		if name := a.Rule.Name; !slices.Contains(names, name) {
			names = append(names, name)
		}
		for _, s := range refused {
			if !slices.Contains(segments, s.segment) {
				segments = append(segments, s.segment)
			}
			if example == nil {
				example = &s.example
			}
		}
		if o, ok := t.excepted(asked, a); ok && severity == model.Info {
			severity, meant, example = model.Warning, o, &refused[0].example
		}
	}
	if example == nil {
		return
	}
	slices.Sort(segments)
	var who []string
	for _, id := range segments {
		who = append(who, string(id))
	}
	t.result.Findings = append(t.result.Findings, model.Finding{
		Severity: severity,
		Code:     "never-filtered",
		Summary: fmt.Sprintf("no rule of %s filters %s: policies refuse them to %s in vain, for example %s",
			t.provider.Limits().Title, listed(names, len(names)), listed(who, 5), example),
		Advice: "refuse it where packets start: on the node, by the cluster's network plugin, " +
			"or for instance metadata by the cloud's own means (required tokens, a hop limit of 1, workload identities)",
		Origin:  meant,
		Example: example,
	})
}

// refusal is a segment that the policy refuses something, with a packet.
type refusal struct {
	segment model.Identity
	example model.Flow
}

// refusedTo returns the segments to which the policy refuses any traffic of an allowance.
func (t *translation) refusedTo(asked model.Policy, a providers.Allowance) []refusal {
	inv := t.result.Inventory
	whom, peer := inv.Resolve(a.Rule.Target).Must, inv.Resolve(a.Rule.Peer).Must
	var out []refusal
	for _, s := range t.result.Segments {
		self := model.EndpointAt(s.ID, inv.Addrs(s.ID)).Intersect(whom)
		grants, _ := asked.Grants(inv, s.ID, a.Direction) // what is unknown in them is the provider's to report
		admitted := make([]model.Box, len(grants))
		for i, g := range grants {
			admitted[i] = between(a.Direction, self, g.Peer, g.Traffic)
		}
		refused := model.NewRegion(between(a.Direction, self, peer, a.Rule.Traffic)).
			Intersect(inv.Universe()).Subtract(model.NewRegion(admitted...))
		if e, ok := refused.Example(); ok {
			out = append(out, refusal{s.ID, e})
		}
	}
	return out
}

// between puts target and peer at the ends that they have in a direction.
func between(d model.Direction, target, peer model.Endpoints, t model.Traffic) model.Box {
	if d == model.Ingress {
		return model.Box{Src: peer, Dst: target, Traffic: t}
	}
	return model.Box{Src: target, Dst: peer, Traffic: t}
}

// excepted returns where the policy takes addresses of an allowance's peer out of a block.
func (t *translation) excepted(asked model.Policy, a providers.Allowance) (model.Origin, bool) {
	peer := t.result.Inventory.Resolve(a.Rule.Peer).Must.Rest()
	for _, l := range asked.Layers {
		for _, c := range l.Chains(a.Direction) {
			for _, r := range c.Rules {
				if r.Action == model.Allow && slices.ContainsFunc(blocksOf(r.Peer), func(s model.AddrSet) bool { return hasHole(s, peer) }) {
					return r.Origin, true
				}
			}
		}
	}
	return model.Origin{}, false
}

// blocksOf returns the sets of addresses that a selector names as such.
func blocksOf(s model.Selector) []model.AddrSet {
	var inside []model.Selector
	switch s := s.(type) {
	case model.At:
		return []model.AddrSet{s.Addrs}
	case model.And:
		inside = s
	case model.Or:
		inside = s
	case model.Maybe:
		inside = []model.Selector{s.Selector}
	case nil, model.Any, model.Identities, model.Group, model.Not:
	}
	var out []model.AddrSet
	for _, t := range inside {
		out = append(out, blocksOf(t)...)
	}
	return out
}

// hasHole reports whether any of the addresses is in a gap between two ranges of s that is
// a CIDR block of its own, as the excepted blocks of an ipBlock are.
func hasHole(s, addrs model.AddrSet) bool {
	ranges := s.Ranges()
	for i := 1; i < len(ranges); i++ {
		before, after := ranges[i-1].To(), ranges[i].From()
		if before.BitLen() != after.BitLen() {
			continue
		}
		gap := model.AddrRange(before.Next(), after.Prev())
		if len(gap.Prefixes()) == 1 && gap.Overlaps(addrs) {
			return true
		}
	}
	return false
}
