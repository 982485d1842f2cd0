package azure

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/terraform"
)

// What a module made of native objects has beyond what the state of the Terraform
// provider azurerm would: attributes that say what only Azure itself knows.
const (
	// attrAttached of a group that is attached to nothing is whether that is known.
	attrAttached = "attachments_known"
	// attrMembers of an application security group is whether all its members are in the module.
	attrMembers = "members_known"
	// attrAppGroups of a configuration of an interface is unknown where its application security groups are; else it is
	// not there.
	attrAppGroups = "application_security_group_ids"
	// attrRemote of a peering is the addresses of the network at its other end.
	attrRemote = "remote_address_prefixes"
	// attrNetwork of an admin rule is the virtual network on which it is in force.
	attrNetwork = "virtual_network_id"
	// attrExempt of an admin rule is subnets of the network, or networks, on which it is not in force.
	attrExempt = "exempt_ids"
	// attrRuled of a network is whether the admin rules were read that are in force on it.
	attrRuled = "admin_rules_known"
	// attrUnfiltered of an association with a subnet is addresses of private endpoints in the subnet, which its group
	// does not filter; attrPerhaps is those of which that is not known.
	attrUnfiltered = "unfiltered_addresses"
	attrPerhaps    = "perhaps_unfiltered_addresses"
	// attrBalanced of a configuration of an interface is whether a load balancer sends to it, and attrPublic its public
	// address where that is said beside the id. attrEndpoint of an interface is whether a private endpoint has it, and
	// attrWhole of a network whether everything was read. attrAppGateway of a subnet is whether an application gateway is in it.
	attrBalanced = "load_balanced"
	attrPublic   = "public_ip_address"
	// attrSKU of a configuration of an interface is the SKU of its public address where that is said beside the id.
	attrSKU      = "public_ip_sku"
	attrEndpoint = "private_endpoint"
	// attrPast of an interface is whether the groups of its subnets surely do not filter it.
	attrPast  = "past_subnet_groups"
	attrWhole = "everything_read"
	// attrAppGateway of a subnet is whether an application gateway is in it.
	attrAppGateway = "application_gateway"
)

// The types of resources that only such modules and what people write have.
const (
	typeNetwork     = "azurerm_virtual_network"
	typeSubnet      = "azurerm_subnet"
	typePeering     = "azurerm_virtual_network_peering"
	typeInterface   = "azurerm_network_interface"
	typeMembership  = "azurerm_network_interface_application_security_group_association"
	typeAdminRule   = "azurerm_network_manager_admin_rule"
	typeServiceTags = "azurerm_network_service_tags"
	// typeNotRead stands for security admin rules that nobody asked for.
	typeNotRead = "azurerm_not_read"
)

// codeIncomplete marks findings about something that was not read and may decide about any
// connection, so that no answer is complete.
const codeIncomplete = "unmodelled-policy"

// Resources returns the objects of a snapshot as resources of the Terraform provider azurerm. Objects
// are read as Azure Resource Manager has them, with "properties", and as the command az prints them,
// without.
//
// What a group is attached to is what the group says, and what the subnet or the
// interface says; where they disagree, as objects are read one after the other, it is unknown. Rules
// of network managers come as one resource for each network on which they are in force.
//
// Resources are named "group/name", which no label in a configuration can be.
func (Provider) Resources(s providers.Snapshot) (terraform.Module, []model.Finding) {
	n := newNative(s)
	n.missing()
	for _, read := range []struct {
		kind string
		one  func(object)
	}{
		{KindNetworks, n.network},
		{KindInterfaces, n.networkInterface},
		{KindAppGroups, n.appGroup},
		{KindSecurityGroups, n.securityGroup},
		{KindAdminRules, n.adminRules},
		{KindServiceTags, n.serviceTags},
	} {
		n.each(read.kind, read.one)
	}
	n.attachments()
	n.unknownAdminRules()
	n.settle()
	return n.module, model.SortFindings(n.findings)
}

