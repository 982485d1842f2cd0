package model

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Action is what a rule or a chain's default does. The zero Action is invalid.
type Action uint8

const (
	// Deny refuses the packet, for the whole policy.
	Deny Action = iota + 1
	// Allow admits the packet in this layer and direction; later chains of the
	// same layer and direction are not asked.
	Allow
	// Pass leaves the chain undecided; the next chain of the layer is asked.
	Pass
)

// String returns "deny", "allow", "pass" or "invalid".
func (a Action) String() string {
	switch a {
	case Deny:
		return "deny"
	case Allow:
		return "allow"
	case Pass:
		return "pass"
	}
	return "invalid"
}

// State says whether a layer tracks connections. The zero State is invalid.
type State uint8

const (
	// Stateful layers admit the replies of what they admitted.
	Stateful State = iota + 1
	// Stateless layers judge each reply as a packet of its own.
	Stateless
)

// String returns "stateful", "stateless" or "invalid".
func (s State) String() string {
	switch s {
	case Stateful:
		return "stateful"
	case Stateless:
		return "stateless"
	}
	return "invalid"
}

// Order says how the rules of a chain combine. The zero Order is invalid.
type Order uint8

const (
	// AnyAllow admits what any rule allows; the chain has no deny and no pass rules.
	// Security groups and Kubernetes network policies work so.
	AnyAllow Order = iota + 1
	// FirstMatch lets the matching rule with the lowest priority decide, and
	// among equals the one listed first. Network ACLs, NSGs and admin network policies work so.
	FirstMatch
	// PriorityDenyWins lets the matching rule with the lowest priority decide,
	// and among equals a deny before an allow. GCP VPC firewall rules work so.
	PriorityDenyWins
)

// String returns "any-allow", "first-match", "priority-deny-wins" or "invalid".
func (o Order) String() string {
	switch o {
	case AnyAllow:
		return "any-allow"
	case FirstMatch:
		return "first-match"
	case PriorityDenyWins:
		return "priority-deny-wins"
	}
	return "invalid"
}

// Compare returns which of two rules of a chain is asked first: negative if it is a, positive if it is b, and 0 if it is
// the one listed first, or both at once as in an [AnyAllow] chain.
func (o Order) Compare(a, b Rule) int {
	if o == AnyAllow {
		return 0
	}
	n := cmp.Compare(a.Priority, b.Priority)
	if n == 0 && o == PriorityDenyWins {
		n = cmp.Compare(a.Action, b.Action) // Deny is the lowest action
	}
	return n
}

// Origin says where a rule or a finding comes from. Empty fields are unknown.
type Origin struct {
	// File is the path as the user gave it, with forward slashes.
	File string `json:"file,omitempty"`
	// Line and Column count from 1; 0 is unknown.
	Line   int `json:"line,omitempty"`
	Column int `json:"column,omitempty"`
	// Object names the object: "NetworkPolicy shop/allow-frontend",
	// "aws_security_group.frontend", "sgr-0123".
	Object string `json:"object,omitempty"`
	// Path leads to the part of the object: "spec.ingress[0].from[1]".
	Path string `json:"path,omitempty"`
}

// String returns "policy.yaml:12:5: NetworkPolicy shop/db spec.ingress[0]",
// leaving out what is unknown.
func (o Origin) String() string {
	var pos []string
	if o.File != "" {
		pos = append(pos, o.File)
	}
	if o.Line > 0 {
		pos = append(pos, fmt.Sprint(o.Line))
		if o.Column > 0 {
			pos = append(pos, fmt.Sprint(o.Column))
		}
	}
	var parts []string
	if len(pos) > 0 {
		parts = append(parts, strings.Join(pos, ":"))
	}
	if name := strings.TrimSpace(o.Object + " " + o.Path); name != "" {
		parts = append(parts, name)
	}
	return strings.Join(parts, ": ")
}

// Compare orders origins by file, line, column, object and path.
func (o Origin) Compare(p Origin) int {
	return cmp.Or(cmp.Compare(o.File, p.File), cmp.Compare(o.Line, p.Line), cmp.Compare(o.Column, p.Column),
		cmp.Compare(o.Object, p.Object), cmp.Compare(o.Path, p.Path))
}

