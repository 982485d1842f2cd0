package main

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
)

// diffEntry is one line of a diff: the same traffic from each of some ends to each of others.
type diffEntry struct {
	what     diffKind
	from, to diffSide
	traffic  exactTraffic
	// family is "IPv4" or "IPv6" where the change is about that family only and the ends
	// do not show it.
	family string
	risk   risk
	// example is a connection of the entry, examples one for each family that it is about.
	example  model.Flow
	examples map[bool]model.Flow // by whether it is IPv6
	because  []diffReason
	// forced entries are what the target of the translation cannot express.
	forced bool
	// someAddrs and gaveUp: see diffSection.
	someAddrs, gaveUp bool
}

// diffSide is one end of an entry.
type diffSide struct {
	// workloads are names, sorted.
	workloads []model.Identity
	// outside is as it is printed: see endClass.
	outside model.AddrSet
	// at is where workloads are meant, if not at all of their addresses; by workload.
	at map[model.Identity]model.AddrSet
	// classes are what the side is made of.
	classes []endClass
}

// diff is what there is to report, in order.
type diff struct {
	comparison
	reasoner *reasoner
	entries  []diffEntry
	// textOnly is how many rules differ in text and in nothing else.
	textOnly int
}

// newDiff works out what there is to report about a comparison.
func newDiff(c comparison) diff {
	d := diff{comparison: c, reasoner: newReasoner(c)}
	sections := c.sections()
	d.enter(sections, d.reasoner.reasons)
	if c.textual {
		d.textOnly = textOnly(c, sections)
	}
	return d
}

// enter adds the entries of sections, in order; because gives the reasons of one.
func (d *diff) enter(sections []diffSection, because func(diffEntry, model.Region) []diffReason) {
	boxes := make([][]model.Box, len(sections))
	for i, s := range sections {
		boxes[i] = s.region.Boxes()
	}
	k := newClassifier(d.inv, boxes)
	for i, s := range sections {
		if len(boxes[i]) == 0 {
			continue
		}
		srcs, dsts := k.classes(boxes[i], asSource, s.someAddrs), k.classes(boxes[i], asDestination, s.someAddrs)
		var entries []diffEntry
		for _, x := range rowsOf(srcs, dsts, boxes[i]) {
			entries = append(entries, diffEntry{what: s.what, someAddrs: s.someAddrs, forced: s.forced, gaveUp: s.gaveUp, traffic: x.traffic,
				from: d.side(x.src, srcs, s.someAddrs), to: d.side(x.dst, dsts, s.someAddrs)})
		}
		for _, e := range d.finished(entries, s.region) {
			e.because = because(e, s.region)
			d.entries = append(d.entries, e)
		}
	}
	slices.SortStableFunc(d.entries, diffEntry.compare)
}

