package tfsource

import (
	"cmp"
	"slices"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
)

// joint returns an endpoint that is in everything that two members are in, for all that resources say; false where
// there can be none. In a group that a reading does not have because the other one makes it, it is not there: it is
// then what else it is. Who is in nothing but such groups is not there at all.
func (r roll) joint(u, v member, sides []crowd) (member, bool) {
	if !r.joins(u, v, sides) {
		return member{}, false
	}
	out := member{on: make([][]int, len(sides)), unsure: make([]string, len(sides)), open: true}
	out.of = append(slices.Clone(u.parts()), v.parts()...)
	slices.Sort(out.of)
	out.of = slices.Compact(out.of)
	out.atoms = unite(u.atoms, v.atoms)
	for k := range sides {
		all := unite(u.on[k], v.on[k])
		out.on[k] = slices.DeleteFunc(slices.Clone(all), func(a int) bool { return r.isMadeElsewhere(a, sides, k) })
		if !slices.ContainsFunc(out.on[k], func(a int) bool { return r.joining(a, sides) != providers.JoinsNone }) {
			out.on[k] = all
		}
	}
	out.id = r.nameOf(out.atoms, false)
	return out, r.hasPlace(out, sides)
}

// parts returns the members that a member is put together of: itself, if resources have it.
func (m member) parts() []model.Identity {
	if len(m.of) > 0 {
		return m.of
	}
	return []model.Identity{m.id}
}

func unite(a, b []int) []int {
	out := slices.Concat(a, b)
	slices.Sort(out)
	return slices.Compact(out)
}

// isMadeElsewhere reports whether reading k does not have a group because the other one makes it.
func (r roll) isMadeElsewhere(atom int, sides []crowd, k int) bool {
	at := r.atoms[atom].at
	return r.joining(atom, sides) != providers.JoinsNone && at[k] == absent && sides[1-k].parties[at[1-k]].Made
}

// hasPlace reports whether there is an address that every atom of a member allows.
func (r roll) hasPlace(m member, sides []crowd) bool {
	left := model.AllAddrs()
	for _, a := range m.atoms {
		for k, i := range r.atoms[a].at {
			if i == absent {
				continue
			}
			if known := sides[k].parties[i].Addrs; !known.IsEmpty() {
				left = left.Intersect(known)
			}
		}
	}
	return !left.IsEmpty()
}

// enrollJoint adds an endpoint for each list of members, one that is in everything that these are in. Members that are not there,
// and lists of which nobody can be, are left out; so are those of whom resources tell already.
func (r *roll) enrollJoint(lists [][]model.Identity, sides []crowd) {
	at, taken := map[model.Identity]member{}, map[model.Identity]bool{}
	for _, m := range r.members {
		at[m.id], taken[m.id] = m, true
	}
	for _, list := range lists {
		if m, ok := r.jointOf(list, at, sides); ok && !taken[m.id] {
			taken[m.id] = true
			r.members = append(r.members, m)
		}
	}
	slices.SortFunc(r.members, func(a, b member) int { return cmp.Compare(a.id, b.id) })
}

// jointOf returns the endpoint that is in everything that the listed members are in; false where there can be none.
func (r *roll) jointOf(list []model.Identity, at map[model.Identity]member, sides []crowd) (member, bool) {
	var out member
	for i, id := range list {
		next, ok := at[id]
		if !ok {
			return member{}, false
		}
		if i == 0 {
			out = next
			continue
		}
		if out, ok = r.joint(out, next, sides); !ok {
			return member{}, false
		}
	}
	return out, len(out.of) > 1
}

// joining is how an atom goes together with others: as either reading allows.
func (r roll) joining(atom int, sides []crowd) providers.Joining {
	out := providers.JoinsNone
	for k, i := range r.atoms[atom].at {
		if i == absent {
			continue
		}
		switch sides[k].parties[i].Joins {
		case providers.JoinsAny:
			return providers.JoinsAny
		case providers.JoinsOther:
			out = providers.JoinsOther
		case providers.JoinsNone:
		}
	}
	return out
}

// joins reports whether an endpoint may be in everything that two members are in: of what an endpoint has one of, what one
// of them has, the other has too or has none.
func (r roll) joins(u, v member, sides []crowd) bool {
	if slices.ContainsFunc([]member{u, v}, func(m member) bool {
		return len(m.atoms) == 0 || slices.ContainsFunc(m.unsure, func(why string) bool { return why != "" })
	}) {
		return false
	}
	if r.atoms[u.atoms[0]].first.provider != r.atoms[v.atoms[0]].first.provider || within(u.atoms, v.atoms) || within(v.atoms, u.atoms) {
		return false
	}
	for _, how := range []providers.Joining{providers.JoinsNone, providers.JoinsOther} {
		ours, theirs := r.thatJoin(u, how, sides), r.thatJoin(v, how, sides)
		if len(ours) > 0 && len(theirs) > 0 && !within(ours, theirs) && !within(theirs, ours) {
			return false
		}
	}
	return len(r.thatJoin(u, providers.JoinsNone, sides)) < len(u.atoms) && len(r.thatJoin(v, providers.JoinsNone, sides)) < len(v.atoms)
}

// thatJoin returns the atoms of a member that go together with others in some way.
func (r roll) thatJoin(m member, how providers.Joining, sides []crowd) []int {
	var out []int
	for _, a := range m.atoms {
		if r.joining(a, sides) == how {
			out = append(out, a)
		}
	}
	return out
}

// within reports whether the first list has nothing that the second has not.
func within(some, all []int) bool {
	return !slices.ContainsFunc(some, func(a int) bool { return !slices.Contains(all, a) })
}
