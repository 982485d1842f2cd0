package model

import (
	"iter"
	"slices"
)

// Match is what a list does with a packet.
type Match struct {
	// Action is what the deciding rule does; 0 when that is unknown.
	Action Action
	// Rule is the position of the rule that decides, or of the first that may.
	Rule int
}

// Index is a [List] made searchable. It is immutable and may be shared.
type Index struct {
	list  List
	space *space
	trees [spaces]*tree
	// boxes[starts[r]:starts[r+1]] is where the boxes of rule r are.
	starts []int32
	boxes  []place
}

// place is where a box is.
type place struct {
	family int8
	index  int32
}

// Index builds the index of a list, in time n log n in the number of boxes that
// its rules expand to: ends times services of each rule. It fails when these are too many (8
// million).
func (l List) Index() (*Index, error) {
	x := &Index{list: l, space: newSpace(l)}
	boxes, err := l.expand(x.space)
	if err != nil {
		return nil, err
	}
	for f := range spaces {
		x.trees[f] = newTree(boxes[f])
	}
	x.placeBoxes()
	return x, nil
}

// placeBoxes fills starts and boxes.
func (x *Index) placeBoxes() {
	x.starts = make([]int32, len(x.list.rules)+1)
	each := func(do func(rule int, p place)) {
		for f, t := range x.trees {
			for i := range t.boxes {
				if r := x.ruleOf(t.boxes[i].tag); r >= 0 {
					do(r, place{int8(f), int32(i)})
				}
			}
		}
	}
	each(func(r int, _ place) { x.starts[r+1]++ })
	for r := range x.list.rules {
		x.starts[r+1] += x.starts[r]
	}
	x.boxes = make([]place, x.starts[len(x.list.rules)])
	next := slices.Clone(x.starts)
	each(func(r int, p place) {
		x.boxes[next[r]] = p
		next[r]++
	})
}

// places returns where the boxes of a rule are; none for what is no rule.
func (x *Index) places(rule int) []place {
	if rule < 0 || rule >= len(x.list.rules) {
		return nil
	}
	return x.boxes[x.starts[rule]:x.starts[rule+1]]
}

// List returns the list that is indexed.
func (x *Index) List() List { return x.list }

// First returns what the list does with a packet: the first rule that matches
// it. A flow that is no packet, with ends of two families or no protocol, meets the
// default. The time is about logarithmic in the number of boxes where few of them
// overlap, and at worst linear.
func (x *Index) First(f Flow) Match {
	family, p, ok := x.space.locate(f)
	if !ok {
		return x.list.matchOf(noTag)
	}
	var s search
	return x.list.matchOf(s.match(x.trees[family], &p, sought{limit: noTag, actions: everyAction}))
}

// matchOf names the line of a tag.
func (l List) matchOf(t tag) Match {
	if t == noTag {
		if n := len(l.lines); n > 0 {
			return Match{Action: l.lines[n-1].action, Rule: ByDefault}
		}
		return Match{Rule: ByDefault}
	}
	return Match{Action: t.action(), Rule: int(l.lines[t.line()].rule)}
}

// Overlapping returns the positions of the rules that may match a packet which the rule
// at a position may match, itself left out, in ascending order. The guard and the default are
// not among them, and overlap nothing themselves.
func (x *Index) Overlapping(rule int) []int {
	var s search
	hits := map[int]bool{}
	for _, p := range x.places(rule) {
		t := x.trees[p.family]
		c := &t.boxes[p.index].cell
		for _, h := range s.overlaps(t, c, sought{limit: noTag, actions: everyAction}, len(t.boxes)+1, nil) {
			if n := x.ruleOf(t.boxes[h].tag); n >= 0 && n != rule {
				hits[n] = true
			}
		}
	}
	out := make([]int, 0, len(hits))
	for n := range hits {
		out = append(out, n)
	}
	slices.Sort(out)
	return out
}

// ruleOf returns the position of the rule of a tag.
func (x *Index) ruleOf(t tag) int { return int(x.list.lines[t.line()].rule) }

// Conflict is two rules that a packet may both match, one of which allows what the
// other does not: their order counts.
type Conflict struct {
	// Earlier and Later are positions of rules.
	Earlier, Later int
	// Nested says that where they meet, one is a part of the other: an exception, or a
	// rule that never decides. Conflicts that are not nested are more
	// often slips.
	Nested bool
	// Example is a packet that both match. A third rule may match it before them.
	Example Flow
}

// Conflicts returns the pairs of rules of different actions that overlap, each
// once, by the later rule and then by the earlier. There can be as many as pairs of
// rules: they are worked out as they are asked for.
func (x *Index) Conflicts() iter.Seq[Conflict] {
	return func(yield func(Conflict) bool) {
		for rule := range x.list.rules {
			for _, c := range x.conflictsOf(rule) {
				if !yield(c) {
					return
				}
			}
		}
	}
}

// conflictsOf returns the conflicts of a rule with those before it.
func (x *Index) conflictsOf(rule int) []Conflict {
	var s search
	found := map[int]Conflict{}
	action := x.list.rules[rule].Action
	for _, p := range x.places(rule) {
		t := x.trees[p.family]
		b := &t.boxes[p.index]
		for _, h := range s.overlaps(t, &b.cell, sought{limit: noTag, actions: everyAction}, len(t.boxes)+1, nil) {
			o := &t.boxes[h]
			n := x.ruleOf(o.tag)
			if n < 0 || n >= rule || x.list.rules[n].Action == action {
				continue
			}
			nested := o.covers(&b.cell) || b.covers(&o.cell)
			if c, ok := found[n]; ok {
				c.Nested = c.Nested && nested
				found[n] = c
				continue
			}
			both := b.intersect(&o.cell)
			found[n] = Conflict{Earlier: n, Later: rule, Nested: nested, Example: x.space.example(int(p.family), &both)}
		}
	}
	out := make([]Conflict, 0, len(found))
	for _, c := range found {
		out = append(out, c)
	}
	slices.SortFunc(out, func(a, b Conflict) int { return a.Earlier - b.Earlier })
	return out
}
