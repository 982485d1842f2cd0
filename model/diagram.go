package model

import (
	"cmp"
	"net/netip"
	"slices"
)

// A diagram is the canonical form of a set of connections: a decision diagram
// whose nodes split one field of the packet each, in the order of the levels,
//
//	family ─▶ who sends ─▶ who receives ─▶ protocol ─▶ destination port ─▶ ...
//
// A numeric node cuts the field into adjacent intervals, an identity node
// names some identities and has one child for all others. A field that does not
// matter has no node. nil is the empty set; a node of level [levelEnd] is every
// packet. Nodes are never changed once made.
//
//	upper:  10.0.0.255   10.0.1.255   max
//	        ───────────┤────────────┤─────
//	child:     nil          a         nil
//
// Two nodes whose neighbours have equal children are merged, and a node with
// one child is replaced by it, so that equal sets have equal diagrams.
type node struct {
	level level
	hash  uint64
	upper []key      // numeric levels: the last value of each interval, ascending; the last is maxKey
	ids   []Identity // identity levels: sorted; child has one more, for all others
	child []*node
	other *node // made by the same workshop, with the same hash
}

// level is a field of the packet. The order is the order of the diagram: with who
// and where next to each other, what many members at addresses of their own may send to
// each other is a diagram with as many nodes as members, not as pairs of members.
type level uint8

const (
	levelFamily level = iota
	levelSrcID
	levelSrcAddr
	levelDstID
	levelDstAddr
	levelProtocol
	levelDst // destination port, or ICMP type and code
	levelSrcPort
	levelEnd
)

func (l level) isIdentity() bool { return l == levelSrcID || l == levelDstID }

// The values of levelFamily.
const (
	family4 = 4
	family6 = 6
)

// key is a value of a numeric field; addresses need all 128 bits.
type key struct{ hi, lo uint64 }

func keyOf(n uint64) key { return key{lo: n} }

// maxKey stands for the last value of every field, however wide the field is.
func maxKey() key { return key{^uint64(0), ^uint64(0)} }

func (k key) compare(o key) int { return cmp.Or(cmp.Compare(k.hi, o.hi), cmp.Compare(k.lo, o.lo)) }

// before returns k-1; k must not be zero.
func (k key) before() key {
	if k.lo == 0 {
		return key{k.hi - 1, ^uint64(0)}
	}
	return key{k.hi, k.lo - 1}
}

// after returns k+1; k must not be maxKey.
func (k key) after() key {
	if k.lo == ^uint64(0) {
		return key{k.hi + 1, 0}
	}
	return key{k.hi, k.lo + 1}
}

// addrKey returns the key of an address within its family.
func addrKey(a netip.Addr) key {
	b := a.As16()
	if a.Is4() {
		return keyOf(uint64(b[12])<<24 | uint64(b[13])<<16 | uint64(b[14])<<8 | uint64(b[15]))
	}
	var k key
	for i := range 8 {
		k.hi = k.hi<<8 | uint64(b[i])
		k.lo = k.lo<<8 | uint64(b[8+i])
	}
	return k
}

// keyAddr is the inverse of addrKey; keys beyond the family are its last address.
func keyAddr(k key, family uint64) netip.Addr {
	if family == family4 {
		n := min(k.lo, 0xffff_ffff)
		if k.hi != 0 {
			n = 0xffff_ffff
		}
		return netip.AddrFrom4([4]byte{byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)})
	}
	var b [16]byte
	for i := range 8 {
		b[i] = byte(k.hi >> (56 - 8*i))
		b[8+i] = byte(k.lo >> (56 - 8*i))
	}
	return netip.AddrFrom16(b)
}

// fieldMax is the last value of a numeric field.
func fieldMax(l level, family uint64) key {
	switch l {
	case levelFamily:
		return keyOf(family6)
	case levelProtocol:
		return keyOf(255)
	case levelDst, levelSrcPort:
		return keyOf(65535)
	case levelSrcAddr, levelDstAddr:
		if family == family4 {
			return keyOf(0xffff_ffff)
		}
	}
	return maxKey()
}

func levelOf(n *node) level {
	if n == nil {
		return levelEnd
	}
	return n.level
}

func isFull(n *node) bool { return n != nil && n.level == levelEnd }

// workshop makes nodes for one task: it shares equal nodes and remembers
// results, so that the work is bounded by the product of the diagrams' sizes.
// The zero workshop is not ready: use newWorkshop.
type workshop struct {
	made  map[uint64]*node // by hash; see node.other
	full  *node
	equal map[[2]*node]bool
	done  map[operation]*node
	// spent counts the edges that operations looked at. With a limit that is not 0, operations beyond it
	// do nothing, and whatever was made is worthless: see exhausted.
	spent, limit int
}

// exhausted reports whether the work came to its limit. Diagrams made since then, and
// from these, are wrong.
func (w *workshop) exhausted() bool { return w.limit > 0 && w.spent > w.limit }

type operation struct {
	op   op
	a, b *node
}

// op is a set operation on two diagrams.
type op uint8

const (
	opUnion op = iota
	opIntersect
	opSubtract
)

