package model

// Delta is how two policies differ in traffic.
type Delta struct {
	// Opened connections are refused by the first policy and admitted by the
	// second, Closed ones the other way round.
	Opened, Closed Region
	// Unknown connections are those on which either policy rests on something
	// unknown, and those that were not worked out.
	Unknown Region
	// GaveUp is the part of Unknown for which the work came to its bound; see [Compare]. Empty: everything
	// was worked out.
	GaveUp Region
}

// Equal reports whether both policies are known to admit the same connections.
func (d Delta) Equal() bool { return d.Opened.IsEmpty() && d.Closed.IsEmpty() && d.Unknown.IsEmpty() }

// Compare returns how have differs from want over the inventory's universe.
//
// It works from what changed. Policies with the same layers and chains can only differ on
// packets of rules that one of them has and the other has not, or has in another order
// ([CompareLists]). Others are taken apart by the end at which rules are enforced: what two
// policies admit at each end alike, they admit alike, and where they do not is where they can
// differ. Only there is it worked out what each of them admits.
//
// The time is about n log n in the size of the rules, the identities that they name included, as long as
// few connections differ. In the worst case, of rules that overlap in all combinations, exact
// answers take exponential time. So the work is bounded, at some fifteen seconds and half a gigabyte: connections that would
// take more are in GaveUp.
func Compare(want, have Policy, inv Inventory) Delta {
	return compareWithin(want, have, inv, defaultRegionBudget())
}

func compareWithin(want, have Policy, inv Inventory, b regionBudget) Delta {
	c := contest{want: want, have: have, inv: inv, budget: b}
	suspects := c.suspects()
	if suspects.IsEmpty() {
		return Delta{}
	}
	parts := newPartition(inv, b)
	sets := parts.work(suspects, func(e *evaluation) []*node {
		w, h := e.admitted(want), e.admitted(have)
		op := e.w.apply
		unknown := op(opUnion, op(opSubtract, w.high, w.low), op(opSubtract, h.high, h.low))
		return []*node{
			op(opSubtract, op(opSubtract, h.low, w.low), unknown),
			op(opSubtract, op(opSubtract, w.low, h.low), unknown),
			unknown,
		}
	})
	d := Delta{GaveUp: parts.gaveUp()}
	if len(sets) > 0 {
		d.Opened, d.Closed, d.Unknown = sets[0], sets[1], sets[2]
	}
	d.Unknown = d.Unknown.Union(d.GaveUp)
	return d
}

// Difference is [Compare] of policies that were evaluated already, over one
// inventory.
func Difference(want, have Permitted) Delta {
	unknown := want.Unknown.Union(have.Unknown)
	return Delta{
		Opened:  have.Allowed.Subtract(want.Allowed).Subtract(unknown),
		Closed:  want.Allowed.Subtract(have.Allowed).Subtract(unknown),
		Unknown: unknown,
		GaveUp:  want.GaveUp.Union(have.GaveUp),
	}
}

// contest is two policies that are compared.
type contest struct {
	want, have Policy
	inv        Inventory
	budget     regionBudget
}

// suspects returns connections outside which both policies are known and agree.
func (c contest) suspects() Region {
	boxes, aligned := c.changes()
	if aligned && len(boxes) <= max(fewChanges, (c.want.size()+c.have.size())/8) {
		return NewRegion(boxes...)
	}
	if r, ok := c.sides(); ok {
		return r
	}
	if aligned {
		return NewRegion(boxes...)
	}
	return Everything()
}

// fewChanges is how many boxes of changed rules are taken for what differs without
// looking closer, however few rules there are.
const fewChanges = 64

// size returns the number of rules.
func (p Policy) size() int {
	n := 0
	for _, l := range p.Layers {
		for _, d := range []Direction{Egress, Ingress} {
			for _, c := range l.Chains(d) {
				n += len(c.Rules)
			}
		}
	}
	return n
}

// sides returns where the policies do not surely admit the same at one of the ends, worked out end by
// end: targets first, and peers as rules name them. That is about as large as the rules,
// while the product of both ends can be as large as the square of the number of members. It
// fails when it is more work than one part may be.
func (c contest) sides() (Region, bool) {
	w := newWorkshop()
	w.limit = c.budget.part
	e := newEvaluation(w, c.inv, w.box(Box{c.inv.everybody(), AnyEndpoint(), Traffic{AllTraffic()}}))
	client := w.universe(c.inv, atSrc).clip(w, e.disagreement(c, clientSide))
	server := w.universe(c.inv, atDst).clip(w, e.disagreement(c, serverSide))
	if w.exhausted() {
		return Region{}, false
	}
	both := w.apply(opUnion, client, w.flipped(server))
	return Region{both}, !w.exhausted()
}

// disagreement returns the pairs of target and peer, with traffic, on which the policies
// disagree at one end, or of which one of them is not sure.
func (e *evaluation) disagreement(c contest, s side) *node {
	w, h := e.side(c.want, s, atSrc), e.side(c.have, s, atSrc)
	op := e.w.apply
	return op(opUnion,
		op(opUnion, op(opSubtract, w.high, w.low), op(opSubtract, h.high, h.low)),
		op(opUnion, op(opSubtract, w.low, h.low), op(opSubtract, h.low, w.low)))
}
