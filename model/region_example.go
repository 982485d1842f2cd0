package model

import "net/netip"

// Example returns a connection of r, one that people find easy to read where
// there is a choice: IPv4, TCP, documentation addresses for strangers. Equal regions have
// the same example. It returns false when r is empty.
func (r Region) Example() (Flow, bool) {
	if r.root == nil {
		return Flow{}, false
	}
	f := Flow{Protocol: TCP}
	family := uint64(family4)
	for n, l := r.root, levelFamily; l < levelEnd; l++ {
		n = f.choose(n, l, &family)
	}
	return f, true
}

// choose settles one field of the flow and returns the child it leads to. No
// child that is not nil is empty, so that every choice can be completed.
func (f *Flow) choose(n *node, l level, family *uint64) *node {
	if l.isIdentity() {
		id, child := chooseIdentity(n, l)
		if l == levelSrcID {
			f.Src.ID = id
		} else {
			f.Dst.ID = id
		}
		return child
	}
	k, child := chooseKey(n, l, f.wishes(l, *family), *family)
	switch l {
	case levelFamily:
		*family = k.lo
	case levelProtocol:
		f.Protocol = Protocol(k.lo)
	case levelDst:
		if f.Protocol.HasPorts() {
			f.DstPort = uint16(k.lo)
		} else if f.Protocol.IsICMP() {
			f.ICMPType, f.ICMPCode = uint8(k.lo>>8), uint8(k.lo)
		}
	case levelSrcPort:
		if f.Protocol.HasPorts() {
			f.SrcPort = uint16(k.lo)
		}
	case levelSrcAddr:
		f.Src.Addr = keyAddr(k, *family)
	case levelDstAddr:
		f.Dst.Addr = keyAddr(f.other(k, n, child), *family)
	}
	return child
}

// other returns a value for the destination's address beside the source's, if there is one next to k: no two ends have one address.
func (f *Flow) other(k key, n, child *node) key {
	next := k.after()
	if k == addrKey(f.Src.Addr) && (levelOf(n) != levelDstAddr || n.at(next) == child) {
		return next
	}
	return k
}

// chooseIdentity prefers a named identity that is somebody.
func chooseIdentity(n *node, l level) (Identity, *node) {
	ids, child := names(n, l)
	for i, id := range ids {
		if child[i] != nil && id != Outside {
			return id, child[i]
		}
	}
	if len(ids) > 0 && ids[0] == Outside && child[0] != nil {
		return Outside, child[0]
	}
	// Whoever is not named: a stranger, unless strangers are named.
	if len(ids) == 0 || ids[0] != Outside {
		return Outside, child[len(ids)]
	}
	return "anybody else", child[len(ids)]
}

// wishes lists values that read well, best first.
func (f *Flow) wishes(l level, family uint64) []key {
	words := func(ns ...uint64) []key {
		out := make([]key, len(ns))
		for i, n := range ns {
			out[i] = keyOf(n)
		}
		return out
	}
	switch l {
	case levelFamily:
		return words(family4, family6)
	case levelProtocol:
		return words(uint64(TCP), uint64(UDP), uint64(ICMP), uint64(ICMPv6), uint64(SCTP))
	case levelDst:
		switch f.Protocol {
		case ICMP:
			return words(8 << 8) // echo request
		case ICMPv6:
			return words(128 << 8)
		}
		return words(80, 443)
	case levelSrcPort:
		return words(40000, 50000)
	case levelSrcAddr:
		return usualAddrs(f.Src.ID, family)
	case levelDstAddr:
		return usualAddrs(f.Dst.ID, family)
	}
	return nil
}

// usualAddrs returns documentation addresses (RFC 5737, RFC 3849) for an end
// that is nobody in particular, and private ones (RFC 1918, RFC 4193) for a member: what may have any
// address has such a one.
func usualAddrs(id Identity, family uint64) []key {
	switch {
	case id != Outside && family == family4:
		return []key{addrKey(netip.AddrFrom4([4]byte{10, 0, 0, 4}))}
	case id != Outside:
		return []key{addrKey(netip.AddrFrom16([16]byte{0xfc, 15: 4}))}
	case family == family4:
		return []key{addrKey(netip.AddrFrom4([4]byte{203, 0, 113, 10})), addrKey(netip.AddrFrom4([4]byte{198, 51, 100, 10}))}
	}
	return []key{addrKey(netip.AddrFrom16([16]byte{0x20, 0x01, 0x0d, 0xb8, 15: 0x10}))}
}

// chooseKey takes the first wish that leads somewhere, or else a value a
// little above the start of the first interval that does, past network addresses and
// port 0.
func chooseKey(n *node, l level, wishes []key, family uint64) (key, *node) {
	if levelOf(n) != l {
		if len(wishes) > 0 {
			return wishes[0], n
		}
		return keyOf(4), n // any value does
	}
	for _, w := range wishes {
		if c := n.at(w); c != nil {
			return w, c
		}
	}
	var first key
	for i, u := range n.upper {
		if n.child[i] != nil {
			return inner(l, span{first, u}, family), n.child[i]
		}
		if u != maxKey() {
			first = u.after()
		}
	}
	return key{}, nil // a canonical node has a child that is not nil
}

// inner returns a value of the span that reads well.
func inner(l level, s span, family uint64) key {
	last := s.last
	if m := fieldMax(l, family); m.compare(last) < 0 {
		last = m
	}
	steps := uint64(0)
	switch l {
	case levelSrcAddr, levelDstAddr:
		steps = 4 // clouds reserve the first addresses of a subnet
	case levelDst, levelSrcPort:
		if s.first == (key{}) {
			steps = 1
		}
	}
	k := s.first
	for range steps {
		if k.compare(last) < 0 {
			k = k.after()
		}
	}
	return k
}
