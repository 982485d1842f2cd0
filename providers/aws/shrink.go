package aws

import (
	"cmp"
	"slices"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
)

// ruleList is rules of one list in the order in which they are asked, and who asks for each.
type ruleList[R comparable] struct {
	rules []R
	why   ruleSet[R]
	// lower is a number that no equal list is shorter than; zero where it was not worked out.
	lower int
}

// spelling says how rules of a kind are written as rules of a model's chain, and back.
type spelling[R comparable] struct {
	write func(R) model.Rule
	read  func(model.Rule) R
}

// shorten returns a list that decides as l does, in the chain's order. What is there is left as it
// is as far as the limit allows; without a limit (zero) the fewest rules are looked for.
func (l ruleList[R]) shorten(c model.Chain, s spelling[R], limit int) ruleList[R] {
	for _, r := range l.rules {
		c.Rules = append(c.Rules, s.write(r))
	}
	m := model.Minimise(c, model.MinimiseOptions{Limit: limit})
	out := ruleList[R]{why: ruleSet[R]{}, lower: m.LowerBound}
	from := map[R][]int{}
	for _, e := range m.Entries {
		r := s.read(e.Rule)
		if _, twice := from[r]; twice {
			continue // of two rules that are alike only the first is ever asked
		}
		from[r] = e.From
		out.rules = append(out.rules, r)
	}
	if c.Order == model.AnyAllow {
		out.rules = l.restore(out.rules, from, limit)
	}
	for _, r := range out.rules {
		out.why.add(r, l.reasons(r, from[r], out.rules))
	}
	return out
}

// restore puts back rules of the list in place of those that stand for them, as far as the limit allows: those
// first that stand for most. Rules that only admit can be put back one by one: together they
// admit all of the one that stands for them, and none of them admits what the list did not.
func (l ruleList[R]) restore(short []R, from map[R][]int, limit int) []R {
	var changed []R
	for _, r := range short {
		if !slices.Contains(l.rules, r) {
			changed = append(changed, r)
		}
	}
	slices.SortStableFunc(changed, func(a, b R) int { return cmp.Compare(len(from[b]), len(from[a])) })
	for _, r := range changed {
		var back []R
		for _, i := range from[r] {
			if !slices.Contains(short, l.rules[i]) {
				back = append(back, l.rules[i])
			}
		}
		if len(short)+len(back)-1 > limit {
			continue
		}
		short = slices.DeleteFunc(short, func(o R) bool { return o == r })
		short = append(short, back...)
	}
	return short
}

// reasons returns who asks for a rule that comes from others: whoever asked for it already, and for those of
// the others that are gone.
func (l ruleList[R]) reasons(r R, from []int, kept []R) []string {
	all := ruleSet[R]{}
	all.add(r, l.why[r])
	for _, i := range from {
		if o := l.rules[i]; !slices.Contains(kept, o) {
			all.add(r, l.why[o])
		}
	}
	if len(all[r]) == 0 {
		for _, i := range from {
			all.add(r, l.why[l.rules[i]])
		}
	}
	return all[r]
}

// anyAllow and firstMatch are chains without rules, as security groups and network ACLs are.
func anyAllow() model.Chain   { return model.Chain{Order: model.AnyAllow, Default: model.Deny} }
func firstMatch() model.Chain { return model.Chain{Order: model.FirstMatch, Default: model.Deny} }

// limitFor is the limit to shorten a list to: none where the fewest rules are asked for.
func (e *encoder) limitFor(limit int) int {
	if e.in.Shrink == providers.ShrinkAlways {
		return 0
	}
	return max(1, limit)
}

// allOf returns the rules of lists, with their reasons.
func allOf[R comparable](lists ...ruleList[R]) ruleSet[R] {
	out := ruleSet[R]{}
	for _, l := range lists {
		for _, r := range l.rules {
			out.add(r, l.why[r])
		}
	}
	return out
}

// listOf returns the rules of a set for which keep holds, sorted.
func listOf[R comparable](rules ruleSet[R], order func(a, b R) int, keep func(R) bool) ruleList[R] {
	out := ruleList[R]{why: rules}
	for r := range rules {
		if keep(r) {
			out.rules = append(out.rules, r)
		}
	}
	slices.SortFunc(out.rules, order)
	return out
}
