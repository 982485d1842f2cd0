package model

import "slices"

// changes returns boxes that hold every connection on which the policies may
// differ or be unsure, found by looking at rules and not at what they admit. It fails
// where layers and chains do not correspond, or a default differs.
func (c contest) changes() ([]Box, bool) {
	if len(c.want.Layers) != len(c.have.Layers) {
		return nil, false
	}
	var out []Box
	for i, w := range c.want.Layers {
		h := c.have.Layers[i]
		if w.State != h.State {
			return nil, false
		}
		for _, d := range []Direction{Egress, Ingress} {
			ws, hs := w.Chains(d), h.Chains(d)
			if len(ws) != len(hs) {
				return nil, false
			}
			for j := range ws {
				boxes, ok := c.chainChanges(ws[j], hs[j], d)
				if !ok {
					return nil, false
				}
				out = append(out, boxes...)
				if w.State == Stateless {
					out = append(out, answeredBy(boxes)...)
				}
			}
		}
	}
	return out, true
}

// answeredBy returns the connections that packets of the boxes answer.
func answeredBy(boxes []Box) []Box {
	out := make([]Box, len(boxes))
	for i, b := range boxes {
		out[i] = Box{Src: b.Dst, Dst: b.Src, Traffic: requestsOf(b.Traffic)}
	}
	return out
}

// chainChanges returns boxes that hold every packet that two chains may treat differently.
func (c contest) chainChanges(want, have Chain, d Direction) ([]Box, bool) {
	if want.Default != have.Default {
		return nil, false
	}
	var out []Box
	everything := Traffic{AllTraffic()}
	if s := c.guardChanges(want.Guard.Target, have.Guard.Target); !s.IsEmpty() {
		out = append(out, boxFor(d, s, AnyEndpoint(), everything))
	}
	if s := c.guardChanges(want.Guard.Peer, have.Guard.Peer); !s.IsEmpty() {
		out = append(out, boxFor(d, AnyEndpoint(), s, everything))
	}
	rules, ok := c.ruleChanges(want, have, d)
	if !ok {
		return nil, false
	}
	for _, r := range rules {
		out = append(out, boxFor(d, c.inv.Resolve(r.Target).May, c.inv.Resolve(r.Peer).May, r.Traffic))
	}
	return out, true
}

// guardChanges returns the endpoints that one selector may name and the other may not.
func (c contest) guardChanges(want, have Selector) Endpoints {
	if sameSelector(want, have) && c.inv.isPlain(want, 0) {
		return Endpoints{}
	}
	w, h := c.inv.Resolve(want), c.inv.Resolve(have)
	return w.May.Subtract(h.Must).Union(h.May.Subtract(w.Must))
}

// ruleChanges returns rules of either chain that match every packet which the
// chains' rules may treat differently.
func (c contest) ruleChanges(want, have Chain, d Direction) ([]Rule, bool) {
	ws, hs := want.InTurn(), have.InTurn()
	var out []Rule
	for _, rules := range [][]Rule{ws, hs} {
		for _, r := range rules {
			if !c.inv.isPlain(r.Target, 0) || !c.inv.isPlain(r.Peer, 0) {
				out = append(out, r)
			}
		}
	}
	switch {
	case slices.EqualFunc(ws, hs, sameRule):
		return out, true
	case oneAction(ws, hs):
		return append(out, leftOver(ws, hs)...), true // their order does not count
	}
	want.Guard, have.Guard = Guard{}, Guard{}
	wl, hl := NewList(want, d, c.inv), NewList(have, d, c.inv)
	delta, err := CompareLists(wl, hl, ListOptions{Effort: Effort{Total: c.budget.total}})
	if err != nil {
		return nil, false
	}
	for _, n := range delta.Changes {
		switch {
		case n.Effect == NoEffect:
		case n.Rule < 0:
			return nil, false
		case n.Side == Want:
			out = append(out, wl.rules[n.Rule])
		default:
			out = append(out, hl.rules[n.Rule])
		}
	}
	return out, true
}

// oneAction reports whether all rules have the same action.
func oneAction(lists ...[]Rule) bool {
	var first Action
	for _, rules := range lists {
		for _, r := range rules {
			if first == 0 {
				first = r.Action
			}
			if r.Action != first {
				return false
			}
		}
	}
	return true
}

// leftOver returns the rules of each list that the other has not as often.
func leftOver(want, have []Rule) []Rule {
	byHash := map[uint64][]*Rule{}
	for i := range have {
		h := have[i].hash()
		byHash[h] = append(byHash[h], &have[i])
	}
	taken := map[*Rule]bool{}
	var out []Rule
	for _, r := range want {
		found := false
		for _, o := range byHash[r.hash()] {
			if !taken[o] && sameRule(r, *o) {
				taken[o], found = true, true
				break
			}
		}
		if !found {
			out = append(out, r)
		}
	}
	for i := range have {
		if !taken[&have[i]] {
			out = append(out, have[i])
		}
	}
	return out
}
