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
	aclType            = "aws_network_acl"
	aclRuleType        = "aws_network_acl_rule"
	aclAssociationType = "aws_network_acl_association"
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
	denies bool
}

// covers reports whether a decides on all that b decides on.
func (a entry) covers(b entry) bool {
	return a.dir == b.dir && a.match.covers(b.match) && contains(a.prefix, b.prefix)
}

// overlaps reports whether the entries have packets in common.
func (a entry) overlaps(b entry) bool {
	return a.dir == b.dir && a.prefix.Overlaps(b.prefix) && a.match.overlaps(b.match)
}

func (a entry) compare(b entry) int {
	return cmp.Or(-cmp.Compare(a.dir, b.dir), a.prefix.Compare(b.prefix), a.match.compare(b.match))
}

// text says what the entry admits or denies; it is also what its number is made from.
func (a entry) text() string {
	out := fmt.Sprintf("%s %s %s", a.match.service(), fromTo(a.dir), a.prefix)
	if a.denies {
		return "deny " + out
	}
	return out
}

// acl is the network ACL of one subnet.
type acl struct {
	name   string
	subnet providers.Subnet
	addrs  model.AddrSet
	rules  ruleSet[entry] // what the flows ask for: entries that admit
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
// inside the subnet on both ends never meets its ACL.
func (a *acl) allow(d model.Direction, c crossing, why []string) {
	beyond := c.peer.used.Subtract(a.addrs)
	local := c.local.Intersect(a.addrs)
	for _, p := range c.peer.written {
		block := model.Prefixes(p)
		family := model.AllIPv6()
		if p.Addr().Is4() {
			family = model.AllIPv4()
		}
		if c.match.fits(p) && block.Overlaps(beyond) && local.Overlaps(family) {
			a.rules.add(entry{dir: d, match: c.match, prefix: p}, why)
		}
	}
}

// dropCovered removes every entry that another one covers. The result does not
// depend on the order, because covering is: whatever covers an entry that goes
// covers, or is itself covered by, one that stays.
func dropCovered(rules ruleSet[entry]) {
	type place struct {
		dir    model.Direction
		prefix netip.Prefix
	}
	at := map[place][]match{}
	for n := range rules {
		at[place{n.dir, n.prefix}] = append(at[place{n.dir, n.prefix}], n.match)
	}
	covered := func(small entry) bool {
		for bits := small.prefix.Bits(); bits >= 0; bits-- {
			around := place{small.dir, netip.PrefixFrom(small.prefix.Addr(), bits).Masked()}
			for _, m := range at[around] {
				big := entry{dir: small.dir, match: m, prefix: around.prefix}
				if _, stays := rules[big]; stays && big != small && big.covers(small) {
					return true
				}
			}
		}
		return false
	}
	for n := range rules {
		if covered(n) {
			delete(rules, n)
		}
	}
}

// writeACL writes the ACL, its entries, and last that the subnet has it: an ACL without entries refuses everything (Amazon
// VPC user guide, network ACL basics), so that it is to be complete before it counts.
func (e *encoder) writeACL(a *acl) {
	dropCovered(a.rules)
	e.reportShared(a)
	e.add(terraform.Resource{
		Type: aclType, Name: a.name,
		Comment: []string{"subnet " + a.subnet.Name},
		Body: terraform.Body{Attrs: []terraform.Attr{
			{Name: "vpc_id", Value: e.vpc()},
			{Name: "tags", Value: providers.Own(map[string]terraform.Value{"Name": terraform.String(a.subnet.Name)})},
		}},
	})
	e.out.Groups[a.key()] = model.At{Addrs: a.addrs}
	first := len(e.out.Module.Resources)
	for _, d := range []model.Direction{model.Ingress, model.Egress} {
		e.writeEntries(a, d)
	}
	e.associate(a, e.out.Module.Resources[first:])
}

// associate writes that the subnet has the ACL, as soon as all of its entries are there. On the way out it is the first to go.
func (e *encoder) associate(a *acl, entries []terraform.Resource) {
	attrs := []terraform.Attr{
		{Name: "network_acl_id", Value: terraform.Ref(aclType + "." + a.name + ".id")},
		{Name: "subnet_id", Value: a.ref()},
	}
	refs := make([]terraform.Value, len(entries))
	for i, n := range entries {
		refs[i] = terraform.Ref(n.Address())
	}
	if len(refs) > 0 {
		attrs = append(attrs, terraform.Attr{Name: "depends_on", Value: terraform.List(refs...)})
	}
	e.add(terraform.Resource{Type: aclAssociationType, Name: a.name, Body: terraform.Body{Attrs: attrs}})
}

// writeEntries shortens and writes the entries of one direction. An entry's number comes from
// what it says: an edit of one policy leaves the other entries where they are.
func (e *encoder) writeEntries(a *acl, d model.Direction) {
	var entries []entry
	why := ruleSet[entry]{}
	for _, fam := range []family{ipv4, ipv6} {
		l := aclList{dir: d, family: fam}
		l.before = listOf(a.rules, entry.compare, func(n entry) bool { return n.dir == d && n.family() == fam })
		l = e.shortenACL(l)
		e.countACL(a, l)
		entries = append(entries, l.after.rules...)
		maps.Copy(why, l.after.why)
	}
	if len(entries) > 2*(e.opts.NACLEntries-1) {
		return // a family is over its quota, so that nothing is written
	}
	keys := make([]string, len(entries))
	for i, n := range entries {
		keys[i] = n.text()
	}
	before := func(i, j int) bool { return entries[i].denies != entries[j].denies && entries[i].overlaps(entries[j]) }
	name := fmt.Sprintf("network ACL %s, %s", a.name, d)
	numbers, err := providers.KeepWhere(e.in.Numbers[name], keys, before, firstEntry, lastEntry)
	if err != nil {
		return // there are more numbers than entries
	}
	e.number(name, numbers)
	list := make([]placed, len(entries))
	for i, n := range entries {
		list[i] = placed{entry: n, name: e.entryName(a, n), number: numbers[n.text()], why: why[n]}
		if !n.denies {
			for _, o := range list[:i] {
				if o.denies && o.overlaps(n) {
					list[i].after = append(list[i].after, o.name)
				}
			}
		}
	}
	slices.SortStableFunc(list, func(x, y placed) int { return x.compare(y.entry) })
	for _, n := range list {
		e.add(entryResource(a, n))
	}
}

// number notes the numbers of a list's rules.
func (e *encoder) number(list string, numbers map[string]int) {
	if len(numbers) == 0 {
		return
	}
	if e.out.Numbers == nil {
		e.out.Numbers = providers.Numbering{}
	}
	e.out.Numbers[list] = numbers
}

// placed is an entry on its way into the module.
type placed struct {
	entry
	name   string // of its resource
	number int
	why    []string // who asks for it
	// after names the resources of entries that deny part of what it admits. They have to be there before it is, and
	// as long as it is.
	after []string
}

// entryName is the name of an entry's resource.
func (e *encoder) entryName(a *acl, n entry) string {
	want := fmt.Sprintf("%s_%s_%s_%s_%s", a.name, inOut(n.dir), n.match.label(), fromTo(n.dir), prefixLabel(n.prefix))
	if n.denies {
		want += "_deny"
	}
	return e.names.name(aclRuleType, want, want)
}

// entryResource is one aws_network_acl_rule.
func entryResource(a *acl, n placed) terraform.Resource {
	action := "allow"
	if n.denies {
		action = "deny"
	}
	attrs := []terraform.Attr{
		{Name: "network_acl_id", Value: terraform.Ref(aclType + "." + a.name + ".id")},
		{Name: "rule_number", Value: terraform.Int(int64(n.number))},
		{Name: "egress", Value: terraform.Bool(n.dir == model.Egress)},
		{Name: "rule_action", Value: terraform.String(action)},
	}
	attrs = append(attrs, n.match.aclAttrs()...)
	cidr := "cidr_block"
	if n.prefix.Addr().Is6() {
		cidr = "ipv6_cidr_block"
	}
	attrs = append(attrs, terraform.Attr{Name: cidr, Value: terraform.String(n.prefix.String())})
	if len(n.after) > 0 {
		refs := make([]terraform.Value, len(n.after))
		for i, name := range n.after {
			refs[i] = terraform.Ref(aclRuleType + "." + name)
		}
		attrs = append(attrs, terraform.Attr{Name: "depends_on", Value: terraform.List(refs...)})
	}
	return terraform.Resource{
		Type: aclRuleType, Name: n.name,
		Comment: append([]string{n.text()}, lines(n.why)...),
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
