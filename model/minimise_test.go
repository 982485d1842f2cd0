package model

import (
	"fmt"
	"math/bits"
	"net/netip"
	"slices"
	"strings"
	"testing"
)

// Lists for Minimise are drawn over a universe of four addresses and four
// ports, small enough for an exhaustive search, and judged by membership alone: minPackets are all
// of its packets and some beside it.

func minPrefixes() []netip.Prefix {
	var out []netip.Prefix
	for _, s := range []string{"10.0.0.0/30", "10.0.0.0/31", "10.0.0.2/31", "10.0.0.0/32", "10.0.0.1/32", "10.0.0.2/32", "10.0.0.3/32"} {
		out = append(out, netip.MustParsePrefix(s))
	}
	return out
}

// tinyRule is a CIDR block and a range of ports of the universe.
func (g gen) tinyRule(a Action, priority int) Rule {
	first := g.IntN(4)
	last := first + g.IntN(4-first)
	return Rule{Name: fmt.Sprint("r", priority), Action: a, Priority: priority,
		Peer: At{Prefixes(pick(g, minPrefixes()))}, Traffic: Traffic{Ports(TCP, uint16(first), uint16(last))}}
}

// wildRule has everything that a rule can say; addresses only where others is false.
func (g gen) wildRule(a Action, priority int, others bool) Rule {
	r := g.tinyRule(a, priority)
	switch g.IntN(8) {
	case 0:
		r.Peer = At{MustPrefixes("2001:db8::/127")}
	case 1:
		r.Peer = At{MustPrefixes("2001:db8::/126", "10.0.0.0/30")}
	case 2:
		r.Peer = nil
	}
	if others {
		switch g.IntN(6) {
		case 0:
			r.Peer = Group("known")
		case 1:
			r.Peer = Or{Identities{"a", "b"}, r.Peer}
		case 2:
			r.Peer = And{Group("known"), Not{Identities{"b"}}}
		}
		if g.IntN(8) == 0 {
			r.Traffic = append(r.Traffic, PortsBetween(TCP, PortRange{1, 2}, PortRange{0, 1}))
		}
	}
	switch g.IntN(6) {
	case 0:
		r.Traffic = Traffic{AllTraffic()}
	case 1:
		r.Traffic = Traffic{ICMPMessage(ICMP, pick(g, []int16{AnyICMP, 3, 8}), pick(g, []int16{AnyICMP, 0, 4}))}
	case 2:
		r.Traffic = append(r.Traffic, AllOf(GRE), Ports(UDP, 0, 65535))
	}
	return r
}

func minPackets() []Flow {
	var packets []Flow
	for _, p := range []Protocol{TCP, UDP} {
		for port := range uint16(5) {
			packets = append(packets, Flow{Protocol: p, SrcPort: port % 3, DstPort: port})
		}
	}
	for _, m := range [][2]uint8{{8, 0}, {8, 4}, {3, 0}, {3, 4}, {11, 0}} {
		packets = append(packets, Flow{Protocol: ICMP, ICMPType: m[0], ICMPCode: m[1]})
	}
	packets = append(packets, Flow{Protocol: GRE}, Flow{Protocol: 200}, Flow{Protocol: TCP, DstPort: 65535})
	var out []Flow
	for _, id := range []Identity{Outside, "a", "b"} {
		for _, a := range []string{"10.0.0.0", "10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4", "2001:db8::1", "2001:db8::3", "::"} {
			for _, f := range packets {
				f.Src = Endpoint{id, netip.MustParseAddr(a)}
				out = append(out, f)
			}
		}
	}
	return out
}

// minInventory makes the members of the group overlap with addresses and identities that rules
// name: a list must decide alike whoever they are.
func minInventory() Inventory {
	return Inventory{Groups: map[Group]Selector{"known": Or{Identities{"a"}, At{MustPrefixes("10.0.0.2/31")}}}}
}

// decideBy is first match, or any match where the order has no meaning, by membership.
func decideBy(c Chain, f Flow, inv Inventory) Action {
	for _, r := range c.InTurn() {
		if inv.match(r.Peer, f.Src) == yes && r.Traffic.Contains(f) {
			return r.Action
		}
	}
	return c.Default
}

