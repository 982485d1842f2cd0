package checks_test

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// terraform reads a plan or a state.
func (e *rawEstate) terraform(doc object) {
	unknown := map[string]object{}
	for _, c := range objects(doc, "resource_changes") {
		if change, ok := c["change"].(object); ok {
			unknown[str(c, "address")], _ = change["after_unknown"].(object)
		}
	}
	var module func(object)
	module = func(m object) {
		for _, r := range objects(m, "resources") {
			if str(r, "mode") == "managed" {
				values, _ := r["values"].(object)
				e.tf = append(e.tf, tfResource{str(r, "address"), str(r, "type"), values, unknown[str(r, "address")]})
			}
		}
		for _, c := range objects(m, "child_modules") {
			module(c)
		}
	}
	if planned, ok := doc["planned_values"].(object); ok {
		if root, ok := planned["root_module"].(object); ok {
			module(root)
		}
	}
	for _, r := range objects(doc, "resources") {
		for _, x := range objects(r, "instances") {
			address := str(r, "type") + "." + str(r, "name")
			if len(objects(r, "instances")) > 1 || x["index_key"] != nil {
				address = fmt.Sprintf("%s[%v]", address, x["index_key"])
			}
			if values, ok := x["attributes"].(object); ok && str(r, "mode") == "managed" {
				e.tf = append(e.tf, tfResource{address: address, kind: str(r, "type"), values: values})
			}
		}
	}
	for _, r := range e.tf {
		e.tfWall(r)
	}
	for _, r := range e.tf {
		e.tfRule(r)
	}
}

// hasRules says whether rules of a group are resources of their own, so that it has none inside ("azurerm_network_security_group", note on rules).
func (e *rawEstate) hasRules(group tfResource) bool {
	return slices.ContainsFunc(e.tf, func(r tfResource) bool {
		return r.kind == "azurerm_network_security_rule" && r.values["network_security_group_name"] == group.values["name"]
	})
}

// tfWall reads a resource that holds rules.
func (e *rawEstate) tfWall(r tfResource) {
	var w *rawWall
	switch r.kind {
	case "aws_security_group", "aws_default_security_group":
		w = e.wall(r.address, "aws", "any")
		for key, in := range map[string]bool{"ingress": true, "egress": false} {
			for _, x := range objects(r.values, key) {
				w.rules = append(w.rules, tfPermission(x, in, str(r.values, "id"), r.address)...)
			}
			w.unread[in] = r.unknown[key] == true
		}
	case "aws_network_acl", "aws_default_network_acl":
		w = e.wall(r.address, "aws", "first")
		w.isACL = true
		for key, in := range map[string]bool{"ingress": true, "egress": false} {
			for _, x := range objects(r.values, key) {
				w.rules = append(w.rules, tfEntry(x, in, "action", "rule_no"))
			}
			w.unread[in] = r.unknown[key] == true
		}
	case "azurerm_network_security_group":
		w = e.wall(r.address, "azure", "first")
		for _, x := range objects(r.values, "security_rule") {
			w.rules = append(w.rules, tfNSGRule(x))
		}
		if r.unknown["security_rule"] == true && !e.hasRules(r) {
			w.unread = anything()
		}
		w.azureDefaults()
	case "google_compute_firewall":
		w = e.wall("network "+last(str(r.values, "network")), "gcp", "deny")
		w.outside = true
		w.rules = append(w.rules, tfFirewall(r)...)
		e.walls[r.address] = w
		return
	default:
		return
	}
	w.raw, w.name = r.values, str(r.values, "name")
	if id := str(r.values, "id"); id != "" {
		e.walls[id] = w
	}
}

