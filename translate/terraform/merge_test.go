package tfsource_test

import (
	"fmt"
	"strings"
	"testing"

	tfsource "github.com/crosswall/crosswall/translate/terraform"
)

// sg writes security groups that may send anything to IPv4.
func sg(names ...string) string {
	out := ""
	for _, n := range names {
		out += fmt.Sprintf("resource \"aws_security_group\" %q {\n  name = %q\n}\n", n, n) +
			sgRule("egress", n+"_out", "aws_security_group."+n+".id", `ip_protocol = "-1"`, `cidr_ipv4 = "0.0.0.0/0"`)
	}
	return out
}

// sgRule writes a rule of a group.
func sgRule(dir, name, group string, lines ...string) string {
	return fmt.Sprintf("resource \"aws_vpc_security_group_%s_rule\" %q {\n  security_group_id = %s\n  %s\n}\n", dir, name, group, strings.Join(lines, "\n  "))
}

func tcp(port int, peer string) []string {
	return []string{`ip_protocol = "tcp"`, fmt.Sprintf("from_port = %d\n  to_port = %d", port, port), peer}
}

func ingress(name string, port int, peer string) string {
	return sgRule("ingress", name, "aws_security_group.db.id", tcp(port, peer)...)
}

// nacl writes a network ACL on a subnet, with entries "number action protocol cidr port" and
// everything admitted on the way out.
func nacl(entries ...string) string {
	out := "resource \"aws_subnet\" \"s\" {\n  cidr_block = \"10.0.1.0/24\"\n}\nresource \"aws_network_acl\" \"a\" {\n  subnet_ids = [aws_subnet.s.id]\n" +
		"  egress {\n    rule_no = 1\n    action = \"allow\"\n    protocol = \"-1\"\n    cidr_block = \"0.0.0.0/0\"\n    from_port = 0\n    to_port = 0\n  }\n"
	for _, e := range entries {
		f := strings.Fields(e)
		out += fmt.Sprintf("  ingress {\n    rule_no = %s\n    action = %q\n    protocol = %q\n    cidr_block = %q\n    from_port = %s\n    to_port = %s\n  }\n", f[0], f[1], f[2], f[3], f[4], f[4])
	}
	return out + "}\n"
}

// firewall writes a rule of the network main.
func firewall(name string, lines ...string) string {
	return fmt.Sprintf("resource \"google_compute_firewall\" %q {\n  name = %q\n  network = \"main\"\n  %s\n}\n", name, name, strings.Join(lines, "\n  "))
}

// nsg writes a group on a subnet, with rules "priority action source port".
func nsg(rules ...string) string {
	out := "resource \"azurerm_subnet\" \"s\" {\n  name = \"s\"\n  address_prefixes = [\"10.0.1.0/24\"]\n}\n" +
		"resource \"azurerm_subnet_network_security_group_association\" \"a\" {\n  subnet_id = azurerm_subnet.s.id\n  network_security_group_id = azurerm_network_security_group.g.id\n}\n" +
		"resource \"azurerm_network_security_group\" \"g\" {\n  name = \"g\"\n}\n"
	for i, r := range rules {
		f := strings.Fields(r)
		out += fmt.Sprintf("resource \"azurerm_network_security_rule\" \"r%d\" {\n  name = \"r%d\"\n  network_security_group_name = azurerm_network_security_group.g.name\n"+
			"  priority = %s\n  access = %q\n  direction = \"Inbound\"\n  protocol = \"Tcp\"\n  source_port_range = \"*\"\n  destination_port_range = %q\n  destination_address_prefix = \"*\"\n  %s\n}\n",
			i, i, f[0], f[1], f[3], peerOf(f[2]))
	}
	return out
}

func peerOf(s string) string {
	if strings.HasPrefix(s, "azurerm_") {
		return "source_application_security_group_ids = [" + s + ".id]"
	}
	return fmt.Sprintf("source_address_prefix = %q", s)
}

