package aws

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/terraform"
)

// defaultEntry is the number of the default deny for IPv4; the one for IPv6
// follows it. Users have the numbers below (EC2 API, NetworkAclEntry).
const defaultEntry = 32767

// aclLayer is what the layer of a network ACL is called, before its name.
const aclLayer = "network ACL "

// readACL is a network ACL with its entries.
type readACL struct {
	name    model.Group
	origin  model.Origin
	subnets []model.Selector
	// fallback ACLs hold for the subnets that have no other.
	fallback bool
	rules    map[model.Direction][]model.Rule
}

// aclLayers reads every network ACL as a stateless layer.
func (d *decoder) aclLayers() []model.Layer { return d.readACLs().layers() }

// readACLs reads every network ACL.
func (d *decoder) readACLs() *aclReader {
	a := &aclReader{decoder: d, separate: d.holders("network_acl_id", aclRuleType)}
	for _, r := range d.module.Resources {
		switch r.Type {
		case aclType, "aws_default_network_acl":
			a.readACL(r)
		}
	}
	for _, r := range d.module.Resources {
		switch r.Type {
		case aclAssociationType:
			acl := a.named(r)
			acl.subnets = append(acl.subnets, doubtful(d.selectorIn(r, r.Get("subnet_id")), r.Uncertain))
		case aclRuleType:
			a.readRule(r)
		}
	}
	return a
}

// aclReader collects ACLs in the order in which they are met.
type aclReader struct {
	*decoder
	acls     []*readACL
	separate map[model.Group]bool // ACLs with entries that are resources of their own
}

// at returns the ACL of a name, new where there was none.
func (a *aclReader) at(name model.Group, o model.Origin) *readACL {
	for _, acl := range a.acls {
		if acl.name == name {
			return acl
		}
	}
	acl := &readACL{name: name, origin: o, rules: map[model.Direction][]model.Rule{}}
	a.acls = append(a.acls, acl)
	return acl
}

// named returns the ACL that a rule or association belongs to. Of one that is
// not of the module, neither all entries nor all subnets are known.
func (a *aclReader) named(r terraform.Resource) *readACL {
	const attr = "network_acl_id"
	name, why := a.nameIn(r.Get(attr))
	if why != "" {
		a.warn("unknown-value", "the network ACL is not known: "+why, origin(r, attr))
		name = model.Group(r.Address() + "." + attr)
	}
	known := slices.ContainsFunc(a.acls, func(acl *readACL) bool { return acl.name == name })
	acl := a.at(name, origin(r, attr))
	if known {
		return acl
	}
	a.warn("unknown-subnets", fmt.Sprintf("network ACL %s is not made by this configuration: its subnets and other entries are not known", name), origin(r, ""))
	for _, dir := range []model.Direction{model.Ingress, model.Egress} {
		acl.addUnknown(dir, "the entries of "+string(name)+" are not known", origin(r, attr))
	}
	acl.subnets = append(acl.subnets, model.Maybe{Selector: model.Any{}, Why: "the subnets of " + string(name) + " are not known"})
	return acl
}

// entriesNotKnown is what rules that stand for entries which were not read are called.
const entriesNotKnown = "entries that are not known"

// addUnknown adds an entry of which nothing is known, before all others.
func (acl *readACL) addUnknown(dir model.Direction, why string, o model.Origin) {
	for _, action := range []model.Action{model.Allow, model.Deny} {
		acl.rules[dir] = append(acl.rules[dir], model.Rule{
			Name: entriesNotKnown, Action: action, Peer: model.Maybe{Selector: model.Any{}, Why: why},
			Traffic: model.Traffic{model.AllTraffic()}, Origin: o,
		})
	}
}

// readACL reads an ACL with its subnets and inline entries.
func (a *aclReader) readACL(r terraform.Resource) {
	acl := a.at(a.nameOf(r), origin(r, ""))
	for _, v := range elements(r.Get("subnet_ids")) {
		acl.subnets = append(acl.subnets, doubtful(a.selectorIn(r, v), r.Uncertain))
	}
	// EC2 lists every subnet that the default ACL is on; configuration need not.
	acl.fallback = r.Type != aclType && !isLive(r)
	for _, dir := range []model.Direction{model.Ingress, model.Egress} {
		attr := dir.String()
		for i, b := range r.BlocksOf(attr) {
			o := origin(r, fmt.Sprintf("%s[%d]", attr, i))
			if number, ok := b.Body.Get("rule_no").AsInt(); ok && isLive(r) {
				o.Path = fmt.Sprintf("%s rule %d", attr, number)
			}
			acl.add(a.decoder, dir, inlineEntry(b.Body), o)
		}
		// Inline entries and those of resources of their own exclude each
		// other (documentation of aws_network_acl).
		if r.Open(attr) && !(r.Get(attr).IsComputed() && a.separate[acl.name]) {
			why := "not all " + attr + " entries are known: " + unknownText(r.Get(attr))
			if r.Name != unread { // which was said already
				a.warn("unknown-value", why, origin(r, attr))
			}
			acl.addUnknown(dir, why, origin(r, attr))
		}
	}
}

