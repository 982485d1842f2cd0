package aws_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers/aws"
	"github.com/crosswall/crosswall/terraform"
)

// decodeHCL reads configuration and decodes it.
func decodeHCL(t *testing.T, hcl string) (model.Policy, []model.Finding) {
	t.Helper()
	m, diags, err := terraform.Read(fstest.MapFS{"main.tf": {Data: []byte(hcl)}})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range diags {
		t.Logf("terraform: %+v", d)
	}
	p, fs := aws.New(aws.Options{}).Decode(m)
	if err := p.Validate(); err != nil {
		t.Errorf("decoded policy: %v", err)
	}
	return p, fs
}

// vpc is who there is for the tests below: two members, each the only one of its
// group and subnet.
func vpc() model.Inventory {
	return model.Inventory{
		Members: []model.Member{
			{ID: "web", Addrs: model.MustPrefixes("10.0.1.0/24", "fd00:1::/64")},
			{ID: "db", Addrs: model.MustPrefixes("10.0.2.0/24", "fd00:2::/64")},
		},
		Groups: map[model.Group]model.Selector{
			"aws_security_group.web":        model.Identities{"web"},
			"aws_security_group.db":         model.Identities{"db"},
			"sg-0db":                        model.Identities{"db"},
			"aws_subnet.web":                model.At{Addrs: model.MustPrefixes("10.0.1.0/24", "fd00:1::/64")},
			"subnet-0db":                    model.At{Addrs: model.MustPrefixes("10.0.2.0/24", "fd00:2::/64")},
			"aws_security_group.all[\"w\"]": model.Identities{"web"},
		},
	}
}

// packet reads "web > db tcp/5432", with "out" for a stranger, "6" after a name for
// IPv6, and "icmp/8/0" or "47" for other protocols.
func packet(t *testing.T, s string) model.Flow {
	t.Helper()
	ends := map[string]model.Endpoint{
		"web": {ID: "web", Addr: addr("10.0.1.4")}, "web6": {ID: "web", Addr: addr("fd00:1::4")},
		"db": {ID: "db", Addr: addr("10.0.2.4")}, "db6": {ID: "db", Addr: addr("fd00:2::4")},
		"out": {Addr: addr("192.0.2.7")}, "out6": {Addr: addr("2001:db8::7")}, "imds": {Addr: addr("169.254.169.254")},
	}
	f := strings.Fields(s)
	flow := model.Flow{Src: ends[f[0]], Dst: ends[f[2]], SrcPort: 40000}
	parts := strings.Split(f[3], "/")
	number := func(i int) uint16 {
		n, err := strconv.ParseUint(parts[i], 10, 16)
		if err != nil {
			t.Fatalf("%s: %v", s, err)
		}
		return uint16(n)
	}
	switch parts[0] {
	case "tcp", "udp", "sctp":
		flow.Protocol = map[string]model.Protocol{"tcp": model.TCP, "udp": model.UDP, "sctp": model.SCTP}[parts[0]]
		flow.DstPort = number(1)
	case "icmp", "icmpv6":
		flow.Protocol = map[string]model.Protocol{"icmp": model.ICMP, "icmpv6": model.ICMPv6}[parts[0]]
		flow.ICMPType, flow.ICMPCode = uint8(number(1)), uint8(number(2))
		flow.SrcPort = 0
	default:
		flow.Protocol, flow.SrcPort = model.Protocol(number(0)), 0
	}
	return flow
}

// groupsWith is two groups that may send anything, and more.
func groupsWith(hcl string) string {
	return `
resource "aws_security_group" "web" {
  egress {
    from_port = 0
    to_port = 0
    protocol = "-1"
    cidr_blocks = ["0.0.0.0/0"]
    ipv6_cidr_blocks = ["::/0"]
  }
}
` + hcl
}

func inlineDB(rule string) string {
	return groupsWith("resource \"aws_security_group\" \"db\" {\n  ingress {\n" + rule + "\n  }\n}\n")
}

func ruleDB(rule string) string {
	return groupsWith("resource \"aws_security_group\" \"db\" {}\n" +
		"resource \"aws_vpc_security_group_ingress_rule\" \"r\" {\n  security_group_id = aws_security_group.db.id\n" + rule + "\n}\n")
}

