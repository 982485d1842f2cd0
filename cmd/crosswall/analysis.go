package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
)

// analysis answers for each pair of ends what may pass between them. It cuts
// the regions that a policy admits, refuses and leaves open into boxes once,
// and then looks up which boxes a pair is in.
type analysis struct {
	inv    model.Inventory
	policy model.Policy
	view   view
	boxes  []ruling
	// groups are workloads that no box tells apart; atoms are outside addresses
	// that none does.
	groups, atoms []party
	// answers has what passes between two parties, by the boxes that they are in.
	answers map[string][]connection
}

// party is ends with the same answers: workloads at the same addresses, or a
// part of the outside.
type party struct {
	end // of the first workload
	ids []model.Identity
	// sides has, for each box, the sides of the box at which the party is.
	sides []sides
	// isolated directions are those in which a rule has to admit packets.
	egress, ingress bool
}

// sides is a set of sides of a box, by family.
type sides uint8

const (
	srcIPv4 sides = 1 << iota
	srcIPv6
	dstIPv4
	dstIPv6
)

// ruling is a box and what holds for the connections in it.
type ruling struct {
	model.Box
	what fate
}

// fate is what becomes of a connection.
type fate uint8

const (
	passes fate = iota
	refused
	open
	// replyRefused and replyOpen are about connections that pass, in the what-if reading.
	replyRefused
	replyOpen
	fates // the number of fates
)

func newAnalysis(p model.Policy, inv model.Inventory, v view) *analysis {
	a := analysisOf(p, inv, v)
	a.group()
	a.partition()
	return a
}

// analysisOf is an analysis of single pairs of parties.
func analysisOf(p model.Policy, inv model.Inventory, v view) *analysis {
	a := &analysis{inv: inv, policy: p, view: v, answers: map[string][]connection{}}
	spec := p.Permitted(inv)
	a.add(passes, spec.Allowed)
	a.add(open, spec.Unknown)
	a.add(refused, inv.Universe().Subtract(spec.Allowed).Subtract(spec.Unknown))
	if v == viewStateless {
		alone := withoutState(p).Permitted(inv)
		a.add(replyRefused, spec.Allowed.Subtract(alone.Allowed).Subtract(alone.Unknown))
		a.add(replyOpen, spec.Allowed.Intersect(alone.Unknown))
	}
	return a
}

// withoutState is the policy with every layer judging replies by themselves.
func withoutState(p model.Policy) model.Policy {
	out := model.Policy{Layers: slices.Clone(p.Layers)}
	for i := range out.Layers {
		out.Layers[i].State = model.Stateless
	}
	return out
}

func (a *analysis) add(what fate, r model.Region) {
	for _, b := range r.Boxes() {
		a.boxes = append(a.boxes, ruling{b, what})
	}
}

// group puts workloads together that are in the same boxes.
func (a *analysis) group() {
	bySignature := map[string]int{}
	for _, m := range a.inv.Members {
		e := end{m.ID, a.inv.Addrs(m.ID)}
		var b strings.Builder
		b.WriteString(e.addrs.String())
		for _, r := range a.boxes {
			for _, side := range []model.Endpoints{r.Src, r.Dst} {
				switch at := side.At(m.ID).Intersect(e.addrs); {
				case at.IsEmpty():
					b.WriteString("|")
				case at.Equal(e.addrs):
					b.WriteString("|*")
				default:
					b.WriteString("|" + at.String())
				}
			}
		}
		i, ok := bySignature[b.String()]
		if !ok {
			i = len(a.groups)
			bySignature[b.String()] = i
			a.groups = append(a.groups, a.party(e))
		}
		a.groups[i].ids = append(a.groups[i].ids, m.ID)
	}
}

// party looks up where an end is.
func (a *analysis) party(e end) party {
	p := party{end: e, sides: make([]sides, len(a.boxes)), egress: a.isolated(e, model.Egress), ingress: a.isolated(e, model.Ingress)}
	for i, r := range a.boxes {
		src, dst := r.Src.At(e.id).Intersect(e.addrs), r.Dst.At(e.id).Intersect(e.addrs)
		for bit, part := range map[sides]model.AddrSet{srcIPv4: src.V4(), srcIPv6: src.V6(), dstIPv4: dst.V4(), dstIPv6: dst.V6()} {
			if !part.IsEmpty() {
				p.sides[i] |= bit
			}
		}
	}
	return p
}

