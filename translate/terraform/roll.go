package tfsource

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
)

// roll is the parties of one or two readings, those that are the same put
// together.
type roll struct {
	atoms   []atom
	members []member
}

// atom is a party as each reading knows it.
type atom struct {
	label string
	mark  bool
	// at is the index of the party in each reading; absent where it is not in it.
	at []int
}

const absent = -1

// member is endpoints that belong to the same atoms: the identities of the
// inventory.
type member struct {
	id    model.Identity
	atoms []int // sorted
}

// enroll makes the roll of readings.
func enroll(sides []crowd) roll {
	var r roll
	of := make([][]int, len(sides)) // the atom of each party
	for k, side := range sides {
		of[k] = make([]int, len(side.parties))
		same := map[int]int{}
		if k > 0 {
			same = match(sides[0].parties, side.parties)
		}
		for i, p := range side.parties {
			if j, ok := same[i]; ok {
				a := of[0][j]
				r.atoms[a].at[k], of[k][i] = i, a
				continue
			}
			at := slices.Repeat([]int{absent}, len(sides))
			at[k] = i
			of[k][i] = len(r.atoms)
			r.atoms = append(r.atoms, atom{label: p.Label, mark: p.Mark, at: at})
		}
	}
	r.uniqueLabels()
	r.enrollMembers(sides, of)
	return r
}

// uniqueLabels tells apart parties of two readings that are not the same but called
// the same.
func (r *roll) uniqueLabels() {
	taken := map[string]bool{}
	for i := range r.atoms {
		label := r.atoms[i].label
		for n := 2; taken[r.atoms[i].label]; n++ {
			r.atoms[i].label = fmt.Sprintf("%s (%d)", label, n)
		}
		taken[r.atoms[i].label] = true
	}
}

// enrollMembers adds each party by itself and all that come together in either
// reading.
func (r *roll) enrollMembers(sides []crowd, of [][]int) {
	seen := map[model.Identity]bool{}
	add := func(atoms []int) {
		slices.Sort(atoms)
		atoms = slices.Compact(atoms)
		labels := make([]string, len(atoms))
		for i, a := range atoms {
			labels[i] = r.atoms[a].label
		}
		slices.Sort(labels)
		id := model.Identity(strings.Join(labels, " + "))
		if !seen[id] {
			seen[id] = true
			r.members = append(r.members, member{id, atoms})
		}
	}
	for i, a := range r.atoms {
		if !a.mark {
			add([]int{i})
		}
	}
	for k, side := range sides {
		for _, set := range side.together {
			atoms := make([]int, len(set))
			for i, n := range set {
				atoms[i] = of[k][n]
			}
			add(atoms)
		}
	}
	slices.SortFunc(r.members, func(a, b member) int { return cmp.Compare(a.id, b.id) })
}

// match finds the parties of b that are the same as one of a: by address, then by id, then by
// kind and name. A key that two parties of one side share tells nothing.
func match(a, b []party) map[int]int {
	out := map[int]int{}
	taken := map[int]bool{}
	for _, key := range []func(party) string{
		func(p party) string { return p.Address },
		func(p party) string { return p.ID },
		func(p party) string { return p.Name },
	} {
		ours := unique(a, key, func(i int) bool { return taken[i] })
		theirs := unique(b, key, func(i int) bool { _, done := out[i]; return done })
		for k, i := range theirs {
			if j, ok := ours[k]; ok {
				out[i], taken[j] = j, true
			}
		}
	}
	return out
}

// unique returns the parties by key that no other party has, without those that are done.
func unique(ps []party, key func(party) string, done func(int) bool) map[string]int {
	out := map[string]int{}
	shared := map[string]bool{}
	for i, p := range ps {
		k := key(p)
		if k == "" || done(i) {
			continue
		}
		k = p.provider + " " + k
		if _, ok := out[k]; ok {
			shared[k] = true
		}
		out[k] = i
	}
	for k := range shared {
		delete(out, k)
	}
	return out
}

// inventory has the members, with addresses where every reading that has them knows them.
func (r roll) inventory(sides []crowd) model.Inventory {
	taken := model.AddrSet{}
	for _, s := range sides {
		taken = taken.Union(s.taken)
	}
	inv := model.Inventory{Outside: model.AllAddrs().Subtract(taken)}
	for _, m := range r.members {
		inv.Members = append(inv.Members, model.Member{ID: m.id, Addrs: r.addrs(m, sides)})
	}
	return inv
}

func (r roll) addrs(m member, sides []crowd) model.AddrSet {
	var out model.AddrSet
	for k, side := range sides {
		if !r.isThere(m, k) {
			continue
		}
		here := model.AllAddrs()
		for _, a := range m.atoms {
			if known := side.parties[r.atoms[a].at[k]].Addrs; !known.IsEmpty() {
				here = here.Intersect(known)
			}
		}
		if here.IsAll() || here.IsEmpty() {
			return model.AddrSet{}
		}
		out = out.Union(here)
	}
	return out
}

// isThere reports whether a reading has every atom of a member.
func (r roll) isThere(m member, k int) bool {
	return !slices.ContainsFunc(m.atoms, func(a int) bool { return r.atoms[a].at[k] == absent })
}

// groups says who is in the groups of reading k.
func (r roll) groups(sides []crowd, k int) map[model.Group]model.Selector {
	side := sides[k]
	in := map[model.Group]model.Identities{}
	for _, p := range side.parties {
		for _, g := range p.Groups {
			in[g] = model.Identities{} // a mark may be on nobody
		}
	}
	for _, g := range side.strangers {
		in[g] = model.Identities{model.Outside}
	}
	for _, m := range r.members {
		for _, g := range r.groupsOf(m, sides, k) {
			if ids, ok := in[g]; ok {
				in[g] = append(ids, m.id)
			}
		}
	}
	out := map[model.Group]model.Selector{}
	for g, ids := range in {
		out[g] = ids
	}
	for g, s := range side.places {
		out[g] = s
	}
	return out
}

// groupsOf returns the groups that a member is in for reading k, each once. A party
// that the reading does not name is in what the other one has it in: a service tag of
// a cloud is of the Internet whether it is named or not.
func (r roll) groupsOf(m member, sides []crowd, k int) []model.Group {
	var out []model.Group
	for _, a := range m.atoms {
		from := k
		if r.atoms[a].at[k] == absent {
			from = 1 - k
		}
		out = append(out, sides[from].parties[r.atoms[a].at[from]].Groups...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}
