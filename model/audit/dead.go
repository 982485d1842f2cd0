package audit

import (
	"cmp"
	"maps"
	"math"
	"net/netip"
	"slices"

	"github.com/crosswall/crosswall/model"
)

// Dead is a rule, as somebody wrote it, that never decides: rules before it match all that it does.
type Dead struct {
	Firewall  *Firewall
	Direction model.Direction
	// Chain is the place of its chain among those of the direction.
	Chain int
	// Rules are what the model made of it, By are the rules that decide in its place.
	Rules, By []model.Rule
}

// IsOpposed reports whether a rule that decides in its place does something else.
func (x Dead) IsOpposed() bool {
	return slices.ContainsFunc(x.By, func(r model.Rule) bool { return r.Action != x.Rules[0].Action })
}

// Dead returns the rules that never decide, by firewall, in the order in which they are asked. Rules that the cloud adds are left out, and
// firewalls of which a rule matches nobody knows what.
func (s *Subject) Dead() []Dead {
	if s.dead == nil {
		s.dead = []Dead{}
		for f := range s.Firewalls() {
			for _, d := range []model.Direction{model.Ingress, model.Egress} {
				for i := range f.Chains(d) {
					s.dead = append(s.dead, s.deadIn(f, d, i)...)
				}
			}
		}
	}
	return s.dead
}

// deadIn returns the dead rules of a chain.
func (s *Subject) deadIn(f *Firewall, d model.Direction, chain int) []Dead {
	c := f.Chains(d)[chain]
	if len(c.Rules) < 2 {
		return nil
	}
	c = WidestFirst(c)
	var out []Dead
	for _, x := range DeadOf(c, s.RuleList(c, d)) {
		if told, ok := f.RuleAt(d, x.Rules[0].Origin); !ok || !told.Added {
			x.Firewall, x.Direction, x.Chain = f, d, chain
			out = append(out, x)
		}
	}
	return out
}

// deadEffort bounds the work on one chain.
func deadEffort() model.Effort { return model.Effort{PerBox: 50_000, Total: 400_000_000} }

// DeadOf returns the rules of a chain that never decide, given the list that was made of it. Firewall, Direction and Chain are left zero. A rule of which
// nobody knows where it was written is left out. There are none where the list has a rule of no form that is known: what it matches is unknown.
func DeadOf(c model.Chain, list model.List) []Dead {
	index, err := list.Index()
	if err != nil {
		return nil
	}
	shadowed := map[int]model.Proof{}
	for _, p := range index.Shadowed(deadEffort()).Rules {
		shadowed[p.Rule] = p
	}
	rules := c.InTurn()
	at := map[model.Origin][]int{}
	var origins []model.Origin
	for i, r := range rules {
		if at[r.Origin] == nil {
			origins = append(origins, r.Origin)
		}
		at[r.Origin] = append(at[r.Origin], i)
	}
	var out []Dead
	for _, o := range origins {
		if x, dead := allDead(rules, at[o], shadowed); dead && o != (model.Origin{}) {
			out = append(out, x)
		}
	}
	return out
}

// allDead is a written rule of which every part is dead.
func allDead(rules []model.Rule, parts []int, shadowed map[int]model.Proof) (Dead, bool) {
	var x Dead
	by := map[int]bool{}
	for _, i := range parts {
		p, ok := shadowed[i]
		if !ok {
			return x, false
		}
		x.Rules = append(x.Rules, rules[i])
		for _, n := range p.By {
			if n >= 0 && !slices.Contains(parts, n) {
				by[n] = true
			}
		}
	}
	for _, i := range slices.Sorted(maps.Keys(by)) {
		x.By = append(x.By, rules[i])
	}
	return x, true
}

// WidestFirst returns a chain of which any rule may allow with its rules sorted so that one that is part of another comes after it. Other chains
// stay as they are.
func WidestFirst(c model.Chain) model.Chain {
	if c.Order != model.AnyAllow {
		return c
	}
	type sized struct {
		rule model.Rule
		size float64
	}
	all := make([]sized, len(c.Rules))
	for i, r := range c.Rules {
		all[i] = sized{r, breadth(r)}
	}
	slices.SortStableFunc(all, func(a, b sized) int { return cmp.Compare(b.size, a.size) })
	c.Rules = make([]model.Rule, len(all))
	for i, s := range all {
		c.Rules[i] = s.rule
	}
	return c
}

// breadth grows with what a rule matches.
func breadth(r model.Rule) float64 {
	size := 0.0
	for _, s := range r.Traffic {
		switch {
		case s.Protocol == model.AnyProtocol:
			size += 1 << 48
		case s.Protocol.HasPorts():
			size += float64(int(s.Dst.Last)-int(s.Dst.First)+1) * float64(int(s.Src.Last)-int(s.Src.First)+1)
		case s.Protocol.IsICMP() && s.Type != model.AnyICMP && s.Code != model.AnyICMP:
			size++
		case s.Protocol.IsICMP() && s.Type != model.AnyICMP:
			size += 256
		default:
			size += 1 << 32
		}
	}
	return math.Log2(size+1) + peerBits(r.Peer)
}

// peerBits is the number of bits that addresses leave open; groups are as wide as everybody where they are not addresses.
func peerBits(s model.Selector) float64 {
	switch s := s.(type) {
	case model.At:
		total := 0.0
		for _, p := range s.Addrs.Prefixes() {
			total += math.Exp2(float64(openBits(p)))
		}
		return math.Log2(total + 1)
	case model.Or:
		most := 0.0
		for _, e := range s {
			most = max(most, peerBits(e))
		}
		return most
	}
	return 128
}

func openBits(p netip.Prefix) int { return p.Addr().BitLen() - p.Bits() }
