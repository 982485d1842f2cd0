package tfsource

import (
	"fmt"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
)

// endpoint is an endpoint that a reading tells by itself.
type endpoint struct {
	providers.Endpoint
	provider string
}

// classes are the endpoints that are told one by one, those together that belong to the same atoms in
// every reading.
type classes struct {
	// alike are in the same atoms in every reading, and go by these; single are not, or are in none, and go by themselves.
	alike, single []member
}

// classes puts the endpoints of all readings into classes. One that a reading does not have is there in what the
// other has it in.
func (r *roll) classes(sides []crowd, of [][]int) classes {
	b := classBuilder{roll: r, sides: sides, of: of, idle: r.idleAtoms(sides, of), at: map[string]int{}}
	for _, pair := range joined(sides) {
		b.add(pair)
	}
	var out classes
	for i, m := range b.members {
		m.held = uniteAddrs(b.held[i])
		nobody := !r.across && r.isRest(m) // in particular
		if nobody || m.moved() || slices.ContainsFunc(m.unsure, func(why string) bool { return why != "" }) {
			slices.Sort(b.labels[i])
			m.id = labelOf(slices.Compact(b.labels[i]))
			out.single = append(out.single, m)
			continue
		}
		out.alike = append(out.alike, m)
	}
	return out
}

type classBuilder struct {
	*roll
	sides   []crowd
	of      [][]int
	idle    []bool         // by atom, whether no rule names it
	at      map[string]int // by key
	members []member
	labels  [][]string
	held    [][]model.AddrSet
}

// add adds an endpoint, given by its index in each reading.
func (b *classBuilder) add(pair []int) {
	m := member{on: make([][]int, len(b.sides)), unsure: make([]string, len(b.sides))}
	var held model.AddrSet
	label := ""
	for k, i := range pair {
		if i == absent {
			continue
		}
		e := b.sides[k].endpoints[i]
		for _, p := range e.Parties {
			m.on[k] = append(m.on[k], b.of[k][p])
		}
		m.unsure[k] = e.Unsure
		held, label = held.Union(e.Addrs), e.Label
	}
	b.settle(&m, pair)
	b.prune(&m)
	if len(m.atoms) == 0 && m.unsure[0] == "" && m.unsure[len(pair)-1] == "" {
		return // no rule is about it
	}
	key := fmt.Sprint(m.on, m.unsure)
	i, ok := b.at[key]
	if !ok {
		i = len(b.members)
		b.at[key] = i
		b.members, b.labels, b.held = append(b.members, m), append(b.labels, nil), append(b.held, nil)
	}
	b.members[i].open = b.members[i].open || held.IsEmpty()
	b.labels[i], b.held[i] = append(b.labels[i], label), append(b.held[i], held)
}

// settle completes what an endpoint is in. Of what a reading cannot say by its nature, which is neither made nor read
// in it, the other one counts. That rules are not known matters if they come or go.
func (b *classBuilder) settle(m *member, pair []int) {
	for k, i := range pair {
		other := 1 - k
		switch {
		case len(pair) == 1:
		case i == absent:
			m.on[k] = slices.Clone(m.on[other])
		case pair[other] != absent:
			for _, a := range m.on[other] {
				if at := b.atoms[a].at; at[k] == absent && b.isBeyond(at[other], k) {
					m.on[k] = append(m.on[k], a)
				}
			}
		}
	}
	for k := range m.on {
		slices.Sort(m.on[k])
		m.on[k] = slices.Compact(m.on[k])
	}
	if slices.Contains(pair, absent) || len(pair) == 1 || !m.moved() && m.unsure[0] == m.unsure[1] {
		clear(m.unsure)
	}
	if m.moved() {
		b.doubtRules(m)
	}
}

// isBeyond reports whether reading k has no say on a party of the other, which it does not have, or which would not
// make a difference: no rule of it can name the party.
func (b *classBuilder) isBeyond(i, k int) bool {
	p := b.sides[1-k].parties[i]
	return b.sides[k].isUnread(p) || !p.Unruled && !p.Made && !b.sides[1-k].hasBare(p)
}

// hasBare reports whether a party of a reading has rules even where nothing is written.
func (c crowd) hasBare(p party) bool {
	return slices.ContainsFunc(p.Groups, func(g model.Group) bool {
		_, ok := c.bare[g]
		return ok
	})
}

