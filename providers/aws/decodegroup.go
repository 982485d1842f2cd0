package aws

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/terraform"
)

// groupChain is what the layer of security groups and its chain are called.
const groupChain = "security groups"

// groupReader collects the rules of all security groups.
type groupReader struct {
	*decoder
	guards  model.Or             // the groups, whose members are isolated
	guarded map[model.Group]bool // by name, those in guards
	rules   map[model.Direction][]model.Rule
	// separate are the groups with rules of their own resources. Terraform's
	// documentation of aws_security_group forbids to have inline rules besides, which
	// settles what a plan leaves open.
	separate map[model.Group]bool
	// within are the groups with rules inside them in configuration, by direction, until it was said of them that they have others too.
	within map[model.Direction]map[model.Group]bool
}

// isGroupRule reports whether resources of a type are rules of security groups.
func isGroupRule(resourceType string) bool {
	switch resourceType {
	case ingressRuleType, egressRuleType, "aws_security_group_rule":
		return true
	}
	return false
}

// groupLayer reads every security group and rule; false when there is none.
func (d *decoder) groupLayer() (model.Layer, bool) {
	g := &groupReader{decoder: d, rules: map[model.Direction][]model.Rule{}, guarded: map[model.Group]bool{},
		within:   map[model.Direction]map[model.Group]bool{model.Ingress: {}, model.Egress: {}},
		separate: d.holders("security_group_id", ingressRuleType, egressRuleType, "aws_security_group_rule")}
	for _, r := range d.module.Resources {
		switch r.Type {
		case groupType, "aws_default_security_group":
			g.readGroup(r)
		}
	}
	g.makeRoom()
	for _, r := range d.module.Resources {
		switch r.Type {
		case ingressRuleType:
			g.readRule(r, model.Ingress)
		case egressRuleType:
			g.readRule(r, model.Egress)
		case "aws_security_group_rule":
			g.readOldRule(r)
		}
	}
	g.readOutput()
	if len(g.guards) == 0 {
		return model.Layer{}, false
	}
	chain := func(dir model.Direction) []model.Chain {
		return []model.Chain{unfilteredChain(), {
			Name:    groupChain,
			Guard:   model.Guard{Target: g.guards},
			Order:   model.AnyAllow,
			Rules:   g.rules[dir],
			Default: model.Deny,
		}}
	}
	return model.Layer{
		Name: groupChain, State: model.Stateful,
		Ingress: chain(model.Ingress), Egress: chain(model.Egress),
	}, true
}

// makeRoom makes room for rules, of which an account has hundreds of thousands.
func (g *groupReader) makeRoom() {
	in, out := 0, 0
	for _, r := range g.module.Resources {
		switch r.Type {
		case ingressRuleType:
			in++
		case egressRuleType:
			out++
		}
	}
	g.rules[model.Ingress] = slices.Grow(g.rules[model.Ingress], in)
	g.rules[model.Egress] = slices.Grow(g.rules[model.Egress], out)
}

// holders returns what resources of some types name in an attribute.
func (d *decoder) holders(attr string, types ...string) map[model.Group]bool {
	out := map[model.Group]bool{}
	for _, r := range d.module.Resources {
		if slices.Contains(types, r.Type) {
			if name, why := d.nameIn(r.Get(attr)); why == "" {
				out[name] = true
			}
		}
	}
	return out
}

// readOutput isolates the groups that the module's output names: an existing group that
// is to have no rule at all is named nowhere else.
func (g *groupReader) readOutput() {
	for _, o := range g.module.Outputs {
		ids, ok := o.Value.AsObject()
		if o.Name != groupOutput || !ok {
			continue
		}
		for _, k := range slices.Sorted(maps.Keys(ids)) {
			if name, why := g.nameIn(ids[k]); why == "" {
				g.guard(name, "")
			}
		}
	}
}

// readGroup reads a group and its inline rules.
func (g *groupReader) readGroup(r terraform.Resource) {
	name := g.nameOf(r)
	if r.Name == unread {
		g.readUnread(r)
		return
	}
	g.guard(name, r.Uncertain)
	for _, dir := range []model.Direction{model.Ingress, model.Egress} {
		attr := dir.String()
		if r.Pos.Line > 0 && (len(r.BlocksOf(attr)) > 0 || isEmptyList(r.Get(attr))) {
			g.within[dir][name] = true
		}
		for i, b := range r.BlocksOf(attr) {
			g.readInline(inline{r, b, dir, fmt.Sprintf("%s[%d]", attr, i)}, name)
		}
		if r.Open(attr) && !(r.Get(attr).IsComputed() && g.separate[name]) {
			why := unknownText(r.Get(attr))
			g.warn("unknown-value", "not all "+attr+" rules of this group are known: "+why, origin(r, attr))
			g.rules[dir] = append(g.rules[dir], model.Rule{
				Action: model.Allow, Target: name, Peer: model.Maybe{Selector: model.Any{}, Why: why},
				Traffic: model.Traffic{model.AllTraffic()}, Origin: origin(r, attr),
			})
		}
	}
}

