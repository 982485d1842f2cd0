package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
)

// diffRow is traffic from each of some classes of sources to each of some of destinations, by index. Rows of one section
// have no connection in common.
type diffRow struct {
	src, dst []int
	traffic  exactTraffic
}

// rower makes rows of a section.
type rower struct {
	srcs, dsts []endClass
	boxes      []model.Box
	known      map[string]exactTraffic
}

// rowsOf returns the section's boxes in the fewest rows found. It tries two ways: first whole
// traffic, then protocol by protocol and port by port.
func rowsOf(srcs, dsts []endClass, boxes []model.Box) []diffRow {
	r := rower{srcs: srcs, dsts: dsts, boxes: boxes, known: map[string]exactTraffic{}}
	cells := r.cells()
	best := fewest(cells)
	if parts, ok := trafficParts(best); ok && len(parts) > 1 {
		var split []diffRow
		for _, part := range parts {
			split = append(split, fewest(inPart(cells, part))...)
		}
		if split = joinTraffic(split); len(split) < len(best) {
			best = split
		}
	}
	return best
}

// cells returns a row for each two classes that any box has a connection between.
func (r rower) cells() []diffRow {
	in := map[[2]int][]int{} // boxes by classes
	srcs, dsts := byBox(r.srcs, len(r.boxes)), byBox(r.dsts, len(r.boxes))
	var order [][2]int
	for b := range r.boxes {
		for _, s := range srcs[b] {
			for _, d := range dsts[b] {
				if r.srcs[s].v6 != r.dsts[d].v6 {
					continue
				}
				at := [2]int{s, d}
				if in[at] == nil {
					order = append(order, at)
				}
				in[at] = append(in[at], b)
			}
		}
	}
	slices.SortFunc(order, func(a, b [2]int) int { return slices.Compare(a[:], b[:]) })
	out := make([]diffRow, len(order))
	for i, at := range order {
		out[i] = diffRow{src: at[:1], dst: at[1:], traffic: r.traffic(in[at], r.srcs[at[0]])}
	}
	return out
}

// byBox returns the classes in each of n boxes.
func byBox(classes []endClass, n int) [][]int {
	out := make([][]int, n)
	for i, c := range classes {
		for _, b := range c.boxes {
			out[b] = append(out[b], i)
		}
	}
	return out
}

// traffic returns what boxes hold together, for a source.
func (r rower) traffic(boxes []int, src endClass) exactTraffic {
	key := fmt.Sprint(boxes, src.ports, src.v6)
	t, ok := r.known[key]
	if !ok {
		var all model.Traffic
		for _, b := range boxes {
			all = append(all, r.boxes[b].Traffic...)
		}
		t = newExactTraffic(all, src)
		r.known[key] = t
	}
	return t
}

// fewest joins rows of the same traffic that share their sources or their destinations, first the ones
// and then the others, and returns the better of both orders.
func fewest(rows []diffRow) []diffRow {
	bySrc := joinUntilStable(rows, joinDst, joinSrc)
	byDst := joinUntilStable(rows, joinSrc, joinDst)
	if len(byDst) < len(bySrc) {
		return byDst
	}
	return bySrc
}

func joinUntilStable(rows []diffRow, steps ...func([]diffRow) []diffRow) []diffRow {
	for {
		before := len(rows)
		for _, step := range steps {
			rows = step(rows)
		}
		if len(rows) == before {
			return rows
		}
	}
}

// joinDst joins rows that differ in destinations alone.
func joinDst(rows []diffRow) []diffRow {
	return join(rows, func(r diffRow) string { return fmt.Sprint(r.src) + r.traffic.key },
		func(into *diffRow, r diffRow) { into.dst = append(slices.Clip(into.dst), r.dst...) })
}

// joinSrc joins rows that differ in sources alone.
func joinSrc(rows []diffRow) []diffRow {
	return join(rows, func(r diffRow) string { return fmt.Sprint(r.dst) + r.traffic.key },
		func(into *diffRow, r diffRow) { into.src = append(slices.Clip(into.src), r.src...) })
}

// joinTraffic joins rows that differ in traffic alone.
func joinTraffic(rows []diffRow) []diffRow {
	return join(rows, func(r diffRow) string { return fmt.Sprint(r.src, r.dst) },
		func(into *diffRow, r diffRow) { into.traffic = into.traffic.union(r.traffic) })
}

func join(rows []diffRow, key func(diffRow) string, add func(*diffRow, diffRow)) []diffRow {
	at := map[string]int{}
	var out []diffRow
	for _, r := range rows {
		k := key(r)
		i, ok := at[k]
		if !ok {
			at[k] = len(out)
			out = append(out, r)
			continue
		}
		add(&out[i], r)
	}
	for i := range out {
		slices.Sort(out[i].src)
		slices.Sort(out[i].dst)
	}
	return out
}

