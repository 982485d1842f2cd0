package model

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// scanned is the first wanted tag among boxes, one by one.
func scanned(boxes []flat, w sought, holds func(*flat) bool) tag {
	first := noTag
	for i := range boxes {
		if f := &boxes[i]; w.has(f.tag) && holds(f) {
			first = min(first, f.tag)
		}
	}
	return first
}

// Searches of a tree find what going through the boxes finds, however many there are.
func TestTreeAgreesWithScan(t *testing.T) {
	for _, k := range kinds {
		for _, n := range []int{0, 1, 7, 9, 64, 65, 129, 500, 3000} {
			r := rand.New(rand.NewPCG(uint64(n), 36))
			x := mustIndex(t, listOf(k.draw(r, n)))
			tr, boxes := x.trees[space4], x.trees[space4].boxes
			if order := slices.Sorted(slices.Values(tr.order)); len(order) != len(boxes) || order[len(order)-1] != int32(len(boxes)-1) || len(slices.Compact(order)) != len(boxes) {
				t.Fatalf("%s, %d: boxes lost or doubled", k.name, n)
			}
			var s search
			for i := range 100 {
				b := &boxes[r.IntN(len(boxes))]
				p := b.sample(i)
				w := sought{first: tag(r.IntN(4*n/2 + 1)), limit: tag(r.IntN(8*n + 8)), actions: actions(r.IntN(16))}
				if got, want := s.match(tr, &p, w), scanned(boxes, w, func(f *flat) bool { return f.contains(&p) }); got != want {
					t.Fatalf("%s, %d: match %d, want %d", k.name, n, got, want)
				}
				if got, want := s.container(tr, &b.cell, w), scanned(boxes, w, func(f *flat) bool { return f.covers(&b.cell) }); got != want {
					t.Fatalf("%s, %d: container %d, want %d", k.name, n, got, want)
				}
				hits := s.overlaps(tr, &b.cell, w, len(boxes)+1, nil)
				slices.Sort(hits)
				var want []int32
				for j := range boxes {
					if w.has(boxes[j].tag) && boxes[j].overlaps(&b.cell) {
						want = append(want, int32(j))
					}
				}
				if !slices.Equal(hits, want) {
					t.Fatalf("%s, %d: %d overlaps, want %d", k.name, n, len(hits), len(want))
				}
			}
		}
	}
}

// Both ways to see whether a rule is redundant agree: all later rules at once, and one by one.
func TestNextMatchAgreesWithOneByOne(t *testing.T) {
	outcomes := map[outcome]int{}
	draws := append(slices.Clone(kinds), struct {
		name string
		draw func(r *rand.Rand, n int) []Rule
	}{"ranges", ranges})
	for _, k := range draws {
		for seed := range uint64(3) {
			r := rand.New(rand.NewPCG(seed, 37))
			x := mustIndex(t, listOf(k.draw(r, 250)))
			n := &needs{index: x, per: 400_000}
			f := finder{space: x.space, search: &n.gaps.search, limit: func() int { return n.gaps.limit }}
			for rule := range x.list.rules {
				n.rule = rule
				for _, p := range x.places(rule) {
					n.gaps.find = f.in(int(p.family))
					tr := x.trees[p.family]
					b := &tr.boxes[p.index]
					w := n.opposing(tr, b)
					all, each := n.next.run(n, tr, b, w), n.oneByOne(tr, b, w)
					if all != tooMuch && each != tooMuch && all != each {
						t.Fatalf("%s, seed %d, rule %d: all at once %d, one by one %d", k.name, seed, rule, all, each)
					}
					outcomes[all]++
				}
			}
		}
	}
	t.Log(outcomes)
	if outcomes[covered] == 0 || outcomes[open] == 0 {
		t.Error("the generators are one-sided")
	}
}

// What is found redundant can go, by the whole diagram; what is not cannot. Lists are long enough for
// wide rules to have many opponents.
func TestRedundantAmongManyOpponents(t *testing.T) {
	redundant := 0
	for seed := range uint64(rounds(t, 15, 4)) {
		r := rand.New(rand.NewPCG(seed, 38))
		rules := pick(gen{r}, []func(*rand.Rand, int) []Rule{firewallRules, ranges})(r, 20+r.IntN(30))
		for i := range rules {
			if r.IntN(3) == 0 { // crowded, for rules to cover each other
				rules[i].Peer = nil
			}
			rules[i].Traffic = Traffic{Ports(TCP, uint16(r.IntN(3)), uint16(3+r.IntN(4)))}
		}
		l := listOf(rules)
		n := mustIndex(t, l).Redundant(Effort{})
		found := map[int]Proof{}
		for _, p := range n.Rules {
			found[p.Rule] = p
		}
		redundant += len(found)
		if len(n.Unknown) > 0 {
			t.Fatalf("seed %d: gave up on %v", seed, n.Unknown)
		}
		for i := range rules {
			checkRedundant(t, l, i, found)
		}
	}
	t.Logf("%d redundant", redundant)
	if redundant == 0 {
		t.Error("the generator is one-sided")
	}
}
