package gcp

import (
	"fmt"
	"net/netip"
	"slices"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
)

// sharedPrefix begins the names of rules that speak for several segments.
const sharedPrefix = "shared"

// field is a part of a rule that may hold several values, and in which rules that are
// alike but for it and their services can be put together.
type field struct {
	// rest spells the other parts; false where a rule cannot be put together in this one.
	rest func(rule) (string, bool)
	// read returns the part as a selector: addresses, or machines as groups.
	read func(rule) model.Selector
	// write replaces it.
	write func(*rule, values)
	// most is how many machines one rule may hold here.
	most func(identityKind) int
}

// values is what a part holds: addresses of one family, or machines.
type values struct {
	ranges   []netip.Prefix
	machines []machineID
}

// fields are the parts of a rule in the order in which they are tried: peers first,
// which leaves each segment with rules of its own.
func fields() [3]field {
	return [...]field{peerField(), withinField(), targetField()}
}

func peerField() field {
	return field{
		rest: func(r rule) (string, bool) {
			return fmt.Sprint(r.direction, "|", r.action, "|", r.targetText(), "|", r.within), true
		},
		read: func(r rule) model.Selector {
			if len(r.sources) > 0 {
				return machineGroups(r.sources)
			}
			return model.At{Addrs: model.Prefixes(r.ranges...)}
		},
		write: func(r *rule, v values) { r.ranges, r.sources = v.ranges, v.machines },
		most:  identityKind.mostSources,
	}
}

func withinField() field {
	return field{
		rest: func(r rule) (string, bool) {
			return fmt.Sprint(r.direction, "|", r.action, "|", r.targetText(), "|", r.ranges, "|", r.sources), len(r.within) > 0
		},
		read:  func(r rule) model.Selector { return model.At{Addrs: model.Prefixes(r.within...)} },
		write: func(r *rule, v values) { r.within = v.ranges },
		most:  identityKind.mostTargets,
	}
}

func targetField() field {
	return field{
		rest: func(r rule) (string, bool) {
			return fmt.Sprint(r.direction, "|", r.action, "|", r.kind(), "|", r.ranges, "|", r.sources, "|", r.within), true
		},
		read:  func(r rule) model.Selector { return machineGroups(r.targets) },
		write: func(r *rule, v values) { r.targets = v.machines },
		most:  identityKind.mostTargets,
	}
}

// machineGroups names machines as model.Minimise takes them: as groups of which it knows
// nothing but that they are different.
func machineGroups(ms []machineID) model.Or {
	out := make(model.Or, len(ms))
	for i, m := range ms {
		out[i] = m.targets()
	}
	return out
}

// shortened returns the rules as they are written: the fewest found, where that is asked for or
// where there is no room for them all.
func (e *encoder) shortened(rules []rule) []rule {
	if e.in.Shrink == providers.ShrinkToFit && e.hasRoom(rules) {
		return rules
	}
	return e.shrink(rules)
}

// shrink returns the fewest rules found that do the same. Rules of one action and direction
// that are alike in all but one part and their services are a list without an order, which
// model.Minimise proves to stay what it is; that is done for one part after the other, until
// nothing becomes shorter.
func (e *encoder) shrink(rules []rule) []rule {
	for {
		before := len(rules)
		for _, f := range fields() {
			rules = mergeEqual(e.shrinkField(rules, f)) // batches may come to the same
		}
		if len(rules) >= before {
			return rules
		}
	}
}

// shrinkField puts rules together that differ in one part.
func (e *encoder) shrinkField(rules []rule, f field) []rule {
	parts := map[string][]rule{}
	var out []rule
	for _, r := range rules {
		if rest, ok := f.rest(r); ok {
			parts[rest] = append(parts[rest], r)
		} else {
			out = append(out, r)
		}
	}
	for _, rest := range sortedKeys(parts) {
		for _, part := range providers.Batches(parts[rest], f.weight, providers.Searchable) {
			if shorter := e.minimise(part, f); len(shorter) < len(part) {
				part = shorter
			}
			out = append(out, part...)
		}
	}
	return out
}

// weight is how many values a rule has, services times addresses or machines.
func (f field) weight(r rule) int {
	services := 0
	for _, s := range r.services {
		services += max(1, len(s.ports))
	}
	switch s := f.read(r).(type) {
	case model.At:
		return services * len(s.Addrs.Prefixes())
	case model.Or:
		return services * len(s)
	}
	return services
}

// minimise returns the rules that model.Minimise makes of some that differ in one part. A
// union of what rules match is the same for rules that refuse as for rules that allow.
func (e *encoder) minimise(part []rule, f field) []rule {
	if len(part) < 2 {
		return part
	}
	machines := map[model.Group]machineID{}
	c := model.Chain{Order: model.AnyAllow, Default: model.Deny}
	for _, r := range part {
		for _, m := range slices.Concat(r.targets, r.sources) {
			machines[m.targets()] = m
		}
		rule := model.Rule{Action: model.Allow, Peer: f.read(r)}
		for _, s := range r.services {
			rule.Traffic = append(rule.Traffic, s.traffic()...)
		}
		c.Rules = append(c.Rules, rule)
	}
	m := model.Minimise(c, model.MinimiseOptions{Form: model.EntryForm{
		Prefixes: maxRanges, Peers: f.most(part[0].kind()), Protocols: model.NoCap, Services: maxPorts}})
	var out []rule
	for _, entry := range m.Entries {
		from := make([]rule, len(entry.From))
		for i, n := range entry.From {
			from[i] = part[n]
		}
		r := joined(from)
		r.services = e.opts.services(entry.Rule.Traffic, anyFamily)
		f.write(&r, valuesOf(entry.Rule.Peer, machines))
		r.shared = r.shared || len(r.targets) > 1
		if r.shared {
			r.prefix = sharedPrefix
		}
		out = append(out, r)
	}
	return out
}

// joined is the first of the rules with the notes of all. It is shared if any of them
// is, or if they are about different segments.
func joined(from []rule) rule {
	r := from[0]
	r.notes = nil
	for _, o := range from {
		r.notes = append(r.notes, o.notes...)
		r.shared = r.shared || o.shared || o.prefix != r.prefix
	}
	r.notes = distinct(r.notes)
	return r
}

// valuesOf reads the peer of an entry back.
func valuesOf(s model.Selector, machines map[model.Group]machineID) values {
	var v values
	switch s := s.(type) {
	case model.At:
		v.ranges = s.Addrs.Prefixes()
	case model.Group:
		v.machines = []machineID{machines[s]}
	case model.Or:
		for _, t := range s {
			v.machines = append(v.machines, valuesOf(t, machines).machines...)
		}
	}
	slices.SortFunc(v.machines, machineID.compare)
	return v
}