// native makes a module of native objects.
type native struct {
	snapshot providers.Snapshot
	module   terraform.Module
	findings []model.Finding
	// byID is the places of resources in the module, by id in lower case.
	byID   map[string]int
	labels map[string]bool // types and names that are in use
	pairs  map[pair]said
	// listed is the groups that list what they are attached to, by type of association and id.
	listed map[string]bool
	// tags are the words in rules that may be service tags, in lower case.
	tags map[string]bool
	// interfaces are the ids of those that were read, mentioned of all that anything names.
	interfaces, mentioned map[string]bool
	// complete is whether every interface is known that may be in a group.
	complete bool
	// torn is whether a network or an interface was there that could not be read: any group may be attached to it.
	torn bool
	// namesAppGroups is whether a rule names application security groups.
	namesAppGroups bool
	// perhaps is what is missing and matters only if a rule asks for it, by kind.
	perhaps map[string][]model.Finding
	// networks are the ids of the networks, in the order in which they were read; gateways has
	// subnets on which no admin rule is in force, by network.
	networks []string
	gateways map[string][]string
	// ruled are the networks whose admin rules were read.
	ruled map[string]bool
	// endpoints are the addresses of private endpoints, policies whether the group filters them, by subnet.
	endpoints map[string][]string
	policies  map[string]string
	// ruleFields are the attributes for the fields of a rule.
	ruleFields map[string]string
}

// pair is a group and what it may be attached to, by id in lower case.
type pair struct {
	typ           string // of the association
	holder, group string
}

// said is who says that a group is attached.
type said struct{ byGroup, byHolder bool }

func newNative(s providers.Snapshot) *native {
	return &native{snapshot: s, byID: map[string]int{}, labels: map[string]bool{}, pairs: map[pair]said{}, listed: map[string]bool{},
		tags: map[string]bool{}, interfaces: map[string]bool{}, mentioned: map[string]bool{}, gateways: map[string][]string{}, ruled: map[string]bool{}, ruleFields: ruleFields(),
		endpoints: map[string][]string{}, policies: map[string]string{}, perhaps: map[string][]model.Finding{}}
}

func (n *native) find(f model.Finding) { n.findings = append(n.findings, f) }

// lost reports something of an object that could not be read.
func (n *native) lost(id, path, summary string) {
	n.find(model.Finding{Severity: model.Warning, Code: "unread-field", Origin: model.Origin{Object: id, Path: path}, Summary: summary,
		Advice: "what it decides is taken as unknown; save the objects again, in full"})
}

// missing reports the kinds that were not read, and what could not be.
func (n *native) missing() {
	for _, k := range (Provider{}).Kinds() {
		if _, ok := n.snapshot.Objects[k.Name]; ok || n.gap(k.Name) {
			continue
		}
		f := model.Finding{Severity: model.Warning, Code: "not-read", Origin: model.Origin{Object: n.snapshot.Scope},
			Summary: fmt.Sprintf("%s are not in what was read, so that it is not known %s", k.Name, k.Why), Advice: "add the output of " + k.Command}
		switch k.Name {
		case KindServiceTags, KindAppGroups:
			n.perhaps[k.Name] = append(n.perhaps[k.Name], f)
			continue
		case KindAdminRules:
			f.Code = codeIncomplete
			n.module.Resources = append(n.module.Resources, terraform.Resource{Type: typeNotRead, Name: "/" + KindAdminRules})
		case KindSecurityGroups:
			f.Code = codeIncomplete
		}
		n.find(f)
	}
	for _, g := range n.snapshot.Gaps {
		what := g.Kind
		if g.Object != "" {
			what += " of " + g.Object
		}
		f := model.Finding{Severity: model.Warning, Code: codeIncomplete, Origin: model.Origin{Object: cmp.Or(g.Object, n.snapshot.Scope)},
			Summary: fmt.Sprintf("%s could not be read (%s): %s", what, g.Call, g.Why), Advice: "grant the permission, or take answers that rest on it as unknown"}
		if g.Kind == KindServiceTags {
			f.Code = "not-read"
			n.perhaps[g.Kind] = append(n.perhaps[g.Kind], f)
			continue
		}
		n.find(f)
	}
	n.complete = n.whole(KindInterfaces) && n.whole(KindNetworks) && n.whole(KindSecurityGroups) && !n.isPart()
}

