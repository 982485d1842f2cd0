package tfsource

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
)

// member is endpoints that belong to the same atoms in each reading: the identities of the
// inventory.
type member struct {
	id model.Identity
	// atoms are those of any reading, and on those of each; all are sorted.
	atoms []int
	on    [][]int
	// open is whether there may be others than the endpoints that are told one by one.
	open bool
	// held is the addresses of these endpoints.
	held model.AddrSet
	// of are the members that it is put together of, sorted, where no resource tells of it; see joint.
	of []model.Identity
	// unsure says why a reading may have them in other atoms besides; empty: it has not.
	unsure []string
}

// moved reports whether the readings have a member in different atoms.
func (m member) moved() bool {
	return slices.ContainsFunc(m.on, func(atoms []int) bool { return !slices.Equal(atoms, m.on[0]) })
}

// everywhere is a member that is in the same atoms in all of n readings.
func everywhere(atoms []int, n int) member {
	slices.Sort(atoms)
	atoms = slices.Compact(atoms)
	return member{atoms: atoms, on: slices.Repeat([][]int{atoms}, n), unsure: make([]string, n)}
}

// enrollMembers adds each party by itself, all that come together in either
// reading, and the endpoints that are told one by one, those together that belong to the same in every reading.
func (r *roll) enrollMembers(sides []crowd, of [][]int) {
	var found []member
	for i, a := range r.atoms {
		if !a.mark {
			found = append(found, everywhere([]int{i}, len(sides)))
		}
	}
	for k, side := range sides {
		for _, set := range side.together {
			atoms := make([]int, len(set))
			for i, n := range set {
				atoms[i] = of[k][n]
			}
			found = append(found, everywhere(atoms, len(sides)))
		}
	}
	for i := range found {
		found[i].open = true
	}
	classes := r.classes(sides, of)
	if r.across {
		found = r.completed(sides, of, slices.Concat(found, classes.alike))
	} else {
		found = append(found, classes.alike...)
	}
	r.addAlike(found, r.across && r.oneNetwork())
	r.members = append(r.members, classes.single...)
	slices.SortFunc(r.members, func(a, b member) int { return cmp.Compare(a.id, b.id) })
	r.uniqueMembers()
}

// addAlike adds members that are in the same atoms in every reading, those together that have the same.
func (r *roll) addAlike(found []member, implied bool) {
	at := map[model.Identity]int{}
	held := map[int][]model.AddrSet{}
	for _, m := range found {
		m.id = r.nameOf(m.atoms, implied)
		i, ok := at[m.id]
		if !ok {
			i = len(r.members)
			at[m.id] = i
			r.members = append(r.members, m)
		}
		r.members[i].open = r.members[i].open || m.open
		held[i] = append(held[i], m.held)
	}
	for i, sets := range held {
		r.members[i].held = uniteAddrs(sets)
	}
}

// uniqueMembers tells apart members that are called the same; they are sorted.
func (r *roll) uniqueMembers() {
	taken := map[model.Identity]bool{}
	for i := range r.members {
		id := r.members[i].id
		for n := 2; taken[r.members[i].id]; n++ {
			r.members[i].id = model.Identity(fmt.Sprintf("%s (%d)", id, n))
		}
		taken[r.members[i].id] = true
	}
}

// uniteAddrs unites by halves, for a union copies both of its sides.
func uniteAddrs(sets []model.AddrSet) model.AddrSet {
	switch len(sets) {
	case 0:
		return model.AddrSet{}
	case 1:
		return sets[0]
	}
	half := len(sets) / 2
	return uniteAddrs(sets[:half]).Union(uniteAddrs(sets[half:]))
}

// addrs is every address that a member may hold; empty: not known.
func (r roll) addrs(m member, sides []crowd) model.AddrSet {
	if !m.open {
		return m.held
	}
	known := r.atomAddrs(m, sides)
	if known.IsEmpty() {
		return known
	}
	return known.Union(m.held)
}

// atomAddrs is the addresses that are in all atoms of a member, where every reading that has them knows them; empty:
// not known.
func (r roll) atomAddrs(m member, sides []crowd) model.AddrSet {
	var out model.AddrSet
	for k, side := range sides {
		if !r.isThere(m, k, sides) || !r.across && r.isTold(m, k, sides) {
			continue
		}
		here, some := model.AllAddrs(), false
		for _, a := range m.on[k] {
			i := r.atoms[a].at[k]
			if some = some || i != absent; i == absent {
				continue
			}
			if known := side.parties[i].Addrs; !known.IsEmpty() {
				here = here.Intersect(known)
			}
		}
		if !some || here.IsAll() && r.isElsewhere(m, sides, k) {
			continue // the other cloud knows where it is, or nobody does
		}
		if here.IsAll() || here.IsEmpty() {
			return model.AddrSet{}
		}
		out = out.Union(here)
	}
	return out
}

// isTold reports whether reading k tells everybody in a member one by one.
func (r roll) isTold(m member, k int, sides []crowd) bool {
	for _, a := range m.on[k] {
		if i := r.atoms[a].at[k]; i == absent || !sides[k].parties[i].Mark || sides[k].parties[i].Addrs.IsEmpty() {
			return false
		}
	}
	return len(m.on[k]) > 0
}

// labelOf is what endpoints are called that moved together, sorted: the first few by their labels.
func labelOf(labels []string) model.Identity {
	const few = 3
	if len(labels) <= few {
		return model.Identity(strings.Join(labels, ", "))
	}
	return model.Identity(fmt.Sprintf("%s and %d more", labels[0], len(labels)-1))
}
