package aws

import (
	"slices"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/terraform"
)

// outputSets returns the parties that a translation's outputs want on the interfaces of each
// segment.
func (d *decoder) outputSets(index map[model.Group]int) [][]int {
	sets := map[string][]int{}
	for _, o := range d.module.Outputs {
		ids, ok := o.Value.AsObject()
		if !ok || o.Name != groupOutput && o.Name != moreOutput {
			continue
		}
		for segment, v := range ids {
			groups, isList := v.AsList()
			if !isList {
				groups = []terraform.Value{v}
			}
			for _, g := range groups {
				name, why := d.nameIn(g)
				if i, ok := index[name]; ok && why == "" {
					sets[segment] = append(sets[segment], i)
				}
			}
		}
	}
	var out [][]int
	for _, set := range sets {
		slices.Sort(set)
		if set = slices.Compact(set); len(set) > 1 {
			out = append(out, set)
		}
	}
	slices.SortFunc(out, slices.Compare)
	return slices.CompactFunc(out, slices.Equal)
}
