package model

import (
	"cmp"
	"fmt"
	"iter"
	"maps"
	"slices"

	"go4.org/netipx"
)

// box makes the diagram of a box.
func (w *workshop) box(b Box) *node {
	if len(b.Traffic) == 0 {
		return nil
	}
	traffic := w.traffic(b.Traffic)
	four, six := w.boxOf(family4, b, traffic), w.boxOf(family6, b, traffic)
	return w.numeric(levelFamily, []key{keyOf(family4), maxKey()}, []*node{four, six})
}

// boxOf makes the part of a box that is of one family, without the family.
func (w *workshop) boxOf(family uint64, b Box, traffic *node) *node {
	dst := w.end(levelDstID, b.Dst, family, traffic)
	return w.end(levelSrcID, b.Src, family, dst)
}

// end makes the two levels of one end, the identity's and the one of its
// address, in front of what follows.
func (w *workshop) end(l level, e Endpoints, family uint64, next *node) *node {
	if next == nil {
		return nil
	}
	ids, kids := make([]Identity, 0, len(e.byID)), make([]*node, 0, len(e.byID)+1)
	made := map[*netipx.IPRange]int{} // by where addresses are in memory, for thousands may have the same
	for i, n := range e.byID {
		ids = append(ids, n.ID)
		if len(n.Addrs.ranges) > 0 {
			first := &n.Addrs.ranges[0]
			if j, ok := made[first]; ok && n.Addrs.isSame(e.byID[j].Addrs) {
				kids = append(kids, kids[j])
				continue
			}
			made[first] = i
		}
		kids = append(kids, w.inside(l+1, addrSpans(n.Addrs, family), next))
	}
	return w.identities(l, ids, append(kids, w.inside(l+1, addrSpans(e.rest, family), next)))
}

// addrSpans returns the addresses of one family as keys.
func addrSpans(a AddrSet, family uint64) []span {
	var out []span
	for _, r := range a.ranges {
		if r.From().Is4() != (family == family4) {
			continue
		}
		s := span{addrKey(r.From()), addrKey(r.To())}
		if s.last == fieldMax(levelSrcAddr, family) {
			s.last = maxKey()
		}
		out = append(out, s)
	}
	return out
}

// traffic makes the levels from the protocol down.
func (w *workshop) traffic(t Traffic) *node {
	byProtocol := map[Protocol]Traffic{}
	for _, s := range t {
		if s.Protocol == AnyProtocol {
			return w.full // every protocol, every port: nothing can be added
		}
		byProtocol[s.Protocol] = append(byProtocol[s.Protocol], s)
	}
	var upper []key
	var kids []*node
	next := Protocol(0)
	for _, p := range slices.Sorted(maps.Keys(byProtocol)) {
		if p > next {
			upper, kids = append(upper, keyOf(uint64(p-1))), append(kids, nil)
		}
		n := w.full
		switch {
		case p.HasPorts():
			n = w.ports(byProtocol[p])
		case p.IsICMP():
			n = w.inside(levelDst, messageSpans(byProtocol[p]), w.full)
		}
		upper, kids = append(upper, keyOf(uint64(p))), append(kids, n)
		next = p + 1
	}
	if next <= 255 {
		upper, kids = append(upper, maxKey()), append(kids, nil)
	}
	upper[len(upper)-1] = maxKey()
	return w.numeric(levelProtocol, upper, kids)
}

// ports makes the levels below a protocol with ports.
func (w *workshop) ports(ss Traffic) *node {
	bySource := map[PortRange][]span{}
	var order []PortRange
	for _, s := range ss {
		if _, ok := bySource[s.Src]; !ok {
			order = append(order, s.Src)
		}
		bySource[s.Src] = append(bySource[s.Src], portSpans(s.Dst)...)
	}
	ns := make([]*node, len(order))
	for i, r := range order {
		ns[i] = w.inside(levelDst, normal(bySource[r]), w.inside(levelSrcPort, portSpans(r), w.full))
	}
	return w.unionAll(ns)
}

// messageSpans returns the types and codes of ICMP services.
func messageSpans(ss Traffic) []span {
	var out []span
	for _, s := range ss {
		first, last := uint64(0), uint64(0xffff)
		if s.Type != AnyICMP {
			first, last = uint64(s.Type)<<8, uint64(s.Type)<<8|0xff
			if s.Code != AnyICMP {
				first |= uint64(s.Code)
				last = first
			}
		}
		out = append(out, wordSpan(first, last))
	}
	return normal(out)
}

// normal sorts spans and joins those that overlap or touch.
func normal(spans []span) []span {
	slices.SortFunc(spans, func(a, b span) int { return a.first.compare(b.first) })
	out := spans[:0]
	for _, s := range spans {
		if n := len(out); n > 0 && (out[n-1].last == maxKey() || s.first.compare(out[n-1].last.after()) <= 0) {
			if out[n-1].last.compare(s.last) < 0 {
				out[n-1].last = s.last
			}
			continue
		}
		out = append(out, s)
	}
	return out
}