// Ways to write the same, and not quite the same.
func TestCompareConfigurations(t *testing.T) {
	const (
		web, db = "aws_security_group.web", "aws_security_group.db"
		allow80 = "allow {\n    protocol = \"tcp\"\n    ports = [\"80\"]\n  }"
	)
	any4, net := `cidr_ipv4 = "0.0.0.0/0"`, `cidr_ipv4 = "10.0.0.0/8"`
	inline := "resource \"aws_security_group\" \"db\" {\n  name = \"db\"\n  ingress {\n    protocol = \"tcp\"\n    from_port = 80\n    to_port = 80\n    cidr_blocks = [\"10.0.0.0/8\"]\n  }\n" +
		"  egress {\n    protocol = \"-1\"\n    from_port = 0\n    to_port = 0\n    cidr_blocks = [\"0.0.0.0/0\"]\n  }\n}\n"
	asg := "resource \"azurerm_application_security_group\" \"web\" {\n  name = \"web\"\n}\n"
	for _, row := range []struct {
		name, a, b string
		rows       []string
	}{
		{"inline rules to rules of their own", inline, sg("db") + ingress("r", 80, net), nil},
		{"another order and other names", sg("web", "db") + ingress("r", 80, net) + ingress("s", 90, any4), ingress("x", 90, any4) + sg("db", "web") + ingress("y", 80, net), nil},
		{"a narrower rule under a wider one", sg("db") + ingress("r", 80, any4), sg("db") + ingress("r", 80, any4) + ingress("s", 80, net), nil},
		{"0.0.0.0/0 in halves", sg("db") + ingress("r", 80, any4), sg("db") + ingress("r", 80, `cidr_ipv4 = "0.0.0.0/1"`) + ingress("s", 80, `cidr_ipv4 = "128.0.0.0/1"`), nil},
		{"an IPv6 twin", sg("db") + ingress("r", 80, any4), sg("db") + ingress("r", 80, any4) + ingress("s", 80, `cidr_ipv6 = "::/0"`),
			[]string{"+ 2001:db8::1 > " + db + "@2001:db8::2 tcp/80", "= 192.0.2.1 > " + db + " tcp/80"}},
		{"-1 and ports", sg("db") + sgRule("ingress", "r", db+".id", `ip_protocol = "-1"`, any4), sg("db") + sgRule("ingress", "r", db+".id", `ip_protocol = "-1"`, any4, "from_port = 80\n  to_port = 80"), nil},
		{"an old kind of rule", sg("db") + ingress("r", 80, any4),
			sg("db") + "resource \"aws_security_group_rule\" \"r\" {\n  security_group_id = aws_security_group.db.id\n  type = \"ingress\"\n  protocol = \"tcp\"\n  from_port = 80\n  to_port = 80\n  cidr_blocks = [\"0.0.0.0/0\"]\n}\n", nil},
		{"a peer by group", sg("web", "db") + ingress("r", 80, "referenced_security_group_id = aws_security_group.web.id"), sg("web", "db"),
			[]string{"- " + web + " > " + db + " tcp/80", "= 192.0.2.1 > " + db + " tcp/80"}},
		{"another address, the same name", sg("db") + ingress("r", 80, any4), strings.ReplaceAll(strings.ReplaceAll(sg("db")+ingress("r", 80, any4), "aws_security_group.db", "aws_security_group.this"), `"aws_security_group" "db"`, `"aws_security_group" "this"`), nil},
		{"a new group", sg("db") + ingress("r", 80, any4), sg("db", "web") + ingress("r", 80, any4) + sgRule("ingress", "w", web+".id", tcp(443, any4)...),
			[]string{"+ 192.0.2.1 > " + web + " tcp/443", "+ " + web + " > " + db + " tcp/80", "= 192.0.2.1 > " + web + " tcp/80", "= 192.0.2.1 > " + db + " tcp/80"}},
		{"a group that goes", sg("db", "web") + sgRule("ingress", "w", web+".id", tcp(443, any4)...), sg("db"),
			[]string{"- 192.0.2.1 > " + web + " tcp/443", "- " + web + " > 192.0.2.1 tcp/443"}},
		{"the first rule of a group elsewhere", sg("db"), sg("db") + sgRule("ingress", "r", `"sg-0999"`, tcp(22, any4)...),
			[]string{"+ 192.0.2.1 > sg-0999 tcp/22", "+ " + db + " > sg-0999 tcp/22", "= 192.0.2.1 > sg-0999 tcp/80", "= sg-0999 > " + db + " tcp/80"}},
		{"a peer elsewhere", sg("db") + ingress("r", 80, any4), sg("db") + ingress("r", 80, any4) + ingress("s", 90, `referenced_security_group_id = "sg-0999"`),
			[]string{"+ sg-0999 > " + db + " tcp/90", "= sg-0999 > " + db + " tcp/80"}},
		{"a prefix list of AWS", sg("db"), sg("db") + ingress("s", 90, `prefix_list_id = "pl-63a5400a"`),
			[]string{"+ pl-63a5400a@52.216.0.1 > " + db + " tcp/90", "= 52.216.0.1 > " + db + " tcp/90"}},
		{"a variable without a value", "variable \"cidr\" {}\n" + sg("db") + ingress("r", 80, "cidr_ipv4 = var.cidr"), sg("db"),
			[]string{"? 192.0.2.1 > " + db + " tcp/80", "= 192.0.2.1 > " + db + " tcp/81"}},
		{"an instance in two groups", sg("web", "db") + ingress("r", 80, "referenced_security_group_id = aws_security_group.web.id"),
			sg("web", "db") + ingress("r", 80, "referenced_security_group_id = aws_security_group.web.id") +
				"resource \"aws_instance\" \"i\" {\n  vpc_security_group_ids = [aws_security_group.db.id, aws_security_group.web.id]\n}\n" + sgRule("ingress", "w", web+".id", tcp(90, `referenced_security_group_id = aws_security_group.db.id`)...),
			[]string{"+ " + db + " > " + web + " tcp/90", "+ " + db + " + " + web + " > " + db + " + " + web + " tcp/90", "+ " + db + " + " + web + " > " + web + " tcp/90", "= " + db + " + " + web + " > " + db + " tcp/80"}},

		{"a NACL with a deny above the allow", nacl("100 allow tcp 0.0.0.0/0 80"), nacl("90 deny tcp 198.51.100.0/24 80", "100 allow tcp 0.0.0.0/0 80"),
			[]string{"- 198.51.100.1 > somebody else in the VPC@10.0.1.5 tcp/80", "= 192.0.2.1 > somebody else in the VPC@10.0.1.5 tcp/80"}},
		{"a NACL with a deny below the allow", nacl("100 allow tcp 0.0.0.0/0 80"), nacl("100 allow tcp 0.0.0.0/0 80", "110 deny tcp 198.51.100.0/24 80"), nil},
		{"a NACL renumbered", nacl("100 allow tcp 0.0.0.0/0 80", "200 deny tcp 0.0.0.0/0 81"), nacl("10 allow tcp 0.0.0.0/0 80"), nil},
		{"a first NACL for a subnet", "resource \"aws_subnet\" \"s\" {\n  cidr_block = \"10.0.1.0/24\"\n}\n", nacl("100 allow tcp 0.0.0.0/0 80"),
			[]string{"- 192.0.2.1 > somebody else in the VPC@10.0.1.5 tcp/81", "= 192.0.2.1 > somebody else in the VPC@10.0.1.5 tcp/80", "= somebody else in the VPC@10.0.1.4 > somebody else in the VPC@10.0.1.5 tcp/81"}},
		{"a NACL on a subnet by id", strings.Replace(nacl("100 allow tcp 0.0.0.0/0 80"), "aws_subnet.s.id", `"subnet-1"`, 1), strings.Replace(nacl("100 allow tcp 0.0.0.0/0 81"), "aws_subnet.s.id", `"subnet-1"`, 1),
			[]string{"- 192.0.2.1 > subnet-1 tcp/80", "+ 192.0.2.1 > subnet-1 tcp/81"}},

		{"ranges or tags", firewall("r", `source_ranges = ["192.0.2.0/24"]`, `source_tags = ["web"]`, `target_tags = ["db"]`, allow80),
			firewall("r", `source_ranges = ["192.0.2.0/24"]`, `target_tags = ["db"]`, allow80) + firewall("s", `source_tags = ["web"]`, `target_tags = ["db"]`, allow80), nil},
		{"ranges and no tags", firewall("r", `source_ranges = ["192.0.2.0/24"]`, `source_tags = ["web"]`, `target_tags = ["db"]`, allow80), firewall("r", `source_ranges = ["192.0.2.0/24"]`, `target_tags = ["db"]`, allow80),
			[]string{"- network main + tag web@10.0.0.1 > network main + tag db tcp/80", "= network main + tag web@192.0.2.5 > network main + tag db tcp/80", "= 192.0.2.5 > network main + tag db tcp/80"}},
		{"the first rule of a network that exists", "resource \"google_compute_address\" \"a\" {}\n", firewall("r", `source_ranges = ["192.0.2.0/24"]`, `target_tags = ["db"]`, allow80),
			[]string{"+ 192.0.2.5 > network main + tag db tcp/80", "= 192.0.2.5 > network main tcp/80", "= network main > 192.0.2.5 tcp/80"}},
		{"a first deny on the way out", firewall("r", `source_ranges = ["192.0.2.0/24"]`, allow80), firewall("r", `source_ranges = ["192.0.2.0/24"]`, allow80) + firewall("s", `direction = "EGRESS"`, `target_tags = ["db"]`, `destination_ranges = ["198.51.100.0/24"]`, "deny {\n    protocol = \"all\"\n  }"),
			[]string{"- network main + tag db > 198.51.100.1 tcp/80", "= network main > 198.51.100.1 tcp/80"}},
		{"no direction is INGRESS, no priority is 1000", firewall("r", `source_ranges = ["0.0.0.0/0"]`, allow80), firewall("r", `source_ranges = ["0.0.0.0/0"]`, `direction = "INGRESS"`, "priority = 1000", allow80), nil},

		{"an NSG with a rule more", nsg("4096 Deny * *"), nsg("4096 Deny * *", "100 Allow 192.0.2.0/24 443"),
			[]string{"+ 192.0.2.1 > somebody else in the virtual network@10.0.1.4 tcp/443", "= 192.0.2.1 > somebody else in the virtual network@10.0.2.4 tcp/443"}},
		{"rules by service tags", nsg("4096 Deny * *", "100 Allow Internet 443"), nsg("4096 Deny * *", "100 Allow Storage 443"),
			[]string{"- 192.0.2.1 > somebody else in the virtual network@10.0.1.4 tcp/443", "= service tag Storage@20.0.0.1 > somebody else in the virtual network@10.0.1.4 tcp/443"}},
		{"the default rules are there on both sides", nsg("100 Allow 192.0.2.0/24 443"), nsg("100 Allow 192.0.2.0/25 443", "101 Allow 192.0.2.128/25 443"), nil},
		{"an application security group", asg + nsg("4096 Deny * *"), asg + nsg("4096 Deny * *", "100 Allow azurerm_application_security_group.web 443"),
			[]string{"+ azurerm_application_security_group.web@10.0.2.4 > somebody else in the virtual network@10.0.1.4 tcp/443", "= 192.0.2.1 > somebody else in the virtual network@10.0.1.4 tcp/443"}},

		{"two clouds, one change", sg("db") + firewall("r", `source_ranges = ["0.0.0.0/0"]`, allow80), sg("db") + ingress("r", 80, any4) + firewall("r", `source_ranges = ["0.0.0.0/0"]`, allow80),
			[]string{"+ 192.0.2.1 > " + db + " tcp/80", "= 192.0.2.1 > network main tcp/80", "+ network main > " + db + " tcp/80"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			differ(t, folder(t, row.a), folder(t, row.b), row.rows...)
		})
	}
}

