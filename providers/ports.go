package providers

import (
	"cmp"
	"slices"

	"github.com/crosswall/crosswall/model"
)

// MergePorts returns the fewest ranges that hold the same ports, sorted.
func MergePorts(rs []model.PortRange) []model.PortRange {
	rs = slices.Clone(rs)
	slices.SortFunc(rs, func(a, b model.PortRange) int {
		return cmp.Or(cmp.Compare(a.First, b.First), cmp.Compare(a.Last, b.Last))
	})
	var out []model.PortRange
	for _, r := range rs {
		if n := len(out); n > 0 && int(r.First) <= int(out[n-1].Last)+1 {
			out[n-1].Last = max(out[n-1].Last, r.Last)
			continue
		}
		out = append(out, r)
	}
	return out
}
