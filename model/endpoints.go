package model

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Endpoints is an immutable, canonical set of endpoints: for some identities
// the addresses at which they count, and for every other identity, named
// nowhere, the addresses of the rest. The zero Endpoints is empty.
//
// "Any endpoint in 10.0.0.0/8" is a rest of 10.0.0.0/8. "The pods of frontend"
// is frontend at all addresses and an empty rest.
type Endpoints struct {
	rest AddrSet
	byID []EndpointEntry // sorted by ID; never an entry equal to rest
}

// EndpointEntry is one identity of an [Endpoints] with its addresses.
type EndpointEntry struct {
	ID    Identity
	Addrs AddrSet
}

// AnyEndpoint returns every identity at every address.
func AnyEndpoint() Endpoints { return EndpointsAt(AllAddrs()) }

// EndpointsAt returns every identity at the addresses of a.
func EndpointsAt(a AddrSet) Endpoints { return Endpoints{rest: a} }

// EndpointsOf returns the identities, at every address.
func EndpointsOf(ids ...Identity) Endpoints {
	all := AllAddrs()
	e := Endpoints{byID: make([]EndpointEntry, len(ids))}
	for i, id := range ids {
		e.byID[i] = EndpointEntry{id, all}
	}
	slices.SortFunc(e.byID, func(a, b EndpointEntry) int { return cmp.Compare(a.ID, b.ID) })
	e.byID = slices.CompactFunc(e.byID, func(a, b EndpointEntry) bool { return a.ID == b.ID })
	return e
}

// EndpointAt returns one identity at the addresses of a.
func EndpointAt(id Identity, a AddrSet) Endpoints {
	return endpointsFrom(AddrSet{}, func(yield func(EndpointEntry)) { yield(EndpointEntry{id, a}) })
}

// endpointsFrom builds the canonical form; each yields every identity at most
// to one effect: later entries of the same identity are dropped as equal.
func endpointsFrom(rest AddrSet, each func(yield func(EndpointEntry))) Endpoints {
	e := Endpoints{rest: rest}
	each(func(n EndpointEntry) {
		if !n.Addrs.Equal(rest) {
			e.byID = append(e.byID, n)
		}
	})
	slices.SortFunc(e.byID, func(a, b EndpointEntry) int { return cmp.Compare(a.ID, b.ID) })
	e.byID = slices.CompactFunc(e.byID, func(a, b EndpointEntry) bool { return a.ID == b.ID })
	return e
}

// At returns the addresses at which id is in the set.
func (e Endpoints) At(id Identity) AddrSet {
	if i, ok := slices.BinarySearchFunc(e.byID, id, func(n EndpointEntry, id Identity) int {
		return cmp.Compare(n.ID, id)
	}); ok {
		return e.byID[i].Addrs
	}
	return e.rest
}

// Rest returns the addresses at which identities without an entry are in the
// set.
func (e Endpoints) Rest() AddrSet { return e.rest }

// Entries returns the identities whose addresses differ from the rest, sorted.
func (e Endpoints) Entries() []EndpointEntry { return slices.Clone(e.byID) }

// Contains reports whether the endpoint is in the set.
func (e Endpoints) Contains(p Endpoint) bool { return e.At(p.ID).Contains(p.Addr) }

// IsEmpty reports whether the set holds no endpoint.
func (e Endpoints) IsEmpty() bool {
	return e.rest.IsEmpty() && len(e.byID) == 0
}

// IsAny reports whether the set holds every endpoint.
func (e Endpoints) IsAny() bool { return len(e.byID) == 0 && e.rest.IsAll() }

// Equal reports whether both sets hold the same endpoints.
func (e Endpoints) Equal(o Endpoints) bool {
	return e.rest.Equal(o.rest) && slices.EqualFunc(e.byID, o.byID, func(a, b EndpointEntry) bool {
		return a.ID == b.ID && a.Addrs.Equal(b.Addrs)
	})
}

// Union returns the endpoints in e or o.
func (e Endpoints) Union(o Endpoints) Endpoints { return e.combine(o, AddrSet.Union) }

// unionOf joins sets by halves: one after the other, each would go through all before it.
func unionOf(sets []Endpoints) Endpoints {
	switch n := len(sets); n {
	case 0:
		return Endpoints{}
	case 1:
		return sets[0]
	default:
		return unionOf(sets[:n/2]).Union(unionOf(sets[n/2:]))
	}
}

// Intersect returns the endpoints in both e and o.
func (e Endpoints) Intersect(o Endpoints) Endpoints { return e.combine(o, AddrSet.Intersect) }

// Subtract returns the endpoints in e that are not in o.
func (e Endpoints) Subtract(o Endpoints) Endpoints { return e.combine(o, AddrSet.Subtract) }

// Complement returns the endpoints that are not in e.
func (e Endpoints) Complement() Endpoints { return AnyEndpoint().Subtract(e) }

func (e Endpoints) combine(o Endpoints, op func(a, b AddrSet) AddrSet) Endpoints {
	out := Endpoints{rest: op(e.rest, o.rest)}
	add := func(id Identity, addrs AddrSet) {
		if !addrs.Equal(out.rest) {
			out.byID = append(out.byID, EndpointEntry{id, addrs})
		}
	}
	if n := max(len(e.byID), len(o.byID)); n > 0 {
		out.byID = make([]EndpointEntry, 0, n)
	}
	for i, j := 0, 0; i < len(e.byID) || j < len(o.byID); {
		switch {
		case j == len(o.byID) || i < len(e.byID) && e.byID[i].ID < o.byID[j].ID:
			add(e.byID[i].ID, op(e.byID[i].Addrs, o.rest))
			i++
		case i == len(e.byID) || o.byID[j].ID < e.byID[i].ID:
			add(o.byID[j].ID, op(e.rest, o.byID[j].Addrs))
			j++
		default:
			add(e.byID[i].ID, op(e.byID[i].Addrs, o.byID[j].Addrs))
			i++
			j++
		}
	}
	return out
}

// overlaps reports whether both sets have an endpoint in common, without working out which.
func (e Endpoints) overlaps(o Endpoints) bool {
	if len(e.byID) > len(o.byID) {
		e, o = o, e
	}
	for _, n := range e.byID {
		if n.Addrs.Overlaps(o.At(n.ID)) {
			return true
		}
	}
	if e.rest.IsEmpty() {
		return false
	}
	for _, n := range o.byID {
		if n.Addrs.Overlaps(e.At(n.ID)) {
			return true
		}
	}
	return e.rest.Overlaps(o.rest)
}

// String returns the set for people: "shop-frontend, 10.0.0.0/8".
func (e Endpoints) String() string {
	var parts []string
	for _, n := range e.byID {
		name := string(n.ID)
		if n.ID == Outside {
			name = "outside"
		}
		switch {
		case n.Addrs.IsAll():
			parts = append(parts, name)
		case n.Addrs.IsEmpty():
			parts = append(parts, "not "+name)
		default:
			parts = append(parts, name+" at "+n.Addrs.String())
		}
	}
	switch {
	case e.rest.IsAll():
		parts = append(parts, "any")
	case !e.rest.IsEmpty():
		parts = append(parts, e.rest.String())
	}
	if len(parts) == 0 {
		return "nobody"
	}
	return strings.Join(parts, ", ")
}

// key spells the set such that different sets have different keys.
func (e Endpoints) key() string {
	var b strings.Builder
	for _, n := range e.byID {
		fmt.Fprintf(&b, "%q@%v;", n.ID, n.Addrs.ranges)
	}
	fmt.Fprintf(&b, "*@%v", e.rest.ranges)
	return b.String()
}
