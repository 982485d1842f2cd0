package main

import (
	"fmt"
	"strings"
)

// sg writes a security group with what is inside it.
func sg(name string, inside ...string) string {
	return fmt.Sprintf("aws_security_group %s { vpc_id = \"vpc-1\"; %s }\n", name, strings.Join(append(inside, "name = \""+name+"\""), "; "))
}

// numbers writes a protocol with ports, or type and code: "tcp 80-90", "icmp 8 0", "-1".
func numbers(service, protocol, first, last string) string {
	f := strings.Fields(service)
	out := fmt.Sprintf("%s = %q", protocol, f[0])
	switch {
	case len(f) == 3:
		out += fmt.Sprintf("; %s = %s; %s = %s", first, f[1], last, f[2])
	case len(f) == 2:
		a, b, ok := strings.Cut(f[1], "-")
		if !ok {
			b = a
		}
		out += fmt.Sprintf("; %s = %s; %s = %s", first, a, last, b)
	}
	return out
}

// sgIn and sgOut write inline rules.
func sgIn(service, peers string) string {
	return "ingress { " + inlineService(service) + "; " + peers + " }"
}
func sgOut(service, peers string) string {
	return "egress { " + inlineService(service) + "; " + peers + " }"
}

// inlineService is numbers for inline rules, which must have ports.
func inlineService(service string) string {
	if !strings.Contains(service, " ") {
		service += " 0"
	}
	return numbers(service, "protocol", "from_port", "to_port")
}

// vpcIn, vpcOut and oldRule write rules that are resources.
func vpcIn(name, group, service, peer string) string {
	return fmt.Sprintf("aws_vpc_security_group_ingress_rule %s { security_group_id = aws_security_group.%s.id; %s; %s }\n", name, group, numbers(service, "ip_protocol", "from_port", "to_port"), peer)
}
func vpcOut(name, group, service, peer string) string {
	return strings.Replace(vpcIn(name, group, service, peer), "_ingress_", "_egress_", 1)
}
func oldRule(name, typ, group, service, peers string) string {
	return fmt.Sprintf("aws_security_group_rule %s { type = %q; security_group_id = aws_security_group.%s.id; %s; %s }\n", name, typ, group, inlineService(service), peers)
}

func in4(blocks ...string) string { return fmt.Sprintf("cidr_blocks = [%s]", quotedList(blocks)) }
func in6(blocks ...string) string { return fmt.Sprintf("ipv6_cidr_blocks = [%s]", quotedList(blocks)) }

func quotedList(texts []string) string {
	out := make([]string, len(texts))
	for i, s := range texts {
		out[i] = fmt.Sprintf("%q", s)
	}
	return strings.Join(out, ", ")
}

const (
	any4, any6 = `cidr_ipv4 = "0.0.0.0/0"`, `cidr_ipv6 = "::/0"`
	fromWeb    = "security_groups = [aws_security_group.web.id]"
	refWeb     = "referenced_security_group_id = aws_security_group.web.id"
	// aclWorld is a subnet with an ACL.
	aclSubnet = "aws_subnet s { vpc_id = \"vpc-1\"; cidr_block = \"10.0.1.0/24\"; ipv6_cidr_block = \"2001:db8:1::/64\" }\n"
	outAll    = "out 1 allow -1 0.0.0.0/0"
)

// acl writes a network ACL on the subnet, with entries "in 100 allow tcp 80 0.0.0.0/0".
func acl(entries ...string) string {
	out := aclSubnet + "aws_network_acl a { vpc_id = \"vpc-1\"; subnet_ids = [aws_subnet.s.id]"
	for _, e := range entries {
		f := strings.Fields(e)
		out += fmt.Sprintf("; %s { rule_no = %s; action = %q; %s; %s }", map[string]string{"in": "ingress", "out": "egress"}[f[0]], f[1], f[2], entryService(f[3:len(f)-1]), entryBlock(f[len(f)-1]))
	}
	return out + " }\n"
}

