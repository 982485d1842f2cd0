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
	first party // of the first reading that has it
	rest  bool  // whether it is everybody in no group, in some reading
	// mark is whether it is a mark wherever it is.
	mark bool
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
			matchForeign(sides, same)
		}
		for i, p := range side.parties {
			if j, ok := same[i]; ok {
				a := of[0][j]
				r.atoms[a].pair(k, i, p)
				of[k][i] = a
				continue
			}
			at := slices.Repeat([]int{absent}, len(sides))
			at[k] = i
			of[k][i] = len(r.atoms)
			r.atoms = append(r.atoms, atom{label: p.Label, first: p, rest: p.Rest, mark: p.Mark, at: at})
		}
	}
	r.uniqueLabels()
	r.enrollMembers(sides, of)
	if len(sides) > 1 {
		r.keepComparable(sides)
	}
	return r
}

// pair says that party i of reading k is the same as what the atom is already. Parties of two clouds
// go by what people call both.
func (a *atom) pair(k, i int, p party) {
	a.at[k] = i
	a.mark = a.mark && p.Mark
	switch {
	case p.provider == a.first.provider:
	case p.Rest && a.first.Rest:
		a.label = "somebody else"
	case p.Called != "" && strings.EqualFold(p.Called, a.first.Called):
		a.label = a.first.Called
	default:
		a.label += " = " + p.Label
	}
	a.rest = a.rest || p.Rest
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
	var sets [][]int
	for i, a := range r.atoms {
		if !a.mark {
			sets = append(sets, []int{i})
		}
	}
	for k, side := range sides {
		for _, set := range side.together {
			atoms := make([]int, len(set))
			for i, n := range set {
				atoms[i] = of[k][n]
			}
			sets = append(sets, atoms)
		}
	}
	across := crosses(sides)
	if across {
		sets = r.completed(sides, of, sets)
	}
	implied := across && r.oneNetwork()
	seen := map[model.Identity]bool{}
	for _, atoms := range sets {
		slices.Sort(atoms)
		atoms = slices.Compact(atoms)
		id := r.nameOf(atoms, implied)
		if !seen[id] {
			seen[id] = true
			r.members = append(r.members, member{id, atoms})
		}
	}
	slices.SortFunc(r.members, func(a, b member) int { return cmp.Compare(a.id, b.id) })
}

// oneNetwork reports whether there is no more than one network that endpoints can be on.
func (r *roll) oneNetwork() bool {
	networks := 0
	for _, a := range r.atoms {
		if a.rest && !a.first.ground {
			networks++
		}
	}
	return networks <= 1
}

// nameOf is what a member is called; implied is whether the network that it is on goes without saying.
func (r *roll) nameOf(atoms []int, implied bool) model.Identity {
	var labels []string
	implied = implied && slices.ContainsFunc(atoms, func(a int) bool { return !r.atoms[a].rest })
	for _, a := range atoms {
		if !implied || !r.atoms[a].rest {
			labels = append(labels, r.atoms[a].label)
		}
	}
	slices.Sort(labels)
	return model.Identity(strings.Join(labels, " + "))
}

// match finds the parties of b that are the same as one of a: by address, then by id, then by
// kind and name, then by kind and what people call them. A key that two parties of one side share tells nothing.
func match(a, b []party) map[int]int {
	out := map[int]int{}
	taken := map[int]bool{}
	for _, key := range []func(party) string{
		func(p party) string { return p.Address },
		func(p party) string { return p.ID },
		func(p party) string { return p.Name },
		func(p party) string {
			if p.Called == "" || p.Kind == "" {
				return ""
			}
			return p.Kind + " " + p.Called
		},
	} {
		within := func(p party) string {
			if k := key(p); k != "" {
				return p.provider + " " + k
			}
			return ""
		}
		ours := unique(a, within, func(i int) bool { return taken[i] })
		theirs := unique(b, within, func(i int) bool { _, done := out[i]; return done })
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
		if !r.isThere(m, k, sides) {
			continue
		}
		here, some := model.AllAddrs(), false
		for _, a := range m.atoms {
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

// isThere reports whether a reading has every atom of a member that it can have.
func (r roll) isThere(m member, k int, sides []crowd) bool {
	return !slices.ContainsFunc(m.atoms, func(a int) bool { return r.atoms[a].at[k] == absent && !r.lacks(sides, a, k) })
}

// isElsewhere reports whether the other reading is of another cloud and knows the addresses of a member.
func (r roll) isElsewhere(m member, sides []crowd, k int) bool {
	return slices.ContainsFunc(m.atoms, func(a int) bool {
		for other, i := range r.atoms[a].at {
			if other != k && i != absent && isForeign(sides[other].parties[i], sides, k) && !sides[other].parties[i].Addrs.IsEmpty() {
				return true
			}
		}
		return false
	})
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
	for g, s := range r.learned(sides, k) {
		out[g] = s
	}
	for g, s := range side.places {
		out[g] = s
	}
	return out
}

// learned returns the groups that reading k knows by name alone, and the other reading of
// the same cloud by their addresses: a service tag whose list only one account gave, a subnet that a
// configuration names by its id.
func (r roll) learned(sides []crowd, k int) map[model.Group]model.Selector {
	out := map[model.Group]model.Selector{}
	if len(sides) < 2 || crosses(sides) {
		return out
	}
	for _, p := range sides[k].parties {
		if p.Made || p.Address != "" || len(p.Groups) == 0 {
			continue
		}
		if s, ok := sides[1-k].places[p.Groups[0]]; ok {
			out[p.Groups[0]] = s
		}
	}
	return out
}

// learnedSites returns the addresses of the subnets that reading k knows by name alone: they are there.
func (r roll) learnedSites(sides []crowd, k int) model.AddrSet {
	var out model.AddrSet
	for _, s := range r.learned(sides, k) {
		out = out.Union(sureAddrs(s))
	}
	return out
}

// groupsOf returns the groups that a member is in for reading k, each once. A party
// that the reading does not name is in what the other one has it in: a service tag of
// a cloud is of the Internet whether it is named or not.
func (r roll) groupsOf(m member, sides []crowd, k int) []model.Group {
	var out []model.Group
	if !slices.ContainsFunc(m.atoms, func(a int) bool { return !r.lacks(sides, a, k) }) {
		out, _ = r.located(m, sides, k)
		return out
	}
	for _, a := range m.atoms {
		from := k
		if r.lacks(sides, a, k) {
			continue
		}
		if r.atoms[a].at[k] == absent {
			from = 1 - k
		}
		out = append(out, sides[from].parties[r.atoms[a].at[from]].Groups...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}
