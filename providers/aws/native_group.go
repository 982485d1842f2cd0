package aws

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/terraform"
)

// groupSheet is what is known of a security group.
type groupSheet struct {
	nativeGroup
	listed bool // among SecurityGroups
	rows   []nativeRule
	// whyRows and whyBundles say why one of the forms of its rules is not all of them; empty: it is.
	whyRows, whyBundles string
}

// readGroups reads security groups and their rules.
func (n *nativeReader) readGroups() {
	sheets := n.groupSheets()
	refs := n.readReferences()
	for _, id := range slices.Sorted(maps.Keys(sheets)) {
		n.addGroup(sheets[id], refs)
		*sheets[id] = groupSheet{} // there may be hundreds of thousands of rules
	}
	n.addPeers(sheets)
	why := n.missing(kindGroups)
	if why == "" {
		return
	}
	n.need(kindGroups)
	if n.missing(kindGroupRules) == "" || n.missing(kindInterfaces) == "" {
		return // every group that has rules, or that an interface has, is there
	}
	// Anybody may be in a group that was not read.
	n.add(terraform.Resource{Type: groupType, Name: unread, Body: body(
		terraform.Attr{Name: "id", Value: terraform.Unknown(why)},
		terraform.Attr{Name: "ingress", Value: terraform.Unknown(why)},
		terraform.Attr{Name: "egress", Value: terraform.Unknown(why)},
	)})
}

// groupSheets returns all groups that are listed, that have rules, or that interfaces have.
func (n *nativeReader) groupSheets() map[string]*groupSheet {
	sheets := map[string]*groupSheet{}
	at := func(id string) *groupSheet {
		s, ok := sheets[id]
		if !ok {
			s = &groupSheet{nativeGroup: nativeGroup{GroupId: id}}
			sheets[id] = s
		}
		return s
	}
	for _, g := range parse(n, kindGroups, func(g nativeGroup) string { return g.GroupId }) {
		s := at(g.GroupId)
		s.nativeGroup, s.listed = g, true
	}
	n.LetGo(kindGroups)
	rules := n.Objects[kindGroupRules]
	eachPart(rules, func(i int, x nativeGroupRule, why string) {
		if i > 0 && n.ReadOnce {
			rules[i-1] = nil // it was read to its end
		}
		r, ok := separate(x, why)
		switch {
		case ok:
			s := at(x.GroupId)
			s.rows = append(s.rows, n.shared(r))
		case x.GroupId != "":
			at(x.GroupId)
			n.warn(codeUnreadable, x.GroupId, fmt.Sprintf("a rule of it (object %d of %s) does not say in which direction", i+1, kindGroupRules))
			n.lacks(kindGroupRules, x.GroupId, "a rule cannot be read")
		default:
			n.warn(codeUnreadable, kindGroupRules, fmt.Sprintf("object %d of %s cannot be read, or does not say of which group it is", i+1, kindGroupRules))
			n.lacks(kindGroupRules, "", "an object of them cannot be read")
		}
	})
	n.LetGo(kindGroupRules)
	for id := range n.worn {
		at(id)
	}
	for id, s := range sheets {
		n.weigh(id, s)
	}
	return sheets
}

// weigh says which of the forms of a group's rules can be relied on.
func (n *nativeReader) weigh(id string, s *groupSheet) {
	s.whyRows = n.incomplete(kindGroupRules, id)
	switch {
	case !s.listed:
		s.whyBundles = firstOf(n.missing(kindGroups), kindGroups+": it is not among them")
		if len(s.rows) == 0 {
			// Not even a rule for egress: rather it is of somebody else, who shares the VPC.
			s.whyRows = firstOf(s.whyRows, kindGroupRules+": none of them is of it")
		}
	case s.IpPermissions == nil || s.IpPermissionsEgress == nil:
		s.whyBundles = kindGroups + " of " + id + ": its rules were not printed"
	default:
		s.whyBundles = n.lackOf[kindObject{kindGroups, id}]
	}
}

