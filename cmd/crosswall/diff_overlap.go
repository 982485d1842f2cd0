package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
	tfsource "github.com/crosswall/crosswall/translate/terraform"
)

// codeOverlap marks findings about endpoints that may be in several groups at once, of which no resource tells.
const codeOverlap = "overlapping-groups"

// mostAssumed is how many endpoints are shown of which no resource tells; the rest is counted.
const mostAssumed = 8

// shownOf returns those that are shown, of lists of groups that an endpoint may be in: those in the fewest groups.
func shownOf(together [][]model.Identity) [][]model.Identity {
	out := slices.Clone(together)
	slices.SortStableFunc(out, func(a, b []model.Identity) int { return cmp.Compare(len(a), len(b)) })
	return out[:min(mostAssumed, len(out))]
}

// overlapping keeps, of what differs for endpoints that were put together of several groups, what none of the groups by itself
// explains, and says that they are not known to be there. Where not all that may matter were looked at, nothing that was is
// not known to be equal.
func (c *comparison) overlapping(o tfsource.Overlap, merged tfsource.Input) []model.Finding {
	c.delta.Opened, c.delta.Closed = merged.Beyond(c.delta.Opened), merged.Beyond(c.delta.Closed)
	c.delta.Unknown = merged.Beyond(c.delta.Unknown)
	c.delta.GaveUp = c.delta.GaveUp.Intersect(c.delta.Unknown)
	c.assumed = merged.Joint()
	var out []model.Finding
	if len(c.assumed) > 0 {
		rest := ""
		if n := len(o.Together) - len(c.assumed); n > 0 {
			rest = fmt.Sprintf(", and %d more that are not shown", n)
		}
		out = append(out, model.Finding{Severity: model.Warning, Code: codeOverlap,
			Summary: fmt.Sprintf("no resource says who is in several groups or has several tags at once; what is told of %s holds if somebody is in all of them%s",
				strings.Join(quotedIDs(slices.Sorted(maps.Keys(c.assumed))), ", "), rest),
			Advice: "compare with a live source or a snapshot, which say who is in which groups"})
	}
	if o.Open != "" {
		out = append(out, model.Finding{Severity: model.Warning, Code: codeOverlap,
			Summary: "endpoints that are in several groups or have several tags at once may be treated differently: " + o.Open,
			Advice:  "compare with a live source or a snapshot, which say who is in which groups"})
		c.incomplete = c.incomplete || c.delta.Opened.IsEmpty() && c.delta.Closed.IsEmpty()
	}
	return out
}

// assumedIn returns those in an entry of whom no resource tells.
func (d diff) assumedIn(e diffEntry) []string {
	found := map[model.Identity]bool{}
	for _, c := range slices.Concat(e.from.classes, e.to.classes) {
		for _, id := range c.ids {
			if len(d.assumed[id]) > 0 {
				found[id] = true
			}
		}
	}
	return quotedIDs(slices.Sorted(maps.Keys(found)))
}

func quotedIDs(ids []model.Identity) []string {
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = fmt.Sprintf("%q", string(id))
	}
	return out
}
