package model

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
)

// maxBoxes bounds what a list may expand to: 52 bytes each, and a little more than as
// much again for the index.
const maxBoxes = 1 << 23

// slab is an interval of each of two axes: the classes of an end and its
// addresses, or services and source ports.
type slab struct {
	family       int
	first, last  uint32 // classes, or source ports
	lower, upper uint32 // addresses, or services
}

// expander turns lines to boxes.
type expander struct {
	space              *space
	out                [spaces][]flat
	src, dst, services []slab
	runs               []classAddrs
}

type classAddrs struct {
	class uint32
	addrs AddrSet
}

// expand returns the boxes of a list, in the order of its lines. It fails when
// there are too many.
func (l List) expand(s *space) ([spaces][]flat, error) {
	e := expander{space: s}
	e.out[space4] = make([]flat, 0, len(l.lines)+8)
	six := 0
	for i := range l.lines {
		if l.lines[i].src.anySix() && l.lines[i].dst.anySix() {
			six++
		}
	}
	e.out[space6] = make([]flat, 0, six)
	for i := range l.lines {
		n := &l.lines[i]
		if e.services = appendServices(e.services[:0], n.traffic); len(e.services) == 0 {
			continue
		}
		e.src = e.end(e.src[:0], &n.src, s.cuts[axisSrcAddr])
		e.dst = e.end(e.dst[:0], &n.dst, s.cuts[axisDstAddr])
		if len(e.src)*len(e.dst)*len(e.services) > maxBoxes-len(e.out[space4])-len(e.out[space6]) {
			return e.out, fmt.Errorf("the rules expand to more than %d boxes", maxBoxes)
		}
		e.product(tagOf(i, n.action))
	}
	return e.out, nil
}

// product adds a box for every pair of ends of one family and every service.
func (e *expander) product(t tag) {
	for _, s := range e.src {
		for _, d := range e.dst {
			if s.family != d.family {
				continue
			}
			for _, v := range e.services {
				e.out[s.family] = append(e.out[s.family], flat{cell{
					point{s.lower, d.lower, v.lower, s.first, d.first, v.first},
					point{s.upper, d.upper, v.upper, s.last, d.last, v.last}}, t})
			}
		}
	}
}

// end appends the parts of one end: runs of classes with equal addresses.
func (e *expander) end(out []slab, n *Endpoints, cuts []key) []slab {
	others := e.space.others()
	if len(n.byID) == 0 {
		return appendAddrParts(out, n.rest, slab{last: others}, cuts)
	}
	e.runs = e.runs[:0]
	for i := range n.byID {
		e.runs = append(e.runs, classAddrs{e.space.class[n.byID[i].ID], n.byID[i].Addrs})
	}
	slices.SortFunc(e.runs, func(a, b classAddrs) int { return cmp.Compare(a.class, b.class) })
	// Members of one class are at the same addresses.
	runs := slices.CompactFunc(e.runs, func(a, b classAddrs) bool { return a.class == b.class })
	next := uint32(0)
	for i := 0; i < len(runs); {
		if runs[i].class > next {
			out = appendAddrParts(out, n.rest, slab{first: next, last: runs[i].class - 1}, cuts)
		}
		j := i + 1
		for j < len(runs) && runs[j].class == runs[j-1].class+1 && runs[j].addrs.Equal(runs[i].addrs) {
			j++
		}
		out = appendAddrParts(out, runs[i].addrs, slab{first: runs[i].class, last: runs[j-1].class}, cuts)
		next, i = runs[j-1].class+1, j
	}
	return appendAddrParts(out, n.rest, slab{first: next, last: others}, cuts) // others is never named
}

// appendAddrParts appends a slab for every range of addresses.
func appendAddrParts(out []slab, a AddrSet, p slab, cuts []key) []slab {
	for _, r := range a.ranges {
		if r.From().Is4() {
			p.family, p.lower, p.upper = space4, word(r.From()), word(r.To())
		} else {
			p.family = space6
			p.lower, p.upper = cutAt(cuts, addrKey(r.From())), cutAt(cuts, addrKey(r.To()))
		}
		out = append(out, p)
	}
	return out
}

// word returns an IPv4 address as a number.
func word(a netip.Addr) uint32 {
	b := a.As4()
	return uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3])
}

// appendServices appends the intervals of traffic, those of the same source
// ports joined where they touch. Services that are invalid match nothing.
func appendServices(out []slab, t Traffic) []slab {
	for i := range t {
		if p, ok := servicePart(&t[i]); ok {
			out = append(out, p)
		}
	}
	if len(out) < 2 {
		return out
	}
	slices.SortFunc(out, func(a, b slab) int {
		return cmp.Or(cmp.Compare(a.first, b.first), cmp.Compare(a.last, b.last), cmp.Compare(a.lower, b.lower))
	})
	joined := out[:1]
	for _, p := range out[1:] {
		n := &joined[len(joined)-1]
		if p.first == n.first && p.last == n.last && p.lower <= n.upper+1 {
			n.upper = max(n.upper, p.upper)
			continue
		}
		joined = append(joined, p)
	}
	return joined
}

// servicePart returns the intervals of a service; false when it matches nothing.
func servicePart(s *Service) (slab, bool) {
	p := slab{last: 0xffff}
	if s.Protocol == AnyProtocol {
		p.upper = lastService
		return p, true
	}
	if s.Validate() != nil {
		return p, false
	}
	base := uint32(s.Protocol) << serviceBits
	p.lower, p.upper = base, base|0xffff
	switch {
	case s.Protocol.HasPorts():
		p.first, p.last = uint32(s.Src.First), uint32(s.Src.Last)
		p.lower, p.upper = base|uint32(s.Dst.First), base|uint32(s.Dst.Last)
	case s.Protocol.IsICMP() && s.Type != AnyICMP:
		p.lower = base | uint32(s.Type)<<8
		p.upper = p.lower | 0xff
		if s.Code != AnyICMP {
			p.lower |= uint32(s.Code)
			p.upper = p.lower
		}
	}
	return p, true
}

// anySix reports whether an IPv6 address is among the ends.
func (e *Endpoints) anySix() bool {
	six := func(a AddrSet) bool {
		n := len(a.ranges)
		return n > 0 && a.ranges[n-1].From().Is6() // IPv6 comes last
	}
	return six(e.rest) || slices.ContainsFunc(e.byID, func(n EndpointEntry) bool { return six(n.Addrs) })
}
