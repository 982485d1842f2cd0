package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
)

// directory answers the same questions as analysis for policies of the kind that
// Kubernetes network policies are: one layer, whose chains only allow. It works from the
// rules that name a workload, and so in time that grows with the rules and with the answer, not
// with the square of the workloads.
//
// Workloads that no selector tells apart are one class. What passes between two
// classes follows from the rules at the one that name the other; equal sets of
// rules are worked out once, by analysis, on the two ends alone.
type directory struct {
	inv  model.Inventory
	view view

	classes []class
	groups  []group
	// covers are parts of an end, interned; covers[noCover], [wholeCover] and
	// [perhapsCover] are none, all and perhaps all of it.
	covers    []cover
	coverIDs  map[string]int
	selectors []namer
	selectIDs map[string]int
	traffics  []model.Traffic
	trafficID map[string]int
	sides     [2]directorySide // egress, ingress
	answers   map[string]*answerCase
	texts     map[string]int
}

// class is ends with the same addresses and client ports.
type class struct {
	addrs model.AddrSet
	ports model.PortRange
}

// group is workloads that no selector tells apart.
type group struct {
	ids   []model.Identity
	class int
	// entries are what selectors that name identities cover of the group, by
	// selector; others cover the rest of them.
	entries map[int]int
}

// cover is the part of an end that a selector names for sure, and the part that it may name, in which
// the former is.
type cover struct{ must, may model.AddrSet }

// The covers that there are for ends of any addresses.
const (
	noCover = iota
	wholeCover
	perhapsCover
)

// namer is a selector, worked out.
type namer struct {
	resolved model.Resolved
	// rest is the cover of groups that have no entry, by class.
	rest []int
	// groups are those of which it covers something.
	groups []int
	// everyone is whether it covers the whole of every group and of the outside.
	everyone bool
	// outside is what it names of the outside.
	outside cover
}

// directorySide is one direction of the layer.
type directorySide struct {
	guard int // selector; -1: there is no chain
	rules []directoryRule
	// base is, by group, the terms of rules that name every peer; named those
	// that name a group, by target and peer, both groups.
	base  [][]ruleTerm
	named []map[int][]ruleTerm
	// peers is, by group, those at which a rule that names it is.
	peers [][]int
	// open are the groups at which a connection need not be named: no chain
	// refuses, or some rule names everybody.
	open []bool
}

// directoryRule is a rule by the numbers of its parts.
type directoryRule struct{ target, peer, traffic int }

// ruleTerm is a rule as two ends see it.
type ruleTerm struct{ traffic, target, peer int }

// directoryFor returns a directory, or false for policies of another kind.
func directoryFor(p model.Policy, inv model.Inventory, v view) (*directory, bool) {
	if len(p.Layers) != 1 {
		return nil, false
	}
	l := p.Layers[0]
	for _, chains := range [][]model.Chain{l.Egress, l.Ingress} {
		if len(chains) > 1 {
			return nil, false
		}
		for _, c := range chains {
			if c.Order != model.AnyAllow || c.Default != model.Deny || c.Guard.Peer != nil ||
				!inv.Resolve(c.Guard.Target).May.At(model.Outside).IsEmpty() {
				return nil, false
			}
		}
	}
	d := &directory{inv: inv, view: v, covers: make([]cover, 3), coverIDs: map[string]int{}, selectIDs: map[string]int{},
		trafficID: map[string]int{}, answers: map[string]*answerCase{}, texts: map[string]int{}}
	d.read(l)
	d.group()
	d.index()
	return d, true
}

// read numbers the parts of all rules.
func (d *directory) read(l model.Layer) {
	for i, chains := range [][]model.Chain{l.Egress, l.Ingress} {
		s := &d.sides[i]
		s.guard = -1
		for _, c := range chains {
			s.guard = d.selector(c.Guard.Target)
			for _, r := range c.Rules {
				s.rules = append(s.rules, directoryRule{d.selector(r.Target), d.selector(r.Peer), d.traffic(r.Traffic)})
			}
		}
	}
}

func (d *directory) traffic(t model.Traffic) int {
	return intern(d.trafficID, fmt.Sprint([]model.Service(t)), func() { d.traffics = append(d.traffics, t) })
}

// intern returns the number of a key; add is called for a new one.
func intern(ids map[string]int, key string, add func()) int {
	id, ok := ids[key]
	if !ok {
		id = len(ids)
		ids[key] = id
		add()
	}
	return id
}

// selector numbers a selector; selectors that are spelt alike are one.
func (d *directory) selector(s model.Selector) int {
	return intern(d.selectIDs, model.Spelling(s), func() {
		r := d.inv.Resolve(s)
		out := cover{r.Must.At(model.Outside), r.May.At(model.Outside)}
		d.selectors = append(d.selectors, namer{resolved: r, outside: out})
	})
}

// cover numbers a part of an end that holds the addresses.
func (d *directory) cover(r cover, all model.AddrSet) int {
	must, may := r.must.Intersect(all), r.may.Intersect(all)
	switch {
	case may.IsEmpty():
		return noCover
	case must.Equal(all):
		return wholeCover
	case must.IsEmpty() && may.Equal(all):
		return perhapsCover
	}
	return perhapsCover + 1 + intern(d.coverIDs, must.String()+"|"+may.String(), func() { d.covers = append(d.covers, cover{must, may}) })
}

