package model

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// longChainOf is rules in a chain: of an any-allow chain all allow.
func longChainOf(rules []Rule, o Order) Chain {
	rules = slices.Clone(rules)
	for i := range rules {
		rules[i].Priority = i
		rules[i].Target = nil
		if o == AnyAllow {
			rules[i].Action = Allow
		}
	}
	return Chain{Order: o, Default: Deny, Rules: rules}
}

// decidesLike holds a minimised list against the original on packets of its rules, by going
// through both lists.
func decidesLike(t *testing.T, c Chain, m Minimised) {
	t.Helper()
	r := rand.New(rand.NewPCG(1, 41))
	before, after := mustIndex(t, NewList(c, Ingress, Inventory{})), mustIndex(t, NewList(c.with(m.Rules()), Ingress, Inventory{}))
	for i := range 2_000 {
		boxes := before.trees[space4].boxes
		f := before.space.example(space4, &boxes[r.IntN(len(boxes))].cell)
		b := &boxes[r.IntN(len(boxes))].cell
		p := b.sample(i)
		if i%2 == 0 {
			f = before.space.example(space4, &cell{p, p})
		}
		if want, have := before.First(f).Action, after.First(f).Action; want != have {
			t.Fatalf("%s: %s, was %s", f, have, want)
		}
	}
}

// Lists beyond what is searched lose what is needless, and nothing else.
func TestMinimiseLongListsLoseWhatIsNeedless(t *testing.T) {
	for _, k := range kinds[1:] { // without groups, which nothing is known of
		for _, o := range []Order{FirstMatch, AnyAllow} {
			c := longChainOf(k.draw(rand.New(rand.NewPCG(6, 42)), 6_000), o)
			m := Minimise(c, MinimiseOptions{})
			t.Logf("%s, %s: %d of %d", k.name, o, len(m.Entries), m.Before)
			if len(m.Entries) >= m.Before*19/20 || m.Unsearched == "" {
				t.Errorf("%s, %s: %d entries of %d; %q", k.name, o, len(m.Entries), m.Before, m.Unsearched)
			}
			decidesLike(t, c, m)
			d, err := CompareLists(NewList(c, Ingress, Inventory{}), NewList(c.with(m.Rules()), Ingress, Inventory{}), ListOptions{})
			if err != nil || !d.Equal() {
				t.Errorf("%s, %s: the engine tells them apart, or cannot say: %v", k.name, o, err)
			}
			for _, e := range m.Entries {
				if len(e.From) == 0 || c.Rules[e.From[0]].Action != e.Rule.Action {
					t.Fatalf("an entry from nowhere: %+v", e)
				}
			}
		}
	}
}

// What is dropped together is dropped rightly, by the whole diagram, also where rules make up for each other.
func TestDroppedTogether(t *testing.T) {
	g := newGen(t, 43)
	dropped := 0
	for range rounds(t, 400, 60) {
		c := Chain{Order: FirstMatch, Default: pick(g, []Action{Deny, Allow, Pass})}
		for i := range 4 + g.IntN(10) {
			r := g.tinyRule(pick(g, []Action{Deny, Allow, Pass}), i)
			c.Rules = append(c.Rules, r)
			if g.IntN(3) == 0 { // twins, of which one has to stay
				r.Priority = len(c.Rules)
				c.Rules = append(c.Rules, r)
			}
		}
		for i := range c.Rules {
			c.Rules[i].Priority = i
		}
		x := mustIndex(t, NewList(c, Ingress, Inventory{}))
		gone := droppable(x.Redundant(Effort{}))
		var rest []Rule
		for i, r := range c.Rules {
			if !gone[i] {
				rest = append(rest, r)
			}
		}
		dropped += len(gone)
		for _, f := range minPackets() {
			if want, have := decideBy(c, f, Inventory{}), decideBy(c.with(rest), f, Inventory{}); want != have {
				t.Fatalf("%s: %s, was %s without %v of\n%s", f, have, want, gone, listed(c.Rules))
			}
		}
	}
	t.Logf("%d dropped", dropped)
	if dropped == 0 {
		t.Error("the generator is one-sided")
	}
}

// Ordered lists too large for one grid shrink too: below the number of entries that they were made of before each
// was cut in pieces.
func TestOrderedListsOfAThousandEntries(t *testing.T) {
	for seed := range uint64(rounds(t, 3, 1)) {
		g := gen{rand.New(rand.NewPCG(seed, 44))}
		short := g.hidden(667)
		c := g.fragment(short, 1_000)
		m := Minimise(c, MinimiseOptions{})
		t.Logf("seed %d: %d entries, cut from %d, are %d", seed, m.Before, len(short.Rules), len(m.Entries))
		if len(m.Entries) > len(short.Rules) || m.Unsearched != tooLarge {
			t.Errorf("%d entries; %q", len(m.Entries), m.Unsearched)
		}
		decidesLike(t, c, m)
		d, err := CompareLists(NewList(c, Ingress, Inventory{}), NewList(c.with(m.Rules()), Ingress, Inventory{}), ListOptions{})
		if err != nil || !d.Equal() {
			t.Errorf("the engine tells them apart, or cannot say: %v", err)
		}
	}
}

// A window has to leave undecided what its entries did, for the entries behind it.
func TestWindowsLeaveTheRestAlone(t *testing.T) {
	g := newGen(t, 45)
	shrunk := 0
	for range rounds(t, 300, 40) {
		c := Chain{Order: FirstMatch, Default: Deny}
		for i := range 8 + g.IntN(24) {
			c.Rules = append(c.Rules, g.tinyRule(pick(g, []Action{Deny, Allow}), i))
		}
		m := newMinimiser(c, MinimiseOptions{})
		all := MustPrefixes("0.0.0.0/0").Prefixes()[0]
		var rules []Rule
		for i, u := range m.searchWindows(m.units, all) {
			rules = append(rules, m.stand(u.entry(), i))
			rules[i].Target = nil
		}
		shrunk += len(c.Rules) - len(rules)
		for _, f := range minPackets() {
			if want, have := decideBy(c, f, Inventory{}), decideBy(c.with(rules), f, Inventory{}); want != have {
				t.Fatalf("%s: %s, was %s\nbefore:\n%s\nafter:\n%s", f, have, want, listed(c.Rules), listed(rules))
			}
		}
	}
	t.Logf("%d entries less", shrunk)
	if shrunk == 0 {
		t.Error("nothing shrinks")
	}
}
