package model

import (
	"cmp"
	"slices"
)

// Effect says what a change of a rule does to traffic. The zero Effect is
// invalid.
type Effect uint8

const (
	// NoEffect changes decide no packet otherwise: a rule that other rules
	// make up for, that never decided anything, or that moved past rules it does not meet.
	NoEffect Effect = iota + 1
	// Differs changes decide some packet otherwise.
	Differs
	// Unresolved changes may decide some packet otherwise, depending on something
	// unknown about the rule or about one that would decide instead.
	Unresolved
	// GaveUp changes were not understood within the limits.
	GaveUp
)

// String returns "no effect", "differs", "unresolved", "gave up" or "invalid".
func (e Effect) String() string {
	switch e {
	case NoEffect:
		return "no effect"
	case Differs:
		return "differs"
	case Unresolved:
		return "unresolved"
	case GaveUp:
		return "gave up"
	}
	return "invalid"
}

// Side tells two lists apart that are compared. The zero Side is invalid.
type Side uint8

const (
	// Want is the first list.
	Want Side = iota + 1
	// Have is the second list.
	Have
)

// String returns "want", "have" or "invalid".
func (s Side) String() string {
	switch s {
	case Want:
		return "want"
	case Have:
		return "have"
	}
	return "invalid"
}

// RuleChange is one rule of one list that the other does not have, has in another
// place among the others, or of which it is unknown what it matches.
type RuleChange struct {
	Side Side // whose rule it is
	Rule int  // its position in that list
	// Moved says that the other list has all of the rule, in another order.
	Moved  bool
	Effect Effect
	// Example is a packet that this rule decides, or may decide, and the other list
	// decides otherwise, or may. Nil for NoEffect and GaveUp.
	Example *Flow
	// Want and Have are what the lists do with the example; zero without one.
	Want, Have Match
}

// ListDelta is how two lists differ.
type ListDelta struct {
	// Changes are sorted by side and position. None: the lists are the same
	// rules in the same order, but for what does not count.
	Changes []RuleChange
	// Tests is the work that was done, in the unit of [Effort].
	Tests int
}

// Equal reports whether both lists are known to decide every packet alike.
func (d ListDelta) Equal() bool {
	return !slices.ContainsFunc(d.Changes, func(c RuleChange) bool { return c.Effect != NoEffect })
}

// ListOptions bounds a comparison. The zero value asks about every packet there
// can be, at the default effort.
type ListOptions struct {
	// Within is the packets that count; a difference elsewhere is none. Nil: all.
	// For a chain of a stateful layer that is [Inventory.Universe].
	Within *Region
	Effort Effort
}

// CompareLists returns which rules make have decide other than want, with a packet
// for each. It fails when the rules expand to too many boxes (8 million).
//
// It works from what changed: equal rules in equal order are matched first, and only what is
// left over, or moved, is looked at, each in its own box. That finds every difference,
// because a packet that the lists decide differently is first matched, in one list or the
// other, by such a rule. The time is n log n in the number of rules, and up to the
// effort per box of each rule that changed.
func CompareLists(want, have List, o ListOptions) (ListDelta, error) {
	s := newSpace(want, have)
	w, err := newParty(want, s)
	if err != nil {
		return ListDelta{}, err
	}
	h, err := newParty(have, s)
	if err != nil {
		return ListDelta{}, err
	}
	c := newComparer(s, o)
	c.lists = [...]List{want, have}
	for f := range spaces {
		matchParties(w, h, f)
		c.settle(w, h, f)
	}
	ws, hs := c.suspects(w, Want, want), c.suspects(h, Have, have)
	open := func(s suspect) bool { return !s.known }
	if slices.ContainsFunc(ws, open) || slices.ContainsFunc(hs, open) {
		for f := range spaces {
			w.plant(f)
			h.plant(f)
		}
	}
	d := ListDelta{Changes: append(c.judgeAll(ws, w, h), c.judgeAll(hs, h, w)...)}
	d.Tests = c.gaps.tests
	for i := range d.Changes {
		n := &d.Changes[i]
		n.Moved = c.moves[n.key()] == move{true, true}
	}
	return d, nil
}

