package audit

import (
	"slices"

	"github.com/crosswall/crosswall/model"
)

// Reached is an interface with a public address, and what the Internet gets to it.
type Reached struct {
	Interface *Interface
	// Opening is what surely passes all layers together, to the interface in place of a firewall. It has no rules: those are
	// of the layers, which [Reached.AllCauses] asks.
	Opening
	// Doubt says why some of it may be refused; empty: nothing is.
	Doubt string
	// places is the addresses of its subnets, as far as they are known.
	places model.AddrSet
	// by is the subject in which it passes.
	by *Subject
}

// Reached returns the interfaces that surely have a public address, and to which something of the Internet surely gets past all
// layers, sorted by key; then those that it reaches but for a part of it that rules with [PartOfInternet] refuse.
func (s *Subject) Reached() []Reached {
	out := s.reached()
	u := s.unrefusing()
	if u == nil {
		return out
	}
	surely := map[model.Group]model.Region{}
	for _, r := range out {
		surely[r.Interface.Key] = r.Open
	}
	for _, r := range u.reached() {
		if r.Open = r.Open.Subtract(surely[r.Interface.Key]); !r.Open.IsEmpty() {
			r.traffic = TrafficOf(r.Open)
			r.Doubt = "rules before it refuse a part of the Internet of which it is not known which addresses it has"
			out = append(out, r)
		}
	}
	return out
}

func (s *Subject) reached() []Reached {
	var out []Reached
	for i := range s.Estate.Interfaces {
		x := &s.Estate.Interfaces[i]
		if s.isPublic(x) != Yes {
			continue
		}
		o := Opening{Firewall: &Firewall{Object: x.Object}, Direction: model.Ingress}
		open, _ := s.toOne(&o, s.everybody().of[x])
		o.Open = open.Intersect(x.families(&o))
		if o.Open.IsEmpty() {
			continue
		}
		o.traffic = TrafficOf(o.Open)
		var places model.AddrSet
		for _, k := range x.Subnets {
			if n, ok := s.Subnet(k); ok {
				places = places.Union(n.Addrs)
			}
		}
		out = append(out, Reached{Interface: x, Opening: o, places: places, by: s})
	}
	return out
}

// Example is a packet of a part of what is reached, to an address of the interface or else of its subnets where these are known; nil where the part is
// empty.
func (r Reached) Example(part model.Region) *model.Flow {
	for _, at := range []model.AddrSet{r.Interface.Addrs, r.places} {
		to := r.boxAt(model.EndpointAt(model.Outside, model.AllAddrs()), at, model.Traffic{model.AllTraffic()})
		if f, ok := part.Intersect(model.NewRegion(to)).Example(); ok {
			return &f
		}
	}
	return r.exampleOf(part)
}

// AllCauses returns the rules of all firewalls over the interface that admit some of what reaches it, by firewall and in the order in
// which they are asked.
func (r Reached) AllCauses(part model.Region) []Cause {
	var out []Cause
	from, traffic := Sources(part), TrafficOf(part)
	for _, k := range r.by.over(r.Interface) {
		for _, o := range r.by.openingsAt(k) {
			if !overlap(o.traffic, traffic) {
				continue
			}
			for _, a := range r.by.arrivalsOf(o).each {
				if slices.Contains(a.interfaces, r.Interface) {
					here := o.Between(from, traffic).Intersect(a.sure).Intersect(o.Open)
					out = append(out, o.Firewall.CausesOf(model.Ingress, o.Causes(here))...)
				}
			}
		}
	}
	return out
}

// openingsAt returns the openings of ingress of a firewall.
func (s *Subject) openingsAt(k model.Group) []*Opening {
	if s.opening == nil {
		s.opening = map[model.Group][]*Opening{}
		for i := range s.Openings() {
			o := &s.openings[i]
			s.opening[o.Firewall.Key] = append(s.opening[o.Firewall.Key], o)
		}
	}
	return s.opening[k]
}

// over returns the keys of the firewalls that are in force for an interface, by itself and by its subnets, sorted.
func (s *Subject) over(x *Interface) []model.Group {
	out := slices.Clone(x.Firewalls)
	for _, k := range x.Subnets {
		if n, ok := s.Subnet(k); ok && !x.Past {
			out = append(out, n.Firewalls...)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
