package audit

import (
	"slices"

	"github.com/crosswall/crosswall/model"
)

// Opening is what one firewall by itself lets in from the Internet, or lets out to it, at those that one target of its rules
// names. What is trusted is left out.
type Opening struct {
	Firewall *Firewall
	// Direction is Ingress for what strangers send, Egress for what they are sent.
	Direction model.Direction
	// Target is the part of the firewall's members that it is about; nil: all. What is open for all is not told again of a part.
	Target model.Selector
	// Open passes the firewall for sure, and Unsure perhaps: between [model.Outside] at public addresses and the identity
	// that [Opening.Here] returns: at all addresses, but where rules tell addresses of the firewall's members apart. Of what rules with
	// [PortsOfAll] may admit besides their ports, ICMP alone is told.
	Open, Unsure model.Region
	// rules are those that may judge the target, in the order in which they are asked.
	rules []asked
	// traffic is that of Open and Unsure, whoever sends it.
	traffic model.Traffic
	// arrivals is what of it gets past all layers, once that was asked for.
	arrivals *arrivals
}

// asked is a rule of a firewall as it is written, its peer as strangers see it, and whom of a target it judges.
type asked struct {
	model.Rule
	strangers, judged model.Selector
	// first is whether it decides by being asked before others.
	first bool
}

// Here is who receives, or sends, in the regions of an opening.
func (o *Opening) Here() model.Identity { return here(o.Firewall) }

func here(f *Firewall) model.Identity { return model.Identity(f.Label()) }

// Openings returns what the firewalls let in from the Internet, by firewall and target; those that let in nothing are
// not among them. It is worked out once.
func (s *Subject) Openings() []Opening {
	if s.openings == nil {
		s.openings = s.openingsTo(model.Ingress)
	}
	return s.openings
}

// Outlets returns what the firewalls let out to the Internet, as [Subject.Openings] does.
func (s *Subject) Outlets() []Opening {
	if s.outlets == nil {
		s.outlets = s.openingsTo(model.Egress)
	}
	return s.outlets
}

// openingsTo returns the openings of a direction; never nil.
func (s *Subject) openingsTo(d model.Direction) []Opening {
	out := []Opening{}
	for i := range s.Estate.Firewalls {
		out = append(out, s.openingsWith(&s.Estate.Firewalls[i], d, onlookers{s.world.all, s.lists})...)
	}
	return out
}

// onlookers are strangers at some addresses, and what the lists of addresses are to them.
type onlookers struct {
	addrs model.AddrSet
	lists map[model.Group]model.Selector
}

// openingsWith returns what a firewall lets pass between its members and strangers.
func (s *Subject) openingsWith(f *Firewall, d model.Direction, with onlookers) []Opening {
	var out []Opening
	var anybody model.Permitted // what is open whoever it is for
	view := s.viewOf(f, d)
	view.lists = with.lists
	for _, t := range view.targets() {
		o := Opening{Firewall: f, Direction: d, Target: t.selector}
		var p model.Permitted
		p, o.rules = view.permitted(t, with.addrs)
		o.Open, o.Unsure = p.Allowed.Subtract(anybody.Allowed), o.withoutHoles(p.Unknown.Subtract(anybody.Allowed).Subtract(anybody.Unknown))
		if t.text == "" {
			anybody = p
		}
		if o.Open.IsEmpty() && o.Unsure.IsEmpty() {
			continue
		}
		o.traffic = TrafficOf(o.Open.Union(o.Unsure))
		out = append(out, o)
	}
	return out
}

// IsHole reports whether a rule is not one that somebody wrote, but stands for those that were not read: it may allow
// everything. Of such a firewall anything might be said, and nothing of it helps; that not all was read is told elsewhere.
func (f *Firewall) IsHole(d model.Direction, r model.Rule) bool {
	if _, told := f.RuleAt(d, r.Origin); told || Doubt(r) == "" {
		return false
	}
	return slices.ContainsFunc(r.Traffic, func(t model.Service) bool { return t.Protocol == model.AnyProtocol })
}

// withoutHoles is an unsure part without what only rules may open that were not read, and of what only rules with [PortsOfAll] may open
// besides their ports with ICMP alone: whoever named a port admits what has that port, and what else a cloud may make of it is told once.
func (o *Opening) withoutHoles(unsure model.Region) model.Region {
	wholly := func(r asked) bool { return len(o.tellable(r.Rule)) == len(r.Traffic) }
	if unsure.IsEmpty() || !slices.ContainsFunc(o.rules, func(r asked) bool { return !wholly(r) }) {
		return unsure
	}
	var boxes []model.Box
	for _, r := range o.rules {
		if t := o.tellable(r.Rule); r.Action == model.Allow && len(t) > 0 {
			boxes = append(boxes, o.boxAt(model.EndpointAt(model.Outside, outsiders(r.strangers)), outsiders(r.judged), t))
		}
	}
	return unsure.Intersect(model.NewRegion(boxes...))
}

