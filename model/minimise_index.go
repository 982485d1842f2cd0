package model

import "slices"

// maxRedundantRounds bounds how often a list is asked for entries to drop. Each round looks
// at what the one before left; the first drops most.
const maxRedundantRounds = 4

// redundantEffort is what may be spent on finding redundant entries, and on proving that a long list
// without them decides alike, in tests of boxes for each entry: ten times what lists of 100,000 took.
const redundantEffort = 20_000

// indexable reports whether the entries can be looked at as rules of a [List] in which every peer and
// every target that is no address is an identity of its own. In a list that only allows they
// can; see [minimiser.proven]. In an ordered list it would make unrelated what may be related.
func (m *minimiser) indexable() bool {
	return len(m.chain.validate()) == 0 && (m.chain.Order == AnyAllow || len(m.order) <= 1 && len(m.peers) == 0)
}

// standIns is the list of entries with identities in place of what is no address, by their places.
func (m *minimiser) standIns(entries []listEntry) List {
	c := Chain{Order: m.chain.Order, Default: m.chain.Default}
	if m.chain.Order == AnyAllow {
		c.Default = Deny // a default that allows would hide what the entries match
	}
	c.Rules = make([]Rule, len(entries))
	for i, e := range entries {
		c.Rules[i] = m.stand(e, i)
	}
	return NewList(c, Ingress, Inventory{})
}

// withoutRedundant drops entries that others make needless, several of them together if need be.
func (m *minimiser) withoutRedundant(entries []listEntry) []listEntry {
	for range maxRedundantRounds {
		x, err := m.standIns(entries).Index()
		if err != nil {
			return entries
		}
		dropped := droppable(x.Redundant(Effort{Total: redundantEffort * len(entries)}))
		if len(dropped) == 0 {
			return entries
		}
		var rest []listEntry
		for i, e := range entries {
			if !dropped[i] {
				rest = append(rest, e)
			}
		}
		entries = rest
	}
	return entries
}

// droppable returns rules that can go together: none of them is needed to make up for another.
//
// Take a packet that one of them decides. Among the rules that make up for it, which all stay, one
// matches the packet before any rule that decides it otherwise; so whatever is the first to
// match of the rules that stay, it decides as before.
func droppable(n Needless) map[int]bool {
	dropped, needed := map[int]bool{}, map[int]bool{}
	for _, p := range slices.Backward(n.Rules) {
		if needed[p.Rule] || slices.ContainsFunc(p.By, func(r int) bool { return dropped[r] }) {
			continue
		}
		dropped[p.Rule] = true
		for _, r := range p.By {
			needed[r] = true
		}
	}
	return dropped
}

// sameByIndex reports whether both lists of entries are known to decide every packet alike.
func (m *minimiser) sameByIndex(before, after []listEntry) bool {
	effort := Effort{Total: redundantEffort * (len(before) + len(after))}
	d, err := CompareLists(m.standIns(before), m.standIns(after), ListOptions{Effort: effort})
	return err == nil && d.Equal()
}
