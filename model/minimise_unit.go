package model

import (
	"cmp"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"

	"go4.org/netipx"
)

// unit is an entry with one value in every field. It is comparable, so that
// repetitions are found by map.
type unit struct {
	action  Action
	target  string       // spelling
	prefix  netip.Prefix // the zero Prefix: peer says who
	peer    string       // spelling of a peer that is no address
	channel channel
	run     run
}

// channel is packets that one port range is said of: a protocol from a range of source
// ports. Of protocols without ports the source ports are all.
type channel struct {
	protocol Protocol
	src      PortRange
}

func (c channel) compare(o channel) int {
	return cmp.Or(cmp.Compare(c.protocol, o.protocol), cmp.Compare(c.src.First, o.src.First), cmp.Compare(c.src.Last, o.src.Last))
}

// above returns the channels whose packets are packets of c too and many more: every
// protocol, and the protocol from every source port.
func (c channel) above() []channel {
	var out []channel
	if c.protocol != AnyProtocol {
		out = append(out, anyChannel())
	}
	if !c.src.IsAll() {
		out = append(out, channel{c.protocol, AllPorts()})
	}
	return out
}

func anyChannel() channel { return channel{AnyProtocol, AllPorts()} }

// run is destination ports, or ICMP messages as type<<8|code, both ends
// included. It is allWords for whatever has neither.
type run struct{ first, last int }

func allWords() run { return run{0, 65535} }

func (r run) covers(o run) bool   { return r.first <= o.first && o.last <= r.last }
func (r run) overlaps(o run) bool { return r.first <= o.last && o.first <= r.last }

// service is a run of a channel.
type service struct {
	channel channel
	run     run
}

func (s service) compare(o service) int {
	return cmp.Or(s.channel.compare(o.channel), cmp.Compare(s.run.first, o.run.first), cmp.Compare(s.run.last, o.run.last))
}

func (s service) covers(o service) bool {
	return (s.channel == o.channel || slices.Contains(o.channel.above(), s.channel)) && s.run.covers(o.run)
}

func (s service) overlaps(o service) bool {
	a, b := s.channel, o.channel
	return (a.protocol == AnyProtocol || b.protocol == AnyProtocol || a.protocol == b.protocol) &&
		max(a.src.First, b.src.First) <= min(a.src.Last, b.src.Last) && s.run.overlaps(o.run)
}

// serviceOf reads a service; it returns false for one that no packet is of.
func serviceOf(s Service) (service, bool) {
	out := service{channel{s.Protocol, AllPorts()}, allWords()}
	switch {
	case s.Protocol.HasPorts():
		out.channel.src, out.run = s.Src, run{int(s.Dst.First), int(s.Dst.Last)}
	case s.Protocol.IsICMP() && s.Type != AnyICMP:
		out.run = run{int(s.Type) << 8, int(s.Type)<<8 | 0xff}
		if s.Code != AnyICMP {
			out.run = run{out.run.first | int(s.Code), out.run.first | int(s.Code)}
		}
	}
	return out, out.run.first <= out.run.last && out.channel.src.First <= out.channel.src.Last
}

// emit is the inverse of serviceOf.
func (s service) emit() Service {
	p := s.channel.protocol
	switch {
	case p.HasPorts():
		return PortsBetween(p, s.channel.src, PortRange{uint16(s.run.first), uint16(s.run.last)})
	case p.IsICMP() && s.run != allWords():
		if s.run.first == s.run.last {
			return ICMPMessage(p, int16(s.run.first>>8), int16(s.run.first&0xff))
		}
		return ICMPMessage(p, int16(s.run.first>>8), AnyICMP)
	}
	return AllOf(p)
}

// listEntry is an entry of the form that was asked for.
type listEntry struct {
	action   Action
	target   string
	addrs    AddrSet  // of one family; empty: peers say who
	peers    []string // spellings, sorted
	services []service
}