// aclRules writes the same with entries that are resources.
func aclRules(entries ...string) string {
	out := acl()
	for i, e := range entries {
		f := strings.Fields(e)
		service := entryService(f[3 : len(f)-1])
		if f[3] == "-1" {
			service = `protocol = "-1"`
		}
		out += fmt.Sprintf("aws_network_acl_rule r%d { network_acl_id = aws_network_acl.a.id; egress = %t; rule_number = %s; rule_action = %q; %s; %s }\n",
			i, f[0] == "out", f[1], f[2], service, entryBlock(f[len(f)-1]))
	}
	return out
}

func entryService(f []string) string {
	switch {
	case f[0] == "icmp" && len(f) == 1:
		return `protocol = "icmp"; from_port = 0; to_port = 0`
	case f[0] == "icmp":
		return numbers(strings.Join(f, " "), "protocol", "icmp_type", "icmp_code") + "; from_port = 0; to_port = 0"
	}
	return inlineService(strings.Join(f, " "))
}

func entryBlock(s string) string {
	if strings.Contains(s, ":") {
		return fmt.Sprintf("ipv6_cidr_block = %q", s)
	}
	return fmt.Sprintf("cidr_block = %q", s)
}

// instance writes an instance in security groups.
func instance(name string, groups ...string) string {
	refs := make([]string, len(groups))
	for i, g := range groups {
		refs[i] = "aws_security_group." + g + ".id"
	}
	return fmt.Sprintf("aws_instance %s { vpc_security_group_ids = [%s] }\n", name, strings.Join(refs, ", "))
}

func prefixList(name string, blocks ...string) string {
	out := fmt.Sprintf("aws_ec2_managed_prefix_list %s { name = %q; address_family = \"IPv4\"; max_entries = 5", name, name)
	for _, b := range blocks {
		out += fmt.Sprintf("; entry { cidr = %q }", b)
	}
	return out + " }\n"
}

