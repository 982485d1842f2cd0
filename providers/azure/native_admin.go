package azure

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/terraform"
)

// adminRules adds the rules of network managers that are in force on a virtual network.
func (n *native) adminRules(o object) {
	network, ok := o.object("virtualnetwork")
	if !ok {
		n.find(model.Finding{Severity: model.Warning, Code: codeIncomplete, Origin: model.Origin{Object: o.text("id")},
			Summary: "it is not known on which virtual networks a rule of a network manager is in force, so that it may be in force on any",
			Advice:  "read the account itself, or save a snapshot of it"})
		n.adminRule("", o, "")
		return
	}
	id := strings.ToLower(network.text("id"))
	rules, ok := o.objects("value")
	if !ok || id == "" {
		n.broken(KindAdminRules, "the rules on "+id+" could not be read")
		n.unknownAdmin(id, "they could not be read")
		return
	}
	n.ruled[id] = true
	why := ""
	if ids := configurations(rules); len(ids) > 1 {
		why = "in which order several network managers are asked"
		n.find(model.Finding{Severity: model.Warning, Code: "not-modelled", Origin: model.Origin{Object: id},
			Summary: why + " is not known: " + strings.Join(ids, ", "), Advice: "have one network manager decide about a virtual network"})
	}
	for _, r := range rules {
		n.adminRule(id, r, why)
	}
}

