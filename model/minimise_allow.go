package model

import (
	"cmp"
	"maps"
	"net/netip"
	"slices"
)

// searchAllows looks for the fewest entries that match what the rules match,
// and a number that no list can go below.
//
// The list falls apart: by target, by family, by protocol, and into each peer that is no
// address. What entries for every protocol match is fixed first, one entry for each of
// the fewest CIDR blocks, because some protocol is named by no rule and needs them all; entries of a
// single protocol may then repeat of it as much as helps them. The bounds add up as long as the parts are
// unrelated, see lowerHolds.
func (m *minimiser) searchAllows() ([]listEntry, int) {
	var out []listEntry
	lower := 0
	add := func(es []listEntry, low int) { out, lower = append(out, es...), lower+low }
	for _, target := range m.order {
		a := m.allowsOf(target)
		for _, us := range [][]unit{a.four, a.six} {
			if m.options.Form.Prefixes == 1 && m.options.Form.Services == 1 {
				add(m.coverAddrs(target, us))
			} else {
				add(m.groupAddrs(target, us))
			}
		}
		add(m.coverPeers(target, a))
	}
	if !m.lowerHolds() {
		lower = 0
	}
	return out, lower
}

// lowerHolds reports whether the parts that are searched one by one are
// unrelated: one target, no source ports that are parts of each other in several ways, and some
// protocol that no rule names.
func (m *minimiser) lowerHolds() bool {
	protocols := map[Protocol]bool{}
	for _, u := range m.units {
		if !u.channel.src.IsAll() {
			return false
		}
		protocols[u.channel.protocol] = true
	}
	delete(protocols, AnyProtocol)
	return len(m.order) <= 1 && len(protocols) < 256
}

// allows is the units of one target.
type allows struct {
	four, six []unit
	others    map[string][]unit // by peer
}

func (m *minimiser) allowsOf(target string) allows {
	a := allows{others: map[string][]unit{}}
	for _, u := range m.units {
		switch {
		case u.target != target:
		case !u.prefix.IsValid():
			a.others[u.peer] = append(a.others[u.peer], u)
		case u.prefix.Addr().Is4():
			a.four = append(a.four, u)
		default:
			a.six = append(a.six, u)
		}
	}
	return a
}

// channelsOf returns the channels of units, those that are above others first.
func channelsOf(us []unit) []channel {
	set := map[channel]bool{}
	for _, u := range us {
		set[u.channel] = true
	}
	return slices.SortedFunc(maps.Keys(set), func(a, b channel) int {
		return cmp.Or(cmp.Compare(len(a.above()), len(b.above())), a.compare(b))
	})
}

// claimsOf returns what units say about a channel; what channels above it say is
// free.
func claimsOf(us []unit, c channel) []claim {
	above := c.above()
	var out []claim
	for _, u := range us {
		if u.channel == c {
			out = append(out, claim{prefix: u.prefix, run: u.run})
		} else if slices.Contains(above, u.channel) {
			out = append(out, claim{prefix: u.prefix, run: u.run, free: true})
		}
	}
	return out
}

// coverAddrs covers units of one family with entries of one value each.
func (m *minimiser) coverAddrs(target string, us []unit) ([]listEntry, int) {
	var out []listEntry
	lower := 0
	taken := map[channel][]rect{}
	for _, c := range channelsOf(us) {
		rects, low := m.coverChannel(us, c, taken)
		taken[c] = rects
		lower += low
		for _, r := range rects {
			out = append(out, unit{action: Allow, target: target, prefix: r.prefix, channel: c, run: r.run}.entry())
		}
	}
	return out, lower
}

// coverChannel covers what units say about one channel. taken is what was chosen
// for the channels above.
func (m *minimiser) coverChannel(us []unit, c channel, taken map[channel][]rect) ([]rect, int) {
	var written []rect
	for _, u := range us {
		if u.channel == c {
			written = append(written, rect{u.prefix, u.run})
		}
	}
	p, ok := newPlane(c, growTrie(claimsOf(us, c)), &m.budget)
	if !ok {
		return written, 0
	}
	known := p.largest(written)
	found := coverAll(p.cells, len(p.rects), known, &m.budget)
	rects := make([]rect, len(found.chosen))
	for i, s := range found.chosen {
		rects[i] = p.rects[s]
	}
	var above []rect
	for _, a := range c.above() {
		above = append(above, taken[a]...)
	}
	return asWritten(rects, above, written), found.lower
}