// partition cuts the outside into the fewest sets of addresses that are wholly in or wholly out
// of every box, each of one family.
func (a *analysis) partition() {
	all := a.inv.Addrs(model.Outside)
	parts := []model.AddrSet{all.V4(), all.V6()}
	seen := map[string]bool{}
	for _, r := range a.boxes {
		for _, side := range []model.Endpoints{r.Src, r.Dst} {
			cut := side.At(model.Outside)
			key := cut.String()
			if seen[key] {
				continue
			}
			seen[key] = true
			var next []model.AddrSet
			for _, p := range parts {
				next = append(next, p.Intersect(cut), p.Subtract(cut))
			}
			parts = slices.DeleteFunc(next, model.AddrSet.IsEmpty)
		}
	}
	for _, p := range parts {
		if !p.IsEmpty() {
			a.atoms = append(a.atoms, a.party(end{model.Outside, p}))
		}
	}
}

// connections returns what may pass between all pairs of ends, the outside merged where nothing sets its parts
// apart.
func (a *analysis) connections() []connection {
	var out []connection
	for _, g := range a.groups {
		for _, h := range a.groups {
			out = append(out, a.spread(g, h)...)
		}
	}
	for _, p := range a.mergedAtoms() {
		out = append(out, p...)
	}
	return out
}

// spread returns the connections between each workload of g and each of h.
func (a *analysis) spread(g, h party) []connection {
	var out []connection
	for _, c := range a.between(g, h) {
		for _, from := range g.ids {
			for _, to := range h.ids {
				c.from.id, c.to.id = from, to
				out = append(out, c)
			}
		}
	}
	return out
}

// mergedAtoms returns the connections with the outside, one slice for each set of addresses that
// has the same connections as no other.
func (a *analysis) mergedAtoms() [][]connection {
	type merged struct {
		addrs       model.AddrSet
		connections []connection
	}
	var sets []merged
	bySignature := map[string]int{}
	for _, atom := range a.atoms {
		var cs []connection
		for _, g := range a.groups {
			to, from := a.between(g, atom), a.between(atom, g)
			for _, id := range g.ids {
				for _, c := range to {
					c.from.id = id
					cs = append(cs, c)
				}
				for _, c := range from {
					c.to.id = id
					cs = append(cs, c)
				}
			}
		}
		key := signature(cs)
		i, ok := bySignature[key]
		if !ok {
			i = len(sets)
			bySignature[key] = i
			sets = append(sets, merged{connections: cs})
		}
		sets[i].addrs = sets[i].addrs.Union(atom.addrs)
		for k := range sets[i].connections {
			// "Any" is not the same in IPv4 and in IPv6.
			c := &sets[i].connections[k]
			c.traffic, c.everything, c.said = c.traffic.union(cs[k].traffic), c.everything.union(cs[k].everything), nil
		}
	}
	out := make([][]connection, len(sets))
	for i, s := range sets {
		for _, c := range s.connections {
			if c.from.id == model.Outside {
				c.from.addrs = s.addrs
			} else {
				c.to.addrs = s.addrs
			}
			out[i] = append(out[i], c)
		}
	}
	return out
}

