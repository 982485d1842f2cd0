package azure_test

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers/azure"
	"github.com/crosswall/crosswall/terraform"
)

// read reads Terraform configuration.
func read(t *testing.T, hcl string) terraform.Module {
	t.Helper()
	m, diags, err := terraform.Read(fstest.MapFS{"main.tf": {Data: []byte(hcl)}})
	if err != nil || diags.HasErrors() {
		t.Fatal(err, diags)
	}
	return m
}

// rule writes a rule resource of group "g"; fields take the place of those that it has
// anyhow: an inbound allow of everything at priority 100.
func rule(name string, fields ...string) string {
	all := map[string]string{"priority": "100", "direction": `"Inbound"`, "access": `"Allow"`, "protocol": `"*"`,
		"source_port_range": `"*"`, "destination_port_range": `"*"`, "source_address_prefix": `"*"`, "destination_address_prefix": `"*"`,
		"network_security_group_name": "azurerm_network_security_group.g.name"}
	for _, f := range fields {
		k, v, _ := strings.Cut(f, "=")
		k = strings.TrimSpace(k)
		if end, _, ok := strings.Cut(k, "_address_prefixes"); ok {
			delete(all, end+"_address_prefix")
		}
		if end, _, ok := strings.Cut(k, "_application_security_group_ids"); ok {
			delete(all, end+"_address_prefix")
		}
		if end, _, ok := strings.Cut(k, "_port_ranges"); ok {
			delete(all, end+"_port_range")
		}
		all[k] = v
	}
	out := fmt.Sprintf("resource \"azurerm_network_security_rule\" %q {\n  name = %q\n", name, name)
	for k, v := range all {
		out += "  " + k + " = " + v + "\n"
	}
	return out + "}\n"
}

const (
	groupG  = "resource \"azurerm_network_security_group\" \"g\" {\n  name = \"g\"\n}\n"
	onApp   = "resource \"azurerm_subnet_network_security_group_association\" \"app\" {\n  subnet_id = \"/S/app\"\n  network_security_group_id = azurerm_network_security_group.g.id\n}\n"
	onCard  = "resource \"azurerm_network_interface_security_group_association\" \"n\" {\n  network_interface_id = azurerm_network_interface.n.id\n  network_security_group_id = azurerm_network_security_group.g.id\n}\n"
	subnetG = groupG + onApp
)

// people is who there is: a and b in the subnet, of which a has the card; b and c are
// in the ASG.
func people() model.Inventory {
	return model.Inventory{
		Members: []model.Member{{ID: "a", Addrs: model.MustPrefixes("10.0.1.4/32", "2001:db8::4/128")}, {ID: "b", Addrs: model.MustPrefixes("10.0.1.5/32")},
			{ID: "c", Addrs: model.MustPrefixes("10.0.2.6/32")}},
		Groups: map[model.Group]model.Selector{"/s/app": cidrs("10.0.1.0/24", "2001:db8::/64"), "azurerm_network_interface.n": ids("a"),
			"azurerm_application_security_group.web": ids("b", "c"), "/s/asg/web": ids("b", "c"), "azurerm_subnet.app": cidrs("10.0.1.0/24"),
			"azurerm_virtual_network.v/subnets/app": cidrs("10.0.1.0/24"), "azurerm_linux_virtual_machine_scale_set.s": ids("a")},
	}
}