// gap reports whether objects of a kind may be missing.
func (n *native) gap(kind string) bool {
	return slices.ContainsFunc(n.snapshot.Gaps, func(g providers.Gap) bool { return g.Kind == kind })
}

// whole reports whether every object of a kind that the scope has was read.
func (n *native) whole(kind string) bool {
	_, ok := n.snapshot.Objects[kind]
	return ok && !n.gap(kind)
}

// isPart reports whether the snapshot is of one resource group: interfaces of others may be in its
// groups. A scope that is not known is that of a command, which may have been told a group.
func (n *native) isPart() bool {
	_, group, _ := strings.Cut(strings.TrimPrefix(n.snapshot.Scope, "azure://"), "/")
	return n.snapshot.Scope == "" || group != ""
}

// each reads the objects of a kind in the order of their ids, each once. A list in place of
// an object, and a page of a list, are taken apart.
func (n *native) each(kind string, one func(object)) {
	type entry struct {
		id  string
		obj object
	}
	var all []entry
	for _, raw := range n.flat(kind, n.snapshot.Objects[kind]) {
		o, err := parseObject(raw)
		if err != nil {
			n.broken(kind, err.Error())
			continue
		}
		all = append(all, entry{strings.ToLower(o.text("id")), o})
	}
	slices.SortStableFunc(all, func(a, b entry) int { return cmp.Compare(a.id, b.id) })
	seen := map[string]object{}
	for _, e := range all {
		if e.id == "" && kind != KindAdminRules && kind != KindServiceTags {
			n.broken(kind, "it has no id")
			continue
		}
		if before, twice := seen[e.id]; twice && e.id != "" && kind != KindAdminRules {
			if !maps.EqualFunc(before.fields, e.obj.fields, func(a, b json.RawMessage) bool { return bytes.Equal(a, b) }) {
				n.broken(kind, e.id+" is there twice, and not the same")
				n.doubt(e.id, "it was read twice, and was not the same")
			}
			continue
		}
		seen[e.id] = e.obj
		one(e.obj)
	}
}

// flat takes apart the lists among the objects of a kind.
func (n *native) flat(kind string, raws []json.RawMessage) []json.RawMessage {
	var out []json.RawMessage
	for _, raw := range raws {
		var list []json.RawMessage
		if json.Unmarshal(raw, &list) == nil && list != nil {
			out = append(out, list...)
			continue
		}
		var page struct {
			ID             string          `json:"id"`
			VirtualNetwork json.RawMessage `json:"virtualNetwork"`
			Value          json.RawMessage `json:"value"`
			NextLink       string          `json:"nextLink"`
			SkipToken      string          `json:"skipToken"`
		}
		if json.Unmarshal(raw, &page) == nil && page.ID == "" && page.VirtualNetwork == nil && page.Value != nil {
			if json.Unmarshal(page.Value, &list) != nil {
				n.broken(kind, "its value is no list")
			}
			if page.NextLink != "" || page.SkipToken != "" {
				n.broken(kind, "it is a page of several, and the others are missing")
			}
			if kind == KindAdminRules && len(list) == 0 {
				n.find(model.Finding{Severity: model.Warning, Code: codeIncomplete, Origin: model.Origin{Object: kind},
					Summary: "there are no rules of a network manager on some virtual network, and it is not known on which",
					Advice:  "read the account itself, or save a snapshot of it"})
			}
			out = append(out, list...)
			continue
		}
		out = append(out, raw)
	}
	return out
}

// broken reports an object that could not be read at all, which may have decided about anything.
func (n *native) broken(kind, why string) {
	n.complete = n.complete && kind == KindServiceTags
	n.torn = n.torn || kind == KindNetworks || kind == KindInterfaces
	n.find(model.Finding{Severity: model.Warning, Code: codeIncomplete, Origin: model.Origin{Object: kind},
		Summary: "an object of " + kind + " could not be read: " + why, Advice: "save the objects again, in full"})
}

