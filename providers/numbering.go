package providers

import (
	"cmp"
	"fmt"
	"slices"
)

// KeepWhere is [Keep] for rules some of which have to be asked before others. The keys are in an
// order in which they may be asked; before(i, j), for places i < j among them, says whether key i has to
// keep a lower number than key j. Only numbers that break such an order are changed. Numbers are from first
// to last, both included. It takes time of about the cube of the number of keys.
func KeepWhere(earlier map[string]int, keys []string, before func(i, j int) bool, first, last int) (map[string]int, error) {
	numbers, err := Keep(earlier, keys, first, last, 1)
	if err != nil {
		return nil, err
	}
	p := newPrecedence(len(keys), before)
	if !p.any {
		return numbers, nil
	}
	for i, k := range keys {
		if had, ok := earlier[k]; ok && had == numbers[k] {
			p.stays[i] = true // rather than one that had none
		}
	}
	p.dropConflicts(keys, numbers)
	ordered := make([]string, 0, len(keys))
	for _, i := range p.sorted(keys, numbers) {
		ordered = append(ordered, keys[i])
	}
	for k, n := range earlier {
		if _, here := numbers[k]; !here {
			numbers[k] = n
		}
	}
	out, err := KeepOrdered(numbers, ordered, first, last)
	if err != nil {
		return nil, fmt.Errorf("in order: %w", err)
	}
	return out, nil
}

// precedence is which of some rules come before which.
type precedence struct {
	any     bool
	below   [][]bool // below[i][j]: i comes before j, also by way of others
	stays   []bool
	dropped []bool // whose numbers are given up
}

func newPrecedence(n int, before func(i, j int) bool) *precedence {
	p := &precedence{below: make([][]bool, n), stays: make([]bool, n), dropped: make([]bool, n)}
	for i := n - 1; i >= 0; i-- {
		p.below[i] = make([]bool, n)
		for j := i + 1; j < n; j++ {
			if !before(i, j) {
				continue
			}
			p.any, p.below[i][j] = true, true
			for k := j + 1; k < n; k++ {
				p.below[i][k] = p.below[i][k] || p.below[j][k]
			}
		}
	}
	return p
}

// dropConflicts gives up numbers until the others are in order, those first that
// are in the way of most others.
func (p *precedence) dropConflicts(keys []string, numbers map[string]int) {
	for {
		worst, most := -1, 0
		for i := range keys {
			n := p.conflicts(i, keys, numbers)
			if n > most || n == most && n > 0 && !p.stays[i] && p.stays[worst] {
				worst, most = i, n
			}
		}
		if worst < 0 {
			return
		}
		p.dropped[worst] = true
	}
}

// conflicts counts the numbers that are in order with a rule's only if that is given up.
func (p *precedence) conflicts(i int, keys []string, numbers map[string]int) int {
	if p.dropped[i] {
		return 0
	}
	n := 0
	for j := range keys {
		switch {
		case p.dropped[j]:
		case p.below[i][j] && numbers[keys[i]] > numbers[keys[j]], p.below[j][i] && numbers[keys[j]] > numbers[keys[i]]:
			n++
		}
	}
	return n
}

// sorted returns the rules in an order that is allowed and in which the numbers that
// were not given up rise.
func (p *precedence) sorted(keys []string, numbers map[string]int) []int {
	var kept, left []int
	for i := range keys {
		if p.dropped[i] {
			left = append(left, i)
		} else {
			kept = append(kept, i)
		}
	}
	slices.SortFunc(kept, func(a, b int) int { return cmp.Compare(numbers[keys[a]], numbers[keys[b]]) })
	var out []int
	waits := func(i int) bool { // for one that is not out yet
		return slices.ContainsFunc(left, func(j int) bool { return p.below[j][i] }) || slices.ContainsFunc(kept, func(j int) bool { return p.below[j][i] })
	}
	for len(left)+len(kept) > 0 {
		if at := slices.IndexFunc(left, func(i int) bool { return !waits(i) }); at >= 0 {
			out, left = append(out, left[at]), slices.Delete(left, at, at+1)
			continue
		}
		out, kept = append(out, kept[0]), kept[1:]
	}
	return out
}