// part returns the addresses of a cover of an end.
func (d *directory) part(id int, all model.AddrSet) cover {
	switch id {
	case noCover:
		return cover{}
	case wholeCover:
		return cover{all, all}
	case perhapsCover:
		return cover{may: all}
	}
	return d.covers[id]
}

// placedWorkload is a workload with what tells it from others.
type placedWorkload struct {
	class   int
	entries map[int]int
	key     strings.Builder
}

// group puts workloads together that every selector covers alike.
func (d *directory) group() {
	members := d.classify()
	for i := range d.selectors {
		d.enter(i, members)
	}
	byKey := map[string]int{}
	for _, m := range d.inv.Members {
		n := members[m.ID]
		g := intern(byKey, n.key.String(), func() { d.groups = append(d.groups, group{class: n.class, entries: n.entries}) })
		d.groups[g].ids = append(d.groups[g].ids, m.ID)
	}
	for i := range d.selectors {
		s := &d.selectors[i]
		if s.everyone = d.namesEveryone(i); s.everyone {
			continue
		}
		for g := range d.groups {
			if d.covered(i, g) != noCover {
				s.groups = append(s.groups, g)
			}
		}
	}
}

// classify numbers the addresses and client ports that workloads have.
func (d *directory) classify() map[model.Identity]*placedWorkload {
	classIDs := map[string]int{}
	out := map[model.Identity]*placedWorkload{}
	for _, m := range d.inv.Members {
		c := class{m.Addrs, m.ClientPorts}
		id := intern(classIDs, c.addrs.String()+" "+c.ports.String(), func() {
			d.classes = append(d.classes, class{d.inv.Addrs(m.ID), d.inv.ClientPorts(m.ID)})
		})
		n := &placedWorkload{class: id, entries: map[int]int{}}
		fmt.Fprintf(&n.key, "%d", id)
		out[m.ID] = n
	}
	return out
}

// enter notes which workloads a selector names otherwise than the rest of their class.
func (d *directory) enter(i int, members map[model.Identity]*placedWorkload) {
	s := &d.selectors[i]
	for _, c := range d.classes {
		s.rest = append(s.rest, d.cover(cover{s.resolved.Must.Rest(), s.resolved.May.Rest()}, c.addrs))
	}
	seen := map[model.Identity]bool{}
	for _, e := range append(s.resolved.May.Entries(), s.resolved.Must.Entries()...) {
		n := members[e.ID]
		if n == nil || seen[e.ID] {
			continue
		}
		seen[e.ID] = true
		c := d.cover(cover{s.resolved.Must.At(e.ID), s.resolved.May.At(e.ID)}, d.classes[n.class].addrs)
		if c != s.rest[n.class] {
			n.entries[i] = c
			fmt.Fprintf(&n.key, " %d:%d", i, c)
		}
	}
}

// covered returns what a selector covers of a group.
func (d *directory) covered(selector, g int) int {
	if c, ok := d.groups[g].entries[selector]; ok {
		return c
	}
	return d.selectors[selector].rest[d.groups[g].class]
}

func (d *directory) namesEveryone(selector int) bool {
	s := d.selectors[selector]
	all := d.inv.Addrs(model.Outside)
	if len(s.resolved.Must.Entries()) > 0 || slices.ContainsFunc(s.rest, func(c int) bool { return c != wholeCover }) {
		return false
	}
	return s.outside.must.Intersect(all).Equal(all)
}

// index finds the rules at each group, by the groups that they name.
func (d *directory) index() {
	for i := range d.sides {
		s := &d.sides[i]
		n := len(d.groups)
		s.base, s.named, s.peers, s.open = make([][]ruleTerm, n), make([]map[int][]ruleTerm, n), make([][]int, n), make([]bool, n)
		for _, r := range s.rules {
			for _, g := range d.groupsOf(r.target) {
				at := d.covered(r.target, g)
				if d.selectors[r.peer].everyone {
					s.base[g] = append(s.base[g], ruleTerm{r.traffic, at, wholeCover})
					continue
				}
				if s.named[g] == nil {
					s.named[g] = map[int][]ruleTerm{}
				}
				for _, h := range d.selectors[r.peer].groups {
					if len(s.named[g][h]) == 0 {
						s.peers[h] = append(s.peers[h], g)
					}
					s.named[g][h] = append(s.named[g][h], ruleTerm{r.traffic, at, d.covered(r.peer, h)})
				}
			}
		}
		for g := range d.groups {
			s.open[g] = d.guarded(i, g) != wholeCover || len(s.base[g]) > 0
		}
	}
}

// groupsOf returns the groups of which a selector covers something.
func (d *directory) groupsOf(selector int) []int {
	if !d.selectors[selector].everyone {
		return d.selectors[selector].groups
	}
	all := make([]int, len(d.groups))
	for g := range all {
		all[g] = g
	}
	return all
}

// guarded returns what of a group the chain of a side judges.
func (d *directory) guarded(side, g int) int {
	if d.sides[side].guard < 0 {
		return noCover
	}
	return d.covered(d.sides[side].guard, g)
}