// add adds a resource for an object with an id.
func (n *native) add(typ, id string, body terraform.Body) *terraform.Resource {
	name := labelOf(id)
	for i := 1; n.labels[typ+"."+name]; i++ {
		if name = strings.ToLower("/" + strings.TrimPrefix(id, "/")); i > 1 {
			name += fmt.Sprintf(" (%d)", i)
		}
	}
	n.labels[typ+"."+name] = true
	n.byID[typ+" "+strings.ToLower(id)] = len(n.module.Resources)
	n.module.Resources = append(n.module.Resources, terraform.Resource{Type: typ, Name: name, Body: body})
	return &n.module.Resources[len(n.module.Resources)-1]
}

// newBody returns the attributes that every resource has: id, name and resource group.
func newBody(o object, id string) terraform.Body {
	var b terraform.Body
	b.Set("id", terraform.String(id))
	b.Set("name", terraform.String(o.text("name")))
	if p, ok := parseID(id); ok {
		b.Set("resource_group_name", terraform.String(p.resourceGroup))
		if o.text("name") == "" {
			b.Set("name", terraform.String(p.names[len(p.names)-1]))
		}
	}
	var tags map[string]string
	if o.read("tags", &tags) && len(tags) > 0 {
		all := make(map[string]terraform.Value, len(tags))
		for k, v := range tags {
			all[k] = terraform.String(v)
		}
		b.Set("tags", terraform.Object(all))
	}
	return b
}

// doubt says of every resource of an id that it is not known whether it is so.
func (n *native) doubt(id, why string) {
	for i, r := range n.module.Resources {
		if have, _ := r.Get("id").AsString(); strings.EqualFold(have, id) {
			n.module.Resources[i].Uncertain = why
		}
	}
}

// has reports whether an object of an id was read as a resource of a type.
func (n *native) has(typ, id string) bool {
	_, ok := n.byID[typ+" "+strings.ToLower(id)]
	return ok
}

// weight is how much it matters that a kind was not read, of those that matter only to rules that name them.
func (n *native) weight(kind string) model.Severity {
	asked := kind == KindAppGroups && n.namesAppGroups
	if kind == KindServiceTags {
		for tag := range n.tags { // those that a list has are not among them any more
			asked = asked || !isSpecialTag(tag)
		}
	}
	if asked {
		return model.Warning
	}
	return model.Info
}

// settle writes down what is known only when everything was read.
func (n *native) settle() {
	for _, kind := range slices.Sorted(maps.Keys(n.perhaps)) {
		for _, f := range n.perhaps[kind] {
			f.Severity = n.weight(kind)
			n.find(f)
		}
	}
	var unread []string
	for id := range n.mentioned {
		if !n.interfaces[id] {
			unread = append(unread, id)
		}
	}
	slices.Sort(unread)
	if _, asked := n.snapshot.Objects[KindInterfaces]; asked && len(unread) > 0 {
		n.complete = false
		n.find(model.Finding{Severity: n.weight(KindAppGroups), Code: "not-read", Origin: model.Origin{Object: unread[0]},
			Summary: fmt.Sprintf("%d network interfaces are named and not among those that were read, so that it is not known in which application security groups they are%s", len(unread), ofScaleSets(unread)),
			Advice:  "read the whole subscription, and the interfaces of its scale sets"})
	}
	for i, r := range n.module.Resources {
		switch r.Type {
		case typeInterface:
			n.settleEndpoint(&n.module.Resources[i])
		case typeAppGroup:
			n.module.Resources[i].Set(attrMembers, terraform.Bool(n.complete))
		case typeNetwork:
			n.module.Resources[i].Set(attrWhole, terraform.Bool(n.complete))
			if id, _ := r.Get("id").AsString(); n.ruled[strings.ToLower(id)] {
				n.module.Resources[i].Set(attrRuled, terraform.Bool(true))
			}
		case typeGroup:
			n.module.Resources[i].Set(attrAttached, terraform.Bool(n.whole(KindInterfaces) && n.whole(KindNetworks) && !n.torn))
		}
	}
	slices.SortStableFunc(n.module.Resources, func(a, b terraform.Resource) int { return cmp.Compare(a.Address(), b.Address()) })
}