// signature spells connections of one family without the outside's addresses.
func signature(cs []connection) string {
	var b strings.Builder
	for _, c := range cs {
		b.WriteString(strings.Join([]string{string(c.from.id), string(c.to.id), c.text(), string(c.replies)}, "\x00"))
		if c.sure {
			b.WriteByte('!')
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// between returns what may pass from one party to another.
func (a *analysis) between(from, to party) []connection {
	in := a.meet(from, to)
	key := in.key()
	if to.egress || from.ingress {
		key += "!"
	}
	cs, ok := a.answers[key]
	if !ok {
		cs = a.judge(in, to.egress || from.ingress)
		a.answers[key] = cs
	}
	out := slices.Clone(cs)
	for i := range out {
		out[i].from, out[i].to = from.end, to.end
	}
	return out
}

// meeting is what two parties have in common: the families, and the boxes that hold connections from one to
// the other, for each family.
type meeting [2]struct {
	is    bool
	boxes []int
}

func (a *analysis) meet(from, to party) meeting {
	var m meeting
	for i, f := range families {
		m[i].is = !f.of(from.addrs).IsEmpty() && !f.of(to.addrs).IsEmpty()
		for b := range a.boxes {
			if m[i].is && from.sides[b]&f.src != 0 && to.sides[b]&f.dst != 0 {
				m[i].boxes = append(m[i].boxes, b)
			}
		}
	}
	return m
}

func (m meeting) key() string { return fmt.Sprint(m) }

// judge works out what passes where parties meet; answered is whether a rule has to admit the replies.
func (a *analysis) judge(m meeting, answered bool) []connection {
	var some [fates]trafficSet // at some addresses of the parties
	var everything, surely trafficSet
	surely = trafficOf(model.Traffic{model.AllTraffic()})
	for i, f := range families {
		if !m[i].is {
			continue
		}
		in := a.fatesIn(m[i].boxes)
		// What passes between some addresses of the parties only is not known
		// to pass. ICMP of the other family is no traffic of this one and
		// stands in nobody's way.
		surely = surely.intersect(in[passes].subtract(in[refused]).subtract(in[open]).union(f.foreign()))
		everything = everything.union(f.everything())
		for i := range some {
			some[i] = some[i].union(in[i])
		}
	}
	surely = surely.intersect(everything)
	var out []connection
	emit := func(t trafficSet, r replies, sure bool) {
		if !t.isEmpty() {
			out = append(out, connection{traffic: t, replies: r, sure: sure, everything: everything})
		}
	}
	emit(some[passes].union(some[open]).subtract(surely), unasked, false)
	if a.view != viewStateless {
		emit(surely, unasked, true)
		return out
	}
	none := surely.intersect(some[replyRefused])
	for _, icmp := range unanswered() {
		// Messages that have no reply go with their protocol's refused ones,
		// so that the listing is not cut up by message.
		if !none.intersect(icmp.all).isEmpty() {
			none = none.union(surely.intersect(icmp.mute))
		}
	}
	unsure := surely.intersect(some[replyOpen]).subtract(none)
	admitted := implicitReplies
	if answered {
		admitted = explicitReplies
	}
	emit(surely.subtract(none).subtract(unsure), admitted, true)
	emit(none, noReplies, true)
	emit(unsure, unasked, false)
	return out
}

// muteICMP is an ICMP protocol: all of it, and the messages that have no reply.
type muteICMP struct{ all, mute trafficSet }

// unanswered returns what of ICMP and ICMPv6 has no reply.
func unanswered() []muteICMP {
	var out []muteICMP
	for _, p := range []model.Protocol{model.ICMP, model.ICMPv6} {
		var mute model.Traffic
		for t := range 256 {
			if _, ok := (model.Flow{Protocol: p, ICMPType: uint8(t)}).Reply(); !ok {
				mute = append(mute, model.ICMPMessage(p, int16(t), model.AnyICMP))
			}
		}
		out = append(out, muteICMP{trafficOf(model.Traffic{model.AllOf(p)}), trafficOf(mute)})
	}
	return out
}

// fatesIn returns the traffic of each fate in the boxes.
func (a *analysis) fatesIn(boxes []int) [fates]trafficSet {
	var services [fates]model.Traffic
	for _, b := range boxes {
		services[a.boxes[b].what] = append(services[a.boxes[b].what], a.boxes[b].Traffic...)
	}
	var out [fates]trafficSet
	for what, t := range services {
		out[what] = trafficOf(t)
	}
	return out
}

// isolated reports whether a rule has to admit packets of an end in a
// direction.
func (a *analysis) isolated(e end, d model.Direction) bool {
	for _, l := range a.policy.Layers {
		for _, c := range l.Chains(d) {
			if a.inv.Resolve(c.Guard.Target).May.At(e.id).Overlaps(e.addrs) {
				return true
			}
		}
	}
	return false
}

// family is an IP family.
type family struct {
	// of returns the addresses of the family.
	of func(model.AddrSet) model.AddrSet
	// src and dst are its sides of a box.
	src, dst sides
	// icmp is the ICMP that the family does not carry.
	icmp model.Protocol
}

// families are IPv4 and IPv6.
var families = [...]family{
	{model.AddrSet.V4, srcIPv4, dstIPv4, model.ICMPv6},
	{model.AddrSet.V6, srcIPv6, dstIPv6, model.ICMP},
}

// foreign is the traffic that the family does not carry.
func (f family) foreign() trafficSet { return trafficOf(model.Traffic{model.AllOf(f.icmp)}) }

// everything is all traffic that the family carries.
func (f family) everything() trafficSet {
	return trafficOf(model.Traffic{model.AllTraffic()}).subtract(f.foreign())
}
