package audit

import (
	"maps"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
)

// A policy tells apart those that its groups tell apart, and may hold the members of a security group and those of a subnet for
// two, when the source does not say of a member where it is. The estate may: of an interface it tells the firewalls and the subnets. So an
// interface that is in more groups together than anybody of the inventory is somebody by itself.

// roster is the inventory with those interfaces among its members, and the policy over it.
type roster struct {
	model.Inventory
	policy model.Policy
	// of is who each interface of the estate may be, and the addresses that it has as such.
	of map[*Interface]map[model.Identity]model.AddrSet
}

// everybody returns the roster, with lists of addresses bound to what they are to strangers. It is worked out once.
func (s *Subject) everybody() *roster {
	if s.roster != nil {
		return s.roster
	}
	inv := s.Inventory
	inv.OutsideClientPorts, inv.Members, inv.Groups = model.AllPorts(), slices.Clone(inv.Members), s.seenGroups()
	r := &roster{inv, s.Policy, map[*Interface]map[model.Identity]model.AddrSet{}}
	alike := map[model.Identity]model.Identities{} // who is like a member but for the groups
	place := map[model.Identity]int{}
	for i, m := range r.Members {
		place[m.ID] = i
	}
	more := map[model.Group]model.Identities{}
	// enrol adds somebody who is not there yet, with the groups that they are in besides those of the policy.
	enrol := func(m model.Member, groups ...model.Group) bool {
		if _, known := place[m.ID]; known {
			return false
		}
		place[m.ID] = len(r.Members)
		r.Members = append(r.Members, m)
		for _, g := range groups {
			more[g] = append(more[g], m.ID)
		}
		return true
	}
	for i := range s.Estate.Interfaces {
		x := &s.Estate.Interfaces[i]
		r.of[x] = map[model.Identity]model.AddrSet{}
		for id, at := range s.likely(x) {
			own := id
			if extra := s.lacking(x, id); len(extra) > 0 {
				own = id + model.Identity(" in "+strings.Join(extra, ", "))
				m := r.Members[place[id]]
				m.ID = own
				in := slices.Collect(maps.Keys(s.membership().groups[id]))
				for _, g := range extra {
					in = append(in, model.Group(g))
				}
				if enrol(m, in...) {
					alike[id] = append(alike[id], own)
				}
			}
			r.of[x][own] = at
		}
		if len(r.of[x]) == 0 && s.isBare(x) {
			in := slices.DeleteFunc(slices.Clone(x.Subnets), func(g model.Group) bool { _, bound := r.Groups[g]; return !bound })
			if m := (model.Member{ID: model.Identity(x.Key), Addrs: x.Addrs}); enrol(m, in...) {
				r.of[x][m.ID] = orEverywhere(x.Addrs)
			}
		}
	}
	for g, ids := range more {
		r.Groups[g] = model.Or{r.Groups[g], ids}
	}
	if len(alike) > 0 {
		r.policy = withAlike(s.Policy, alike)
	}
	s.roster = r
	return r
}

// isBare reports whether it is known that no firewall is for an interface, by itself or by its subnets. A policy, which is about whom rules
// judge, need not know of it.
func (s *Subject) isBare(x *Interface) bool {
	if x.NotAll != "" || len(s.over(x)) > 0 {
		return false
	}
	for _, k := range x.Subnets {
		if n, ok := s.Subnet(k); !ok || n.NotAll != "" {
			return false
		}
	}
	return len(x.Subnets) > 0
}

// orEverywhere is some addresses, or all where none are known.
func orEverywhere(at model.AddrSet) model.AddrSet {
	if at.IsEmpty() {
		return model.AllAddrs()
	}
	return at
}

// withAlike returns a policy in which whoever is named by identity is named with those who are like them.
func withAlike(p model.Policy, alike map[model.Identity]model.Identities) model.Policy {
	type list struct {
		first *model.Identity
		size  int
	}
	done := map[list]model.Identities{} // rules share the lists
	named := func(s model.Selector) model.Selector {
		ids, ok := s.(model.Identities)
		if !ok || len(ids) == 0 {
			return s
		}
		k := list{&ids[0], len(ids)}
		out, ok := done[k]
		if !ok {
			out = slices.Clone(ids)
			for _, id := range ids {
				out = append(out, alike[id]...)
			}
			done[k] = out
		}
		return out
	}
	return p.MapSelectors(func(s model.Selector) model.Selector { return model.MapLeaves(s, named) })
}

// seenGroups is the groups of the inventory as strangers see them: they may be behind what a list does not tell.
func (s *Subject) seenGroups() map[model.Group]model.Selector {
	out := maps.Clone(s.Inventory.Groups)
	if out == nil {
		out = map[model.Group]model.Selector{}
	}
	for _, l := range s.Estate.Lists {
		if !l.Inside { // where no stranger is
			out[l.Key] = s.lists[l.Key]
		}
	}
	return out
}

// lacking returns the groups of the policy that an interface is in, and a member is not, sorted.
func (s *Subject) lacking(x *Interface, id model.Identity) []string {
	of := s.membership()
	var out []string
	for _, g := range slices.Concat(x.Firewalls, x.Subnets, x.Groups, []model.Group{x.Key}) {
		if of.named[g] && !of.groups[id][g] {
			out = append(out, string(g))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
