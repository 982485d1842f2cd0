package aws

import (
	"cmp"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/terraform"
)

const (
	aclType     = "aws_network_acl"
	aclRuleType = "aws_network_acl_rule"
)

// Entries are numbered in this range. AWS has 1 to 32766 for users (EC2 API,
// NetworkAclEntry); the ends are left free for entries made by hand.
const (
	firstEntry = 100
	lastEntry  = 32000
)

// entry is an entry of a network ACL, without its number.
type entry struct {
	dir    model.Direction
	match  match
	prefix netip.Prefix
}

// covers reports whether a admits all that b admits.
func (a entry) covers(b entry) bool {
	return a.dir == b.dir && a.match.covers(b.match) && contains(a.prefix, b.prefix)
}

func (a entry) compare(b entry) int {
	return cmp.Or(-cmp.Compare(a.dir, b.dir), a.prefix.Compare(b.prefix), a.match.compare(b.match))
}

// text says what the entry admits; it is also what its number is made from.
func (a entry) text() string {
	return fmt.Sprintf("%s %s %s", a.match.service(), fromTo(a.dir), a.prefix)
}

// acl is the network ACL of one subnet.
type acl struct {
	name   string
	subnet providers.Subnet
	addrs  model.AddrSet
	rules  ruleSet[entry]
}

// writeACLs writes a network ACL for every subnet that a segment lives in.
// Without a placement there is none to write.
func (e *encoder) writeACLs() {
	if !e.in.Site.Given {
		e.report(model.Finding{
			Severity: model.Info, Code: "no-network-acls",
			Summary: "network ACLs are not written: they name subnets and addresses, and no placement gives them",
			Advice: "pass --placement with the subnets, for example:\n" +
				"\taws:\n\t  subnets:\n\t    - {name: app, id: subnet-0123456789abcdef0, cidrs: [10.0.1.0/24]}",
		})
		return
	}
	acls := e.placedSubnets()
	if len(acls) == 0 {
		return
	}
	e.eachFlow(func(f flow) {
		for i := range acls {
			acls[i].admit(f)
		}
	})
	for i := range acls {
		e.writeACL(&acls[i])
	}
	e.subnetVariable(acls)
}

// placedSubnets returns an ACL without entries for every subnet of a segment.
func (e *encoder) placedSubnets() []acl {
	placed := map[string]bool{}
	for _, s := range e.in.Segments {
		for _, name := range s.Home.Subnets {
			placed[name] = true
		}
	}
	var out []acl
	for _, n := range e.in.Site.Subnets {
		if placed[n.Name] {
			out = append(out, acl{subnet: n, addrs: n.Addrs(), rules: ruleSet[entry]{}})
		}
	}
	slices.SortFunc(out, func(a, b acl) int { return cmp.Compare(a.subnet.Name, b.subnet.Name) })
	for i := range out {
		out[i].name = e.names.name(aclType, out[i].subnet.Name, out[i].subnet.Name)
	}
	return out
}

// admit adds the entries that let a flow and its replies across the subnet's edge.
func (a *acl) admit(f flow) {
	if !f.possible() {
		return
	}
	request := matchOf(f.service)
	reply, answered := f.replyMatch()
	if f.dst.used.Overlaps(a.addrs) {
		a.allow(model.Ingress, crossing{request, f.dst.used, f.src}, f.why)
		if answered {
			a.allow(model.Egress, crossing{reply, f.dst.used, f.src}, returnOf(f.why))
		}
	}
	if f.src.used.Overlaps(a.addrs) {
		a.allow(model.Egress, crossing{request, f.src.used, f.dst}, f.why)
		if answered {
			a.allow(model.Ingress, crossing{reply, f.src.used, f.dst}, returnOf(f.why))
		}
	}
}

func returnOf(why []string) []string {
	out := make([]string, len(why))
	for i, w := range why {
		out[i] = "return of " + w
	}
	return out
}

// crossing is packets between addresses some of which are in a subnet and
// peers some of which are not.
type crossing struct {
	match match
	local model.AddrSet
	peer  flowEnd
}