func newWorkshop() *workshop {
	return &workshop{
		made:  map[uint64]*node{},
		full:  &node{level: levelEnd, hash: mix(0, uint64(levelEnd))},
		equal: map[[2]*node]bool{},
		done:  map[operation]*node{},
	}
}

// mix folds v into a hash (the finaliser of splitmix64).
func mix(h, v uint64) uint64 {
	h += v + 0x9e3779b97f4a7c15
	h = (h ^ h>>30) * 0xbf58476d1ce4e5b9
	h = (h ^ h>>27) * 0x94d049bb133111eb
	return h ^ h>>31
}

func hashOf(n *node) uint64 {
	if n == nil {
		return 0
	}
	return n.hash
}

// same reports whether two diagrams are equal. Hashes only ever rule equality
// out.
func (w *workshop) same(a, b *node) bool {
	switch {
	case a == b:
		return true
	case a == nil || b == nil || a.hash != b.hash || a.level != b.level || len(a.child) != len(b.child):
		return false
	case w.equal[[2]*node{a, b}]:
		return true
	case !slices.Equal(a.upper, b.upper) || !slices.Equal(a.ids, b.ids):
		return false
	}
	for i := range a.child {
		if !w.same(a.child[i], b.child[i]) {
			return false
		}
	}
	w.equal[[2]*node{a, b}] = true
	return true
}

// share returns the node already made that equals n, or n.
func (w *workshop) share(n *node) *node {
	h := uint64(n.level)
	for _, u := range n.upper {
		h = mix(mix(h, u.hi), u.lo)
	}
	for _, id := range n.ids {
		h = mixText(h, string(id))
	}
	for _, c := range n.child {
		h = mix(h, hashOf(c))
	}
	n.hash = h
	for m := w.made[h]; m != nil; m = m.other {
		if w.same(m, n) {
			return m
		}
	}
	n.other = w.made[h]
	w.made[h] = n
	return n
}

// mixText folds text into a hash, eight bytes at a time.
func mixText(h uint64, s string) uint64 {
	h = mix(h, uint64(len(s)))
	for ; len(s) >= 8; s = s[8:] {
		h = mix(h, uint64(s[0])|uint64(s[1])<<8|uint64(s[2])<<16|uint64(s[3])<<24|
			uint64(s[4])<<32|uint64(s[5])<<40|uint64(s[6])<<48|uint64(s[7])<<56)
	}
	var last uint64
	for i := range len(s) {
		last |= uint64(s[i]) << (8 * i)
	}
	return mix(h, last)
}

// numeric makes a node of adjacent intervals; upper ends with maxKey. It takes
// over both slices.
func (w *workshop) numeric(l level, upper []key, child []*node) *node {
	out := 0
	for i := range upper {
		if out > 0 && w.same(child[out-1], child[i]) {
			upper[out-1] = upper[i]
			continue
		}
		upper[out], child[out] = upper[i], child[i]
		out++
	}
	if out == 1 {
		return child[0]
	}
	return w.share(&node{level: l, upper: fitted(upper, out), child: fitted(child, out)})
}

// fitted returns the first n elements, in a slice of their own where they would keep many others from being freed.
func fitted[T any](s []T, n int) []T {
	if 2*n < cap(s) {
		return slices.Clone(s[:n])
	}
	return s[:n:n]
}

// identities makes a node that names ids, sorted; child has one more. It takes
// over both slices.
func (w *workshop) identities(l level, ids []Identity, child []*node) *node {
	others, out := child[len(child)-1], 0
	for i, id := range ids {
		if !w.same(child[i], others) {
			ids[out], child[out] = id, child[i]
			out++
		}
	}
	if out == 0 {
		return others
	}
	child[out] = others
	return w.share(&node{level: l, ids: fitted(ids, out), child: fitted(child, out+1)})
}

// span is an interval of keys, both ends included.
type span struct{ first, last key }

// inside makes a node with child in the spans and nothing elsewhere. The spans
// must be sorted, disjoint and not adjacent; a span that reaches the field's last value
// must end with maxKey.
func (w *workshop) inside(l level, spans []span, child *node) *node {
	if len(spans) == 0 || child == nil {
		return nil
	}
	var upper []key
	var kids []*node
	for _, s := range spans {
		if s.first != (key{}) {
			upper, kids = append(upper, s.first.before()), append(kids, nil)
		}
		upper, kids = append(upper, s.last), append(kids, child)
	}
	if upper[len(upper)-1] != maxKey() {
		upper, kids = append(upper, maxKey()), append(kids, nil)
	}
	return w.numeric(l, upper, kids)
}

// apply combines two diagrams.
func (w *workshop) apply(o op, a, b *node) *node {
	if r, ok := w.terminal(o, a, b); ok {
		return r
	}
	if o != opSubtract && hashOf(a) > hashOf(b) {
		a, b = b, a // the operation commutes: remember it once
	}
	k := operation{o, a, b}
	if r, ok := w.done[k]; ok {
		return r
	}
	if w.exhausted() {
		return nil
	}
	l := min(levelOf(a), levelOf(b))
	var r *node
	if l.isIdentity() {
		r = w.applyIdentities(o, l, a, b)
	} else {
		r = w.applyNumeric(o, l, a, b)
	}
	w.done[k] = r
	return r
}

