package main

import (
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
)

// admittedAmong returns what may pass among the parties of a cloud. Where it depends on the addresses that a party
// holds, these are told: the listing is what the policy admits beyond one that admits nothing.
func admittedAmong(m material, opt listOptions) connectivity {
	all := m.Policy.Permitted(m.Inventory)
	d := &diff{comparison: comparison{
		inv: m.Inventory, noun: "group", byPlace: true, solo: map[model.Identity]bool{},
		have: opponent{policy: m.Policy}, delta: model.Delta{Opened: all.Allowed, Unknown: all.Unknown.Union(all.GaveUp), GaveUp: all.GaveUp},
	}}
	d.enter(d.sections(), func(diffEntry, model.Region) []diffReason { return nil })
	if !opt.self {
		d.entries = slices.DeleteFunc(d.entries, diffEntry.isWithinOne)
	}
	out := connectivity{parties: d}
	for _, x := range m.Inventory.Members {
		out.workloads = append(out.workloads, x.ID)
	}
	slices.Sort(out.workloads)
	for _, id := range out.workloads {
		out.segments = append(out.segments, []model.Identity{id})
	}
	for _, e := range d.entries {
		for _, c := range d.pairs(e) {
			switch {
			case c.from.id == c.to.id && !opt.self:
			case e.what == unknown:
				out.unknown = append(out.unknown, c)
			default:
				c.sure = true
				out.known = append(out.known, c)
			}
		}
	}
	sortConnections(out.known)
	sortConnections(out.unknown)
	return out
}

// isWithinOne reports whether an entry is about traffic of one party with itself.
func (e diffEntry) isWithinOne() bool {
	return e.from.outside.IsEmpty() && e.to.outside.IsEmpty() && len(e.from.workloads) == 1 && slices.Equal(e.from.workloads, e.to.workloads)
}

// pairs returns an entry end by end, the outside as a whole.
func (d *diff) pairs(e diffEntry) []connection {
	said := &saying{text: e.traffic.key}
	for _, t := range e.traffic.entries() {
		if n := len(said.entries); n == 0 || said.entries[n-1] != t.trafficEntry {
			said.entries = append(said.entries, t.trafficEntry)
		}
	}
	type pair struct {
		from, to     model.Identity
		fromAt, toAt string
	}
	at := map[pair]int{}
	var out []connection
	for _, from := range e.from.classes {
		for _, to := range e.to.classes {
			if from.v6 != to.v6 {
				continue
			}
			for _, src := range d.partiesOf(from, e.someAddrs) {
				for _, dst := range d.partiesOf(to, e.someAddrs) {
					key := pair{src.ID, dst.ID, src.Addrs.String(), dst.Addrs.String()}
					if _, ok := at[key]; ok {
						continue
					}
					at[key] = len(out)
					c := connection{from: end{src.ID, src.Addrs}, to: end{dst.ID, dst.Addrs}, said: said, family: e.family}
					c.fromAt, c.toAt = d.meant(src), d.meant(dst)
					out = append(out, c)
				}
			}
		}
	}
	return out
}

// partiesOf takes a class apart: its parties, and the outside as one.
func (d *diff) partiesOf(c endClass, someAddrs bool) []model.EndpointEntry {
	var out []model.EndpointEntry
	if c.outside {
		return []model.EndpointEntry{{ID: model.Outside, Addrs: uniteAddrs(c.blocks)}}
	}
	for _, id := range c.ids {
		out = append(out, model.EndpointEntry{ID: id, Addrs: d.addrsIn(c, id, someAddrs)})
	}
	return out
}

// meant returns the addresses at which a party is meant; none where it is meant at all of a family.
func (d *diff) meant(e model.EndpointEntry) model.AddrSet {
	if e.ID == model.Outside || e.Addrs.Equal(allOfFamilies(e.ID, e.Addrs, d.inv)) {
		return model.AddrSet{}
	}
	return e.Addrs
}

// listing returns the entries for people: what passes, and then what is not known.
func (d *diff) listing() string {
	var b strings.Builder
	last := ""
	var rows [][]string
	flush := func() {
		if len(rows) > 1 {
			b.WriteString(table(rows))
		}
	}
	for _, e := range d.entries {
		heading := ""
		if e.what == unknown {
			heading = "\nunknown, depending on what could not be resolved:\n"
			if e.gaveUp {
				heading = "\nunknown, not worked out, as the rules overlap in too many ways; explain answers for one connection:\n"
			}
		}
		if rows == nil || heading != last {
			flush()
			b.WriteString(heading)
			rows, last = [][]string{{"FROM", "TO", "TRAFFIC"}}, heading
		}
		rows = append(rows, []string{d.inFull(e.from), d.inFull(e.to), e.trafficText()})
	}
	flush()
	if len(d.entries) == 0 || d.entries[0].what == unknown {
		return "no connection is known to be admitted\n" + b.String()
	}
	return b.String()
}

// inFull names an end with all of its parties and addresses.
func (d *diff) inFull(s diffSide) string {
	if len(s.at) == 0 && len(s.workloads) == len(d.inv.Members) && s.outside.Covers(d.inv.Addrs(model.Outside)) {
		return "everybody"
	}
	var parts []string
	if len(s.at) == 0 && len(s.workloads) == len(d.inv.Members) && len(s.workloads) > 2 {
		parts = append(parts, "every group")
	} else {
		for _, w := range s.workloads {
			name := string(w)
			if a, ok := s.at[w]; ok {
				name += " at " + d.atText(w, a)
			}
			parts = append(parts, name)
		}
	}
	if !s.outside.IsEmpty() {
		parts = append(parts, rangeText(s.outside))
	}
	return strings.Join(parts, ", ")
}

// atText names addresses of a party, a whole family by its name.
func (d *diff) atText(id model.Identity, at model.AddrSet) string {
	switch all := d.inv.Addrs(id); {
	case at.Equal(all.V4()):
		return "IPv4"
	case at.Equal(all.V6()):
		return "IPv6"
	}
	return rangeText(at)
}
