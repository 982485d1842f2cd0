package azure

import (
	"fmt"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/terraform"
)

// The layers of a decoded policy, in the order in which a packet that leaves a
// workload meets them ("How network security groups filter network traffic").
const (
	layerInterface = "NIC NSG"
	layerSubnet    = "subnet NSG"
	layerAdmin     = "security admin rules"
	// layerAdminUnread begins the names of chains that stand for security admin rules that could not be read.
	layerAdminUnread = "security admin rules that were not read,"
)

// Decode reads NSGs, with rules of their own or as resources, and what they are
// attached to. The policy has a layer for the groups of network interfaces and one
// for those of subnets, both of which must admit; whatever has no group is
// admitted. Security admin rules of a network manager, as [Provider.Resources] gives them, are
// a layer of their own, and what they always allow passes the groups too. Each group is a chain that ends with the rules that Azure adds to
// every group.
//
// Names of [model.Group]: a subnet, a network interface or an ASG goes by the reference without
// ".id", or by its id in lower case; "nsg:" with the address of a group stands
// for the interfaces that a group is attached to outside of the module, as for the groups that
// Encode writes per segment; "tag:" with a service tag for its addresses, which Azure changes
// and nobody else knows. The tag AzureLoadBalancer is its one address. A virtual network, which
// is what rules of a network manager are in force on, goes by its id in lower case.
//
// Traffic of [Provider.Unfiltered] is admitted in front of the groups, unless a
// group names the service by its tag, which puts it under the group's rules.
func (p Provider) Decode(m terraform.Module) (model.Policy, []model.Finding) {
	d := &decoder{module: m, index: map[string]*foundGroup{}, tags: map[string]string{}, doubtful: map[string]string{}}
	d.collect()
	d.attach()
	return d.policy(), model.SortFindings(d.findings)
}

// decoder reads one module.
type decoder struct {
	module   terraform.Module
	groups   []*foundGroup
	findings []model.Finding
	// admin is whether there are rules of a network manager that are not read.
	admin bool
	// adminSets are the rules of network managers by the networks on which they are in force.
	adminSets []*adminRules
	// index has the groups by address, and by id in lower case.
	index map[string]*foundGroup
	// tags are the service tags whose addresses the module has, by name in lower case.
	tags map[string]string
	// doubtful says why the members of an application security group are not settled, by its
	// name in rules.
	doubtful map[string]string
}

// foundGroup is an NSG that the module has or names.
type foundGroup struct {
	address string // or the reference or id by which it is named
	names   []string
	// resourceGroup is where the group is; empty if that is not known.
	resourceGroup string
	// elsewhere is whether the group is named only, so that its rules are not known.
	elsewhere bool
	// native is whether it was read from Azure itself, loose whether it is then
	// attached to nothing for sure.
	native, loose bool
	origin        model.Origin
	uncertain     string

	inbound, outbound []model.Rule
	written           map[string]bool  // rules by content, to know those that a state lists twice
	claims            map[claim]string // priorities in use, by whom
	contested         []claim          // those that several rules have
	tags              []string         // platform tags that its rules name
	bodies            []ruleBody       // rules as they were read, in that order
	partial           string           // why it may have rules that were not read; empty: it has none
	subnets           []model.Selector
	interfaces        []model.Selector
}

func (d *decoder) find(f model.Finding) { d.findings = append(d.findings, f) }

// collect reads the groups and their rules.
func (d *decoder) collect() {
	for _, r := range d.module.Resources {
		switch r.Type {
		case typeServiceTags:
			d.knowTag(r)
		case typeAppGroup:
			d.doubtAppGroup(r)
		case typeMembership:
			d.doubtMembership(r)
		}
	}
	for _, r := range d.module.Resources {
		if r.Type == typeGroup {
			d.addGroup(d.newGroup(r))
		}
	}
	for _, r := range d.module.Resources {
		switch {
		case r.Type == typeRule:
			g := d.groupOf(r, "network_security_group_name", r.Get("network_security_group_name"))
			if g != nil && !g.elsewhere {
				d.rule(g, ruleBody{r.Body, originAt(r, r.Pos, ""), r})
			}
		case strings.HasPrefix(r.Type, typeAdminRule):
			d.adminRule(r)
		}
	}
	for _, g := range d.groups {
		g.contest()
	}
}

// addGroup adds a group and its index. Of groups that share an id or an address, as an
// object that was deposed does, the first counts.
func (d *decoder) addGroup(g *foundGroup) {
	d.groups = append(d.groups, g)
	for _, key := range append([]string{g.address}, g.names...) {
		if _, taken := d.index[key]; !taken && (key == g.address || strings.Contains(key, "/")) {
			d.index[key] = g
		}
	}
}