func (c Chain) with(rules []Rule) Chain {
	c.Rules = rules
	return c
}

// checkMinimised holds a result against what is promised of it.
func checkMinimised(t *testing.T, c Chain, m Minimised) {
	t.Helper()
	got, inv := c.with(m.Rules()), minInventory()
	for _, f := range minPackets() {
		if want, have := decideBy(c, f, inv), decideBy(got, f, inv); want != have {
			t.Fatalf("%s: %s, was %s\nbefore:\n%s\nafter:\n%s", f, have, want, listed(c.Rules), listed(got.Rules))
		}
	}
	a, b := c.admits(inv, exactly(Region{})), got.admits(inv, exactly(Region{}))
	if !a.low.Equal(b.low) || !a.high.Equal(b.high) {
		t.Fatalf("the engine tells them apart\nbefore:\n%s\nafter:\n%s", listed(c.Rules), listed(got.Rules))
	}
	if len(m.Entries) > m.Before || m.LowerBound > len(m.Entries) {
		t.Fatalf("%d entries, bound %d, were %d", len(m.Entries), m.LowerBound, m.Before)
	}
	if m.Unsearched == notProven {
		t.Fatalf("%s:\n%s", m.Unsearched, listed(c.Rules))
	}
	if errs := got.validate(); len(errs) > 0 {
		t.Fatal(errs)
	}
}

func listed(rules []Rule) string {
	var b strings.Builder
	for _, r := range rules {
		fmt.Fprintln(&b, "\t", r.Priority, r.Action, r.Peer, r.Traffic)
	}
	return b.String()
}

func rounds(t *testing.T, full, short int) int {
	t.Helper()
	if testing.Short() {
		return short
	}
	return full
}

func (g gen) form() EntryForm {
	return pick(g, []EntryForm{{}, {}, {NoCap, 1, 1, NoCap}, {256, 30, NoCap, 256}, {NoCap, NoCap, NoCap, 1}, {2, 2, 2, 2}, {1, 1, 1, 2}})
}

func TestMinimisedAllowListsDecideAlike(t *testing.T) {
	g := newGen(t, 21)
	for range rounds(t, 10_000, 500) {
		c := Chain{Order: AnyAllow, Default: Deny}
		for i := range 1 + g.IntN(12) {
			c.Rules = append(c.Rules, g.wildRule(Allow, i, true))
		}
		checkMinimised(t, c, Minimise(c, MinimiseOptions{Form: g.form(), Limit: g.IntN(8)}))
	}
}

func TestMinimisedOrderedListsDecideAlike(t *testing.T) {
	g := newGen(t, 22)
	for range rounds(t, 10_000, 500) {
		c := Chain{Order: pick(g, []Order{FirstMatch, PriorityDenyWins}), Default: pick(g, []Action{Deny, Deny, Allow, Pass})}
		others := g.IntN(8) == 0
		for range 1 + g.IntN(9) {
			c.Rules = append(c.Rules, g.wildRule(pick(g, []Action{Deny, Allow, Allow, Pass}[:3+g.IntN(2)]), g.IntN(6), others))
		}
		checkMinimised(t, c, Minimise(c, MinimiseOptions{Form: pick(g, []EntryForm{{}, {}, g.form()}), Limit: g.IntN(4), Budget: 2_000_000}))
	}
}

// A block with scattered holes is denied its holes and then admitted, although the blocks between the holes
// do not all touch each other.
func TestMinimisedHolesAreDenied(t *testing.T) {
	g := newGen(t, 26)
	for range rounds(t, 100, 20) {
		c := Chain{Order: FirstMatch, Default: Deny}
		left := MustPrefixes("192.0.2.0/24")
		holes := 1 + g.IntN(6)
		for range holes {
			left = left.Subtract(Prefixes(netip.PrefixFrom(netip.AddrFrom4([4]byte{192, 0, 2, byte(g.IntN(256))}), 32)))
		}
		for _, p := range left.Prefixes() {
			c.Rules = append(c.Rules, Rule{Action: Allow, Peer: At{Prefixes(p)}, Traffic: Traffic{Ports(TCP, 80, 80)}})
		}
		m := Minimise(c, MinimiseOptions{})
		checkMinimised(t, c, m)
		if len(m.Entries) > holes+1 {
			t.Errorf("%d entries for %d holes (%s)\n%s", len(m.Entries), holes, m.Unsearched, listed(c.Rules))
		}
	}
}