// largest returns, for each entry as it is written, the first of the largest
// rectangles that holds it.
func (p *plane) largest(written []rect) []int {
	seen := newBitset(len(p.rects))
	for _, w := range written {
		// Some rectangle holds it, for all of it is admitted.
		if i := slices.IndexFunc(p.rects, func(r rect) bool { return r.covers(w) }); i >= 0 {
			seen.set(i)
		}
	}
	return seen.members()
}

// asWritten puts back entries of the input in place of larger ones where they
// will do, so that a list changes no more than it has to. above is what is admitted by others.
func asWritten(rects, above, written []rect) []rect {
	out := slices.Clone(rects)
	for i, r := range out {
		fits := slices.DeleteFunc(slices.Clone(written), func(w rect) bool { return !r.covers(w) })
		if len(fits) == 0 || slices.Contains(fits, r) {
			continue
		}
		left := []area{areaOf(r)}
		for j, o := range slices.Concat(out, above) {
			if j != i {
				left = subtractArea(left, areaOf(o))
			}
		}
		for _, w := range fits {
			if !slices.ContainsFunc(left, func(l area) bool { return !areaOf(w).covers(l) }) {
				out[i] = w
				break
			}
		}
	}
	return out
}

// area is a rectangle whose addresses need not be a CIDR block.
type area struct {
	addrs span
	run   run
}

func areaOf(r rect) area {
	first := addrKey(r.prefix.Addr())
	last := first
	host := r.prefix.Addr().BitLen() - r.prefix.Bits()
	if host >= 64 {
		last.lo = ^uint64(0)
		last.hi |= 1<<(host-64) - 1
	} else {
		last.lo |= 1<<host - 1
	}
	return area{span{first, last}, r.run}
}

func (a area) covers(o area) bool {
	return a.addrs.first.compare(o.addrs.first) <= 0 && o.addrs.last.compare(a.addrs.last) <= 0 && a.run.covers(o.run)
}

// subtractArea returns disjoint areas for what is in as and not in o.
func subtractArea(as []area, o area) []area {
	var out []area
	for _, a := range as {
		if a.addrs.last.compare(o.addrs.first) < 0 || o.addrs.last.compare(a.addrs.first) < 0 || !a.run.overlaps(o.run) {
			out = append(out, a)
			continue
		}
		if a.addrs.first.compare(o.addrs.first) < 0 {
			out = append(out, area{span{a.addrs.first, o.addrs.first.before()}, a.run})
			a.addrs.first = o.addrs.first
		}
		if o.addrs.last.compare(a.addrs.last) < 0 {
			out = append(out, area{span{o.addrs.last.after(), a.addrs.last}, a.run})
			a.addrs.last = o.addrs.last
		}
		if a.run.first < o.run.first {
			out = append(out, area{a.addrs, run{a.run.first, o.run.first - 1}})
		}
		if o.run.last < a.run.last {
			out = append(out, area{a.addrs, run{o.run.last + 1, a.run.last}})
		}
	}
	return out
}

// everywhere returns the traffic of a channel that is admitted from every address, so that
// no other peer has to be named for it.
func everywhere(a allows, c channel) []run {
	out := []run{allWords()}
	for _, us := range [][]unit{a.four, a.six} {
		// What all of a family admits is what the root of its trie admits.
		t := growTrie(claimsOf(us, c))
		if t == nil || t.prefix.Bits() != 0 {
			return nil
		}
		out = intersectRuns(out, t.allow)
	}
	return out
}

// coverPeers covers the units whose peers are no addresses. Nothing is known of
// who they are, but that they are at some address.
func (m *minimiser) coverPeers(target string, a allows) ([]listEntry, int) {
	peers := slices.Sorted(maps.Keys(a.others))
	var all []unit
	rows := make([]valueRow, len(peers))
	for i, p := range peers {
		us := slices.Clone(a.others[p])
		all = append(all, us...)
		for j := range us {
			us[j].prefix = netip.PrefixFrom(netip.IPv4Unspecified(), 0) // a stand-in: one row, one place
		}
		rows[i] = valueRow{peers: []string{p}, units: us}
	}
	for i := range rows {
		for _, c := range channelsOf(all) {
			for _, r := range everywhere(a, c) {
				rows[i].free = append(rows[i].free, service{c, r})
			}
		}
	}
	if m.options.Form.Peers > 1 {
		return m.groupRows(target, rows)
	}
	var out []listEntry
	lower := 0
	for _, r := range rows {
		es, low := m.groupRows(target, []valueRow{r})
		out, lower = append(out, es...), lower+low
	}
	return out, lower
}
