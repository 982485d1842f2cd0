package model

import "slices"

// The old implementation is the oracle of the new: every set in full, each operation by
// itself, nothing clipped, skipped, or given up. It is slow, and simple enough to read.

// slowPermitted is [Policy.Permitted].
func slowPermitted(p Policy, inv Inventory) Permitted {
	universe := slowUniverse(inv)
	surely, perhaps := universe, universe
	for _, l := range p.Layers {
		b := slowLayer(l, inv)
		surely, perhaps = surely.Intersect(b.low), perhaps.Intersect(b.high)
		if l.State == Stateless {
			surely = surely.Intersect(slowRequests(b.low))
			perhaps = perhaps.Intersect(slowRequests(b.high))
		}
	}
	return Permitted{Allowed: surely, Unknown: perhaps.Subtract(surely)}
}

// intersect returns what is in both.
func (b bounds) intersect(o bounds) bounds {
	return bounds{b.low.Intersect(o.low), b.high.Intersect(o.high)}
}

// slowLayer returns the packets that both directions of a layer allow.
func slowLayer(l Layer, inv Inventory) bounds {
	return slowDirection(l, Egress, inv).intersect(slowDirection(l, Ingress, inv))
}

// slowDirection returns the packets that the chains of one direction allow.
func slowDirection(l Layer, d Direction, inv Inventory) bounds {
	after := exactly(Everything())
	for _, c := range slices.Backward(l.Chains(d)) {
		after = slowChain(c, d, inv, after)
	}
	return after
}

// slowChain returns what the chain and those after it allow, given what those
// after it allow.
func slowChain(c Chain, d Direction, inv Inventory, after bounds) bounds {
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
	rules := c.InTurn()
	out := outcome(c.Default)
	// From the last rule to the first, in runs of one action: whatever a run
	// matches has its outcome, the rest is left to the rules behind it.
	for len(rules) > 0 {
		first := len(rules) - 1
		for first > 0 && rules[first-1].Action == rules[first].Action {
			first--
		}
		out = override(out, slowMatched(rules[first:], d, inv), outcome(rules[first].Action))
		rules = rules[:first]
	}
	guarded := slowMatched([]Rule{{Target: c.Guard.Target, Peer: c.Guard.Peer, Traffic: Traffic{AllTraffic()}}}, d, inv)
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

// slowMatched returns the packets that any of the rules matches.
func slowMatched(rules []Rule, d Direction, inv Inventory) bounds {
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

// slowRequests returns the packets whose replies are all in r, those that have no
// reply included.
func slowRequests(r Region) Region {
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

// slowUniverse is [Inventory.Universe]: at least one end is a
// member, both ends hold addresses that they may hold, ports are from the
// client range of the source, ICMP is of the addresses' family, and members that are Solo do
// not talk to themselves.
func slowUniverse(inv Inventory) Region {
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

// slowCompare is [Compare].
func slowCompare(want, have Policy, inv Inventory) Delta {
	return Difference(slowPermitted(want, inv), slowPermitted(have, inv))
}