// flow reads "a > 198.51.100.1 tcp/80" and "198.51.100.1 > a icmp".
func flow(text string) model.Flow {
	fields := strings.Fields(text)
	end := func(s string) model.Endpoint {
		switch s {
		case "a":
			return model.Endpoint{ID: "a", Addr: netip.MustParseAddr("10.0.1.4")}
		case "a6":
			return model.Endpoint{ID: "a", Addr: netip.MustParseAddr("2001:db8::4")}
		case "b":
			return model.Endpoint{ID: "b", Addr: netip.MustParseAddr("10.0.1.5")}
		case "c":
			return model.Endpoint{ID: "c", Addr: netip.MustParseAddr("10.0.2.6")}
		}
		return model.Endpoint{Addr: netip.MustParseAddr(s)}
	}
	f := model.Flow{Src: end(fields[0]), Dst: end(fields[2]), SrcPort: 40000, Protocol: model.TCP}
	name, port, _ := strings.Cut(fields[3], "/")
	if _, err := fmt.Sscan(port, &f.DstPort); err != nil && port != "" {
		panic(err)
	}
	for _, p := range []model.Protocol{model.TCP, model.UDP, model.ICMP, model.ICMPv6, model.ESP, model.AH, model.GRE, model.SCTP} {
		if strings.EqualFold(p.String(), name) {
			f.Protocol = p
		}
	}
	if !f.Protocol.HasPorts() {
		f.SrcPort = 0
	}
	return f
}

