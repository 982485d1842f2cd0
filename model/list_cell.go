package model

// The axes of the space in which lists are searched. Protocol and destination
// port (or ICMP type and code) are one axis, protocol first: every [Service] is an interval
// of it.
//
//	service:  ─ 0 ─┬─ icmp: type, code ─┬─ ... ─┬─ tcp: port 0 ... 65535 ─┬─ ...
//
// Protocols without ports or messages fill their part of the axis, and the axis
// of the source port: packets that differ there only are one packet.
//
// IPv4 and IPv6 are two spaces. IPv4 addresses are themselves; IPv6 addresses are counted
// by the intervals between the boundaries that rules name, so that a coordinate of
// 32 bits is enough for both.
const (
	axisSrcAddr = iota
	axisDstAddr
	axisService
	axisSrcID
	axisDstID
	axisSrcPort
	axes
)

// The two spaces.
const (
	space4 = iota
	space6
	spaces
)

// serviceBits is the width of the part of the service axis that a protocol has.
const serviceBits = 16

// lastService is the last coordinate of the service axis.
const lastService = 256<<serviceBits - 1

type point [axes]uint32

// cell is a box: the points between two corners, both included.
type cell struct{ lo, hi point }

func (c *cell) contains(p *point) bool {
	for i := range p {
		if p[i] < c.lo[i] || p[i] > c.hi[i] {
			return false
		}
	}
	return true
}

func (c *cell) covers(o *cell) bool {
	for i := range o.lo {
		if o.lo[i] < c.lo[i] || o.hi[i] > c.hi[i] {
			return false
		}
	}
	return true
}

func (c *cell) overlaps(o *cell) bool {
	for i := range o.lo {
		if o.lo[i] > c.hi[i] || o.hi[i] < c.lo[i] {
			return false
		}
	}
	return true
}

// intersect returns the common part of cells that overlap.
func (c *cell) intersect(o *cell) cell {
	out := *c
	for i := range o.lo {
		out.lo[i] = max(out.lo[i], o.lo[i])
		out.hi[i] = min(out.hi[i], o.hi[i])
	}
	return out
}

// enclose grows c to hold o.
func (c *cell) enclose(o *cell) {
	for i := range o.lo {
		c.lo[i] = min(c.lo[i], o.lo[i])
		c.hi[i] = max(c.hi[i], o.hi[i])
	}
}

// tag is the number of a line and its action, ordered by line.
type tag uint32

// noTag comes after every tag.
const noTag = ^tag(0)

func tagOf(line int, a Action) tag { return tag(line)<<2 | tag(a) }

func (t tag) line() int      { return int(t >> 2) }
func (t tag) action() Action { return Action(t & 3) }

// actions is a set of actions, 0 included, one bit each.
type actions uint8

const (
	everyAction actions = 0b1111
	sureActions actions = 0b1110
)

func (t tag) in(s actions) bool { return s>>(t&3)&1 != 0 }

func actionSet(a Action) actions { return 1 << a }

// flat is a box of a line.
type flat struct {
	cell
	tag tag
}