// cell masks: bit 4*port+address.

func minMask(r Rule) uint16 {
	var out uint16
	for port := range uint16(4) {
		for a := range 4 {
			f := Flow{Src: Endpoint{Addr: netip.AddrFrom4([4]byte{10, 0, 0, byte(a)})}, Protocol: TCP, DstPort: port}
			if r.Traffic.Contains(f) && (Inventory{}).match(r.Peer, f.Src) == yes {
				out |= 1 << (4*port + uint16(a))
			}
		}
	}
	return out
}

// minMasks is every entry of the universe: 7 CIDR blocks by 10 ranges of ports.
func minMasks() []uint16 {
	var out []uint16
	for _, p := range minPrefixes() {
		for first := range uint16(4) {
			for last := first; last < 4; last++ {
				out = append(out, minMask(Rule{Peer: At{Prefixes(p)}, Traffic: Traffic{Ports(TCP, first, last)}}))
			}
		}
	}
	return out
}

// fewestAllows returns the length of the shortest list of allows, by trying all that can be
// the first to cover the first open cell.
func fewestAllows(open, allowed uint16, masks []uint16, most int) int {
	if open == 0 {
		return 0
	}
	best := most
	for _, m := range masks {
		if m&^allowed == 0 && m>>bits.TrailingZeros16(open)&1 != 0 && best > 1 {
			best = min(best, 1+fewestAllows(open&^m, allowed, masks, best-1))
		}
	}
	return best
}

// fewestOrdered returns the length of the shortest first-match list with a
// default of deny, by breadth-first search over the sets of cells that a list has decided.
func fewestOrdered(allowed uint16, masks []uint16) int {
	seen := make([]bool, 1<<16)
	frontier := []uint16{0}
	for n := 0; ; n++ {
		var next []uint16
		for _, decided := range frontier {
			if allowed&^decided == 0 {
				return n
			}
			for _, m := range masks {
				open := m &^ decided
				if d := decided | m; !seen[d] && (open&allowed == open || open&allowed == 0) {
					seen[d] = true
					next = append(next, d)
				}
			}
		}
		frontier = next
	}
}

func TestMinimisedAllowListsAreOptimal(t *testing.T) {
	g, masks := newGen(t, 23), minMasks()
	for range rounds(t, 3_000, 300) {
		c := Chain{Order: AnyAllow, Default: Deny}
		var allowed uint16
		for i := range 1 + g.IntN(10) {
			r := g.tinyRule(Allow, i)
			c.Rules, allowed = append(c.Rules, r), allowed|minMask(r)
		}
		m := Minimise(c, MinimiseOptions{})
		if want := fewestAllows(allowed, allowed, masks, 16); len(m.Entries) != want || !m.Certified() {
			t.Fatalf("%d entries, bound %d, want %d of\n%s", len(m.Entries), m.LowerBound, want, listed(c.Rules))
		}
	}
}

func TestMinimisedOrderedListsAgainstExhaustiveSearch(t *testing.T) {
	g, masks := newGen(t, 24), minMasks()
	gaps, certified := map[int]int{}, 0
	n := rounds(t, 400, 40)
	for range n {
		c := Chain{Order: FirstMatch, Default: Deny}
		for i := range 2 + g.IntN(10) {
			c.Rules = append(c.Rules, g.tinyRule(pick(g, []Action{Deny, Allow}), i))
		}
		var allowed, decided uint16
		for _, r := range c.Rules {
			if m := minMask(r); r.Action == Allow {
				allowed |= m &^ decided
			}
			decided |= minMask(r)
		}
		m := Minimise(c, MinimiseOptions{})
		want := fewestOrdered(allowed, masks)
		if m.LowerBound > want || len(m.Entries) < want {
			t.Fatalf("%d entries, bound %d, want %d of\n%s", len(m.Entries), m.LowerBound, want, listed(c.Rules))
		}
		if hurried := Minimise(c, MinimiseOptions{Budget: 1 + g.IntN(200_000)}); hurried.LowerBound > want || len(hurried.Entries) < want {
			t.Fatalf("in a hurry: %d entries, bound %d, want %d of\n%s", len(hurried.Entries), hurried.LowerBound, want, listed(c.Rules))
		}
		gaps[len(m.Entries)-want]++
		if m.Certified() {
			certified++
		}
	}
	t.Logf("lists by entries more than the fewest: %v; certified %d of %d", gaps, certified, n)
	if gaps[0] < n*99/100 {
		t.Errorf("only %d of %d lists are as short as can be", gaps[0], n)
	}
}

