package azure

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
)

// Priorities of a user's rules go from 100 to 4096, each once per direction
// (azurerm_network_security_rule). Inside a band all rules have one access, so
// that their order is of no effect and may follow from their content alone.
const (
	platformFirst, platformLast   = 100, 199
	allowFirst, allowLast         = 200, 3499
	isolateFirst, isolateLast     = 3500, 3999
	bystanderFirst, bystanderLast = 4000, 4095
	denyLast                      = 4096
)

// number gives the rules of a group their priorities.
func (e *encoder) number(g *securityGroup) {
	for _, d := range directions() {
		keys := map[band][]string{}
		for _, r := range g.rules {
			if r.direction == d {
				keys[r.band] = append(keys[r.band], r.key())
			}
		}
		overflow(keys)
		slots := map[string]int{}
		for _, b := range [...]struct {
			band        band
			first, last int
		}{
			{bandPlatform, platformFirst, platformLast}, {bandAllow, allowFirst, allowLast},
			{bandIsolate, isolateFirst, isolateLast}, {bandBystander, bystanderFirst, bystanderLast},
			{bandDeny, denyLast, denyLast},
		} {
			got, err := providers.Slots(keys[b.band], b.first, b.last, 1)
			if err != nil {
				e.find(model.Finding{Severity: model.Error, Code: "quota",
					Summary: fmt.Sprintf("%s has no room for its rules: %v", g.title(), err), Advice: mergeAdvice(*g)})
				return
			}
			for k, n := range got {
				slots[k] = n
			}
		}
		for i := range g.rules {
			if g.rules[i].direction == d {
				g.rules[i].priority = slots[g.rules[i].key()]
			}
		}
	}
	slices.SortStableFunc(g.rules, func(a, b rule) int {
		return cmp.Or(-cmp.Compare(a.direction, b.direction), cmp.Compare(a.priority, b.priority))
	})
}

// overflow moves the platform's rules that its band has no room for to the
// policies' band: those with the highest hashes, so that the others stay.
func overflow(keys map[band][]string) {
	const room = platformLast - platformFirst + 1
	ks := keys[bandPlatform]
	if len(ks) <= room {
		return
	}
	slices.SortFunc(ks, func(a, b string) int { return cmp.Compare(hash(a, 16), hash(b, 16)) })
	keys[bandPlatform], keys[bandAllow] = ks[:room], append(keys[bandAllow], ks[room:]...)
}
