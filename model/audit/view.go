package audit

import (
	"slices"

	"github.com/crosswall/crosswall/model"
)

// view is a firewall in one direction, seen by itself: who its members are does not matter, so that a
// firewall that nothing has yet is looked at like any other.
type view struct {
	subject  *Subject
	firewall *Firewall
	// lists is what the lists of addresses are to whoever looks.
	lists  map[model.Group]model.Selector
	inv    model.Inventory
	dir    model.Direction
	chains []model.Chain
	// asked has, for each chain, its rules by what they are for.
	asked []askedRules
}

// target is whom some rules of a firewall are for.
type target struct {
	selector model.Selector
	text     string
}

func (s *Subject) viewOf(f *Firewall, d model.Direction) view {
	v := view{subject: s, lists: s.lists, firewall: f, inv: s.Inventory, dir: d, chains: f.Chains(d)}
	for _, c := range v.chains {
		v.asked = append(v.asked, askedOf(c, f.Target))
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
			t, _ := whomOf(r, v.firewall.Target)
			text := targetText(t)
			if r.Action != model.Allow || seen[text] {
				continue
			}
			seen[text] = true
			if text == "" {
				t = nil
			}
			for _, one := range v.apart(target{t, text}) {
				if one.text == text || !seen[one.text] {
					seen[one.text] = true
					out = append(out, one)
				}
			}
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

// judging returns the chains with the rules that judge those whom a target names, with peers as addresses, and as targets
// what of them is judged: anybody, some addresses, or perhaps anybody; and the rules as they are written, in the order in which they are asked.
func (v view) judging(t target) ([]model.Chain, []asked) {
	var out []model.Chain
	var rules []asked
	for i, c := range v.chains {
		chain := c
		chain.Guard = model.Guard{Peer: v.strange(c.Guard.Peer)}
		chain.Rules = nil
		var written []asked
		for _, p := range v.asked[i].about(t) {
			r := c.Rules[p]
			whom, why := whomOf(r, v.firewall.Target)
			judged, ok := judgedOf(whom, t, r.Action)
			if !ok {
				continue
			}
			if r.Target, r.Peer = judged, v.strange(r.Peer); why != "" {
				r.Target = model.Maybe{Selector: orAny(judged), Why: why}
			}
			chain.Rules = append(chain.Rules, r)
			written = append(written, asked{c.Rules[p], r.Peer, orAny(judged), c.Order != model.AnyAllow && isAnybody(c.Guard.Peer)})
		}
		slices.SortStableFunc(written, func(a, b asked) int { return c.Order.Compare(a.Rule, b.Rule) })
		rules = append(rules, written...)
		out = append(out, chain)
	}
	return append(out, model.Chain{Name: "what nothing lets in", Order: model.AnyAllow, Default: model.Deny}), rules
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
	return model.MapLeaves(s, func(leaf model.Selector) model.Selector {
		switch leaf := leaf.(type) {
		case model.Group:
			if seen, ok := v.lists[leaf]; ok {
				return seen
			}
			bound, ok := v.inv.Groups[leaf]
			if !ok {
				return model.Maybe{Selector: model.Any{}, Why: "it is not known who is in " + string(leaf)}
			}
			return v.strange(bound)
		case model.Identities:
			if slices.Contains(leaf, model.Outside) {
				return model.Identities{model.Outside}
			}
			return model.Identities{}
		}
		return leaf
	})
}

// permitted returns what passes between a target and strangers at some addresses, by any port of theirs, and the rules asked.
func (v view) permitted(t target, strangers model.AddrSet) (model.Permitted, []asked) {
	chains, rules := v.judging(t)
	here := model.EndpointAt(here(v.firewall), v.placesOf(t, chains))
	return v.passing(chains, here, model.EndpointAt(model.Outside, strangers)), rules
}

// passing returns what some chains let pass between members of the firewall and others.
func (v view) passing(chains []model.Chain, members, others model.Endpoints) model.Permitted {
	layer := model.Layer{Name: v.firewall.Label(), State: model.Stateful, Ingress: chains}
	inv := model.Inventory{Members: []model.Member{{ID: here(v.firewall), ClientPorts: model.AllPorts()}}, OutsideClientPorts: model.AllPorts()}
	box := model.Box{Src: others, Dst: members, Traffic: model.Traffic{model.AllTraffic()}}
	if v.dir == model.Egress {
		layer.Ingress, layer.Egress = nil, chains
		box.Src, box.Dst = box.Dst, box.Src
	}
	p := model.Policy{Layers: []model.Layer{layer}}.PermittedWithin(inv, model.NewRegion(box))
	p.Allowed, p.Unknown = whole(p.Allowed), whole(p.Unknown)
	return p
}

// whole adds ICMP of the other family to connections of every other protocol. There is no such packet, so that it says nothing
// new; but "everything" is then what it is called.
func whole(r model.Region) model.Region {
	var more []model.Box
	for b := range r.All() {
		if len(b.Traffic) < 255 {
			continue
		}
		if rest := (model.Traffic{model.AllOf(model.ICMP), model.AllOf(model.ICMPv6)}); isAllWith(b.Traffic, rest) {
			b.Traffic = rest
			more = append(more, b)
		}
	}
	if len(more) == 0 {
		return r
	}
	return r.Union(model.NewRegion(more...))
}

// isAllWith reports whether two kinds of traffic are every packet together.
func isAllWith(a, b model.Traffic) bool {
	return Connections(append(slices.Clip(a), b...)).Equal(Connections(model.Traffic{model.AllTraffic()}))
}