func portSpans(r PortRange) []span {
	if r.First > r.Last {
		return nil
	}
	return []span{wordSpan(uint64(r.First), uint64(r.Last))}
}

// wordSpan is a span of a 16-bit field.
func wordSpan(first, last uint64) span {
	s := span{keyOf(first), keyOf(last)}
	if last == 65535 {
		s.last = maxKey()
	}
	return s
}

// Boxes returns disjoint boxes whose union is r, sorted by their ends. Equal
// regions have equal boxes. The number of boxes can be exponential in the number of
// rules that made r; see [Region.BoxesUpTo], and [Region.Example] for one connection only.
func (r Region) Boxes() []Box {
	var paths []path
	enumerate(r.root, func(p path) bool {
		paths = append(paths, p)
		return true
	})
	return merged(paths)
}

// BoxesUpTo returns disjoint boxes of r as [Region.Boxes] does, but no more than
// limit: then those that [Region.All] gives first, merged as far as
// they go, and true, for there are more.
func (r Region) BoxesUpTo(limit int) ([]Box, bool) {
	var paths []path
	more := false
	enumerate(r.root, func(p path) bool {
		more = len(paths) >= max(limit, 0)
		if !more {
			paths = append(paths, p)
		}
		return !more
	})
	return merged(paths), more
}

// All returns disjoint boxes whose union is r, each of one IP family, worked
// out as they are asked for: whoever stops asking stops the work. Unlike those of [Region.Boxes],
// they are not merged and not sorted, but in the same order for equal regions.
func (r Region) All() iter.Seq[Box] {
	return func(yield func(Box) bool) {
		enumerate(r.root, func(p path) bool { return yield(p.box()) })
	}
}

// enumerate calls yield for every path of a diagram, until it returns false.
func enumerate(n *node, yield func(path) bool) {
	if n == nil {
		return
	}
	e := enumerator{w: newWorkshop(), yield: yield}
	e.families(n)
}

// enumerator walks all paths of a diagram.
type enumerator struct {
	w       *workshop
	yield   func(path) bool
	stopped bool
}

// path is a box of one or both families with the parts still apart.
type path struct {
	srcs, dsts idSet
	src, dst   AddrSet
	traffic    Traffic
}

func (p path) box() Box { return Box{p.srcs.endpoints(p.src), p.dsts.endpoints(p.dst), p.traffic} }

// idSet is identities: the named ones, or all but the named ones.
type idSet struct {
	ids    []Identity
	others bool
}

// bunch is the part of a node's domain that leads to one child.
type bunch struct {
	spans []span
	ids   idSet
	child *node
}

// bunches groups the edges of n at level l by child, empty children left out.
func (e *enumerator) bunches(n *node, l level) []bunch {
	var out []bunch
	at := map[uint64][]int{} // by hash of the child
	find := func(c *node) *bunch {
		for _, i := range at[hashOf(c)] {
			if e.w.same(out[i].child, c) {
				return &out[i]
			}
		}
		at[hashOf(c)] = append(at[hashOf(c)], len(out))
		out = append(out, bunch{child: c})
		return &out[len(out)-1]
	}
	if l.isIdentity() {
		ids, child := names(n, l)
		rest := child[len(ids)]
		for i, id := range ids {
			if child[i] != nil {
				b := find(child[i])
				b.ids.ids = append(b.ids.ids, id)
			}
		}
		if rest != nil {
			// No named child equals rest: the node is canonical.
			out = append(out, bunch{ids: idSet{ids: ids, others: true}, child: rest})
		}
		return out
	}
	upper, child := edges(n, l)
	var first key
	for i, u := range upper {
		if child[i] != nil {
			b := find(child[i])
			b.spans = append(b.spans, span{first, u})
		}
		if u != maxKey() {
			first = u.after()
		}
	}
	return out
}

func (e *enumerator) families(n *node) {
	upper, child := edges(n, levelFamily)
	for _, family := range []uint64{family4, family6} {
		for i, u := range upper {
			if keyOf(family).compare(u) <= 0 {
				e.identities(child[i], family)
				break
			}
		}
	}
}

func (e *enumerator) identities(n *node, family uint64) {
	if n == nil {
		return
	}
	for _, s := range e.bunches(n, levelSrcID) {
		for _, sa := range e.bunches(s.child, levelSrcAddr) {
			for _, d := range e.bunches(sa.child, levelDstID) {
				for _, da := range e.bunches(d.child, levelDstAddr) {
					if e.stopped {
						return
					}
					p := path{srcs: s.ids, dsts: d.ids}
					p.src, p.dst = spanAddrs(sa.spans, family), spanAddrs(da.spans, family)
					e.packets(da.child, p)
				}
			}
		}
	}
}

func (e *enumerator) packets(n *node, p path) {
	for _, pr := range e.bunches(n, levelProtocol) {
		for _, dp := range e.bunches(pr.child, levelDst) {
			for _, sp := range e.bunches(dp.child, levelSrcPort) {
				q := p
				q.traffic = services(pr.spans, dp.spans, sp.spans)
				if e.stopped = e.stopped || !e.yield(q); e.stopped {
					return
				}
			}
		}
	}
}

