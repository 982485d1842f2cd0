package model

import "slices"

// Proof says why a rule is not needed.
type Proof struct {
	// Rule is the position of the rule.
	Rule int
	// By is the positions of rules that do its work, or [ByGuard] or [ByDefault],
	// ascending; together they match whatever the rule would decide. Empty for a rule that
	// matches no packet.
	By []int
}

// Needless is the answer to which rules are not needed.
type Needless struct {
	// Rules are those proven not to be, by position.
	Rules []Proof
	// Unknown is the positions of those about which the effort did not suffice.
	Unknown []int
	// Tests is the work that was done, in the unit of [Effort].
	Tests int
}

// Shadowed returns the rules that never decide, because earlier rules surely
// match all that they do, one of them or several together. Rules whose matches are unknown in
// part shadow with the known part only.
func (x *Index) Shadowed(e Effort) Needless { return x.needless(e, (*needs).shadowed) }

// Redundant returns the rules each of which could be taken out alone without
// changing what the list does with any packet: the shadowed ones, and those whose
// packets later rules and the default decide alike. Of two equal rules both are returned: to
// take one out may make the other needed. Where it is unknown what a later rule
// matches, a rule before it counts as needed.
func (x *Index) Redundant(e Effort) Needless { return x.needless(e, (*needs).redundant) }

// needs judges the rules of one index.
type needs struct {
	index *Index
	gaps  gapSearch
	per   int
	rule  int // in hand
	by    []int
	next  nextSearch
	hits  []int32
}

func (x *Index) needless(e Effort, judge func(*needs, place) outcome) Needless {
	n := &needs{index: x, per: e.perBox()}
	f := finder{space: x.space, search: &n.gaps.search, limit: func() int { return n.gaps.limit }}
	var out Needless
	for rule := range x.list.rules {
		if n.gaps.tests >= e.total() {
			out.Unknown = append(out.Unknown, rule)
			continue
		}
		n.rule, n.by = rule, nil
		all := covered
		for _, p := range x.places(rule) {
			n.gaps.find = f.in(int(p.family))
			if all = judge(n, p); all != covered {
				break
			}
		}
		switch all {
		case covered:
			slices.Sort(n.by)
			out.Rules = append(out.Rules, Proof{Rule: rule, By: slices.Compact(n.by)})
		case tooMuch:
			out.Unknown = append(out.Unknown, rule)
		case open:
		}
	}
	out.Tests = n.gaps.tests
	return out
}

// shadowed says whether earlier rules cover a box of the rule in hand.
func (n *needs) shadowed(p place) outcome {
	t := n.index.trees[p.family]
	b := &t.boxes[p.index]
	return n.covered(t, &b.cell, b.tag, func(o tag) bool { return n.index.ruleOf(o) < n.rule })
}

// covered says whether the sure lines before a tag whose rules count cover a
// cell, and remembers which.
func (n *needs) covered(t *tree, c *cell, before tag, counts func(tag) bool) outcome {
	w := sought{limit: before, actions: sureActions}
	if o := n.gaps.container(t, c, w); o != noTag && counts(o) {
		n.by = append(n.by, n.index.ruleOf(o))
		return covered
	}
	n.gaps.limit = n.gaps.tests + n.per
	for _, p := range [...]point{c.lo, c.hi} {
		if o := n.gaps.match(t, &p, w); o == noTag {
			return open
		}
	}
	n.gaps.boxes = n.gaps.boxes[:0]
	if !n.gaps.take(t, c, w, max(16, n.per/8)) {
		return tooMuch
	}
	n.gaps.boxes = slices.DeleteFunc(n.gaps.boxes, func(f flat) bool { return !counts(f.tag) })
	out := n.gaps.run(c, n.per)
	if out == covered {
		for _, o := range n.gaps.used {
			n.by = append(n.by, n.index.ruleOf(o))
		}
	}
	return out
}