// configurations returns the ids of the configurations that rules are of, sorted. A region has
// one of each network manager ("Azure Virtual Network Manager FAQ").
func configurations(rules []object) []string {
	var out []string
	for _, r := range rules {
		if id, ok := holderOf(r.text("id"), "ruleCollections"); ok {
			out = append(out, strings.ToLower(id))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// adminRule adds one rule on one network; network "" is one that is not known.
func (n *native) adminRule(network string, o object, uncertain string) {
	id := o.text("id")
	b := n.adminBody(id, network)
	b.Set("name", terraform.String(o.text("name")))
	if p, ok := parseID(id); ok {
		b.Set("name", terraform.String(p.names[len(p.names)-1]))
	}
	lose := func(field string) terraform.Value {
		n.lost(id, field, field+" of a rule of a network manager could not be read")
		return terraform.Unknown(field + " could not be read")
	}
	for _, field := range []string{"access", "direction", "protocol"} {
		attribute := field
		if field == "access" {
			attribute = "action"
		}
		var text string
		if !o.read(field, &text) || text == "" {
			b.Set(attribute, lose(field))
			continue
		}
		b.Set(attribute, terraform.String(text))
	}
	var priority int64
	if !o.has("priority") || !o.read("priority", &priority) {
		b.Set("priority", lose("priority"))
	} else {
		b.Set("priority", terraform.Int(priority))
	}
	n.adminSides(&b, o, lose)
	if field := strangeField(o, adminFields()); field != "" {
		n.lost(id, field, field+" of a rule of a network manager is not known to crosswall")
		b.Set("protocol", terraform.Unknown(field+" is not known to crosswall"))
	}
	r := n.add(typeAdminRule, id, b)
	r.Uncertain = uncertain
	r.Name = n.adminLabel(id, network)
}

// adminFields are the fields of a rule that are read, and those that have no bearing on traffic: what a rule is
// called and where it comes from (EffectiveSecurityAdminRule, EffectiveDefaultSecurityAdminRule).
func adminFields() []string {
	return []string{"access", "direction", "priority", "protocol", "sources", "destinations", "sourceportranges", "destinationportranges",
		"id", "name", "type", "etag", "kind", "flag", "description", "resourcegroup", "resourceguid", "provisioningstate", "systemdata",
		"configurationdescription", "rulecollectiondescription", "rulecollectionappliestogroups", "rulegroups"}
}

// strangeField returns the first field, by name, that says something and is not among those that are known; "" where
// there is none.
func strangeField(o object, known []string) string {
	for _, field := range slices.Sorted(maps.Keys(o.fields)) {
		if !slices.Contains(known, field) && says(o.fields[field]) {
			return field
		}
	}
	return ""
}

// adminSides sets the addresses and ports of both sides of a rule; lose reports a field that
// could not be read. What no addresses and no ports stand for is not documented.
func (n *native) adminSides(b *terraform.Body, o object, lose func(string) terraform.Value) {
	for _, end := range []string{"source", "destination"} {
		var ports []string
		if !o.read(end+"portranges", &ports) || len(ports) == 0 {
			b.Set(end+"_port_ranges", lose(end+"PortRanges"))
		} else {
			b.Set(end+"_port_ranges", terraform.Strings(ports...))
		}
		sides, ok := o.objects(end + "s")
		if !ok || len(sides) == 0 || slices.ContainsFunc(sides, isStrangeSide) {
			b.Set(end, lose(end+"s"))
			continue
		}
		for _, s := range sides {
			var k terraform.Body
			k.Set("address_prefix", terraform.String(s.text("addressprefix")))
			k.Set("address_prefix_type", terraform.String(s.text("addressprefixtype")))
			n.noteTags(k, "address_prefix")
			b.Blocks = append(b.Blocks, terraform.Block{Type: end, Body: k})
		}
	}
}

// isStrangeSide reports whether an address of a rule is none of those that are known: a block or a service tag, and
// nothing besides (AddressPrefixItem).
func isStrangeSide(o object) bool {
	typ := o.text("addressprefixtype")
	known := strings.EqualFold(typ, "IPPrefix") || strings.EqualFold(typ, "ServiceTag") || !o.has("addressprefixtype")
	return !known || o.text("addressprefix") == "" || strangeField(o, []string{"addressprefix", "addressprefixtype"}) != ""
}

// adminLabel is what to call a rule on a network: unique.
func (n *native) adminLabel(id, network string) string {
	base := labelOf(id)
	if network != "" {
		base += " on " + labelOf(network)
	}
	name := base
	for i := 2; n.labels[typeAdminRule+"."+name]; i++ {
		name = fmt.Sprintf("%s (%d)", base, i)
	}
	n.labels[typeAdminRule+"."+name] = true
	return name
}

// adminBody returns what every rule on a network has.
func (n *native) adminBody(id, network string) terraform.Body {
	var b terraform.Body
	b.Set("id", terraform.String(id))
	b.Set(attrNetwork, terraform.String(network))
	b.Set(attrExempt, terraform.Strings(n.gateways[network]...))
	if network == "" {
		b.Set(attrNetwork, terraform.Unknown("it is not known on which virtual network"))
		b.Set(attrExempt, terraform.Strings(slices.Sorted(maps.Keys(n.ruled))...))
	}
	return b
}

// unknownAdmin adds a rule of which nothing is known.
func (n *native) unknownAdmin(network, why string) {
	id := strings.TrimSuffix(network, "/") + "/listNetworkManagerEffectiveSecurityAdminRules"
	b := n.adminBody(id, network)
	for _, a := range []string{"action", "direction", "protocol", "priority", "source", "destination"} {
		b.Set(a, terraform.Unknown(why))
	}
	r := n.add(typeAdminRule, id, b)
	r.Name = n.adminLabel(id, network)
	r.Uncertain = why
}

// unknownAdminRules adds unknown rules to the networks for which they were asked for in vain.
func (n *native) unknownAdminRules() {
	i := slices.IndexFunc(n.snapshot.Gaps, func(g providers.Gap) bool { return g.Kind == KindAdminRules && g.Object == "" })
	for _, g := range n.snapshot.Gaps {
		if g.Kind == KindAdminRules && g.Object != "" && i < 0 {
			n.unknownAdmin(strings.ToLower(g.Object), "the rules of network managers could not be read: "+g.Why)
		}
	}
	if i < 0 {
		return
	}
	why := "the rules of network managers could not be read: " + n.snapshot.Gaps[i].Why
	if len(n.networks) == 0 || !n.whole(KindNetworks) {
		n.unknownAdmin("", why)
		return
	}
	for _, id := range n.networks {
		if !n.ruled[id] {
			n.unknownAdmin(id, why)
		}
	}
}
