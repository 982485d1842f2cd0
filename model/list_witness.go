package model

import "slices"

// finder finds packets in cells, for people to read.
type finder struct {
	space  *space
	within *Region // nil: everything
	search *search // whose tests it counts
	limit  func() int
}

// in returns a finder for cells of one family, in the form that [gapSearch]
// asks for: open when there is a packet, covered when there is none.
func (f finder) in(family int) func(*cell) (Flow, outcome) {
	return func(c *cell) (Flow, outcome) {
		flow := f.space.example(family, c)
		if f.within == nil || f.within.Contains(flow) {
			return flow, open
		}
		m := meeting{finder: f, family: family, cell: c}
		out := m.walk(f.within.root, levelFamily)
		return m.flow, out
	}
}

// example returns a packet of a cell that reads well.
func (s *space) example(family int, c *cell) Flow {
	var f Flow
	f.Src.ID = s.identity(c.lo[axisSrcID], c.hi[axisSrcID])
	f.Dst.ID = s.identity(c.lo[axisDstID], c.hi[axisDstID])
	f.setService(c)
	ip := uint64(family4)
	if family == space6 {
		ip = family6
	}
	f.Src.Addr = keyAddr(f.pick(levelSrcAddr, s.addrs(family, axisSrcAddr, c), ip), ip)
	f.Dst.Addr = keyAddr(f.pick(levelDstAddr, s.addrs(family, axisDstAddr, c), ip), ip)
	return f
}

// identity returns who is in the classes first to last.
func (s *space) identity(first, last uint32) Identity {
	if first == 0 && last == s.others() {
		return Outside // anybody
	}
	for c := first; c <= min(last, s.others()-1) && s.others() > 0; c++ {
		for _, id := range s.members[c] {
			if id != Outside {
				return id
			}
		}
	}
	if first < s.others() {
		return Outside
	}
	return s.anybodyElse(nil)
}

// anybodyElse returns an identity that neither a list nor one of names, sorted,
// mentions.
func (s *space) anybodyElse(names []Identity) Identity {
	for id := Outside; ; id += "anybody else" {
		_, named := s.class[id]
		if _, also := slices.BinarySearch(names, id); !named && !also {
			return id
		}
	}
}

// addrs returns the addresses of a cell on an axis.
func (s *space) addrs(family, axis int, c *cell) span {
	if family == space4 {
		return span{keyOf(uint64(c.lo[axis])), keyOf(uint64(c.hi[axis]))}
	}
	cuts := s.cuts[axis]
	out := span{cuts[c.lo[axis]], maxKey()}
	if n := int(c.hi[axis]) + 1; n < len(cuts) {
		out.last = cuts[n].before()
	}
	return out
}

// pick returns a value of a span that reads well.
func (f *Flow) pick(l level, s span, family uint64) key {
	for _, k := range f.wishes(l, family) {
		if s.first.compare(k) <= 0 && k.compare(s.last) <= 0 {
			return k
		}
	}
	return inner(l, s, family)
}

// setService settles protocol and ports, or type and code.
func (f *Flow) setService(c *cell) {
	lo, hi := c.lo[axisService], c.hi[axisService]
	p := f.pick(levelProtocol, span{keyOf(uint64(lo >> serviceBits)), keyOf(uint64(hi >> serviceBits))}, family4)
	f.Protocol = Protocol(p.lo)
	first, last := portsWithin(f.Protocol, lo, hi)
	dst := f.pick(levelDst, span{keyOf(uint64(first)), keyOf(uint64(last))}, family4)
	f.setDst(dst)
	if f.Protocol.HasPorts() {
		src := span{keyOf(uint64(c.lo[axisSrcPort])), keyOf(uint64(c.hi[axisSrcPort]))}
		f.SrcPort = uint16(f.pick(levelSrcPort, src, family4).lo)
	}
}

func (f *Flow) setDst(k key) {
	switch {
	case f.Protocol.HasPorts():
		f.DstPort = uint16(k.lo)
	case f.Protocol.IsICMP():
		f.ICMPType, f.ICMPCode = uint8(k.lo>>8), uint8(k.lo)
	}
}

// portsWithin returns the destination ports, or messages, of a protocol between two
// coordinates of the service axis.
func portsWithin(p Protocol, lo, hi uint32) (first, last uint32) {
	last = 1<<serviceBits - 1
	if lo>>serviceBits == uint32(p) {
		first = lo & last
	}
	if hi>>serviceBits == uint32(p) {
		last &= hi
	}
	return first, last
}