// aclEntry is an entry as it was read, whichever way it was written.
type aclEntry struct {
	number, action, protocol terraform.Value
	cidr4, cidr6             terraform.Value
	first, last, icmp, code  terraform.Value
	why                      string
}

// inlineEntry reads an ingress or egress block of an aws_network_acl. There an ICMP
// type and code that are not set are 0, echo reply, and not any
// (documentation of aws_network_acl).
func inlineEntry(b terraform.Body) aclEntry {
	zero := func(v terraform.Value) terraform.Value {
		if v.IsNull() {
			return terraform.Int(0)
		}
		return v
	}
	return aclEntry{
		number: b.Get("rule_no"), action: b.Get("action"), protocol: b.Get("protocol"),
		cidr4: b.Get("cidr_block"), cidr6: b.Get("ipv6_cidr_block"),
		first: b.Get("from_port"), last: b.Get("to_port"),
		icmp: zero(b.Get("icmp_type")), code: zero(b.Get("icmp_code")),
	}
}

// readRule reads an aws_network_acl_rule.
func (a *aclReader) readRule(r terraform.Resource) {
	acl := a.named(r)
	n := aclEntry{
		number: r.Get("rule_number"), action: r.Get("rule_action"), protocol: r.Get("protocol"),
		cidr4: r.Get("cidr_block"), cidr6: r.Get("ipv6_cidr_block"),
		first: r.Get("from_port"), last: r.Get("to_port"),
		icmp: r.Get("icmp_type"), code: r.Get("icmp_code"), why: r.Uncertain,
	}
	egress, ok := r.Get("egress").AsBool()
	dirs := []model.Direction{model.Ingress}
	switch {
	case !ok && !r.Get("egress").IsNull():
		n.why = "egress: " + unknownText(r.Get("egress"))
		dirs = append(dirs, model.Egress)
	case egress:
		dirs = []model.Direction{model.Egress}
	}
	for _, dir := range dirs {
		acl.add(a.decoder, dir, n, origin(r, ""))
	}
}

// add adds an entry. One whose action is unknown may allow and may deny; one whose number
// is unknown, or none that an entry can have, may come before every other.
func (acl *readACL) add(d *decoder, dir model.Direction, n aclEntry, o model.Origin) {
	number, ok := n.number.AsInt()
	if ok && n.isDefault(number) {
		return // which is there anyhow
	}
	why, name := n.why, fmt.Sprint(number)
	switch {
	case !ok:
		number, why = 0, firstOf(why, "rule number: "+unknownText(n.number))
	case number < 1 || number >= defaultEntry:
		why = firstOf(why, fmt.Sprintf("rule number %d, and entries have 1 to %d", number, defaultEntry-1))
		number = 0
	}
	peer, peerWhy := n.peer(d, o)
	traffic, trafficWhy := n.traffic(peer)
	actions := []model.Action{model.Allow, model.Deny}
	switch text, _ := n.action.AsString(); text {
	case "allow", "ALLOW":
		actions = actions[:1]
	case "deny", "DENY":
		actions = actions[1:]
	default:
		why = firstOf(why, "action: "+unknownText(n.action))
	}
	if why = firstOf(why, peerWhy, trafficWhy); why != "" {
		d.warn("unknown-value", "this entry is not fully known: "+why, o)
	}
	for _, action := range actions {
		acl.rules[dir] = append(acl.rules[dir], model.Rule{
			Name: name, Action: action, Priority: int(number),
			Peer: doubtful(peer, why), Traffic: traffic, Origin: o,
		})
	}
}

// isDefault reports whether the entry of a number is the default deny of its family, and says that alone.
func (n aclEntry) isDefault(number int64) bool {
	if number != defaultEntry && number != defaultEntry+1 || n.why != "" {
		return false
	}
	action, _ := n.action.AsString()
	four, _ := n.cidr4.AsString()
	six, _ := n.cidr6.AsString()
	p, why := protocol(n.protocol)
	all := four == "0.0.0.0/0" && isUnset(n.cidr6) || six == "::/0" && isUnset(n.cidr4)
	return strings.EqualFold(action, "deny") && all && why == "" && p == model.AnyProtocol
}

