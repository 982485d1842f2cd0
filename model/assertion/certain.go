package assertion

import (
	"fmt"
	"slices"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
)

// somewhere is the addresses of a family that a member whose addresses are not known may have.
func (w World) somewhere(id model.Identity, family model.AddrSet) model.AddrSet {
	return w.Inventory.Addrs(id).Intersect(family).Subtract(audit.Unheld())
}

// isOpen reports whether a region breaks a "never": some of its connections are possible for sure, or would be whatever address of a family
// somebody had.
func (w World) isOpen(r model.Region) bool {
	return w.isThere(r) || w.isThereIn(r, model.AllIPv6())
}

// isThere reports whether some of the connections of a region are possible for sure. Those of members whose addresses are not known are if
// there are such connections whatever IPv4 address a member has: interfaces have one, whatever else they have.
func (w World) isThere(r model.Region) bool { return w.isThereIn(r, model.AllIPv4()) }

// isThereIn is isThere where those whose addresses are not known have one of a family.
func (w World) isThereIn(r model.Region, family model.AddrSet) bool {
	if r.IsEmpty() {
		return false
	}
	unknown := w.elusive()
	if len(unknown) == 0 {
		return true
	}
	pairs := pairsOf(r)
	nobody := model.EndpointsOf(unknown...)
	settled := model.AnyEndpoint().Subtract(nobody)
	if !pairs.Intersect(model.NewRegion(anything(settled, settled))).IsEmpty() {
		return true
	}
	tried := 0
	for _, id := range unknown {
		var sent, received model.AddrSet
		var others model.Endpoints
		for b := range pairs.All() {
			if !b.Dst.Intersect(settled).IsEmpty() {
				sent = sent.Union(b.Src.At(id))
			}
			if !b.Src.Intersect(settled).IsEmpty() {
				received = received.Union(b.Dst.At(id))
			}
			if !b.Src.At(id).IsEmpty() {
				others = others.Union(b.Dst.Intersect(nobody))
			}
		}
		if at := w.somewhere(id, family); !at.IsEmpty() && (sent.Covers(at) || received.Covers(at)) {
			return true
		}
		for _, other := range unknown {
			if tried == mostPairs || others.At(other).IsEmpty() {
				continue
			}
			tried++
			here, there := model.EndpointAt(id, w.somewhere(id, family)), model.EndpointAt(other, w.somewhere(other, family))
			if !here.IsEmpty() && !there.IsEmpty() && pairs.Covers(model.NewRegion(anything(here, there))) {
				return true
			}
		}
	}
	return false
}

// mostPairs is how many pairs of members whose addresses are not known are looked at. Beyond it, connections between two such members
// are not taken for sure.
const mostPairs = 1000

// elusive returns the members whose addresses are not known, sorted.
func (w World) elusive() []model.Identity {
	var out []model.Identity
	for _, m := range w.Inventory.Members {
		if w.isElusive(m) {
			out = append(out, m.ID)
		}
	}
	slices.Sort(out)
	return out
}

func (w World) isElusive(m model.Member) bool { return m.Addrs.IsEmpty() || w.Unplaced[m.ID] }

// pairsOf is who connects to whom in a region, on whatever.
func pairsOf(r model.Region) model.Region {
	var boxes []model.Box
	for b := range r.All() {
		boxes = append(boxes, anything(b.Src, b.Dst))
	}
	return model.NewRegion(boxes...)
}

func anything(from, to model.Endpoints) model.Box {
	return model.Box{Src: from, Dst: to, Traffic: model.Traffic{model.AllTraffic()}}
}

// whose says of which members it is not known whether they have the addresses that a region is about; empty: of none.
func (w World) whose(r model.Region) string {
	for _, id := range w.elusive() {
		who := model.EndpointsOf(id)
		for b := range r.All() {
			if !b.Src.Intersect(who).IsEmpty() || !b.Dst.Intersect(who).IsEmpty() {
				return fmt.Sprintf("it depends on the addresses of %s, which are not known", id)
			}
		}
	}
	return ""
}
