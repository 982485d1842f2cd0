package translate

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
)

// neverFiltered reports traffic that the policy refuses and that the cloud lets pass
// whatever its rules say. It is not part of the verdict, for no translation could do
// better, but a policy that was written to keep workloads from the metadata service
// does not do so. Where a policy takes an address out of a block that it admits, that was meant, and the
// finding is a warning. Only what workloads may reach counts: the services do not call.
func (t *translation) neverFiltered(asked model.Policy, always []providers.Allowance) {
	always = slices.DeleteFunc(slices.Clone(always), func(a providers.Allowance) bool { return a.Direction != model.Egress })
	services := map[string]bool{}
	var segments []string
	var example *model.Flow
	for _, s := range t.result.Segments {
		refused := t.refusals(asked, s.ID, always)
		for _, r := range refused {
			services[r.service] = true
		}
		if len(refused) > 0 {
			segments = append(segments, string(s.ID))
			if example == nil {
				example = &refused[0].example
			}
		}
	}
	if example == nil {
		return
	}
	f := model.Finding{
		Severity: model.Info,
		Code:     "never-filtered",
		Summary: fmt.Sprintf("no rule of %s filters %s: policies refuse them to %s in vain, for example %s",
			t.provider.Limits().Title, strings.Join(slices.Sorted(maps.Keys(services)), ", "), listed(segments, 5), example),
		Advice: "refuse it where packets start: on the node, by the cluster's network plugin, " +
			"or for instance metadata by the cloud's own means (required tokens, a hop limit of 1, workload identities)",
		Example: example,
	}
	for _, a := range always {
		if o, ok := t.excepted(asked, a); ok && services[a.Rule.Name] {
			f.Severity, f.Origin = model.Warning, o
			break
		}
	}
	t.result.Findings = append(t.result.Findings, f)
}

// refusal is a service that the policy refuses to a segment, with a packet.
type refusal struct {
	service string
	example model.Flow
}

// refusals returns those of the services of which the policy refuses any traffic to a segment.
func (t *translation) refusals(asked model.Policy, id model.Identity, services []providers.Allowance) []refusal {
	inv := t.result.Inventory
	grants, _ := asked.Grants(inv, id, model.Egress) // what is unknown in them is the provider's to report
	self := model.EndpointAt(id, inv.Addrs(id))
	admitted := make([]model.Box, len(grants))
	for i, g := range grants {
		admitted[i] = model.Box{Src: self, Dst: g.Peer, Traffic: g.Traffic}
	}
	may := model.NewRegion(admitted...)
	alone := model.Inventory{Outside: inv.Outside, Members: []model.Member{{ID: id, Addrs: inv.Addrs(id), ClientPorts: inv.ClientPorts(id)}}}
	universe := alone.Universe() // of everybody it would be large
	var out []refusal
	for _, a := range services {
		box := model.Box{Src: self.Intersect(inv.Resolve(a.Rule.Target).Must), Dst: inv.Resolve(a.Rule.Peer).Must, Traffic: a.Rule.Traffic}
		if e, ok := model.NewRegion(box).Intersect(universe).Subtract(may).Example(); ok {
			out = append(out, refusal{a.Rule.Name, e})
		}
	}
	return out
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