// hidden is a short first-match list of the kind that people write: allows
// for networks, denies for parts of them above, and exceptions to these above again. n is at least 3.
func (g gen) hidden(n int) Chain {
	var rules []Rule
	for len(rules) < n/3 {
		p := netip.PrefixFrom(netip.AddrFrom4([4]byte{10, byte(g.IntN(256)), byte(g.IntN(256)), 0}), 12+g.IntN(10)).Masked()
		first := pick(g, []uint16{0, 22, 80, 443, 1024, 3000, 8000, 9000})
		rules = append(rules, allow(At{Prefixes(p)}, Ports(pick(g, []Protocol{TCP, TCP, UDP}), first, first+pick(g, []uint16{0, 100, 1000, 30000}))))
	}
	for len(rules) < n {
		around := rules[g.IntN(min(len(rules), n*2/3))]
		p, s := around.Peer.(At).Addrs.Prefixes()[0], around.Traffic[0]
		width := int(s.Dst.Last-s.Dst.First) + 1
		first := int(s.Dst.First) + g.IntN(width)
		last := first + g.IntN(int(s.Dst.Last)-first+1)
		r := allow(At{Prefixes(g.within(p))}, Ports(s.Protocol, uint16(first), uint16(last)))
		if r.Action = Deny; around.Action == Deny {
			r.Action = Allow
		}
		rules = append([]Rule{r}, rules...)
	}
	for i := range rules {
		rules[i].Priority = i
	}
	return Chain{Order: FirstMatch, Default: Deny, Rules: rules}
}

// within returns a block within p, up to four bits longer.
func (g gen) within(p netip.Prefix) netip.Prefix {
	for range min(1+g.IntN(4), 32-p.Bits()) {
		if left, right := halves(p); g.IntN(2) == 0 {
			p = left
		} else {
			p = right
		}
	}
	return p
}

// fragment splits rules in halves until there are n.
func (g gen) fragment(c Chain, n int) Chain {
	rules := slices.Clone(c.Rules)
	for len(rules) < n {
		i := g.IntN(len(rules))
		a, b := rules[i], rules[i]
		p, s := a.Peer.(At).Addrs.Prefixes()[0], a.Traffic[0]
		switch {
		case g.IntN(2) == 0 && p.Bits() < 31:
			left, right := halves(p)
			a.Peer, b.Peer = At{Prefixes(left)}, At{Prefixes(right)}
		case s.Protocol.HasPorts() && s.Dst.First < s.Dst.Last:
			mid := s.Dst.First + (s.Dst.Last-s.Dst.First)/2
			a.Traffic, b.Traffic = Traffic{Ports(s.Protocol, s.Dst.First, mid)}, Traffic{Ports(s.Protocol, mid+1, s.Dst.Last)}
		default:
			continue
		}
		rules = slices.Concat(rules[:i], []Rule{a, b}, rules[i+1:])
	}
	for i := range rules {
		rules[i].Priority = i
	}
	return c.with(rules)
}

// independentPorts is a list without overlaps that cannot be shorter than n: n hosts
// that are no neighbours, each with a port of its own.
func independentPorts(n int) Chain {
	c := Chain{Order: FirstMatch, Default: Deny}
	for i := range n {
		c.Rules = append(c.Rules, Rule{Action: Allow, Priority: i, Peer: At{Addrs(netip.AddrFrom4([4]byte{10, 0, byte(i), 1}))},
			Traffic: Traffic{Ports(TCP, uint16(100+2*i), uint16(100+2*i))}})
	}
	return c
}