// Who there is in a configuration.
func TestMembers(t *testing.T) {
	for _, row := range []struct{ name, hcl, want string }{
		{"nothing", "resource \"random_id\" \"x\" {}\n", ""},
		{"groups and peers", sg("web") + sgRule("ingress", "r", "aws_security_group.web.id", tcp(80, `referenced_security_group_id = "sg-0999"`)...), "aws_security_group.web; sg-0999"},
		{"a subnet without known addresses", "variable \"v\" {}\n" + strings.Replace(nacl(), `"10.0.1.0/24"`, "var.v", 1), "aws_subnet.s; somebody else in the VPC"},
		{"a subnet with addresses", nacl(), "somebody else in the VPC"},
		{"tags and accounts", firewall("r", `source_tags = ["b"]`, `target_tags = ["a"]`, "allow {\n    protocol = \"all\"\n  }"), "network main; network main + tag a; network main + tag b"},
		{"two networks of one name", firewall("r", "project = \"p\"", `source_ranges = ["0.0.0.0/0"]`, "allow {\n    protocol = \"all\"\n  }") + firewall("s", "project = \"q\"", `source_ranges = ["0.0.0.0/0"]`, "allow {\n    protocol = \"all\"\n  }"),
			"network p/main; network q/main"},
		{"an instance with two tags", firewall("r", `source_tags = ["b"]`, `target_tags = ["a"]`, "allow {\n    protocol = \"all\"\n  }") +
			"resource \"google_compute_instance\" \"i\" {\n  tags = [\"b\", \"a\", \"c\"]\n  network_interface {\n    network = \"main\"\n  }\n}\n",
			"network main; network main + tag a; network main + tag a + tag b; network main + tag b"},
		{"behind an NSG", "resource \"azurerm_network_security_group\" \"g\" {\n  name = \"g\"\n}\n", "interfaces behind azurerm_network_security_group.g; somebody else in the virtual network"},
		{"an NSG on an interface in an application security group", "resource \"azurerm_network_security_group\" \"g\" {\n  name = \"g\"\n}\nresource \"azurerm_network_interface\" \"n\" {\n  ip_configuration {\n    private_ip_address = \"10.0.0.4\"\n  }\n}\n" +
			"resource \"azurerm_network_interface_security_group_association\" \"a\" {\n  network_interface_id = azurerm_network_interface.n.id\n  network_security_group_id = azurerm_network_security_group.g.id\n}\n" +
			"resource \"azurerm_network_interface_application_security_group_association\" \"a\" {\n  network_interface_id = azurerm_network_interface.n.id\n  application_security_group_id = azurerm_application_security_group.web.id\n}\n" +
			"resource \"azurerm_application_security_group\" \"web\" {\n  name = \"web\"\n}\n",
			"azurerm_application_security_group.web; azurerm_application_security_group.web + azurerm_network_interface.n@10.0.0.4/32; somebody else in the virtual network"},
	} {
		if got := members(folder(t, row.hcl)); got != row.want {
			t.Errorf("%s: got %s, want %s", row.name, got, row.want)
		}
	}
}