// family is 0 for an entry whose peers are no addresses.
func (e listEntry) family() int {
	switch {
	case e.addrs.IsEmpty():
		return 0
	case e.addrs.ranges[0].From().Is4():
		return family4
	}
	return family6
}

func (u unit) entry() listEntry {
	e := listEntry{action: u.action, target: u.target, services: []service{{u.channel, u.run}}}
	if u.prefix.IsValid() {
		e.addrs = Prefixes(u.prefix)
	} else {
		e.peers = []string{u.peer}
	}
	return e
}

// key spells the entry such that different entries have different keys.
func (e listEntry) key() string {
	return fmt.Sprintf("%d %q %v %q %v", e.action, e.target, e.addrs.ranges, e.peers, e.services)
}

// covers reports whether e matches whatever o matches. Peers that are no
// addresses are covered by themselves and by all addresses of both families only, which no
// entry has.
func (e listEntry) covers(o listEntry) bool {
	if e.target != o.target || e.addrs.IsEmpty() != o.addrs.IsEmpty() || !coversRanges(e.addrs, o.addrs) {
		return false
	}
	for _, p := range o.peers {
		if !slices.Contains(e.peers, p) {
			return false
		}
	}
	for _, s := range o.services {
		if !slices.ContainsFunc(e.services, func(t service) bool { return t.covers(s) }) {
			return false
		}
	}
	return true
}

// coversRanges is a.Covers(b) without making a set.
func coversRanges(a, b AddrSet) bool {
	for _, r := range b.ranges {
		i, found := slices.BinarySearchFunc(a.ranges, r.From(), func(x netipx.IPRange, from netip.Addr) int {
			switch {
			case x.To().Less(from):
				return -1
			case from.Less(x.From()):
				return 1
			}
			return 0
		})
		if !found || a.ranges[i].To().Less(r.To()) {
			return false
		}
	}
	return true
}

// overlaps reports whether the unit matches some packet of the entry.
func (e listEntry) overlaps(u unit) bool {
	if e.action != u.action || e.target != u.target {
		return false
	}
	if u.prefix.IsValid() {
		r := netipx.RangeOfPrefix(u.prefix)
		if !slices.ContainsFunc(e.addrs.ranges, r.Overlaps) {
			return false
		}
	} else if !slices.Contains(e.peers, u.peer) {
		return false
	}
	return slices.ContainsFunc(e.services, func(s service) bool { return s.overlaps(service{u.channel, u.run}) })
}

// readRules turns the rules into units and into entries of the form, in the order in which
// they are asked.
func (m *minimiser) readRules() {
	seenUnit, seenEntry := map[unit]bool{}, map[string]bool{}
	for _, r := range m.chain.InTurn() {
		target := spell(r.Target)
		if _, ok := m.targets[target]; !ok {
			m.targets[target] = r.Target
			m.order = append(m.order, target)
		}
		for _, u := range m.unitsOf(r) {
			if !seenUnit[u] {
				seenUnit[u] = true
				m.units = append(m.units, u)
			}
		}
		for _, e := range m.entriesOf(r) {
			if k := e.key(); !seenEntry[k] {
				seenEntry[k] = true
				m.input = append(m.input, e)
			}
		}
	}
}

