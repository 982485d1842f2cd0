package azure

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/terraform"
)

// The resource types that are written and read.
const (
	typeGroup          = "azurerm_network_security_group"
	typeRule           = "azurerm_network_security_rule"
	typeAppGroup       = "azurerm_application_security_group"
	typeSubnetGroup    = "azurerm_subnet_network_security_group_association"
	typeInterfaceGroup = "azurerm_network_interface_security_group_association"
)

// The outputs and variables of a module.
const (
	outputGroups    = "network_security_group_ids"
	outputAppGroups = "application_security_group_ids"
	varResource     = "resource_group_name"
	varLocation     = "location"
	varSubnets      = "subnet_ids"
)

// writer builds the module of an encoder.
type writer struct {
	e             *encoder
	out           providers.Output
	location      terraform.Value
	resourceGroup terraform.Value
}

// output writes the groups down.
func (e *encoder) output(groups []securityGroup) providers.Output {
	w := &writer{e: e, out: providers.Output{Groups: map[model.Group]model.Selector{}}}
	m := &w.out.Module
	m.Requirements = []terraform.Requirement{requirement()}
	w.resourceGroup = w.literalOr(e.in.Site.ResourceGroup, varResource, "Resource group of the network security groups.")
	w.location = w.literalOr(e.in.Site.Region, varLocation, "Azure region of the network security groups, that of the virtual network.")
	w.subnetVariable(groups)
	w.appGroups(groups)
	for _, g := range groups {
		w.group(g)
	}
	w.groupOutput(groups)
	w.out.Quotas = quotas(groups)
	w.out.Numbers = numbering(groups)
	for _, g := range groups {
		w.out.Lists = append(w.out.Lists, g.size())
	}
	slices.SortFunc(w.out.Lists, func(a, b providers.ListSize) int { return strings.Compare(a.Name, b.Name) })
	return w.out
}

// literalOr returns a literal, or where it is empty a new variable.
func (w *writer) literalOr(value, variable, description string) terraform.Value {
	if value != "" {
		return terraform.String(value)
	}
	w.out.Module.Variables = append(w.out.Module.Variables,
		terraform.Variable{Name: variable, Type: "string", Description: description})
	return terraform.Ref("var." + variable)
}

// subnetVariable declares a variable for the subnets without an id.
func (w *writer) subnetVariable(groups []securityGroup) {
	var names []string
	for _, g := range groups {
		if g.subnet != nil && g.subnet.ID == "" {
			names = append(names, g.subnet.Name)
		}
	}
	if len(names) > 0 {
		w.out.Module.Variables = append(w.out.Module.Variables, terraform.Variable{Name: varSubnets, Type: "map(string)",
			Description: "Ids of the subnets by their names: " + strings.Join(names, ", ") + "."})
	}
}

// subnetID returns the id of a subnet, and the group by which Decode knows it.
func subnetID(n providers.Subnet) (terraform.Value, model.Group) {
	if n.ID != "" {
		return terraform.String(n.ID), model.Group(strings.ToLower(n.ID))
	}
	ref := "var." + varSubnets + "[" + strings.ReplaceAll(strconv.Quote(n.Name), "${", "$${") + "]"
	return terraform.Ref(ref), model.Group(ref)
}

// appGroups writes the ASGs that rules name.
func (w *writer) appGroups(groups []securityGroup) {
	used := map[model.Group]*appGroup{}
	for _, g := range groups {
		for _, r := range g.rules {
			for _, s := range []side{r.target, r.peer} {
				if s.asg != nil {
					used[s.asg.group] = s.asg
				}
			}
		}
	}
	ids := map[string]terraform.Value{}
	for _, s := range w.e.in.Segments {
		a := w.e.handles[s.ID].asg
		if a == nil || used[a.group] == nil {
			continue
		}
		w.out.Groups[a.group] = model.Identities(a.members)
		if a.label == "" {
			continue
		}
		ids[string(s.ID)] = a.id
		w.add(typeAppGroup, a.label, []string{"Put the interfaces of " + workloadNames(s) + " in it."},
			attr("name", terraform.String("asg-"+a.label)), attr("resource_group_name", w.resourceGroup), attr("location", w.location),
			attr("tags", providers.Own(nil)))
	}
	if len(ids) > 0 {
		w.out.Module.Outputs = append(w.out.Module.Outputs, terraform.Output{Name: outputAppGroups, Value: terraform.Object(ids),
			Description: "Application security group of each segment, for the IP configurations of its network interfaces."})
	}
}

// group writes a group with its rules and its association.
func (w *writer) group(g securityGroup) {
	w.add(typeGroup, g.label, []string{groupComment(g)}, attr("name", terraform.String("nsg-"+g.label)),
		attr("resource_group_name", w.resourceGroup), attr("location", w.location), attr("tags", providers.Own(nil)))
	for _, r := range g.rules {
		w.rule(g, r)
		w.after(g, func(o rule) bool { return r.access == model.Deny && o.access == model.Allow && r.meets(o) })
	}
	if g.segment != nil {
		w.out.Groups[interfacesOf(g.address())] = model.Identities{g.segment.ID}
		return
	}
	id, name := subnetID(*g.subnet)
	w.add(typeSubnetGroup, g.label, nil, attr("subnet_id", id), attr("network_security_group_id", terraform.Ref(g.address()+".id")))
	w.after(g, func(rule) bool { return true })
	w.out.Groups[name] = w.behind(g)
}

// after makes Terraform wait with the resource that was written last for rules of a group, so that
// nothing is cut off while it is at work: with a refusal for what admits in front of
// it, with an association for every rule.
func (w *writer) after(g securityGroup, wait func(rule) bool) {
	var refs []terraform.Value
	for _, r := range g.rules {
		if wait(r) {
			refs = append(refs, terraform.Ref(typeRule+"."+g.ruleLabel(r)))
		}
	}
	if len(refs) > 0 {
		w.out.Module.Resources[len(w.out.Module.Resources)-1].Set("depends_on", terraform.List(refs...))
	}
}

