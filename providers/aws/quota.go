package aws

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
)

// Default quotas of an account (VPC user guide, Amazon VPC quotas).
const (
	defaultGroupRules = 60
	// A network ACL's quota counts the entry of the default deny.
	defaultACLEntries = 20
	maxACLEntries     = 40
)

// family is IPv4 or IPv6: AWS counts rules by family.
type family int

const (
	ipv4 family = 4
	ipv6 family = 6
)

func (f family) String() string { return fmt.Sprintf("IPv%d", int(f)) }

// used is rules counted by family.
type used map[family]int

// overGroupQuota reports whether one direction of a group has too many rules.
func (e *encoder) overGroupQuota(rules ruleSet[groupRule]) bool {
	n := countRules(rules)
	return n[ipv4] > e.opts.GroupRules || n[ipv6] > e.opts.GroupRules
}

// countRules counts a rule with a group in both families: AWS does not
// document in which it counts, so both are the safe side.
func countRules(rules ruleSet[groupRule]) used {
	n := used{}
	for r := range rules {
		if r.peer.group != "" || r.peer.prefix.Addr().Is4() {
			n[ipv4]++
		}
		if r.peer.group != "" || r.peer.prefix.Addr().Is6() {
			n[ipv6]++
		}
	}
	return n
}

// countGroup notes how much of the quota a direction of a group takes, and
// refuses what is over.
func (e *encoder) countGroup(g group, d model.Direction, rules ruleSet[groupRule]) {
	n := countRules(rules)
	for _, fam := range []family{ipv4, ipv6} {
		e.count(providers.Quota{
			Name:  fmt.Sprintf("security group %s, %s rules, %s", g.name, d, fam),
			Used:  n[fam],
			Limit: e.opts.GroupRules,
		}, func() string {
			return "merge peers or ports of " + topReasons(rules) + ", or raise the quota of rules per security group"
		})
	}
}

// Quotas of a region and of a VPC, which other groups and ACLs use too.
const (
	maxGroups = 2500
	maxACLs   = 200
)

// countMade notes how many groups and ACLs the module makes.
func (e *encoder) countMade() {
	made := map[string]int{}
	for _, r := range e.out.Module.Resources {
		made[r.Type]++
	}
	for _, q := range []providers.Quota{
		{Name: "security groups per region", Used: made[groupType], Limit: maxGroups},
		{Name: "network ACLs per VPC", Used: made[aclType], Limit: maxACLs},
	} {
		if q.Used > 0 {
			e.count(q, func() string {
				return "make workloads alike to the policies, so that they share a segment, or place them in fewer subnets"
			})
		}
	}
}

// overACLQuota reports whether any direction and family has too many entries.
func (e *encoder) overACLQuota(rules ruleSet[entry]) bool {
	for _, d := range []model.Direction{model.Ingress, model.Egress} {
		for _, n := range countEntries(rules, d) {
			if n > e.opts.NACLEntries-1 {
				return true
			}
		}
	}
	return false
}

func countEntries(rules ruleSet[entry], d model.Direction) used {
	n := used{}
	for r := range rules {
		switch {
		case r.dir != d:
		case r.prefix.Addr().Is4():
			n[ipv4]++
		default:
			n[ipv6]++
		}
	}
	return n
}

// countACL notes how much of the quota an ACL takes, and refuses what is over.
func (e *encoder) countACL(a *acl) {
	for _, d := range []model.Direction{model.Ingress, model.Egress} {
		n := countEntries(a.rules, d)
		for _, fam := range []family{ipv4, ipv6} {
			e.count(providers.Quota{
				Name:  fmt.Sprintf("network ACL %s, %s entries, %s", a.name, d, fam),
				Used:  n[fam],
				Limit: e.opts.NACLEntries - 1,
			}, func() string {
				return fmt.Sprintf("merge peers or ports of %s, place their peers in fewer CIDR blocks, or raise the quota of entries per network ACL (at most %d)",
					topReasons(only(a.rules, d)), maxACLEntries)
			})
		}
	}
}

func only(rules ruleSet[entry], d model.Direction) ruleSet[entry] {
	out := maps.Clone(rules)
	maps.DeleteFunc(out, func(n entry, _ []string) bool { return n.dir != d })
	return out
}

// count adds a quota to the output; where it is exceeded, nothing must be
// written: AWS would refuse the last rules and leave the first in place.
func (e *encoder) count(q providers.Quota, advice func() string) {
	e.out.Quotas = append(e.out.Quotas, q)
	if q.Used <= q.Limit {
		return
	}
	e.report(model.Finding{
		Severity: model.Error, Code: "quota",
		Summary: fmt.Sprintf("%s: %d are needed and AWS allows %d", q.Name, q.Used, q.Limit),
		Advice:  advice(),
		Origin:  e.in.Site.Origin,
	})
}

// topReasons names the policies that take most of the rules, with their counts.
func topReasons[R comparable](rules ruleSet[R]) string {
	counts := map[string]int{}
	for _, why := range rules {
		for _, w := range why {
			counts[strings.TrimPrefix(w, "return of ")]++
		}
	}
	names := slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		return cmp.Or(-cmp.Compare(counts[a], counts[b]), cmp.Compare(a, b))
	})
	parts := make([]string, 0, 3)
	for _, n := range names[:min(3, len(names))] {
		parts = append(parts, fmt.Sprintf("%s (%d)", n, counts[n]))
	}
	return strings.Join(parts, ", ")
}
