package model

import (
	"maps"
	"slices"

	"go4.org/netipx"
)

// valueRow is peers that are alike, in entries that hold several values: addresses of one
// family, or peers that are no addresses.
type valueRow struct {
	addrs AddrSet
	peers []string
	units []unit    // what has to be admitted; their peers do not count
	free  []service // what is admitted already
}

// groupAddrs covers units of one family with entries of several CIDR blocks or services.
func (m *minimiser) groupAddrs(target string, us []unit) ([]listEntry, int) {
	var rows []valueRow
	var starts []key
	for _, u := range us {
		a := areaOf(rect{u.prefix, u.run}).addrs
		starts = append(starts, a.first)
		if a.last != maxKey() {
			starts = append(starts, a.last.after())
		}
	}
	slices.SortFunc(starts, key.compare)
	starts = slices.Compact(starts)
	for i, first := range starts {
		last := maxKey()
		if i+1 < len(starts) {
			last = starts[i+1].before()
		}
		var here []unit
		for _, u := range us {
			a := areaOf(rect{u.prefix, u.run}).addrs
			if a.first.compare(first) <= 0 && last.compare(a.last) <= 0 {
				here = append(here, u)
			}
		}
		m.budget.spend(len(us))
		if len(here) > 0 {
			family := uint64(family6)
			if us[0].prefix.Addr().Is4() {
				family = family4
			}
			rows = append(rows, valueRow{addrs: AddrRange(keyAddr(first, family), keyAddr(last, family)), units: here})
		}
	}
	return m.groupRows(target, rows)
}

// groupRows covers rows with entries of the form: the channels one by one, or together
// where an entry may name several protocols.
func (m *minimiser) groupRows(target string, rows []valueRow) ([]listEntry, int) {
	var all []unit
	for _, r := range rows {
		all = append(all, r.units...)
	}
	channels := channelsOf(all)
	if m.options.Form.Protocols > 1 && m.options.Form.Services > 1 {
		return m.groupChannels(target, rows, channels)
	}
	var out []listEntry
	lower := 0
	for _, c := range channels {
		es, low := m.groupChannels(target, rows, []channel{c})
		out, lower = append(out, es...), lower+low
	}
	return out, lower
}

// valueTable is rows and columns: what may be admitted to each row, and what must be. Rows
// are distinct, and so are columns.
type valueTable struct {
	rows        []valueRow
	columns     [][]service // each column's services, which no entry needs to tell apart
	allow, need []bitset    // by row: columns
}

// groupChannels covers some channels of the rows.
func (m *minimiser) groupChannels(target string, rows []valueRow, channels []channel) ([]listEntry, int) {
	single := m.options.Form.Services == 1
	t := newValueTable(rows, channels, single)
	sets, ok := t.candidates(single, &m.budget)
	var chosen []valueSet
	lower := 0
	if cells := t.cells(sets, &m.budget); ok && cells != nil {
		c := coverAll(cells, len(sets), nil, &m.budget)
		lower = c.lower
		for _, s := range c.chosen {
			chosen = append(chosen, sets[s])
		}
	} else {
		chosen = t.rowByRow(single)
	}
	t.trim(chosen)
	var out []listEntry
	for _, s := range chosen {
		e := listEntry{action: Allow, target: target, services: t.services(s.columns)}
		e.addrs, e.peers = t.peers(s.rows)
		out = append(out, m.cut(e)...)
	}
	return out, lower
}

// traffic returns, of one channel, what a row admits and what it needs.
func (r valueRow) traffic(c channel) (allow, need []run) {
	var own, above []run
	for _, u := range r.units {
		switch {
		case u.channel == c:
			own = append(own, u.run)
		case slices.Contains(c.above(), u.channel):
			above = append(above, u.run)
		}
	}
	for _, f := range r.free {
		if f.channel == c || slices.Contains(c.above(), f.channel) {
			above = append(above, f.run)
		}
	}
	above = normalRuns(above)
	return normalRuns(slices.Concat(own, above)), subtractRuns(normalRuns(own), above)
}

// valueColumn is a column while the table is made.
type valueColumn struct {
	services    []service
	allow, need bitset // by row
}

