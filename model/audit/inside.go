package audit

import "github.com/crosswall/crosswall/model"

// Insiders returns what the firewalls let in from addresses that are used inside, which [Private] has and the networks of
// the estate, as [Subject.Openings] does for the Internet.
func (s *Subject) Insiders() []Opening {
	if s.insiders == nil {
		s.insiders = []Opening{}
		inside := Private()
		for _, n := range s.Estate.Networks {
			inside = inside.Union(n.Addrs)
		}
		with := onlookers{inside, seenLists(s.Estate.Lists, inside)}
		for i := range s.Estate.Firewalls {
			s.insiders = append(s.insiders, s.openingsWith(&s.Estate.Firewalls[i], model.Ingress, with)...)
		}
	}
	return s.insiders
}

// OutletsTo returns what the firewalls let out to some addresses, whoever is there, as [Subject.Outlets] does for the Internet.
func (s *Subject) OutletsTo(a model.AddrSet) []Opening {
	var out []Opening
	for i := range s.Estate.Firewalls {
		out = append(out, s.openingsWith(&s.Estate.Firewalls[i], model.Egress, onlookers{a, s.lists})...)
	}
	return out
}