// settleNumbers makes entries uncertain that have one number and say different things: in a
// direction a number is that of one entry (EC2 API, CreateNetworkAclEntry), and which of them it is, or in which
// order they would be asked, is not known. Entries that say the same are one.
func (acl *readACL) settleNumbers(d *decoder) {
	for _, dir := range []model.Direction{model.Ingress, model.Egress} {
		rules := acl.rules[dir]
		first := map[int]int{}
		disputed := map[int]bool{}
		for i, r := range rules {
			f, seen := first[r.Priority]
			if !seen {
				first[r.Priority] = i
				continue
			}
			o := rules[f]
			if o.Action != r.Action || !reflect.DeepEqual(o.Peer, r.Peer) || !reflect.DeepEqual(o.Traffic, r.Traffic) {
				disputed[r.Priority] = true
			}
		}
		warned := map[int]bool{}
		for i, r := range rules {
			if _, unsure := r.Peer.(model.Maybe); unsure || !disputed[r.Priority] {
				continue
			}
			why := fmt.Sprintf("several %s entries have the number %d and say different things, and a number is that of one", dir, r.Priority)
			if !warned[r.Priority] {
				d.warn(codeContradiction, why, r.Origin)
				warned[r.Priority] = true
			}
			rules[i].Peer = model.Maybe{Selector: r.Peer, Why: why}
		}
	}
}

// peer reads the CIDR block of an entry: it has one, of either family.
func (n aclEntry) peer(d *decoder, o model.Origin) (model.Selector, string) {
	four, six := !isUnset(n.cidr4), !isUnset(n.cidr6)
	switch {
	case four && six:
		return model.Any{}, "it has two CIDR blocks"
	case four:
		return d.cidr(n.cidr4, model.AllIPv4(), o), ""
	case six:
		return d.cidr(n.cidr6, model.AllIPv6(), o), ""
	}
	return model.Any{}, "it has no CIDR block"
}

// traffic reads protocol, ports and ICMP message (EC2 API, NetworkAclEntry):
// ports count for TCP and UDP, the message for ICMP and, with an IPv6 block, for
// ICMPv6. Of every other protocol everything matches.
func (n aclEntry) traffic(peer model.Selector) (model.Traffic, string) {
	p, why := protocol(n.protocol)
	s := model.AllOf(p)
	switch {
	case why != "":
		s = model.AllTraffic()
	case p == model.TCP || p == model.UDP:
		s, why = ports(p, n.first, n.last)
	case p == model.ICMPv6 && isIPv4(peer):
	case p.IsICMP():
		s, why = message(p, n.icmp, n.code)
	}
	return model.Traffic{s}, why
}

func isIPv4(s model.Selector) bool {
	at, ok := s.(model.At)
	return ok && model.AllIPv4().Covers(at.Addrs)
}

// layers makes a layer of each ACL that has subnets.
func (a *aclReader) layers() []model.Layer {
	a.settleSubnets()
	var named model.Or // subnets that have an ACL of their own
	for _, acl := range a.acls {
		named = append(named, acl.subnets...)
	}
	var out []model.Layer
	for _, acl := range a.acls {
		acl.settleNumbers(a.decoder)
		if acl.fallback {
			acl.subnets = append(acl.subnets, model.Maybe{
				Selector: model.Not{Selector: named}, Why: "which subnets have no ACL of their own is not known"})
			a.warn("unknown-subnets", "this network ACL holds for every subnet that has no other, and which these are is not known", acl.origin)
		}
		if len(acl.subnets) == 0 {
			a.findings = append(a.findings, model.Finding{Severity: model.Info, Code: "unused-acl",
				Summary: fmt.Sprintf("network ACL %s has no subnet, so that it filters nothing", acl.name), Origin: acl.origin})
			continue
		}
		out = append(out, model.Layer{
			Name: aclLayer + string(acl.name), State: model.Stateless,
			Ingress: acl.chains(model.Ingress), Egress: acl.chains(model.Egress),
		})
	}
	return out
}

// chains makes a chain per subnet: traffic between two subnets of one ACL passes it
// twice, traffic inside a subnet never (VPC user guide, network ACLs).
func (acl *readACL) chains(dir model.Direction) []model.Chain {
	rules := slices.Clone(acl.rules[dir])
	slices.SortStableFunc(rules, func(a, b model.Rule) int { return cmp.Compare(a.Priority, b.Priority) })
	out := []model.Chain{unfilteredChain()}
	for _, s := range acl.subnets {
		out = append(out, model.Chain{
			Name:    fmt.Sprintf("%s at %s", acl.name, subnetText(s)),
			Guard:   model.Guard{Target: s, Peer: model.Not{Selector: s}},
			Order:   model.FirstMatch,
			Rules:   rules,
			Default: model.Deny,
		})
	}
	return out
}

func subnetText(s model.Selector) string {
	if g, ok := s.(model.Group); ok {
		return string(g)
	}
	return "a subnet that is not known"
}