// newValueTable makes the table of some channels. Where entries hold a single run,
// every run is a column of its own; elsewhere runs that are admitted alike are one.
func newValueTable(rows []valueRow, channels []channel, single bool) valueTable {
	order := valueColumns(rows, channels, single)
	t := valueTable{}
	for _, c := range order {
		t.columns = append(t.columns, c.services)
	}
	index := map[string]int{}
	for r := range rows {
		allow, need := newBitset(len(order)), newBitset(len(order))
		for i, c := range order {
			if c.allow.has(r) {
				allow.set(i)
			}
			if c.need.has(r) {
				need.set(i)
			}
		}
		k := allow.key() + need.key()
		i, ok := index[k]
		if !ok {
			i = len(t.rows)
			index[k] = i
			t.rows, t.allow, t.need = append(t.rows, valueRow{}), append(t.allow, allow), append(t.need, need)
		}
		t.rows[i].addrs = t.rows[i].addrs.Union(rows[r].addrs)
		t.rows[i].peers = append(t.rows[i].peers, rows[r].peers...)
	}
	return t
}

// valueColumns cuts the traffic of the channels where what is admitted or needed changes for
// some row.
func valueColumns(rows []valueRow, channels []channel, single bool) []*valueColumn {
	columns := map[string]*valueColumn{}
	var order []*valueColumn
	for _, c := range channels {
		allow, need := make([][]run, len(rows)), make([][]run, len(rows))
		var cuts []int
		for i, r := range rows {
			allow[i], need[i] = r.traffic(c)
			for _, x := range slices.Concat(allow[i], need[i]) {
				cuts = append(cuts, x.first, x.last+1)
			}
		}
		slices.Sort(cuts)
		cuts = slices.Compact(cuts)
		for i := 0; i+1 < len(cuts); i++ {
			s := service{c, run{cuts[i], cuts[i+1] - 1}}
			n := valueColumn{allow: newBitset(len(rows)), need: newBitset(len(rows))}
			for r := range rows {
				if coversRun(allow[r], s.run) {
					n.allow.set(r)
				}
				if coversRun(need[r], s.run) {
					n.need.set(r)
				}
			}
			if n.allow.isEmpty() {
				continue
			}
			k := n.allow.key() + n.need.key()
			if columns[k] == nil || single {
				columns[k] = &n
				order = append(order, &n)
			}
			columns[k].services = append(columns[k].services, s)
		}
	}
	return order
}

// key spells the set.
func (b bitset) key() string {
	out := make([]byte, 0, 8*len(b))
	for _, w := range b {
		for i := range 8 {
			out = append(out, byte(w>>(8*i)))
		}
	}
	return string(out)
}

// valueSet is rows that all admit some columns: what one entry may say.
type valueSet struct{ rows, columns bitset }

// maxConcepts bounds the number of largest entries that are looked at; there can be
// exponentially many.
const maxConcepts = 4096

// candidates returns the largest entries that admit nothing new: the closure of the rows under
// intersection and, where an entry holds one run, its pieces. It returns false when there are
// too many.
func (t valueTable) candidates(single bool, b *budget) ([]valueSet, bool) {
	seen := map[string]bool{}
	var intents []bitset
	add := func(s bitset) {
		if k := s.key(); !seen[k] && !s.isEmpty() {
			seen[k] = true
			intents = append(intents, s)
		}
	}
	for _, row := range t.allow {
		for _, s := range slices.Clone(intents) {
			both := slices.Clone(s)
			for i := range both {
				both[i] &= row[i]
			}
			add(both)
		}
		add(row)
		if len(intents) > maxConcepts || !b.spend(len(intents)*len(row)) {
			return nil, false
		}
	}
	if single {
		whole := intents
		intents, seen = nil, map[string]bool{}
		for _, s := range whole {
			for _, piece := range t.split(s) {
				add(piece)
			}
		}
	}
	out := make([]valueSet, len(intents))
	for i, s := range intents {
		out[i] = valueSet{newBitset(len(t.rows)), s}
		for r, allow := range t.allow {
			if s.within(allow) {
				out[i].rows.set(r)
			}
		}
	}
	return out, b.spend(len(intents) * len(t.rows))
}