// doubtRules says where an endpoint that moved is under rules that are not known.
func (b *classBuilder) doubtRules(m *member) {
	for k := range m.on {
		for _, a := range m.on[k] {
			if i := b.atoms[a].at[k]; i != absent && b.sides[k].parties[i].Unruled && m.unsure[k] == "" {
				m.unsure[k] = "the rules of " + b.sides[k].parties[i].Label + " are not known"
			}
		}
	}
}

// prune leaves out what is one endpoint's own and no rule names, so that few endpoints differ. Who is in nothing else is
// somebody in the network.
func (b *classBuilder) prune(m *member) {
	for k := range m.on {
		left := slices.DeleteFunc(slices.Clone(m.on[k]), func(a int) bool { return b.idle[a] })
		if len(left) == 0 {
			left = b.restLike(m.on[k])
		}
		m.on[k] = left
		m.atoms = append(m.atoms, left...)
	}
	slices.Sort(m.atoms)
	m.atoms = slices.Compact(m.atoms)
}

// restLike returns the atom of everybody who is in the same as all of the atoms, but for what no rule names.
func (b *classBuilder) restLike(atoms []int) []int {
	for i, a := range b.atoms {
		if a.rest && !a.first.ground && slices.ContainsFunc(atoms, func(o int) bool {
			return b.atoms[o].first.provider == a.first.provider && contains(b.atoms[o].first.Groups, a.first.Groups)
		}) {
			return []int{i}
		}
	}
	return nil
}

// contains reports whether all groups of the second list are in the first.
func contains(all, some []model.Group) bool {
	return !slices.ContainsFunc(some, func(g model.Group) bool { return !slices.Contains(all, g) })
}

// idleAtoms returns the marks of one endpoint that no rule of any reading names, but by what everybody in a network is
// called.
func (r *roll) idleAtoms(sides []crowd, of [][]int) []bool {
	worn := make([]int, len(r.atoms))
	for k, side := range sides {
		here := make([]int, len(r.atoms))
		for _, e := range side.endpoints {
			for _, p := range e.Parties {
				here[of[k][p]]++
			}
		}
		for i, n := range here {
			worn[i] = max(worn[i], n)
		}
	}
	common := map[model.Group]bool{}
	for _, side := range sides {
		for _, p := range side.parties {
			for _, g := range p.Groups {
				common[g] = common[g] || p.Rest
			}
		}
	}
	out := make([]bool, len(r.atoms))
	for i, a := range r.atoms {
		out[i] = !a.rest && worn[i] <= 1
		for k, j := range a.at {
			if j == absent {
				continue
			}
			p := sides[k].parties[j]
			out[i] = out[i] && p.Mark && !p.Made && !slices.ContainsFunc(p.Groups, func(g model.Group) bool {
				_, bare := sides[k].bare[g]
				return bare || !common[g] && (sides[k].named[g] || sides[len(sides)-1-k].named[g])
			})
		}
	}
	return out
}

// joined returns the endpoints by their index in each reading, absent where one does not have it: by address, then
// by id, then by name, then by the addresses that they hold.
func joined(sides []crowd) [][]int {
	var out [][]int
	same := map[int]int{}
	if len(sides) > 1 {
		same = matchBy(sides[0].endpoints, sides[1].endpoints, endpointKeys())
	}
	partner := map[int]int{}
	for i, j := range same {
		partner[j] = i
	}
	for k, side := range sides {
		for i := range side.endpoints {
			pair := slices.Repeat([]int{absent}, len(sides))
			pair[k] = i
			if other, ok := partner[i]; k == 0 && ok {
				pair[1] = other
			}
			if _, done := same[i]; k > 0 && done {
				continue
			}
			out = append(out, pair)
		}
	}
	return out
}

func endpointKeys() []func(endpoint) string {
	within := func(e endpoint, key string) string {
		if key == "" {
			return ""
		}
		return e.provider + " " + key
	}
	return []func(endpoint) string{
		func(e endpoint) string { return within(e, e.Address) },
		func(e endpoint) string { return within(e, strings.ToLower(e.ID)) },
		func(e endpoint) string { return within(e, e.Name) },
		func(e endpoint) string {
			if e.Addrs.IsEmpty() {
				return ""
			}
			return within(e, e.Addrs.String())
		},
	}
}
