package aws_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers/aws"
	"github.com/crosswall/crosswall/terraform"
)

// set puts values that only a plan has into resources, by "address attribute".
func set(t *testing.T, hcl string, values map[string]terraform.Value) terraform.Module {
	t.Helper()
	m, diags, err := terraform.Read(fstest.MapFS{"main.tf": {Data: []byte(hcl)}})
	if err != nil || diags.HasErrors() {
		t.Fatal(err, diags)
	}
	for path, v := range values {
		address, name, _ := strings.Cut(path, " ")
		for i, r := range m.Resources {
			if r.Address() == address {
				m.Resources[i].Set(name, v)
			}
		}
	}
	return m
}

// What is left open is unknown, and nothing else is (cloud semantics 9: inline rules and
// rules of their own exclude each other).
func TestDecodeOpen(t *testing.T) {
	computed, unknown := terraform.Computed("known after apply"), terraform.Unknown("known after apply")
	acl := func(more string) string {
		return "resource \"aws_network_acl\" \"db\" {\n  subnet_ids = [\"subnet-0db\"]\n}\n" + more
	}
	const (
		in80  = "  ip_protocol = \"tcp\"\n  from_port = 80\n  to_port = 80\n  cidr_ipv4 = \"0.0.0.0/0\""
		deny  = "resource \"aws_network_acl_rule\" \"i\" {\n  network_acl_id = %ACL\n  rule_number = 5\n  rule_action = \"deny\"\n  protocol = \"-1\"\n  cidr_block = \"0.0.0.0/0\"\n}\n"
		maybe = "variable \"v\" {}\n"
	)
	own, other := strings.ReplaceAll(deny, "%ACL", "aws_network_acl.db.id"), strings.ReplaceAll(deny, "%ACL", `"acl-other"`)
	for _, c := range []struct {
		name, hcl string
		values    map[string]terraform.Value
		packets   []string // "+", "-" or "?" and a packet
		finding   string
	}{
		{"inline rules computed, rules of their own", ruleDB(in80), map[string]terraform.Value{"aws_security_group.db ingress": computed, "aws_security_group.db egress": computed},
			[]string{"+ web > db tcp/80", "- web > db tcp/81", "- db > out tcp/80"}, ""},
		{"inline rules computed, none of their own", groupsWith("resource \"aws_security_group\" \"db\" {}\n"), map[string]terraform.Value{"aws_security_group.db ingress": computed},
			[]string{"? web > db tcp/80", "- db > out tcp/80"}, "unknown-value"},
		{"inline rules unknown beside rules of their own", ruleDB(in80), map[string]terraform.Value{"aws_security_group.db ingress": unknown},
			[]string{"+ web > db tcp/80", "? web > db tcp/81"}, "unknown-value"},
		{"the group of a rule unknown", ruleDB(in80), map[string]terraform.Value{"aws_vpc_security_group_ingress_rule.r security_group_id": unknown},
			[]string{"? web > db tcp/80", "- web > db tcp/81"}, "unknown-value"},
		{"a peer computed is not set", ruleDB(in80), map[string]terraform.Value{"aws_vpc_security_group_ingress_rule.r referenced_security_group_id": computed},
			[]string{"+ web > db tcp/80", "- web > db tcp/81"}, ""},
		{"for_each of rules unknown", maybe + strings.Replace(ruleDB(in80), "\"r\" {\n", "\"r\" {\n  for_each = var.v\n", 1), nil,
			[]string{"? web > db tcp/80", "- web > db tcp/81"}, "unknown-value"},
		{"for_each of groups unknown", maybe + strings.Replace(ruleDB(in80), "\"db\" {", "\"db\" {\n  for_each = var.v\n", 1), nil,
			[]string{"+ web > db tcp/80", "? web > db tcp/81"}, ""},
		{"dynamic inline rules unknown", maybe + groupsWith("resource \"aws_security_group\" \"db\" {\n  dynamic \"ingress\" {\n    for_each = var.v\n    content {}\n  }\n}\n"), nil,
			[]string{"? web > db tcp/80", "- db > out tcp/80"}, "unknown-value"},
		{"entries computed, entries of their own", acl(own), map[string]terraform.Value{"aws_network_acl.db ingress": computed, "aws_network_acl.db egress": computed},
			[]string{"- web > db tcp/80"}, ""},
		{"entries computed, none of their own", acl(""), map[string]terraform.Value{"aws_network_acl.db ingress": computed, "aws_network_acl.db egress": computed},
			[]string{"? web > db tcp/80", "? db > web tcp/80"}, "unknown-value"},
		{"dynamic entries unknown", maybe + aclDB("  dynamic \"ingress\" {\n    for_each = var.v\n    content {}\n  }\n"), nil,
			[]string{"? web > db tcp/80", "? web6 > db6 tcp/80"}, "unknown-value"},
		{"subnets unknown", acl(own), map[string]terraform.Value{"aws_network_acl.db subnet_ids": unknown},
			[]string{"? web > db tcp/80"}, "unknown-value"},
		{"for_each of entries unknown", maybe + strings.Replace(acl(own), "\"i\" {", "\"i\" {\n  count = var.v", 1), nil,
			[]string{"- web > db tcp/80"}, "unknown-value"},
		{"an entry of an ACL elsewhere", other, nil, []string{"? web > db tcp/80"}, "unknown-subnets"},
		{"an ACL elsewhere on a subnet", "resource \"aws_network_acl_association\" \"a\" {\n  network_acl_id = \"acl-other\"\n  subnet_id = \"subnet-0db\"\n}\n", nil,
			[]string{"? web > db tcp/80", "? db > web tcp/80"}, "unknown-subnets"},
		{"an ACL that is not known on a subnet", maybe + "resource \"aws_network_acl_association\" \"a\" {\n  network_acl_id = var.v\n  subnet_id = \"subnet-0db\"\n}\n",
			map[string]terraform.Value{"aws_network_acl_association.a network_acl_id": unknown}, []string{"? web > db tcp/80"}, "unknown-subnets"},
		{"for_each of a prefix list unknown", maybe + ruleDB("  ip_protocol = \"-1\"\n  prefix_list_id = aws_ec2_managed_prefix_list.p.id") +
			"resource \"aws_ec2_managed_prefix_list\" \"p\" {\n  count = var.v\n  entry {\n    cidr = \"10.0.0.0/8\"\n  }\n}\n", nil,
			[]string{"? web > db tcp/80", "- out > db tcp/80"}, ""},
		{"a prefix list of which an entry may be", ruleDB("  ip_protocol = \"-1\"\n  prefix_list_id = aws_ec2_managed_prefix_list.p.id") +
			"resource \"aws_ec2_managed_prefix_list_entry\" \"e\" {\n  prefix_list_id = \"\"\n  cidr = \"192.0.2.0/24\"\n}\nresource \"aws_ec2_managed_prefix_list\" \"p\" {\n  entry {\n    cidr = \"10.0.0.0/8\"\n  }\n}\n",
			map[string]terraform.Value{"aws_ec2_managed_prefix_list_entry.e prefix_list_id": unknown},
			[]string{"+ web > db tcp/80", "? out > db tcp/80"}, "unknown-value"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, fs := aws.New(aws.Options{}).Decode(set(t, c.hcl, c.values))
			if err := p.Validate(); err != nil {
				t.Fatal(err)
			}
			for _, s := range c.packets {
				want := map[byte]model.Verdict{'+': model.Allowed, '-': model.Denied, '?': model.Undecided}[s[0]]
				if d := p.Explain(packet(t, s[2:]), vpc()); d.Verdict != want {
					t.Errorf("%s: %s", s, d.Verdict)
				}
			}
			code := ""
			for _, f := range fs {
				if f.Severity > model.Info && code == "" {
					code = f.Code
				}
			}
			if code != c.finding {
				t.Errorf("finding %q, want %q: %v", code, c.finding, fs)
			}
		})
	}
}

// References of a plan are absolute: a rule in one module may belong to a group in another.
func TestDecodeAbsoluteReferences(t *testing.T) {
	m := terraform.Module{Resources: []terraform.Resource{
		{Type: "aws_security_group", Name: "db"},
		{Type: "aws_vpc_security_group_ingress_rule", Name: "r", Module: "module.rules", Body: terraform.Body{Attrs: []terraform.Attr{
			{Name: "security_group_id", Value: terraform.Ref("aws_security_group.db.id")},
			{Name: "ip_protocol", Value: terraform.String("-1")},
			{Name: "referenced_security_group_id", Value: terraform.Ref("module.web.aws_security_group.this[0].id")}}}},
	}}
	p, _ := aws.New(aws.Options{}).Decode(m)
	r := p.Layers[0].Ingress[1].Rules[0]
	if r.Target != model.Group("aws_security_group.db") || r.Peer != model.Group("module.web.aws_security_group.this[0]") {
		t.Errorf("target %v, peer %v", r.Target, r.Peer)
	}
}
