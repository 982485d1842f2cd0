package azure

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
)

// end is one of the two sides of a rule, in which rules that are alike but for it and their
// destination ports can be put together.
type end struct {
	read  func(rule) side
	write func(*rule, side)
	other func(rule) side
}

// ends are the sides in the order in which they are tried: peers first, which leaves
// each segment with rules of its own.
func ends() [2]end {
	peer, target := func(r rule) side { return r.peer }, func(r rule) side { return r.target }
	return [...]end{
		{read: peer, write: func(r *rule, s side) { r.peer = s }, other: target},
		{read: target, write: func(r *rule, s side) { r.target = s }, other: peer},
	}
}

// rest spells what rules have in common that are put together at an end: all but that side, the
// destination ports, and the protocol as far as "*" is sure to hold it, which is documented of
// TCP, UDP and ICMP ("Network security groups", security rules). What the platform needs is put
// together with what policies admit: both come before everything else.
func (n end) rest(r rule) string {
	protocol, b := "", r.band
	if r.protocol == azureProtocol(model.ESP) || r.protocol == azureProtocol(model.AH) {
		protocol = r.protocol
	}
	if b == bandPlatform {
		b = bandAllow
	}
	return fmt.Sprint(direction(r.direction), "|", b, "|", protocol, "|", portsText(r.srcPorts), "|", n.other(r))
}

// shrink replaces the rules of a group by fewer that do the same: only as many as the limits
// of a group need, or all that are found. Rules of one direction and band that are alike in
// all but one side, protocol and ports are a list without an order, which model.Minimise
// proves to stay what it is; that is done for one side after the other, until nothing
// becomes shorter. Fewer rules may name an address more often: where Azure would not take them for
// that, and would take what the policies spell, that stays.
func (e *encoder) shrink(g *securityGroup) {
	written := *g
	written.rules = slices.Clone(g.rules)
	enough := func() bool { return e.in.Shrink == providers.ShrinkToFit && g.fits() }
	for before := len(g.rules) + 1; !enough() && len(g.rules) < before; {
		before = len(g.rules)
		for _, n := range ends() {
			g.shrinkEnd(n, enough)
		}
	}
	if written.fits() && !g.fits() {
		*g = written
	}
}

// shrinkEnd puts rules together that differ at one end, those first of which the
// fewest are left, until that is enough.
func (g *securityGroup) shrinkEnd(n end, enough func() bool) {
	parts := map[string][]rule{}
	for _, r := range g.rules {
		rest := n.rest(r)
		parts[rest] = append(parts[rest], r)
	}
	type shorter struct {
		rest  string
		saves int
		rules []rule
	}
	var found []shorter
	for rest, part := range parts {
		var rules []rule
		for _, batch := range providers.Batches(part, n.weight, providers.Searchable) {
			rules = append(rules, n.minimise(batch)...)
		}
		if len(rules) < len(part) {
			found = append(found, shorter{rest, len(part) - len(rules), rules})
		}
	}
	slices.SortFunc(found, func(a, b shorter) int {
		return cmp.Or(-cmp.Compare(a.saves, b.saves), strings.Compare(a.rest, b.rest))
	})
	for _, s := range found {
		if enough() {
			break
		}
		g.rules = slices.DeleteFunc(g.rules, func(r rule) bool { return n.rest(r) == s.rest })
		g.rules = append(g.rules, s.rules...)
	}
	slices.SortFunc(g.rules, compareRules)
	g.rules = mergeEqual(g.rules) // batches may come to the same
}

// weight is how many values a rule has, services times addresses.
func (n end) weight(r rule) int {
	return max(1, len(r.dstPorts)) * max(1, len(n.read(r).addrs.Prefixes()))
}

// minimise returns the rules that model.Minimise makes of some that differ at one end. A
// union of what rules match is the same for rules that refuse as for rules that admit.
func (n end) minimise(part []rule) []rule {
	if len(part) < 2 {
		return part
	}
	sides := map[model.Group]side{}
	f := n.other(part[0]).family() // that of them all
	c := model.Chain{Order: model.AnyAllow, Default: model.Deny}
	for _, r := range part {
		c.Rules = append(c.Rules, model.Rule{Action: model.Allow, Peer: selectorOf(n.read(r), f, sides), Traffic: trafficOf(r)})
	}
	m := model.Minimise(c, model.MinimiseOptions{Form: model.EntryForm{
		Prefixes: maxAddresses, Peers: 1, Protocols: 1, Services: model.NoCap}})
	var out []rule
	for _, entry := range m.Entries {
		if r, ok := n.ruleOf(entry, part, sides); ok {
			out = append(out, r)
		}
	}
	if out = n.bothFamilies(out); len(out) < len(part) {
		return out
	}
	return part
}