func oldRuleDB(rule string) string {
	return groupsWith("resource \"aws_security_group\" \"db\" {}\n" +
		"resource \"aws_security_group_rule\" \"r\" {\n  security_group_id = aws_security_group.db.id\n" + rule + "\n}\n")
}

func aclDB(entry string) string {
	return "resource \"aws_network_acl\" \"db\" {\n  vpc_id = \"vpc-1\"\n  subnet_ids = [\"subnet-0db\"]\n" +
		"  egress {\n    rule_no = 100\n    action = \"allow\"\n    protocol = \"-1\"\n    from_port = 0\n    to_port = 0\n    cidr_block = \"0.0.0.0/0\"\n  }\n" +
		"  egress {\n    rule_no = 101\n    action = \"allow\"\n    protocol = \"-1\"\n    from_port = 0\n    to_port = 0\n    ipv6_cidr_block = \"::/0\"\n  }\n" +
		entry + "\n}\n"
}

func entryDB(entry string) string {
	return aclDB("") + "resource \"aws_network_acl_rule\" \"r\" {\n  network_acl_id = aws_network_acl.db.id\n  rule_number = 100\n" + entry + "\n}\n"
}

// TestDecode: one row per way to write a rule, with packets that pass (+), do not
// (-), or may (?).
func TestDecode(t *testing.T) {
	for _, c := range []struct {
		name, hcl string
		packets   []string
		findings  []string // codes beside those of severity Info
	}{
		{"no rules", groupsWith(`resource "aws_security_group" "db" {}`),
			[]string{"- web > db tcp/5432", "- db > web tcp/80", "- db > out tcp/443", "+ out > imds tcp/80", "+ db > imds tcp/80"}, nil},
		// cloud-semantics 1.1: protocols and ports of groups
		{"inline block", inlineDB("from_port = 5432\nto_port = 5432\nprotocol = \"tcp\"\ncidr_blocks = [\"10.0.1.0/24\"]"),
			[]string{"+ web > db tcp/5432", "- web > db tcp/5433", "- out > db tcp/5432", "- web6 > db6 tcp/5432"}, nil},
		{"inline attribute", groupsWith(`resource "aws_security_group" "db" {
  ingress = [{ from_port = 5432, to_port = 5433, protocol = "6", cidr_blocks = [], ipv6_cidr_blocks = ["fd00:1::/64"],
    prefix_list_ids = null, security_groups = [], self = false, description = "" }]
}`), []string{"+ web6 > db6 tcp/5433", "- web > db tcp/5433"}, nil},
		{"inline group and self", inlineDB("from_port = 0\nto_port = 0\nprotocol = \"-1\"\nsecurity_groups = [aws_security_group.web.id]\nself = true"),
			[]string{"+ web > db tcp/1", "+ web > db 47", "+ web6 > db6 icmpv6/128/0", "- out > db tcp/1"}, nil},
		{"-1 takes no account of ports", ruleDB("ip_protocol = \"-1\"\nfrom_port = 80\nto_port = 80\ncidr_ipv4 = \"10.0.0.0/8\""),
			[]string{"+ web > db tcp/5432", "+ web > db udp/1"}, nil},
		{"SCTP takes no account of ports", ruleDB("ip_protocol = \"132\"\nfrom_port = 80\nto_port = 80\ncidr_ipv4 = \"10.0.0.0/8\""),
			[]string{"+ web > db sctp/9", "- web > db tcp/80"}, nil},
		{"ICMP type and code", ruleDB("ip_protocol = \"icmp\"\nfrom_port = 3\nto_port = 4\ncidr_ipv4 = \"10.0.0.0/8\""),
			[]string{"+ web > db icmp/3/4", "- web > db icmp/3/3", "- web > db icmp/8/0"}, nil},
		{"ICMP type -1 forces code -1", ruleDB("ip_protocol = \"icmp\"\nfrom_port = -1\nto_port = 4\ncidr_ipv4 = \"10.0.0.0/8\""),
			[]string{"+ web > db icmp/8/0", "+ web > db icmp/3/1"}, nil},
		{"ICMPv6 without ports", ruleDB("ip_protocol = \"icmpv6\"\ncidr_ipv6 = \"::/0\""), []string{"+ web6 > db6 icmpv6/128/0", "- web6 > db6 tcp/1"}, nil},
		{"TCP without ports", ruleDB("ip_protocol = \"tcp\"\ncidr_ipv4 = \"10.0.0.0/8\""),
			[]string{"? web > db tcp/80", "- web > db udp/80"}, []string{"unknown-value"}},
		{"a reference", ruleDB("ip_protocol = \"tcp\"\nfrom_port = 1\nto_port = 9\nreferenced_security_group_id = aws_security_group.web.id"),
			[]string{"+ web > db tcp/9", "+ web6 > db6 tcp/9", "- out > db tcp/9"}, nil},
		{"host bits", ruleDB("ip_protocol = \"tcp\"\nfrom_port = 1\nto_port = 9\ncidr_ipv4 = \"10.0.1.77/24\""),
			[]string{"+ web > db tcp/9"}, []string{"host-bits"}},
		{"no CIDR block", ruleDB("ip_protocol = \"tcp\"\nfrom_port = 1\nto_port = 9\ncidr_ipv4 = \"internet\""),
			[]string{"? web > db tcp/9", "- web6 > db6 tcp/9"}, []string{"invalid-cidr"}},
		{"no peer", ruleDB("ip_protocol = \"tcp\"\nfrom_port = 1\nto_port = 9"), []string{"- web > db tcp/9"}, []string{"no-peer"}},
		{"reversed ports", ruleDB("ip_protocol = \"tcp\"\nfrom_port = 9\nto_port = 1\ncidr_ipv4 = \"10.0.0.0/8\""),
			[]string{"? web > db tcp/5"}, []string{"unknown-value"}},
		{"a value known after apply", ruleDB("ip_protocol = \"tcp\"\nfrom_port = 1\nto_port = 9\ncidr_ipv4 = aws_eip.x.public_ip"),
			[]string{"? web > db tcp/9", "- web > db tcp/10"}, []string{"unknown-value"}},
		{"an unknown group", groupsWith("resource \"aws_security_group\" \"db\" {}\nvariable \"n\" {}\n" +
			"resource \"aws_vpc_security_group_ingress_rule\" \"r\" {\n security_group_id = \"sg-${var.n}\"\n ip_protocol = \"-1\"\n cidr_ipv4 = \"10.0.0.0/8\"\n}\n"),
			[]string{"? web > db tcp/9", "- out > db tcp/9"}, []string{"unknown-value"}},
		{"rules over something unknown", groupsWith("variable \"n\" {}\nresource \"aws_security_group\" \"db\" {}\n" +
			"resource \"aws_vpc_security_group_ingress_rule\" \"r\" {\n for_each = toset(var.n)\n security_group_id = aws_security_group.db.id\n ip_protocol = \"-1\"\n cidr_ipv4 = \"10.0.0.0/8\"\n}\n"),
			[]string{"? web > db tcp/9", "- out > db tcp/9"}, []string{"unknown-value"}},
		{"inline rules over something unknown", groupsWith("variable \"n\" {}\nresource \"aws_security_group\" \"db\" {\n ingress = var.n\n}\n"),
			[]string{"? web > db tcp/9", "? out > db tcp/9", "- db > out tcp/9"}, []string{"unknown-value"}},
		{"an old rule", oldRuleDB("type = \"ingress\"\nfrom_port = 1\nto_port = 9\nprotocol = \"tcp\"\nsource_security_group_id = aws_security_group.web.id"),
			[]string{"+ web > db tcp/9", "- out > db tcp/9"}, nil},
		{"an old egress rule", oldRuleDB("type = \"egress\"\nfrom_port = 0\nto_port = 0\nprotocol = \"all\"\ncidr_blocks = [\"192.0.2.0/24\"]"),
			[]string{"+ db > out tcp/9", "- out > db tcp/9"}, nil},
		{"a prefix list of the module", ruleDB("ip_protocol = \"tcp\"\nfrom_port = 1\nto_port = 9\nprefix_list_id = aws_ec2_managed_prefix_list.p.id") +
			"resource \"aws_ec2_managed_prefix_list\" \"p\" {\n name = \"p\"\n address_family = \"IPv4\"\n max_entries = 2\n entry {\n  cidr = \"192.0.2.0/24\"\n }\n}\n" +
			"resource \"aws_ec2_managed_prefix_list_entry\" \"e\" {\n prefix_list_id = aws_ec2_managed_prefix_list.p.id\n cidr = \"10.0.1.0/24\"\n}\n",
			[]string{"+ out > db tcp/9", "+ web > db tcp/9", "- db > db tcp/9"}, nil},
		{"a prefix list of AWS", ruleDB("ip_protocol = \"tcp\"\nfrom_port = 1\nto_port = 9\nprefix_list_id = \"pl-63a5400a\""),
			[]string{"? out > db tcp/9", "- out > db tcp/10"}, nil},
		{"a group that exists", groupsWith("resource \"aws_vpc_security_group_ingress_rule\" \"r\" {\n security_group_id = \"sg-0db\"\n ip_protocol = \"tcp\"\n" +
			"from_port = 1\nto_port = 9\nreferenced_security_group_id = \"123456789012/sg-0db\"\n}\n"),
			[]string{"- web > db tcp/9", "- out > db tcp/9", "- db > out tcp/9"}, nil},
		{"rules inside a group and beside it", groupsWith("resource \"aws_security_group\" \"db\" {\n ingress {\n  from_port = 1\n  to_port = 1\n  protocol = \"tcp\"\n  cidr_blocks = [\"10.0.0.0/8\"]\n }\n}\n" +
			"resource \"aws_vpc_security_group_ingress_rule\" \"r\" {\n security_group_id = aws_security_group.db.id\n ip_protocol = \"tcp\"\n from_port = 2\n to_port = 2\n cidr_ipv4 = \"10.0.0.0/8\"\n}\n"),
			[]string{"+ web > db tcp/1", "+ web > db tcp/2"}, []string{"mixed-rules"}},
		{"rules beside an empty list of them", groupsWith("resource \"aws_security_group\" \"db\" {\n ingress = []\n}\n" +
			"resource \"aws_security_group_rule\" \"r\" {\n security_group_id = aws_security_group.db.id\n type = \"ingress\"\n protocol = \"tcp\"\n from_port = 2\n to_port = 2\n cidr_blocks = [\"10.0.0.0/8\"]\n}\n"),
			[]string{"+ web > db tcp/2"}, []string{"mixed-rules"}},
		{"rules inside for one direction and beside for the other", groupsWith("resource \"aws_security_group\" \"db\" {\n egress = []\n}\n" +
			"resource \"aws_vpc_security_group_ingress_rule\" \"r\" {\n security_group_id = aws_security_group.db.id\n ip_protocol = \"tcp\"\n from_port = 2\n to_port = 2\n cidr_ipv4 = \"10.0.0.0/8\"\n}\n"),
			[]string{"+ web > db tcp/2"}, nil},
		// cloud-semantics 1.1, 2, 3, 9: network ACLs
		{"custom ACLs deny", aclDB(""), []string{"- web > db tcp/80", "+ web > out tcp/80", "+ db > db tcp/80", "- db > out tcp/80"}, nil},
		{"inline entry", aclDB("ingress {\n rule_no = 100\n action = \"allow\"\n protocol = \"tcp\"\n from_port = 80\n to_port = 90\n cidr_block = \"10.0.1.0/24\"\n}"),
			[]string{"+ web > db tcp/85", "- web > db tcp/91", "- out > db tcp/85", "- web6 > db6 tcp/85"}, nil},
		{"the lowest number decides", aclDB("ingress {\n rule_no = 200\n action = \"allow\"\n protocol = \"tcp\"\n from_port = 80\n to_port = 90\n cidr_block = \"0.0.0.0/0\"\n}\n" +
			"ingress {\n rule_no = 100\n action = \"deny\"\n protocol = \"tcp\"\n from_port = 80\n to_port = 80\n cidr_block = \"10.0.0.0/8\"\n}"),
			[]string{"- web > db tcp/80", "+ web > db tcp/81", "+ out > db tcp/80"}, nil},
		{"inline ICMP defaults to echo reply", aclDB("ingress {\n rule_no = 100\n action = \"allow\"\n protocol = \"icmp\"\n from_port = 0\n to_port = 0\n cidr_block = \"0.0.0.0/0\"\n}"),
			[]string{"- web > db icmp/8/0", "+ web > db icmp/0/0", "+ db > web icmp/8/0"}, nil},
		{"a rule's ICMP type has to be set", entryDB("egress = false\nrule_action = \"allow\"\nprotocol = \"icmp\"\ncidr_block = \"0.0.0.0/0\""),
			[]string{"? web > db icmp/8/0"}, []string{"unknown-value"}},
		{"58 with an IPv4 block", entryDB("rule_action = \"allow\"\nprotocol = \"58\"\ncidr_block = \"0.0.0.0/0\""),
			[]string{"- web > db icmp/8/0", "- web6 > db6 icmpv6/128/0"}, nil},
		{"58 with an IPv6 block", entryDB("rule_action = \"allow\"\nprotocol = \"58\"\nicmp_type = 128\nicmp_code = -1\nipv6_cidr_block = \"::/0\""),
			[]string{"+ web6 > db6 icmpv6/128/0", "- web6 > db6 icmpv6/1/0"}, nil},
		{"replies need entries", "resource \"aws_network_acl\" \"db\" {\n vpc_id = \"vpc-1\"\n subnet_ids = [\"subnet-0db\"]\n" +
			"ingress {\n rule_no = 100\n action = \"allow\"\n protocol = \"tcp\"\n from_port = 80\n to_port = 80\n cidr_block = \"0.0.0.0/0\"\n}\n}\n" +
			"resource \"aws_network_acl_rule\" \"r\" {\n network_acl_id = aws_network_acl.db.id\n rule_number = 9\n egress = true\n protocol = \"6\"\n rule_action = \"allow\"\n" +
			"cidr_block = \"10.0.0.0/8\"\n from_port = 1024\n to_port = 65535\n}\n",
			[]string{"+ web > db tcp/80", "- out > db tcp/80"}, nil},
		{"an association", "resource \"aws_network_acl\" \"n\" {\n vpc_id = \"vpc-1\"\n}\n" +
			"resource \"aws_network_acl_association\" \"a\" {\n network_acl_id = aws_network_acl.n.id\n subnet_id = aws_subnet.web.id\n}\n",
			[]string{"- web > db tcp/80", "+ db > out tcp/80", "+ web > web tcp/80"}, nil},
		{"two ACLs on one subnet, which has one at a time", aclDB("") + "resource \"aws_network_acl\" \"n\" {\n vpc_id = \"vpc-1\"\n}\n" +
			"resource \"aws_network_acl_association\" \"a\" {\n network_acl_id = aws_network_acl.n.id\n subnet_id = \"subnet-0db\"\n}\n",
			[]string{"? web > db tcp/80", "? db > out tcp/80", "+ web > out tcp/80"}, []string{"contradiction"}},
		{"a subnet named twice by one ACL", aclDB("") + "resource \"aws_network_acl_association\" \"a\" {\n network_acl_id = aws_network_acl.db.id\n subnet_id = \"subnet-0db\"\n}\n",
			[]string{"- web > db tcp/80"}, nil},
		{"an ACL without subnets", "resource \"aws_network_acl\" \"n\" {\n vpc_id = \"vpc-1\"\n}\n", []string{"+ web > db tcp/80"}, nil},
		{"entries of an ACL elsewhere", "resource \"aws_network_acl_rule\" \"r\" {\n network_acl_id = \"acl-1\"\n rule_number = 9\n protocol = \"-1\"\n rule_action = \"allow\"\n cidr_block = \"0.0.0.0/0\"\n}\n",
			[]string{"? web > db tcp/80"}, []string{"unknown-subnets"}},
		{"an unknown action", entryDB("rule_action = var.action\nprotocol = \"-1\"\ncidr_block = \"10.0.1.0/24\"") + "variable \"action\" {}\n",
			[]string{"? web > db tcp/80", "- out > db tcp/80"}, []string{"unknown-value"}},
		{"the default deny listed", aclDB("ingress {\n rule_no = 32767\n action = \"deny\"\n protocol = \"-1\"\n from_port = 0\n to_port = 0\n cidr_block = \"0.0.0.0/0\"\n}"),
			[]string{"- web > db tcp/80"}, nil},
		{"another firewall", "resource \"aws_networkfirewall_firewall\" \"f\" {}\n", []string{"+ web > db tcp/80"}, []string{"not-modelled"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, fs := decodeHCL(t, c.hcl)
			for _, s := range c.packets {
				want := map[byte]model.Verdict{'+': model.Allowed, '-': model.Denied, '?': model.Undecided}[s[0]]
				if d := p.Explain(packet(t, s[2:]), vpc()); d.Verdict != want {
					t.Errorf("%s: %v\n%+v", s, d.Verdict, d.Request)
				}
			}
			var codes []string
			for _, f := range fs {
				if f.Severity > model.Info && !slices.Contains(codes, f.Code) {
					codes = append(codes, f.Code)
				}
			}
			if !slices.Equal(codes, c.findings) {
				t.Errorf("findings %v, want %v: %v", codes, c.findings, fs)
			}
		})
	}
}

