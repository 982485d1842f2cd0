package checks

import (
	"cmp"
	"math"
	"net/netip"
	"slices"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
)

// deadRule is a rule, as somebody wrote it, that never decides: rules before it match all that it does.
type deadRule struct {
	firewall  *audit.Firewall
	direction model.Direction
	// rules are what the model made of it, by are the rules that decide in its place.
	rules, by []model.Rule
}

// opposed reports whether a rule that decides in its place does something else.
func (d deadRule) opposed() bool {
	return slices.ContainsFunc(d.by, func(r model.Rule) bool { return r.Action != d.rules[0].Action })
}

// deadRules returns the rules that never decide, of all firewalls. Rules that the cloud adds are left out.
func deadRules(s *audit.Subject) []deadRule {
	var out []deadRule
	for i := range s.Estate.Firewalls {
		f := &s.Estate.Firewalls[i]
		for _, d := range []model.Direction{model.Ingress, model.Egress} {
			for _, c := range f.Chains(d) {
				out = append(out, deadIn(s, f, c, d)...)
			}
		}
	}
	return out
}

// deadEffort bounds the work on one chain.
func deadEffort() model.Effort { return model.Effort{PerBox: 50_000, Total: 400_000_000} }

// deadIn returns the dead rules of a chain.
func deadIn(s *audit.Subject, f *audit.Firewall, c model.Chain, d model.Direction) []deadRule {
	if len(c.Rules) < 2 {
		return nil
	}
	if c.Order == model.AnyAllow {
		c.Rules = widestFirst(c.Rules)
	}
	list := s.RuleList(c, d)
	index, err := list.Index()
	if err != nil {
		return nil // a rule of no form that is known matches perhaps, and was reported when it was read
	}
	rules := asWritten(c, list)
	shadowed := map[int]model.Proof{}
	for _, p := range index.Shadowed(deadEffort()).Rules {
		shadowed[p.Rule] = p
	}
	at := map[model.Origin][]int{}
	var origins []model.Origin
	for i, r := range rules {
		if at[r.Origin] == nil {
			origins = append(origins, r.Origin)
		}
		at[r.Origin] = append(at[r.Origin], i)
	}
	var out []deadRule
	for _, o := range origins {
		told, ok := f.RuleAt(d, o)
		if ok && told.Added || o == (model.Origin{}) {
			continue
		}
		if x, dead := allDead(rules, at[o], shadowed); dead {
			x.firewall, x.direction = f, d
			out = append(out, x)
		}
	}
	return out
}

// asWritten returns the rules of a chain as they were written, in the order of a list that was made of it.
func asWritten(c model.Chain, l model.List) []model.Rule {
	written := map[ruleKey][]model.Rule{}
	for _, r := range c.Rules {
		written[keyOf(r)] = append(written[keyOf(r)], r)
	}
	out := make([]model.Rule, l.Len())
	for i, r := range l.Rules() {
		k := keyOf(r)
		out[i], written[k] = written[k][0], written[k][1:]
	}
	return out
}

// ruleKey tells rules apart well enough: those with one key are in the order in which they were written.
type ruleKey struct {
	origin   model.Origin
	priority int
	action   model.Action
}

func keyOf(r model.Rule) ruleKey { return ruleKey{r.Origin, r.Priority, r.Action} }

// allDead is a written rule of which every part is dead.
func allDead(rules []model.Rule, parts []int, shadowed map[int]model.Proof) (deadRule, bool) {
	var x deadRule
	by := map[int]bool{}
	for _, i := range parts {
		p, ok := shadowed[i]
		if !ok {
			return x, false
		}
		x.rules = append(x.rules, rules[i])
		for _, n := range p.By {
			if n >= 0 && !slices.Contains(parts, n) {
				by[n] = true
			}
		}
	}
	for i, r := range rules {
		if by[i] {
			x.by = append(x.by, r)
		}
	}
	return x, true
}

// widestFirst sorts rules of which any may allow so that one that is part of another comes after it.
func widestFirst(rules []model.Rule) []model.Rule {
	type sized struct {
		rule model.Rule
		size float64
	}
	all := make([]sized, len(rules))
	for i, r := range rules {
		all[i] = sized{r, breadth(r)}
	}
	slices.SortStableFunc(all, func(a, b sized) int { return cmp.Compare(b.size, a.size) })
	out := make([]model.Rule, len(rules))
	for i, s := range all {
		out[i] = s.rule
	}
	return out
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

// tellDead is a finding about a dead rule.
func tellDead(x deadRule, summary string) audit.Finding {
	f := x.firewall
	out := audit.Finding{Object: f.ObjectOf(x.direction, x.rules), Summary: summary, Subject: x.direction.String() + " " + textsOf(x.rules, x.direction),
		Causes: append(f.CausesOf(x.direction, x.rules), f.CausesOf(x.direction, x.by)...)}
	told, ok := f.RuleAt(x.direction, x.rules[0].Origin)
	if !ok || f.Address != "" {
		return out
	}
	if form, text := removal(f, x.direction, told); text != "" {
		out.Fixes = []audit.Fix{{Title: "Remove the rule", Form: form, Text: text}}
	}
	return out
}

// textsOf tells rules apart by what they do, whatever their numbers are.
func textsOf(rules []model.Rule, d model.Direction) string {
	text := ""
	for i, r := range rules {
		r.Priority = 0
		if i > 0 {
			text += "; "
		}
		text += audit.Describe(r, d)
	}
	return text
}
