package audit

import (
	"maps"
	"slices"

	"github.com/crosswall/crosswall/model"
)

// Lane is packets that the same strangers may send, or be sent.
type Lane struct {
	// Traffic is of one protocol, or of all that no other lane is of.
	Traffic   model.Traffic
	Strangers model.AddrSet
}

// Lanes cuts a part of an opening by packets: in a lane all strangers may send all of it, so that what several rules
// admit of one packet is seen together. Lanes are disjoint, sorted by protocol and port, and as few as can be. Source ports are left aside,
// as whoever sends chooses them.
func (o *Opening) Lanes(part model.Region) []Lane {
	strips := map[model.Protocol][]strip{}
	for b := range part.All() {
		who := o.strangersOf(b)
		for _, t := range b.Traffic {
			strips[t.Protocol] = append(strips[t.Protocol], strip{fieldOf(t), who})
		}
	}
	wild := strips[model.AnyProtocol]
	delete(strips, model.AnyProtocol)
	var out []Lane
	for _, p := range slices.Sorted(maps.Keys(strips)) {
		for _, s := range cut(slices.Concat(wild, strips[p])) {
			out = append(out, Lane{trafficOf(p, s.field), s.who})
		}
	}
	if len(wild) > 0 {
		out = append(out, Lane{allBut(strips), senders(wild)})
	}
	return out
}

// In returns the connections of a part of an opening that are in lanes.
func (o *Opening) In(lanes []Lane, part model.Region) model.Region {
	if len(lanes) == 0 {
		return model.Region{}
	}
	boxes := make([]model.Box, len(lanes))
	for i, l := range lanes {
		boxes[i] = o.box(model.EndpointAt(model.Outside, l.Strangers), l.Traffic)
	}
	return part.Intersect(model.NewRegion(boxes...))
}

// Keep returns the connections of a part of an opening whose strangers are those that choose returns of all that may
// send the same packet.
func (o *Opening) Keep(part model.Region, choose func(strangers model.AddrSet) model.AddrSet) model.Region {
	if part.IsEmpty() {
		return part
	}
	var kept []Lane
	for _, l := range o.Lanes(part) {
		if l.Strangers = choose(l.Strangers); !l.Strangers.IsEmpty() {
			kept = append(kept, l)
		}
	}
	return o.In(kept, part)
}

// strip is packets of one protocol, by destination port or by ICMP type and code, and who may send them.
type strip struct {
	field interval
	who   model.AddrSet
}

// interval is values of a 16-bit field, both ends included.
type interval struct{ first, last int }

const lastField = 0xffff

// fieldOf is the destination ports of a service, or its ICMP types and codes.
func fieldOf(t model.Service) interval {
	switch {
	case t.Protocol.HasPorts():
		return interval{int(t.Dst.First), int(t.Dst.Last)}
	case t.Protocol.IsICMP() && t.Type != model.AnyICMP:
		first := int(t.Type) << 8
		if t.Code != model.AnyICMP {
			return interval{first | int(t.Code), first | int(t.Code)}
		}
		return interval{first, first | 0xff}
	}
	return interval{0, lastField}
}

// cut makes strips disjoint, with all who may send each, sorted and joined where the same may.
func cut(strips []strip) []strip {
	var ends []int // where a strip begins, or the one before has ended
	for _, s := range strips {
		ends = append(ends, s.field.first, s.field.last+1)
	}
	slices.Sort(ends)
	ends = slices.Compact(ends)
	// Every strip is added where it begins; there are few, so that looking through those that are open is cheap.
	slices.SortStableFunc(strips, func(a, b strip) int { return a.field.first - b.field.first })
	var out, open []strip
	next := 0
	for i := 0; i+1 < len(ends); i++ {
		for next < len(strips) && strips[next].field.first <= ends[i] {
			open = append(open, strips[next])
			next++
		}
		open = slices.DeleteFunc(open, func(s strip) bool { return s.field.last < ends[i] })
		who := senders(open)
		field := interval{ends[i], ends[i+1] - 1}
		switch n := len(out); {
		case who.IsEmpty():
		case n > 0 && out[n-1].field.last+1 == field.first && out[n-1].who.Equal(who):
			out[n-1].field.last = field.last
		default:
			out = append(out, strip{field, who})
		}
	}
	return out
}

// senders is who may send any of some strips.
func senders(strips []strip) model.AddrSet {
	who := make([]model.AddrSet, len(strips))
	for i, s := range strips {
		who[i] = s.who
	}
	return model.UnionOf(who...)
}

// trafficOf is the packets of a protocol with a field in an interval.
func trafficOf(p model.Protocol, f interval) model.Traffic {
	switch {
	case p.HasPorts():
		return model.Traffic{model.Ports(p, uint16(f.first), uint16(f.last))}
	case p.IsICMP() && f != (interval{0, lastField}):
		return messages(p, f)
	}
	return model.Traffic{model.AllOf(p)}
}

// messages is ICMP types and codes, whole types where it can be.
func messages(p model.Protocol, f interval) model.Traffic {
	var out model.Traffic
	for n := f.first; n <= f.last; {
		typ := int16(n >> 8)
		if n&0xff == 0 && n+0xff <= f.last {
			out = append(out, model.ICMPMessage(p, typ, model.AnyICMP))
			n += 0x100
			continue
		}
		out = append(out, model.ICMPMessage(p, typ, int16(n&0xff)))
		n++
	}
	return out
}

// allBut is the packets of all protocols but those that have strips of their own.
func allBut(own map[model.Protocol][]strip) model.Traffic {
	if len(own) == 0 {
		return model.Traffic{model.AllTraffic()}
	}
	var out model.Traffic
	for p := range model.Protocol(256) {
		if _, ok := own[p]; !ok {
			out = append(out, model.AllOf(p))
		}
	}
	return out
}