// compare orders entries by what changed, risk and ends.
func (e diffEntry) compare(o diffEntry) int {
	return cmp.Or(cmp.Compare(e.what, o.what), cmp.Compare(btoi(e.someAddrs), btoi(o.someAddrs)),
		cmp.Compare(btoi(e.forced), btoi(o.forced)), cmp.Compare(btoi(e.gaveUp), btoi(o.gaveUp)), cmp.Compare(e.risk.rank(), o.risk.rank()),
		e.from.compare(o.from), e.to.compare(o.to), cmp.Compare(e.traffic.key, o.traffic.key), cmp.Compare(e.family, o.family))
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (r risk) rank() int { return slices.Index([]risk{riskInternet, riskWide, riskInternal}, r) }

func (s diffSide) compare(o diffSide) int {
	return cmp.Or(slices.Compare(s.workloads, o.workloads), strings.Compare(addrsKey(s.outside), addrsKey(o.outside)))
}

// finished returns entries of a section with those of two families joined that read the same, and
// with all that follows from their ends.
func (d diff) finished(entries []diffEntry, region model.Region) []diffEntry {
	at := map[string]int{}
	var out []diffEntry
	for _, e := range entries {
		key := strings.Join([]string{e.from.key(), e.to.key(), e.traffic.key}, "\x00")
		if i, ok := at[key]; ok && !e.someAddrs {
			out[i].join(e)
			continue
		}
		at[key] = len(out)
		out = append(out, e)
	}
	out = slices.DeleteFunc(out, d.isNobody)
	for i := range out {
		e := &out[i]
		e.family = d.familyOf(*e)
		e.risk = riskOf(e.from, e.to)
		d.giveExamples(e, region)
	}
	return out
}

func (e *diffEntry) join(o diffEntry) {
	e.from.join(o.from)
	e.to.join(o.to)
	e.traffic.everything = e.traffic.everything.union(o.traffic.everything)
	e.traffic.set = e.traffic.set.union(o.traffic.set)
}

func (s *diffSide) join(o diffSide) {
	s.outside = s.outside.Union(o.outside)
	s.classes = append(s.classes, o.classes...)
}

// key is the same for sides of two families that are to be joined.
func (s diffSide) key() string {
	var b strings.Builder
	for _, w := range s.workloads {
		b.WriteString(string(w))
		b.WriteByte('\n')
	}
	if !s.outside.IsEmpty() {
		b.WriteByte('*')
	}
	return b.String()
}

func (d diff) side(at []int, classes []endClass, someAddrs bool) diffSide {
	s := diffSide{at: map[model.Identity]model.AddrSet{}}
	for _, i := range at {
		c := classes[i]
		s.classes = append(s.classes, c)
		if c.outside {
			s.outside = s.outside.Union(uniteAddrs(c.blocks))
		}
		for _, id := range c.ids {
			for _, w := range d.workloads(id) {
				s.workloads = append(s.workloads, w)
				if someAddrs && !c.addrs.Equal(d.inv.Addrs(id)) {
					s.at[w] = s.at[w].Union(c.addrs)
				}
			}
		}
	}
	slices.Sort(s.workloads)
	s.workloads = slices.Compact(s.workloads)
	return s
}

// isNobody reports whether an entry is about traffic of one endpoint with itself.
func (d diff) isNobody(e diffEntry) bool {
	return e.from.outside.IsEmpty() && e.to.outside.IsEmpty() && len(e.from.workloads) == 1 &&
		slices.Equal(e.from.workloads, e.to.workloads) && d.isSolo(e.from.classes[0].ids[0], e.to.classes[0].ids[0])
}

// isSolo reports whether two members are one endpoint.
func (d diff) isSolo(from, to model.Identity) bool { return from == to && d.solo[from] }

// familyOf names the family of an entry where workloads of both ends have the other family too.
func (d diff) familyOf(e diffEntry) string {
	if e.someAddrs {
		return ""
	}
	v6 := e.from.classes[0].v6
	for _, c := range e.from.classes {
		if c.v6 != v6 {
			return ""
		}
	}
	holds := func(s diffSide) bool {
		return slices.ContainsFunc(s.classes, func(c endClass) bool {
			return slices.ContainsFunc(c.ids, func(id model.Identity) bool { return d.hasFamily(id, !v6) })
		})
	}
	if !holds(e.from) || !holds(e.to) {
		return ""
	}
	if v6 {
		return "IPv6"
	}
	return "IPv4"
}

// hasFamily reports whether a member holds addresses of a family.
func (d diff) hasFamily(id model.Identity, v6 bool) bool {
	return !familyAddrs(d.inv.Addrs(id), v6).IsEmpty()
}

func familyAddrs(a model.AddrSet, v6 bool) model.AddrSet {
	if v6 {
		return a.V6()
	}
	return a.V4()
}

// addrsIn returns the addresses that a member holds in a class.
func (d diff) addrsIn(c endClass, id model.Identity, someAddrs bool) model.AddrSet {
	if c.outside || someAddrs {
		return c.addrs
	}
	return familyAddrs(d.inv.Addrs(id), c.v6)
}

// giveExamples finds a connection for each family of an entry, with a stranger where there is one.
func (d diff) giveExamples(e *diffEntry, region model.Region) {
	e.examples = map[bool]model.Flow{}
	for _, from := range strangersFirst(e.from.classes) {
		for _, to := range strangersFirst(e.to.classes) {
			if _, ok := e.examples[from.v6]; ok || from.v6 != to.v6 {
				continue
			}
			src, dst, ok := d.pair(from, to)
			if !ok {
				continue
			}
			box := model.Box{
				Src:     model.EndpointAt(src, usual(d.addrsIn(from, src, e.someAddrs), from)),
				Dst:     model.EndpointAt(dst, usual(d.addrsIn(to, dst, e.someAddrs), to)),
				Traffic: e.traffic.services(),
			}
			if f, ok := model.NewRegion(box).Intersect(region).Example(); ok {
				e.examples[from.v6] = f
			}
		}
	}
	f, ok := e.examples[false]
	if !ok {
		f = e.examples[true]
	}
	e.example = f
}

// usual returns the private addresses among those of a member, where there are any: they read best.
func usual(addrs model.AddrSet, c endClass) model.AddrSet {
	private := addrs.Intersect(model.MustPrefixes("10.0.0.0/8", "fd00::/8"))
	if c.outside || private.IsEmpty() {
		return addrs
	}
	return private
}

// pair returns two ends that are not one endpoint.
func (d diff) pair(from, to endClass) (src, dst model.Identity, ok bool) {
	for _, src := range from.members() {
		for _, dst := range to.members() {
			if !d.isSolo(src, dst) {
				return src, dst, true
			}
		}
	}
	return "", "", false
}

// members returns the class's members, or the outside.
func (c endClass) members() []model.Identity {
	if c.outside {
		return []model.Identity{model.Outside}
	}
	return c.ids
}

// strangersFirst returns the classes with those of the outside first, IPv4 before IPv6.
func strangersFirst(cs []endClass) []endClass {
	cs = slices.Clone(cs)
	slices.SortStableFunc(cs, func(a, b endClass) int {
		return cmp.Or(cmp.Compare(btoi(b.outside), btoi(a.outside)), cmp.Compare(btoi(a.v6), btoi(b.v6)))
	})
	return cs
}

// anAddress returns an address of a set that reads well: a documentation address for strangers (RFC 5737, RFC 3849), else one
// a little above the start.
func anAddress(a model.AddrSet) netip.Addr {
	for _, nice := range []netip.Addr{
		netip.AddrFrom4([4]byte{203, 0, 113, 10}), netip.AddrFrom4([4]byte{198, 51, 100, 10}),
		netip.AddrFrom16([16]byte{0x20, 0x01, 0x0d, 0xb8, 15: 0x10}),
	} {
		if a.Contains(nice) {
			return nice
		}
	}
	r := a.Ranges()[0]
	out := r.From()
	for range 4 {
		if out != r.To() {
			out = out.Next()
		}
	}
	return out
}
