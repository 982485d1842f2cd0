package model

// An evaluation works out which connections policies admit, as diagrams of one
// workshop. It has a word on the connections of its clip only: everywhere else, what it
// returns is empty.
type evaluation struct {
	w    *workshop
	inv  Inventory
	clip *node // requests
	ends *node // clip with whatever traffic, for replies
	// src and dst hold every endpoint of clip, so that rules between others can be skipped.
	src, dst Endpoints
	names    map[nameList]Resolved
	groups   map[Group]Resolved
	any      Resolved
}

// nameList tells apart the slices that hold identities: rules of one source share them.
type nameList struct {
	first *Identity
	size  int
}

// bounded is what is surely in a set and what may be in it; low is part of
// high.
type bounded struct{ low, high *node }

// end is an end of a connection, or of a packet that answers it.
type end uint8

const (
	atSrc end = iota + 1
	atDst
)

// side is the part of a policy that is enforced at one end of a connection.
type side uint8

const (
	// clientSide is egress of the request and ingress of the reply.
	clientSide side = iota + 1
	// serverSide is ingress of the request and egress of the reply.
	serverSide
)

func newEvaluation(w *workshop, inv Inventory, clip *node) *evaluation {
	e := &evaluation{w: w, inv: inv, clip: clip, names: map[nameList]Resolved{}, groups: map[Group]Resolved{}}
	e.any = inv.Resolve(nil)
	e.ends = w.anyTraffic(clip)
	e.src, e.dst = hull(e.ends)
	return e
}

// admitted returns the connections of the clip that a policy admits.
func (e *evaluation) admitted(p Policy) bounded {
	return e.both(e.side(p, clientSide, atSrc), e.side(p, serverSide, atDst))
}

// side returns what is admitted at one end of connections. Target says where in
// the result, and in the clip, that end is: side is as well used on pairs of target and peer, whichever of them sends.
func (e *evaluation) side(p Policy, s side, target end) bounded {
	out := bounded{e.clip, e.clip}
	for _, l := range p.Layers {
		request, reply := l.Egress, l.Ingress
		if s == serverSide {
			request, reply = reply, request
		}
		out = e.both(out, e.chains(request, target, e.clip))
		if l.State == Stateless {
			// What answers a connection has its ports the other way round, and its target where the connection has it.
			r := e.chains(reply, target, e.ends)
			out = e.both(out, bounded{e.w.requests(r.low), e.w.requests(r.high)})
		}
	}
	return out
}

// chains returns the packets of the clip that the chains of one direction allow.
func (e *evaluation) chains(cs []Chain, target end, clip *node) bounded {
	after := bounded{clip, clip}
	for i := len(cs) - 1; i >= 0; i-- {
		after = e.chain(cs[i], target, clip, after)
	}
	return after
}

// chain returns what a chain and those after it allow, given what those after
// it allow.
func (e *evaluation) chain(c Chain, target end, clip *node, after bounded) bounded {
	guarded := e.matched([]Rule{{Target: c.Guard.Target, Peer: c.Guard.Peer, Traffic: Traffic{AllTraffic()}}}, target, clip)
	if guarded.high == nil {
		return after
	}
	outcome := func(a Action) bounded {
		switch a {
		case Allow:
			return bounded{clip, clip}
		case Pass:
			return after
		case Deny:
		}
		return bounded{}
	}
	rules := e.concerned(c.InTurn(), target)
	out := outcome(c.Default)
	// From the last rule to the first, in runs of one action: whatever a run
	// matches has its outcome, the rest is left to the rules behind it.
	for len(rules) > 0 {
		first := len(rules) - 1
		for first > 0 && rules[first-1].Action == rules[first].Action {
			first--
		}
		out = e.override(out, e.matched(rules[first:], target, clip), outcome(rules[first].Action))
		rules = rules[:first]
	}
	return e.override(after, guarded, out)
}

// concerned returns the rules that may match something of the clip, in order.
func (e *evaluation) concerned(rules []Rule, target end) []Rule {
	out := make([]Rule, 0, len(rules))
	for _, r := range rules {
		src, dst := r.Target, r.Peer
		if target == atDst {
			src, dst = dst, src
		}
		if e.resolve(src).May.overlaps(e.src) && e.resolve(dst).May.overlaps(e.dst) {
			out = append(out, r)
		}
	}
	return out
}

// matched returns the packets of the clip that any of the rules matches.
func (e *evaluation) matched(rules []Rule, target end, clip *node) bounded {
	low, high := make([]*node, 0, len(rules)), make([]*node, 0, len(rules))
	exact := true
	for _, r := range rules {
		here, there := e.resolve(r.Target), e.resolve(r.Peer)
		n := e.w.boxWith(target, here.Must, there.Must, r.Traffic)
		low = append(low, n)
		if !here.IsExact() || !there.IsExact() {
			n = e.w.boxWith(target, here.May, there.May, r.Traffic)
			exact = false
		}
		high = append(high, n)
	}
	out := bounded{low: e.w.apply(opIntersect, e.w.unionAll(low), clip)}
	out.high = out.low
	if !exact {
		out.high = e.w.apply(opIntersect, e.w.unionAll(high), clip)
	}
	return out
}

// bounds is [bounded] apart from any workshop.
type bounds struct{ low, high Region }

func exactly(r Region) bounds { return bounds{r, r} }

// admits returns what the chain, as one of ingress, and those after it allow, given what
// those after it allow.
func (c Chain) admits(inv Inventory, after bounds) bounds {
	w := newWorkshop()
	out := newEvaluation(w, inv, w.full).chain(c, Ingress.target(), w.full, bounded{after.low.root, after.high.root})
	return bounds{Region{out.low}, Region{out.high}}
}

// target returns the end of a packet at which a direction is enforced.
func (d Direction) target() end {
	if d == Ingress {
		return atDst
	}
	return atSrc
}

// override returns what is decided by inside where the packets match, and by
// outside where they do not. Where it is unknown whether they match, both must allow for
// it to be sure, and either may.
func (e *evaluation) override(outside, match, inside bounded) bounded {
	w := e.w
	unsure := w.apply(opSubtract, match.high, match.low)
	low := w.apply(opUnion, w.apply(opIntersect, match.low, inside.low), w.apply(opSubtract, outside.low, match.high))
	high := w.apply(opUnion, w.apply(opIntersect, match.low, inside.high), w.apply(opSubtract, outside.high, match.high))
	if unsure != nil {
		low = w.apply(opUnion, low, w.apply(opIntersect, w.apply(opIntersect, unsure, inside.low), outside.low))
		high = w.apply(opUnion, high, w.apply(opIntersect, unsure, w.apply(opUnion, inside.high, outside.high)))
	}
	return bounded{low, high}
}

func (e *evaluation) both(a, b bounded) bounded {
	return bounded{e.w.apply(opIntersect, a.low, b.low), e.w.apply(opIntersect, a.high, b.high)}
}

// resolve is [Inventory.Resolve], each list of names and each group once.
func (e *evaluation) resolve(s Selector) Resolved {
	switch s := s.(type) {
	case nil, Any:
		return e.any
	case Group:
		r, ok := e.groups[s]
		if !ok {
			r = e.inv.Resolve(s)
			e.groups[s] = r
		}
		return r
	case Identities:
		if len(s) == 0 {
			break
		}
		k := nameList{&s[0], len(s)}
		r, ok := e.names[k]
		if !ok {
			r = e.inv.Resolve(s)
			e.names[k] = r
		}
		return r
	case At, And, Or, Not, Maybe:
	}
	return e.inv.Resolve(s)
}
