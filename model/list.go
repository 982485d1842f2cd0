package model

import "slices"

// A position in a [List] is the index of a rule among [List.Rules], or one of
// these, for what decides without being a rule.
const (
	// ByDefault stands for the default of the chain.
	ByDefault = -1
	// ByGuard stands for the guard of the chain, which passes on all packets
	// outside it.
	ByGuard = -2
)

// List is the rules of one chain in one direction, resolved against an
// inventory and in the order in which they decide: the first that matches a packet does. An
// any-allow chain and a chain with priorities become such a list by sorting; the chain's
// guard and default are part of it, so that it decides on every packet.
//
// A List answers nothing by itself: [List.Index] makes it searchable, and
// [CompareLists] compares two. The zero List has no rule and no default; what it does with
// any packet is unknown. A List is immutable and may be shared.
type List struct {
	rules []Rule
	lines []line
}

// line is one step of the first match: everything from src to dst in traffic
// gets the action. Action 0 is a match that may or may not be one, after which nothing
// is known about the packet.
type line struct {
	action   Action
	rule     int32 // a position
	src, dst Endpoints
	traffic  Traffic
}

// NewList resolves a chain. It takes time linear in the size of the rules and
// of the groups they name.
//
// Where it is unknown whether a rule matches a packet, what the list decides
// on the packet is unknown unless a neighbour of the same action matches for sure. That
// errs to the side of unknown: [Policy.Explain] asks all later rules as well, and knows the
// verdict if they agree with the uncertain one. For chains that only allow, the
// two are the same.
func NewList(c Chain, d Direction, inv Inventory) List {
	l := List{rules: c.InTurn()}
	l.lines = make([]line, 0, len(l.rules)+2)
	r := newResolver(inv, d)
	l.lines = append(l.lines, r.guard(c.Guard)...)
	for first := 0; first < len(l.rules); {
		last := first + 1
		for last < len(l.rules) && l.rules[last].Action == l.rules[first].Action {
			last++
		}
		l.run(first, last, r)
		first = last
	}
	l.lines = append(l.lines, line{action: c.Default, rule: ByDefault,
		src: r.any.Must, dst: r.any.Must, traffic: Traffic{AllTraffic()}})
	return l
}

// run adds the lines of rules of one action that follow each other, whose order
// does not count: first what they surely match, then what they may.
func (l *List) run(first, last int, r *resolver) {
	var unsure []line
	for i := first; i < last; i++ {
		rule := &l.rules[i]
		n := line{action: rule.Action, rule: int32(i), traffic: rule.Traffic}
		target, peer := r.resolve(rule.Target), r.resolve(rule.Peer)
		n.src, n.dst = r.ends(target.Must, peer.Must)
		l.lines = append(l.lines, n)
		if !target.IsExact() || !peer.IsExact() {
			n.action = 0
			n.src, n.dst = r.ends(target.May, peer.May)
			unsure = append(unsure, n)
		}
	}
	l.lines = append(l.lines, unsure...)
}

// Rules returns the rules of the chain in the order in which they decide; a
// position is an index into it. Rules of equal standing keep the chain's order.
func (l List) Rules() []Rule { return slices.Clone(l.rules) }

// Len returns the number of rules.
func (l List) Len() int { return len(l.rules) }

// resolver resolves selectors, each repeated one once.
type resolver struct {
	inv       Inventory
	direction Direction
	any       Resolved
	groups    map[Group]Resolved
	single    map[Identity]Resolved
}

func newResolver(inv Inventory, d Direction) *resolver {
	return &resolver{inv: inv, direction: d, any: inv.Resolve(nil),
		groups: map[Group]Resolved{}, single: map[Identity]Resolved{}}
}

func (r *resolver) resolve(s Selector) Resolved {
	switch s := s.(type) {
	case nil, Any:
		return r.any
	case Group:
		if _, ok := r.groups[s]; !ok {
			r.groups[s] = r.inv.Resolve(s)
		}
		return r.groups[s]
	case Identities:
		if len(s) != 1 {
			break
		}
		if _, ok := r.single[s[0]]; !ok {
			r.single[s[0]] = r.inv.Resolve(s)
		}
		return r.single[s[0]]
	}
	return r.inv.Resolve(s)
}

// ends puts target and peer at the ends that they have in the direction.
func (r *resolver) ends(target, peer Endpoints) (src, dst Endpoints) {
	if r.direction == Ingress {
		return peer, target
	}
	return target, peer
}

// guard returns the lines that pass on what the guard does not name.
func (r *resolver) guard(g Guard) []line {
	target, peer := r.resolve(g.Target), r.resolve(g.Peer)
	lines := r.outside(Pass, target.May, peer.May)
	if !target.IsExact() || !peer.IsExact() {
		lines = append(lines, r.outside(0, target.Must, peer.Must)...)
	}
	return lines
}

// outside returns the lines of an action for packets whose target or peer is
// none of the named.
func (r *resolver) outside(a Action, target, peer Endpoints) []line {
	var lines []line
	add := func(target, peer Endpoints) {
		n := line{action: a, rule: ByGuard, traffic: Traffic{AllTraffic()}}
		n.src, n.dst = r.ends(target, peer)
		lines = append(lines, n)
	}
	if !target.IsAny() {
		add(target.Complement(), r.any.Must)
	}
	if !peer.IsAny() {
		add(r.any.Must, peer.Complement())
	}
	return lines
}
