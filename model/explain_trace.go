package model

import "slices"

// trace is what the chains of one hop do with all connections of a question.
type trace struct {
	// allowed and denied are the connections that may have that fate; those in
	// both are undecided. Together they are everything asked about.
	allowed, denied Region
	leaves          []leaf
}

// leaf is connections that one rule may decide on.
type leaf struct {
	connections Region
	rule        *Rule // nil: a default, or nothing
	verdict     Verdict
}

// split cuts regions such that the hop says the same about all of each.
func (t trace) split(rs []Region) []Region {
	var out []Region
	for _, r := range rs {
		allowed, denied := r.Intersect(t.allowed), r.Intersect(t.denied)
		for _, part := range []Region{allowed.Subtract(denied), denied.Subtract(allowed), allowed.Intersect(denied)} {
			if !part.IsEmpty() {
				out = append(out, part)
			}
		}
	}
	return out
}

// also returns the rules that have the step's verdict on some of the connections,
// but for the step's own. Of an undecided step it returns all that may decide.
func (t trace) also(cs Region, s Step) []Rule {
	var out []Rule
	for _, l := range t.leaves {
		switch {
		case l.rule == nil, s.Verdict != Undecided && l.verdict != s.Verdict, s.Rule != nil && l.rule.sameAs(*s.Rule),
			slices.ContainsFunc(out, l.rule.sameAs), l.connections.Intersect(cs).IsEmpty():
			continue
		}
		out = append(out, *l.rule)
	}
	return out
}

// sameAs reports whether people would call both the same rule.
func (r Rule) sameAs(o Rule) bool {
	return r.Name == o.Name && r.Action == o.Action && r.Priority == o.Priority && r.Origin == o.Origin
}

// tracer walks the chains of one hop with sets of packets, as judge does with
// one packet.
type tracer struct {
	hop
	inv          Inventory
	target, peer EndpointEntry
	leaves       []leaf
}

// traceOf follows the connections through a hop.
func traceOf(h hop, q Question, all Region, inv Inventory) trace {
	t := tracer{hop: h, inv: inv, target: q.From, peer: q.To}
	if h.reply != (h.direction == Ingress) { // the reply's source is the destination of the request
		t.target, t.peer = q.To, q.From
	}
	packets := all
	out := trace{}
	if h.reply {
		packets = all.replies()
		out.allowed = all.Subtract(packets.asked()) // nothing answers these
	}
	t.chain(0, packets)
	for _, l := range t.leaves {
		if h.reply {
			l.connections = l.connections.asked().Intersect(all)
		}
		out.leaves = append(out.leaves, l)
		if l.verdict == Allowed {
			out.allowed = out.allowed.Union(l.connections)
		} else {
			out.denied = out.denied.Union(l.connections)
		}
	}
	return out
}

// chain asks chain i and those after it.
func (t *tracer) chain(i int, packets Region) {
	if packets.IsEmpty() {
		return
	}
	chains := t.layer.Chains(t.direction)
	if i == len(chains) {
		t.leaves = append(t.leaves, leaf{packets, nil, Allowed})
		return
	}
	g := chains[i].Guard
	low, high := t.match(g.Target, g.Peer, Traffic{AllTraffic()})
	t.rules(i, packets.Intersect(high))
	t.chain(i+1, packets.Subtract(low))
}

// rules asks the rules of chain i, in order.
func (t *tracer) rules(i int, packets Region) {
	c := t.layer.Chains(t.direction)[i]
	rules := c.InTurn()
	for k, r := range rules {
		if packets.IsEmpty() {
			return
		}
		if !t.mayMatch(r) {
			continue
		}
		low, high := t.match(r.Target, r.Peer, r.Traffic)
		t.act(i, &rules[k], r.Action, packets.Intersect(high))
		packets = packets.Subtract(low)
	}
	t.act(i, nil, c.Default, packets)
}

func (t *tracer) act(i int, r *Rule, a Action, packets Region) {
	if packets.IsEmpty() {
		return
	}
	switch a {
	case Pass:
		t.chain(i+1, packets)
	case Allow:
		t.leaves = append(t.leaves, leaf{packets, r, Allowed})
	case Deny:
		t.leaves = append(t.leaves, leaf{packets, r, Denied})
	}
}

// mayMatch is false only of rules that match no packet between the ends: a quick
// answer for most rules of a large policy.
func (t *tracer) mayMatch(r Rule) bool {
	return t.inv.mayName(r.Target, t.target.ID, 0) && t.inv.mayName(r.Peer, t.peer.ID, 0)
}

// match returns the packets between the ends that are surely, and those that
// are perhaps, between the selectors and of the traffic.
func (t *tracer) match(target, peer Selector, traffic Traffic) (low, high Region) {
	here, there := t.inv.resolveAt(target, t.target), t.inv.resolveAt(peer, t.peer)
	low = NewRegion(boxFor(t.direction, here.Must, there.Must, traffic))
	if here.IsExact() && there.IsExact() {
		return low, low
	}
	return low, NewRegion(boxFor(t.direction, here.May, there.May, traffic))
}

// resolveAt is [Inventory.Resolve] cut down to one identity and its addresses.
func (inv Inventory) resolveAt(s Selector, e EndpointEntry) Resolved {
	all := EndpointAt(e.ID, e.Addrs)
	r := inv.Resolve(s)
	return Resolved{r.Must.Intersect(all), r.May.Intersect(all)}
}

// replies returns the packets that answer the connections.
func (r Region) replies() Region {
	var out []Box
	for _, b := range r.Boxes() {
		if t := repliesOf(b.Traffic); len(t) > 0 {
			out = append(out, Box{b.Dst, b.Src, t})
		}
	}
	return NewRegion(out...)
}

// asked returns the connections that the packets answer. It undoes replies.
func (r Region) asked() Region {
	var out []Box
	for _, b := range r.Boxes() {
		if t := requestsOf(b.Traffic); len(t) > 0 {
			out = append(out, Box{b.Dst, b.Src, t})
		}
	}
	return NewRegion(out...)
}

// repliesOf returns the traffic that answers t.
func repliesOf(t Traffic) Traffic {
	var out Traffic
	for _, s := range t {
		switch {
		case s.Protocol == AnyProtocol:
			for p := range Protocol(256) {
				out = append(out, repliesOf(Traffic{AllOf(p)})...)
			}
		case s.Protocol.IsICMP():
			for _, q := range icmpQueries {
				if q.protocol == s.Protocol && (s.Type == AnyICMP || s.Type == int16(q.request)) {
					out = append(out, ICMPMessage(s.Protocol, int16(q.reply), s.codeOf()))
				}
			}
		default:
			out = append(out, PortsBetween(s.Protocol, s.Dst, s.Src))
		}
	}
	return out
}
