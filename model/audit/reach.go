package audit

import (
	"fmt"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
)

// passage is what strangers may send to one identity past every layer: surely, and perhaps.
type passage struct{ sure, perhaps []transit }

// transit is a part of a passage: from strangers at some addresses, to the identity at some.
type transit struct {
	from, to model.AddrSet
	traffic  model.Traffic
}

// batch is how many identities passages are worked out for at once. Of many, the rules cut the addresses of strangers into
// parts for all of them; for few, all rules are gone through often.
const batch = 16

// passagesOf returns the passage of each of the inventory's members that an opening may be for.
func (s *Subject) passagesOf() map[model.Identity]*passage {
	if s.passages != nil {
		return s.passages
	}
	s.passages = map[model.Identity]*passage{}
	wanted := map[model.Identity]bool{}
	for _, o := range s.Openings() {
		for id := range s.targetsOf(o.Firewall) {
			wanted[id] = true
		}
	}
	r := s.everybody()
	for _, who := range r.of {
		for id := range who {
			wanted[id] = true
		}
	}
	var members []model.Member
	for _, m := range r.Members {
		if wanted[m.ID] {
			members = append(members, m)
		}
	}
	slices.SortFunc(members, func(a, b model.Member) int { return strings.Compare(string(a.ID), string(b.ID)) })
	narrow := newNarrower(r.policy, r.Inventory)
	for some := range slices.Chunk(members, batch) {
		s.pass(some, narrow)
	}
	return s.passages
}

// pass works out the passages of some members.
func (s *Subject) pass(members []model.Member, narrow *narrower) {
	inv := narrow.inv
	inv.Members = members
	ids := make([]model.Identity, len(members))
	strangers := model.EndpointAt(model.Outside, s.world.all)
	ends := strangers
	for i, m := range members {
		ids[i] = m.ID
		ends = ends.Union(model.EndpointAt(m.ID, inv.Addrs(m.ID)))
	}
	all := model.NewRegion(model.Box{Src: strangers, Dst: model.EndpointsOf(ids...), Traffic: model.Traffic{model.AllTraffic()}})
	p := narrow.to(narrow.about(ids, ends)).PermittedWithin(inv, all)
	for _, id := range ids {
		to := model.NewRegion(model.Box{Src: model.AnyEndpoint(), Dst: model.EndpointsOf(id), Traffic: model.Traffic{model.AllTraffic()}})
		s.passages[id] = &passage{sure: transits(p.Allowed.Intersect(to), id), perhaps: transits(p.Unknown.Intersect(to), id)}
	}
}

// transits cuts what gets to an identity into parts.
func transits(r model.Region, id model.Identity) []transit {
	var out []transit
	for b := range whole(r).All() {
		out = append(out, transit{b.Src.At(model.Outside), b.Dst.At(id), b.Traffic})
	}
	return out
}

// targetsOf returns who may have a firewall, and the addresses at which it is theirs.
func (s *Subject) targetsOf(f *Firewall) map[model.Identity]model.AddrSet {
	if out, ok := s.targets[f.Key]; ok {
		return out
	}
	out := identitiesIn(s.everybody().Inventory, f.Target)
	if s.targets == nil {
		s.targets = map[model.Group]map[model.Identity]model.AddrSet{}
	}
	s.targets[f.Key] = out
	return out
}

// identitiesIn returns the members of an inventory that a selector may name, with their addresses there.
func identitiesIn(inv model.Inventory, whom model.Selector) map[model.Identity]model.AddrSet {
	e := inv.Resolve(whom).May
	out := map[model.Identity]model.AddrSet{}
	if !e.Rest().IsEmpty() {
		for _, m := range inv.Members {
			if at := e.At(m.ID); !at.IsEmpty() {
				out[m.ID] = at
			}
		}
		return out
	}
	for _, n := range e.Entries() {
		if n.ID != model.Outside && !n.Addrs.IsEmpty() {
			out[n.ID] = n.Addrs
		}
	}
	return out
}

