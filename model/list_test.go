package model

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// plainMatch is the first match the slow way: rule by rule, packet by packet. Among
// neighbours of one action a sure match comes before an unsure one.
func plainMatch(c Chain, d Direction, inv Inventory, f Flow) (Action, int) {
	target, peer := f.Src, f.Dst
	if d == Ingress {
		target, peer = peer, target
	}
	switch min(inv.match(c.Guard.Target, target), inv.match(c.Guard.Peer, peer)) {
	case no:
		return Pass, ByGuard
	case perhaps:
		return 0, ByGuard
	case yes:
	}
	rules := c.InTurn()
	for first := 0; first < len(rules); {
		last := first
		unsure := -1
		for ; last < len(rules) && rules[last].Action == rules[first].Action; last++ {
			r := rules[last]
			if !r.Traffic.Contains(f) {
				continue
			}
			switch min(inv.match(r.Target, target), inv.match(r.Peer, peer)) {
			case yes:
				return r.Action, last
			case perhaps:
				if unsure < 0 {
					unsure = last
				}
			case no:
			}
		}
		if unsure >= 0 {
			return 0, unsure
		}
		first = last
	}
	return c.Default, ByDefault
}

// longChain draws a chain of n rules.
func (g gen) longChain(n int) Chain {
	c := g.chain()
	for len(c.Rules) < n {
		c.Rules = append(c.Rules, g.chain().Rules...)
	}
	c.Rules = c.Rules[:n]
	if c.Order == AnyAllow {
		for i := range c.Rules {
			c.Rules[i].Action = Allow
		}
	}
	for i := range c.Rules {
		c.Rules[i].Name = fmt.Sprint(i)
		if g.IntN(3) > 0 {
			c.Rules[i].Traffic = g.traffic()
		}
	}
	return c
}

// edited draws what people and tools do to a list.
func (g gen) edited(c Chain) Chain {
	c.Rules = slices.Clone(c.Rules)
	for range 1 + g.IntN(3) {
		if len(c.Rules) == 0 {
			break
		}
		i, j := g.IntN(len(c.Rules)), g.IntN(len(c.Rules))
		switch g.IntN(6) {
		case 0: // swap two
			c.Rules[i], c.Rules[j] = c.Rules[j], c.Rules[i]
		case 1: // take out
			c.Rules = slices.Delete(c.Rules, i, i+1)
		case 2: // write twice
			c.Rules = slices.Insert(c.Rules, j, c.Rules[i])
		case 3: // split the peer in two halves
			a, b := c.Rules[i], c.Rules[i]
			half := At{MustPrefixes("0.0.0.0/1", "8000::/1")}
			a.Peer, b.Peer = And{a.Peer, half}, And{b.Peer, Not{half}}
			c.Rules = slices.Insert(c.Rules, i+1, b)
			c.Rules[i] = a
		case 4: // other traffic
			c.Rules[i].Traffic = g.traffic()
		case 5: // shuffle
			g.Shuffle(len(c.Rules), func(i, j int) { c.Rules[i], c.Rules[j] = c.Rules[j], c.Rules[i] })
		}
	}
	return c
}