// redundant says whether, wherever a box of the rule in hand decides, the next
// match does the same.
func (n *needs) redundant(p place) outcome {
	t := n.index.trees[p.family]
	b := &t.boxes[p.index]
	if n.needed(t, b, 0, fewSamples) {
		return open
	}
	// What an earlier rule covers whole is never decided here.
	if o := n.gaps.container(t, &b.cell, sought{limit: b.tag, actions: sureActions}); o != noTag && n.others(o) {
		n.by = append(n.by, n.index.ruleOf(o))
		return covered
	}
	w := n.opposing(t, b)
	n.hits = n.gaps.overlaps(t, &b.cell, w, fewOpponents, n.hits[:0])
	n.sortHits(t)
	if n.exposed(t, b) {
		return open
	}
	if len(n.hits) < fewOpponents {
		if out := n.against(t, b); out != tooMuch {
			return out
		}
	}
	if n.needed(t, b, fewSamples, manySamples) {
		return open
	}
	if out := n.next.run(n, t, b, w); out != tooMuch {
		return out
	}
	return n.oneByOne(t, b, w)
}

// fewOpponents is up to how many lines that oppose a box are gone through one by one.
const fewOpponents = 8

// exposed tries a packet of each of the first opponents: most rules are needed, and
// against one of these already.
func (n *needs) exposed(t *tree, b *flat) bool {
	for i, h := range n.hits[:min(len(n.hits), exposedOpponents)] {
		o := &t.boxes[h]
		if !n.others(o.tag) || o.tag.action() == 0 {
			continue
		}
		both := b.intersect(&o.cell)
		p := both.sample(i + 2)
		if n.gaps.match(t, &p, sought{limit: b.tag, actions: everyAction}) != noTag {
			continue
		}
		if n.gaps.match(t, &p, sought{first: b.tag + 1, limit: o.tag, actions: everyAction}) == noTag {
			return true
		}
	}
	return false
}

// others reports whether a line is of another rule than the one in hand.
func (n *needs) others(o tag) bool { return n.index.ruleOf(o) != n.rule }

// opposing says which later lines decide what a box decides otherwise, or may, and come before what
// is known to decide it alike, as a whole.
func (n *needs) opposing(t *tree, b *flat) sought {
	w := sought{first: b.tag + 1, limit: noTag, actions: everyAction &^ actionSet(n.index.list.rules[n.rule].Action)}
	last := n.gaps.container(t, &b.cell, sought{first: b.tag + 1, limit: noTag, actions: sureActions})
	if last != noTag && n.others(last) {
		w.limit = last + 1
		n.by = append(n.by, n.index.ruleOf(last))
	}
	return w
}

// oneByOne says whether others cover a box of the rule in hand before each opposing line.
func (n *needs) oneByOne(t *tree, b *flat, w sought) outcome {
	room := max(64, n.per/8)
	n.hits = n.gaps.overlaps(t, &b.cell, w, room, n.hits[:0])
	if len(n.hits) >= room {
		return tooMuch
	}
	n.sortHits(t)
	return n.against(t, b)
}

// against says whether others cover a box of the rule in hand before each of the hits
// that overlaps it.
func (n *needs) against(t *tree, b *flat) outcome {
	spent := n.gaps.tests + n.per
	for _, h := range n.hits {
		o := &t.boxes[h]
		if !n.others(o.tag) {
			continue // its own matches, where they are unknown
		}
		if n.gaps.tests > spent {
			return tooMuch
		}
		both := b.intersect(&o.cell)
		if out := n.covered(t, &both, o.tag, n.others); out != covered {
			return out
		}
	}
	return covered
}

func (n *needs) sortHits(t *tree) {
	slices.SortFunc(n.hits, func(a, b int32) int {
		if x, y := t.boxes[a].tag, t.boxes[b].tag; x != y {
			if x < y {
				return -1
			}
			return 1
		}
		return int(a - b)
	})
}

// How many packets of a box are tried, and of how many opponents, before it is looked at as a whole.
const (
	fewSamples       = 2
	manySamples      = 18
	exposedOpponents = 6
)

// needed tries the packets of a box from first to before last: one that it decides, and
// that the next match would decide otherwise, is enough.
func (n *needs) needed(t *tree, b *flat, first, last int) bool {
	for i := first; i < last; i++ {
		p := b.sample(i)
		if n.gaps.match(t, &p, sought{limit: b.tag, actions: everyAction}) != noTag {
			continue
		}
		next := n.gaps.match(t, &p, sought{first: b.tag + 1, limit: noTag, actions: everyAction})
		if next != noTag && n.others(next) && next.action() != b.tag.action() &&
			next.action() != 0 && b.tag.action() != 0 {
			return true
		}
	}
	return false
}
