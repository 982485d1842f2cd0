package model

import "slices"

// maxDiagramProof bounds the lists that are proven as a whole. Longer ones are compared by what changed.
const maxDiagramProof = 200

// proven reports whether the entries decide every packet as the rules do.
//
// Each peer and each target that is no address stands for an identity of its
// own. In a list that only allows that is enough: an endpoint that several of
// them name is admitted by the union of what each admits, and if each admits the same in
// both lists, so do they together. Ordered lists have no such peers, or lose covered
// entries only, which no packet reaches.
func (m *minimiser) proven(entries []listEntry) bool {
	if len(m.input) > maxDiagramProof && m.indexable() {
		return m.sameByIndex(m.input, entries)
	}
	inv := Inventory{}
	before := Chain{Order: m.chain.Order, Default: m.chain.Default}
	if m.chain.Order == AnyAllow {
		before.Default = Deny // a default that allows would hide what the rules match
	}
	for i, u := range m.units {
		before.Rules = append(before.Rules, m.stand(u.entry(), i))
	}
	after := Chain{Order: before.Order, Default: before.Default}
	for i, e := range entries {
		after.Rules = append(after.Rules, m.stand(e, i))
	}
	// Whether later chains allow or deny, the outcome is the same.
	for _, later := range []Region{{}, Everything()} {
		a, b := before.admits(inv, exactly(later)), after.admits(inv, exactly(later))
		if !a.low.Equal(b.low) {
			return false
		}
		if before.Default != Pass && !slices.ContainsFunc(m.units, func(u unit) bool { return u.action == Pass }) {
			break
		}
	}
	return true
}

// stand returns an entry as a rule with an identity in place of each peer that
// is no address.
func (m *minimiser) stand(e listEntry, at int) Rule {
	r := Rule{Action: e.action, Priority: at, Target: Identities{Identity("target " + e.target)}}
	if e.addrs.IsEmpty() {
		var ids Identities
		for _, p := range e.peers {
			ids = append(ids, Identity("peer "+p))
		}
		r.Peer = ids
	} else {
		r.Peer = At{e.addrs}
	}
	for _, s := range e.services {
		r.Traffic = append(r.Traffic, s.emit())
	}
	return r
}