// tfRule reads a resource that is a rule.
func (e *rawEstate) tfRule(r tfResource) {
	v := r.values
	var rules []rawRule
	id, order := str(v, "security_group_id"), "any"
	switch r.kind {
	case "aws_security_group_rule":
		rules = tfPermission(v, str(v, "type") == "ingress", id, id)
	case "aws_network_acl_rule":
		id, order = str(v, "network_acl_id"), "first"
		rules = []rawRule{tfEntry(v, v["egress"] != true, "rule_action", "rule_number")}
	case "azurerm_network_security_rule":
		for _, g := range e.tf {
			if g.kind == "azurerm_network_security_group" && g.values["name"] == v["network_security_group_name"] {
				w := e.walls[g.address]
				w.rules = append(w.rules, tfNSGRule(v))
			}
		}
		return
	default:
		return
	}
	if id == "" {
		return
	}
	w := e.wall(id, "aws", order)
	w.isACL = order == "first"
	if w.raw == nil && order == "first" {
		w.unread = anything() // what else it has is not known
	}
	for i := range rules {
		rules[i].wall, rules[i].name = id, r.address
	}
	w.rules = append(w.rules, rules...)
	e.walls[r.address] = w
}

func tfPermission(x object, in bool, id, address string) []rawRule {
	r := rawRule{in: in, allow: true, icmp: -1, raw: x}
	r.proto, _ = protocolOf(str(x, "protocol"))
	r.awsPorts(number(x, "from_port", -1), number(x, "to_port", -1))
	for _, text := range append(stringsIn(x, "cidr_blocks"), stringsIn(x, "ipv6_cidr_blocks")...) {
		if b, ok := block(text); ok {
			r.blocks = append(r.blocks, b)
		}
	}
	r.groups = append(append(stringsIn(x, "security_groups"), textIn(x, "source_security_group_id")...), stringsIn(x, "source_security_group_id")...)
	if x["self"] == true {
		r.groups = append(r.groups, id, address)
	}
	r.doubt = len(stringsIn(x, "prefix_list_ids")) > 0
	return []rawRule{r}
}

func tfEntry(x object, in bool, action, priority string) rawRule {
	r := rawRule{in: in, allow: strings.EqualFold(str(x, action), "allow"), order: number(x, priority, 0), icmp: -1, raw: x}
	r.proto, _ = protocolOf(str(x, "protocol"))
	r.awsPorts(number(x, "from_port", -1), number(x, "to_port", -1))
	if r.proto == 1 || r.proto == 58 {
		r.icmp = number(x, "icmp_type", -1)
	}
	if b, ok := block(str(x, "cidr_block") + str(x, "ipv6_cidr_block")); ok {
		r.blocks = []netip.Prefix{b}
	}
	return r
}

func tfNSGRule(x object) rawRule {
	many := func(key string) []string { return append(stringsIn(x, key+"s"), textIn(x, key)...) }
	r := nsgRule(x, many, [...]string{"source_address_prefix", "destination_address_prefix", "source_port_range", "destination_port_range"},
		[...]string{"source_address_prefixes", "destination_address_prefixes"})
	r.name = str(x, "name")
	return r
}

// tfFirewall reads a google_compute_firewall as what the API would have.
func tfFirewall(r tfResource) []rawRule {
	v := r.values
	o := object{"name": r.address, "network": v["network"], "direction": v["direction"], "priority": v["priority"], "disabled": v["disabled"], "raw": v}
	for from, to := range map[string]string{"source_ranges": "sourceRanges", "destination_ranges": "destinationRanges", "source_tags": "sourceTags",
		"source_service_accounts": "sourceServiceAccounts", "target_tags": "targetTags", "target_service_accounts": "targetServiceAccounts"} {
		o[to] = v[from]
	}
	each := func(key string) (out []any) {
		for _, x := range objects(v, key) {
			out = append(out, object{"IPProtocol": x["protocol"], "ports": x["ports"]})
		}
		return out
	}
	if denied := each("deny"); denied != nil {
		o["denied"] = denied
		return gcpRules(o, false)
	}
	o["allowed"] = each("allow")
	return gcpRules(o, true)
}