func mustIndex(t testing.TB, l List) *Index {
	t.Helper()
	x, err := l.Index()
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func TestIndexFindsTheFirstMatch(t *testing.T) {
	g, inv, universe := newGen(t, 20), tinyInventory(), tinyUniverse()
	seen := map[Action]int{}
	for range 300 {
		c, d := g.longChain(g.IntN(20)), pick(g, []Direction{Egress, Ingress})
		x := mustIndex(t, NewList(c, d, inv))
		for range 400 {
			f := pick(g, universe)
			action, rule := plainMatch(c, d, inv, f)
			seen[action]++
			if got := x.First(f); got != (Match{action, rule}) {
				t.Fatalf("%v: %+v, want %v by %d\n%+v", f, got, action, rule, c)
			}
		}
	}
	for a := range Pass + 1 {
		if seen[a] == 0 {
			t.Errorf("the generator never made %v", a)
		}
	}
}

// zones is the set-algebra oracle of a list: what each line decides, and what
// each action is decided on.
type zones struct {
	byRule   map[int]Region
	byLine   []Region
	byAction [4]Region
}

func zonesOf(l List) zones {
	z := zones{byRule: map[int]Region{}}
	var before Region
	for _, n := range l.lines {
		box := NewRegion(Box{n.src, n.dst, n.traffic})
		zone := box.Subtract(before)
		before = before.Union(box)
		z.byLine = append(z.byLine, zone)
		z.byRule[int(n.rule)] = z.byRule[int(n.rule)].Union(zone)
		z.byAction[n.action] = z.byAction[n.action].Union(zone)
	}
	return z
}

// difference returns the packets that two lists surely decide otherwise, and
// those about which either does not know.
func (z zones) difference(o zones) (differs, unknown Region) {
	unknown = z.byAction[0].Union(o.byAction[0])
	differs = Everything()
	for a := Deny; a <= Pass; a++ {
		differs = differs.Subtract(z.byAction[a].Intersect(o.byAction[a]))
	}
	return differs.Subtract(unknown), unknown
}

// changedParts returns what each rule decides where it is changed: a rule of
// many ends and services may be the same but for some.
func changedParts(t *testing.T, a, b List, za, zb zones) map[changeKey]Region {
	t.Helper()
	s := newSpace(a, b)
	pa, errA := newParty(a, s)
	pb, errB := newParty(b, s)
	if errA != nil || errB != nil {
		t.Fatal(errA, errB)
	}
	c := newComparer(s, ListOptions{})
	for f := range spaces {
		matchParties(pa, pb, f)
		c.settle(pa, pb, f)
	}
	out := map[changeKey]Region{}
	for _, x := range slices.Concat(c.suspects(pa, Want, a), c.suspects(pb, Have, b)) {
		if x.known {
			continue // said in other words in the same place: not what a difference is due to
		}
		k := changeKey{x.side, x.rule}
		zone := za.byLine
		if x.side == Have {
			zone = zb.byLine
		}
		out[k] = out[k].Union(s.region(x.family, &x.box.cell).Intersect(zone[x.box.tag.line()]))
	}
	return out
}

// region returns the packets of a cell.
func (s *space) region(family int, c *cell) Region {
	end := func(id, addr int) Endpoints {
		a := s.addrs(family, addr, c)
		ip := uint64(family4)
		if family == space6 {
			ip = family6
		}
		at := EndpointsAt(AddrRange(keyAddr(a.first, ip), keyAddr(a.last, ip)))
		var who Endpoints
		for class, ids := range s.members[:s.others()] {
			if in := uint32(class) >= c.lo[id] && uint32(class) <= c.hi[id]; in {
				who = who.Union(EndpointsOf(ids...))
			}
		}
		if c.hi[id] == s.others() {
			var named []Identity
			for _, ids := range s.members {
				named = append(named, ids...)
			}
			who = who.Union(EndpointsOf(named...).Complement())
		}
		return who.Intersect(at)
	}
	src, dst := end(axisSrcID, axisSrcAddr), end(axisDstID, axisDstAddr)
	var services Traffic
	for p := Protocol(c.lo[axisService] >> serviceBits); p <= Protocol(c.hi[axisService]>>serviceBits); p++ {
		first, last := portsWithin(p, c.lo[axisService], c.hi[axisService])
		switch {
		case p.IsICMP():
			services = append(services, icmpServices(p, wordSpan(uint64(first), uint64(last)))...)
		default:
			services = append(services, PortsBetween(p, PortRange{uint16(c.lo[axisSrcPort]), uint16(c.hi[axisSrcPort])},
				PortRange{uint16(first), uint16(last)}))
		}
	}
	return NewRegion(Box{src, dst, services})
}

// checkCompare compares a comparison with the oracle.
func checkCompare(t *testing.T, a, b List, o ListOptions) ListDelta {
	t.Helper()
	delta, err := CompareLists(a, b, o)
	if err != nil {
		t.Fatal(err)
	}
	za, zb := zonesOf(a), zonesOf(b)
	differs, unknown := za.difference(zb)
	if o.Within != nil {
		differs, unknown = differs.Intersect(*o.Within), unknown.Intersect(*o.Within)
	}
	var explained Region
	changed := changedParts(t, a, b, za, zb)
	for _, c := range delta.Changes {
		zone := changed[changeKey{c.Side, c.Rule}]
		surely, perhaps := zone.Intersect(differs), zone.Intersect(unknown)
		want := NoEffect
		switch {
		case !surely.IsEmpty():
			want = Differs
		case !perhaps.IsEmpty():
			want = Unresolved
		}
		if c.Effect != want {
			t.Fatalf("%s rule %d: %s, want %s", c.Side, c.Rule, c.Effect, want)
		}
		if (c.Example != nil) != (want != NoEffect) {
			t.Fatalf("%s rule %d: %s with example %v", c.Side, c.Rule, c.Effect, c.Example)
		}
		if c.Example != nil {
			in := surely
			if want == Unresolved {
				in = perhaps
			}
			if !in.Contains(*c.Example) {
				t.Fatalf("%s rule %d: %v is no example", c.Side, c.Rule, c.Example)
			}
			explained = explained.Union(zone)
		}
	}
	if !explained.Covers(differs.Union(unknown)) {
		t.Fatalf("not reported: %v", differs.Union(unknown).Subtract(explained).Boxes())
	}
	if delta.Equal() != (differs.IsEmpty() && unknown.IsEmpty()) {
		t.Fatalf("equal %t", delta.Equal())
	}
	return delta
}

func TestCompareListsAgreesWithRegions(t *testing.T) {
	g, inv := newGen(t, 21), tinyInventory()
	effects := map[Effect]int{}
	moved := 0
	for range 1500 {
		c, d := g.longChain(g.IntN(10)), pick(g, []Direction{Egress, Ingress})
		e := g.edited(c)
		if g.IntN(8) == 0 {
			e = g.longChain(g.IntN(10))
		}
		for _, n := range checkCompare(t, NewList(c, d, inv), NewList(e, d, inv), ListOptions{}).Changes {
			effects[n.Effect]++
			if n.Moved {
				moved++
			}
		}
	}
	t.Logf("effects %v, moved %d", effects, moved)
	for e := NoEffect; e <= Unresolved; e++ {
		if effects[e] == 0 {
			t.Errorf("the generator never made %q", e)
		}
	}
	if effects[GaveUp] > 0 || moved == 0 {
		t.Errorf("gave up %d times, moved %d", effects[GaveUp], moved)
	}
}

// exactChain draws a chain of n rules about which everything is known.
func (g gen) exactChain(n int) Chain {
	end := func() Selector {
		return pick(g, []Selector{nil, At{g.addrs()}, At{g.addrs()}, Identities{pick(g, tinyIDs)},
			And{Identities{"a", "zz"}, At{g.addrs()}}, Not{Identities{"b"}}, Group("known")})
	}
	c := g.chain()
	c.Guard = Guard{}
	c.Rules = nil
	for range n {
		r := Rule{Action: pick(g, []Action{Deny, Allow, Allow, Pass}), Target: end(), Peer: end(), Traffic: g.traffic()}
		if c.Order == AnyAllow {
			r.Action = Allow
		}
		c.Rules = append(c.Rules, r)
	}
	return c
}

func TestCompareExactListsAgreesWithRegions(t *testing.T) {
	g, inv := newGen(t, 27), tinyInventory()
	effects := map[Effect]int{}
	for range 400 {
		c := g.exactChain(g.IntN(25))
		for _, n := range checkCompare(t, NewList(c, Egress, inv), NewList(g.edited(c), Egress, inv), ListOptions{}).Changes {
			effects[n.Effect]++
		}
	}
	t.Log(effects)
	if effects[Differs] == 0 || effects[NoEffect] == 0 || effects[Unresolved]+effects[GaveUp] > 0 {
		t.Errorf("effects %v", effects)
	}
}

// What differs outside the packets that count is no difference.
func TestCompareListsWithin(t *testing.T) {
	g, inv := newGen(t, 22), tinyInventory()
	universe := inv.Universe()
	for range 700 {
		c := g.longChain(g.IntN(8))
		within := universe
		if g.IntN(2) == 0 {
			within = g.region()
		}
		checkCompare(t, NewList(c, Ingress, inv), NewList(g.edited(c), Ingress, inv), ListOptions{Within: &within})
	}
}

// Cutting and diagrams are two ways to the same answer.
func TestGapByCuttingAndByDiagram(t *testing.T) {
	g := newGen(t, 23)
	s := newSpace(List{})
	found := map[outcome]int{}
	for range 3000 {
		var gaps gapSearch
		gaps.limit = 1 << 30
		gaps.find = finder{space: s, search: &gaps.search, limit: func() int { return gaps.limit }}.in(space4)
		draw := func(most int) cell {
			var c cell
			for a := range axes {
				c.lo[a] = min(uint32(g.IntN(most)), s.last(space4, a))
				c.hi[a] = min(c.lo[a]+uint32(g.IntN(4)), s.last(space4, a))
			}
			c.lo[axisService] += uint32(TCP) << serviceBits
			c.hi[axisService] += uint32(TCP) << serviceBits
			return c
		}
		whole := draw(1)
		for range g.IntN(40) {
			gaps.boxes = append(gaps.boxes, flat{cell: draw(3)})
		}
		covers := func(p point) bool {
			return slices.ContainsFunc(gaps.boxes, func(f flat) bool { return f.contains(&p) })
		}
		cut := gaps.run(&whole, 1<<30)
		if cut == open {
			if _, p, _ := s.locate(gaps.gap); !whole.contains(&p) || covers(p) {
				t.Fatalf("%v is no gap of %v in %v", p, gaps.boxes, whole)
			}
		}
		diagram := gaps.byDiagram(&whole)
		if diagram == open {
			if _, p, _ := s.locate(gaps.gap); !whole.contains(&p) || covers(p) {
				t.Fatalf("%v is no gap of %v in %v", p, gaps.boxes, whole)
			}
		}
		if cut != diagram {
			t.Fatalf("cutting %d, diagram %d", cut, diagram)
		}
		found[cut]++
	}
	t.Log(found)
	if found[open] == 0 || found[covered] == 0 {
		t.Error("the generator is one-sided")
	}
}

func TestShadowedAndRedundantAgreeWithRegions(t *testing.T) {
	g, inv := newGen(t, 24), tinyInventory()
	counts := map[string]int{}
	for range 600 {
		c := g.longChain(g.IntN(9))
		d := pick(g, []Direction{Egress, Ingress})
		l := NewList(c, d, inv)
		x := mustIndex(t, l)
		shadowed, redundant := x.Shadowed(Effort{}), x.Redundant(Effort{})
		if len(shadowed.Unknown)+len(redundant.Unknown) > 0 {
			t.Fatal("gave up")
		}
		isShadowed, isRedundant := map[int]Proof{}, map[int]Proof{}
		for _, p := range shadowed.Rules {
			isShadowed[p.Rule] = p
		}
		for _, p := range redundant.Rules {
			isRedundant[p.Rule] = p
		}
		for i := range l.rules {
			checkShadowed(t, l, i, isShadowed)
			checkRedundant(t, l, i, isRedundant)
		}
		counts["shadowed"] += len(isShadowed)
		counts["redundant"] += len(isRedundant)
	}
	t.Log(counts)
	if counts["shadowed"] == 0 || counts["redundant"] <= counts["shadowed"] {
		t.Error("the generator is one-sided")
	}
}

// surely unites the sure lines of rules.
func (l List) surely(counts func(rule int) bool) Region {
	var boxes []Box
	for _, n := range l.lines {
		if n.action != 0 && counts(int(n.rule)) {
			boxes = append(boxes, Box{n.src, n.dst, n.traffic})
		}
	}
	return NewRegion(boxes...)
}

// may unites all lines of a rule.
func (l List) may(rule int) Region {
	var boxes []Box
	for _, n := range l.lines {
		if int(n.rule) == rule {
			boxes = append(boxes, Box{n.src, n.dst, n.traffic})
		}
	}
	return NewRegion(boxes...)
}

func checkShadowed(t *testing.T, l List, i int, found map[int]Proof) {
	t.Helper()
	want := l.surely(func(r int) bool { return r < i && r != ByDefault }).Covers(l.may(i))
	p, got := found[i]
	if got != want {
		t.Fatalf("rule %d shadowed: %t, want %t in %+v", i, got, want, l.rules)
	}
	if got && !l.surely(func(r int) bool { return slices.Contains(p.By, r) }).Covers(l.may(i)) {
		t.Fatalf("rule %d is not shadowed by %v alone", i, p.By)
	}
}

func checkRedundant(t *testing.T, l List, i int, found map[int]Proof) {
	t.Helper()
	without := List{rules: l.rules}
	exact := true
	for _, n := range l.lines {
		exact = exact && n.action != 0
		if int(n.rule) != i {
			without.lines = append(without.lines, n)
		}
	}
	differs, unknown := zonesOf(l).difference(zonesOf(without))
	p, got := found[i]
	if got && !differs.IsEmpty() {
		t.Fatalf("rule %d is not redundant: %v", i, differs.Boxes())
	}
	if !got && exact && differs.IsEmpty() && unknown.IsEmpty() {
		t.Fatalf("rule %d is redundant in %+v", i, l.rules)
	}
	if got && !l.surely(func(r int) bool { return slices.Contains(p.By, r) }).Covers(zonesOf(l).byRule[i]) {
		t.Fatalf("%v do not do the work of rule %d", p.By, i)
	}
}

func TestOverlappingAndConflicts(t *testing.T) {
	g, inv := newGen(t, 25), tinyInventory()
	conflicts := 0
	for range 400 {
		l := NewList(g.longChain(g.IntN(10)), Ingress, inv)
		x := mustIndex(t, l)
		found := map[[2]int]Conflict{}
		for c := range x.Conflicts() {
			found[[2]int{c.Earlier, c.Later}] = c
		}
		for i := range l.rules {
			over := x.Overlapping(i)
			for j := range l.rules {
				meet := l.may(i).Intersect(l.may(j))
				if j != i && slices.Contains(over, j) != !meet.IsEmpty() {
					t.Fatalf("rules %d and %d overlap: %t", i, j, meet.IsEmpty())
				}
				c, got := found[[2]int{j, i}]
				if want := j < i && !meet.IsEmpty() && l.rules[i].Action != l.rules[j].Action; got != want {
					t.Fatalf("rules %d and %d conflict: %t, want %t", j, i, got, want)
				}
				if got && !meet.Contains(c.Example) {
					t.Fatalf("rules %d and %d do not both match %v", j, i, c.Example)
				}
				if got {
					conflicts++
				}
			}
		}
	}
	if conflicts == 0 {
		t.Error("the generator never made a conflict")
	}
}

func TestLongestRising(t *testing.T) {
	g := newGen(t, 26)
	for range 500 {
		v := make([]int32, g.IntN(9))
		for i, n := range rand.New(rand.NewPCG(g.Uint64(), 1)).Perm(len(v)) {
			v[i] = int32(n)
		}
		best := 0
		for set := range 1 << len(v) {
			last, n, rising := int32(-1), 0, true
			for i, x := range v {
				if set>>i&1 == 1 {
					rising = rising && x > last
					last = x
					n++
				}
			}
			if rising {
				best = max(best, n)
			}
		}
		got, last := 0, int32(-1)
		for i, in := range longestRising(v) {
			if in {
				if v[i] < last {
					t.Fatalf("%v: not rising", v)
				}
				last = v[i]
				got++
			}
		}
		if got != best {
			t.Fatalf("%v: %d, want %d", v, got, best)
		}
	}
}

// Adversarial lists: each has an answer, in bounded work.

// ranges draws a list of random overlapping ranges on all axes: whole-set
// diagrams of a thousand such rules do not fit into memory.
func ranges(r *rand.Rand, n int) []Rule {
	addr := func() Selector {
		a, b := r.Uint32(), r.Uint32()
		if b < a {
			a, b = b, a
		}
		return At{AddrRange(keyAddr(keyOf(uint64(a)), family4), keyAddr(keyOf(uint64(b)), family4))}
	}
	port := func() PortRange {
		a, b := uint16(r.Uint32()), uint16(r.Uint32())
		return PortRange{min(a, b), max(a, b)}
	}
	rules := make([]Rule, n)
	for i := range rules {
		rules[i] = Rule{Action: someAction(r, 50), Target: addr(), Peer: addr(), Traffic: Traffic{PortsBetween(TCP, port(), port())}}
	}
	return rules
}

// checkExamples checks every example against the plain first match, and that
// differing rules have one.
func checkExamples(t *testing.T, want, have []Rule, d ListDelta) map[Effect]int {
	t.Helper()
	effects := map[Effect]int{}
	chain := func(rules []Rule) Chain { return Chain{Order: FirstMatch, Default: Deny, Rules: rules} }
	for _, c := range d.Changes {
		effects[c.Effect]++
		if (c.Example != nil) != (c.Effect == Differs) {
			t.Fatalf("%+v", c)
		}
		if c.Example == nil {
			continue
		}
		wa, wr := plainMatch(chain(want), Ingress, Inventory{}, *c.Example)
		ha, hr := plainMatch(chain(have), Ingress, Inventory{}, *c.Example)
		if wa == ha || c.Want != (Match{wa, wr}) || c.Have != (Match{ha, hr}) ||
			c.Side == Want && c.Rule != wr || c.Side == Have && c.Rule != hr {
			t.Fatalf("%+v: want %v by %d, have %v by %d", c, wa, wr, ha, hr)
		}
	}
	return effects
}

func mustCompare(t testing.TB, want, have []Rule, o ListOptions) ListDelta {
	t.Helper()
	d, err := CompareLists(listOf(want), listOf(have), o)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestCompareRandomOverlappingRanges(t *testing.T) {
	for seed := range uint64(5) {
		r := rand.New(rand.NewPCG(seed, 30))
		want := ranges(r, 1000)
		have := withChanges(r, want)
		effects := checkExamples(t, want, have, mustCompare(t, want, have, ListOptions{}))
		t.Logf("seed %d: %v", seed, effects)
		// Nothing in common, each rule overlapping hundreds: here it may give up, within the
		// total.
		other := ranges(r, 300)
		d := mustCompare(t, want[:300], other, ListOptions{Effort: Effort{PerBox: 20_000, Total: 5_000_000}})
		effects = checkExamples(t, want[:300], other, d)
		t.Logf("seed %d, unrelated: %v, %d tests", seed, effects, d.Tests)
		if d.Equal() || effects[Differs] == 0 {
			t.Error("unrelated lists are equal")
		}
	}
}

func TestEffortIsABound(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 31))
	want, have := ranges(r, 500), ranges(r, 500)
	const perBox, total = 1000, 100_000
	d := mustCompare(t, want, have, ListOptions{Effort: Effort{PerBox: perBox, Total: total}})
	effects := checkExamples(t, want, have, d)
	if effects[GaveUp] == 0 || d.Equal() {
		t.Errorf("effects %v", effects)
	}
	// Each of a dozen steps on one box may run over by what it has in hand.
	if most := total + 100*perBox; d.Tests > most {
		t.Errorf("%d tests, want at most %d", d.Tests, most)
	}
	for name, n := range map[string]Needless{
		"shadowed":  mustIndex(t, listOf(want)).Shadowed(Effort{PerBox: perBox, Total: total}),
		"redundant": mustIndex(t, listOf(want)).Redundant(Effort{PerBox: perBox, Total: total}),
	} {
		if most := total + 100*perBox; n.Tests > most || len(n.Unknown) == 0 {
			t.Errorf("%s: %d tests, %d unknown", name, n.Tests, len(n.Unknown))
		}
	}
}