// allow adds entries for a crossing: one per CIDR block of the peers. What is
// inside the subnet on both ends never meets its ACL, and what AWS does not
// filter needs no entry.
func (a *acl) allow(d model.Direction, c crossing, why []string) {
	beyond := c.peer.used.Subtract(a.addrs)
	local := c.local.Intersect(a.addrs)
	for _, p := range filtered(c.peer.written) {
		block := model.Prefixes(p)
		family := model.AllIPv6()
		if p.Addr().Is4() {
			family = model.AllIPv4()
		}
		if c.match.fits(p) && block.Overlaps(beyond) && local.Overlaps(family) {
			a.rules.add(entry{d, c.match, p}, why)
		}
	}
}

// writeACL writes the ACL, fits its entries into the quota and numbers them.
func (e *encoder) writeACL(a *acl) {
	dropCovered(a.rules, entry.covers)
	if e.overACLQuota(a.rules) {
		a.rules = mergeEntries(a.rules)
	}
	e.countACL(a)
	e.reportShared(a)
	e.add(terraform.Resource{
		Type: aclType, Name: a.name,
		Comment: []string{"subnet " + a.subnet.Name},
		Body: terraform.Body{Attrs: []terraform.Attr{
			{Name: "vpc_id", Value: e.vpc()},
			{Name: "subnet_ids", Value: terraform.List(a.ref())},
			{Name: "tags", Value: terraform.Object(map[string]terraform.Value{"Name": terraform.String(a.subnet.Name)})},
		}},
	})
	e.out.Groups[a.key()] = model.At{Addrs: a.addrs}
	for _, d := range []model.Direction{model.Ingress, model.Egress} {
		e.writeEntries(a, d)
	}
}

// writeEntries writes the entries of one direction. An entry's number comes from
// what it says: an edit of one policy leaves the other entries where they are.
func (e *encoder) writeEntries(a *acl, d model.Direction) {
	var entries []entry
	var keys []string
	for _, n := range slices.SortedFunc(maps.Keys(a.rules), entry.compare) {
		if n.dir == d {
			entries, keys = append(entries, n), append(keys, n.text())
		}
	}
	numbers, err := providers.Slots(keys, firstEntry, lastEntry, 1)
	if err != nil {
		return // so many are far over the quota, which is reported
	}
	for _, n := range entries {
		e.add(e.entryResource(a, n, numbers[n.text()]))
	}
}

// entryResource is one aws_network_acl_rule.
func (e *encoder) entryResource(a *acl, n entry, number int) terraform.Resource {
	want := fmt.Sprintf("%s_%s_%s_%s_%s", a.name, inOut(n.dir), n.match.label(), fromTo(n.dir), prefixLabel(n.prefix))
	attrs := []terraform.Attr{
		{Name: "network_acl_id", Value: terraform.Ref(aclType + "." + a.name + ".id")},
		{Name: "rule_number", Value: terraform.Int(int64(number))},
		{Name: "egress", Value: terraform.Bool(n.dir == model.Egress)},
		{Name: "rule_action", Value: terraform.String("allow")},
	}
	attrs = append(attrs, n.match.aclAttrs()...)
	cidr := "cidr_block"
	if n.prefix.Addr().Is6() {
		cidr = "ipv6_cidr_block"
	}
	attrs = append(attrs, terraform.Attr{Name: cidr, Value: terraform.String(n.prefix.String())})
	return terraform.Resource{
		Type: aclRuleType, Name: e.names.name(aclRuleType, want, want),
		Comment: append([]string{n.text()}, lines(a.rules[n])...),
		Body:    terraform.Body{Attrs: attrs},
	}
}

// ref is how the ACL names its subnet.
func (a *acl) ref() terraform.Value {
	if a.subnet.ID != "" {
		return terraform.String(a.subnet.ID)
	}
	return terraform.Ref(a.variable())
}

// key is the name that Decode finds for the subnet.
func (a *acl) key() model.Group {
	if a.subnet.ID != "" {
		return model.Group(a.subnet.ID)
	}
	return model.Group(a.variable())
}

