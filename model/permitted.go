package model

import "slices"

// Permitted is the answer of [Policy.Permitted].
type Permitted struct {
	// Allowed connections pass for sure. Unknown ones pass or not, depending
	// on what could not be resolved. The two are disjoint; whatever is in
	// neither is denied.
	Allowed, Unknown Region
}

// Permitted returns the connections of the inventory's universe that the
// policy admits.
func (p Policy) Permitted(inv Inventory) Permitted { return p.permittedIn(inv, inv.Universe()) }

func (p Policy) permittedIn(inv Inventory, universe Region) Permitted {
	surely, perhaps := universe, universe
	for _, l := range p.Layers {
		b := l.admits(inv)
		surely, perhaps = surely.Intersect(b.low), perhaps.Intersect(b.high)
		if l.State == Stateless {
			surely = surely.Intersect(b.low.requests())
			perhaps = perhaps.Intersect(b.high.requests())
		}
	}
	return Permitted{Allowed: surely, Unknown: perhaps.Subtract(surely)}
}

// bounds holds what is surely in a set and what may be in it; low is part of
// high.
type bounds struct{ low, high Region }

func exactly(r Region) bounds { return bounds{r, r} }

func (b bounds) intersect(o bounds) bounds {
	return bounds{b.low.Intersect(o.low), b.high.Intersect(o.high)}
}

// admits returns the packets that both directions of a layer allow.
func (l Layer) admits(inv Inventory) bounds {
	return l.direction(Egress, inv).intersect(l.direction(Ingress, inv))
}

// direction returns the packets that the chains of one direction allow.
func (l Layer) direction(d Direction, inv Inventory) bounds {
	after := exactly(Everything())
	for _, c := range slices.Backward(l.Chains(d)) {
		after = c.admits(d, inv, after)
	}
	return after
}

// admits returns what the chain and those after it allow, given what those
// after it allow.
func (c Chain) admits(d Direction, inv Inventory, after bounds) bounds {
	outcome := func(a Action) bounds {
		switch a {
		case Allow:
			return exactly(Everything())
		case Pass:
			return after
		case Deny:
		}
		return exactly(Region{})
	}
	rules := c.sorted()
	out := outcome(c.Default)
	// From the last rule to the first, in runs of one action: whatever a run
	// matches has its outcome, the rest is left to the rules behind it.
	for len(rules) > 0 {
		first := len(rules) - 1
		for first > 0 && rules[first-1].Action == rules[first].Action {
			first--
		}
		out = override(out, matched(rules[first:], d, inv), outcome(rules[first].Action))
		rules = rules[:first]
	}
	guarded := matched([]Rule{{Target: c.Guard.Target, Peer: c.Guard.Peer, Traffic: Traffic{AllTraffic()}}}, d, inv)
	return override(after, guarded, out)
}

// override returns what is decided by inside where the packets match, and by
// outside where they do not. Where it is unknown whether they match, both must allow for
// it to be sure, and either may.
func override(outside, match, inside bounds) bounds {
	unsure := match.high.Subtract(match.low)
	return bounds{
		low: unionRegions([]Region{match.low.Intersect(inside.low), outside.low.Subtract(match.high),
			unsure.Intersect(inside.low).Intersect(outside.low)}),
		high: unionRegions([]Region{match.low.Intersect(inside.high), outside.high.Subtract(match.high),
			unsure.Intersect(inside.high.Union(outside.high))}),
	}
}

// matched returns the packets that any of the rules matches.
func matched(rules []Rule, d Direction, inv Inventory) bounds {
	low, high := make([]Box, 0, len(rules)), make([]Box, 0, len(rules))
	exact := true
	for _, r := range rules {
		target, peer := inv.Resolve(r.Target), inv.Resolve(r.Peer)
		low = append(low, boxFor(d, target.Must, peer.Must, r.Traffic))
		high = append(high, boxFor(d, target.May, peer.May, r.Traffic))
		exact = exact && target.IsExact() && peer.IsExact()
	}
	if exact {
		return exactly(NewRegion(low...))
	}
	return bounds{NewRegion(low...), NewRegion(high...)}
}

// boxFor puts target and peer at the ends that they have in a direction.
func boxFor(d Direction, target, peer Endpoints, t Traffic) Box {
	if d == Ingress {
		return Box{Src: peer, Dst: target, Traffic: t}
	}
	return Box{Src: target, Dst: peer, Traffic: t}
}

