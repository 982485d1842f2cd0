package model

import (
	"slices"
	"strings"
)

// needsNoRests reports whether lists of fewer than most entries have no use for the blocks of
// a rest: there are as many of them, or all that is decided differently from the default is in
// the one block beside the rest of all addresses.
func (e *easel) needsNoRests(most int) bool {
	for _, r := range e.rests {
		if r.blocks < most && (r.node != 0 || strings.Trim(e.column(r.leaf), string([]byte{byte(e.standard)})) != "") {
			return false
		}
	}
	return true
}

// maxExactCells bounds the grids on which every list is tried.
const maxExactCells = 64

// exact looks for a shortest list among those of fewer than most entries. It returns the list,
// nil if there is none or it was not found, and a number of entries that no list is shorter than. Which cells
// are decided is all that matters of the first entries of a list, and deciding more of them
// rightly never hurts: so it goes through sets of decided cells, by the number of entries that
// it takes, and tries the largest entries only.
func (e *easel) exact(most int) ([]paint, int) {
	if e.cells() > maxExactCells || !e.needsNoRests(most) {
		return nil, 0
	}
	came := map[uint64]exactStep{0: {}}
	frontier := []uint64{0}
	paints := e.everyStroke()
	for entries := range most {
		for _, covered := range frontier {
			if e.wrong[e.standard].within(bitset{covered}) {
				return e.retrace(came, covered), entries
			}
		}
		var next []uint64
		for _, covered := range frontier {
			if !e.budget.spend(len(paints)) {
				return nil, entries + 1
			}
			for _, after := range largestSteps(paints, covered) {
				if _, seen := came[after.covered]; !seen {
					came[after.covered] = exactStep{covered: covered, paint: after.paint}
					next = append(next, after.covered)
				}
			}
		}
		frontier = next
	}
	return nil, most
}

// exactStep is an entry and the cells decided without it or with it.
type exactStep struct {
	covered uint64
	paint   paint
}

// retrace returns the entries that led to a set of decided cells.
func (e *easel) retrace(came map[uint64]exactStep, covered uint64) []paint {
	out := []paint{}
	for c := covered; c != 0; c = came[c].covered {
		out = append(out, came[c].paint)
	}
	slices.Reverse(out)
	return out
}

// stroke is an entry with its cells, and those that it would decide wrongly.
type stroke struct {
	paint        paint
	cells, wrong uint64
}

// largestSteps returns what can come next, without steps that decide part of what
// another one does.
func largestSteps(strokes []stroke, covered uint64) []exactStep {
	var out []exactStep
	for _, p := range strokes {
		s := exactStep{covered | p.cells, p.paint}
		if s.covered == covered || p.wrong&^covered != 0 ||
			slices.ContainsFunc(out, func(o exactStep) bool { return s.covered&^o.covered == 0 }) {
			continue
		}
		out = slices.DeleteFunc(out, func(o exactStep) bool { return o.covered&^s.covered == 0 })
		out = append(out, s)
	}
	return out
}

// everyStroke returns every entry that there is on the grid, with an action that is
// wanted somewhere.
func (e *easel) everyStroke() []stroke {
	var out []stroke
	for _, a := range []Action{Deny, Allow, Pass} {
		if e.wrong[a].count() == e.cells() {
			continue
		}
		for n := range e.nodes {
			for y := range e.ys {
				cells := e.box(n, y).words[0]
				out = append(out, stroke{paint{a, n, y}, cells, cells & e.wrong[a][0]})
			}
		}
	}
	return out
}