func awsPairTable() []tfPair {
	const vars = "variable \"open\" {}\n"
	web443 := sg("web", sgIn("tcp 443", in4("0.0.0.0/0")))
	db := sg("db", sgIn("tcp 5432", fromWeb))
	open := sgOut("-1", in4("0.0.0.0/0"))
	return []tfPair{
		{name: "inline and a rule of its own", want: web443, have: sg("web") + vpcIn("r", "web", "tcp 443", any4)},
		{name: "inline and an old rule", want: web443, have: sg("web") + oldRule("r", "ingress", "web", "tcp 443", in4("0.0.0.0/0"))},
		{name: "an old rule of many peers and new rules of one each", want: sg("web") + oldRule("r", "ingress", "web", "tcp 80-90", in4("10.0.0.0/8", "192.0.2.0/24")+"; "+in6("2001:db8::/32")),
			have: sg("web") + vpcIn("a", "web", "tcp 80-90", `cidr_ipv4 = "10.0.0.0/8"`) + vpcIn("b", "web", "tcp 80-90", `cidr_ipv4 = "192.0.2.0/24"`) + vpcIn("c", "web", "tcp 80-90", `cidr_ipv6 = "2001:db8::/32"`)},
		{name: "an old rule and a new one for egress", want: sg("web") + oldRule("r", "egress", "web", "udp 53", in4("10.0.0.2/32")), have: sg("web") + vpcOut("r", "web", "udp 53", `cidr_ipv4 = "10.0.0.2/32"`)},
		{name: "the order of rules and resources", want: sg("web", sgIn("tcp 443", in4("0.0.0.0/0")), sgIn("tcp 80", in4("10.0.0.0/8")), open) + db,
			have: db + sg("web", open, sgIn("tcp 80", in4("10.0.0.0/8")), sgIn("tcp 443", in4("0.0.0.0/0")))},
		{name: "0.0.0.0/0 in halves", want: web443, have: sg("web", sgIn("tcp 443", in4("128.0.0.0/1", "0.0.0.0/1")))},
		{name: "::/0 in halves", want: sg("web", sgIn("tcp 443", in6("::/0"))), have: sg("web") + vpcIn("a", "web", "tcp 443", `cidr_ipv6 = "8000::/1"`) + vpcIn("b", "web", "tcp 443", `cidr_ipv6 = "::/1"`)},
		{name: "0.0.0.0/0 with one half missing", want: web443, have: sg("web", sgIn("tcp 443", in4("0.0.0.0/1"))), says: []string{"- 128.0.0.0/1 > sg.web tcp/443"}},
		{name: "small blocks and their union", want: sg("web", sgIn("tcp 443", in4("10.0.0.0/24"))), have: sg("web", sgIn("tcp 443", in4("10.0.0.64/26", "10.0.0.0/26")), sgIn("tcp 443", in4("10.0.0.128/25", "10.0.0.192/27")))},
		{name: "small blocks with one missing", want: sg("web", sgIn("tcp 443", in4("10.0.0.0/24"))), have: sg("web", sgIn("tcp 443", in4("10.0.0.0/26", "10.0.0.64/26", "10.0.0.192/26"))), says: []string{"- 10.0.0.128/26 > sg.web tcp/443"}},
		{name: "an IPv6 twin", want: web443, have: web443 + vpcIn("r", "web", "tcp 443", any6), says: []string{"+ ::/0 > sg.web tcp/443"}},
		{name: "-1 with ports", want: sg("web") + vpcIn("r", "web", "-1", any4), have: sg("web") + vpcIn("r", "web", "-1 80", any4)},
		{name: "-1 with 0 to 0 and without", want: sg("web", sgIn("-1", in4("0.0.0.0/0"))), have: sg("web") + vpcIn("r", "web", "-1", any4)},
		{name: "-1 and all of TCP and UDP", want: sg("web", sgIn("tcp 0-65535", in4("0.0.0.0/0")), sgIn("udp 0-65535", in4("0.0.0.0/0"))), have: sg("web", sgIn("-1", in4("0.0.0.0/0"))), says: []string{"+ 0.0.0.0/0 > sg.web any but tcp, udp"}},
		{name: "protocols by name and number", want: sg("web", sgIn("tcp 443", in4("0.0.0.0/0")), sgIn("udp 53", in4("0.0.0.0/0")), sgIn("icmp 8 -1", in4("0.0.0.0/0")), sgIn("icmpv6 128 -1", in6("::/0"))),
			have: sg("web", sgIn("6 443", in4("0.0.0.0/0")), sgIn("17 53", in4("0.0.0.0/0")), sgIn("1 8 -1", in4("0.0.0.0/0")), sgIn("58 128 -1", in6("::/0")))},
		{name: "all and -1", want: sg("web", sgIn("all", in4("10.0.0.0/8"))), have: sg("web", sgIn("-1", in4("10.0.0.0/8")))},
		{name: "ports of a protocol that has none", want: sg("web", sgIn("132 80", in4("0.0.0.0/0"))), have: sg("web", sgIn("132", in4("0.0.0.0/0")))},
		{name: "a port range in parts", want: sg("web", sgIn("tcp 80-90", in4("0.0.0.0/0"))), have: sg("web", sgIn("tcp 85-90", in4("0.0.0.0/0")), sgIn("tcp 80-86", in4("0.0.0.0/0")))},
		{name: "a port range with a hole", want: sg("web", sgIn("tcp 80-90", in4("0.0.0.0/0"))), have: sg("web", sgIn("tcp 86-90", in4("0.0.0.0/0")), sgIn("tcp 80-84", in4("0.0.0.0/0"))), says: []string{"- 0.0.0.0/0 > sg.web tcp/85"}},
		{name: "a narrow rule under a wide one", want: web443, have: web443 + vpcIn("r", "web", "tcp 443", `cidr_ipv4 = "10.0.0.0/8"`)},
		{name: "the egress that AWS gives is not there by default", want: sg("web"), have: sg("web", open),
			says: []string{"+ sg.web > 0.0.0.0/0 any"}},
		{name: "no blocks and no rules", want: sg("web"), have: sg("web", "ingress = []", "egress = []")},
		{name: "null and empty lists", want: web443, have: sg("web", sgIn("tcp 443", in4("0.0.0.0/0")+"; ipv6_cidr_blocks = []; prefix_list_ids = null; security_groups = []; self = false; description = null"))},
		{name: "attributes that are null", want: sg("web") + vpcIn("r", "web", "-1", any4), have: sg("web") + vpcIn("r", "web", "-1", any4+"; cidr_ipv6 = null; prefix_list_id = null; from_port = null; to_port = null; referenced_security_group_id = null")},
		{name: "the default group emptied", want: "aws_default_security_group d { vpc_id = \"vpc-1\"; " + sgIn("-1", "self = true") + "; " + open + " }\n", have: "aws_default_security_group d { vpc_id = \"vpc-1\" }\n",
			says: []string{"- aws_default_security_group.d > aws_default_security_group.d, 0.0.0.0/0 any (IPv4)"}},
		{name: "self and the group's own id", want: sg("web", sgIn("tcp 80", "self = true"), open), have: sg("web", open) + vpcIn("r", "web", "tcp 80", refWeb)},
		{name: "self and a list with the own id", want: sg("web", open) + oldRule("r", "ingress", "web", "tcp 80", "self = true"), have: sg("web", open) + oldRule("r", "ingress", "web", "tcp 80", "source_security_group_id = aws_security_group.web.id")},
		{name: "a group and a block that holds its addresses", want: sg("web", open) + db, have: sg("web", open) + sg("db", sgIn("tcp 5432", in4("10.0.0.0/8"))),
			says: []string{"+ 10.0.0.0/8 > sg.db tcp/5432", "- sg.web at 0.0.0.0/0 except 10.0.0.0/8 > sg.db at 0.0.0.0/0 tcp/5432"}},
		{name: "a group by reference and by id elsewhere", want: sg("web") + vpcIn("r", "web", "tcp 80", `referenced_security_group_id = "sg-0999"`), have: sg("web") + vpcIn("r", "web", "tcp 80", `referenced_security_group_id = "111122223333/sg-0999"`)},
		{name: "a rule of a group elsewhere", want: sg("web"), have: sg("web") + "aws_vpc_security_group_ingress_rule r { security_group_id = \"sg-0999\"; ip_protocol = \"tcp\"; from_port = 22; to_port = 22; cidr_ipv4 = \"0.0.0.0/0\" }\n", says: []string{"+ 0.0.0.0/0 > sg-0999 tcp/22"}},
		{name: "a group that goes", want: web443 + sg("gone", sgIn("tcp 22", in4("0.0.0.0/0"))), have: web443, says: []string{"- 0.0.0.0/0 > sg.gone tcp/22"}},
		{name: "a new group with a rule of its own", want: web443, have: web443 + sg("new") + vpcIn("r", "new", "tcp 22", any4), says: []string{"+ 0.0.0.0/0 > sg.new tcp/22"}},
		{name: "a prefix list and its blocks", want: prefixList("l", "10.1.0.0/16", "10.2.0.0/16") + sg("web", sgIn("tcp 80", "prefix_list_ids = [aws_ec2_managed_prefix_list.l.id]")), have: sg("web", sgIn("tcp 80", in4("10.1.0.0/16", "10.2.0.0/16")))},
		{name: "entries of a prefix list, inside and beside it", want: prefixList("l", "10.1.0.0/16", "10.2.0.0/16") + sg("web") + vpcIn("r", "web", "tcp 80", "prefix_list_id = aws_ec2_managed_prefix_list.l.id"),
			have: prefixList("l", "10.1.0.0/16") + "aws_ec2_managed_prefix_list_entry e { prefix_list_id = aws_ec2_managed_prefix_list.l.id; cidr = \"10.2.0.0/16\" }\n" + sg("web") + vpcIn("r", "web", "tcp 80", "prefix_list_id = aws_ec2_managed_prefix_list.l.id")},
		{name: "a prefix list with an entry more", want: prefixList("l", "10.1.0.0/16") + sg("web") + vpcIn("r", "web", "tcp 80", "prefix_list_id = aws_ec2_managed_prefix_list.l.id"),
			have: prefixList("l", "10.1.0.0/16", "10.2.0.0/16") + sg("web") + vpcIn("r", "web", "tcp 80", "prefix_list_id = aws_ec2_managed_prefix_list.l.id"), says: []string{"+ 10.2.0.0/16 > sg.web tcp/80"}},
		{name: "count and written out", want: sg("web") + vpcIn("a", "web", "tcp 80", any4) + vpcIn("b", "web", "tcp 81", any4),
			have:      sg("web") + "aws_vpc_security_group_ingress_rule r { count = 2; security_group_id = aws_security_group.web.id; ip_protocol = \"tcp\"; from_port = 80 + count.index; to_port = 80 + count.index; cidr_ipv4 = \"0.0.0.0/0\" }\n",
			havePlain: sg("web") + vpcIn("a", "web", "tcp 80", any4) + vpcIn("b", "web", "tcp 81", any4)},
		{name: "for_each with a port more", want: sg("web") + vpcIn("a", "web", "tcp 80", any4),
			have:      sg("web") + "aws_vpc_security_group_ingress_rule r { for_each = toset([\"80\", \"443\"]); security_group_id = aws_security_group.web.id; ip_protocol = \"tcp\"; from_port = each.value; to_port = each.value; cidr_ipv4 = \"0.0.0.0/0\" }\n",
			havePlain: sg("web") + vpcIn("a", "web", "tcp 80", any4) + vpcIn("b", "web", "tcp 443", any4), says: []string{"+ 0.0.0.0/0 > sg.web tcp/443"}},
		{name: "dynamic and written out", want: sg("web", sgIn("tcp 80", in4("0.0.0.0/0")), sgIn("tcp 443", in4("0.0.0.0/0"))),
			have:      "locals { ports = [80, 443] }\n" + sg("web", `dynamic "ingress" { for_each = local.ports; content { protocol = "tcp"; from_port = ingress.value; to_port = ingress.value; cidr_blocks = ["0.0.0.0/0"] } }`),
			havePlain: sg("web", sgIn("tcp 80", in4("0.0.0.0/0")), sgIn("tcp 443", in4("0.0.0.0/0")))},
		{name: "one message of ICMP and all", want: sg("web", sgIn("icmp 8 0", in4("0.0.0.0/0"))), have: sg("web", sgIn("icmp -1 -1", in4("0.0.0.0/0"))),
			says: []string{"+ 0.0.0.0/0 > sg.web icmp type 0-7,8/1-255,9-255"}},
		{name: "a type of ICMP with any code", want: sg("web", sgIn("icmp 3 4", in4("10.0.0.0/8"))), have: sg("web", sgIn("icmp 3 -1", in4("10.0.0.0/8"))),
			says: []string{"+ 10.0.0.0/8 > sg.web icmp type 3/0-3,3/5-255"}},
		{name: "any type of ICMP whatever the code", want: sg("web", sgIn("icmp -1 -1", in4("0.0.0.0/0"))), have: sg("web") + vpcIn("r", "web", "icmp -1 -1", any4)},
		{name: "host bits", want: sg("web", sgIn("tcp 80", in4("10.0.0.0/24"))), have: sg("web", sgIn("tcp 80", in4("10.0.0.77/24")))},
		{name: "a variable without a value", want: vars + sg("web"), have: vars + sg("web") + vpcIn("r", "web", "tcp 80", "cidr_ipv4 = var.open"), says: []string{"? 0.0.0.0/0 > sg.web tcp/80"}},
		{name: "the same variable on both sides", want: vars + sg("web") + vpcIn("r", "web", "tcp 80", "cidr_ipv4 = var.open"), have: vars + sg("web") + vpcIn("r", "web", "tcp 80", "cidr_ipv4 = var.open"), says: []string{"? 0.0.0.0/0 > sg.web tcp/80"}},
		{name: "a variable that cannot matter", want: vars + web443, have: vars + web443 + vpcIn("r", "web", "tcp 443", "cidr_ipv4 = var.open")},
		{name: "a port that is a variable", want: vars + sg("web"), have: vars + sg("web") + vpcIn("r", "web", "tcp 0", "cidr_ipv4 = \"10.0.0.0/8\"; description = \"x\"") + "aws_vpc_security_group_ingress_rule s { security_group_id = aws_security_group.web.id; ip_protocol = \"tcp\"; from_port = var.open; to_port = var.open; cidr_ipv4 = \"192.0.2.0/24\" }\n",
			says: []string{"+ 10.0.0.0/8 > sg.web tcp/0", "? 192.0.2.0/24 > sg.web tcp"}},
		{name: "a rule moved between the groups of an instance", want: sg("a", sgIn("tcp 80", in4("0.0.0.0/0"))) + sg("b") + "aws_instance i { vpc_security_group_ids = [aws_security_group.a.id, aws_security_group.b.id] }\n",
			have: sg("a") + sg("b", sgIn("tcp 80", in4("0.0.0.0/0"))) + "aws_instance i { vpc_security_group_ids = [aws_security_group.a.id, aws_security_group.b.id] }\n", says: []string{"+ 0.0.0.0/0 > sg.b tcp/80", "- 0.0.0.0/0 > sg.a tcp/80"}},

		{name: "an instance gains a group", want: sg("a") + sg("b", sgIn("tcp 80", in4("0.0.0.0/0"))) + instance("i", "a"), have: sg("a") + sg("b", sgIn("tcp 80", in4("0.0.0.0/0"))) + instance("i", "a", "b"),
			says: []string{"+ 0.0.0.0/0 > aws_instance.i tcp/80"}},
		{name: "an instance changes groups that say the same", want: sg("a", sgIn("tcp 80", in4("0.0.0.0/0"))) + sg("b", sgIn("tcp 80", in4("0.0.0.0/0"))) + instance("i", "a"), have: sg("a", sgIn("tcp 80", in4("0.0.0.0/0"))) + sg("b", sgIn("tcp 80", in4("0.0.0.0/0"))) + instance("i", "b")},
		{name: "an instance loses the group that a rule names", want: sg("web", open) + sg("other", open) + db + instance("i", "web"), have: sg("web", open) + sg("other", open) + db + instance("i", "other"),
			says: []string{"- aws_instance.i > sg.db tcp/5432 (IPv4)"}},
		{name: "the order of an instance's groups", want: sg("a") + sg("b", sgIn("tcp 80", in4("0.0.0.0/0"))) + instance("i", "a", "b"), have: sg("a") + sg("b", sgIn("tcp 80", in4("0.0.0.0/0"))) + instance("i", "b", "a")},

		{name: "an ACL denies above an allow", want: acl("in 100 allow -1 0.0.0.0/0", outAll), have: acl("in 90 deny tcp 22 198.51.100.0/24", "in 100 allow -1 0.0.0.0/0", outAll),
			says: []string{"- 198.51.100.0/24 > host at 10.0.1.0/24 tcp/22", "- host at 198.51.100.0/24 > host at 10.0.1.0/24, 10.0.1.0/24 tcp/22"}},
		{name: "an ACL denies below an allow", want: acl("in 100 allow -1 0.0.0.0/0", outAll), have: acl("in 110 deny tcp 22 198.51.100.0/24", "in 100 allow -1 0.0.0.0/0", outAll)},
		{name: "entries swapped", want: acl("in 100 allow tcp 80 0.0.0.0/0", "in 110 deny tcp 80 10.9.0.0/16", outAll), have: acl("in 110 allow tcp 80 0.0.0.0/0", "in 100 deny tcp 80 10.9.0.0/16", outAll),
			says: []string{"- 10.9.0.0/16 > host at 10.0.1.0/24 tcp/80", "- host at 10.9.0.0/16 > host at 10.0.1.0/24, 10.0.1.0/24 tcp/80"}},
		{name: "an ACL renumbered", want: acl("in 100 deny tcp 80 10.9.0.0/16", "in 200 allow tcp 80 0.0.0.0/0", outAll), have: acl("in 7 deny tcp 80 10.9.0.0/16", "in 9 allow tcp 80 0.0.0.0/0", "out 5 allow -1 0.0.0.0/0")},
		{name: "entries inside and beside an ACL", want: acl("in 100 allow tcp 80-90 0.0.0.0/0", "in 110 allow icmp 8 -1 0.0.0.0/0", "in 120 allow tcp 80 ::/0", outAll, "out 2 allow -1 ::/0"),
			have: aclRules("in 100 allow tcp 80-90 0.0.0.0/0", "in 110 allow icmp 8 -1 0.0.0.0/0", "in 120 allow tcp 80 ::/0", outAll, "out 2 allow -1 ::/0")},
		{name: "the last deny written out", want: acl("in 100 allow tcp 80 0.0.0.0/0", outAll), have: acl("in 100 allow tcp 80 0.0.0.0/0", "in 32766 deny -1 0.0.0.0/0", outAll)},
		{name: "subnets inside and beside an ACL", want: acl("in 100 allow tcp 80 0.0.0.0/0", outAll), have: strings.Replace(acl("in 100 allow tcp 80 0.0.0.0/0", outAll), "subnet_ids = [aws_subnet.s.id]; ", "", 1) + "aws_network_acl_association x { network_acl_id = aws_network_acl.a.id; subnet_id = aws_subnet.s.id }\n"},
		{name: "a return path too narrow", want: acl("in 100 allow tcp 443 0.0.0.0/0", "out 100 allow tcp 1024-65535 0.0.0.0/0"), have: acl("in 100 allow tcp 443 0.0.0.0/0", "out 100 allow tcp 32768-60999 0.0.0.0/0"),
			says: []string{"- 0.0.0.0/0 except 10.0.1.0/24 > host at 10.0.1.0/24 tcp/443 from port 1024-32767, tcp/443 from port 61000-65535", "- host at 0.0.0.0/0 except 10.0.1.0/24 > host at 10.0.1.0/24, 10.0.1.0/24 tcp/443 from port 1024-32767, tcp/443 from port 61000-65535"}},
		{name: "no return path for UDP", want: acl("in 100 allow -1 10.9.0.0/16", "out 100 allow -1 10.9.0.0/16"), have: acl("in 100 allow -1 10.9.0.0/16", "out 100 allow tcp 0-65535 10.9.0.0/16"),
			says: []string{"- 10.9.0.0/16 > host at 10.0.1.0/24 any but tcp, icmp type 0-7,9-12,14,16,18-255", "- host at 10.0.1.0/24 > host at 10.9.0.0/16, 10.9.0.0/16 any but tcp", "- 10.0.1.0/24 > host at 10.9.0.0/16 any but tcp", "- host at 10.9.0.0/16 > host at 10.0.1.0/24, 10.0.1.0/24 any but tcp, icmp type 0-7,9-12,14,16,18-255"}},
		{name: "a return path to some only", want: acl("in 100 allow tcp 443 0.0.0.0/0", outAll), have: acl("in 100 allow tcp 443 0.0.0.0/0", "out 100 allow tcp 1024-65535 10.0.0.0/8"),
			says: []string{"- 0.0.0.0/0 except 10.0.0.0/8 > host at 10.0.1.0/24 tcp/443", "- host at 10.0.1.0/24 > host at 0.0.0.0/0 except 10.0.1.0/24, 0.0.0.0/0 except 10.0.1.0/24 icmp type 0-7,9-12,14,16,18-255", "- 10.0.1.0/24 > host at 0.0.0.0/0 except 10.0.1.0/24 icmp type 0-7,9-12,14,16,18-255", "- host at 0.0.0.0/0 except 10.0.0.0/8 > host at 10.0.1.0/24, 10.0.1.0/24 tcp/443"}},
		{name: "ICMP inline without type is echo reply", want: acl("in 100 allow icmp 0.0.0.0/0", outAll), have: acl("in 100 allow icmp -1 -1 0.0.0.0/0", outAll),
			says: []string{"+ 0.0.0.0/0 except 10.0.1.0/24 > host at 10.0.1.0/24 icmp type 0/1-255,1-255", "+ host at 10.0.1.0/24 > host at 0.0.0.0/0 except 10.0.1.0/24, 0.0.0.0/0 except 10.0.1.0/24 icmp type 8/1-255,13,15,17", "+ 10.0.1.0/24 > host at 0.0.0.0/0 except 10.0.1.0/24 icmp type 8/1-255,13,15,17", "+ host at 0.0.0.0/0 except 10.0.1.0/24 > host at 10.0.1.0/24, 10.0.1.0/24 icmp type 0/1-255,1-255"}},
		{name: "an ACL entry for IPv6", want: acl("in 100 allow tcp 80 0.0.0.0/0", outAll), have: acl("in 100 allow tcp 80 0.0.0.0/0", "in 101 allow tcp 80 ::/0", outAll, "out 2 allow -1 ::/0"),
			says: []string{"+ 2001:db8:1::/64 > host at ::/0 except 2001:db8:1::/64 icmpv6 type 0-127,129-255", "+ ::/0 except 2001:db8:1::/64 > host at 2001:db8:1::/64 tcp/80", "+ host at ::/0 except 2001:db8:1::/64 > host at 2001:db8:1::/64, 2001:db8:1::/64 tcp/80", "+ host at 2001:db8:1::/64 > host at ::/0 except 2001:db8:1::/64, ::/0 except 2001:db8:1::/64 icmpv6 type 0-127,129-255"}},
		{name: "an ACL block in halves", want: acl("in 100 allow tcp 80 0.0.0.0/0", outAll), have: acl("in 100 allow tcp 80 0.0.0.0/1", "in 101 allow tcp 80 128.0.0.0/1", outAll)},
		{name: "a group is opened where an ACL refuses", want: acl("in 100 allow tcp 80 0.0.0.0/0", outAll) + sg("web"), have: acl("in 100 allow tcp 80 0.0.0.0/0", outAll) + sg("web", sgIn("tcp 22", in4("0.0.0.0/0"))),
			says: []string{"+ host at 0.0.0.0/0 except 10.0.1.0/24, 0.0.0.0/0 except 10.0.1.0/24 > sg.web at 0.0.0.0/0 except 10.0.1.0/24 tcp/22", "+ host at 10.0.1.0/24, 10.0.1.0/24 > sg.web at 10.0.1.0/24 tcp/22"}},
		{name: "an ACL with an unknown number", want: vars + acl("in 100 allow tcp 80 10.0.0.0/8", outAll), have: vars + acl("in 100 allow tcp 80 10.0.0.0/8", outAll) + "aws_network_acl_rule r { network_acl_id = aws_network_acl.a.id; rule_number = 90; rule_action = \"deny\"; protocol = \"-1\"; cidr_block = var.open }\n",
			says: []string{"? 10.0.0.0/8 except 10.0.1.0/24 > host at 10.0.1.0/24 tcp/80", "? host at 10.0.0.0/8 except 10.0.1.0/24 > host at 10.0.1.0/24, 10.0.1.0/24 tcp/80"}},
		{name: "the default ACL emptied", want: aclSubnet + "aws_default_network_acl d { default_network_acl_id = \"acl-0d\"; ingress { rule_no = 100; action = \"allow\"; protocol = \"-1\"; from_port = 0; to_port = 0; cidr_block = \"0.0.0.0/0\" }; egress { rule_no = 100; action = \"allow\"; protocol = \"-1\"; from_port = 0; to_port = 0; cidr_block = \"0.0.0.0/0\" } }\n",
			have: aclSubnet + "aws_default_network_acl d { default_network_acl_id = \"acl-0d\"; subnet_ids = [aws_subnet.s.id] }\n",
			says: []string{"- 0.0.0.0/0 except 10.0.1.0/24 > host at 10.0.1.0/24 any", "- host at 10.0.1.0/24 > host at 0.0.0.0/0 except 10.0.1.0/24, 0.0.0.0/0 except 10.0.1.0/24 any", "- 10.0.1.0/24 > host at 0.0.0.0/0 except 10.0.1.0/24 any", "- host at 0.0.0.0/0 except 10.0.1.0/24 > host at 10.0.1.0/24, 10.0.1.0/24 any", "? ::/0 > host any", "? host > host, ::/0 any (IPv6)", "? 0.0.0.0/0 except 10.0.1.0/24 > host at 0.0.0.0/0 except 10.0.1.0/24 any", "? host at 0.0.0.0/0 except 10.0.1.0/24 > host at 0.0.0.0/0 except 10.0.1.0/24, 0.0.0.0/0 except 10.0.1.0/24 any"}},
	}
}