// A network ACL takes 39 entries per direction and family beside the default
// deny at most (VPC user guide, quotas).
func TestOrderedListsOfSixtyEntriesFitANetworkACL(t *testing.T) {
	g := newGen(t, 25)
	gap, total := 0, 0
	for range rounds(t, 60, 10) {
		short := g.hidden(20 + g.IntN(19))
		c := g.fragment(short, 60+g.IntN(20))
		m := Minimise(c, MinimiseOptions{})
		if len(m.Entries) > 39 || len(m.Entries) > len(short.Rules) {
			t.Errorf("%d entries, which %d say too, are %d still; bound %d", len(c.Rules), len(short.Rules), len(m.Entries), m.LowerBound)
		}
		if m.Unsearched != "" {
			t.Error(m.Unsearched)
		}
		gap, total = gap+len(m.Entries)-m.LowerBound, total+len(m.Entries)
		a, b := c.admits(Inventory{}, exactly(Region{})), c.with(m.Rules()).admits(Inventory{}, exactly(Region{}))
		if !a.low.Equal(b.low) {
			t.Fatal("another set")
		}
	}
	t.Logf("%d entries in all, %d above their lower bounds", total, gap)
}

func TestSecurityGroupMinimumIsCertified(t *testing.T) {
	g := newGen(t, 26)
	certified, n := 0, rounds(t, 200, 30)
	for range n {
		c := g.fragment(g.hidden(20+g.IntN(30)), 60)
		c.Order = AnyAllow
		for i := range c.Rules {
			c.Rules[i].Action = Allow
		}
		if m := Minimise(c, MinimiseOptions{}); m.Certified() {
			certified++
		}
	}
	t.Logf("certified: %d of %d", certified, n)
	if certified*100 < n*99 {
		t.Errorf("certified only %d of %d", certified, n)
	}
}

func allow(peer Selector, ss ...Service) Rule { return Rule{Action: Allow, Peer: peer, Traffic: ss} }
func deny(peer Selector, ss ...Service) Rule  { return Rule{Action: Deny, Peer: peer, Traffic: ss} }
func at(cidrs ...string) Selector             { return At{MustPrefixes(cidrs...)} }

func spelled(m Minimised) string {
	var out []string
	for _, e := range m.Entries {
		peer := fmt.Sprint(e.Rule.Peer)
		out = append(out, fmt.Sprintf("%s %s %s", e.Rule.Action, strings.Trim(peer, "{}"), e.Rule.Traffic))
	}
	return strings.Join(out, "; ")
}