// One rule against the 2^k blocks, or the 2^k products of ranges, that make it up.
func TestCompareSplits(t *testing.T) {
	whole := Rule{Action: Allow, Target: At{MustPrefixes("10.0.0.0/8")}, Traffic: Traffic{Ports(TCP, 0, 1023)}}
	last := Rule{Action: Deny}
	for _, tt := range []struct {
		name        string
		bits, ports int // halvings of the address and of the ports
	}{
		{"one half", 1, 0}, {"16 blocks", 4, 0}, {"256 blocks", 8, 0}, {"4096 blocks", 12, 0},
		{"2 blocks of 2 ranges", 1, 1}, {"8 blocks of 8 ranges", 3, 3}, {"64 blocks of 64 ranges", 6, 6},
	} {
		var split []Rule
		for i := range 1 << tt.bits {
			for p := range 1 << tt.ports {
				r := whole
				from := uint64(10<<24 | i<<(24-tt.bits))
				r.Target = At{AddrRange(keyAddr(keyOf(from), family4), keyAddr(keyOf(from+1<<(24-tt.bits)-1), family4))}
				width := 1024 >> tt.ports
				r.Traffic = Traffic{Ports(TCP, uint16(p*width), uint16((p+1)*width-1))}
				split = append(split, r)
			}
		}
		r := rand.New(rand.NewPCG(uint64(tt.bits), 32))
		r.Shuffle(len(split), func(i, j int) { split[i], split[j] = split[j], split[i] })
		if d := mustCompare(t, []Rule{whole, last}, append(split, last), ListOptions{}); !d.Equal() {
			t.Errorf("%s: %+v", tt.name, d.Changes[0])
		}
		holed := append(slices.Clone(split[1:]), last)
		d := mustCompare(t, []Rule{whole, last}, holed, ListOptions{})
		if effects := checkExamples(t, []Rule{whole, last}, holed, d); effects[Differs] == 0 {
			t.Errorf("%s: the missing block is not found: %v", tt.name, effects)
		}
		if n := mustIndex(t, listOf(append(slices.Clone(split), whole))).Shadowed(Effort{}); len(n.Rules) != 1 || len(n.Rules[0].By) != len(split) {
			t.Errorf("%s: %d shadowed", tt.name, len(n.Rules))
		}
	}
}

