package azure

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
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

// checkQuotas refuses groups that Azure would not take.
func (e *encoder) checkQuotas(groups []securityGroup) {
	for _, g := range groups {
		for _, q := range quotas([]securityGroup{g}) {
			if q.Used > q.Limit {
				e.find(model.Finding{Severity: model.Error, Code: "quota",
					Summary: fmt.Sprintf("%s: %d are needed, and Azure takes %d", q.Name, q.Used, q.Limit), Advice: mergeAdvice(g)})
			}
		}
	}
}

// mergeAdvice names the policies that take the most of a group.
func mergeAdvice(g securityGroup) string {
	weight := map[string]int{}
	for _, r := range g.rules {
		for _, reason := range r.reasons {
			weight[reason] += 1 + len(r.source().addrs.Prefixes()) + len(r.destination().addrs.Prefixes())
		}
	}
	names := make([]string, 0, len(weight))
	for n := range weight {
		names = append(names, n)
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(-cmp.Compare(weight[a], weight[b]), cmp.Compare(a, b)) })
	advice := "merge ipBlocks into fewer, give segments contiguous addresses, or spread the segments over more subnets"
	if len(names) > 0 {
		advice += "; most is taken by " + strings.Join(names[:min(3, len(names))], ", ")
	}
	return advice
}
