package model

// Region is an immutable, exact set of connections: which endpoint sends, which
// receives, and with what first packet. The zero Region is empty. Equal sets have
// one representation, so that output made from a Region is stable.
//
// The two ends of a connection are always of one IP family.
type Region struct{ root *node }

// Box is the product of its three parts: every connection from an endpoint of
// Src to an endpoint of Dst (of the same family) that is of Traffic. A Box with
// an empty part is empty.
type Box struct {
	Src, Dst Endpoints
	Traffic  Traffic
}

// NewRegion returns the union of the boxes.
func NewRegion(boxes ...Box) Region {
	w := newWorkshop()
	ns := make([]*node, len(boxes))
	for i, b := range boxes {
		ns[i] = w.box(b)
	}
	return Region{w.unionAll(ns)}
}

// Everything returns every connection there can be.
func Everything() Region { return Region{newWorkshop().full} }

// Union returns the connections in r or o.
func (r Region) Union(o Region) Region { return r.apply(opUnion, o) }

// Intersect returns the connections in both r and o.
func (r Region) Intersect(o Region) Region { return r.apply(opIntersect, o) }

// Subtract returns the connections in r that are not in o.
func (r Region) Subtract(o Region) Region { return r.apply(opSubtract, o) }

func (r Region) apply(o op, s Region) Region {
	return Region{newWorkshop().apply(o, r.root, s.root)}
}

// unionRegions unites many regions at once.
func unionRegions(rs []Region) Region {
	w := newWorkshop()
	ns := make([]*node, len(rs))
	for i, r := range rs {
		ns[i] = r.root
	}
	return Region{w.unionAll(ns)}
}

// IsEmpty reports whether there is no connection in r.
func (r Region) IsEmpty() bool { return r.root == nil }

// Equal reports whether r and o hold the same connections.
func (r Region) Equal(o Region) bool { return newWorkshop().same(r.root, o.root) }

// Covers reports whether every connection of o is in r.
func (r Region) Covers(o Region) bool { return o.Subtract(r).IsEmpty() }

// Contains reports whether the flow is in r. A flow whose ends are of two
// families is in no region.
func (r Region) Contains(f Flow) bool {
	if !f.Src.Addr.IsValid() || f.Src.Addr.BitLen() != f.Dst.Addr.BitLen() || f.Protocol < 0 || f.Protocol > 255 {
		return false
	}
	n := r.root
	for n != nil && n.level != levelEnd {
		n = n.next(f)
	}
	return n != nil
}

// next follows the edge that f takes.
func (n *node) next(f Flow) *node {
	switch n.level {
	case levelSrcID:
		return n.follow(f.Src.ID)
	case levelDstID:
		return n.follow(f.Dst.ID)
	default:
		return n.at(fieldValue(n.level, f))
	}
}

// fieldValue returns the value of a numeric field of a flow.
func fieldValue(l level, f Flow) key {
	switch l {
	case levelFamily:
		if f.Src.Addr.Is4() {
			return keyOf(family4)
		}
		return keyOf(family6)
	case levelProtocol:
		return keyOf(uint64(f.Protocol))
	case levelSrcAddr:
		return addrKey(f.Src.Addr)
	case levelDstAddr:
		return addrKey(f.Dst.Addr)
	case levelDst:
		switch {
		case f.Protocol.HasPorts():
			return keyOf(uint64(f.DstPort))
		case f.Protocol.IsICMP():
			return keyOf(uint64(f.ICMPType)<<8 | uint64(f.ICMPCode))
		}
	case levelSrcPort:
		if f.Protocol.HasPorts() {
			return keyOf(uint64(f.SrcPort))
		}
	}
	return key{}
}

// follow returns the child for an identity.
func (n *node) follow(id Identity) *node {
	lo, hi := 0, len(n.ids)
	for lo < hi {
		mid := (lo + hi) / 2
		if n.ids[mid] < id {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	if lo < len(n.ids) && n.ids[lo] == id {
		return n.child[lo]
	}
	return n.child[len(n.ids)]
}

// at returns the child for a value.
func (n *node) at(k key) *node {
	lo, hi := 0, len(n.upper)-1
	for lo < hi {
		mid := (lo + hi) / 2
		if n.upper[mid].compare(k) < 0 {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return n.child[lo]
}
