package model

import (
	"net/netip"
	"slices"
)

// windowEntries is how many entries that follow each other are looked at together where the whole
// list is too much.
const windowEntries = 24

// searchWindows shortens an ordered list of one family that is too large for one grid: entries that
// are one in two pieces are joined, and then every few that follow each other are searched as a list of their
// own, which passes on what it does not decide.
func (m *minimiser) searchWindows(us []unit, all netip.Prefix) []unit {
	us = m.joinPieces(us)
	if slices.ContainsFunc(us, func(u unit) bool { return u.action == Pass }) {
		return us // to pass is what the windows take for undecided
	}
	// Windows overlap by half, for entries at the end of one to be in the middle of another.
	for first := 0; first < len(us) && m.budget.left > 0; first += windowEntries / 2 {
		last := min(first+windowEntries, len(us))
		short := m.searchWindow(us[first:last], all)
		if len(short) < last-first {
			us = slices.Concat(us[:first], short, us[last:])
		}
	}
	return m.joinPieces(us)
}

// searchWindow returns a shorter list in place of a part of one, proven to decide and to leave
// undecided what the part does, or the part itself.
func (m *minimiser) searchWindow(us []unit, all netip.Prefix) []unit {
	const share = DefaultMinimiseBudget / 20
	w := &minimiser{chain: Chain{Order: FirstMatch, Default: Pass}, options: m.options, order: m.order,
		budget: budget{min(share, m.budget.left)}, units: us}
	before := w.budget.left
	found, _ := w.searchGrid(us, all)
	if len(found) < len(us) {
		found = w.asWrittenOrdered(found, us)
	}
	m.budget.spend(before - max(w.budget.left, 0))
	if len(found) >= len(us) || slices.ContainsFunc(found, func(u unit) bool { return u.action == Pass }) {
		return us // an entry that passes ends the list, and does not leave the packet to the next entry
	}
	entries := make([]listEntry, len(found))
	for i, u := range found {
		entries[i] = u.entry()
	}
	if !w.proven(entries) {
		return us
	}
	return found
}

// joinPieces joins entries of one action whose union is an entry, where the later can be moved up
// to the earlier or the earlier down to the later.
func (m *minimiser) joinPieces(us []unit) []unit {
	us = slices.Clone(us)
	for i := 0; i < len(us); i++ {
		for j := i + 1; j < len(us); j++ {
			if m.budget.left <= 0 {
				return us
			}
			m.budget.spend(1)
			u, ok := us[i].join(us[j])
			if !ok {
				continue
			}
			m.budget.spend(j - i)
			between := us[i+1 : j]
			switch {
			case !slices.ContainsFunc(between, us[j].opposes):
				us[i] = u
				us = slices.Delete(us, j, j+1)
			case !slices.ContainsFunc(between, us[i].opposes):
				us[j] = u
				us = slices.Delete(us, i, i+1)
			default:
				continue
			}
			i = max(i-1, 0)
			j = i // what was joined may be a piece of something larger
		}
	}
	return us
}

// join returns the entry that is the union of two; false where there is none.
func (u unit) join(o unit) (unit, bool) {
	if u.action != o.action || u.target != o.target || u.channel != o.channel || u.prefix.Addr().BitLen() != o.prefix.Addr().BitLen() {
		return u, false
	}
	a, b := rect{u.prefix, u.run}, rect{o.prefix, o.run}
	switch {
	case a.covers(b):
		return u, true
	case b.covers(a):
		return o, true
	case u.prefix == o.prefix && u.run.first <= o.run.last+1 && o.run.first <= u.run.last+1:
		runs := []run{{min(u.run.first, o.run.first), max(u.run.last, o.run.last)}}
		u.run = runs[0]
		return u, len(u.channel.pieces(runs)) == 1
	case u.run == o.run && u.prefix.Bits() == o.prefix.Bits() && u.prefix.Bits() > 0:
		around := netip.PrefixFrom(u.prefix.Addr(), u.prefix.Bits()-1).Masked()
		u.prefix = around
		return u, around.Contains(o.prefix.Addr())
	}
	return u, false
}

// opposes reports whether the order of two entries counts.
func (u unit) opposes(o unit) bool {
	return u.action != o.action && u.prefix.Overlaps(o.prefix) && service{u.channel, u.run}.overlaps(service{o.channel, o.run})
}
