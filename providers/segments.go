package providers

import (
	"maps"
	"slices"

	"github.com/crosswall/crosswall/terraform"
)

// SegmentValues returns what outputs of a translation say of each segment: the ids or the names of what its endpoints have to
// be in, in any order. Outputs are maps by segment, of values or of lists of them; others are left out. There is nothing for a
// module of which no resource carries the mark of a translation ([IsOwned]): outputs of the same names then mean
// something else.
func SegmentValues(m terraform.Module, outputs ...string) map[string][]terraform.Value {
	out := map[string][]terraform.Value{}
	if !slices.ContainsFunc(m.Resources, IsOwned) {
		return out
	}
	for _, o := range m.Outputs {
		bySegment, ok := o.Value.AsObject()
		if !ok || !slices.Contains(outputs, o.Name) {
			continue
		}
		for _, segment := range slices.Sorted(maps.Keys(bySegment)) {
			values, isList := bySegment[segment].AsList()
			if !isList {
				values = []terraform.Value{bySegment[segment]}
			}
			out[segment] = append(out[segment], values...)
		}
	}
	return out
}