// meeting looks for a packet that is in both a cell and a region.
type meeting struct {
	finder
	family int
	cell   *cell
	flow   Flow
}

// walk goes down all edges of a region's diagram that overlap the cell.
func (m *meeting) walk(n *node, l level) outcome {
	if m.search.tests++; m.search.tests > m.limit() {
		return tooMuch
	}
	switch {
	case n == nil:
		return covered
	case l == levelEnd:
		return open
	case l == levelSrcID:
		return m.identities(n, l, axisSrcID, &m.flow.Src.ID)
	case l == levelDstID:
		return m.identities(n, l, axisDstID, &m.flow.Dst.ID)
	case l == levelProtocol:
		return m.protocols(n)
	}
	s := m.values(l)
	upper, child := edges(n, l)
	var first key
	for i, u := range upper {
		part := span{first, u}
		if part.first.compare(s.first) < 0 {
			part.first = s.first
		}
		if s.last.compare(part.last) < 0 {
			part.last = s.last
		}
		if part.first.compare(part.last) <= 0 {
			m.set(l, m.flow.pick(l, part, m.ip()))
			if out := m.walk(child[i], l+1); out != covered {
				return out
			}
		}
		if u != maxKey() {
			first = u.after()
		} else {
			break
		}
	}
	return covered
}

func (m *meeting) ip() uint64 {
	if m.family == space6 {
		return family6
	}
	return family4
}

// values returns the cell's values on a numeric level other than the protocol.
func (m *meeting) values(l level) span {
	switch l {
	case levelFamily:
		return span{keyOf(m.ip()), keyOf(m.ip())}
	case levelSrcAddr:
		return m.space.addrs(m.family, axisSrcAddr, m.cell)
	case levelDstAddr:
		return m.space.addrs(m.family, axisDstAddr, m.cell)
	case levelDst:
		first, last := portsWithin(m.flow.Protocol, m.cell.lo[axisService], m.cell.hi[axisService])
		return span{keyOf(uint64(first)), keyOf(uint64(last))}
	}
	return span{keyOf(uint64(m.cell.lo[axisSrcPort])), keyOf(uint64(m.cell.hi[axisSrcPort]))}
}

func (m *meeting) set(l level, k key) {
	switch l {
	case levelSrcAddr:
		m.flow.Src.Addr = keyAddr(k, m.ip())
	case levelDstAddr:
		m.flow.Dst.Addr = keyAddr(k, m.ip())
	case levelDst:
		m.flow.setDst(k)
	case levelSrcPort:
		m.flow.SrcPort = 0
		if m.flow.Protocol.HasPorts() {
			m.flow.SrcPort = uint16(k.lo)
		}
	}
}

// protocols goes down with each protocol of the cell.
func (m *meeting) protocols(n *node) outcome {
	lo, hi := m.cell.lo[axisService]>>serviceBits, m.cell.hi[axisService]>>serviceBits
	upper, child := edges(n, levelProtocol)
	first := uint32(0)
	for i, u := range upper {
		last := uint32(clip(u, 255))
		for p := max(first, lo); child[i] != nil && p <= min(last, hi); p++ {
			m.flow.Protocol, m.flow.DstPort, m.flow.ICMPType, m.flow.ICMPCode = Protocol(p), 0, 0, 0
			if out := m.walk(child[i], levelDst); out != covered {
				return out
			}
		}
		first = last + 1
	}
	return covered
}

// identities goes down with everybody whom the node names and the cell holds,
// and with one whom it does not name.
func (m *meeting) identities(n *node, l level, axis int, who *Identity) outcome {
	ids, child := names(n, l)
	lo, hi := m.cell.lo[axis], m.cell.hi[axis]
	for i, id := range ids {
		if c := m.space.classOf(id); c < lo || c > hi {
			continue
		}
		*who = id
		if out := m.walk(child[i], l+1); out != covered {
			return out
		}
	}
	id, ok := m.unnamed(ids, lo, hi)
	if !ok {
		return covered
	}
	*who = id
	return m.walk(child[len(ids)], l+1)
}

// unnamed returns an identity of the classes lo to hi that is none of ids.
func (m *meeting) unnamed(ids []Identity, lo, hi uint32) (Identity, bool) {
	for c := lo; c <= hi; c++ {
		for _, id := range m.space.members[c] {
			if _, named := slices.BinarySearch(ids, id); !named {
				return id, true
			}
		}
	}
	if hi == m.space.others() {
		return m.space.anybodyElse(ids), true
	}
	return "", false
}
