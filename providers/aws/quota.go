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

func names(ids []model.Identity) []string {
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = string(id)
	}
	return out
}

// countGroup notes how much of the quota a direction of a group takes.
func (e *encoder) countGroup(g group, d model.Direction, rules ruleSet[groupRule]) {
	n := newGroupList(rules).used()
	for _, fam := range []family{ipv4, ipv6} {
		e.out.Quotas = append(e.out.Quotas, providers.Quota{Name: groupListName(g, d, fam), Used: n[fam], Limit: e.opts.GroupRules})
	}
}

func groupListName(g group, d model.Direction, f family) string {
	return fmt.Sprintf("security group %s, %s rules, %s", g.name, d, f)
}

// countList notes how long a list of rules is, before and after it was shortened, and refuses what all groups
// that an interface can carry have no room for.
func (e *encoder) countList(g group, d model.Direction, before, after groupList) {
	was, is := before.used(), after.used()
	room := e.opts.GroupRules * e.maxParts()
	for _, fam := range []family{ipv4, ipv6} {
		l := providers.ListSize{
			Name: groupListName(g, d, fam), Segments: names(g.ids), Before: was[fam], After: is[fam],
			LowerBound: after.lower(fam), Limit: e.opts.GroupRules * min(e.parts(after), e.maxParts()),
		}
		e.list(l)
		if l.After <= room {
			continue
		}
		e.out.Quotas = append(e.out.Quotas, providers.Quota{Name: l.Name, Used: l.After, Limit: room})
		rules := after.four
		if fam == ipv6 {
			rules = after.six
		}
		e.tooLong(l, tooLong{
			allowed:  fmt.Sprintf("AWS allows %d in each of %d groups on an interface", e.opts.GroupRules, e.maxParts()),
			reasons:  topReasons(allOf(rules, after.peers)),
			widening: widen(blocksOf(rules.rules, groupRule.block), l.After-room),
			raise:    "raise the quota of rules per security group and say so with --aws-group-rules",
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

// countACL notes how much of the quota the entries of an ACL take, and refuses what is over.
func (e *encoder) countACL(a *acl, l aclList) {
	limit := e.opts.NACLEntries - 1
	size := providers.ListSize{
		Name: fmt.Sprintf("network ACL %s, %s entries, %s", a.name, l.dir, l.family), Segments: e.segmentsIn(a.subnet.Name),
		Before: len(l.before.rules), After: len(l.after.rules), LowerBound: l.after.lower, Limit: limit,
	}
	e.out.Quotas = append(e.out.Quotas, providers.Quota{Name: size.Name, Used: size.After, Limit: limit})
	e.list(size)
	if size.After <= limit {
		return
	}
	e.tooLong(size, tooLong{
		allowed:  fmt.Sprintf("AWS allows %d", limit),
		reasons:  topReasons(l.allows.why),
		widening: widen(blocksOf(l.allows.rules, entry.block), len(l.allows.rules)-limit),
		raise:    fmt.Sprintf("raise the quota of entries per network ACL (at most %d) and say so with --aws-acl-entries", maxACLEntries),
	})
}

// segmentsIn lists the segments that live in a subnet.
func (e *encoder) segmentsIn(subnet string) []string {
	var out []string
	for _, s := range e.in.Segments {
		if slices.Contains(s.Home.Subnets, subnet) {
			out = append(out, string(s.ID))
		}
	}
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

// list notes the length of a list that is written.
func (e *encoder) list(l providers.ListSize) {
	if l.Before > 0 {
		e.out.Lists = append(e.out.Lists, l)
	}
}

// tooLong is what to say of a list for which there is no room.
type tooLong struct {
	allowed  string // how much room there is
	reasons  string // who takes most of it
	widening []join // what would do, at a price
	raise    string // the quota to raise
}

// tooLong refuses a list.
func (e *encoder) tooLong(l providers.ListSize, t tooLong) {
	summary := fmt.Sprintf("%s: %d are needed and %s", l.Name, l.After, t.allowed)
	if l.Before > l.After {
		summary += fmt.Sprintf("; the policies ask for %d", l.Before)
	}
	switch {
	case l.LowerBound >= l.After:
		summary += "; no list that admits the same is shorter"
	case l.LowerBound > 0:
		summary += fmt.Sprintf("; no list that admits the same has less than %d", l.LowerBound)
	}
	if len(l.Segments) > 0 {
		summary += "; it is about " + few(l.Segments)
	}
	advice := []string{"merge peers or ports of " + t.reasons + ", which take most of them"}
	if len(t.widening) > 0 {
		var texts []string
		for _, j := range t.widening {
			texts = append(texts, j.text())
		}
		advice = append(advice, "admit more: "+strings.Join(texts[:min(maxShown, len(texts))], "; ")+andMore(len(texts)))
	}
	e.report(model.Finding{
		Severity: model.Error, Code: "quota",
		Summary: summary,
		Advice:  strings.Join(append(advice, t.raise), "; or "),
		Origin:  e.in.Site.Origin,
	})
}

// andMore is the end of a list of which the first few are shown.
func andMore(n int) string {
	if n <= maxShown {
		return ""
	}
	return fmt.Sprintf("; and %d more such", n-maxShown)
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
