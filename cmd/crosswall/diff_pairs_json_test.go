package main

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// pairDefaults are what providers fill in, of a kind or, after a slash, of its blocks: a state and a plan hold every
// attribute, with null or nothing in it where the configuration is silent.
func pairDefaults() map[string]map[string]any {
	none := []any{}
	peers := map[string]any{"cidr_blocks": none, "ipv6_cidr_blocks": none, "prefix_list_ids": none, "security_groups": none, "self": false, "description": ""}
	entry := map[string]any{"cidr_block": "", "ipv6_cidr_block": "", "icmp_type": 0, "icmp_code": 0}
	rule := map[string]any{"cidr_ipv4": nil, "cidr_ipv6": nil, "prefix_list_id": nil, "referenced_security_group_id": nil, "from_port": nil, "to_port": nil, "description": nil}
	nsg := map[string]any{"description": ""}
	for _, end := range []string{"source", "destination"} {
		nsg[end+"_port_range"], nsg[end+"_port_ranges"] = "", none
		nsg[end+"_address_prefix"], nsg[end+"_address_prefixes"] = "", none
		nsg[end+"_application_security_group_ids"] = none
	}
	return map[string]map[string]any{
		"aws_security_group":                                 {"ingress": none, "egress": none, "description": "Managed by Terraform"},
		"aws_default_security_group":                         {"ingress": none, "egress": none},
		"aws_security_group/ingress":                         peers,
		"aws_security_group/egress":                          peers,
		"aws_default_security_group/ingress":                 peers,
		"aws_default_security_group/egress":                  peers,
		"aws_security_group_rule":                            {"cidr_blocks": nil, "ipv6_cidr_blocks": nil, "prefix_list_ids": nil, "self": false, "source_security_group_id": nil},
		"aws_vpc_security_group_ingress_rule":                rule,
		"aws_vpc_security_group_egress_rule":                 rule,
		"aws_network_acl":                                    {"ingress": none, "egress": none, "subnet_ids": none},
		"aws_network_acl/ingress":                            entry,
		"aws_network_acl/egress":                             entry,
		"aws_network_acl_rule":                               {"cidr_block": "", "ipv6_cidr_block": "", "icmp_type": nil, "icmp_code": nil, "from_port": nil, "to_port": nil, "egress": false},
		"google_compute_firewall":                            {"project": "p", "direction": "INGRESS", "priority": 1000, "disabled": false, "source_ranges": none, "destination_ranges": none, "source_tags": nil, "target_tags": nil, "source_service_accounts": nil, "target_service_accounts": nil, "allow": none, "deny": none, "log_config": none},
		"google_compute_instance":                            {"project": "p"},
		"google_compute_network":                             {"project": "p"},
		"google_compute_network_firewall_policy":             {"project": "p"},
		"google_compute_network_firewall_policy_association": {"project": "p"},
		"google_compute_network_firewall_policy_rule":        {"project": "p"},
		"google_compute_firewall/allow":                      {"ports": none},
		"google_compute_firewall/deny":                       {"ports": none},
		"azurerm_network_security_group":                     {"security_rule": none, "tags": nil},
		"azurerm_network_security_group/security_rule":       nsg,
		"azurerm_network_security_rule":                      nsg,
	}
}

// pairFile writes resources as what Terraform prints of them.
type pairFile struct {
	resources []pairResource
	// there are the resources that exist, whose ids are known; nil: all.
	there map[string]bool
}

func (f pairFile) find(address string) (pairResource, bool) {
	i := slices.IndexFunc(f.resources, func(r pairResource) bool { return r.address() == address })
	if i < 0 {
		return pairResource{}, false
	}
	return f.resources[i], true
}

// idOf is an id as the cloud gives it.
func idOf(r pairResource) string {
	switch {
	case r.kind == "aws_security_group" || r.kind == "aws_default_security_group":
		return "sg-0" + r.name
	case strings.HasPrefix(r.kind, "aws_"):
		return strings.ReplaceAll(strings.TrimPrefix(r.kind, "aws_"), "_", "-") + "-0" + r.name
	case strings.HasPrefix(r.kind, "google_"):
		return "projects/p/global/" + map[string]string{"google_compute_network": "networks", "google_compute_network_firewall_policy": "firewallPolicies"}[r.kind] + "/" + named(r.values["name"])
	}
	return "/subscriptions/0/resourceGroups/rg/providers/Microsoft.Network/" + map[string]string{"azurerm_network_security_group": "networkSecurityGroups",
		"azurerm_application_security_group": "applicationSecurityGroups", "azurerm_network_interface": "networkInterfaces", "azurerm_subnet": "virtualNetworks/n/subnets"}[r.kind] + "/" + r.name
}

