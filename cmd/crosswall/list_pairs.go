package main

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/crosswall/crosswall/model"
)

// The sides of a directory.
const (
	egressSide = iota
	ingressSide
)

// members returns what may pass between all pairs of workloads; self asks for those
// inside one workload too.
func (d *directory) members(self bool) []connection {
	var out []connection
	receiving := []int{} // groups that need not name who calls
	for h := range d.groups {
		if d.sides[ingressSide].open[h] {
			receiving = append(receiving, h)
		}
	}
	for g := range d.groups {
		for _, h := range d.reachable(g, receiving) {
			if g == h && len(d.groups[g].ids) == 1 && !self {
				continue
			}
			cs := d.answer(d.betweenGroups(g, h)).connections
			for _, from := range d.groups[g].ids {
				for _, to := range d.groups[h].ids {
					for _, c := range cs {
						c.from, c.to = end{id: from, addrs: d.classes[d.groups[g].class].addrs}, end{id: to, addrs: d.classes[d.groups[h].class].addrs}
						out = append(out, c)
					}
				}
			}
		}
	}
	return out
}

// reachable returns the groups that something might reach from g: all others surely
// refuse, or g does.
func (d *directory) reachable(g int, receiving []int) []int {
	out, in := &d.sides[egressSide], &d.sides[ingressSide]
	var hs []int
	if out.open[g] {
		// in.peers[g] are the groups with rules that name g.
		hs = slices.Concat(receiving, in.peers[g])
	} else {
		for h := range out.named[g] {
			if _, ok := in.named[h][g]; ok || in.open[h] {
				hs = append(hs, h)
			}
		}
	}
	slices.Sort(hs)
	return slices.Compact(hs)
}

// situation is all that decides what passes from one end to another.
type situation struct {
	from, to ending
	// terms of the rules that have to admit the request: at from and at to.
	egress, ingress []ruleTerm
	// replies are the same for the other way round; with the stateless view
	// only.
	replyEgress, replyIngress []ruleTerm
}

// ending is an end of a situation: a class of workloads, or the outside.
type ending struct {
	class int // -1: outside, and family says where
	// family is 4 or 6 of the outside.
	family int
	// guards are what of the end the chains of egress and ingress judge.
	guards [2]int
}

func (d *directory) ending(g int) ending {
	return ending{class: d.groups[g].class, guards: [2]int{d.guarded(egressSide, g), d.guarded(ingressSide, g)}}
}

// betweenGroups returns the situation of two groups.
func (d *directory) betweenGroups(g, h int) situation {
	at := func(side, target, peer int) []ruleTerm {
		return terms(d.sides[side].base[target], d.sides[side].named[target][peer])
	}
	s := situation{from: d.ending(g), to: d.ending(h), egress: at(egressSide, g, h), ingress: at(ingressSide, h, g)}
	if d.view == viewStateless {
		s.replyEgress, s.replyIngress = at(egressSide, h, g), at(ingressSide, g, h)
	}
	return s
}

// terms joins terms, each once, in a fixed order.
func terms(a, b []ruleTerm) []ruleTerm {
	out := slices.Concat(a, b)
	slices.SortFunc(out, compareTerms)
	return slices.Compact(out)
}

func compareTerms(a, b ruleTerm) int {
	if a.traffic != b.traffic {
		return a.traffic - b.traffic
	}
	if a.target != b.target {
		return a.target - b.target
	}
	return a.peer - b.peer
}

// key is the same for situations with the same answer.
func (s situation) key() string {
	b := make([]byte, 0, 64)
	add := func(ns ...int) {
		for _, n := range ns {
			b = strconv.AppendInt(b, int64(n), 10)
			b = append(b, ' ')
		}
	}
	for _, e := range []ending{s.from, s.to} {
		add(e.class, e.family, e.guards[0], e.guards[1])
	}
	for _, ts := range [][]ruleTerm{s.egress, s.ingress, s.replyEgress, s.replyIngress} {
		b = append(b, '/')
		for _, t := range ts {
			add(t.traffic, t.target, t.peer)
		}
	}
	return string(b)
}

// answerCase is what passes in a situation, the ends left out.
type answerCase struct {
	connections []connection
	text        int // the same for answers that read the same
}

// answer works out a situation, once.
func (d *directory) answer(s situation) *answerCase {
	key := s.key()
	a, ok := d.answers[key]
	if !ok {
		cs := d.workOut(s)
		for i := range cs {
			cs[i].from, cs[i].to = end{}, end{}
			cs[i].spelt()
		}
		a = &answerCase{cs, intern(d.texts, signature(cs), func() {})}
		d.answers[key] = a
	}
	return a
}

// The identities of the two ends of a situation in a policy of their own.
const (
	soleClient model.Identity = "client"
	soleServer model.Identity = "server"
)

// workOut makes a policy about the two ends alone, and asks analysis.
func (d *directory) workOut(s situation) []connection {
	from, to := d.endOf(s.from, soleClient), d.endOf(s.to, soleServer)
	inv := model.Inventory{OutsideClientPorts: d.inv.OutsideClientPorts}
	for _, e := range []struct {
		end
		ending
	}{{from, s.from}, {to, s.to}} {
		if e.id == model.Outside {
			inv.Outside = e.addrs
		} else {
			inv.Members = append(inv.Members, model.Member{ID: e.id, Addrs: e.addrs, ClientPorts: d.classes[e.class].ports})
		}
	}
	chain := func(side int) model.Chain {
		target := func(e end, of ending) model.Selector { return d.sole(e, of.guards[side]) }
		return model.Chain{Name: fmt.Sprint(side), Order: model.AnyAllow, Default: model.Deny,
			Guard: model.Guard{Target: model.Or{target(from, s.from), target(to, s.to)}}}
	}
	out, in := chain(egressSide), chain(ingressSide)
	out.Rules = append(d.soleRules(s.egress, from, to), d.soleRules(s.replyEgress, to, from)...)
	in.Rules = append(d.soleRules(s.ingress, to, from), d.soleRules(s.replyIngress, from, to)...)
	a := analysisOf(model.Policy{Layers: []model.Layer{{State: model.Stateful, Egress: []model.Chain{out}, Ingress: []model.Chain{in}}}}, inv, d.view)
	return a.between(a.party(from), a.party(to))
}

// endOf is an end in a policy of its own.
func (d *directory) endOf(e ending, id model.Identity) end {
	switch {
	case e.class >= 0:
		return end{id, d.classes[e.class].addrs}
	case e.family == 4:
		return end{model.Outside, model.AllIPv4()}
	}
	return end{model.Outside, model.AllIPv6()}
}

// soleRules are the rules of terms whose targets are at one end and peers at the other.
func (d *directory) soleRules(ts []ruleTerm, target, peer end) []model.Rule {
	var out []model.Rule
	for _, t := range ts {
		out = append(out, model.Rule{Action: model.Allow, Target: d.sole(target, t.target), Peer: d.sole(peer, t.peer), Traffic: d.traffics[t.traffic]})
	}
	return out
}

// sole names a part of an end.
func (d *directory) sole(e end, c int) model.Selector {
	p := d.part(c, e.addrs)
	at := func(a model.AddrSet) model.Selector { return model.And{model.Identities{e.id}, model.At{Addrs: a}} }
	if p.must.Equal(p.may) {
		return at(p.must)
	}
	return model.Or{at(p.must), model.Maybe{Selector: at(p.may), Why: "a part of an end"}}
}