// arrivals is what of an opening gets past all layers.
type arrivals struct {
	// whom is who has the firewall, and is named by the opening's target.
	whom map[model.Identity]model.AddrSet
	// anybody is what gets to any of them, nil until that was asked for.
	anybody *model.Region
	// each is to the interfaces under the firewall; those to which the same comes are together.
	each []arrival
}

// arrival is what of an opening gets to some interfaces.
type arrival struct {
	sure, perhaps model.Region
	// public is whether the Internet has a way to the interfaces.
	public     Flag
	interfaces []*Interface
}

// arrivalsOf works out what of an opening gets past all layers, once.
func (s *Subject) arrivalsOf(o *Opening) *arrivals {
	if o.arrivals != nil {
		return o.arrivals
	}
	whom := s.targetsOf(o.Firewall)
	if o.Target != nil {
		whom = identitiesIn(s.everybody().Inventory, model.And{orAny(o.Firewall.Target), o.Target})
	}
	a := &arrivals{whom: whom}
	by := map[string]int{}
	for _, x := range s.Under(o.Firewall.Key) {
		if x.Groups != nil && x.isNamed(o.Target) == No {
			continue
		}
		own := map[model.Identity]model.AddrSet{}
		itself := s.everybody().of[x]
		for id, at := range itself {
			if at = at.Intersect(whom[id]); !at.IsEmpty() {
				own[id] = at
			}
		}
		key := fmt.Sprint(own, itself, x.GroupsNotAll != "", s.isPublic(x), x.Public, x.PublicIn)
		i, ok := by[key]
		if !ok {
			i = len(a.each)
			by[key] = i
			one := arrival{public: s.isPublic(x)}
			if one.sure, one.perhaps = s.toOne(o, own); len(itself) == 0 || len(own) == 0 && x.GroupsNotAll != "" {
				// Who the interface is in the policy, or what else, is not known: what anybody gets that has the firewall, it may get.
				one.perhaps = s.toAnybody(o, a)
			}
			one.sure, one.perhaps = s.surely(o, itself, own, one.sure, one.perhaps)
			a.each = append(a.each, one)
		}
		a.each[i].interfaces = append(a.each[i].interfaces, x)
	}
	o.arrivals = a
	return a
}

// through returns what passes all layers to some identities at some addresses, as if it were to [Opening.Here].
func (s *Subject) through(o *Opening, whom map[model.Identity]model.AddrSet) (sure, perhaps model.Region) {
	passages := s.passagesOf()
	gather := func(part func(*passage) []transit) model.Region {
		var boxes []model.Box
		for id, at := range whom {
			p, ok := passages[id]
			if !ok {
				continue
			}
			for _, t := range part(p) {
				if to := t.to.Intersect(at); !to.IsEmpty() {
					boxes = append(boxes, o.boxAt(model.EndpointAt(model.Outside, t.from), to, t.traffic))
				}
			}
		}
		return model.NewRegion(boxes...)
	}
	return gather(func(p *passage) []transit { return p.sure }), gather(func(p *passage) []transit { return p.perhaps })
}

// likely returns whom of the inventory an interface may be, and the addresses that it has. Members of a firewall that the interface does not
// have are somebody else.
func (s *Subject) likely(x *Interface) map[model.Identity]model.AddrSet {
	out := identitiesIn(s.Inventory, s.whomOf(x))
	of := s.membership()
	for id := range out {
		for g := range of.groups[id] {
			if _, is := s.firewalls[g]; is && !slices.Contains(x.Firewalls, g) {
				delete(out, id)
				break
			}
		}
	}
	return s.holdersOf(x, out)
}