// comparer judges the changed boxes of two parties.
type comparer struct {
	gaps   gapSearch
	find   finder
	effort Effort
	hits   []int32
	others []flat
	moves  map[changeKey]move
	lists  [2]List
	theirs tag // what the other party matches the packet in gaps.gap with
}

// move says of the changed boxes of a rule whether all have twins, and whether
// one of them moved.
type move struct{ twins, moved bool }

type changeKey struct {
	side Side
	rule int
}

func (r *RuleChange) key() changeKey { return changeKey{r.Side, r.Rule} }

func newComparer(s *space, o ListOptions) *comparer {
	c := &comparer{effort: o.Effort, moves: map[changeKey]move{}}
	c.find = finder{space: s, within: o.Within, search: &c.gaps.search, limit: func() int { return c.gaps.limit }}
	return c
}

// tell says what both lists do with the example of a change: the one matches it with s
// first, the other with a line of its own.
func (c *comparer) tell(r *RuleChange, s *suspect, theirs tag) {
	mine, other := &r.Want, &r.Have
	lists := c.lists
	if s.side == Have {
		mine, other = other, mine
		lists[0], lists[1] = lists[1], lists[0]
	}
	*mine, *other = lists[0].matchOf(s.box.tag), lists[1].matchOf(theirs)
}

// suspect is a changed box.
type suspect struct {
	side   Side
	rule   int
	family int
	box    flat
	twin   tag
	known  bool // to have no effect
}

