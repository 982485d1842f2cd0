package tfsource

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
)

// station is where packets are judged: the layers of one name, in one direction. What every station of a policy
// admits, the policy admits.
type station struct {
	layer     string
	direction model.Direction
}

// stationsOf returns the stations that something is known of, sorted.
func stationsOf[T any](by map[station]T) []station {
	return slices.SortedFunc(maps.Keys(by), func(a, b station) int {
		return cmp.Or(cmp.Compare(a.layer, b.layer), cmp.Compare(a.direction, b.direction))
	})
}

// entry is a rule of a station, or what a chain does by default.
type entry struct {
	// key is the same for entries that say the same and are asked alike.
	key     string
	order   model.Order
	action  model.Action
	traffic model.Traffic
	// src and dst are those whom it names, perhaps; what the guard of its chain leaves out is left out.
	src, dst model.Endpoints
	// srcNames and dstNames are those in them who are not there by their address alone.
	srcNames, dstNames []model.Identity
	// sure is whether nothing about whom it names is unknown.
	sure bool
	// byDefault is whether it is no rule.
	byDefault bool
	// changed is whether the other policy does not have it, or has it elsewhere in the list.
	changed bool
}

// entries are those of each station, in the order in which they are asked.
type entries map[station][]entry

// entriesOf returns what a policy does, station by station.
func entriesOf(p model.Policy, inv model.Inventory) entries {
	out := entries{}
	for _, l := range p.Layers {
		if l.Name == layerNotThere {
			continue // it goes with every other
		}
		for _, d := range []model.Direction{model.Egress, model.Ingress} {
			at := station{l.Name, d}
			for _, c := range l.Chains(d) {
				out[at] = append(out[at], chainEntries(c, d, inv)...)
			}
		}
	}
	return out
}

// chainEntries returns the rules of a chain in the order in which they are asked, and its default.
func chainEntries(c model.Chain, d model.Direction, inv model.Inventory) []entry {
	target, peer := inv.Resolve(c.Guard.Target).May, inv.Resolve(c.Guard.Peer).May
	guard := model.Spelling(c.Guard.Target) + " " + model.Spelling(c.Guard.Peer)
	byDefault := fmt.Sprint(c.Order, " ", guard, "|", c.Default, " by default")
	if c.Order == model.AnyAllow {
		guard = "" // rules of security groups are for those alone whom the chain is for
	}
	place := func(r model.Rule, guarded bool) entry {
		e := entry{order: c.Order, action: r.Action, traffic: r.Traffic}
		to, from := inv.Resolve(r.Target), inv.Resolve(r.Peer)
		e.dst, e.src, e.sure = to.May, from.May, to.IsExact() && from.IsExact()
		if guarded {
			e.dst, e.src = e.dst.Intersect(target), e.src.Intersect(peer)
		}
		if d == model.Egress {
			e.src, e.dst = e.dst, e.src
		}
		e.srcNames, e.dstNames = names(e.src), names(e.dst)
		return e
	}
	out := make([]entry, 0, len(c.Rules)+1)
	for _, i := range askedOrder(c) {
		r := c.Rules[i]
		e := place(r, c.Order != model.AnyAllow)
		e.key = fmt.Sprint(c.Order, " ", guard, "|", r.Action, " ", model.Spelling(r.Target), " ", model.Spelling(r.Peer), " ", r.Traffic)
		out = append(out, e)
	}
	if c.Default != model.Pass {
		e := place(model.Rule{Action: c.Default, Traffic: model.Traffic{model.AllTraffic()}}, true)
		e.byDefault, e.key = true, byDefault
		out = append(out, e)
	}
	return out
}