// Parties of a state go by their address, and match those of configuration.
func TestStateAgainstConfiguration(t *testing.T) {
	const state = `{"version": 4, "terraform_version": "1.9.0", "serial": 1, "lineage": "x", "resources": [
		{"mode": "managed", "type": "aws_security_group", "name": "db", "instances": [{"attributes": {"id": "sg-1", "name": "db", "ingress": [], "egress": []}}]},
		{"mode": "managed", "type": "aws_vpc_security_group_ingress_rule", "name": "r", "instances": [{"attributes": {"id": "sgr-1", "security_group_id": "sg-1", "ip_protocol": "tcp", "from_port": 80, "to_port": %d, "cidr_ipv4": "0.0.0.0/0", "cidr_ipv6": null, "referenced_security_group_id": null, "prefix_list_id": null}}]},
		{"mode": "managed", "type": "aws_vpc_security_group_egress_rule", "name": "db_out", "instances": [{"attributes": {"security_group_id": "sg-1", "ip_protocol": "-1", "cidr_ipv4": "0.0.0.0/0"}}]}]}`
	have := document(t, fmt.Sprintf(state, 81))
	if got := members(have); got != "aws_security_group.db" {
		t.Errorf("members %s", got)
	}
	want := folder(t, sg("db")+ingress("r", 80, `cidr_ipv4 = "0.0.0.0/0"`))
	differ(t, want, document(t, fmt.Sprintf(state, 80)))
	differ(t, want, have, "+ 192.0.2.1 > aws_security_group.db tcp/81")
	// Moved in the state, it is the same by its id.
	differ(t, have, document(t, strings.ReplaceAll(fmt.Sprintf(state, 81), `"name": "db", "instances"`, `"name": "this", "instances"`)))
}