// ruleOf reads an entry back; false where it matches nothing, as the other side is of the other
// family.
func (n end) ruleOf(entry model.MinimisedEntry, part []rule, sides map[model.Group]side) (rule, bool) {
	from := make([]rule, len(entry.From))
	for i, at := range entry.From {
		from[i] = part[at]
	}
	r := joined(from)
	s, f := sideOf(entry.Rule.Peer, sides), n.other(r).family()
	if _, ok := f.meet(s.family()); !ok {
		return rule{}, false
	}
	if s.isAllOf(f) && slices.ContainsFunc(from, func(o rule) bool { return n.read(o).isAny() }) {
		s = side{}
	}
	n.write(&r, s)
	r.counterpart = counterpart(r.peer)
	r.protocol, r.dstPorts = azureProtocol(entry.Rule.Traffic[0].Protocol), nil
	for _, t := range entry.Rule.Traffic {
		r.dstPorts = append(r.dstPorts, t.Dst)
	}
	r.dstPorts = mergePorts(r.dstPorts)
	return r, true
}

// bothFamilies makes one rule for "*" of two for every address of IPv4 and of IPv6.
func (n end) bothFamilies(rules []rule) []rule {
	var out []rule
	for _, r := range rules {
		i := slices.IndexFunc(out, func(o rule) bool {
			return n.read(o).isAllOf(family4) && n.read(r).isAllOf(family6) &&
				o.protocol == r.protocol && slices.Equal(o.dstPorts, r.dstPorts)
		})
		if i < 0 {
			out = append(out, r)
			continue
		}
		r = joined([]rule{out[i], r})
		n.write(&r, side{})
		r.counterpart = counterpart(r.peer)
		out[i] = r
	}
	return out
}

// joined is the first of the rules with the reasons of all, for people the subject of
// them all, and in the platform's band if all of them are.
func joined(from []rule) rule {
	r := from[0]
	r.reasons = nil
	for _, o := range from {
		r.reasons = append(r.reasons, o.reasons...)
		r.band = max(r.band, o.band)
		if o.subject != r.subject {
			r.subject = severalSubjects
		}
	}
	return r
}

// severalSubjects stands in a rule's name for the segments that share it.
const severalSubjects = "several"

// isAllOf reports whether the side names every address of a family, and no other.
func (s side) isAllOf(f family) bool {
	return f == family4 && s.addrs.Equal(model.AllIPv4()) || f == family6 && s.addrs.Equal(model.AllIPv6())
}

// selectorOf names a side as model.Minimise takes it: by its addresses, or as a group of
// which it knows nothing but that it is another one. sides gets what stands behind the group. Beside a
// side of one family, f, every address of that family is everything.
func selectorOf(s side, f family, sides map[model.Group]side) model.Selector {
	switch {
	case s.isAny(), s.isAllOf(f):
		return model.Any{}
	case s.addrs.IsEmpty():
		g := model.Group(s.String())
		sides[g] = s
		return g
	}
	return model.At{Addrs: s.addrs}
}

// sideOf is the inverse of selectorOf, but for "*", which is two lists of addresses.
func sideOf(s model.Selector, sides map[model.Group]side) side {
	if g, ok := s.(model.Group); ok {
		return sides[g]
	}
	at, _ := s.(model.At)
	return side{addrs: at.Addrs}
}

// trafficOf is what a rule matches, source ports apart.
func trafficOf(r rule) model.Traffic {
	p := protocolOf(r.protocol)
	if len(r.dstPorts) == 0 {
		return model.Traffic{model.AllOf(p)}
	}
	var out model.Traffic
	for _, d := range r.dstPorts {
		out = append(out, model.Ports(p, d.First, d.Last))
	}
	return out
}

// protocolOf is the inverse of azureProtocol.
func protocolOf(name string) model.Protocol {
	for _, p := range [...]model.Protocol{model.TCP, model.UDP, model.ICMP, model.ESP, model.AH} {
		if azureProtocol(p) == name {
			return p
		}
	}
	return model.AnyProtocol
}