// askedOrder returns the rules of a chain by index, in an order in which the first that matches decides. Where the order of
// two does not matter, it is the same for rules that say the same.
func askedOrder(c model.Chain) []int {
	out := make([]int, len(c.Rules))
	texts := make([]string, len(c.Rules))
	for i, r := range c.Rules {
		out[i] = i
		if c.Order != model.FirstMatch {
			texts[i] = fmt.Sprint(model.Spelling(r.Target), " ", model.Spelling(r.Peer), " ", r.Traffic)
		}
	}
	slices.SortStableFunc(out, func(i, j int) int {
		a, b := c.Rules[i], c.Rules[j]
		switch c.Order {
		case model.FirstMatch:
			return cmp.Compare(a.Priority, b.Priority)
		case model.PriorityDenyWins:
			return cmp.Or(cmp.Compare(a.Priority, b.Priority), cmp.Compare(a.Action, b.Action), strings.Compare(texts[i], texts[j]))
		case model.AnyAllow:
		}
		return strings.Compare(texts[i], texts[j])
	})
	return out
}

// markChanged marks the entries that are not the same in both policies, and returns the stations that have any. What both
// have, in the same order, decides alike: of two entries that decide differently on a packet, at least one is marked.
func markChanged(want, have entries) map[station]bool {
	out := map[station]bool{}
	for _, all := range []entries{want, have} {
		for at := range all { // in any order: each station by itself
			if !out[at] && markStation(want[at], have[at]) {
				out[at] = true
			}
		}
	}
	return out
}

func markStation(a, b []entry) bool {
	counts := map[string]int{}
	for _, e := range a {
		counts[e.key]++
	}
	for _, e := range b {
		counts[e.key]--
	}
	changed := false
	shared := func(es []entry) []string {
		var out []string
		for i := range es {
			if es[i].changed = counts[es[i].key] != 0; es[i].changed {
				changed = true
			} else {
				out = append(out, es[i].key)
			}
		}
		return out
	}
	ours, theirs := shared(a), shared(b)
	passes := func(e entry) bool { return e.changed && e.action == model.Pass }
	if slices.Equal(ours, theirs) && !slices.ContainsFunc(a, passes) && !slices.ContainsFunc(b, passes) {
		return changed
	}
	for _, es := range [][]entry{a, b} {
		for i := range es {
			es[i].changed = true
		}
	}
	return true
}

// names returns the members that a set of endpoints has on top of its addresses: naming them made a difference.
func names(e model.Endpoints) []model.Identity {
	var out []model.Identity
	for _, n := range e.Entries() {
		if n.ID != model.Outside && !e.Rest().Covers(n.Addrs) {
			out = append(out, n.ID)
		}
	}
	return out
}

// holds reports whether a set of endpoints has a member wherever another one has it.
func holds(all, some model.Endpoints, id model.Identity) bool { return all.At(id).Covers(some.At(id)) }

// overlapsIn reports whether some packet may be in both kinds of traffic. Where it is not worth finding out, it may.
func overlapsIn(a, b model.Traffic) bool {
	for _, s := range a {
		for _, t := range b {
			switch {
			case s.Protocol != model.AnyProtocol && t.Protocol != model.AnyProtocol && s.Protocol != t.Protocol:
			case s.Protocol != t.Protocol || !s.Protocol.HasPorts():
				return true
			case s.Dst.First <= t.Dst.Last && t.Dst.First <= s.Dst.Last:
				return true
			}
		}
	}
	return false
}

// covers reports whether an entry is about everything that another is about, by its words alone: true is certain.
func (e entry) covers(o entry) bool {
	return o.src.Subtract(e.src).IsEmpty() && o.dst.Subtract(e.dst).IsEmpty() && !slices.ContainsFunc(o.traffic, func(s model.Service) bool {
		return !slices.ContainsFunc(e.traffic, func(t model.Service) bool {
			return t == s || t == model.AllTraffic() || t.Protocol == s.Protocol && t.Protocol.HasPorts() && s.Protocol.HasPorts() &&
				t.Src.First <= s.Src.First && s.Src.Last <= t.Src.Last && t.Dst.First <= s.Dst.First && s.Dst.Last <= t.Dst.Last
		})
	})
}
