package tfsource

import (
	"fmt"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
)

// roll is the parties of one or two readings, those that are the same put
// together.
type roll struct {
	// across is whether the readings are of different clouds.
	across  bool
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

// enroll makes the roll of readings, and puts endpoints on it that are in everything that listed members are in.
func enroll(sides []crowd, together [][]model.Identity) roll {
	r := roll{across: crosses(sides)}
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
		r.enrollJoint(together, sides)
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

// isThere reports whether a reading has every atom of a member that it can have.
func (r roll) isThere(m member, k int, sides []crowd) bool {
	return !slices.ContainsFunc(m.on[k], func(a int) bool { return r.atoms[a].at[k] == absent && !r.lacks(sides, a, k) })
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
// the same cloud by their addresses: a service tag whose list only one account gave, a subnet or a prefix list that a
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
		} else if s, ok := sides[1-k].known[p.Groups[0]]; ok {
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
	if len(m.on[k]) > 0 && !slices.ContainsFunc(m.on[k], func(a int) bool { return !r.lacks(sides, a, k) }) {
		out, _ = r.located(m, sides, k)
		return out
	}
	for _, a := range m.on[k] {
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