// TestDecodeNames: an id that a state gives and a reference to it are one name.
func TestDecodeNames(t *testing.T) {
	m := terraform.Module{Resources: []terraform.Resource{
		{Type: "aws_security_group", Name: "db", Body: terraform.Body{Attrs: []terraform.Attr{{Name: "id", Value: terraform.String("sg-0db")}}}},
		{Type: "aws_vpc_security_group_ingress_rule", Name: "r", Body: terraform.Body{Attrs: []terraform.Attr{
			{Name: "security_group_id", Value: terraform.Ref("aws_security_group.db.id")},
			{Name: "ip_protocol", Value: terraform.String("-1")},
			{Name: "referenced_security_group_id", Value: terraform.String("sg-0db")}}}},
	}}
	p, fs := aws.New(aws.Options{}).Decode(m)
	if len(fs) != 0 {
		t.Errorf("findings: %v", fs)
	}
	r := p.Layers[0].Ingress[1].Rules[0]
	if r.Target != model.Group("sg-0db") || r.Peer != model.Group("sg-0db") {
		t.Errorf("target %v, peer %v", r.Target, r.Peer)
	}
}

// FuzzDecode: whatever stands in a rule, decoding gives a valid policy, and never
// admits surely what AWS has no rule for.
func FuzzDecode(f *testing.F) {
	f.Add("tcp", int64(80), int64(90), "10.0.0.0/8", "allow")
	f.Add("-1", int64(0), int64(0), "::/0", "deny")
	f.Add("icmp", int64(-1), int64(-1), "10.0.0.1/8", "")
	f.Add("999", int64(70000), int64(-2), "x", "perhaps")
	f.Fuzz(func(t *testing.T, protocol string, from, to int64, cidr, action string) {
		ports := []terraform.Attr{{Name: "from_port", Value: terraform.Int(from)}, {Name: "to_port", Value: terraform.Int(to)},
			{Name: "icmp_type", Value: terraform.Int(from)}, {Name: "icmp_code", Value: terraform.Int(to)},
			{Name: "protocol", Value: terraform.String(protocol)}, {Name: "ip_protocol", Value: terraform.String(protocol)}}
		m := terraform.Module{Resources: []terraform.Resource{
			{Type: "aws_vpc_security_group_ingress_rule", Name: "r", Body: terraform.Body{Attrs: append(ports,
				terraform.Attr{Name: "security_group_id", Value: terraform.String("sg-0db")}, terraform.Attr{Name: "cidr_ipv4", Value: terraform.String(cidr)})}},
			{Type: "aws_network_acl_rule", Name: "n", Body: terraform.Body{Attrs: append(ports,
				terraform.Attr{Name: "network_acl_id", Value: terraform.String("acl-1")}, terraform.Attr{Name: "rule_number", Value: terraform.Int(from)},
				terraform.Attr{Name: "rule_action", Value: terraform.String(action)}, terraform.Attr{Name: "cidr_block", Value: terraform.String(cidr)})}},
		}}
		p, _ := aws.New(aws.Options{}).Decode(m)
		if err := p.Validate(); err != nil {
			t.Fatal(err)
		}
		if d := p.Explain(packet(t, "web6 > db6 tcp/80"), vpc()); d.Verdict == model.Allowed {
			t.Errorf("an IPv4 rule admits IPv6: %s", fmt.Sprint(d))
		}
	})
}