// whomOf names whoever may be an interface by where it is and what it has.
func (s *Subject) whomOf(x *Interface) model.Selector {
	var whom model.And
	if _, bound := s.Inventory.Groups[x.Key]; bound && !s.Inventory.Resolve(x.Key).May.IsEmpty() {
		whom = append(whom, x.Key)
	}
	if !x.Addrs.IsEmpty() {
		whom = append(whom, model.At{Addrs: x.Addrs})
	} else if place := s.placeOf(x); place != nil {
		whom = append(whom, place)
	}
	if ids, ok := s.grouped(x); ok {
		return append(whom, ids)
	}
	for _, k := range x.Firewalls {
		if f, ok := s.Firewall(k); ok && f.Target != nil {
			whom = append(whom, f.Target)
		}
	}
	return whom
}

// placeOf is the addresses of the subnets that an interface is in; nil: they are not known.
func (s *Subject) placeOf(x *Interface) model.Selector {
	var place model.AddrSet
	for _, k := range x.Subnets {
		if _, bound := s.Inventory.Groups[k]; !bound {
			return nil
		}
		at := s.Inventory.Resolve(k).May.Rest() // of whoever is there
		if at.IsEmpty() {
			return nil
		}
		place = place.Union(at)
	}
	if place.IsEmpty() {
		return nil
	}
	return model.At{Addrs: place}
}

func orAny(s model.Selector) model.Selector {
	if s == nil {
		return model.Any{}
	}
	return s
}

// Receiver is an interface that a part of an opening gets to, or may.
type Receiver struct {
	*Interface
	// Exposure is Possible or Effective.
	Exposure Exposure
}

// Receivers returns the interfaces that a part of an opening of ingress gets to, past all layers, sorted by key.
func (s *Subject) Receivers(o *Opening, part model.Region) []Receiver {
	var out []Receiver
	for _, to := range s.arrivalsOf(o).each {
		e := to.exposure(o, part)
		if e == Latent {
			continue
		}
		for _, x := range to.interfaces {
			out = append(out, Receiver{x, e})
		}
	}
	slices.SortFunc(out, func(a, b Receiver) int { return strings.Compare(string(a.Key), string(b.Key)) })
	return out
}

// toAnybody returns what of an opening gets past all layers to anybody who has the firewall, surely or perhaps.
func (s *Subject) toAnybody(o *Opening, a *arrivals) model.Region {
	if a.anybody == nil {
		sure, perhaps := s.through(o, a.whom)
		sure = sure.Union(perhaps)
		a.anybody = &sure
	}
	return *a.anybody
}

// Exposed says how far a part of an opening of ingress reaches, and what receives it, by label.
func (s *Subject) Exposed(o *Opening, part model.Region) (Exposure, []string) {
	exposure := Latent
	idle := len(s.under[o.Firewall.Key]) == 0
	if idle && o.Firewall.isIdle() {
		return Latent, nil
	}
	if (idle || o.Firewall.NotAll != "") && !part.Intersect(s.toAnybody(o, s.arrivalsOf(o))).IsEmpty() {
		exposure = Possible
	}
	var labels []string
	for _, r := range s.Receivers(o, part) {
		exposure = max(exposure, r.Exposure)
		labels = append(labels, r.Label())
	}
	slices.Sort(labels)
	return exposure, slices.Compact(labels)
}

// mostArrivals is at how many arrivals is looked for one of all that is open.
const mostArrivals = 16

// arriving returns what of a part of an opening of ingress gets past all layers to some public interface: to one that gets all of it, if one of the first
// does; partly: none of them does.
func (s *Subject) arriving(o *Opening, part model.Region) (some model.Region, partly bool) {
	some = part
	looked := 0
	for _, to := range s.arrivalsOf(o).each {
		got := part.Intersect(to.sure).Intersect(to.interfaces[0].families(o))
		if to.public != Yes || got.IsEmpty() {
			continue
		}
		if o.anywhere(got).Covers(part) {
			return got, false
		}
		if looked == 0 {
			some, partly = got, true
		}
		if looked++; looked == mostArrivals {
			break
		}
	}
	return some, partly
}