// servicesOf returns the distinct services of a rule.
func servicesOf(t Traffic) []service {
	var out []service
	for _, s := range t {
		if v, ok := serviceOf(s); ok && !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	return out
}

// unitsOf returns the units of a rule and remembers its peers.
func (m *minimiser) unitsOf(r Rule) []unit {
	var out []unit
	addrs, others := alternatives(r.Peer)
	for _, s := range servicesOf(r.Traffic) {
		u := unit{action: r.Action, target: spell(r.Target), channel: s.channel, run: s.run}
		for _, p := range addrs.Prefixes() {
			u.prefix = p
			out = append(out, u)
		}
		for _, o := range others {
			u.prefix, u.peer = netip.Prefix{}, spell(o)
			m.peers[u.peer] = o
			out = append(out, u)
		}
	}
	return out
}

// entriesOf returns the entries that a rule takes as it is written.
func (m *minimiser) entriesOf(r Rule) []listEntry {
	var out []listEntry
	addrs, others := alternatives(r.Peer)
	names := make([]string, len(others))
	for i, o := range others {
		names[i] = spell(o)
	}
	services := servicesOf(r.Traffic)
	for _, a := range []AddrSet{addrs.V4(), addrs.V6()} {
		out = append(out, m.cut(listEntry{action: r.Action, target: spell(r.Target), addrs: a, services: services})...)
	}
	return append(out, m.cut(listEntry{action: r.Action, target: spell(r.Target), peers: names, services: services})...)
}

// cut cuts an entry into as many as the caps of the form ask for.
func (m *minimiser) cut(e listEntry) []listEntry {
	var out []listEntry
	for _, s := range m.cutServices(e.services) {
		for a := range slices.Chunk(e.addrs.Prefixes(), m.options.Form.Prefixes) {
			out = append(out, listEntry{action: e.action, target: e.target, addrs: Prefixes(a...), services: s})
		}
		for p := range slices.Chunk(e.peers, m.options.Form.Peers) {
			out = append(out, listEntry{action: e.action, target: e.target, peers: p, services: s})
		}
	}
	return out
}

// cutServices cuts services into groups that one entry can hold.
func (m *minimiser) cutServices(services []service) [][]service {
	form := m.options.Form
	var out [][]service
	var protocols []Protocol
	for _, s := range slices.SortedFunc(slices.Values(services), service.compare) {
		n := len(out) - 1
		known := slices.Contains(protocols, s.channel.protocol)
		if n < 0 || len(out[n]) == form.Services || !known && len(protocols) == form.Protocols {
			out, protocols, known = append(out, nil), nil, false
			n++
		}
		if !known {
			protocols = append(protocols, s.channel.protocol)
		}
		out[n] = append(out[n], s)
	}
	return out
}

// withoutCovered drops entries that one other entry makes needless: any other of a list
// without order, an earlier one of an ordered list.
func (m *minimiser) withoutCovered() []listEntry {
	out := slices.Clone(m.input)
	if len(out) > maxMinimised {
		return out
	}
	for i := len(out) - 1; i >= 0; i-- {
		for j := range out {
			if j != i && (j < i || m.chain.Order == AnyAllow) && out[j].covers(out[i]) {
				out = slices.Delete(out, i, i+1)
				break
			}
		}
	}
	return out
}

// sortEntries sorts entries whose order decides nothing.
func (m *minimiser) sortEntries(es []listEntry) {
	slices.SortStableFunc(es, func(a, b listEntry) int {
		return cmp.Or(
			cmp.Compare(slices.Index(m.order, a.target), slices.Index(m.order, b.target)),
			cmp.Compare((a.family()+9)%10, (b.family()+9)%10), // IPv4, IPv6, others
			slices.CompareFunc(a.addrs.Prefixes(), b.addrs.Prefixes(), netip.Prefix.Compare),
			slices.Compare(a.peers, b.peers),
			slices.CompareFunc(a.services, b.services, service.compare))
	})
}

// emit makes the entry at a place of the list.
func (m *minimiser) emit(e listEntry, at int) MinimisedEntry {
	from := m.from(e)
	r := Rule{Action: e.action, Target: m.targets[e.target], Peer: m.peer(e)}
	if m.chain.Order != AnyAllow {
		r.Priority = at + 1
	}
	for _, s := range e.services {
		r.Traffic = append(r.Traffic, s.emit())
	}
	var names, reasons []string
	for i, n := range from {
		rule := m.chain.Rules[n]
		if i == 0 {
			r.Origin = rule.Origin
		}
		names, reasons = append(names, rule.Name), append(reasons, rule.Reason)
	}
	r.Name, r.Reason = joinDistinct(names, ", "), joinDistinct(reasons, "; ")
	return MinimisedEntry{Rule: r, From: from}
}

func (m *minimiser) peer(e listEntry) Selector {
	if !e.addrs.IsEmpty() {
		return At{e.addrs}
	}
	if len(e.peers) == 1 {
		return m.peers[e.peers[0]]
	}
	var out Or
	for _, p := range e.peers {
		out = append(out, m.peers[p])
	}
	return out
}

// from returns the rules that match some packet of the entry; of a list too long to be searched,
// whose entries are the input's own, those that say the entry.
func (m *minimiser) from(e listEntry) []int {
	if len(m.units) > maxMinimised {
		return m.sayers()[e.key()]
	}
	if m.byRule == nil {
		for _, r := range m.chain.Rules {
			m.byRule = append(m.byRule, m.unitsOf(r))
		}
	}
	var out []int
	for i, us := range m.byRule {
		if slices.ContainsFunc(us, e.overlaps) {
			out = append(out, i)
		}
	}
	return out
}

// sayers returns the rules that say each entry of the input, by its key.
func (m *minimiser) sayers() map[string][]int {
	if m.bySaying == nil {
		m.bySaying = map[string][]int{}
		for i, r := range m.chain.Rules {
			for _, e := range m.entriesOf(r) {
				if k := e.key(); !slices.Contains(m.bySaying[k], i) {
					m.bySaying[k] = append(m.bySaying[k], i)
				}
			}
		}
	}
	return m.bySaying
}

// joinDistinct joins the texts that are not empty, each once, in their order.
func joinDistinct(texts []string, sep string) string {
	var out []string
	for _, t := range texts {
		if t != "" && !slices.Contains(out, t) {
			out = append(out, t)
		}
	}
	return strings.Join(out, sep)
}

// alternatives takes a selector apart: the endpoints that it names by address
// alone, and other selectors. What any of them names, the selector names.
func alternatives(s Selector) (AddrSet, []Selector) {
	switch s := s.(type) {
	case nil, Any:
		return AllAddrs(), nil
	case At:
		return s.Addrs, nil
	case Identities:
		var out []Selector
		for _, id := range slices.Compact(slices.Sorted(slices.Values(s))) {
			out = append(out, Identities{id})
		}
		return AddrSet{}, out
	case Or:
		var addrs AddrSet
		others := map[string]Selector{}
		for _, t := range s {
			a, os := alternatives(t)
			addrs = addrs.Union(a)
			for _, o := range os {
				others[spell(o)] = o
			}
		}
		var out []Selector
		for _, k := range slices.Sorted(maps.Keys(others)) {
			out = append(out, others[k])
		}
		return addrs, out
	case And:
		addrs := AllAddrs()
		for _, t := range s {
			a, os := alternatives(t)
			if len(os) > 0 {
				return AddrSet{}, []Selector{s}
			}
			addrs = addrs.Intersect(a)
		}
		return addrs, nil
	case Group, Not, Maybe:
	}
	return AddrSet{}, []Selector{s}
}

// spell writes a selector such that selectors with the same spelling name the same
// endpoints.
func spell(s Selector) string {
	list := func(name string, parts []Selector) string {
		out := make([]string, len(parts))
		for i, p := range parts {
			out[i] = spell(p)
		}
		return name + "(" + strings.Join(out, ",") + ")"
	}
	switch s := s.(type) {
	case nil, Any:
		return "any"
	case At:
		return fmt.Sprintf("at%v", s.Addrs.ranges)
	case Identities:
		return fmt.Sprintf("identities%q", []Identity(s))
	case Group:
		return fmt.Sprintf("group%q", string(s))
	case And:
		return list("and", s)
	case Or:
		return list("or", s)
	case Not:
		return list("not", []Selector{s.Selector})
	case Maybe:
		return list("maybe", []Selector{s.Selector}) + fmt.Sprintf("%q", s.Why)
	}
	return fmt.Sprintf("%T", s)
}