func TestComparePermutedAndRewritten(t *testing.T) {
	for _, k := range kinds {
		r := rand.New(rand.NewPCG(3, 33))
		rules := k.draw(r, 2000)
		for i, edit := range []func(*rand.Rand, []Rule) []Rule{reordered, rewritten} {
			d := mustCompare(t, rules, edit(r, rules), ListOptions{})
			if !d.Equal() || len(d.Changes) == 0 {
				t.Errorf("%s, edit %d: %d changes, equal %t", k.name, i, len(d.Changes), d.Equal())
			}
		}
		have := withChanges(r, rules)
		d := mustCompare(t, rules, have, ListOptions{})
		if effects := checkExamples(t, rules, have, d); effects[Differs] == 0 || effects[GaveUp] > 0 {
			t.Errorf("%s: %v", k.name, effects)
		}
	}
}

// The order of rules that only allow does not count.
func TestShuffledAllowListIsEqual(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 34))
	rules := firewallRules(r, 2000)
	for i := range rules {
		rules[i].Action = Allow
	}
	shuffled := slices.Clone(rules)
	r.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
	if d := mustCompare(t, rules, shuffled, ListOptions{}); !d.Equal() {
		t.Error("order counts")
	}
}

func TestEqualListsHaveNoChange(t *testing.T) {
	rules := cloudRules(rand.New(rand.NewPCG(5, 35)), 500)
	if d := mustCompare(t, rules, slices.Clone(rules), ListOptions{}); len(d.Changes) != 0 || !d.Equal() {
		t.Errorf("%+v", d.Changes)
	}
	var zero List
	d, err := CompareLists(zero, zero, ListOptions{})
	if err != nil || len(d.Changes) != 0 {
		t.Errorf("%+v, %v", d, err)
	}
}

// Too many boxes are refused, not attempted: 4000 identities to 4000 others, each
// a class of its own.
func TestTooManyBoxes(t *testing.T) {
	var all Identities
	var rules []Rule
	for i := range 8000 {
		id := Identity(fmt.Sprint("w", 10000+i))
		rules = append(rules, Rule{Action: Allow, Target: Identities{id}, Traffic: Traffic{Ports(TCP, uint16(i), uint16(i))}})
		if i%2 == 0 {
			all = append(all, id)
		}
	}
	rules = append(rules, Rule{Action: Allow, Target: all, Peer: all, Traffic: Traffic{AllOf(UDP)}})
	if _, err := listOf(rules).Index(); err == nil {
		t.Error("no error")
	}
	if _, err := CompareLists(listOf(rules), listOf(nil), ListOptions{}); err == nil {
		t.Error("no error")
	}
}
