package azure

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
)

// Limits of an NSG (Microsoft's page "Azure subscription and service limits",
// networking limits).
const (
	maxRules     = 1000 // both directions together
	maxAddresses = 4000 // addresses and ranges of one side, over all rules
	maxAppGroups = 100  // ASGs in all rules together
)

// usage is what a group's rules take of its limits, its rules apart.
type usage struct{ sources, destinations, groups int }

func (g securityGroup) usage() usage {
	var u usage
	groups := map[model.Group]bool{}
	for _, r := range g.rules {
		u.sources += len(r.source().addrs.Prefixes())
		u.destinations += len(r.destination().addrs.Prefixes())
		for _, s := range []side{r.target, r.peer} {
			if s.asg != nil {
				groups[s.asg.group] = true
			}
		}
	}
	u.groups = len(groups)
	return u
}

// fits reports whether Azure takes the group.
func (g securityGroup) fits() bool {
	if len(g.rules) > maxRules {
		return false
	}
	u := g.usage()
	return u.sources <= maxAddresses && u.destinations <= maxAddresses
}

// size is the length of the list that the rules of the group are.
func (g securityGroup) size() providers.ListSize {
	s := providers.ListSize{Name: g.title() + ", rules", Before: g.written, After: len(g.rules), Limit: maxRules}
	for _, m := range g.segments {
		s.Segments = append(s.Segments, string(m.ID))
	}
	return s
}

// checkQuotas refuses groups that Azure would not take, however short their rules were made.
func (e *encoder) checkQuotas(groups []securityGroup) {
	for _, g := range groups {
		for _, q := range quotas([]securityGroup{g}) {
			if q.Used <= q.Limit {
				continue
			}
			fewest := "are the fewest found"
			if len(g.rules) < g.written {
				fewest = fmt.Sprintf("are the fewest found (%d rules were made of %d)", len(g.rules), g.written)
			}
			e.find(model.Finding{Severity: model.Error, Code: "quota", Origin: e.in.Site.Origin, Advice: mergeAdvice(g),
				Summary: fmt.Sprintf("%s: %d %s for %s, and Azure takes %d", q.Name, q.Used, fewest, g.largest(), q.Limit)})
		}
	}
}

// largest names the segments that most rules are about.
func (g securityGroup) largest() string {
	const few = 3
	rules := map[string]int{}
	for _, r := range g.rules {
		rules[r.subject]++
	}
	var out []string
	for _, s := range g.segments {
		if rules[string(s.ID)] > 0 {
			out = append(out, string(s.ID))
		}
	}
	if len(out) == 0 {
		return plural(len(g.segments), "segment") // that share all rules
	}
	slices.SortStableFunc(out, func(a, b string) int { return -cmp.Compare(rules[a], rules[b]) })
	if more := len(out) - few; more > 0 {
		out = append(out[:few], plural(more, "more segment"))
	}
	return strings.Join(out, ", ")
}

// mergeAdvice names the policies that take the most of a group, and what would take
// less of it.
func mergeAdvice(g securityGroup) string {
	weight := map[string]int{}
	for _, r := range g.rules {
		for _, reason := range r.reasons {
			weight[reason] += 1 + len(r.source().addrs.Prefixes()) + len(r.destination().addrs.Prefixes())
		}
	}
	advice := "merge ipBlocks into fewer, give segments contiguous addresses, or spread the segments over more subnets"
	if names := heaviest(weight); len(names) > 0 {
		advice += "; most is taken by " + strings.Join(names[:min(3, len(names))], ", ")
	}
	return advice + g.widening()
}

// heaviest returns names by their weight, the greatest first.
func heaviest(weight map[string]int) []string {
	return slices.SortedFunc(maps.Keys(weight), func(a, b string) int {
		return cmp.Or(-cmp.Compare(weight[a], weight[b]), cmp.Compare(a, b))
	})
}

// widening says how many rules of the segment with the most of them would be left in a direction if
// its peers might use every port of the protocols that they may use.
func (g securityGroup) widening() string {
	written, left := map[string]int{}, map[string]map[string]bool{}
	for _, r := range g.rules {
		if r.access != model.Allow {
			continue
		}
		list := r.subject + " for " + r.direction.String()
		if left[list] == nil {
			left[list] = map[string]bool{}
		}
		peer := fmt.Sprint(r.peer.family())
		if r.peer.addrs.IsEmpty() {
			peer = r.peer.String()
		}
		written[list]++
		left[list][r.protocol+"|"+r.target.String()+"|"+peer] = true
	}
	names := heaviest(written)
	if len(names) == 0 || len(left[names[0]]) == written[names[0]] {
		return ""
	}
	return fmt.Sprintf("; without regard to ports %d of the %d rules of %s would be left", len(left[names[0]]), written[names[0]], names[0])
}
