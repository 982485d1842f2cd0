package aws

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
	"github.com/crosswall/crosswall/terraform"
)

// inspectACLs describes the network ACLs, and returns by subnet those that are on it.
func (i *inspector) inspectACLs() map[model.Group][]model.Group {
	a := i.readACLs()
	a.layers() // which settles what is disputed, and for which subnets a default ACL holds
	facts := i.aclFacts()
	on := map[model.Group][]model.Group{}
	for _, acl := range a.acls {
		if acl.name == unread {
			continue
		}
		f := i.aclObject(acl)
		f.State, f.Target = model.Stateless, model.Or(acl.subnets)
		chain := func(dir model.Direction) []model.Chain {
			return []model.Chain{{Name: aclLayer + f.Label(), Order: model.FirstMatch, Default: model.Deny, Rules: sortedByNumber(acl.rules[dir])}}
		}
		f.Ingress, f.Egress = chain(model.Ingress), chain(model.Egress)
		for _, s := range acl.subnets {
			if name, ok := s.(model.Group); ok {
				on[name] = append(on[name], acl.name)
				f.Users = append(f.Users, audit.User{Kind: audit.SubnetKind, Key: name, Label: i.subnetLabel(name)})
			} else if maybe, ok := s.(model.Maybe); ok {
				f.NotAll = firstOf(f.NotAll, maybe.Why)
				if name, ok := maybe.Selector.(model.Group); ok {
					f.Users = append(f.Users, audit.User{Kind: audit.SubnetKind, Key: name, Label: i.subnetLabel(name), Unsure: maybe.Why})
				}
			}
		}
		slices.SortFunc(f.Users, func(a, b audit.User) int { return cmp.Or(cmp.Compare(a.Label, b.Label), cmp.Compare(a.Key, b.Key)) })
		if t := facts[acl.name]; t != nil {
			f.Rules, f.Quotas = t.rules, t.quotas(f.Object)
			for at := range f.Rules {
				f.Rules[at].Link = f.Link
			}
		}
		i.estate.Firewalls = append(i.estate.Firewalls, f)
	}
	return on
}

// aclObject is what an ACL is called, and what is not known of it.
func (i *inspector) aclObject(acl *readACL) audit.Firewall {
	r, made := i.made[acl.name]
	if !made || r.Type != aclType && r.Type != "aws_default_network_acl" {
		o := audit.Object{Provider: "aws", Kind: audit.NetworkACL, Key: acl.name, Origin: acl.origin, Untold: true}
		if strings.Contains(string(acl.name), ".") {
			o.Address = string(acl.name)
		} else {
			o.ID = string(acl.name)
		}
		return audit.Firewall{Object: o, Loose: true, Partial: "it is not made here, and may have other entries", NotAll: "it is not made here"}
	}
	f := audit.Firewall{Object: i.object(r, audit.NetworkACL), Standard: audit.FlagOf(r.Type != aclType)}
	if f.Origin = acl.origin; r.Uncertain != "" {
		f.Partial = r.Uncertain
	}
	for _, rules := range acl.rules {
		for _, one := range rules {
			if maybe, ok := one.Peer.(model.Maybe); ok && one.Name == entriesNotKnown {
				f.Partial = firstOf(f.Partial, maybe.Why)
			}
		}
	}
	// Given subnets are all that the ACL has: Terraform takes it from others (documentation of aws_network_acl).
	if r.Type == aclType && !isLive(r) && r.Get("subnet_ids").IsNull() {
		f.NotAll = "configuration does not say which other subnets have it"
	}
	return f
}

// subnetLabel is what to call a subnet that is perhaps not described yet.
func (i *inspector) subnetLabel(name model.Group) string {
	if r, ok := i.made[name]; ok && isSubnet(r) {
		return i.object(r, audit.SubnetKind).Label()
	}
	return string(name)
}

func sortedByNumber(rules []model.Rule) []model.Rule {
	out := slices.Clone(rules)
	slices.SortStableFunc(out, func(a, b model.Rule) int { return cmp.Compare(a.Priority, b.Priority) })
	return out
}

// aclFacts is what is told of the entries of an ACL.
type aclFacts struct {
	rules []audit.Rule
	used  map[model.Direction]used
	// numbers are the places in rules of the entries that have a number.
	numbers map[model.Direction]map[int]int
}