// requests returns the packets whose replies are all in r, those that have no
// reply included.
func (r Region) requests() Region {
	var out []Box
	for _, b := range r.Boxes() {
		if t := requestsOf(b.Traffic); len(t) > 0 {
			out = append(out, Box{Src: b.Dst, Dst: b.Src, Traffic: t})
		}
	}
	unanswered := Traffic{}
	for _, p := range []Protocol{ICMP, ICMPv6} {
		for t := range 256 {
			if _, ok := icmpReply(p, uint8(t)); !ok {
				unanswered = append(unanswered, ICMPMessage(p, int16(t), AnyICMP))
			}
		}
	}
	out = append(out, Box{Src: AnyEndpoint(), Dst: AnyEndpoint(), Traffic: unanswered})
	return NewRegion(out...)
}

// requestsOf returns the traffic whose replies are in t.
func requestsOf(t Traffic) Traffic {
	var out Traffic
	for _, s := range t {
		switch {
		case s.Protocol == AnyProtocol:
			return Traffic{s}
		case s.Protocol.IsICMP():
			for _, q := range icmpQueries {
				if q.protocol == s.Protocol && (s.Type == AnyICMP || s.Type == int16(q.reply)) {
					out = append(out, ICMPMessage(s.Protocol, int16(q.request), s.codeOf()))
				}
			}
		default:
			out = append(out, PortsBetween(s.Protocol, s.Dst, s.Src))
		}
	}
	return out
}

// codeOf returns the code that counts: none when the type is any.
func (s Service) codeOf() int16 {
	if s.Type == AnyICMP {
		return AnyICMP
	}
	return s.Code
}

// Universe returns every connection worth asking about: at least one end is a
// member, both ends hold addresses that they may hold, ports are from the
// client range of the source, ICMP is of the addresses' family, and members that are Solo do
// not talk to themselves.
func (inv Inventory) Universe() Region {
	var boxes []Box
	everybody := EndpointAt(Outside, inv.Addrs(Outside))
	for _, m := range inv.Members {
		everybody = everybody.Union(EndpointAt(m.ID, orAll(m.Addrs)))
	}
	byPorts := map[PortRange]Endpoints{}
	for _, m := range inv.Members {
		ports := inv.ClientPorts(m.ID)
		byPorts[ports] = byPorts[ports].Union(EndpointAt(m.ID, orAll(m.Addrs)))
	}
	for ports, src := range byPorts {
		boxes = append(boxes, Box{Src: src, Dst: everybody, Traffic: fromClient(ports)})
	}
	members := everybody.Subtract(EndpointAt(Outside, AllAddrs()))
	boxes = append(boxes, Box{Src: EndpointAt(Outside, inv.Addrs(Outside)), Dst: members,
		Traffic: fromClient(inv.ClientPorts(Outside))})

	var not []Box
	for _, m := range inv.Members {
		if m.Solo {
			not = append(not, Box{Src: EndpointsOf(m.ID), Dst: EndpointsOf(m.ID), Traffic: Traffic{AllTraffic()}})
		}
	}
	v4, v6 := EndpointsAt(AllIPv4()), EndpointsAt(AllIPv6())
	not = append(not, Box{v4, v4, Traffic{AllOf(ICMPv6)}}, Box{v6, v6, Traffic{AllOf(ICMP)}})
	return NewRegion(boxes...).Subtract(NewRegion(not...))
}

// fromClient returns all traffic that starts at a client port.
func fromClient(ports PortRange) Traffic {
	var t Traffic
	for p := range Protocol(256) {
		if p.HasPorts() {
			t = append(t, PortsBetween(p, ports, AllPorts()))
		} else {
			t = append(t, AllOf(p))
		}
	}
	return t
}

// Judged returns the connections of the inventory's universe whose first
// packet some chain of the policy may judge; on all others the policy has no word.
func (p Policy) Judged(inv Inventory) Region {
	var all []Region
	for _, l := range p.Layers {
		for _, d := range []Direction{Egress, Ingress} {
			for _, c := range l.Chains(d) {
				r := Rule{Target: c.Guard.Target, Peer: c.Guard.Peer, Traffic: Traffic{AllTraffic()}}
				all = append(all, matched([]Rule{r}, d, inv).high)
			}
		}
	}
	return unionRegions(all).Intersect(inv.Universe())
}
