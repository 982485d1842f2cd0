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
	for _, l := range p.Layers {
		d.Request = append(d.Request, l.explain(Egress, f, inv))
	}
	for _, l := range slices.Backward(p.Layers) {
		d.Request = append(d.Request, l.explain(Ingress, f, inv))
	}
	if reply, ok := f.Reply(); ok {
		for _, l := range p.Layers {
			if l.State == Stateless {
				d.Reply = append(d.Reply, l.explain(Egress, reply, inv))
			}
		}
		for _, l := range slices.Backward(p.Layers) {
			if l.State == Stateless {
				d.Reply = append(d.Reply, l.explain(Ingress, reply, inv))
			}
		}
	}
	for _, s := range slices.Concat(d.Request, d.Reply) {
		d.Verdict = d.Verdict.and(s.Verdict)
	}
	return d
}

// explain asks the layer's chains of one direction about a packet.
func (l Layer) explain(d Direction, packet Flow, inv Inventory) Step {
	target, peer := packet.Src, packet.Dst
	if d == Ingress {
		target, peer = peer, target
	}
	j := judge{chains: l.Chains(d), target: target, peer: peer, packet: packet, inv: inv}
	s := j.chain(0)
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
		return either(j.rules(i, c.sorted()), j.chain(i+1))
	case yes:
	}
	return j.rules(i, c.sorted())
}

// rules asks the rules of chain i, in order.
func (j judge) rules(i int, rules []Rule) Step {
	c := j.chains[i]
	for k, r := range rules {
		switch j.matches(r) {
		case yes:
			return j.act(i, &rules[k], r.Action)
		case perhaps:
			return either(j.act(i, &rules[k], r.Action), j.rules(i, rules[k+1:]))
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

// either is the step when it is unknown which of two happens.
func either(a, b Step) Step {
	if a.Verdict == b.Verdict {
		return a
	}
	a.Verdict = Undecided
	a.Why = "it is unknown whether this holds: " + a.Why
	return a
}

// sorted returns the rules in the order in which they decide.
func (c Chain) sorted() []Rule {
	if c.Order == AnyAllow {
		return c.Rules
	}
	rules := slices.Clone(c.Rules)
	slices.SortStableFunc(rules, func(a, b Rule) int {
		if n := cmp.Compare(a.Priority, b.Priority); n != 0 || c.Order != PriorityDenyWins {
			return n
		}
		return cmp.Compare(a.Action, b.Action) // Deny is the lowest action
	})
	return rules
}