// newGroup reads a group with the rules inside it.
func (d *decoder) newGroup(r terraform.Resource) *foundGroup {
	g := &foundGroup{address: r.Address(), origin: originAt(r, r.Pos, ""), uncertain: r.Uncertain, written: map[string]bool{}, claims: map[claim]string{}}
	g.resourceGroup, _ = r.Get("resource_group_name").AsString()
	g.native = isNative(r)
	g.loose, _ = r.Get(attrAttached).AsBool()
	for _, a := range []string{"id", "name"} {
		if s, ok := r.Get(a).AsString(); ok {
			g.names = append(g.names, strings.ToLower(s))
		}
	}
	for _, b := range r.BlocksOf("security_rule") {
		name, _ := b.Body.Get("name").AsString()
		pos := b.Pos
		if pos == (terraform.Pos{}) {
			pos = r.Pos
		}
		d.rule(g, ruleBody{b.Body, originAt(r, pos, "security_rule "+name), r})
	}
	if r.Open("security_rule") && !(r.Get("security_rule").IsComputed() && d.hasRules(g)) {
		d.find(model.Finding{Severity: model.Warning, Code: "unknown-value", Origin: g.origin,
			Summary: "some of the rules of " + g.address + " are not known: " + r.Get("security_rule").Why()})
		g.addUnknown("rules that are not known")
	}
	return g
}

// hasRules reports whether rules of the group are resources of their own. Inline
// rules and those exclude each other (documentation of azurerm_network_security_group), which
// settles what a plan leaves open.
func (d *decoder) hasRules(g *foundGroup) bool {
	return slices.ContainsFunc(d.module.Resources, func(r terraform.Resource) bool {
		name, ok := named(r.Get("network_security_group_name"))
		return r.Type == typeRule && ok && g.goesBy(name, r)
	})
}

// goesBy reports whether the group has a name, an id or an address as a resource
// writes it. Names are those of the resource's own resource group.
func (g *foundGroup) goesBy(name string, in terraform.Resource) bool {
	if g.address == name {
		return true
	}
	theirs, known := in.Get("resource_group_name").AsString()
	elsewhere := known && g.resourceGroup != "" && !strings.EqualFold(theirs, g.resourceGroup) && !strings.Contains(name, "/")
	return !elsewhere && slices.Contains(g.names, strings.ToLower(name))
}

// addUnknown adds a rule of which nothing is known.
func (g *foundGroup) addUnknown(why string) {
	g.partial = why
	for _, a := range []model.Action{model.Allow, model.Deny} {
		r := model.Rule{Name: why, Action: a, Priority: unknownPriority, Target: model.Maybe{Selector: model.Any{}, Why: why},
			Traffic: model.Traffic{model.AllTraffic()}, Origin: g.origin}
		g.inbound, g.outbound = append(g.inbound, r), append(g.outbound, r)
	}
}

// groupOf returns the group that a rule names: by reference, id or name. A group that is
// not in the module is added as one of which nothing is known; nil when it is unknown
// which group is meant.
func (d *decoder) groupOf(r terraform.Resource, attribute string, v terraform.Value) *foundGroup {
	name, ok := named(v)
	if !ok {
		d.lostGroup(r, attribute, v)
		for _, g := range d.groups {
			g.addUnknown("rules that may belong to it")
		}
		return nil
	}
	return d.groupNamed(r, attribute, name)
}

// groupOn returns the group that something is attached to. Where it is unknown
// which group is meant, it is one of which nothing is known.
func (d *decoder) groupOn(r terraform.Resource, attribute string, v terraform.Value) *foundGroup {
	if name, ok := named(v); ok {
		return d.groupNamed(r, attribute, name)
	}
	d.lostGroup(r, attribute, v)
	g := &foundGroup{address: r.Address() + " " + attribute, elsewhere: true, origin: originAt(r, r.Pos, attribute)}
	g.addUnknown("the rules of a group that is not known")
	d.groups = append(d.groups, g)
	return g
}

func (d *decoder) lostGroup(r terraform.Resource, attribute string, v terraform.Value) {
	d.find(model.Finding{Severity: model.Warning, Code: "unknown-value", Origin: originAt(r, r.Pos, attribute),
		Summary: fmt.Sprintf("which network security group %s belongs to is not known%s", r.Address(), because(v)),
		Advice:  "read a plan or a state instead"})
}

func (d *decoder) groupNamed(r terraform.Resource, attribute, name string) *foundGroup {
	if g, ok := d.index[name]; ok {
		return g
	}
	if g, ok := d.index[strings.ToLower(name)]; ok && strings.Contains(name, "/") {
		return g
	}
	if !strings.HasPrefix(name, "/") { // what begins so is an id, and all ids are in the index
		for _, g := range d.groups {
			if g.goesBy(name, r) {
				return g
			}
		}
	}
	d.find(model.Finding{Severity: model.Warning, Code: "group-elsewhere", Origin: originAt(r, r.Pos, attribute),
		Summary: fmt.Sprintf("network security group %s is not in this configuration, so that its rules are not known", name),
		Advice:  "read the configuration that holds it as well, or a live source"})
	g := &foundGroup{address: name, elsewhere: true, origin: originAt(r, r.Pos, "")}
	g.addUnknown("rules that are written elsewhere")
	d.addGroup(g)
	return g
}