// What a plan opens and closes, of resources that do not exist yet.
func TestPlanBeforeAgainstAfter(t *testing.T) {
	const (
		group = `{"mode": "managed", "type": "aws_security_group", "name": "db", "change": {"actions": ["create"], "before": null, "after": {"name": "db"}, "after_unknown": {"id": true, "ingress": true, "egress": true}}}`
		rule  = `{"module_address": "module.rules", "mode": "managed", "type": "aws_vpc_security_group_ingress_rule", "name": "r", "change": {"actions": ["create"], "before": null,
			"after": {"ip_protocol": "tcp", "from_port": 80, "to_port": 80, "cidr_ipv4": "192.0.2.0/24", "cidr_ipv6": null}, "after_unknown": {"id": true, "security_group_id": true}}}`
		config = `{"resources": [{"mode": "managed", "type": "aws_security_group", "name": "db", "expressions": {"name": {"constant_value": "db"}}}],
			"module_calls": {"rules": {"expressions": {"group": {"references": ["aws_security_group.db.id", "aws_security_group.db"]}},
				"module": {"resources": [{"mode": "managed", "type": "aws_vpc_security_group_ingress_rule", "name": "r", "expressions": {"security_group_id": {"references": ["var.group"]}}}]}}}}`
	)
	plan := func(changes ...string) (before, after tfsource.Input) {
		text := fmt.Sprintf(`{"format_version": "1.2", "planned_values": {}, "resource_changes": [%s], "configuration": {"root_module": %s}}`, strings.Join(changes, ", "), config)
		before, after, fs, err := reader("plan.json").Plan(strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range fs {
			if f.Origin.File != "plan.json" {
				t.Errorf("origin of %v", f)
			}
		}
		return before, after
	}
	t.Run("a group with a rule from a module", func(t *testing.T) {
		before, after := plan(group, rule)
		differ(t, before, after, "+ 192.0.2.1 > aws_security_group.db tcp/80", "= 192.0.2.1 > aws_security_group.db tcp/81", "= 198.51.100.1 > aws_security_group.db tcp/80")
	})
	t.Run("a group that may have inline rules", func(t *testing.T) {
		before, after := plan(group)
		differ(t, before, after, "? 192.0.2.1 > aws_security_group.db tcp/80")
	})
	t.Run("a group made anew", func(t *testing.T) {
		anew := strings.Replace(strings.Replace(group, `["create"]`, `["delete", "create"]`, 1), `"before": null`, `"before": {"id": "sg-1", "name": "db", "ingress": [], "egress": []}`, 1)
		old := `{"mode": "managed", "type": "aws_vpc_security_group_ingress_rule", "name": "old", "change": {"actions": ["delete"], "after": null,
			"before": {"security_group_id": "sg-1", "ip_protocol": "tcp", "from_port": 80, "to_port": 90, "cidr_ipv4": "192.0.2.0/24"}}}`
		before, after := plan(anew, rule, old)
		differ(t, before, after, "- 192.0.2.1 > aws_security_group.db tcp/90", "= 192.0.2.1 > aws_security_group.db tcp/80")
	})
}
