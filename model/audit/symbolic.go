package audit

import (
	"github.com/crosswall/crosswall/model"
)

// RuleList returns a chain of a firewall as a list of which can be asked which rules decide nothing, whoever is in the groups that it names.
//
// Each group is an identity of its own, which nobody else is. That is enough: whether a rule is reached does not become true by
// its endpoints being in further groups, which only lets more of the rules before it match. Selectors of which this does not hold, that ask for
// several groups at once or for somebody who is not in one, match perhaps; so that nothing rests on them. Groups that are
// addresses are these.
func (s *Subject) RuleList(c model.Chain, d model.Direction) model.List {
	sym := symbols{groups: s.Inventory.Groups, known: map[model.Identity]bool{}}
	c.Guard = model.Guard{}
	rules := make([]model.Rule, len(c.Rules))
	for i, r := range c.Rules {
		r.Target, r.Peer = sym.of(r.Target), sym.of(r.Peer)
		rules[i] = r
	}
	c.Rules = rules
	inv := model.Inventory{OutsideClientPorts: model.AllPorts()}
	for _, id := range sym.order {
		inv.Members = append(inv.Members, model.Member{ID: id, ClientPorts: model.AllPorts()})
	}
	return model.NewList(c, d, inv)
}

// symbols turn groups into identities.
type symbols struct {
	groups map[model.Group]model.Selector
	known  map[model.Identity]bool
	order  []model.Identity
}

// of is a selector over symbols.
func (y *symbols) of(s model.Selector) model.Selector {
	switch s := s.(type) {
	case model.Group:
		if places, ok := y.groups[s]; ok && isPlaces(places) {
			return y.of(places)
		}
		return y.identity(model.Identity("group " + s))
	case model.Identities:
		out := make(model.Or, len(s))
		for i, id := range s {
			out[i] = y.identity(id)
		}
		return out
	case model.And:
		out := make(model.And, len(s))
		named := 0
		for i, e := range s {
			out[i] = y.of(e)
			if !isPlaces(out[i]) {
				named++
			}
		}
		if named > 1 {
			return model.Maybe{Selector: model.Any{}, Why: "who is in several groups at once is not known"}
		}
		return out
	case model.Or:
		out := make(model.Or, len(s))
		for i, e := range s {
			out[i] = y.of(e)
		}
		return out
	case model.Not:
		inner := y.of(s.Selector)
		if !isPlaces(inner) {
			return model.Maybe{Selector: model.Any{}, Why: "who is in no group is not known"}
		}
		return model.Not{Selector: inner}
	case model.Maybe:
		return model.Maybe{Selector: y.of(s.Selector), Why: s.Why}
	case nil, model.Any, model.At:
	}
	return s
}

func (y *symbols) identity(id model.Identity) model.Selector {
	if id != model.Outside && !y.known[id] {
		y.known[id] = true
		y.order = append(y.order, id)
	}
	return model.Identities{id}
}

// isPlaces reports whether a selector names endpoints by their addresses alone.
func isPlaces(s model.Selector) bool {
	all := func(ss []model.Selector) bool {
		for _, e := range ss {
			if !isPlaces(e) {
				return false
			}
		}
		return true
	}
	switch s := s.(type) {
	case nil, model.Any, model.At:
		return true
	case model.And:
		return all(s)
	case model.Or:
		return all(s)
	case model.Not:
		return isPlaces(s.Selector)
	case model.Maybe:
		return isPlaces(s.Selector)
	case model.Group, model.Identities:
	}
	return false
}