// readUnread reads what stands for groups that were not read: anybody may be in one, and it may
// admit anything.
func (g *groupReader) readUnread(r terraform.Resource) {
	anybody := model.Maybe{Selector: model.Any{}, Why: unknownText(r.Get("id"))}
	g.guards = append(g.guards, anybody)
	for _, dir := range []model.Direction{model.Ingress, model.Egress} {
		g.rules[dir] = append(g.rules[dir], model.Rule{
			Action: model.Allow, Target: anybody, Peer: anybody, Traffic: model.Traffic{model.AllTraffic()}, Origin: origin(r, dir.String()),
		})
	}
}

// guard isolates the members of a group.
func (g *groupReader) guard(name model.Group, uncertain string) {
	if g.guarded[name] {
		return
	}
	g.guarded[name] = true
	g.guards = append(g.guards, doubtful(name, uncertain))
}

// inline is a rule inside an aws_security_group.
type inline struct {
	resource terraform.Resource
	block    terraform.Block
	dir      model.Direction
	path     string
}

// inlineOrigin is where a rule inside an aws_security_group was read.
func inlineOrigin(n inline) model.Origin {
	o := origin(n.resource, n.path)
	if n.block.Pos.Line > 0 {
		o.File, o.Line, o.Column = n.block.Pos.File, n.block.Pos.Line, n.block.Pos.Column
	}
	return o
}

func (g *groupReader) readInline(n inline, group model.Group) {
	b, o := n.block.Body, inlineOrigin(n)
	traffic, why := groupTraffic(b, "protocol")
	peers := g.listedPeers(n.resource, b, o)
	for _, v := range elements(b.Get("security_groups")) {
		peers = append(peers, g.selectorIn(n.resource, v))
	}
	peers = append(peers, selfPeer(b, group)...)
	g.add(groupRead{n.dir, group, peers, traffic, firstOf(why, n.resource.Uncertain)}, o)
}

// listedPeers reads the peers of the attributes that inline rules and
// aws_security_group_rule share.
func (g *groupReader) listedPeers(r terraform.Resource, b terraform.Body, o model.Origin) []model.Selector {
	var peers []model.Selector
	for _, v := range elements(b.Get("cidr_blocks")) {
		peers = append(peers, g.cidr(v, model.AllIPv4(), o))
	}
	for _, v := range elements(b.Get("ipv6_cidr_blocks")) {
		peers = append(peers, g.cidr(v, model.AllIPv6(), o))
	}
	for _, v := range elements(b.Get("prefix_list_ids")) {
		peers = append(peers, g.prefixList(r, v))
	}
	return peers
}

// prefixList is the addresses of a list that the module makes, or the list's
// name.
func (g *groupReader) prefixList(r terraform.Resource, v terraform.Value) model.Selector {
	s := g.selectorIn(r, v)
	if name, known := s.(model.Group); known {
		if addrs, ok := g.lists[name]; ok {
			return addrs
		}
	}
	return s
}

// selfPeer reads "self": the members of the rule's own group.
func selfPeer(b terraform.Body, group model.Selector) []model.Selector {
	v := b.Get("self")
	if v.IsNull() {
		return nil
	}
	self, ok := v.AsBool()
	switch {
	case !ok:
		return []model.Selector{model.Maybe{Selector: group, Why: "self: " + unknownText(v)}}
	case self:
		return []model.Selector{group}
	}
	return nil
}

// readRule reads an aws_vpc_security_group_ingress_rule or _egress_rule.
func (g *groupReader) readRule(r terraform.Resource, dir model.Direction) {
	o := origin(r, "")
	traffic, why := groupTraffic(r.Body, "ip_protocol")
	var peers []model.Selector
	if v := r.Get("cidr_ipv4"); !isUnset(v) {
		peers = append(peers, g.cidr(v, model.AllIPv4(), o))
	}
	if v := r.Get("cidr_ipv6"); !isUnset(v) {
		peers = append(peers, g.cidr(v, model.AllIPv6(), o))
	}
	if v := r.Get("prefix_list_id"); !isUnset(v) {
		peers = append(peers, g.prefixList(r, v))
	}
	if v := r.Get("referenced_security_group_id"); !isUnset(v) {
		peers = append(peers, g.selectorIn(r, v))
	}
	read := groupRead{dir, g.target(r), peers, traffic, firstOf(why, r.Uncertain)}
	g.tellMixed(read, o)
	g.add(read, o)
}

