package azure

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
)

// Priorities of a user's rules go from 100 to 4096, each once per direction
// (azurerm_network_security_rule). Inside a band all rules have one access, so
// that their order is of no effect and may follow from their names alone.
//
// A group has at most two rules of bandIsolate per ASG and family, of which there are 100 in a
// group at most, and twice as many of bandBystander, one for each family of the subnet.
const (
	platformFirst, platformLast   = 100, 199
	allowFirst, allowLast         = 200, 3499
	isolateFirst, isolateLast     = 3500, 3699
	bystanderFirst, bystanderLast = 3700, 4095
	denyLast                      = 4096
)

// number gives the rules of a group their priorities. A rule keeps the one that it had: a
// rule that says something else has another name, and another priority, for both are there
// for a moment when Terraform replaces one by the other.
func (e *encoder) number(g *securityGroup) {
	for _, d := range directions() {
		earlier := e.in.Numbers[g.listName(d)]
		keys := map[band][]string{}
		for _, r := range g.rules {
			if r.direction == d {
				keys[r.band] = append(keys[r.band], r.name)
			}
		}
		overflow(keys, earlier)
		numbers := map[string]int{}
		for _, b := range [...]struct {
			band        band
			first, last int
		}{
			{bandPlatform, platformFirst, platformLast}, {bandAllow, allowFirst, allowLast},
			{bandIsolate, isolateFirst, isolateLast}, {bandBystander, bystanderFirst, bystanderLast},
			{bandDeny, denyLast, denyLast},
		} {
			got, err := providers.Keep(earlier, keys[b.band], b.first, b.last, 1)
			if err != nil {
				e.find(model.Finding{Severity: model.Error, Code: "quota",
					Summary: fmt.Sprintf("%s has no room for its rules: %v", g.title(), err), Advice: mergeAdvice(*g)})
				return
			}
			maps.Copy(numbers, got)
		}
		for i := range g.rules {
			if g.rules[i].direction == d {
				g.rules[i].priority = numbers[g.rules[i].name]
			}
		}
	}
	slices.SortStableFunc(g.rules, func(a, b rule) int {
		return cmp.Or(-cmp.Compare(a.direction, b.direction), cmp.Compare(a.priority, b.priority))
	})
}

// overflow moves the platform's rules that its band has no room for to the
// policies' band: those that were not in it before, and of these the ones with the highest
// hashes, so that the others stay.
func overflow(keys map[band][]string, earlier map[string]int) {
	const room = platformLast - platformFirst + 1
	ks := keys[bandPlatform]
	if len(ks) <= room {
		return
	}
	rank := func(k string) int {
		if had, ok := earlier[k]; ok && had >= platformFirst && had <= platformLast {
			return 0
		}
		return 1
	}
	slices.SortFunc(ks, func(a, b string) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(hash(a, 16), hash(b, 16)))
	})
	keys[bandPlatform], keys[bandAllow] = ks[:room], append(keys[bandAllow], ks[room:]...)
}

// listName is how reports and lock files call the rules of a direction.
func (g securityGroup) listName(d model.Direction) string { return g.title() + ", " + d.String() }

// numbering returns the priorities of all rules by list and name.
func numbering(groups []securityGroup) providers.Numbering {
	out := providers.Numbering{}
	for _, g := range groups {
		for _, r := range g.rules {
			list := g.listName(r.direction)
			if out[list] == nil {
				out[list] = map[string]int{}
			}
			out[list][r.name] = r.priority
		}
	}
	return out
}
