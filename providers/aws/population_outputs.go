package aws

import (
	"maps"
	"slices"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/terraform"
)

// outputSets returns the parties that outputs as a translation has them want on the interfaces of each
// segment, in a module that may be somebody else's.
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

// enlistSegments tells the segments of a translation one by one: all their endpoints have the groups that the outputs name, all
// of them, so that a group of a segment that is spread over several is nobody by itself. Groups that were there before may
// have other members. Nothing is told of a segment of which a group is not known.
func (d *decoder) enlistSegments(p *providers.Population, index map[model.Group]int) {
	bySegment := providers.SegmentValues(d.module, groupOutput, moreOutput)
	for _, segment := range slices.Sorted(maps.Keys(bySegment)) {
		e := providers.Endpoint{Label: "segment " + segment, Name: "segment " + segment}
		for _, v := range bySegment[segment] {
			if name, why := d.nameIn(v); why == "" {
				if i, ok := index[name]; ok {
					e.Parties = append(e.Parties, i)
				}
			}
		}
		if len(e.Parties) < len(bySegment[segment]) {
			continue
		}
		for _, i := range e.Parties {
			if p.Parties[i].Made {
				p.Parties[i].Mark, p.Parties[i].Joins = true, providers.JoinsOther
			}
		}
		p.Endpoints = append(p.Endpoints, e)
	}
}