// What configurations mean (cloud semantics sections 1.3, 2, 3, 4, 6 and 8).
func TestDecode(t *testing.T) {
	tests := []struct {
		name, hcl string
		verdicts  string // "flow: verdict; ..."
		codes     string // of the findings
	}{
		{"no group, no filter", "", "198.51.100.1 > a tcp/80: allow", ""},
		{"the rules that every group ends with", subnetG,
			"198.51.100.1 > a tcp/80: unknown; 168.63.129.16 > a tcp/80: allow; a > 198.51.100.1 tcp/80: unknown", ""},
		{"a deny shadows the probes", subnetG + rule("d", `access = "Deny"`, "priority = 4096"), "168.63.129.16 > a tcp/80: deny", ""},
		{"traffic inside the subnet is filtered", subnetG + rule("d", `access = "Deny"`), "b > a tcp/80: deny; a > c tcp/80: unknown", ""},
		{"lower priority first", subnetG + rule("d", `access = "Deny"`, "priority = 300") + rule("a", "priority = 200", `destination_port_range = "80"`, `protocol = "Tcp"`),
			"b > a tcp/81: deny; 198.51.100.1 > a tcp/80: allow; b > a udp/80: deny", ""},
		{"services of the host are not filtered", subnetG + rule("d", `access = "Deny"`, `direction = "Outbound"`),
			"a > 168.63.129.16 udp/53: allow; a > 169.254.169.254 tcp/80: allow; a > 168.63.129.16 tcp/443: deny", ""},
		{"unless they are named by their tag", subnetG + rule("d", `access = "Deny"`, `direction = "Outbound"`, `destination_address_prefix = "AzurePlatformDNS"`),
			"a > 168.63.129.16 udp/53: deny; a > 169.254.169.254 tcp/80: allow", ""},
		{"one group's tag is no other group's", subnetG + rule("d", `access = "Deny"`, `direction = "Outbound"`, `destination_address_prefix = "AzurePlatformIMDS"`) +
			asH(groupG) + "resource \"azurerm_subnet_network_security_group_association\" \"x\" {\n  subnet_id = \"/s/other\"\n  network_security_group_id = azurerm_network_security_group.h.id\n}\n",
			"a > 169.254.169.254 tcp/80: deny", ""},
		{"plural prefixes and ports", subnetG + rule("d", `access = "Deny"`, "priority = 200") +
			rule("a", `source_address_prefixes = ["10.9.0.0/16", "10.8.0.1"]`, `destination_port_ranges = ["80", "90-99"]`, `protocol = "Tcp"`),
			"10.9.1.1 > a tcp/95: allow; 10.8.0.1 > a tcp/80: allow; 10.8.0.2 > a tcp/80: deny; 10.9.1.1 > a tcp/81: deny", ""},
		{"source ports", subnetG + rule("d", `access = "Deny"`, "priority = 200") + rule("a", `protocol = "Udp"`, `source_port_range = "40000-40001"`),
			"10.9.1.1 > a udp/95: allow", ""},
		{"words in any case", subnetG + rule("d", `access = "deny"`, `direction = "inbound"`, `protocol = "TCP"`), "b > a tcp/80: deny", ""},
		{"Icmp is ICMP, and perhaps ICMPv6", subnetG + rule("i", `protocol = "Icmp"`) + rule("d", `access = "Deny"`, "priority = 200"),
			"10.9.1.1 > a icmp: allow; 2001:db8:9::1 > a6 icmpv6: unknown; 2001:db8:9::1 > a6 tcp/80: deny", ""},
		{"Icmp from IPv4", subnetG + rule("i", `protocol = "Icmp"`, `source_address_prefix = "0.0.0.0/0"`) + rule("d", `access = "Deny"`, "priority = 200"),
			"10.9.1.1 > a icmp: allow; 2001:db8:9::1 > a6 icmpv6: deny", ""},
		{"0.0.0.0/0 is IPv4, * is both", subnetG + rule("f", `source_address_prefix = "0.0.0.0/0"`, `access = "Deny"`) + rule("a", "priority = 200"),
			"10.9.1.1 > a tcp/80: deny; 2001:db8:9::1 > a6 tcp/80: allow", ""},
		{"Esp and Ah", subnetG + rule("e", `protocol = "Esp"`) + rule("h", `protocol = "Ah"`, "priority = 101") + rule("d", `access = "Deny"`, "priority = 200"),
			"10.9.1.1 > a esp: allow; 10.9.1.1 > a ah: allow; 10.9.1.1 > a gre: deny", ""},
		{"ports under any protocol", subnetG + rule("p", `destination_port_range = "80"`) + rule("d", `access = "Deny"`, "priority = 200"),
			"10.9.1.1 > a tcp/80: allow; 10.9.1.1 > a udp/80: allow; 10.9.1.1 > a tcp/81: deny; 10.9.1.1 > a icmp: unknown", ""},
		{"ASG by reference", subnetG + rule("a", "source_application_security_group_ids = [azurerm_application_security_group.web.id]") + rule("d", `access = "Deny"`, "priority = 200"),
			"c > a tcp/80: allow; 10.9.1.1 > a tcp/80: deny", ""},
		{"ASG by id, whatever its case", subnetG + rule("a", `source_application_security_group_ids = ["/S/ASG/Web"]`) + rule("d", `access = "Deny"`, "priority = 200"),
			"c > a tcp/80: allow; 10.9.1.1 > a tcp/80: deny", ""},
		{"a service tag is not known", subnetG + rule("a", `source_address_prefix = "VirtualNetwork"`) + rule("d", `access = "Deny"`, "priority = 200"),
			"b > a tcp/80: unknown", "service-tag"},
		{"the load balancer's tag is one address", subnetG + rule("a", `source_address_prefix = "AzureLoadBalancer"`) + rule("d", `access = "Deny"`, "priority = 200"),
			"168.63.129.16 > a tcp/80: allow; 10.9.1.1 > a tcp/80: deny", ""},
		{"groups of subnet and card must both allow", subnetG + rule("d", `access = "Deny"`, `protocol = "Tcp"`) + rule("a", "priority = 200") +
			asH(groupG+onCard+rule("u", `access = "Deny"`, `protocol = "Udp"`)+rule("x", "priority = 200")),
			"10.9.1.1 > a tcp/80: deny; 10.9.1.1 > a udp/80: deny; 10.9.1.1 > a icmp: allow; 10.9.1.1 > b udp/80: allow", ""},
		{"two groups on one subnet, which has one", subnetG + rule("d", `access = "Deny"`) + asH(strings.Replace(subnetG, `"app" {`, `"app2" {`, 1)+rule("u")),
			"10.9.1.1 > a tcp/80: unknown; 10.9.1.1 > c tcp/80: allow", "contradiction"},
		{"two groups on one card, which has one", groupG + onCard + rule("d", `access = "Deny"`) + asH(groupG+strings.Replace(onCard, `"n" {`, `"n2" {`, 1)+rule("u")),
			"10.9.1.1 > a tcp/80: unknown; 10.9.1.1 > b tcp/80: allow", "contradiction"},
		{"a group twice on one subnet", subnetG + rule("d", `access = "Deny"`) + strings.Replace(onApp, "association\" \"", "association\" \"again", 1),
			"10.9.1.1 > a tcp/80: deny", ""},
		{"rules inside the group", "resource \"azurerm_network_security_group\" \"g\" {\n  name = \"g\"\n  security_rule {\n" + inline(`access = "Deny"`) + "  }\n}\n" + onApp,
			"b > a tcp/80: deny", ""},
		{"rules as an attribute", "resource \"azurerm_network_security_group\" \"g\" {\n  name = \"g\"\n  security_rule = [{\n" + inline(`access = "Deny"`) + "  }]\n}\n" + onApp,
			"b > a tcp/80: deny", ""},
		{"the same rule inside and beside, as a state has it", "resource \"azurerm_network_security_group\" \"g\" {\n  name = \"g\"\n  security_rule {\n" + inline(`access = "Deny"`) + "  }\n}\n" + onApp +
			rule("r", `access = "Deny"`), "b > a tcp/80: deny", ""},
		{"two rules of one priority", subnetG + rule("a") + rule("d", `access = "Deny"`), "10.9.1.1 > a icmp: unknown", "priority-collision"},
		{"one priority in two directions", subnetG + rule("a") + rule("d", `access = "Deny"`, `direction = "Outbound"`), "10.9.1.1 > a tcp/80: allow; a > 10.9.1.1 tcp/80: deny", ""},
		{"an unknown address", subnetG + "variable \"v\" {\n}\n" + rule("a", "source_address_prefix = var.v") + rule("d", `access = "Deny"`, "priority = 200"),
			"10.9.1.1 > a tcp/80: unknown; a > 10.9.1.1 tcp/80: unknown", "unknown-value"},
		{"an unknown access", subnetG + "variable \"v\" {\n}\n" + rule("a", "access = var.v") + rule("d", `access = "Deny"`, "priority = 200"), "10.9.1.1 > a tcp/80: unknown", "unknown-value"},
		{"an unknown priority", subnetG + "variable \"v\" {\n}\n" + rule("a", "priority = var.v") + rule("d", `access = "Deny"`, "priority = 200"), "10.9.1.1 > a tcp/80: unknown", "unknown-value"},
		{"an unknown direction", subnetG + "variable \"v\" {\n}\n" + rule("a", "direction = var.v") + rule("d", `access = "Deny"`, "priority = 200"), "10.9.1.1 > a tcp/80: unknown", "unknown-value"},
		{"an unknown port", subnetG + "variable \"v\" {\n}\n" + rule("a", "destination_port_range = var.v", `protocol = "Tcp"`) + rule("d", `access = "Deny"`, "priority = 200"),
			"10.9.1.1 > a tcp/80: unknown; 10.9.1.1 > a udp/80: deny", "unknown-value"},
		{"an unknown protocol", subnetG + "variable \"v\" {\n}\n" + rule("a", "protocol = var.v") + rule("d", `access = "Deny"`, "priority = 200"), "10.9.1.1 > a udp/80: unknown", "unknown-value"},
		{"a rule that may not be", subnetG + "variable \"v\" {\n}\n" + rule("a", "count = var.v") + rule("d", `access = "Deny"`, "priority = 200"), "10.9.1.1 > a udp/80: unknown", "unknown-value"},
		{"a rule of which group?", subnetG + "variable \"v\" {\n}\n" + rule("a", "network_security_group_name = upper(var.v)") + rule("d", `access = "Deny"`, "priority = 200"),
			"10.9.1.1 > a udp/80: unknown", "unknown-value"},
		{"a rule of a group elsewhere", subnetG + rule("a", `network_security_group_name = "elsewhere"`) + rule("d", `access = "Deny"`, "priority = 200"), "10.9.1.1 > a udp/80: deny; 10.9.1.1 > c udp/80: unknown", "group-elsewhere"},
		{"a rule by the group's name", subnetG + rule("d", `network_security_group_name = "g"`, `access = "Deny"`), "10.9.1.1 > a udp/80: deny", ""},
		{"a subnet with a group elsewhere", strings.ReplaceAll(onApp, "azurerm_network_security_group.g.id", `"/S/nsg/x"`), "10.9.1.1 > a udp/80: unknown", "group-elsewhere"},
		{"a group on nothing", groupG + rule("d", `access = "Deny"`), "10.9.1.1 > a udp/80: unknown", "group-unattached"},
		{"a group that is handed out", groupG + rule("d", `access = "Deny"`) + "output \"o\" {\n  value = { x = azurerm_network_security_group.g.id }\n}\n", "10.9.1.1 > a udp/80: unknown", ""},
		{"a group on a card", groupG + onCard + rule("d", `access = "Deny"`), "10.9.1.1 > a udp/80: deny; 10.9.1.1 > b udp/80: allow", ""},
		{"a group on a scale set", groupG + rule("d", `access = "Deny"`) + "resource \"azurerm_linux_virtual_machine_scale_set\" \"s\" {\n  network_interface {\n    network_security_group_id = azurerm_network_security_group.g.id\n  }\n}\n",
			"10.9.1.1 > a udp/80: deny; 10.9.1.1 > b udp/80: allow", ""},
		{"a group in a subnet's own field", groupG + rule("d", `access = "Deny"`) + "resource \"azurerm_subnet\" \"app\" {\n  network_security_group_id_wo = azurerm_network_security_group.g.id\n}\n",
			"10.9.1.1 > a udp/80: deny; 10.9.1.1 > c udp/80: allow", ""},
		{"a group in a network's subnet", groupG + rule("d", `access = "Deny"`) + "resource \"azurerm_virtual_network\" \"v\" {\n  subnet {\n    name = \"app\"\n    security_group = azurerm_network_security_group.g.id\n  }\n}\n",
			"10.9.1.1 > a udp/80: deny; 10.9.1.1 > c udp/80: allow", ""},
		{"a network manager's rules", subnetG + rule("d", `access = "Deny"`) + "resource \"azurerm_network_manager_admin_rule\" \"r\" {\n  priority = 1\n}\n",
			"10.9.1.1 > a udp/80: deny; a > c udp/80: unknown", "not-modelled"},
		{"a tag among prefixes", subnetG + rule("a", `source_address_prefixes = ["10.9.0.0/16", "Internet"]`) + rule("d", `access = "Deny"`, "priority = 200"),
			"10.9.1.1 > a udp/80: allow; 10.8.1.1 > a udp/80: unknown", "invalid-rule service-tag"},
		{"host bits", subnetG + rule("a", `source_address_prefix = "10.9.1.1/16"`) + rule("d", `access = "Deny"`, "priority = 200"), "10.9.7.7 > a udp/80: allow", "invalid-rule"},
		{"overlapping prefixes", subnetG + rule("a", `source_address_prefixes = ["10.9.0.0/16", "10.9.1.0/24"]`), "10.9.7.7 > a udp/80: allow", "invalid-rule"},
		{"both families", subnetG + rule("a", `source_address_prefixes = ["10.9.0.0/16", "2001:db8:9::/64"]`), "10.9.7.7 > a udp/80: allow", "invalid-rule"},
		{"no address at all", subnetG + rule("a", `source_address_prefix = "10.9"`) + rule("d", `access = "Deny"`, "priority = 200"), "10.9.7.7 > a udp/80: unknown", "invalid-rule"},
		{"no port at all", subnetG + rule("a", `destination_port_range = "90-80"`, `protocol = "Tcp"`) + rule("d", `access = "Deny"`, "priority = 200"), "10.9.7.7 > a tcp/80: unknown", "invalid-rule"},
		{"priority out of range", subnetG + rule("a", "priority = 99") + rule("d", `access = "Deny"`, "priority = 200"), "10.9.7.7 > a tcp/80: unknown", "invalid-rule"},
		{"ports for what has none", subnetG + rule("a", `protocol = "Esp"`, `destination_port_range = "80"`) + rule("d", `access = "Deny"`, "priority = 200"), "10.9.7.7 > a esp: unknown", "invalid-rule"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, findings := azure.New(azure.Options{}).Decode(read(t, tt.hcl))
			if err := p.Validate(); err != nil {
				t.Fatal(err)
			}
			for _, row := range strings.Split(tt.verdicts, "; ") {
				text, want, _ := cutLast(row, ": ")
				if got := p.Explain(flow(text), people()); got.Verdict.String() != want {
					t.Errorf("%s: %s, want %s: %+v", text, got.Verdict, want, got.Request)
				}
			}
			if got := strings.Join(codes(findings), " "); got != tt.codes {
				t.Errorf("findings %v, want %q", findings, tt.codes)
			}
		})
	}
}