// behind is who is behind the group of a subnet: its addresses, and the
// segments in it that hold addresses of no subnet.
func (w *writer) behind(g securityGroup) model.Selector {
	out := model.Or{model.At{Addrs: g.subnet.Addrs()}}
	for _, s := range g.segments {
		if !slices.Contains(s.Home.Subnets, g.subnet.Name) {
			continue
		}
		stray := w.e.strayAddrs(s)
		switch {
		case s.Home.Addrs.IsEmpty():
			out = append(out, model.Identities{s.ID})
		case !stray.IsEmpty():
			out = append(out, model.And{model.Identities{s.ID}, model.At{Addrs: stray}})
		}
	}
	return out
}

// groupComment says whom a group filters.
func groupComment(g securityGroup) string {
	if g.segment != nil {
		return "Filters " + workloadNames(*g.segment) + "."
	}
	return "Filters subnet " + g.subnet.Name + " with " + segmentList(g.segments) + "."
}

// interfacesOf names the network interfaces that a group is attached to
// outside of what can be read.
func interfacesOf(group string) model.Group { return model.Group("nsg:" + group) }

// rule writes a rule.
func (w *writer) rule(g securityGroup, r rule) {
	attrs := []terraform.Attr{attr("name", terraform.String(r.name))}
	if d := describe(r); d != "" {
		attrs = append(attrs, attr("description", terraform.String(d)))
	}
	attrs = append(attrs,
		attr("resource_group_name", w.resourceGroup),
		attr("network_security_group_name", terraform.Ref(g.address()+".name")),
		attr("priority", terraform.Int(int64(r.priority))),
		attr("direction", terraform.String(direction(r.direction))),
		attr("access", terraform.String(access(r.access))),
		attr("protocol", terraform.String(r.protocol)),
		portsAttr("source", r.srcPorts), portsAttr("destination", r.dstPorts),
		sideAttr("source", r.source()), sideAttr("destination", r.destination()))
	w.add(typeRule, g.ruleLabel(r), comment(r), attrs...)
}

// portsAttr writes ports: one range in the singular field, more in the plural.
func portsAttr(prefix string, ports []model.PortRange) terraform.Attr {
	if len(ports) < 2 {
		return attr(prefix+"_port_range", terraform.String(portsText(ports)))
	}
	var texts []string
	for _, p := range ports {
		texts = append(texts, p.String())
	}
	return attr(prefix+"_port_ranges", terraform.Strings(texts...))
}

// sideAttr writes a side: tags and "*" are for the singular field only, several
// CIDRs for the plural field, and CIDRs of one field must not overlap
// ("Network security groups", augmented security rules; terraform-provider-azurerm
// issue 5617; OverlappingSubnetsNotPermittedInSecurityRule).
func sideAttr(prefix string, s side) terraform.Attr {
	switch {
	case s.asg != nil:
		return attr(prefix+"_application_security_group_ids", terraform.List(s.asg.id))
	case s.tag != "":
		return attr(prefix+"_address_prefix", terraform.String(s.tag))
	case s.addrs.IsEmpty():
		return attr(prefix+"_address_prefix", terraform.String("*"))
	}
	var texts []string
	for _, p := range s.addrs.Prefixes() {
		texts = append(texts, p.String())
	}
	if len(texts) == 1 {
		return attr(prefix+"_address_prefix", terraform.String(texts[0]))
	}
	return attr(prefix+"_address_prefixes", terraform.Strings(texts...))
}

// groupOutput says which group each segment's interfaces want. Whoever attaches the groups does so when they are
// complete: an output waits, and so does what is made of it (developer.hashicorp.com/terraform/language/values/outputs,
// depends_on).
func (w *writer) groupOutput(groups []securityGroup) {
	ids := map[string]terraform.Value{}
	var rules []terraform.Value
	for _, g := range groups {
		if g.segment == nil {
			continue
		}
		ids[string(g.segment.ID)] = terraform.Ref(g.address() + ".id")
		for _, r := range g.rules {
			rules = append(rules, terraform.Ref(typeRule+"."+g.ruleLabel(r)))
		}
	}
	if len(ids) == 0 {
		return
	}
	o := terraform.Output{Name: outputGroups, Value: terraform.Object(ids),
		Description: "Network security group of each segment, for its network interfaces."}
	if len(rules) > 0 {
		o.DependsOn = terraform.List(rules...)
	}
	w.out.Module.Outputs = append(w.out.Module.Outputs, o)
}

func (w *writer) add(typ, name string, comment []string, attrs ...terraform.Attr) {
	w.out.Module.Resources = append(w.out.Module.Resources, terraform.Resource{Type: typ, Name: name,
		Body: terraform.Body{Attrs: attrs}, Comment: comment})
}

func attr(name string, v terraform.Value) terraform.Attr { return terraform.Attr{Name: name, Value: v} }

// quotas counts what the groups use.
func quotas(groups []securityGroup) []providers.Quota {
	var out []providers.Quota
	for _, g := range groups {
		u := g.usage()
		for _, q := range []providers.Quota{
			{Name: "rules", Used: len(g.rules), Limit: maxRules},
			{Name: "source addresses", Used: u.sources, Limit: maxAddresses},
			{Name: "destination addresses", Used: u.destinations, Limit: maxAddresses},
			{Name: "application security groups", Used: u.groups, Limit: maxAppGroups},
		} {
			q.Name = fmt.Sprintf("%s, %s", g.title(), q.Name)
			out = append(out, q)
		}
	}
	return out
}
