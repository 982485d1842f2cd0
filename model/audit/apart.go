package audit

import (
	"fmt"
	"slices"

	"github.com/crosswall/crosswall/model"
)

// apart cuts a target that is several groups where rules that do not allow judge some of them and not others: what is open
// for all of them is then not open for each.
func (v view) apart(t target) []target {
	or, ok := t.selector.(model.Or)
	if !ok || len(or) < 2 {
		return []target{t}
	}
	var keys []string
	parts := map[string]model.Or{}
	for _, e := range or {
		key := fmt.Sprint(v.refusing(e, or))
		if parts[key] == nil {
			keys = append(keys, key)
		}
		parts[key] = append(parts[key], e)
	}
	if len(keys) == 1 {
		return []target{t}
	}
	out := make([]target, len(keys))
	for i, key := range keys {
		var s model.Selector = parts[key]
		if len(parts[key]) == 1 {
			s = parts[key][0]
		}
		out[i] = target{s, targetText(s)}
	}
	return out
}

// refusing returns the rules that do not allow and judge a part of a target but not the whole, by chain and place.
func (v view) refusing(part model.Selector, whole model.Or) [][2]int {
	var out [][2]int
	for i, c := range v.chains {
		places := slices.Concat(v.asked[i].by[targetText(part)], v.asked[i].parts)
		slices.Sort(places)
		for _, p := range slices.Compact(places) {
			r := c.Rules[p]
			if r.Action == model.Allow {
				continue
			}
			if whom, _ := whomOf(r, v.firewall.Target); covers(whom, part) && !covers(whom, whole) {
				out = append(out, [2]int{i, p})
			}
		}
	}
	return out
}
