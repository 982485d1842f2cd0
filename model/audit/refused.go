package audit

import (
	"slices"

	"github.com/crosswall/crosswall/model"
)

// A rule that refuses a country, the names of a domain or a list of threats refuses a part of the Internet and leaves the rest. Which
// addresses these are is the cloud's knowledge, so that of no single address below such a rule it can be said that it passes. That
// the Internet gets through is as true as without the rule, and how far it gets is told as without it.

// unrefusing returns the subject of the same reading in which rules with [PartOfInternet] refuse nobody but those at addresses that are
// known; nil where there is no such rule that refuses somebody else.
func (s *Subject) unrefusing() *Subject {
	if s.looked {
		return s.unrefused
	}
	s.looked = true
	parts := map[toldKey]bool{}
	for i := range s.Estate.Firewalls {
		for _, r := range s.Estate.Firewalls[i].Rules {
			if slices.ContainsFunc(r.Traits, func(t Trait) bool { return t.Code == PartOfInternet }) {
				parts[toldKey{r.Direction, r.Origin}] = true
			}
		}
	}
	if len(parts) == 0 {
		return nil
	}
	l := lenience{subject: s, parts: parts}
	r := s.Reading
	r.Policy.Layers = slices.Clone(r.Policy.Layers)
	for i := range r.Policy.Layers {
		layer := &r.Policy.Layers[i]
		layer.Ingress, layer.Egress = l.chains(layer.Ingress, model.Ingress), l.chains(layer.Egress, model.Egress)
	}
	r.Estate.Firewalls = slices.Clone(r.Estate.Firewalls)
	for i := range r.Estate.Firewalls {
		f := &r.Estate.Firewalls[i]
		f.Ingress, f.Egress = l.chains(f.Ingress, model.Ingress), l.chains(f.Egress, model.Egress)
	}
	if l.changed {
		s.unrefused = New(r, s.Settings)
	}
	return s.unrefused
}

// lenience takes from rules whom they may refuse.
type lenience struct {
	subject *Subject
	parts   map[toldKey]bool
	changed bool
}

// chains returns chains whose rules that refuse a part of the Internet refuse only whom they surely do.
func (l *lenience) chains(cs []model.Chain, d model.Direction) []model.Chain {
	cs = slices.Clone(cs)
	for i := range cs {
		own := false
		for j, r := range cs[i].Rules {
			if r.Action != model.Deny || !l.parts[toldKey{d, r.Origin}] {
				continue
			}
			peer, changed := l.surely(r.Peer)
			if !changed {
				continue
			}
			if !own {
				own, cs[i].Rules = true, slices.Clone(cs[i].Rules)
			}
			cs[i].Rules[j].Peer, l.changed = peer, true
		}
	}
	return cs
}

// surely returns whom a selector surely names, as far as its words tell, and whether that is fewer than it may name.
func (l *lenience) surely(s model.Selector) (model.Selector, bool) {
	switch s := s.(type) {
	case model.Maybe:
		return model.Identities{}, true
	case model.Or:
		var sure model.Or
		for _, e := range s {
			if _, changed := l.surely(e); !changed {
				sure = append(sure, e)
			}
		}
		return sure, len(sure) < len(s)
	case model.Group:
		if l.doubted(s) {
			return model.Identities{}, true
		}
	case model.And, model.Not:
		if whyOf(s) != "" {
			return model.Identities{}, true
		}
	case nil, model.Any, model.At, model.Identities:
	}
	return s, false
}

// doubted reports whether it is not known who is in a group.
func (l *lenience) doubted(g model.Group) bool {
	if list, ok := l.subject.List(g); ok {
		return list.NotAll != ""
	}
	bound, ok := l.subject.Inventory.Groups[g]
	return !ok || whyOf(bound) != ""
}

// openingLike returns what is open in a subject where an opening of another one is, for the same members; nil where nothing is.
func (s *Subject) openingLike(o *Opening) *Opening {
	for _, other := range s.openingsAt(o.Firewall.Key) {
		if targetText(other.Target) == targetText(o.Target) {
			return other
		}
	}
	return nil
}

// leniently returns in which subject, and of which opening there, an unsure part of an opening of ingress is to be followed: where it is unsure because
// rules before it refuse a part of the Internet, where these do not, and what is sure there.
func (s *Subject) leniently(o *Opening, part model.Region) (*Subject, *Opening, model.Region) {
	if o.Direction != model.Ingress {
		return s, o, part
	}
	if u := s.unrefusing(); u != nil {
		if like := u.openingLike(o); like != nil {
			if rest := part.Intersect(like.Open); !rest.IsEmpty() {
				return u, like, rest
			}
		}
	}
	return s, o, part
}
