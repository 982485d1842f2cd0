package azure

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/terraform"
)

// securityGroup adds a network security group with its rules, and notes what it says that it
// is attached to.
func (n *native) securityGroup(o object) {
	id := o.text("id")
	body := newBody(o, id)
	rules, ok := o.objects("securityrules")
	switch {
	case !ok:
		n.lost(id, "securityRules", "the rules of a network security group could not be read")
		body.Set("security_rule", terraform.Unknown("its rules could not be read"))
	case !o.has("securityrules"):
		n.lost(id, "securityRules", "a network security group is without its list of rules")
		body.Set("security_rule", terraform.Unknown("the list of its rules is missing"))
	}
	for _, r := range rules {
		body.Blocks = append(body.Blocks, n.securityRule(id, r))
	}
	r := n.add(typeGroup, id, body)
	if why := n.defaults(o); why != "" {
		r.Uncertain = why
		n.lost(id, "defaultSecurityRules", "the rules at the end of a network security group are not those that Azure documents: "+why)
	}
	n.groupSays(o, id, typeSubnetGroup, "subnets")
	n.groupSays(o, id, typeInterfaceGroup, "networkinterfaces")
}

// groupSays notes what a group says that it is attached to.
func (n *native) groupSays(o object, group, typ, field string) {
	ids, ok := o.refs(field)
	if !ok {
		n.lost(group, field, "what a network security group is attached to could not be read")
		n.doubt(group, "what it is attached to could not be read")
		ids = slices.DeleteFunc(ids, func(s string) bool { return s == "" })
	}
	for _, id := range ids {
		p := pair{typ, id, strings.ToLower(group)}
		s := n.pairs[p]
		s.byGroup = true
		n.pairs[p] = s
		if typ == typeInterfaceGroup {
			n.mentioned[id] = true
		}
	}
	n.listed[typ+" "+strings.ToLower(group)] = o.has(field)
}

// holderSays notes which group a subnet or an interface says that it has.
func (n *native) holderSays(o object, holder, typ string) {
	holder = strings.ToLower(holder)
	group, ok := o.ref("networksecuritygroup")
	if !ok {
		n.lost(holder, "networkSecurityGroup", "which network security group is attached could not be read")
		var b terraform.Body
		b.Set("id", terraform.String(holder))
		b.Set(holderAttribute(typ), terraform.String(holder))
		b.Set("network_security_group_id", terraform.Unknown("it could not be read"))
		n.add(typ, holder, b)
		return
	}
	if group != "" {
		p := pair{typ, holder, group}
		s := n.pairs[p]
		s.byHolder = true
		n.pairs[p] = s
	}
}

// holderAttribute is the attribute of an association that names what a group is attached to.
func holderAttribute(typ string) string {
	if typ == typeSubnetGroup {
		return "subnet_id"
	}
	return "network_interface_id"
}

// attachments adds the associations. Those that one of two objects does not know of, though
// both were read, may have been made or undone between the two calls.
func (n *native) attachments() {
	pairs := slices.SortedFunc(maps.Keys(n.pairs), func(a, b pair) int {
		return strings.Compare(a.typ+a.holder+a.group, b.typ+b.holder+b.group)
	})
	for _, p := range pairs {
		s := n.pairs[p]
		var b terraform.Body
		b.Set("id", terraform.String(p.holder))
		b.Set(holderAttribute(p.typ), terraform.String(p.holder))
		b.Set("network_security_group_id", terraform.String(p.group))
		holderType := typeSubnet
		if p.typ == typeInterfaceGroup {
			holderType = typeInterface
		} else {
			n.setUnfiltered(&b, p.holder)
		}
		r := n.add(p.typ, p.holder, b)
		switch {
		case s.byGroup && !s.byHolder && n.has(holderType, p.holder):
			r.Uncertain = "the group names it, and it does not name the group"
		case s.byHolder && !s.byGroup && n.listed[p.typ+" "+p.group]:
			r.Uncertain = "it names the group, and the group does not name it"
		}
		if r.Uncertain != "" {
			n.find(model.Finding{Severity: model.Warning, Code: "changed-while-reading", Origin: model.Origin{Object: p.holder},
				Summary: fmt.Sprintf("whether network security group %s is attached is not known: %s", p.group, r.Uncertain), Advice: "read the account again"})
		}
	}
}

// ruleFields are the fields of a rule: the attributes of azurerm that stand for them, or "" for what has no
// bearing on traffic.
func ruleFields() map[string]string {
	out := map[string]string{"name": "", "id": "", "etag": "", "type": "", "resourcegroup": "", "provisioningstate": "", "description": "",
		"priority": "priority", "direction": "direction", "access": "access", "protocol": "protocol"}
	for _, end := range []string{"source", "destination"} {
		out[end+"portrange"], out[end+"portranges"] = end+"_port_range", end+"_port_ranges"
		out[end+"addressprefix"], out[end+"addressprefixes"] = end+"_address_prefix", end+"_address_prefixes"
		out[end+"applicationsecuritygroups"] = end + "_application_security_group_ids"
	}
	return out
}

