package audit

import (
	"slices"

	"github.com/crosswall/crosswall/model"
)

// view is a firewall in one direction, seen by itself: who its members are does not matter, so that a
// firewall that nothing has yet is looked at like any other.
type view struct {
	firewall *Firewall
	inv      model.Inventory
	dir      model.Direction
	chains   []model.Chain
	// by has, for each chain, the places of rules by the text of what they are for: those for anybody under "".
	by []map[string][]int
	// parts has the rules whose target is a combination, which are looked through.
	parts [][]int
}

// target is whom some rules of a firewall are for.
type target struct {
	selector model.Selector
	text     string
}

func (s *Subject) viewOf(f *Firewall, d model.Direction) view {
	v := view{firewall: f, inv: s.Inventory, dir: d, chains: f.Chains(d)}
	for _, c := range v.chains {
		by := map[string][]int{}
		var parts []int
		for i, r := range c.Rules {
			t := within(r.Target, f.Target)
			switch t := t.(type) {
			case model.And, model.Or:
				parts = append(parts, i)
			default:
				by[targetText(t)] = append(by[targetText(t)], i)
			}
		}
		v.by, v.parts = append(v.by, by), append(v.parts, parts)
	}
	return v
}

// targetText is the text of a target; empty: anybody.
func targetText(s model.Selector) string {
	if isAnybody(s) {
		return ""
	}
	return SelectorText(s)
}

func isAnybody(s model.Selector) bool {
	switch s := s.(type) {
	case nil, model.Any:
		return true
	case model.And:
		return !slices.ContainsFunc(s, func(e model.Selector) bool { return !isAnybody(e) })
	}
	return false
}

// within is what a selector asks of the members of a firewall: nil where it names them all.
func within(s, members model.Selector) model.Selector {
	if isAnybody(s) || members != nil && SelectorText(s) == SelectorText(members) {
		return nil
	}
	and, ok := s.(model.And)
	if !ok {
		return s
	}
	var rest model.And
	for _, e := range and {
		if e = within(e, members); e != nil {
			rest = append(rest, e)
		}
	}
	switch len(rest) {
	case 0:
		return nil
	case 1:
		return rest[0]
	}
	return rest
}

// targets returns the different targets of rules that allow, those for anybody first, then in the order of the rules.
func (v view) targets() []target {
	var out []target
	seen := map[string]bool{}
	for _, c := range v.chains {
		for _, r := range c.Rules {
			t := within(r.Target, v.firewall.Target)
			text := targetText(t)
			if r.Action != model.Allow || seen[text] {
				continue
			}
			seen[text] = true
			if text == "" {
				t = nil
			}
			out = append(out, target{t, text})
		}
	}
	slices.SortStableFunc(out, func(a, b target) int {
		switch {
		case a.text == "" && b.text != "":
			return -1
		case a.text != "" && b.text == "":
			return 1
		}
		return 0
	})
	if len(out) == 0 || out[0].text != "" {
		for _, c := range v.chains {
			if c.Default == model.Allow { // nobody needs a rule
				return append([]target{{}}, out...)
			}
		}
	}
	return out
}

// judging returns the chains with the rules that judge all whom a target names, with anybody as their target and peers as addresses.
func (v view) judging(t target) []model.Chain {
	var out []model.Chain
	for i, c := range v.chains {
		places := slices.Clone(v.by[i][""])
		if t.text != "" {
			places = append(places, v.by[i][t.text]...)
		}
		for _, p := range v.parts[i] {
			if covers(within(c.Rules[p].Target, v.firewall.Target), t.selector) {
				places = append(places, p)
			}
		}
		if and, ok := t.selector.(model.And); ok {
			for _, e := range and {
				places = append(places, v.by[i][targetText(e)]...)
			}
		}
		slices.Sort(places)
		chain := c
		chain.Guard = model.Guard{Peer: v.strange(c.Guard.Peer)}
		chain.Rules = nil
		for _, p := range slices.Compact(places) {
			r := c.Rules[p]
			r.Target, r.Peer = nil, v.strange(r.Peer)
			chain.Rules = append(chain.Rules, r)
		}
		out = append(out, chain)
	}
	return out
}

// covers reports whether a selector surely names all whom another one names, as far as their words tell.
func covers(s, o model.Selector) bool {
	if isAnybody(s) || SelectorText(s) == SelectorText(o) {
		return true
	}
	if and, ok := s.(model.And); ok {
		return !slices.ContainsFunc(and, func(e model.Selector) bool { return !covers(e, o) })
	}
	if and, ok := o.(model.And); ok && slices.ContainsFunc(and, func(e model.Selector) bool { return covers(s, e) }) {
		return true
	}
	if or, ok := o.(model.Or); ok && len(or) > 0 {
		return !slices.ContainsFunc(or, func(e model.Selector) bool { return !covers(s, e) })
	}
	switch s := s.(type) {
	case model.Or:
		return slices.ContainsFunc(s, func(e model.Selector) bool { return covers(e, o) })
	case model.At:
		at, ok := o.(model.At)
		return ok && s.Addrs.Covers(at.Addrs)
	}
	return false
}

// strange is a peer as strangers see it: groups of members name none of them, and groups of addresses those.
func (v view) strange(s model.Selector) model.Selector {
	switch s := s.(type) {
	case model.Group:
		bound, ok := v.inv.Groups[s]
		if !ok {
			return model.Maybe{Selector: model.Any{}, Why: "it is not known who is in " + string(s)}
		}
		return v.strange(bound)
	case model.Identities:
		if slices.Contains(s, model.Outside) {
			return model.Identities{model.Outside}
		}
		return model.Identities{}
	case model.And:
		return model.And(v.strangeAll(s))
	case model.Or:
		return model.Or(v.strangeAll(s))
	case model.Not:
		return model.Not{Selector: v.strange(s.Selector)}
	case model.Maybe:
		return model.Maybe{Selector: v.strange(s.Selector), Why: s.Why}
	case nil, model.Any, model.At:
	}
	return s
}

func (v view) strangeAll(ss []model.Selector) []model.Selector {
	out := make([]model.Selector, len(ss))
	for i, s := range ss {
		out[i] = v.strange(s)
	}
	return out
}

// permitted returns what passes between a target and strangers at some addresses, by any port of theirs, and the rules asked.
func (v view) permitted(t target, strangers model.AddrSet) (model.Permitted, []model.Rule) {
	chains := v.judging(t)
	layer := model.Layer{Name: v.firewall.Label(), State: model.Stateful, Ingress: chains}
	inv := model.Inventory{Members: []model.Member{{ID: here(v.firewall), ClientPorts: model.AllPorts()}}, OutsideClientPorts: model.AllPorts()}
	box := model.Box{Src: model.EndpointAt(model.Outside, strangers), Dst: model.EndpointsOf(here(v.firewall)), Traffic: model.Traffic{model.AllTraffic()}}
	if v.dir == model.Egress {
		layer.Ingress, layer.Egress = nil, chains
		box.Src, box.Dst = box.Dst, box.Src
	}
	p := model.Policy{Layers: []model.Layer{layer}}.PermittedWithin(inv, model.NewRegion(box))
	var rules []model.Rule
	for _, c := range chains {
		rules = append(rules, sortedByPriority(c, c.Rules)...)
	}
	return p, rules
}