// value returns a value and its mask: true where it is not known.
func (f pairFile) value(v any, path string) (value, mask any) {
	switch v := v.(type) {
	case pairOpen:
		return nil, true
	case pairRef:
		r, ok := f.find(v.object())
		attr := strings.TrimPrefix(string(v), v.object()+".")
		switch {
		case !ok:
			return string(v), false // of something that is not in the file
		case attr != "id" && attr != "self_link":
			return f.value(r.values[attr], path)
		case f.there != nil && !f.there[r.address()]:
			return nil, true
		}
		return idOf(r), false
	case []any:
		values, masks := []any{}, []any{}
		for _, e := range v {
			x, m := f.value(e, path)
			values, masks = append(values, x), append(masks, m)
		}
		return values, masks
	case map[string]any:
		return f.object(v, path)
	}
	return v, false
}

// object returns the attributes of an object with what the provider fills in; those that are not known are left out.
func (f pairFile) object(of map[string]any, path string) (values, masks map[string]any) {
	values, masks = maps.Clone(pairDefaults()[path]), map[string]any{}
	if values == nil {
		values = map[string]any{}
	}
	for k, v := range of {
		x, m := f.value(v, path+"/"+k)
		if masks[k] = m; m == true {
			delete(values, k)
			continue
		}
		values[k] = x
	}
	return values, masks
}

// instance returns what is there, or will be, of a resource.
func (f pairFile) instance(r pairResource) (values, masks map[string]any) {
	values, masks = f.object(r.values, r.kind)
	if f.there == nil || f.there[r.address()] {
		values["id"] = idOf(r)
		return values, masks
	}
	masks["id"] = true
	computed := map[string][]string{"aws_security_group": {"ingress", "egress"}, "aws_network_acl": {"ingress", "egress", "subnet_ids"},
		"google_compute_firewall": {"source_ranges", "destination_ranges"}}
	for _, k := range computed[r.kind] {
		if r.values[k] == nil {
			delete(values, k)
			masks[k] = true
		}
	}
	return values, masks
}

// pairState writes a state as terraform show -json prints it.
func pairState(t *testing.T, resources []pairResource) []byte {
	var list []any
	f := pairFile{resources: resources}
	for _, r := range resources {
		values, _ := f.instance(r)
		list = append(list, map[string]any{"address": r.address(), "mode": "managed", "type": r.kind, "name": r.name, "provider_name": "registry.terraform.io/hashicorp/x", "values": values})
	}
	return pairJSON(t, map[string]any{"format_version": "1.0", "terraform_version": "1.9.0", "values": map[string]any{"root_module": map[string]any{"resources": list}}})
}

// pairPlan writes the plan that leads from some resources to others. Ids of what is made are known after apply.
func pairPlan(t *testing.T, before, after []pairResource) []byte {
	was, is := pairFile{resources: before}, pairFile{resources: after, there: map[string]bool{}}
	var changes, config []any
	change := func(r pairResource, from, to, open any) {
		actions := []string{"update"}
		switch {
		case from == nil:
			actions = []string{"create"}
		case to == nil:
			actions = []string{"delete"}
		case reflect.DeepEqual(from, to):
			actions = []string{"no-op"}
		}
		changes = append(changes, map[string]any{"address": r.address(), "mode": "managed", "type": r.kind, "name": r.name, "provider_name": "registry.terraform.io/hashicorp/x",
			"change": map[string]any{"actions": actions, "before": from, "after": to, "after_unknown": open}})
	}
	for _, r := range before {
		is.there[r.address()] = true
	}
	for _, r := range before {
		if _, stays := is.find(r.address()); !stays {
			values, _ := was.instance(r)
			change(r, values, nil, map[string]any{})
		}
	}
	for _, r := range after {
		values, masks := is.instance(r)
		var from any
		if old, ok := was.find(r.address()); ok {
			from, _ = was.instance(old)
		}
		change(r, from, values, masks)
		config = append(config, map[string]any{"address": r.address(), "mode": "managed", "type": r.kind, "name": r.name, "expressions": pairExpressions(r.values)})
	}
	return pairJSON(t, map[string]any{"format_version": "1.2", "terraform_version": "1.9.0", "planned_values": map[string]any{}, "resource_changes": changes,
		"configuration": map[string]any{"root_module": map[string]any{"resources": config}}})
}

// pairExpressions writes a body as the configuration in a plan has it.
func pairExpressions(of map[string]any) map[string]any {
	out := map[string]any{}
	for k, v := range of {
		blocks, ok := v.([]any)
		if !ok || len(blocks) == 0 {
			out[k] = pairExpression(v)
			continue
		}
		if _, ok := blocks[0].(map[string]any); !ok {
			out[k] = pairExpression(v)
			continue
		}
		list := []any{}
		for _, b := range blocks {
			list = append(list, pairExpressions(b.(map[string]any)))
		}
		out[k] = list
	}
	return out
}

func pairExpression(v any) map[string]any {
	var refs []any
	var collect func(v any)
	collect = func(v any) {
		switch v := v.(type) {
		case pairRef:
			refs = append(refs, string(v), v.object())
		case pairOpen:
			refs = append(refs, "var.open")
		case []any:
			for _, e := range v {
				collect(e)
			}
		}
	}
	if collect(v); len(refs) > 0 {
		return map[string]any{"references": refs}
	}
	return map[string]any{"constant_value": v}
}

func pairJSON(t *testing.T, v any) []byte {
	t.Helper()
	out, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return out
}