// anywhere is the connections of a part of an opening, at whichever addresses inside they are, and from every port where they may be from all that
// clients use.
func (o *Opening) anywhere(part model.Region) model.Region {
	var boxes []model.Box
	usual := model.DefaultClientPorts()
	for b := range part.All() {
		traffic := slices.Clone(b.Traffic)
		for i, t := range traffic {
			if t.Protocol.HasPorts() && t.Src.First <= usual.First && usual.Last <= t.Src.Last {
				traffic[i].Src = model.AllPorts()
			}
		}
		boxes = append(boxes, o.box(model.EndpointAt(model.Outside, o.strangersOf(b)), traffic))
	}
	return model.NewRegion(boxes...)
}

// isIdle reports whether it is known that the firewall applies to nothing.
func (f *Firewall) isIdle() bool {
	return f.NotAll == "" && !slices.ContainsFunc(f.Users, func(u User) bool { return u.Kind == InterfaceKind || u.Kind == SubnetKind })
}

// exposure says how far a part of an opening gets to the interfaces.
func (a arrival) exposure(o *Opening, part model.Region) Exposure {
	if a.public == No {
		return Latent
	}
	sure := part.Intersect(a.sure)
	switch {
	case a.public == Yes && !sure.Intersect(a.interfaces[0].families(o)).IsEmpty(): // the others are as public
		return Effective
	case sure.IsEmpty() && part.Intersect(a.perhaps).IsEmpty():
		return Latent
	}
	return Possible
}

// isPublic is whether the Internet has a way to an interface: it has a public address, and one of its subnets may have a route.
func (s *Subject) isPublic(x *Interface) Flag {
	unrouted := func(k model.Group) bool {
		n, ok := s.Subnet(k)
		return ok && n.Routed == No
	}
	if len(x.Subnets) > 0 && !slices.ContainsFunc(x.Subnets, func(k model.Group) bool { return !unrouted(k) }) {
		return No
	}
	return x.IsPublic
}

// families is the connections of an opening by versions of IP in which an interface has a public address. One of which that is not known
// has both.
func (x *Interface) families(o *Opening) model.Region {
	from, public := model.AllAddrs(), x.Public.Union(x.PublicIn)
	switch {
	case public.IsEmpty():
	case public.V6().IsEmpty():
		from = model.AllIPv4()
	case public.V4().IsEmpty():
		from = model.AllIPv6()
	}
	return o.Between(from, model.Traffic{model.AllTraffic()})
}

// toOne returns what passes all layers to somebody who is one of some identities, at some addresses. Where it is not known which,
// only what passes to each is sure.
func (s *Subject) toOne(o *Opening, whom map[model.Identity]model.AddrSet) (sure, perhaps model.Region) {
	sure, perhaps = s.through(o, whom)
	if len(whom) < 2 || s.areApart(whom) {
		return sure, perhaps
	}
	perhaps = perhaps.Union(sure)
	for id, at := range whom {
		each, _ := s.through(o, map[model.Identity]model.AddrSet{id: at})
		sure = sure.Intersect(each)
	}
	return sure, perhaps.Subtract(sure)
}

// areApart reports whether no two of some identities may hold the same address.
func (s *Subject) areApart(whom map[model.Identity]model.AddrSet) bool {
	var taken model.AddrSet
	for id, at := range whom {
		if held := s.addrsOf(id); !held.IsEmpty() {
			at = at.Intersect(held)
		}
		if taken.Overlaps(at) {
			return false
		}
		taken = taken.Union(at)
	}
	return true
}

// addrsOf is the addresses that a member may hold; empty: any.
func (s *Subject) addrsOf(id model.Identity) model.AddrSet {
	if s.held == nil {
		s.held = make(map[model.Identity]model.AddrSet, len(s.everybody().Members))
		for _, m := range s.everybody().Members {
			s.held[m.ID] = m.Addrs
		}
	}
	return s.held[id]
}