// spanAddrs returns the addresses of spans, which are sorted and disjoint.
func spanAddrs(spans []span, family uint64) AddrSet {
	out := make([]netipx.IPRange, 0, len(spans))
	for i := 0; i < len(spans); i++ {
		first := spans[i].first
		for i+1 < len(spans) && spans[i].last.after() == spans[i+1].first {
			i++
		}
		out = append(out, netipx.IPRangeFrom(keyAddr(first, family), keyAddr(spans[i].last, family)))
	}
	return AddrSet{out}
}

// services turns the numeric parts of a packet into services.
func services(protocols, dsts, srcs []span) Traffic {
	if len(protocols) == 1 && protocols[0] == (span{key{}, maxKey()}) && isAllSpan(dsts) && isAllSpan(srcs) {
		return Traffic{AllTraffic()}
	}
	var out Traffic
	for _, ps := range protocols {
		for p := ps.first.lo; p <= clip(ps.last, 255); p++ {
			out = append(out, protocolServices(Protocol(p), dsts, srcs)...)
		}
	}
	return out
}

func protocolServices(p Protocol, dsts, srcs []span) Traffic {
	var out Traffic
	switch {
	case p.HasPorts():
		for _, d := range dsts {
			for _, s := range srcs {
				out = append(out, PortsBetween(p, portRange(s), portRange(d)))
			}
		}
	case p.IsICMP():
		for _, d := range dsts {
			out = append(out, icmpServices(p, d)...)
		}
	default:
		return Traffic{AllOf(p)}
	}
	return out
}

// icmpServices cuts a span of type and code into messages, whole types where
// it can.
func icmpServices(p Protocol, d span) Traffic {
	var out Traffic
	first, last := d.first.lo, clip(d.last, 65535)
	if first == 0 && last == 65535 {
		return Traffic{AllOf(p)}
	}
	for first <= last {
		typ := int16(first >> 8)
		if first&0xff == 0 && first+0xff <= last {
			out = append(out, ICMPMessage(p, typ, AnyICMP))
			first += 0x100
			continue
		}
		out = append(out, ICMPMessage(p, typ, int16(first&0xff)))
		first++
	}
	return out
}

func isAllSpan(s []span) bool { return len(s) == 1 && s[0] == (span{key{}, maxKey()}) }

func portRange(s span) PortRange {
	return PortRange{uint16(s.first.lo), uint16(clip(s.last, 65535))}
}

// clip returns a key of a narrow field, whose last interval ends with maxKey.
func clip(k key, last uint64) uint64 {
	if k.hi != 0 || k.lo > last {
		return last
	}
	return k.lo
}

// endpoints joins who and where.
func (s idSet) endpoints(a AddrSet) Endpoints {
	rest := AddrSet{}
	named := a
	if s.others {
		rest, named = a, AddrSet{}
	}
	return endpointsFrom(rest, func(yield func(EndpointEntry)) {
		for _, id := range s.ids {
			yield(EndpointEntry{id, named})
		}
	})
}

// merged joins the IPv4 and the IPv6 box of the same ends and traffic: a box
// holds no pair of two families, so that their product is exact. It also joins
// boxes that differ in traffic alone.
func merged(paths []path) []Box {
	type who struct{ src, dst, traffic string }
	var out []Box
	waiting := map[who]int{} // IPv4 boxes that no IPv6 box has joined
	for _, p := range paths {
		k := who{p.srcs.key(), p.dsts.key(), p.traffic.String()}
		b := p.box()
		i, ok := waiting[k]
		switch four := p.src.ranges[0].From().Is4(); {
		case four:
			waiting[k] = len(out)
		case ok:
			out[i].Src, out[i].Dst = out[i].Src.Union(b.Src), out[i].Dst.Union(b.Dst)
			delete(waiting, k)
			continue
		}
		out = append(out, b)
	}
	return sortedByEnds(out)
}

// sortedByEnds sorts boxes by their ends and joins those that differ in
// traffic alone.
func sortedByEnds(boxes []Box) []Box {
	type keyed struct {
		src, dst string
		box      Box
	}
	ks := make([]keyed, len(boxes))
	for i, b := range boxes {
		ks[i] = keyed{b.Src.key(), b.Dst.key(), b}
	}
	slices.SortStableFunc(ks, func(a, b keyed) int { return cmp.Or(cmp.Compare(a.src, b.src), cmp.Compare(a.dst, b.dst)) })
	out := boxes[:0]
	for i, k := range ks {
		if i > 0 && k.src == ks[i-1].src && k.dst == ks[i-1].dst {
			last := &out[len(out)-1].Traffic
			*last = append(slices.Clip(*last), k.box.Traffic...)
			continue
		}
		out = append(out, k.box)
	}
	return out
}

// key spells the set such that different sets have different keys.
func (s idSet) key() string { return fmt.Sprintf("%t %q", s.others, s.ids) }