// split cuts columns, each of which is one run, into those that a run can say together.
func (t valueTable) split(columns bitset) []bitset {
	var out []bitset
	for _, s := range t.services(columns) {
		piece := newBitset(len(t.columns))
		for _, c := range columns.members() {
			if slices.ContainsFunc(t.columns[c], s.covers) {
				piece.set(c)
			}
		}
		out = append(out, piece)
	}
	return out
}

// cells returns the cells to be covered as coverAll wants them; nil when there are too
// many.
func (t valueTable) cells(sets []valueSet, b *budget) [][]int32 {
	out := [][]int32{}
	for r, need := range t.need {
		for _, c := range need.members() {
			if !b.spend(len(sets)) {
				return nil
			}
			var in []int32
			for i, s := range sets {
				if s.rows.has(r) && s.columns.has(c) {
					in = append(in, int32(i))
				}
			}
			out = append(out, in)
		}
	}
	return out
}

// rowByRow is a cover that needs no search.
func (t valueTable) rowByRow(single bool) []valueSet {
	var out []valueSet
	for r, need := range t.need {
		if need.isEmpty() {
			continue
		}
		rows := newBitset(len(t.rows))
		rows.set(r)
		if !single {
			out = append(out, valueSet{rows, need})
			continue
		}
		for _, p := range t.split(need) {
			out = append(out, valueSet{rows, p})
		}
	}
	return out
}

// trim takes rows and columns out of entries where other entries say the same and this one
// becomes no longer for it.
func (t valueTable) trim(sets []valueSet) {
	for i, s := range slices.Backward(sets) {
		for _, r := range s.rows.members() {
			less := slices.Clone(s.rows)
			less.clear(r)
			if !less.isEmpty() && t.needless(sets, i, r, s.columns) && t.peerCount(less) <= t.peerCount(s.rows) {
				s.rows = less
				sets[i] = s
			}
		}
		for _, c := range s.columns.members() {
			less := slices.Clone(s.columns)
			less.clear(c)
			one := newBitset(len(t.columns))
			one.set(c)
			all := true
			for _, r := range s.rows.members() {
				all = all && t.needless(sets, i, r, one)
			}
			if all && !less.isEmpty() && len(t.services(less)) <= len(t.services(s.columns)) {
				s.columns = less
				sets[i] = s
			}
		}
	}
}

// needless reports whether what a row needs of the columns is in other sets than
// the one at a place.
func (t valueTable) needless(sets []valueSet, at, row int, columns bitset) bool {
	left := slices.Clone(t.need[row])
	for i := range left {
		left[i] &= columns[i]
	}
	for i, s := range sets {
		if i != at && s.rows.has(row) {
			left.remove(s.columns)
		}
	}
	return left.isEmpty()
}

func (t valueTable) peerCount(rows bitset) int {
	addrs, peers := t.peers(rows)
	return len(addrs.Prefixes()) + len(peers)
}

// peers returns who is in the rows.
func (t valueTable) peers(rows bitset) (AddrSet, []string) {
	var b netipx.IPSetBuilder
	var peers []string
	for _, r := range rows.members() {
		for _, x := range t.rows[r].addrs.ranges {
			b.AddRange(x)
		}
		peers = append(peers, t.rows[r].peers...)
	}
	slices.Sort(peers)
	return addrSet(&b), peers
}

// services returns what the columns hold, as few services as can be; what a
// channel above says is not repeated.
func (t valueTable) services(columns bitset) []service {
	runs := map[channel][]run{}
	for _, c := range columns.members() {
		for _, s := range t.columns[c] {
			runs[s.channel] = append(runs[s.channel], s.run)
		}
	}
	var out []service
	for _, c := range slices.SortedFunc(maps.Keys(runs), channel.compare) {
		for _, r := range c.pieces(normalRuns(runs[c])) {
			out = append(out, service{c, r})
		}
	}
	return slices.DeleteFunc(slices.Clone(out), func(s service) bool {
		return slices.ContainsFunc(out, func(o service) bool { return o != s && o.covers(s) })
	})
}
