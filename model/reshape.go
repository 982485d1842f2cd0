package model

import "slices"

// anyTraffic returns the packets between the ends that n has, whatever their
// traffic.
func (w *workshop) anyTraffic(n *node) *node {
	return w.reshape(n, map[*node]*node{}, func(n *node) *node {
		if n == nil {
			return nil
		}
		return w.full
	})
}

// requests returns the packets whose replies are all in n, those that have no
// reply included; with the ends where n has them.
func (w *workshop) requests(n *node) *node {
	unanswered := Traffic{}
	for _, p := range []Protocol{ICMP, ICMPv6} {
		for t := range 256 {
			if _, ok := icmpReply(p, uint8(t)); !ok {
				unanswered = append(unanswered, ICMPMessage(p, int16(t), AnyICMP))
			}
		}
	}
	silent := w.traffic(unanswered)
	return w.reshape(n, map[*node]*node{}, func(n *node) *node {
		var ns []*node
		e := enumerator{w: w, yield: func(p path) bool {
			ns = append(ns, w.traffic(requestsOf(p.traffic)))
			return true
		}}
		if n != nil {
			e.packets(n, path{})
		}
		return w.apply(opUnion, silent, w.unionAll(ns))
	})
}

// reshape replaces the parts of a diagram from the protocol down by what f
// makes of them.
func (w *workshop) reshape(n *node, done map[*node]*node, f func(*node) *node) *node {
	if r, ok := done[n]; ok {
		return r
	}
	var out *node
	switch l := levelOf(n); l {
	case levelFamily, levelSrcAddr, levelDstAddr, levelSrcID, levelDstID:
		child := make([]*node, len(n.child))
		for i, c := range n.child {
			child[i] = w.reshape(c, done, f)
		}
		w.spent += len(child)
		if l.isIdentity() {
			out = w.identities(l, append([]Identity(nil), n.ids...), child)
		} else {
			out = w.numeric(l, append([]key(nil), n.upper...), child)
		}
	case levelProtocol, levelDst, levelSrcPort, levelEnd:
		out = f(n)
	}
	done[n] = out
	return out
}

// flipped returns the packets with their ends swapped and their traffic as it
// is.
func (w *workshop) flipped(n *node) *node {
	upper, child := edges(n, levelFamily)
	families := make([]*node, len(child))
	for i, c := range child {
		var ns []*node
		for _, s := range w.crowds(c, levelSrcID) {
			for _, d := range w.crowds(s.child, levelDstID) {
				ns = append(ns, w.crowd(d, levelSrcID, w.crowd(s, levelDstID, d.child)))
			}
		}
		families[i] = w.unionAll(ns)
	}
	return w.numeric(levelFamily, slices.Clone(upper), families)
}

// crowd is the endpoints of one family from which a diagram leads to one child.
type crowd struct {
	ids   []Identity // sorted
	spans [][]span   // of ids
	rest  []span     // of all others
	child *node
}

// crowds takes the two levels of an end apart, one crowd for each child that is
// not empty.
func (w *workshop) crowds(n *node, l level) []*crowd {
	var out []*crowd
	at := map[*node]*crowd{}
	each := func(n *node, f func(*crowd, span)) {
		upper, child := edges(n, l+1)
		var first key
		w.spent += len(child)
		for i, u := range upper {
			if c := child[i]; c != nil {
				if at[c] == nil {
					at[c] = &crowd{child: c}
					out = append(out, at[c])
				}
				f(at[c], span{first, u})
			}
			if u != maxKey() {
				first = u.after()
			}
		}
	}
	ids, child := names(n, l)
	each(child[len(ids)], func(c *crowd, s span) { c.rest = append(c.rest, s) })
	for i, id := range ids {
		for _, c := range out {
			if len(c.rest) > 0 { // id is no longer one of the others
				c.ids, c.spans = append(c.ids, id), append(c.spans, nil)
			}
		}
		each(child[i], func(c *crowd, s span) {
			if k := len(c.ids); k == 0 || c.ids[k-1] != id {
				c.ids, c.spans = append(c.ids, id), append(c.spans, nil)
			}
			last := len(c.ids) - 1
			c.spans[last] = append(c.spans[last], s)
		})
	}
	return out
}

// crowd makes the two levels of an end in front of what follows.
func (w *workshop) crowd(c *crowd, l level, next *node) *node {
	kids := make([]*node, len(c.ids)+1)
	for i, spans := range c.spans {
		kids[i] = w.inside(l+1, spans, next)
	}
	kids[len(c.ids)] = w.inside(l+1, c.rest, next)
	w.spent += len(kids)
	return w.identities(l, slices.Clone(c.ids), kids)
}

// hull returns endpoints among which are all that send any packet of n, and
// such for those that receive one.
func hull(n *node) (src, dst Endpoints) {
	var senders []familyNode
	upper, child := edges(n, levelFamily)
	for _, family := range []uint64{family4, family6} {
		i := intervalOf(upper, keyOf(family))
		senders = append(senders, familyNode{family, child[i]})
	}
	src, receivers := hullAt(senders, levelSrcID)
	dst, _ = hullAt(receivers, levelDstID)
	return src, dst
}

// familyNode is a diagram below the level of the family.
type familyNode struct {
	family uint64
	*node
}

// hullAt returns the endpoints that any of the diagrams has at level l, an identity level, and
// what follows them.
func hullAt(ns []familyNode, l level) (Endpoints, []familyNode) {
	var rest AddrSet
	var next []familyNode
	named, addrs := map[Identity]AddrSet{}, map[familyNode]AddrSet{}
	spread := func(n familyNode) AddrSet {
		a, ok := addrs[n]
		if ok || n.node == nil {
			return a
		}
		upper, child := edges(n.node, l+1)
		var spans []span
		var first key
		for i, u := range upper {
			if child[i] != nil {
				spans = append(spans, span{first, u})
				next = append(next, familyNode{n.family, child[i]})
			}
			if u != maxKey() {
				first = u.after()
			}
		}
		a = spanAddrs(spans, n.family)
		addrs[n] = a
		return a
	}
	seen := map[familyNode]bool{}
	for _, n := range ns {
		if n.node == nil || seen[n] {
			continue
		}
		seen[n] = true
		ids, child := names(n.node, l)
		for i, id := range ids {
			named[id] = named[id].Union(spread(familyNode{n.family, child[i]}))
		}
		rest = rest.Union(spread(familyNode{n.family, child[len(ids)]}))
	}
	return endpointsFrom(rest, func(yield func(EndpointEntry)) {
		for id, a := range named {
			yield(EndpointEntry{id, a.Union(rest)})
		}
	}), next
}