func TestMinimise(t *testing.T) {
	tcp := func(first, last uint16) Service { return Ports(TCP, first, last) }
	azure, gcp := EntryForm{NoCap, 1, 1, NoCap}, EntryForm{256, 30, NoCap, 256}
	for _, c := range []struct {
		name  string
		form  EntryForm
		order Order
		rules []Rule
		want  string
	}{
		{"nothing", EntryForm{}, AnyAllow, nil, ""},
		{"a service that no packet is of", EntryForm{}, AnyAllow, []Rule{allow(nil), allow(Or{}, tcp(1, 1))}, ""},
		{"neighbours", EntryForm{}, AnyAllow, []Rule{allow(at("10.0.0.0/9"), tcp(80, 80)), allow(at("10.128.0.0/9"), tcp(80, 80))}, "allow 10.0.0.0/8 tcp/80"},
		{"ports that touch", EntryForm{}, AnyAllow, []Rule{allow(at("10.0.0.0/8"), tcp(80, 80), tcp(81, 90))}, "allow 10.0.0.0/8 tcp/80-90"},
		{"what is there stays as it is written", EntryForm{}, AnyAllow, []Rule{allow(at("10.0.0.0/8"), tcp(443, 443)), allow(at("10.1.0.0/16"), tcp(444, 444))},
			"allow 10.0.0.0/8 tcp/443; allow 10.1.0.0/16 tcp/444"},
		{"all traffic covers protocols", EntryForm{}, AnyAllow, []Rule{allow(at("10.0.0.0/8"), AllTraffic()), allow(at("10.1.0.0/16"), AllOf(GRE), tcp(1, 2))}, "allow 10.0.0.0/8 any"},
		{"families apart (AWS quotas count so)", EntryForm{}, AnyAllow, []Rule{allow(nil, tcp(80, 80))}, "allow 0.0.0.0/0 tcp/80; allow ::/0 tcp/80"},
		{"a group beside any address is needless", EntryForm{}, AnyAllow, []Rule{allow(nil, tcp(80, 80)), allow(Group("g"), tcp(80, 80))}, "allow 0.0.0.0/0 tcp/80; allow ::/0 tcp/80"},
		{"a group beside any IPv4 address is not", EntryForm{}, AnyAllow, []Rule{allow(at("0.0.0.0/0"), tcp(80, 80)), allow(Group("g"), tcp(80, 80))}, "allow 0.0.0.0/0 tcp/80; allow g tcp/80"},
		{"all ICMP types", EntryForm{}, AnyAllow, []Rule{allow(at("10.0.0.0/8"), ICMPMessage(ICMP, 8, 0), ICMPMessage(ICMP, 8, AnyICMP))}, "allow 10.0.0.0/8 icmp type 8"},
		{"source ports are kept apart", EntryForm{}, AnyAllow, []Rule{allow(at("10.0.0.0/8"), PortsBetween(TCP, PortRange{1, 9}, PortRange{80, 80}), tcp(79, 81))}, "allow 10.0.0.0/8 tcp/79-81"},
		{"Azure: equal sides", azure, AnyAllow, []Rule{allow(at("10.0.0.0/8"), tcp(80, 80)), allow(at("12.0.0.0/8"), tcp(80, 80), tcp(90, 90)), allow(at("10.0.0.0/8"), tcp(90, 90))},
			"allow 10.0.0.0/8, 12.0.0.0/8 tcp/80, tcp/90"},
		{"Azure: one protocol an entry", azure, AnyAllow, []Rule{allow(at("10.0.0.0/8"), tcp(80, 80), Ports(UDP, 80, 80))}, "allow 10.0.0.0/8 tcp/80; allow 10.0.0.0/8 udp/80"},
		{"GCP: several protocols an entry", gcp, AnyAllow, []Rule{allow(at("10.0.0.0/8"), tcp(80, 80)), allow(at("10.0.0.0/8"), Ports(UDP, 80, 80))}, "allow 10.0.0.0/8 tcp/80, udp/80"},
		{"a hole is a deny above", EntryForm{}, FirstMatch, []Rule{
			allow(at("10.0.0.0/24"), tcp(80, 80)), allow(at("10.0.1.0/24"), tcp(80, 80)), allow(at("10.0.2.0/24"), tcp(80, 80)), allow(at("10.0.4.0/22"), tcp(80, 80))},
			"deny 10.0.3.0/24 tcp/80; allow 10.0.0.0/21 tcp/80"},
		{"a port kept out", EntryForm{}, FirstMatch, []Rule{allow(nil, tcp(0, 21)), allow(nil, tcp(23, 65535)), allow(nil, AllOf(UDP)), deny(nil, tcp(22, 22)), allow(nil, AllTraffic())},
			"deny 0.0.0.0/0 tcp/22; deny ::/0 tcp/22; allow 0.0.0.0/0 any; allow ::/0 any"},
		{"ordered with groups: covered entries only", EntryForm{}, FirstMatch, []Rule{allow(Group("g"), tcp(1, 9)), deny(Group("g"), tcp(2, 3)), deny(at("10.0.0.0/8"), tcp(1, 1))},
			"allow g tcp/1-9; deny 10.0.0.0/8 tcp/1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			chain := Chain{Order: c.order, Default: Deny, Rules: c.rules}
			m := Minimise(chain, MinimiseOptions{Form: c.form})
			if got := spelled(m); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
			checkMinimised(t, chain, m)
		})
	}
}

