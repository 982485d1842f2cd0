package azure_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers/azure"
	"github.com/crosswall/crosswall/terraform"
)

// What is left open is unknown, and nothing else is (cloud semantics 1.3 and 9).
func TestDecodeOpen(t *testing.T) {
	computed, unknown := terraform.Computed("known after apply"), terraform.Unknown("known after apply")
	denyAll := rule("d", `access = "Deny"`, "priority = 4096")
	allow80 := rule("a", `protocol = "Tcp"`, `destination_port_range = "80"`)
	const maybe = "variable \"v\" {}\n"
	const vnet = "resource \"azurerm_virtual_network\" \"v\" {\n  name = \"v\"\n}\n"
	const scaleSet = "resource \"azurerm_linux_virtual_machine_scale_set\" \"s\" {\n  name = \"s\"\n}\n"
	for _, c := range []struct {
		name, hcl string
		values    map[string]terraform.Value // by "address attribute"
		verdicts  string
		finding   string
	}{
		{"inline rules computed, rules of their own", subnetG + allow80 + denyAll, map[string]terraform.Value{"azurerm_network_security_group.g security_rule": computed},
			"198.51.100.1 > a tcp/80: allow; 198.51.100.1 > a tcp/81: deny", ""},
		{"inline rules computed, none of their own", subnetG, map[string]terraform.Value{"azurerm_network_security_group.g security_rule": computed},
			"198.51.100.1 > a tcp/80: unknown", "unknown-value"},
		{"inline rules unknown beside rules of their own", subnetG + denyAll, map[string]terraform.Value{"azurerm_network_security_group.g security_rule": unknown},
			"198.51.100.1 > a tcp/80: unknown", "unknown-value"},
		{"for_each of rules unknown", maybe + subnetG + strings.Replace(allow80, "\"a\" {\n", "\"a\" {\n  for_each = var.v\n", 1) + denyAll, nil,
			"198.51.100.1 > a tcp/80: unknown; 198.51.100.1 > a tcp/81: deny", "unknown-value"},
		{"count of groups unknown", maybe + strings.Replace(subnetG, "\"g\" {\n", "\"g\" {\n  count = var.v\n", 1) + denyAll, nil,
			"198.51.100.1 > a tcp/80: unknown", ""},
		{"count of associations unknown", maybe + groupG + strings.Replace(onApp, "\"app\" {\n", "\"app\" {\n  count = var.v\n", 1) + denyAll, nil,
			"198.51.100.1 > a tcp/80: unknown", ""},
		{"the group of a rule unknown", subnetG + allow80 + denyAll, map[string]terraform.Value{"azurerm_network_security_rule.a network_security_group_name": unknown},
			"198.51.100.1 > a tcp/80: unknown", "unknown-value"},
		{"the group of a subnet unknown", subnetG + denyAll, map[string]terraform.Value{"azurerm_subnet_network_security_group_association.app network_security_group_id": unknown},
			"198.51.100.1 > a tcp/80: unknown", "unknown-value"},
		{"the subnet of a group unknown", subnetG + denyAll, map[string]terraform.Value{"azurerm_subnet_network_security_group_association.app subnet_id": unknown},
			"198.51.100.1 > a tcp/80: unknown", "unknown-value"},
		{"application security groups unknown", subnetG + rule("a", `source_application_security_group_ids = ["x"]`) + denyAll,
			map[string]terraform.Value{"azurerm_network_security_rule.a source_application_security_group_ids": unknown}, "198.51.100.1 > a tcp/80: unknown", "unknown-value"},
		{"subnets of a network computed", vnet + subnetG + denyAll, map[string]terraform.Value{"azurerm_virtual_network.v subnet": computed},
			"198.51.100.1 > a tcp/80: deny", ""},
		{"subnets of a network unknown", vnet + subnetG + denyAll, map[string]terraform.Value{"azurerm_virtual_network.v subnet": unknown},
			"198.51.100.1 > a tcp/80: deny; 198.51.100.1 > c tcp/80: unknown", "unknown-value"},
		{"interfaces of a scale set unknown", scaleSet + subnetG + denyAll, map[string]terraform.Value{"azurerm_linux_virtual_machine_scale_set.s network_interface": unknown},
			"198.51.100.1 > a tcp/80: deny; 198.51.100.1 > c tcp/80: unknown", "unknown-value"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := read(t, c.hcl)
			for path, v := range c.values {
				address, name, _ := strings.Cut(path, " ")
				for i, r := range m.Resources {
					if r.Address() == address {
						m.Resources[i].Set(name, v)
					}
				}
			}
			p, fs := azure.New(azure.Options{}).Decode(m)
			if err := p.Validate(); err != nil {
				t.Fatal(err)
			}
			for _, v := range strings.Split(c.verdicts, "; ") {
				f, want, _ := strings.Cut(v, ": ")
				if d := p.Explain(flow(f), people()); d.Verdict.String() != want {
					t.Errorf("%s: %s, want %s", f, d.Verdict, want)
				}
			}
			i := slices.IndexFunc(fs, func(f model.Finding) bool { return f.Code == "unknown-value" })
			if (i >= 0) != (c.finding != "") {
				t.Errorf("want finding %q, got %v", c.finding, fs)
			}
		})
	}
}

// A name is that of a group in the same resource group.
func TestDecodeGroupNames(t *testing.T) {
	group := func(label, resourceGroup string) string {
		return "resource \"azurerm_network_security_group\" \"" + label + "\" {\n  name = \"same\"\n  resource_group_name = \"" + resourceGroup + "\"\n}\n"
	}
	hcl := group("g", "one") + group("h", "two") + onApp + rule("d", `access = "Deny"`, `network_security_group_name = "same"`, `resource_group_name = "Two"`)
	p, _ := azure.New(azure.Options{}).Decode(read(t, hcl))
	if d := p.Explain(flow("198.51.100.1 > a tcp/80"), people()); d.Verdict != model.Undecided {
		t.Errorf("the rule of the group in another resource group counts: %s", d.Verdict)
	}
}