// securityRule returns a rule as a block.
func (n *native) securityRule(group string, o object) terraform.Block {
	name := o.text("name")
	lose := func(field, why string) terraform.Value {
		n.lost(group, "securityRules "+name, fmt.Sprintf("%s of a rule %s", field, why))
		return terraform.Unknown(field + " " + why)
	}
	var b terraform.Body
	b.Set("name", terraform.String(name))
	if text := o.text("description"); text != "" {
		b.Set("description", terraform.String(text))
	}
	known := n.ruleFields
	for _, field := range slices.Sorted(maps.Keys(o.fields)) {
		attribute, ok := known[field]
		switch {
		case !ok && says(o.fields[field]):
			b.Set("protocol", lose(field, "is not known to crosswall"))
		case attribute == "" || !o.has(field):
		case b.Get(attribute).IsUnknown():
		default:
			v, ok := ruleValue(o, field)
			if !ok {
				v = lose(field, "could not be read")
			}
			if list, isList := v.AsList(); !isList || len(list) > 0 { // an empty list is as none
				b.Set(attribute, v)
				n.namesAppGroups = n.namesAppGroups || strings.HasSuffix(field, "groups")
			}
		}
	}
	n.noteTags(b, "source_address_prefix", "source_address_prefixes", "destination_address_prefix", "destination_address_prefixes")
	return terraform.Block{Type: "security_rule", Body: b}
}

// ruleValue reads one field of a rule.
func ruleValue(o object, field string) (terraform.Value, bool) {
	switch {
	case field == "priority":
		var p int64
		ok := o.read(field, &p)
		return terraform.Int(p), ok
	case strings.HasSuffix(field, "groups"):
		ids, ok := o.refs(field)
		return terraform.Strings(ids...), ok
	case strings.HasSuffix(field, "ranges"), strings.HasSuffix(field, "prefixes"):
		var texts []string
		ok := o.read(field, &texts)
		return terraform.Strings(texts...), ok && !slices.Contains(texts, "")
	}
	var text string
	ok := o.read(field, &text)
	return terraform.String(text), ok
}

// says reports whether a field that is not known says anything.
func says(raw json.RawMessage) bool {
	switch string(raw) {
	case "null", "[]", "{}", `""`, "false":
		return false
	}
	return true
}

// noteTags notes the words in addresses that may be service tags.
func (n *native) noteTags(b terraform.Body, attributes ...string) {
	for _, a := range attributes {
		v := b.Get(a)
		texts, _ := v.AsStrings()
		if s, one := v.AsString(); one {
			texts = append(texts, s)
		}
		for _, s := range texts {
			if isTagWord(s) {
				n.tags[strings.ToLower(s)] = true
			}
		}
	}
}

// defaults compares the rules at the end of a group with those that Azure documents, and
// says how they differ; "" where they do not, or are not listed.
func (n *native) defaults(o object) string {
	rules, ok := o.objects("defaultsecurityrules")
	if !ok {
		return "its default rules could not be read"
	}
	if len(rules) == 0 {
		return ""
	}
	want := documentedDefaults()
	for _, r := range rules {
		text, why := defaultText(r)
		if why != "" {
			return why
		}
		if !want[text] {
			return fmt.Sprintf("%q is %s", r.text("name"), text)
		}
		delete(want, text)
	}
	for _, missing := range slices.Sorted(maps.Keys(want)) {
		return "there is none that is " + missing
	}
	return ""
}

// defaultText writes a default rule as documentedDefaults does, or says why that is not all that it is.
func defaultText(r object) (text, why string) {
	var priority int
	if !r.has("priority") || !r.read("priority", &priority) {
		return "", "a default rule has no priority"
	}
	fields := ruleFields()
	if field := strangeField(r, slices.Collect(maps.Keys(fields))); field != "" {
		return "", fmt.Sprintf("%q has %s, which is not known to crosswall", r.text("name"), field)
	}
	ends := ""
	for _, end := range []string{"source", "destination"} {
		if field := end + "applicationsecuritygroups"; r.has(field) && says(r.fields[field]) {
			return "", fmt.Sprintf("%q names application security groups", r.text("name"))
		}
		prefix, ok := singly(r, end+"addressprefix", end+"addressprefixes")
		port, ok2 := singly(r, end+"portrange", end+"portranges")
		if !ok || !ok2 {
			return "", fmt.Sprintf("%q has not one address and one port as its %s", r.text("name"), end)
		}
		ends += " " + end + " " + prefix + ":" + port
	}
	return strings.ToLower(fmt.Sprintf("%d %s %s %s", priority, r.text("direction"), r.text("access"), r.text("protocol")) + ends), ""
}

// singly returns what a field that has a singular and a plural form says, where it is one text and no more.
func singly(o object, singular, plural string) (string, bool) {
	var one string
	var many []string
	ok := o.read(singular, &one) && o.read(plural, &many)
	if one != "" {
		many = append(many, one)
	}
	many = slices.Compact(many)
	if !ok || len(many) != 1 {
		return "", false
	}
	return many[0], true
}

// documentedDefaults are the rules of defaultInbound and defaultOutbound as Azure lists them
// ("Network security groups", default security rules).
func documentedDefaults() map[string]bool {
	return map[string]bool{
		"65000 inbound allow * source virtualnetwork:* destination virtualnetwork:*":  true,
		"65001 inbound allow * source azureloadbalancer:* destination *:*":            true,
		"65500 inbound deny * source *:* destination *:*":                             true,
		"65000 outbound allow * source virtualnetwork:* destination virtualnetwork:*": true,
		"65001 outbound allow * source *:* destination internet:*":                    true,
		"65500 outbound deny * source *:* destination *:*":                            true,
	}
}