// terminal answers the cases that need no descent.
func (w *workshop) terminal(o op, a, b *node) (*node, bool) {
	switch o {
	case opUnion:
		switch {
		case a == nil, isFull(b):
			return b, true
		case b == nil, isFull(a), a == b:
			return a, true
		}
	case opIntersect:
		switch {
		case a == nil || b == nil:
			return nil, true
		case isFull(a), a == b:
			return b, true
		case isFull(b):
			return a, true
		}
	case opSubtract:
		switch {
		case a == nil || isFull(b) || a == b:
			return nil, true
		case b == nil:
			return a, true
		}
	}
	return nil, false
}

func (w *workshop) applyNumeric(o op, l level, a, b *node) *node {
	au, ac := edges(a, l)
	bu, bc := edges(b, l)
	w.spent += len(au) + len(bu)
	most := len(au) + len(bu)
	switch o { // what has few intervals mostly leaves few of the other
	case opIntersect:
		most = min(most, 4*min(len(au), len(bu)))
	case opSubtract:
		most = min(most, 4*len(au))
	case opUnion:
	}
	upper := make([]key, 0, most)
	child := make([]*node, 0, most)
	for i, j := 0, 0; i < len(au) && j < len(bu); {
		u := au[i]
		if bu[j].compare(u) < 0 {
			u = bu[j]
		}
		switch { // what one side settles is not looked at on the other
		case ac[i] == nil && o != opUnion:
			u = au[i]
			j += intervalOf(bu[j:], u)
		case bc[j] == nil && o == opIntersect:
			u = bu[j]
			i += intervalOf(au[i:], u)
		}
		upper, child = append(upper, u), append(child, w.apply(o, ac[i], bc[j]))
		endA, endB := au[i] == u, bu[j] == u
		if endA {
			i++
		}
		if endB {
			j++
		}
	}
	return w.numeric(l, upper, child)
}

// intervalOf returns the index of the interval that k is in. Intervals near the start
// are found soonest.
func intervalOf(upper []key, k key) int {
	last := 1
	for last < len(upper) && upper[last-1].compare(k) < 0 {
		last *= 2
	}
	first := last / 2
	i, _ := slices.BinarySearchFunc(upper[first:min(last, len(upper))], k, key.compare)
	return first + i
}

// edges returns the intervals of n at level l; a node of a later level is one
// interval.
func edges(n *node, l level) ([]key, []*node) {
	if levelOf(n) != l {
		return []key{maxKey()}, []*node{n}
	}
	return n.upper, n.child
}

func (w *workshop) applyIdentities(o op, l level, a, b *node) *node {
	ai, ac := names(a, l)
	bi, bc := names(b, l)
	restA, restB := ac[len(ac)-1], bc[len(bc)-1]
	switch {
	case o != opUnion && restA == nil && 8*len(ai) < len(bi):
		return w.applyNamed(o, l, a, b)
	case o == opIntersect && restB == nil && 8*len(bi) < len(ai):
		return w.applyNamed(o, l, b, a)
	}
	w.spent += len(ac) + len(bc)
	ids := make([]Identity, 0, max(len(ai), len(bi)))
	child := make([]*node, 0, max(len(ac), len(bc)))
	for i, j := 0, 0; i < len(ai) || j < len(bi); {
		switch {
		case j == len(bi) || i < len(ai) && ai[i] < bi[j]:
			ids, child = append(ids, ai[i]), append(child, w.apply(o, ac[i], restB))
			i++
		case i == len(ai) || bi[j] < ai[i]:
			ids, child = append(ids, bi[j]), append(child, w.apply(o, restA, bc[j]))
			j++
		default:
			ids, child = append(ids, ai[i]), append(child, w.apply(o, ac[i], bc[j]))
			i++
			j++
		}
	}
	return w.identities(l, ids, append(child, w.apply(o, restA, restB)))
}

// applyNamed is applyIdentities for a, of few identities and nobody else, against b of many.
func (w *workshop) applyNamed(o op, l level, a, b *node) *node {
	ai, ac := names(a, l)
	w.spent += len(ac)
	child := make([]*node, len(ac))
	for i, id := range ai {
		child[i] = w.apply(o, ac[i], b.follow(id))
	}
	return w.identities(l, slices.Clone(ai), child)
}

// names returns the identities of n at level l; a node of a later level names
// none.
func names(n *node, l level) ([]Identity, []*node) {
	if levelOf(n) != l {
		return nil, []*node{n}
	}
	return n.ids, n.child
}

// unionAll unites diagrams pairwise, which keeps intermediate results small.
func (w *workshop) unionAll(ns []*node) *node {
	switch len(ns) {
	case 0:
		return nil
	case 1:
		return ns[0]
	}
	half := len(ns) / 2
	return w.apply(opUnion, w.unionAll(ns[:half]), w.unionAll(ns[half:]))
}
