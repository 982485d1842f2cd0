package audit

import (
	"fmt"
	"slices"

	"github.com/crosswall/crosswall/model"
)

// merged puts findings into one that say the same of several targets of one rule: with the same traffic and the same causes. It reaches as far as
// the one that reaches farthest. Others stay as they are, in their order.
func merged(fs []Finding) []Finding {
	var out []Finding
	at := map[string][]int{}
	for _, f := range fs {
		if f.Exposure == 0 {
			out = append(out, f)
			continue
		}
		origins := make([]model.Origin, len(f.Causes))
		for i, c := range f.Causes {
			origins[i] = c.Origin
		}
		key := fmt.Sprintf("%s %q %q %d %d %v", f.Object.Key, f.Object.Label(), f.Unsure, f.Severity, f.Step, origins)
		i := slices.IndexFunc(at[key], func(i int) bool { return out[i].Open.Equal(f.Open) })
		if i < 0 {
			at[key] = append(at[key], len(out))
			out = append(out, f)
			continue
		}
		one := &out[at[key][i]]
		switch {
		case f.Exposure > one.Exposure:
			one.Exposure, one.Partly, one.Example = f.Exposure, f.Partly, f.Example
		case f.Exposure == one.Exposure:
			one.Partly = one.Partly && f.Partly
		}
		one.Attached = slices.Compact(slices.Sorted(slices.Values(slices.Concat(one.Attached, f.Attached))))
	}
	return out
}