// aclFacts returns what is told of the entries of each ACL.
func (i *inspector) aclFacts() map[model.Group]*aclFacts {
	out := map[model.Group]*aclFacts{}
	at := func(g model.Group) *aclFacts {
		f, ok := out[g]
		if !ok {
			f = &aclFacts{used: map[model.Direction]used{model.Ingress: {}, model.Egress: {}},
				numbers: map[model.Direction]map[int]int{model.Ingress: {}, model.Egress: {}}}
			out[g] = f
		}
		return f
	}
	separate := i.holders("network_acl_id", aclRuleType)
	for _, r := range i.module.Resources {
		switch r.Type {
		case aclType, "aws_default_network_acl":
			f := at(i.nameOf(r))
			if separate[i.nameOf(r)] && repeats(r) {
				continue
			}
			for _, dir := range []model.Direction{model.Ingress, model.Egress} {
				for n, b := range r.BlocksOf(dir.String()) {
					o := origin(r, fmt.Sprintf("%s[%d]", dir, n))
					if number, ok := b.Body.Get("rule_no").AsInt(); ok && isLive(r) {
						o.Path = fmt.Sprintf("%s rule %d", dir, number)
					}
					f.add(dir, inlineEntry(b.Body), b.Body, o)
				}
			}
		case aclRuleType:
			name, why := i.nameIn(r.Get("network_acl_id"))
			if why != "" {
				name = model.Group(r.Address() + ".network_acl_id")
			}
			dir := model.Ingress
			if egress, _ := r.Get("egress").AsBool(); egress {
				dir = model.Egress
			}
			at(name).add(dir, aclEntry{number: r.Get("rule_number"), action: r.Get("rule_action"), protocol: r.Get("protocol"),
				cidr4: r.Get("cidr_block"), cidr6: r.Get("ipv6_cidr_block")}, r.Body, origin(r, ""))
		}
	}
	return out
}

// add notes an entry; the default deny is none.
func (f *aclFacts) add(dir model.Direction, n aclEntry, b terraform.Body, o model.Origin) {
	number, known := n.number.AsInt()
	if known && n.isDefault(number) {
		return
	}
	told := audit.Rule{Origin: o, Direction: dir, Priority: int(number)}
	p, why := protocol(n.protocol)
	if why == "" {
		told.Traits = append(portTraits(p, b.Get("from_port"), b.Get("to_port")), hostBits(b)...)
		if p.IsICMP() && b.Get("icmp_type").IsNull() {
			told.Traits = append(told.Traits, audit.Trait{Code: audit.MessageOmitted, Text: "no icmp_type is given, and it is then 0: echo reply alone"})
		}
	}
	if other, taken := f.numbers[dir][int(number)]; known && taken {
		told.Traits = append(told.Traits, audit.Trait{Code: audit.SameNumber, Text: fmt.Sprintf("%s has the number %d too", f.rules[other].Origin.Object+" "+f.rules[other].Origin.Path, number)})
	} else if known {
		f.numbers[dir][int(number)] = len(f.rules)
	}
	f.rules = append(f.rules, told)
	if !isUnset(n.cidr4) {
		f.used[dir][ipv4]++
	}
	if !isUnset(n.cidr6) {
		f.used[dir][ipv6]++
	}
}

// quotas are the counts of entries with the default deny, which AWS counts too (Amazon VPC quotas: 20 of each direction
// and family, and 40 on request). More entries than 20 of a live ACL show that the quota was raised; those that configuration asks for do not.
func (f *aclFacts) quotas(acl audit.Object) []audit.Quota {
	var out []audit.Quota
	for _, dir := range []model.Direction{model.Ingress, model.Egress} {
		for _, fam := range []family{ipv4, ipv6} {
			q := audit.Quota{Name: fmt.Sprintf("%s entries, %s, with the default deny", map[model.Direction]string{model.Ingress: "inbound", model.Egress: "outbound"}[dir], fam),
				Used: f.used[dir][fam] + 1, Limit: defaultACLEntries, Adjustable: true}
			if q.Used > maxACLEntries || q.Used > q.Limit && acl.Address == "" {
				q.Limit, q.Adjustable = maxACLEntries, false
			}
			out = append(out, q)
		}
	}
	return out
}