// tellable is the traffic of a rule that is told where it is not known whether the rule is about it.
func (o *Opening) tellable(r model.Rule) model.Traffic {
	if o.Firewall.IsHole(o.Direction, r) {
		return nil
	}
	told, ok := o.Firewall.RuleAt(o.Direction, r.Origin)
	if !ok || !slices.ContainsFunc(told.Traits, func(t Trait) bool { return t.Code == PortsOfAll }) {
		return r.Traffic
	}
	return slices.DeleteFunc(slices.Clone(r.Traffic), func(s model.Service) bool {
		return !slices.Contains([]model.Protocol{model.TCP, model.UDP, model.ICMP, model.ICMPv6}, s.Protocol)
	})
}

// Within returns the sure and the unsure part of an opening that is of some traffic.
func (o *Opening) Within(t model.Traffic) (sure, unsure model.Region) {
	if !overlap(o.traffic, t) {
		return model.Region{}, model.Region{}
	}
	all := Connections(t)
	return o.Open.Intersect(all), o.Unsure.Intersect(all)
}

// Connections returns every connection of some traffic, between anybody.
func Connections(t model.Traffic) model.Region {
	return model.NewRegion(model.Box{Src: model.AnyEndpoint(), Dst: model.AnyEndpoint(), Traffic: t})
}

// Between is the connections of an opening with some strangers, of some traffic.
func (o *Opening) Between(strangers model.AddrSet, t model.Traffic) model.Region {
	return model.NewRegion(o.box(model.EndpointAt(model.Outside, strangers), t))
}

func (o *Opening) box(strangers model.Endpoints, t model.Traffic) model.Box {
	return o.boxAt(strangers, model.AllAddrs(), t)
}

// boxAt is the connections of strangers with those who are at some addresses.
func (o *Opening) boxAt(strangers model.Endpoints, at model.AddrSet, t model.Traffic) model.Box {
	b := model.Box{Src: strangers, Dst: model.EndpointAt(o.Here(), at), Traffic: t}
	if o.Direction == model.Egress {
		b.Src, b.Dst = b.Dst, b.Src
	}
	return b
}

// Causes returns the rules that admit a part of an opening, or may, in the order in which they are asked: those too that would do so if
// another one were gone. Rules below one that refuses all of the part that they allow are not among them, and those of which it is not known
// whether they match only where nothing else admits something.
func (o *Opening) Causes(part model.Region) []model.Rule {
	var out, perhaps []model.Rule
	traffic := TrafficOf(part)
	left := part
	for _, r := range o.rules {
		if r.Action == model.Pass || !overlap(r.Traffic, traffic) {
			continue
		}
		peers, at := model.EndpointAt(model.Outside, outsiders(r.strangers)), outsiders(r.judged)
		its := model.NewRegion(o.boxAt(peers, at, r.Traffic))
		if peers.IsEmpty() || left.Intersect(its).IsEmpty() {
			continue
		}
		sure := whyOf(r.strangers) == "" && whyOf(r.Target) == "" && whyOf(r.judged) == ""
		if r.Action == model.Allow {
			if perhaps = append(perhaps, r.Rule); sure || left.Intersect(its).Intersect(o.Open).IsEmpty() {
				out = append(out, r.Rule)
			}
		}
		if sure && r.first && r.Action == model.Deny {
			left = left.Subtract(its)
		}
	}
	if len(out) == 0 {
		return perhaps
	}
	return out
}

// Rules returns the rules that may judge the target of an opening, in the order in which they are asked.
func (o *Opening) Rules() []model.Rule {
	out := make([]model.Rule, len(o.rules))
	for i, r := range o.rules {
		out[i] = r.Rule
	}
	return out
}

// Peers returns the addresses at which the peer of the i-th of [Opening.Rules] may be strangers, trusted and private ones too.
func (o *Opening) Peers(i int) model.AddrSet { return outsiders(o.rules[i].strangers) }

// outsiders returns the addresses at which a selector may name strangers. Groups are unknown to it.
func outsiders(s model.Selector) model.AddrSet {
	switch s := s.(type) {
	case nil, model.Any:
		return model.AllAddrs()
	case model.At:
		return s.Addrs
	case model.Identities, model.Group, model.And, model.Or, model.Not, model.Maybe:
	}
	return (model.Inventory{}).Resolve(s).May.At(model.Outside)
}

// Sources returns the addresses of strangers from which connections of a region come.
func Sources(r model.Region) model.AddrSet {
	var sets []model.AddrSet
	for b := range r.All() {
		sets = append(sets, b.Src.At(model.Outside))
	}
	return model.UnionOf(sets...)
}

// Strangers returns the addresses of strangers in a part of an opening.
func (o *Opening) Strangers(part model.Region) model.AddrSet {
	var sets []model.AddrSet
	for b := range part.All() {
		sets = append(sets, o.strangersOf(b))
	}
	return model.UnionOf(sets...)
}

func (o *Opening) strangersOf(b model.Box) model.AddrSet {
	if o.Direction == model.Egress {
		return b.Dst.At(model.Outside)
	}
	return b.Src.At(model.Outside)
}
