package model

import (
	"encoding/binary"
	"maps"
	"math"
	"slices"
)

// space gives identities and IPv6 addresses their coordinates. Lists have to
// share one to be compared.
type space struct {
	class map[Identity]uint32 // of each identity that a list names
	// members of each class, sorted: identities that no list tells apart. The
	// last class is everybody whom no list names, and has no entry in it.
	members [][]Identity
	cuts    [2][]key // first addresses of the IPv6 intervals of sources and destinations, from ::
}

func newSpace(lists ...List) *space {
	s := &space{}
	s.classify(lists)
	var cuts [2][]key
	for i := range cuts {
		cuts[i] = []key{{}}
	}
	for _, l := range lists {
		for i := range l.lines {
			cuts[0] = appendCuts(cuts[0], &l.lines[i].src)
			cuts[1] = appendCuts(cuts[1], &l.lines[i].dst)
		}
	}
	for i, c := range cuts {
		slices.SortFunc(c, key.compare)
		s.cuts[i] = slices.Clip(slices.Compact(c))
	}
	return s
}

// appendCuts appends the first addresses of the IPv6 ranges of e and of what
// follows them.
func appendCuts(cuts []key, e *Endpoints) []key {
	cuts = appendAddrCuts(cuts, e.rest)
	for i := range e.byID {
		cuts = appendAddrCuts(cuts, e.byID[i].Addrs)
	}
	return cuts
}

func appendAddrCuts(cuts []key, a AddrSet) []key {
	for _, r := range slices.Backward(a.ranges) { // IPv6 comes last
		if r.From().Is4() {
			break
		}
		if k := addrKey(r.From()); k != (key{}) {
			cuts = append(cuts, k)
		}
		if k := addrKey(r.To()); k != maxKey() {
			cuts = append(cuts, k.after())
		}
	}
	return cuts
}

// classify finds the identities that occur in the same sets of endpoints, at
// the same addresses.
func (s *space) classify(lists []List) {
	marks := map[Identity][]byte{}
	seen := map[*EndpointEntry]bool{}
	mark := func(e *Endpoints) {
		if len(e.byID) == 0 || seen[&e.byID[0]] {
			return
		}
		seen[&e.byID[0]] = true
		for i := range e.byID {
			m := binary.AppendUvarint(marks[e.byID[i].ID], uint64(len(seen)))
			marks[e.byID[i].ID] = appendAddrs(m, e.byID[i].Addrs)
		}
	}
	for _, l := range lists {
		for i := range l.lines {
			mark(&l.lines[i].src)
			mark(&l.lines[i].dst)
		}
	}
	s.class = make(map[Identity]uint32, len(marks))
	byMark := map[string]uint32{}
	for _, id := range slices.Sorted(maps.Keys(marks)) {
		c, ok := byMark[string(marks[id])]
		if !ok {
			c = uint32(len(s.members))
			byMark[string(marks[id])] = c
			s.members = append(s.members, nil)
		}
		s.class[id] = c
		s.members[c] = append(s.members[c], id)
	}
	s.members = append(s.members, nil)
}

// appendAddrs spells a set such that different sets are spelt differently and
// none starts another.
func appendAddrs(b []byte, a AddrSet) []byte {
	if a.IsAll() {
		return binary.AppendUvarint(b, math.MaxUint32) // more ranges than there are
	}
	b = binary.AppendUvarint(b, uint64(len(a.ranges)))
	for _, r := range a.ranges {
		for _, end := range [...]key{addrKey(r.From()), addrKey(r.To())} {
			b = binary.BigEndian.AppendUint64(b, end.hi)
			b = binary.BigEndian.AppendUint64(b, end.lo)
		}
		b = append(b, byte(r.From().BitLen()))
	}
	return b
}

// others is the class of everybody whom no list names.
func (s *space) others() uint32 { return uint32(len(s.members) - 1) }

// cutAt returns the interval that an IPv6 address is in.
func cutAt(cuts []key, k key) uint32 {
	i, ok := slices.BinarySearchFunc(cuts, k, key.compare)
	if !ok {
		i--
	}
	return uint32(i)
}

// last is the last coordinate of an axis.
func (s *space) last(family, axis int) uint32 {
	switch axis {
	case axisService:
		return lastService
	case axisSrcID, axisDstID:
		return s.others()
	case axisSrcPort:
		return 0xffff
	}
	if family == space6 {
		return uint32(len(s.cuts[axis]) - 1)
	}
	return 0xffff_ffff
}

// locate returns the space and the point of a packet. It returns false for
// what is no packet: ends of two families, or a protocol outside 0 to 255.
func (s *space) locate(f Flow) (int, point, bool) {
	var p point
	src, dst := f.Src.Addr, f.Dst.Addr
	if !src.IsValid() || src.BitLen() != dst.BitLen() || f.Protocol < 0 || f.Protocol > 255 {
		return 0, p, false
	}
	p[axisService] = uint32(f.Protocol)<<serviceBits | uint32(fieldValue(levelDst, f).lo)
	p[axisSrcPort] = uint32(fieldValue(levelSrcPort, f).lo)
	p[axisSrcID], p[axisDstID] = s.classOf(f.Src.ID), s.classOf(f.Dst.ID)
	from, to := addrKey(src), addrKey(dst)
	if src.Is4() {
		p[axisSrcAddr], p[axisDstAddr] = uint32(from.lo), uint32(to.lo)
		return space4, p, true
	}
	p[axisSrcAddr], p[axisDstAddr] = cutAt(s.cuts[axisSrcAddr], from), cutAt(s.cuts[axisDstAddr], to)
	return space6, p, true
}

func (s *space) classOf(id Identity) uint32 {
	if c, ok := s.class[id]; ok {
		return c
	}
	return s.others()
}
