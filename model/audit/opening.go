package audit

import (
	"slices"

	"github.com/crosswall/crosswall/model"
)

// Opening is what one firewall by itself lets in from the Internet, at those that one target of its rules names. What is
// trusted is left out.
type Opening struct {
	Firewall *Firewall
	// Target is the part of the firewall's members that it is about; nil: all.
	Target model.Selector
	// Open passes the firewall for sure, and Unsure perhaps: from [model.Outside] at public addresses, to the identity
	// that [Opening.Here] returns.
	Open, Unsure model.Region
	// rules are those that may judge the target, in the order in which they are asked.
	rules []model.Rule
}

// Here is who receives in the regions of an opening.
func (o *Opening) Here() model.Identity { return here(o.Firewall) }

func here(f *Firewall) model.Identity { return model.Identity(f.Label()) }

// Openings returns what the firewalls let in from the Internet, by firewall and target; those that let in nothing are
// not among them. It is worked out once.
func (s *Subject) Openings() []Opening {
	if !s.opened {
		s.opened = true
		for i := range s.Estate.Firewalls {
			s.openings = append(s.openings, s.openingsOf(&s.Estate.Firewalls[i])...)
		}
		s.reach(s.openings)
	}
	return s.openings
}

// strangers returns the addresses of the Internet at large.
func (s *Subject) strangers() model.AddrSet { return Internet().Subtract(s.Settings.Trusted) }

func (s *Subject) openingsOf(f *Firewall) []Opening {
	var out []Opening
	view := s.viewOf(f, model.Ingress)
	for _, t := range view.targets() {
		o := Opening{Firewall: f, Target: t.selector}
		var p model.Permitted
		p, o.rules = view.permitted(t, s.strangers())
		o.Open, o.Unsure = p.Allowed, p.Unknown
		if !o.Open.IsEmpty() || !o.Unsure.IsEmpty() {
			out = append(out, o)
		}
	}
	return out
}

// Within returns the sure and the unsure part of an opening that is of some traffic.
func (o *Opening) Within(t model.Traffic) (sure, unsure model.Region) {
	return o.Open.Intersect(of(t)), o.Unsure.Intersect(of(t))
}

// of is every connection of some traffic.
func of(t model.Traffic) model.Region {
	return model.NewRegion(model.Box{Src: model.AnyEndpoint(), Dst: model.AnyEndpoint(), Traffic: t})
}

// Causes returns the rules that admit a part of an opening, or may, in the order in which they are asked.
func (o *Opening) Causes(part model.Region) []model.Rule {
	var out []model.Rule
	to := model.EndpointsOf(o.Here())
	for _, r := range o.rules {
		if r.Action != model.Allow {
			continue
		}
		peers := (model.Inventory{}).Resolve(r.Peer).May.Intersect(model.EndpointsOf(model.Outside))
		if !part.Intersect(model.NewRegion(model.Box{Src: peers, Dst: to, Traffic: r.Traffic})).IsEmpty() {
			out = append(out, r)
		}
	}
	return out
}

// Sources returns the addresses from which connections of a region come.
func Sources(r model.Region) model.AddrSet {
	var out model.AddrSet
	for b := range r.All() {
		out = out.Union(b.Src.At(model.Outside))
	}
	return out
}

// sortedByPriority returns the rules in the order in which a chain asks them.
func sortedByPriority(c model.Chain, rules []model.Rule) []model.Rule {
	if c.Order == model.AnyAllow {
		return rules
	}
	out := slices.Clone(rules)
	slices.SortStableFunc(out, func(a, b model.Rule) int {
		if a.Priority != b.Priority {
			return a.Priority - b.Priority
		}
		if c.Order == model.PriorityDenyWins && a.Action != b.Action && (a.Action == model.Deny || b.Action == model.Deny) {
			if a.Action == model.Deny {
				return -1
			}
			return 1
		}
		return 0
	})
	return out
}
