package aws

import (
	"cmp"
	"net/netip"
	"slices"

	"github.com/crosswall/crosswall/model"
)

// peers is how the endpoints of a grant are spelled in rules: groups by
// reference and everybody else by address.
type peers struct {
	groups []int // indices into encoder.groups, sorted
	addrs  model.AddrSet
	// extra endpoints are admitted though the grant does not name them, missing
	// ones are not though it does.
	extra, missing model.Endpoints
}

// peersOf spells endpoints. A CIDR names everybody at its addresses and a
// group reference names its segments at every address, so that the rules name
// want exactly unless two identities that may hold the same address differ:
//
//	addrs of want's strangers   |=====A======|
//	segment x, wanted               |==x==|            covered by A
//	segment y, not wanted                  |--y--|     cut from A, unless somebody wanted is there
//	segment z, wanted                          |==z==| by reference to its group
//
// Where the cut would take more CIDR blocks than a group has room for, y is admitted and
// reported.
func (e *encoder) peersOf(want model.Endpoints) peers {
	strangers := want.At(model.Outside)
	addrs := strangers
	referenced := map[int]bool{}
	served := map[model.Identity]bool{}
	odd := e.oddMembers(want, strangers)
	for _, id := range odd {
		at := want.At(id)
		g, grouped := e.groupOf[id]
		if grouped && !strangers.Covers(at) && at.Covers(e.addrs[id]) {
			referenced[g], served[id] = true, true
		}
	}
	if bad := e.unwantedAt(want, odd, addrs); !bad.IsEmpty() {
		if cut := e.inFewBlocks(addrs.Subtract(bad.Subtract(e.neededAt(want, served)))); e.fitsGroup(cut) {
			addrs = cut
		}
	}
	var missing []model.EndpointEntry
	for _, id := range odd {
		at := want.At(id).Intersect(e.addrs[id])
		switch {
		case served[id] || addrs.Covers(at):
		case e.addrs[id].IsAll():
			missing = append(missing, model.EndpointEntry{ID: id, Addrs: at.Subtract(addrs)})
		default:
			addrs = addrs.Union(at)
		}
	}
	addrs = e.inFewBlocks(addrs)
	p := peers{addrs: addrs, missing: endpoints(missing)}
	for g := range referenced {
		p.groups = append(p.groups, g)
	}
	slices.Sort(p.groups)
	p.extra = e.extraOf(want, p, odd)
	return p
}

// fitsGroup reports whether a group has room for a rule per CIDR block of the
// addresses. Cutting a subnet out of a large block takes many.
func (e *encoder) fitsGroup(a model.AddrSet) bool {
	return max(len(a.V4().Prefixes()), len(a.V6().Prefixes())) <= e.opts.GroupRules
}

// oddMembers returns the members, sorted, that the strangers' addresses do not
// speak for.
func (e *encoder) oddMembers(want model.Endpoints, strangers model.AddrSet) []model.Identity {
	var out []model.Identity
	if want.Rest().Equal(strangers) {
		for _, n := range want.Entries() {
			if _, member := e.addrs[n.ID]; member && n.ID != model.Outside {
				out = append(out, n.ID)
			}
		}
		return out
	}
	for _, m := range e.in.Inventory.Members {
		if !want.At(m.ID).Equal(strangers) {
			out = append(out, m.ID)
		}
	}
	slices.Sort(out)
	return out
}

// unwantedAt returns the part of addrs at which any of the members is not wanted.
func (e *encoder) unwantedAt(want model.Endpoints, members []model.Identity, addrs model.AddrSet) model.AddrSet {
	var out model.AddrSet
	for _, id := range members {
		out = out.Union(addrs.Intersect(e.addrs[id]).Subtract(want.At(id)))
	}
	return out
}

// neededAt returns the addresses at which somebody is wanted who is not served
// by a group reference.
func (e *encoder) neededAt(want model.Endpoints, served map[model.Identity]bool) model.AddrSet {
	var out model.AddrSet
	for id, addrs := range e.addrs {
		if !served[id] {
			out = out.Union(want.At(id).Intersect(addrs))
		}
	}
	return out
}

// extraOf returns whom the rules admit beyond want, leaving out what AWS never
// filters.
func (e *encoder) extraOf(want model.Endpoints, p peers, odd []model.Identity) model.Endpoints {
	suspects := map[model.Identity]bool{}
	for _, id := range odd {
		suspects[id] = true
	}
	for _, g := range p.groups {
		for _, id := range e.groups[g].ids {
			suspects[id] = true
		}
	}
	if !want.At(model.Outside).Covers(p.addrs) { // addresses were added for somebody
		for id := range e.addrs {
			suspects[id] = true
		}
	}
	var out []model.EndpointEntry
	for id := range suspects {
		have := p.addrs.Intersect(e.addrs[id])
		if g, ok := e.groupOf[id]; ok && slices.Contains(p.groups, g) {
			have = e.addrs[id]
		}
		if more := have.Subtract(want.At(id)).Subtract(e.exempt); !more.IsEmpty() {
			out = append(out, model.EndpointEntry{ID: id, Addrs: more})
		}
	}
	return endpoints(out)
}

func endpoints(entries []model.EndpointEntry) model.Endpoints {
	slices.SortFunc(entries, func(a, b model.EndpointEntry) int { return cmp.Compare(a.ID, b.ID) })
	var out model.Endpoints
	for _, n := range entries {
		out = out.Union(model.EndpointAt(n.ID, n.Addrs))
	}
	return out
}

// filtered returns the fewest CIDR blocks of the set, without those that AWS
// never filters.
func (e *encoder) filtered(a model.AddrSet) []netip.Prefix {
	return slices.DeleteFunc(a.Prefixes(), func(p netip.Prefix) bool { return e.exempt.Covers(model.Prefixes(p)) })
}