func (a *acl) variable() string {
	quoted := strings.NewReplacer("${", "$${", "%{", "%%{").Replace(strconv.Quote(a.subnet.Name))
	return "var.subnet_ids[" + quoted + "]"
}

// subnetVariable adds the variable for subnets whose ids are not given.
func (e *encoder) subnetVariable(acls []acl) {
	var names []string
	for _, a := range acls {
		if a.subnet.ID == "" {
			names = append(names, a.subnet.Name)
		}
	}
	if len(names) > 0 {
		e.out.Module.Variables = append(e.out.Module.Variables, terraform.Variable{
			Name: "subnet_ids", Type: "map(string)",
			Description: "The ids of these subnets: " + strings.Join(names, ", ") + ".",
		})
	}
}

// reportShared says that an ACL also filters whoever else is in the subnet.
func (e *encoder) reportShared(a *acl) {
	if a.subnet.Exclusive || !e.addrs[model.Outside].Overlaps(a.addrs) {
		return
	}
	e.report(model.Finding{
		Severity: model.Warning, Code: "shared-subnet",
		Summary: fmt.Sprintf("the network ACL of subnet %s also filters everything else that lives there, and admits for it only what the policies and the platform need", a.subnet.Name),
		Advice:  "mark the subnet exclusive if nothing else is in it, or add what its nodes and other machines need to the platform allowances",
		Origin:  a.subnet.Origin,
	})
}

// mergeEntries returns as few entries as joining neighbours makes of them:
// CIDR blocks of one match, and port ranges of one CIDR block. They admit what they
// admitted.
func mergeEntries(rules ruleSet[entry]) ruleSet[entry] {
	for {
		merged := mergePorts(mergeBlocks(rules))
		dropCovered(merged, entry.covers)
		if len(merged) == len(rules) {
			return merged
		}
		rules = merged
	}
}

// mergeBlocks joins the CIDR blocks of entries that are alike otherwise.
func mergeBlocks(rules ruleSet[entry]) ruleSet[entry] {
	blocks := map[entry]model.AddrSet{}
	for n := range rules {
		k := entry{dir: n.dir, match: n.match}
		blocks[k] = blocks[k].Union(model.Prefixes(n.prefix))
	}
	out := ruleSet[entry]{}
	for k, addrs := range blocks {
		for _, p := range addrs.Prefixes() {
			take(out, rules, entry{k.dir, k.match, p})
		}
	}
	return out
}

// mergePorts joins overlapping and adjacent port ranges of entries that are alike
// otherwise.
func mergePorts(rules ruleSet[entry]) ruleSet[entry] {
	out := ruleSet[entry]{}
	var last entry
	sorted := slices.SortedFunc(maps.Keys(rules), func(a, b entry) int {
		return cmp.Or(cmp.Compare(a.dir, b.dir), a.prefix.Compare(b.prefix), a.match.compare(b.match))
	})
	flush := func() {
		if last.prefix.IsValid() {
			take(out, rules, last)
		}
	}
	for _, n := range sorted {
		same := n.dir == last.dir && n.prefix == last.prefix && n.match.protocol == last.match.protocol
		if same && n.match.hasPorts() && n.match.first <= last.match.last+1 {
			last.match.last = max(last.match.last, n.match.last)
			continue
		}
		flush()
		last = n
	}
	flush()
	return out
}

// take adds an entry with the reasons of everything that it replaces.
func take(out, from ruleSet[entry], n entry) {
	out.add(n, nil)
	for _, o := range slices.SortedFunc(maps.Keys(from), entry.compare) {
		if n.covers(o) || n.overlaps(o) {
			out.add(n, from[o])
		}
	}
}

// overlaps reports whether the entries have packets in common.
func (a entry) overlaps(b entry) bool {
	return a.dir == b.dir && a.prefix.Overlaps(b.prefix) && a.match.protocol == b.match.protocol &&
		a.match.first <= b.match.last && b.match.first <= a.match.last
}