func TestMinimiseStopsWhereTheListFits(t *testing.T) {
	c := Chain{Order: AnyAllow, Default: Deny, Rules: []Rule{
		allow(at("10.0.0.0/9"), Ports(TCP, 80, 80)), allow(at("10.128.0.0/9"), Ports(TCP, 80, 80)),
		allow(at("10.1.0.0/16"), Ports(TCP, 80, 80)), allow(at("2001:db8::/32"), Ports(TCP, 80, 80))}}
	for _, w := range []struct {
		limit, entries int
		perFamily      bool
		fits           bool
	}{{0, 2, false, true}, {4, 4, false, true}, {3, 3, false, true}, {2, 2, false, true}, {1, 2, false, false}, {3, 4, true, true}, {2, 3, true, true}, {1, 2, true, true}} {
		m := Minimise(c, MinimiseOptions{Limit: w.limit, PerFamily: w.perFamily})
		if len(m.Entries) != w.entries || m.Fits != w.fits {
			t.Errorf("limit %d, per family %t: %d entries, fits %t; want %d, %t", w.limit, w.perFamily, len(m.Entries), m.Fits, w.entries, w.fits)
		}
	}
}

func TestMinimiseKeepsWhereEntriesComeFrom(t *testing.T) {
	c := Chain{Order: AnyAllow, Default: Deny, Rules: []Rule{
		{Name: "a", Action: Allow, Peer: at("10.0.0.0/9"), Traffic: Traffic{Ports(TCP, 80, 80)}, Origin: Origin{File: "x.yaml", Line: 3}},
		{Name: "b", Action: Allow, Peer: at("11.0.0.0/8"), Traffic: Traffic{Ports(TCP, 80, 80)}},
		{Name: "c", Action: Allow, Peer: at("10.128.0.0/9"), Traffic: Traffic{Ports(TCP, 80, 81)}, Reason: "kubelet"}}}
	e := Minimise(c, MinimiseOptions{}).Entries[0]
	if !slices.Equal(e.From, []int{0, 1, 2}) || e.Rule.Name != "a, b, c" || e.Rule.Origin.Line != 3 || e.Rule.Reason != "kubelet" {
		t.Errorf("%+v", e)
	}
}

func TestMinimiseIsStable(t *testing.T) {
	g := newGen(t, 27)
	for range rounds(t, 200, 30) {
		c := g.fragment(g.hidden(12), 30)
		if g.IntN(2) == 0 {
			c.Order = AnyAllow
			for i := range c.Rules {
				c.Rules[i].Action = Allow
			}
		}
		first, again := Minimise(c, MinimiseOptions{}), Minimise(c, MinimiseOptions{})
		if a, b := spelled(first), spelled(again); a != b {
			t.Fatalf("%s\n%s", a, b)
		}
		// What is as short as it was found to be is left alone.
		if m := Minimise(c.with(first.Rules()), MinimiseOptions{}); first.Certified() && spelled(m) != spelled(first) {
			t.Fatalf("not left alone:\n%s\n%s", spelled(first), spelled(m))
		}
	}
}

func TestMinimiseDoesNotTouchInvalidChains(t *testing.T) {
	c := Chain{Default: Deny, Rules: []Rule{allow(at("10.0.0.0/9"), Ports(TCP, 1, 1)), allow(at("10.128.0.0/9"), Ports(TCP, 1, 1))}}
	if m := Minimise(c, MinimiseOptions{}); len(m.Entries) != 2 || !strings.Contains(m.Unsearched, "order is not set") {
		t.Errorf("%d entries, %q", len(m.Entries), m.Unsearched)
	}
}

func TestMinimiseCertifiesWhatCannotShrink(t *testing.T) {
	for _, n := range []int{1, 10, 39} {
		if m := Minimise(independentPorts(n), MinimiseOptions{}); len(m.Entries) != n || !m.Certified() {
			t.Errorf("%d: %d entries, bound %d", n, len(m.Entries), m.LowerBound)
		}
	}
}

func TestMinimiseKeepsWithinItsBudget(t *testing.T) {
	g := newGen(t, 28)
	c := g.fragment(g.hidden(60), 120)
	for _, budget := range []int{1, 1_000, 100_000} {
		m := Minimise(c, MinimiseOptions{Budget: budget})
		if len(m.Entries) > m.Before || m.LowerBound > len(m.Entries) {
			t.Errorf("budget %d: %d entries of %d, bound %d", budget, len(m.Entries), m.Before, m.LowerBound)
		}
	}
}