// suspects returns the changed boxes of a party, sorted by the position of their
// rules: guard, rules, default.
func (c *comparer) suspects(p *party, side Side, l List) []suspect {
	var out []suspect
	for f := range spaces {
		for i := range p.boxes[f] {
			if p.changed(f, i) {
				b := p.boxes[f][i]
				s := suspect{side, int(l.lines[b.tag.line()].rule), f, b, p.twins[f][i], p.settled[f][i]}
				k := changeKey{side, s.rule}
				m, seen := c.moves[k]
				m.twins = s.twin != noTag && !s.known && (m.twins || !seen)
				m.moved = m.moved || p.moved[f][i]
				c.moves[k] = m
				out = append(out, s)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b suspect) int {
		return cmp.Or(cmp.Compare(a.rule, b.rule), cmp.Compare(a.box.tag, b.box.tag))
	})
	return out
}

// judgeAll judges the boxes of a party, and makes one change of those of one
// rule: the worst, in the order differs, gave up, unresolved, no effect.
func (c *comparer) judgeAll(ss []suspect, me, other *party) []RuleChange {
	var out []RuleChange
	for i := range ss {
		s := &ss[i]
		n := len(out)
		if n == 0 || out[n-1].key() != (changeKey{s.side, s.rule}) {
			out = append(out, RuleChange{Side: s.side, Rule: s.rule, Effect: NoEffect})
			n++
		}
		if out[n-1].Effect == Differs || s.known {
			continue
		}
		if r := c.judge(s, me, other); r.Effect.gravity() > out[n-1].Effect.gravity() {
			out[n-1] = r
		}
	}
	return out
}

func (e Effect) gravity() int {
	switch e {
	case Differs:
		return 3
	case GaveUp:
		return 2
	case Unresolved:
		return 1
	case NoEffect:
	}
	return 0
}

// judge says whether other decides a packet otherwise that me matches with s
// first.
func (c *comparer) judge(s *suspect, me, other *party) RuleChange {
	r := RuleChange{Side: s.side, Rule: s.rule, Effect: NoEffect}
	if c.gaps.tests >= c.effort.total() {
		r.Effect = GaveUp
		return r
	}
	f := c.effect(s, me, other)
	r.Effect = f.Effect
	if r.Effect == Differs || r.Effect == Unresolved {
		r.Example = &f.flow
		c.tell(&r, s, f.theirs)
	}
	return r
}

// found is what a box does, and a packet if it differs or is unresolved.
type found struct {
	Effect
	flow   Flow
	theirs tag // what the other party matches the packet with
}

// with is an effect on the packet in hand.
func (c *comparer) with(e Effect) found { return found{e, c.gaps.gap, c.theirs} }

// effect returns the worst that s does.
func (c *comparer) effect(s *suspect, me, other *party) found {
	mine, theirs := me.trees[s.family], other.trees[s.family]
	if s.box.tag.action() == 0 {
		e := c.against(s, nil, mine, theirs)
		if e == Unresolved {
			_, p, _ := c.find.space.locate(c.gaps.gap)
			c.theirs = c.gaps.match(theirs, &p, sought{limit: noTag, actions: everyAction})
		}
		return c.with(e)
	}
	if c.obvious(s, mine, theirs) {
		return c.with(Differs)
	}
	// What moved is mostly settled without a search.
	if s.twin == noTag && c.gaps.container(mine, &s.box.cell, sought{limit: s.box.tag, actions: everyAction}) != noTag {
		return found{Effect: NoEffect}
	}
	if s.twin == noTag && c.sampled(s, mine, theirs) {
		return c.with(Differs)
	}
	worst := found{Effect: NoEffect}
	piece := *s
	limit := c.gaps.tests + c.effort.perBox()
	for _, piece.box.cell = range c.pieces(s, other) {
		if f := c.effectOf(&piece, me, other, limit); f.gravity() > worst.gravity() {
			worst = f
		}
		if worst.Effect == Differs {
			break
		}
	}
	return worst
}

// effectOf returns the worst that a piece of a changed box does. It gives up at
// limit.
func (c *comparer) effectOf(s *suspect, me, other *party, limit int) found {
	worst := found{Effect: NoEffect}
	opponents, out := c.opponents(s, other)
	if out == tooMuch {
		worst.Effect = GaveUp // unless an opponent in hand is enough to differ
	}
	for i := range opponents {
		if c.gaps.tests > limit {
			return found{Effect: GaveUp}
		}
		c.theirs = opponents[i].tag
		e := c.against(s, &opponents[i], me.trees[s.family], other.trees[s.family])
		if e.gravity() > worst.gravity() {
			worst = c.with(e)
		}
		if worst.Effect == Differs {
			break
		}
	}
	return worst
}

// obvious tries a packet of s: mostly a change that differs does so all
// over.
func (c *comparer) obvious(s *suspect, mine, theirs *tree) bool {
	if s.twin != noTag {
		return false // few of the rules that move make a difference
	}
	c.gaps.find = c.find.in(s.family)
	c.gaps.limit = c.gaps.tests + c.effort.perBox()
	c.gaps.boxes = c.gaps.boxes[:0]
	f, out := c.gaps.find(&s.box.cell)
	c.gaps.gap = f
	if out != open {
		return false
	}
	_, p, _ := c.find.space.locate(f)
	return c.differs(s, &p, mine, theirs)
}

// differs reports whether mine surely matches a packet with s first and theirs decides otherwise.
func (c *comparer) differs(s *suspect, p *point, mine, theirs *tree) bool {
	t := c.gaps.match(theirs, p, sought{limit: noTag, actions: everyAction})
	c.theirs = t
	return t != noTag && t.action() != 0 && t.action() != s.box.tag.action() &&
		c.gaps.match(mine, p, sought{limit: s.box.tag, actions: everyAction}) == noTag
}

// How many packets are tried before all boxes that overlap a wide one are looked at.
const sampledOpponents = 2

// sampled tries packets of the first opponents that come to hand, and of s at large.
func (c *comparer) sampled(s *suspect, mine, theirs *tree) bool {
	try := func(p point) bool {
		if !c.differs(s, &p, mine, theirs) {
			return false
		}
		f, out := c.find.in(s.family)(&cell{p, p})
		c.gaps.gap = f
		return out == open
	}
	if try(s.box.lo) || try(s.box.hi) {
		return true
	}
	w := sought{limit: noTag, actions: sureActions &^ actionSet(s.box.tag.action())}
	c.hits = c.gaps.overlaps(theirs, &s.box.cell, w, sampledOpponents, c.hits[:0])
	if len(c.hits) < sampledOpponents {
		return false // few enough to be gone through one by one
	}
	for i, h := range c.hits[:sampledOpponents] {
		both := s.box.intersect(&theirs.boxes[h].cell)
		if try(both.sample(i)) || try(s.box.sample(i+fewSamples)) {
			return true
		}
	}
	return false
}

// opponents returns the boxes of theirs that decide packets of s otherwise, as
// far as they can be the first to: before theirs has an equal of s or another
// box that covers s, and not where mine has matched the packet before s with the
// equal of the opponent. Those that are sure come first.
func (c *comparer) opponents(s *suspect, other *party) ([]flat, outcome) {
	theirs := other.trees[s.family]
	w := sought{limit: s.twin, actions: everyAction &^ actionSet(s.box.tag.action())}
	if s.twin == noTag {
		if t := c.gaps.container(theirs, &s.box.cell, sought{limit: noTag, actions: everyAction}); t != noTag {
			w.limit = t + 1 // it may be an opponent itself
		}
	} else if few, ok := c.overtaken(s, other); ok {
		sortOpponents(few)
		return few, open
	}
	room := max(16, c.effort.perBox()/8)
	c.hits = c.gaps.overlaps(theirs, &s.box.cell, w, room, c.hits[:0])
	out := open
	if len(c.hits) >= room {
		out = tooMuch
	}
	c.others = c.others[:0]
	for _, h := range c.hits {
		if theirs.twins[h] > s.box.tag {
			c.others = append(c.others, theirs.boxes[h])
		}
	}
	sortOpponents(c.others)
	return c.others, out
}

// sortOpponents sorts by line, the sure ones first.
func sortOpponents(fs []flat) {
	slices.SortStableFunc(fs, func(a, b flat) int {
		return cmp.Or(cmp.Compare(min(1, b.tag.action()), min(1, a.tag.action())), cmp.Compare(a.tag, b.tag))
	})
}

// against says whether there is a packet that mine matches with s first and
// theirs with the opponent. No opponent: whatever theirs does with it. The packet is
// in c.gaps.gap.
func (c *comparer) against(s *suspect, opponent *flat, mine, theirs *tree) Effect {
	both, reached := s.box.cell, Unresolved
	before, until := sought{limit: s.box.tag, actions: everyAction}, sought{actions: everyAction}
	if opponent != nil {
		both, until.limit = both.intersect(&opponent.cell), opponent.tag
		if opponent.tag.action() != 0 {
			reached = Differs
		}
	}
	if c.gaps.container(mine, &both, before) != noTag || c.gaps.container(theirs, &both, until) != noTag {
		return NoEffect
	}
	c.gaps.find = c.find.in(s.family)
	c.gaps.limit = c.gaps.tests + c.effort.perBox()
	free := func(p *point) bool {
		return c.gaps.match(mine, p, before) == noTag && c.gaps.match(theirs, p, until) == noTag
	}
	if c.gaps.guess(&both, c.find.space, free) {
		return reached
	}
	room := max(16, c.effort.perBox()/8)
	if !c.gaps.take(mine, &both, before, room) || !c.gaps.take(theirs, &both, until, room) {
		return GaveUp
	}
	switch c.gaps.run(&both, c.effort.perBox()) {
	case open:
		return reached
	case tooMuch:
		return GaveUp
	case covered:
	}
	return NoEffect
}
