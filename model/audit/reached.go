package audit

import (
	"slices"

	"github.com/crosswall/crosswall/model"
)

// Reached is an interface with a public address, and what the Internet gets to it.
type Reached struct {
	Interface *Interface
	// Opening is what surely passes all layers together, to the interface in place of a firewall. It has no rules: those are
	// of the layers, which [Subject.CausesAt] asks.
	Opening
	// places is the addresses of its subnets, as far as they are known.
	places model.AddrSet
}

// Reached returns the interfaces that surely have a public address, and to which something of the Internet surely gets past all
// layers, sorted by key.
func (s *Subject) Reached() []Reached {
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
		out = append(out, Reached{x, o, places})
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

// CausesAt returns the rules of all firewalls over an interface that admit some of what reaches it, by firewall and in the order in
// which they are asked.
func (s *Subject) CausesAt(r Reached, part model.Region) []Cause {
	var out []Cause
	from, traffic := Sources(part), TrafficOf(part)
	for _, k := range s.over(r.Interface) {
		for _, o := range s.openingsAt(k) {
			if !overlap(o.traffic, traffic) {
				continue
			}
			for _, a := range s.arrivalsOf(o).each {
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

// over returns the keys of the firewalls that an interface has, by itself and by its subnets, sorted.
func (s *Subject) over(x *Interface) []model.Group {
	out := slices.Clone(x.Firewalls)
	for _, k := range x.Subnets {
		if n, ok := s.Subnet(k); ok {
			out = append(out, n.Firewalls...)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
