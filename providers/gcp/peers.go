package gcp

import (
	"net/netip"
	"slices"

	"github.com/crosswall/crosswall/model"
)

// peers is how rules name the other end of a grant.
type peers struct {
	// ranges admits whoever holds one of the addresses.
	ranges model.AddrSet
	// sources are named by identity, sorted; ingress only.
	sources []machineID
	// strays are the endpoints that ranges admits though the grant does not.
	strays model.Endpoints
	// missing are the members that can only be named by address, and have none.
	missing []model.Identity
}

// peersOf works out how rules for a segment name the peers of a grant.
//
// Members whose every endpoint is wanted are named by their tag or service
// account where a rule can do so; all others by address. What the grant says of
// addresses (an ipBlock) is written as it is, less the addresses that
// none but unwanted members hold.
func (e *encoder) peersOf(s *segment, d model.Direction, want model.Endpoints) peers {
	var p peers
	block := want.At(model.Outside)
	wanted := block.Intersect(e.held[model.Outside]) // by address
	for _, m := range e.in.Inventory.Members {
		held := e.held[m.ID]
		need := held.Intersect(want.At(m.ID))
		switch {
		case block.Covers(need):
			wanted = wanted.Union(need)
		case d == model.Ingress && e.isSource(s, m.ID, want):
			p.sources = append(p.sources, e.segments[m.ID].machine)
		case m.Addrs.IsEmpty():
			p.missing = append(p.missing, m.ID)
		default:
			wanted = wanted.Union(need)
		}
	}
	slices.SortFunc(p.sources, machineID.compare)
	p.sources = slices.Compact(p.sources)
	p.ranges = block.Union(wanted)
	if p.ranges.IsEmpty() || d == model.Egress && metadataServer().Covers(p.ranges) {
		p.ranges = model.AddrSet{} // nobody, or what is never filtered
		return p
	}
	p.ranges = p.ranges.Subtract(e.refused(want, p.ranges).Subtract(wanted))
	p.strays = e.strays(want, p.ranges)
	return p
}

// isSource reports whether an ingress rule for s can name a member by its
// identity: of the same kind as the rule's target, shared by wanted members
// only, and standing for the member's own addresses, which on GKE it does not.
func (e *encoder) isSource(s *segment, member model.Identity, want model.Endpoints) bool {
	peer, ok := e.segments[member]
	if !ok || e.gke() || peer.machine.kind != s.machine.kind {
		return false
	}
	if e.opts.Style == NetworkPolicy && peer.machine.kind == serviceAccount {
		return false // a policy's rules have no source service accounts
	}
	for _, m := range e.behind[peer.machine] {
		if !want.At(m).Covers(e.held[m]) {
			return false
		}
	}
	return true
}

// refused returns the addresses among those given at which somebody is not wanted.
func (e *encoder) refused(want model.Endpoints, at model.AddrSet) model.AddrSet {
	var out []netip.Prefix
	for _, id := range e.everybody {
		out = append(out, at.Intersect(e.held[id]).Subtract(want.At(id)).Prefixes()...)
	}
	return model.Prefixes(out...)
}

// strays returns the endpoints at the addresses that are not wanted.
func (e *encoder) strays(want model.Endpoints, at model.AddrSet) model.Endpoints {
	out := model.Endpoints{}
	for _, id := range e.everybody {
		stray := e.held[id].Intersect(at).Subtract(want.At(id))
		if !stray.IsEmpty() {
			out = out.Union(model.EndpointAt(id, stray))
		}
	}
	return out
}

// admitted returns every endpoint that the rules for p admit.
func (e *encoder) admitted(p peers) model.Endpoints {
	out := model.EndpointsAt(p.ranges)
	for _, src := range p.sources {
		out = out.Union(model.EndpointsOf(e.behind[src]...))
	}
	return out
}