// Rule decides about packets between a target and a peer. The target is the
// end at which the rule is enforced: the destination of an ingress rule, the
// source of an egress rule.
type Rule struct {
	Name     string // for people; may be empty
	Action   Action
	Priority int      // lower is asked first; of no effect in an AnyAllow chain
	Target   Selector // nil: any
	Peer     Selector // nil: any
	Traffic  Traffic  // of the packet; empty matches nothing
	Origin   Origin
	// Reason says why a rule that no policy wrote is there, for instance a
	// platform allowance. Empty for rules that a user wrote.
	Reason string
}

// Guard says which packets a chain judges: those whose target and peer are
// both named. The zero Guard is every packet.
type Guard struct {
	Target Selector // nil: any
	Peer   Selector // nil: any
}

// Chain is rules that decide together, for one direction.
type Chain struct {
	Name  string
	Guard Guard
	Order Order
	Rules []Rule
	// Default decides on guarded packets that no rule matches. Packets outside
	// the guard always pass to the next chain.
	Default Action
}

// InTurn returns the rules in the order in which they decide. It may be the chain's own list.
func (c Chain) InTurn() []Rule {
	if c.Order == AnyAllow || slices.IsSortedFunc(c.Rules, c.Order.Compare) {
		return c.Rules
	}
	rules := slices.Clone(c.Rules)
	slices.SortStableFunc(rules, c.Order.Compare)
	return rules
}

// Layer is one enforcement point. In each direction its chains are asked in
// order until one allows or denies; a packet that every chain passes on is
// allowed. A packet is judged by the egress chains with its source as target and by the
// ingress chains with its destination as target, and must be allowed by both.
type Layer struct {
	Name            string
	State           State
	Ingress, Egress []Chain
}

// Policy is all layers between the endpoints. A connection passes when every
// layer admits the request and every stateless layer admits the reply. The
// zero Policy has no layer and admits everything.
type Policy struct{ Layers []Layer }

// Direction tells the two sides of a layer apart. The zero Direction is invalid.
type Direction uint8

const (
	// Egress chains are enforced at the source of a packet.
	Egress Direction = iota + 1
	// Ingress chains are enforced at the destination of a packet.
	Ingress
)

// String returns "egress", "ingress" or "invalid".
func (d Direction) String() string {
	switch d {
	case Egress:
		return "egress"
	case Ingress:
		return "ingress"
	}
	return "invalid"
}

// Chains returns the layer's chains of a direction.
func (l Layer) Chains(d Direction) []Chain {
	if d == Egress {
		return l.Egress
	}
	return l.Ingress
}

// Validate reports every zero or misplaced action, state and order, and every
// invalid service, each with its layer, chain and rule.
func (p Policy) Validate() error {
	var errs []error
	for _, l := range p.Layers {
		if l.State != Stateful && l.State != Stateless {
			errs = append(errs, fmt.Errorf("layer %q: state is not set", l.Name))
		}
		for _, d := range []Direction{Egress, Ingress} {
			for _, c := range l.Chains(d) {
				for _, err := range c.validate() {
					errs = append(errs, fmt.Errorf("layer %q, %s chain %q: %w", l.Name, d, c.Name, err))
				}
			}
		}
	}
	return errors.Join(errs...)
}

func (c Chain) validate() []error {
	var errs []error
	if c.Order < AnyAllow || c.Order > PriorityDenyWins {
		errs = append(errs, errors.New("order is not set"))
	}
	if c.Default < Deny || c.Default > Pass {
		errs = append(errs, errors.New("default is not set"))
	}
	for i, r := range c.Rules {
		switch {
		case r.Action < Deny || r.Action > Pass:
			errs = append(errs, fmt.Errorf("rule %d %q: action is not set", i, r.Name))
		case c.Order == AnyAllow && r.Action != Allow:
			errs = append(errs, fmt.Errorf("rule %d %q: %s in a chain that only allows", i, r.Name, r.Action))
		}
		for _, s := range r.Traffic {
			if err := s.Validate(); err != nil {
				errs = append(errs, fmt.Errorf("rule %d %q: %w", i, r.Name, err))
			}
		}
	}
	return errs
}
