package model

import "fmt"

// Member is one identity that a policy is about: a workload or a segment.
type Member struct {
	ID Identity
	// Addrs is every address that the member may hold; its pods or interfaces
	// hold some of them. Empty means not known: any address.
	Addrs AddrSet
	// ClientPorts is the range from which the member's connections originate,
	// the ephemeral range of its kernel. The zero range means [DefaultClientPorts].
	ClientPorts PortRange
	// Solo members never have more than one endpoint, so that they have no traffic among themselves.
	Solo bool
}

// DefaultClientPorts returns the range of source ports to reckon with when
// nothing is known of a client: 1024 to 65535, which holds the ranges of Linux,
// Windows, NAT gateways, load balancers and Lambda (VPC user guide, network
// ACLs, ephemeral ports).
func DefaultClientPorts() PortRange { return PortRange{1024, 65535} }

// Inventory says who there is: the members, the groups they belong to, and the
// addresses that are left for everyone else. The zero Inventory has no members, so that
// nothing is worth asking.
type Inventory struct {
	// Members must have distinct identities, none of them Outside.
	Members []Member
	// Groups gives the members of the named groups. A [Group] without an entry is unknown.
	Groups map[Group]Selector
	// Outside is the addresses that endpoints which are no member may hold.
	// Empty means all: an address in use by a member may then be a stranger's too.
	Outside AddrSet
	// OutsideClientPorts is the range from which connections of strangers
	// originate. The zero range means [DefaultClientPorts].
	OutsideClientPorts PortRange
}

// Addrs returns the addresses that an identity may hold, with the meaning of
// empty fields worked out. An identity that is no member holds none.
func (inv Inventory) Addrs(id Identity) AddrSet {
	if id == Outside {
		return orAll(inv.Outside)
	}
	for _, m := range inv.Members {
		if m.ID == id {
			return orAll(m.Addrs)
		}
	}
	return AddrSet{}
}

// ClientPorts returns the range from which connections of an identity
// originate.
func (inv Inventory) ClientPorts(id Identity) PortRange {
	r := inv.OutsideClientPorts
	for _, m := range inv.Members {
		if id != Outside && m.ID == id {
			r = m.ClientPorts
		}
	}
	if r == (PortRange{}) {
		return DefaultClientPorts()
	}
	return r
}

func orAll(a AddrSet) AddrSet {
	if a.IsEmpty() {
		return AllAddrs()
	}
	return a
}

// Resolved is what a selector stands for: the endpoints that it surely names,
// and those that it may name, which hold the former. They are equal when nothing is
// unknown.
type Resolved struct{ Must, May Endpoints }

// IsExact reports whether nothing about the selector is unknown.
func (r Resolved) IsExact() bool { return r.Must.Equal(r.May) }

// maxGroupDepth bounds groups that name groups; deeper nesting is a cycle.
const maxGroupDepth = 16

// Resolve works out which endpoints a selector names. A nil selector is [Any].
// Groups without an entry, and groups that contain themselves, are unknown: they
// may name anybody.
func (inv Inventory) Resolve(s Selector) Resolved { return inv.resolve(s, 0) }

func (inv Inventory) resolve(s Selector, depth int) Resolved {
	exactly := func(e Endpoints) Resolved { return Resolved{e, e} }
	switch s := s.(type) {
	case nil, Any:
		return exactly(AnyEndpoint())
	case At:
		return exactly(EndpointsAt(s.Addrs))
	case Identities:
		return exactly(EndpointsOf(s...))
	case Group:
		g, ok := inv.Groups[s]
		if !ok || depth >= maxGroupDepth {
			return Resolved{Endpoints{}, AnyEndpoint()}
		}
		return inv.resolve(g, depth+1)
	case And:
		out := exactly(AnyEndpoint())
		for _, t := range s {
			r := inv.resolve(t, depth)
			out = Resolved{out.Must.Intersect(r.Must), out.May.Intersect(r.May)}
		}
		return out
	case Or:
		must, may := make([]Endpoints, len(s)), make([]Endpoints, len(s))
		for i, t := range s {
			r := inv.resolve(t, depth)
			must[i], may[i] = r.Must, r.May
		}
		return Resolved{unionOf(must), unionOf(may)}
	case Not:
		r := inv.resolve(s.Selector, depth)
		return Resolved{r.May.Complement(), r.Must.Complement()}
	case Maybe:
		return Resolved{Endpoints{}, inv.resolve(s.Selector, depth).May}
	}
	return Resolved{Endpoints{}, AnyEndpoint()} // no other Selector can exist: the sum is closed
}

// Validate reports members that are named twice or called [Outside], and
// reversed port ranges.
func (inv Inventory) Validate() error {
	seen := map[Identity]bool{Outside: true}
	for _, m := range inv.Members {
		if seen[m.ID] {
			return fmt.Errorf("inventory: member %q is named twice or is the outside", m.ID)
		}
		seen[m.ID] = true
		if m.ClientPorts.First > m.ClientPorts.Last {
			return fmt.Errorf("inventory: client ports %s of %q are reversed", m.ClientPorts, m.ID)
		}
	}
	return nil
}