// asH is configuration of group "g" as one of a group "h".
func asH(hcl string) string {
	return strings.NewReplacer(`"g"`, `"h"`, "security_group.g.", "security_group.h.").Replace(hcl)
}

// inline is the body of a rule inside a group, the same as rule writes it.
func inline(fields ...string) string {
	lines := strings.Split(rule("r", fields...), "\n")
	lines = slices.DeleteFunc(lines[1:len(lines)-2], func(l string) bool { return strings.Contains(l, "network_security_group_name") })
	return strings.Join(lines, "\n") + "\n"
}

func cutLast(s, sep string) (before, after string, ok bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

// FuzzDecode: whatever stands in a rule, decoding it gives a valid policy, and whatever it
// takes for sure it finds nothing wrong with.
func FuzzDecode(f *testing.F) {
	f.Add("Inbound", "Allow", "Tcp", "80", "10.0.0.0/8", int64(100))
	f.Add("Outbound", "Deny", "*", "80-90", "Internet", int64(4096))
	f.Add("inbound", "Allow", "Icmp", "*", "10.0.0.9-10.0.0.1", int64(65000))
	f.Add("", "", "6", "-", "::ffff:10.0.0.1/104", int64(-1))
	f.Fuzz(func(t *testing.T, direction, access, protocol, port, address string, priority int64) {
		var b terraform.Body
		b.Set("name", terraform.String("r"))
		b.Set("priority", terraform.Int(priority))
		for name, v := range map[string]string{"direction": direction, "access": access, "protocol": protocol, "source_port_range": "*",
			"destination_port_range": port, "source_address_prefix": address, "destination_address_prefix": "*"} {
			b.Set(name, terraform.String(v))
		}
		b.Set("network_security_group_name", terraform.String("g"))
		var g, a terraform.Body
		g.Set("name", terraform.String("g"))
		a.Set("subnet_id", terraform.String("/s/app"))
		a.Set("network_security_group_id", terraform.String("g"))
		m := terraform.Module{Resources: []terraform.Resource{{Type: "azurerm_network_security_group", Name: "g", Body: g},
			{Type: "azurerm_network_security_rule", Name: "r", Body: b},
			{Type: "azurerm_subnet_network_security_group_association", Name: "a", Body: a}}}
		p, findings := azure.New(azure.Options{}).Decode(m)
		if err := p.Validate(); err != nil {
			t.Fatal(err)
		}
		if len(findings) > 0 {
			return
		}
		if !slices.Contains([]string{"inbound", "outbound"}, strings.ToLower(direction)) || !slices.Contains([]string{"allow", "deny"}, strings.ToLower(access)) ||
			priority < 100 || priority > 4096 {
			t.Errorf("%q %q %d: taken without a word", direction, access, priority)
		}
	})
}

// Which addresses VirtualNetwork and Internet stand for is what is known of the networks, and no list would tell ("Virtual network service tags"). That of
// others needs one.
func TestTagsOfNoListAreNoWarning(t *testing.T) {
	for tag, want := range map[string]model.Severity{"VirtualNetwork": model.Info, "internet": model.Info, "Storage": model.Warning} {
		_, findings := azure.New(azure.Options{}).Decode(read(t, subnetG+rule("a", fmt.Sprintf("source_address_prefix = %q", tag))))
		if len(findings) != 1 || findings[0].Code != "service-tag" || findings[0].Severity != want {
			t.Errorf("%s: %v", tag, findings)
		}
	}
}
