package model

import (
	"cmp"
	"fmt"
	"slices"
)

// Verdict is what is known of a connection. The zero Verdict is denied.
type Verdict uint8

const (
	// Denied connections do not pass.
	Denied Verdict = iota
	// Allowed connections pass.
	Allowed
	// Undecided connections pass or not, depending on something unknown.
	Undecided
)

// String returns "deny", "allow" or "unknown".
func (v Verdict) String() string {
	switch v {
	case Allowed:
		return "allow"
	case Undecided:
		return "unknown"
	case Denied:
	}
	return "deny"
}

// and is the verdict of two that must both allow.
func (v Verdict) and(o Verdict) Verdict {
	switch {
	case v == Denied || o == Denied:
		return Denied
	case v == Undecided || o == Undecided:
		return Undecided
	}
	return Allowed
}

// Step is the word of one layer, in one direction, on one packet.
type Step struct {
	Layer     string
	Chain     string // the chain that decided; empty when none did
	Direction Direction
	Verdict   Verdict
	// Rule decided, or is the first of those that might have; nil when a
	// default did, or nothing judges the packet.
	Rule *Rule
	// Why says in words how the verdict came about.
	Why string
	// Doubts say what is unknown, sorted; empty unless the verdict is Undecided.
	Doubts []string
	// Also are further rules that decide so on some of the connections of a
	// [Case]; empty from [Policy.Explain], which is about one connection.
	Also []Rule
}

// Decision is the answer of [Policy.Explain].
type Decision struct {
	Verdict Verdict
	// Request and Reply are the steps of the two packets, in the order in
	// which they meet the layers: egress of the first layer to the last, then ingress
	// from the last to the first. Reply has steps of stateless layers only:
	// the others admit it unasked.
	Request, Reply []Step
}

// Explain returns whether the flow passes, and every layer's word on it, those
// after a denial included.
func (p Policy) Explain(f Flow, inv Inventory) Decision {
	d := Decision{Verdict: Allowed}
	reply, answered := f.Reply()
	for _, h := range p.hops() {
		packet := f
		if h.reply {
			if !answered {
				continue
			}
			packet = reply
		}
		step := h.layer.explain(h.direction, packet, inv)
		d.add(h, step)
	}
	return d
}

// add appends the next step.
func (d *Decision) add(h hop, s Step) {
	if h.reply {
		d.Reply = append(d.Reply, s)
	} else {
		d.Request = append(d.Request, s)
	}
	d.Verdict = d.Verdict.and(s.Verdict)
}

// hop is one layer's chains of one direction, asked about the request or the
// reply.
type hop struct {
	layer     Layer
	direction Direction
	reply     bool
}

// hops returns what a connection meets, in order; see [Decision].
func (p Policy) hops() []hop {
	var out []hop
	for _, reply := range []bool{false, true} {
		asked := func(l Layer) bool { return !reply || l.State == Stateless }
		for _, l := range p.Layers {
			if asked(l) {
				out = append(out, hop{l, Egress, reply})
			}
		}
		for _, l := range slices.Backward(p.Layers) {
			if asked(l) {
				out = append(out, hop{l, Ingress, reply})
			}
		}
	}
	return out
}

// explain asks the layer's chains of one direction about a packet.
func (l Layer) explain(d Direction, packet Flow, inv Inventory) Step {
	target, peer := packet.Src, packet.Dst
	if d == Ingress {
		target, peer = peer, target
	}
	j := judge{chains: l.Chains(d), target: target, peer: peer, packet: packet, inv: inv}
	s := j.chain(0)
	slices.Sort(s.Doubts)
	s.Doubts = slices.Compact(s.Doubts)
	s.Layer, s.Direction = l.Name, d
	return s
}

// judge is one packet before the chains of one layer and direction.
type judge struct {
	chains       []Chain
	target, peer Endpoint
	packet       Flow
	inv          Inventory
}

// chain asks chain i and, as far as it passes, those after it.
func (j judge) chain(i int) Step {
	if i == len(j.chains) {
		return Step{Verdict: Allowed, Why: "nothing here judges this packet"}
	}
	c := j.chains[i]
	switch min(j.inv.match(c.Guard.Target, j.target), j.inv.match(c.Guard.Peer, j.peer)) {
	case no:
		return j.chain(i + 1)
	case perhaps:
		return j.either(j.rules(i, c.InTurn()), j.chain(i+1), c.Guard)
	case yes:
	}
	return j.rules(i, c.InTurn())
}

// rules asks the rules of chain i, in order.
func (j judge) rules(i int, rules []Rule) Step {
	c := j.chains[i]
	for k, r := range rules {
		switch j.matches(r) {
		case yes:
			return j.act(i, &rules[k], r.Action)
		case perhaps:
			return j.either(j.act(i, &rules[k], r.Action), j.rules(i, rules[k+1:]), Guard{r.Target, r.Peer})
		case no:
		}
	}
	s := j.act(i, nil, c.Default)
	if c.Default == Deny {
		s.Why = fmt.Sprintf("%s: no rule matches, the default is deny", c.Name)
	}
	return s
}

func (j judge) matches(r Rule) fit {
	if !r.Traffic.Contains(j.packet) {
		return no
	}
	return min(j.inv.match(r.Target, j.target), j.inv.match(r.Peer, j.peer))
}

func (j judge) act(i int, r *Rule, a Action) Step {
	c := j.chains[i]
	s := Step{Chain: c.Name, Rule: r, Verdict: Denied}
	switch a {
	case Pass:
		return j.chain(i + 1)
	case Allow:
		s.Verdict = Allowed
	case Deny:
	}
	s.Why = fmt.Sprintf("%s: the default is %s", c.Name, a)
	if r != nil {
		s.Why = fmt.Sprintf("%s: %s", c.Name, r.describe())
	}
	return s
}

// describe returns what people call the rule, and what it does.
func (r Rule) describe() string {
	name := cmp.Or(r.Name, r.Origin.Object, "a rule")
	s := fmt.Sprintf("%s %ss %s", name, r.Action, r.Traffic)
	if r.Reason != "" {
		s += " (" + r.Reason + ")"
	}
	return s
}

// either is the step when it is unknown which of two happens, as it is unknown
// whether the packet is between the ends of g.
func (j judge) either(a, b Step, g Guard) Step {
	if a.Verdict == b.Verdict && a.Verdict != Undecided {
		return a
	}
	if a.Verdict != b.Verdict {
		a.Why = "it is unknown whether this holds: " + a.Why
	}
	a.Verdict = Undecided
	a.Doubts = slices.Concat(a.Doubts, b.Doubts, j.inv.doubts(g.Target, j.target), j.inv.doubts(g.Peer, j.peer))
	return a
}