// readOldRule reads an aws_security_group_rule.
func (g *groupReader) readOldRule(r terraform.Resource) {
	o := origin(r, "")
	traffic, why := groupTraffic(r.Body, "protocol")
	target := g.target(r)
	peers := g.listedPeers(r, r.Body, o)
	if v := r.Get("source_security_group_id"); !isUnset(v) {
		peers = append(peers, g.selectorIn(r, v))
	}
	peers = append(peers, selfPeer(r.Body, target)...)
	typ, _ := r.Get("type").AsString()
	read := groupRead{target: target, peers: peers, traffic: traffic, why: firstOf(why, r.Uncertain)}
	switch typ {
	case "ingress":
		read.dir = model.Ingress
		g.tellMixed(read, o)
		g.add(read, o)
	case "egress":
		read.dir = model.Egress
		g.tellMixed(read, o)
		g.add(read, o)
	default:
		read.why = "type: " + unknownText(r.Get("type"))
		for _, read.dir = range []model.Direction{model.Ingress, model.Egress} {
			g.add(read, o)
		}
	}
}

// target is the group that a rule belongs to.
func (g *groupReader) target(r terraform.Resource) model.Selector {
	s := g.selectorIn(r, r.Get("security_group_id"))
	name, known := s.(model.Group)
	if !known {
		return s
	}
	if !g.guarded[name] {
		g.findings = append(g.findings, model.Finding{
			Severity: model.Info, Code: "rules-elsewhere",
			Summary: fmt.Sprintf("security group %s is not made by this configuration, so that rules which others gave it are not seen", name),
			Origin:  origin(r, "security_group_id"),
		})
	}
	g.guard(name, "")
	return s
}

// isEmptyList reports whether a value is a list, and has nothing in it.
func isEmptyList(v terraform.Value) bool {
	list, ok := v.AsList()
	return ok && len(list) == 0 && !v.IsNull()
}

// tellMixed says of a group, once, that rules of their own are beside rules inside it, or an empty list of them: Terraform takes away
// what is not inside, and brings the others back, by turns (documentation of aws_security_group). They are read
// as if all were there, as they are when they were just made.
func (g *groupReader) tellMixed(n groupRead, o model.Origin) {
	name, known := n.target.(model.Group)
	if !known || !g.within[n.dir][name] {
		return
	}
	delete(g.within[n.dir], name)
	g.warn("mixed-rules", fmt.Sprintf("%s has %s rules inside it too, and Terraform overwrites one with the other; they are read as if all were there", name, n.dir), o)
}

// groupRead is a rule as it was read.
type groupRead struct {
	dir     model.Direction
	target  model.Selector
	peers   []model.Selector
	traffic model.Traffic
	why     string // not empty: it is unknown whether the rule matches
}

// add adds one rule per peer, as AWS counts them.
func (g *groupReader) add(n groupRead, o model.Origin) {
	if n.why != "" {
		g.warn("unknown-value", "this rule is not fully known: "+n.why, o)
	}
	if len(n.peers) == 0 {
		g.warn("no-peer", "this rule names no peer, so that it admits nothing", o)
	}
	if len(n.traffic) == 1 {
		same, ok := g.traffic[n.traffic[0]]
		if !ok {
			same = n.traffic
			g.traffic[n.traffic[0]] = same
		}
		n.traffic = same
	}
	for _, p := range n.peers {
		g.rules[n.dir] = append(g.rules[n.dir], model.Rule{
			Action: model.Allow, Target: n.target, Peer: doubtful(p, n.why), Traffic: n.traffic, Origin: o,
		})
	}
}

func firstOf(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

// groupTraffic reads protocol and ports of a security group rule (EC2 API,
// IpPermission): with -1 and with every protocol other than TCP, UDP, ICMP and
// ICMPv6 all ports match, whatever is written. Everything and the reason where they are unknown.
func groupTraffic(b terraform.Body, attr string) (model.Traffic, string) {
	p, why := protocol(b.Get(attr))
	first, last := b.Get("from_port"), b.Get("to_port")
	var s model.Service
	switch {
	case why != "":
		s = model.AllTraffic()
	case p == model.TCP || p == model.UDP:
		s, why = ports(p, first, last)
	case p == model.ICMPv6 && first.IsNull() && last.IsNull():
		s = model.AllOf(p)
	case p.IsICMP():
		s, why = message(p, first, last)
	default:
		s = model.AllOf(p)
	}
	if why != "" {
		why = strings.TrimSuffix(why, ": ")
	}
	return model.Traffic{s}, why
}