// named returns what an attribute refers to: a reference without ".id" or ".name", or
// a literal.
func named(v terraform.Value) (string, bool) {
	if s, ok := v.AsString(); ok && s != "" {
		return s, true
	}
	ref, ok := v.AsRef()
	if !ok {
		return "", false
	}
	return strings.TrimSuffix(strings.TrimSuffix(ref, ".id"), ".name"), true
}

// member returns the selector of what an attribute names.
func (d *decoder) member(r terraform.Resource, attribute string, v terraform.Value) model.Selector {
	name, ok := named(v)
	if !ok {
		d.find(model.Finding{Severity: model.Warning, Code: "unknown-value", Origin: originAt(r, r.Pos, attribute),
			Summary: fmt.Sprintf("the %s of %s is not known%s", attribute, r.Address(), because(v)), Advice: "read a plan or a state instead"})
		return model.Maybe{Selector: model.Any{}, Why: attribute + " of " + r.Address()}
	}
	if _, literal := v.AsString(); literal {
		name = strings.ToLower(name)
	}
	return uncertain(model.Group(name), r.Uncertain)
}

// policy puts the groups into layers.
func (d *decoder) policy() model.Policy {
	interfaces := d.layer(layerInterface, func(g *foundGroup) []model.Selector { return g.interfaces })
	subnets := d.layer(layerSubnet, func(g *foundGroup) []model.Selector { return g.subnets })
	var p model.Policy
	if l, ok := d.adminLayer(); ok {
		p.Layers = append(p.Layers, l)
	}
	for _, l := range []model.Layer{interfaces, subnets} {
		if len(l.Ingress) > 0 {
			p.Layers = append(p.Layers, d.overruled(l))
		}
	}
	var always []providers.Allowance
	for _, s := range platformServices() {
		if !d.anyNames(s.tag) {
			always = append(always, providers.Allowance{Direction: model.Egress, Rule: s.rule})
		}
	}
	return providers.Overrule(p, "Azure platform", always)
}

// anyNames reports whether any group names a platform service by its tag.
func (d *decoder) anyNames(tag string) bool {
	return slices.ContainsFunc(d.groups, func(g *foundGroup) bool { return slices.Contains(g.tags, tag) })
}

// layer makes the chains of the groups that are attached in one way.
func (d *decoder) layer(name string, attached func(*foundGroup) []model.Selector) model.Layer {
	l := model.Layer{Name: name, State: model.Stateful}
	for _, g := range d.groups {
		to := attached(g)
		if len(to) == 0 {
			continue
		}
		guard := model.Guard{Target: uncertain(model.Or(to), g.uncertain)}
		in := model.Chain{Name: g.address, Guard: guard, Order: model.FirstMatch, Default: model.Deny,
			Rules: slices.Concat(g.inbound, defaultInbound())}
		out := model.Chain{Name: g.address, Guard: guard, Order: model.FirstMatch, Default: model.Deny,
			Rules: slices.Concat(g.outbound, defaultOutbound())}
		l.Ingress = append(l.Ingress, in)
		if c, ok := d.platformChain(g, guard); ok {
			l.Egress = append(l.Egress, c)
		}
		l.Egress = append(l.Egress, out)
	}
	return l
}

// platformChain admits to a group the platform services that some other group
// has put under its rules.
func (d *decoder) platformChain(g *foundGroup, guard model.Guard) (model.Chain, bool) {
	c := model.Chain{Name: g.address + ", Azure platform", Guard: guard, Order: model.AnyAllow, Default: model.Pass}
	for _, s := range platformServices() {
		if d.anyNames(s.tag) && !slices.Contains(g.tags, s.tag) {
			c.Rules = append(c.Rules, s.rule)
		}
	}
	return c, len(c.Rules) > 0
}

// originAt returns where a resource was read. One that was read from Azure itself is known by
// its id.
func originAt(r terraform.Resource, pos terraform.Pos, path string) model.Origin {
	o := model.Origin{File: pos.File, Line: pos.Line, Column: pos.Column, Object: r.Address(), Path: strings.TrimSpace(path)}
	if id, ok := r.Get("id").AsString(); ok && isNative(r) {
		o.Object = id
	}
	return o
}

// isNative reports whether a resource is one that [Provider.Resources] made: no label
// of Terraform has a slash.
func isNative(r terraform.Resource) bool { return strings.Contains(r.Name, "/") }

// uncertain wraps a selector where it is not known whether it counts.
func uncertain(s model.Selector, why string) model.Selector {
	if why == "" {
		return s
	}
	return model.Maybe{Selector: s, Why: why}
}

// because returns ": why" for an unknown value that says so.
func because(v terraform.Value) string {
	if why := v.Why(); why != "" {
		return ": " + why
	}
	return ""
}
