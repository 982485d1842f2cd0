package audit

import (
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
)

// isNamed says whether a target of rules names an interface that tells which groups it is in.
func (x *Interface) isNamed(s model.Selector) Flag {
	switch s := s.(type) {
	case nil, model.Any:
		return Yes
	case model.Group:
		switch {
		case slices.Contains(x.Groups, s):
			return Yes
		case x.Groups == nil || x.GroupsNotAll != "":
			return Unknown
		}
		return No
	case model.At:
		if x.Addrs.IsEmpty() {
			return Unknown
		}
		return FlagOf(x.Addrs.Overlaps(s.Addrs))
	case model.And:
		out := Yes
		for _, e := range s {
			out = worse(out, x.isNamed(e))
		}
		return out
	case model.Or:
		out := Yes
		for _, e := range s {
			out = worse(out, not(x.isNamed(e)))
		}
		return not(out)
	case model.Not:
		if is := x.isNamed(s.Selector); is == No {
			return Yes
		}
		return Unknown // it may be named at some of its addresses only
	case model.Maybe:
		if x.isNamed(s.Selector) == No {
			return No
		}
		return Unknown
	case model.Identities:
	}
	return Unknown
}

// worse is No where one of two is, else Unknown where one is.
func worse(a, b Flag) Flag {
	switch {
	case a == No || b == No:
		return No
	case a == Unknown || b == Unknown:
		return Unknown
	}
	return Yes
}

// not is the opposite of what is known.
func not(f Flag) Flag {
	switch f {
	case Yes:
		return No
	case No:
		return Yes
	case Unknown:
	}
	return Unknown
}

// grouped returns who of the policy an interface with groups may be: those that are in all of them, and in no others as long as others
// are told apart; false where nobody is, or the interface does not tell its groups.
func (s *Subject) grouped(x *Interface) (model.Identities, bool) {
	if x.Groups == nil {
		return nil, false
	}
	key := x.GroupsNotAll
	for _, g := range slices.Sorted(slices.Values(x.Groups)) {
		key += "\n" + string(g)
	}
	if out, ok := s.alike[key]; ok {
		return out, len(out) > 0
	}
	of := s.membership()
	var out model.Identities
	fewest := -1
	for _, id := range of.candidates(x.Groups) {
		in := of.groups[id]
		if slices.ContainsFunc(x.Groups, func(g model.Group) bool { return of.named[g] && !in[g] }) {
			continue
		}
		if x.GroupsNotAll != "" {
			out = append(out, id)
			continue
		}
		switch {
		case fewest < 0 || len(in) < fewest:
			fewest, out = len(in), model.Identities{id}
		case len(in) == fewest:
			out = append(out, id)
		}
	}
	slices.SortFunc(out, func(a, b model.Identity) int { return strings.Compare(string(a), string(b)) })
	if s.alike == nil {
		s.alike = map[string]model.Identities{}
	}
	s.alike[key] = out
	return out, len(out) > 0
}

// membership is the groups that each member is in.
type membership struct {
	groups map[model.Identity]map[model.Group]bool
	// named are the groups that somebody is in; members has who.
	named   map[model.Group]bool
	members map[model.Group][]model.Identity
	// held is the addresses that each may hold; empty: any.
	held map[model.Identity]model.AddrSet
}

// candidates are the members of the smallest of some groups that anybody is in.
func (m *membership) candidates(groups []model.Group) []model.Identity {
	var out []model.Identity
	for i, g := range groups {
		if some := m.members[g]; m.named[g] && (out == nil || len(some) < len(out)) || i == 0 {
			out = some
		}
	}
	return out
}

// membership works out the groups of the members, once.
func (s *Subject) membership() *membership {
	if s.enrolled != nil {
		return s.enrolled
	}
	m := &membership{groups: map[model.Identity]map[model.Group]bool{}, named: map[model.Group]bool{}, members: map[model.Group][]model.Identity{},
		held: map[model.Identity]model.AddrSet{}}
	for _, e := range s.Inventory.Members {
		m.held[e.ID] = e.Addrs
	}
	for g := range s.Inventory.Groups {
		may := s.Inventory.Resolve(g).May
		if !may.Rest().IsEmpty() {
			continue // addresses, whoever is there
		}
		for _, e := range may.Entries() {
			if e.ID == model.Outside || e.Addrs.IsEmpty() {
				continue
			}
			if m.groups[e.ID] == nil {
				m.groups[e.ID] = map[model.Group]bool{}
			}
			m.groups[e.ID][g], m.named[g] = true, true
			m.members[g] = append(m.members[g], e.ID)
		}
	}
	s.enrolled = m
	return m
}