// addGroup adds a group and its rules.
func (n *nativeReader) addGroup(s *groupSheet, refs references) {
	typ := groupType
	if s.GroupName == "default" {
		typ = "aws_default_security_group"
	}
	r := terraform.Resource{Type: typ, Name: s.GroupId, Body: body(
		terraform.Attr{Name: "id", Value: n.text(s.GroupId)},
		terraform.Attr{Name: "name", Value: n.text(s.GroupName)},
		terraform.Attr{Name: "description", Value: n.text(s.Description)},
		terraform.Attr{Name: "vpc_id", Value: n.text(s.VpcId)},
		terraform.Attr{Name: "owner_id", Value: n.text(s.OwnerId)},
		terraform.Attr{Name: "arn", Value: n.text(s.SecurityGroupArn)},
		terraform.Attr{Name: "tags", Value: n.tags(s.Tags)},
	)}
	if s.whyBundles != "" && s.whyRows != "" {
		n.warn(codeNotRead, s.GroupId, "not all rules of this security group are known: "+s.whyBundles+"; "+s.whyRows)
		for _, attr := range []string{"ingress", "egress"} {
			r.Set(attr, terraform.Unknown(s.whyBundles+"; "+s.whyRows))
		}
	}
	at := len(n.resources)
	n.add(r)
	var stale []terraform.Value
	for _, rule := range n.rulesOf(s) {
		why := n.judgeReference(s, &rule, refs)
		if why == "" {
			n.addRule(s.nativeGroup, rule)
			continue
		}
		stale = append(stale, rule.stale(s.GroupId, why))
	}
	if len(stale) > 0 {
		n.resources[at].Set(staleAttr, terraform.List(stale...))
	}
}

// rulesOf returns the rules of a group, out of both forms, until it is called for the next. What one form has and the other,
// though it should, has not, is not certain.
func (n *nativeReader) rulesOf(s *groupSheet) []nativeRule {
	rules, at := n.rules[:0], map[ruleKey]int{}
	var unknown []nativeRule // those without a peer that is known, which are the same as no other
	n.bundles(s, func(b nativeRule) {
		if b.peerKind == "" {
			unknown = append(unknown, b)
			return
		}
		if _, twice := at[b.ruleKey]; !twice {
			at[b.ruleKey] = len(rules)
			rules = append(rules, b)
		}
	})
	odd := []string{}
	for _, r := range s.rows {
		i, known := at[r.ruleKey]
		switch {
		case r.peerKind == "":
			unknown = append(unknown, r)
		case !known:
			if s.whyBundles == "" {
				r.why = firstOf(r.why, "DescribeSecurityGroups does not have it")
				odd = append(odd, "only rules: "+r.importID(s.GroupId))
			}
			at[r.ruleKey] = len(rules)
			rules = append(rules, r)
		case rules[i].id == "":
			rules[i].join(r)
		}
	}
	if s.whyRows == "" {
		for i, b := range rules {
			if b.id == "" {
				rules[i].why = firstOf(b.why, "DescribeSecurityGroupRules does not have it")
				odd = append(odd, "only groups: "+b.importID(s.GroupId))
			}
		}
	}
	n.reportOdd(s.GroupId, odd)
	rules = append(rules, unknown...)
	slices.SortStableFunc(rules, func(a, b nativeRule) int {
		return cmp.Or(a.compare(b.ruleKey), cmp.Compare(a.id, b.id), cmp.Compare(a.why, b.why))
	})
	n.rules = rules
	return uniqueIDs(s.GroupId, rules)
}

// join adds to a rule of SecurityGroups what SecurityGroupRules says of it.
func (r *nativeRule) join(row nativeRule) {
	r.id, r.tags = row.id, row.tags
	r.description = firstOf(row.description, r.description)
	r.why = firstOf(r.why, row.why)
}

// reportOdd reports rules that one of the forms alone has.
func (n *nativeReader) reportOdd(group string, odd []string) {
	if len(odd) == 0 {
		return
	}
	slices.Sort(odd)
	const most = 3
	text := strings.Join(odd[:min(len(odd), most)], ", ")
	if len(odd) > most {
		text += fmt.Sprintf(" and %d more", len(odd)-most)
	}
	n.warn(codeContradiction, group, "DescribeSecurityGroups and DescribeSecurityGroupRules disagree on rules of this group, as when they change between the two calls; "+
		"whether these are there is not known: "+text)
}

// uniqueIDs gives rules that would go by the same name one of their own.
func uniqueIDs(group string, rules []nativeRule) []nativeRule {
	seen := make(map[string]int, len(rules))
	for i, r := range rules {
		id := r.called(group)
		if seen[id]++; seen[id] > 1 {
			rules[i].id = fmt.Sprintf("%s_%d", id, seen[id])
		}
	}
	return rules
}

// bundles calls f for the rules that SecurityGroups has of a group.
func (n *nativeReader) bundles(s *groupSheet, f func(nativeRule)) {
	read := func(parts *[]json.RawMessage, egress bool) {
		if parts != nil {
			eachPart(*parts, func(_ int, p ipPermission, why string) { n.bundled(p, why, egress, f) })
		}
	}
	read(s.IpPermissions, false)
	read(s.IpPermissionsEgress, true)
}