// mostParts bounds the second way of making rows; beyond it the first has to do.
const mostParts = 64

// trafficParts cuts the traffic of rows into sets that each row has wholly or not at all.
func trafficParts(rows []diffRow) ([]trafficSet, bool) {
	var parts []trafficSet
	seen := map[string]bool{}
	for _, r := range rows {
		if seen[r.traffic.key] {
			continue
		}
		seen[r.traffic.key] = true
		rest := r.traffic.set
		var next []trafficSet
		for _, p := range parts {
			for _, half := range []trafficSet{p.intersect(r.traffic.set), p.subtract(r.traffic.set)} {
				if !half.isEmpty() {
					next = append(next, half)
				}
			}
			rest = rest.subtract(p)
		}
		if !rest.isEmpty() {
			next = append(next, rest)
		}
		if parts = next; len(parts) > mostParts {
			return nil, false
		}
	}
	return parts, true
}

// inPart returns the rows with as much of their traffic as is in a part.
func inPart(rows []diffRow, part trafficSet) []diffRow {
	type kind struct {
		key string
		v6  bool
	}
	known := map[kind]exactTraffic{}
	var out []diffRow
	for _, r := range rows {
		k := kind{r.traffic.key, r.traffic.v6}
		t, ok := known[k]
		if !ok {
			t = r.traffic.within(part)
			known[k] = t
		}
		if r.traffic = t; !t.set.isEmpty() {
			out = append(out, r)
		}
	}
	return out
}

// exactTraffic is the traffic of a row, with source ports where they are not all that the source may use.
type exactTraffic struct {
	set trafficSet
	// everything is what the family carries.
	everything trafficSet
	v6         bool
	// key is the same for traffic that reads the same; "any" is, in both families.
	key string
}

func newExactTraffic(t model.Traffic, src endClass) exactTraffic {
	plain := make(model.Traffic, len(t))
	for i, s := range t {
		if s.Src.First <= src.ports.First && src.ports.Last <= s.Src.Last {
			s.Src = model.AllPorts()
		}
		plain[i] = s
	}
	set := trafficSet{model.NewRegion(model.Box{Src: fixedEnd(), Dst: fixedEnd(), Traffic: plain})}
	icmp := model.ICMPv6
	if src.v6 {
		icmp = model.ICMP
	}
	foreign := trafficOf(model.Traffic{model.AllOf(icmp)})
	return exactTraffic{set: set, everything: trafficOf(model.Traffic{model.AllTraffic()}).subtract(foreign), v6: src.v6}.keyed()
}

func (t exactTraffic) keyed() exactTraffic {
	t.key = t.text()
	return t
}

func (t exactTraffic) union(o exactTraffic) exactTraffic {
	t.set, t.everything = t.set.union(o.set), t.everything.union(o.everything)
	return t.keyed()
}

func (t exactTraffic) within(part trafficSet) exactTraffic {
	t.set = t.set.intersect(part)
	return t.keyed()
}

// services returns the traffic in the model's terms.
func (t exactTraffic) services() model.Traffic {
	var out model.Traffic
	for _, b := range t.set.region.Boxes() {
		out = append(out, b.Traffic...)
	}
	return out
}

// portedEntry is a trafficEntry with source ports.
type portedEntry struct {
	trafficEntry
	// SourcePorts is a range "1024-32767"; empty: every port from which the source may call.
	SourcePorts string `json:"sourcePorts,omitempty"`
}

// entries returns the traffic as entries, those from every source port first.
func (t exactTraffic) entries() []portedEntry {
	byPorts := map[model.PortRange]model.Traffic{}
	for _, s := range t.services() {
		from := model.AllPorts()
		if s.Protocol.HasPorts() {
			from, s.Src = s.Src, from
		}
		byPorts[from] = append(byPorts[from], s)
	}
	var out []portedEntry
	for from, traffic := range byPorts {
		for _, e := range trafficOf(traffic).entries(t.everything) {
			p := portedEntry{trafficEntry: e}
			if !from.IsAll() {
				p.SourcePorts = from.String()
			}
			out = append(out, p)
		}
	}
	slices.SortStableFunc(out, func(a, b portedEntry) int { return strings.Compare(a.SourcePorts, b.SourcePorts) })
	return out
}

// text writes the traffic on one line. Most protocols are told by what is lacking.
func (t exactTraffic) text() string {
	entries := t.entries()
	if len(entries) > 128 {
		lacking := t
		lacking.set = t.everything.subtract(t.set)
		if lacking.set.isEmpty() {
			return "any"
		}
		return "any but " + joinEntries(lacking.entries())
	}
	return joinEntries(entries)
}

func joinEntries(entries []portedEntry) string {
	parts := make([]string, len(entries))
	for i, e := range entries {
		parts[i] = e.String()
		if e.SourcePorts != "" {
			parts[i] += " from port " + e.SourcePorts
		}
	}
	return strings.Join(parts, ", ")
}
