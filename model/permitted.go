package model

// Permitted is the answer of [Policy.Permitted].
type Permitted struct {
	// Allowed connections pass for sure. Unknown ones pass or not, depending
	// on what could not be resolved, or were not worked out. The two are disjoint; whatever is in
	// neither is denied.
	Allowed, Unknown Region
	// GaveUp is the part of Unknown for which the work came to its bound. Empty: everything was
	// worked out.
	GaveUp Region
}

// Permitted returns the connections of the inventory's universe that the
// policy admits. Work and memory are bounded as those of [Compare] are: where more would be needed,
// the answer is unknown.
func (p Policy) Permitted(inv Inventory) Permitted { return p.PermittedWithin(inv, Everything()) }

// PermittedWithin is [Policy.Permitted] of the connections in a region. It takes
// time for the rules that concern them.
func (p Policy) PermittedWithin(inv Inventory, within Region) Permitted {
	parts := newPartition(inv, defaultRegionBudget())
	sets := parts.work(within, func(e *evaluation) []*node {
		b := e.admitted(p)
		return []*node{b.low, e.w.apply(opSubtract, b.high, b.low)}
	})
	out := Permitted{GaveUp: parts.gaveUp()}
	if len(sets) > 0 {
		out.Allowed, out.Unknown = sets[0], sets[1]
	}
	out.Unknown = out.Unknown.Union(out.GaveUp)
	return out
}

// boxFor puts target and peer at the ends that they have in a direction.
func boxFor(d Direction, target, peer Endpoints, t Traffic) Box {
	if d == Ingress {
		return Box{Src: peer, Dst: target, Traffic: t}
	}
	return Box{Src: target, Dst: peer, Traffic: t}
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

// Judged returns the connections of the inventory's universe whose first
// packet some chain of the policy may judge; on all others the policy has no word.
func (p Policy) Judged(inv Inventory) Region { return p.JudgedWithin(inv, Everything()) }

// JudgedWithin is [Policy.Judged] of the connections in a region.
func (p Policy) JudgedWithin(inv Inventory, within Region) Region {
	w := newWorkshop()
	var all []*node
	for _, l := range p.Layers {
		for _, d := range []Direction{Egress, Ingress} {
			for _, c := range l.Chains(d) {
				target, peer := inv.Resolve(c.Guard.Target), inv.Resolve(c.Guard.Peer)
				all = append(all, w.box(boxFor(d, target.May, peer.May, Traffic{AllTraffic()})))
			}
		}
	}
	u := w.universe(inv, atSrc)
	judged := w.apply(opIntersect, u.clip(w, within.root), w.unionAll(all))
	return Region{w.apply(opSubtract, judged, u.not)}
}
