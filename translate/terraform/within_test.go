package tfsource_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/crosswall/crosswall/model"
	tfsource "github.com/crosswall/crosswall/translate/terraform"
)

// TestWithin: where members of whom no address is known may be. A group is of its VPC, whose blocks the configuration gives (VPC user guide, VPC CIDR blocks);
// an interface of its subnets, and an application security group of one virtual network (Azure documentation, application security groups).
func TestWithin(t *testing.T) {
	const (
		web    = "resource \"aws_security_group\" \"web\" {\n  vpc_id = aws_vpc.v.id\n}\n"
		v4     = "0.0.0.0/0"
		v6     = "::/0"
		all    = "nothing is known"
		subnet = "resource \"azurerm_virtual_network\" \"v\" {\n  name = \"v\"\n  address_space = [\"10.0.0.0/16\", \"fd00::/48\"]\n}\n" +
			"resource \"azurerm_subnet\" \"a\" {\n  name = \"a\"\n  virtual_network_name = azurerm_virtual_network.v.name\n  address_prefixes = [\"10.0.1.0/24\"]\n}\n" +
			"resource \"azurerm_subnet\" \"b\" {\n  name = \"b\"\n  virtual_network_name = azurerm_virtual_network.v.name\n  address_prefixes = [\"10.0.2.0/24\", \"fd00:0:0:2::/64\"]\n}\n" +
			"resource \"azurerm_subnet\" \"c\" {\n  name = \"c\"\n  virtual_network_name = azurerm_virtual_network.v.name\n  address_prefixes = [var.c]\n}\n" +
			"resource \"azurerm_application_security_group\" \"g\" {\n  name = \"g\"\n}\n" +
			"resource \"azurerm_network_interface_application_security_group_association\" \"g\" {\n  network_interface_id = azurerm_network_interface.n.id\n  application_security_group_id = azurerm_application_security_group.g.id\n}\n" +
			"variable \"c\" {}\n"
		acl = "resource \"aws_network_acl\" \"a\" {\n  vpc_id = aws_vpc.v.id\n  subnet_ids = [aws_subnet.s.id]\n}\nresource \"aws_subnet\" \"s\" {\n  vpc_id = aws_vpc.v.id\n  cidr_block = \"10.0.1.0/24\"\n}\n"
	)
	vpc := func(lines ...string) string {
		return "variable \"x\" {}\nresource \"aws_vpc\" \"v\" {\n  " + strings.Join(lines, "\n  ") + "\n}\n"
	}
	in := func(subnets ...string) string {
		text := subnet + "resource \"azurerm_network_interface\" \"n\" {\n  name = \"n\"\n"
		for _, s := range subnets {
			text += "  ip_configuration {\n    name = \"" + s + "\"\n    subnet_id = azurerm_subnet." + s + ".id\n  }\n"
		}
		return text + "}\n"
	}
	const cidr = `cidr_block = "10.0.0.0/16"`
	for _, c := range []struct{ name, hcl, member, want string }{
		{"a VPC of IPv4 alone", vpc(cidr) + web, "aws_security_group.web", "10.0.0.0/16"},
		{"an IPv6 block that AWS chooses", vpc(cidr, `assign_generated_ipv6_cidr_block = true`) + web, "aws_security_group.web", "10.0.0.0/16, " + v6},
		{"one that is perhaps chosen", vpc(cidr, `assign_generated_ipv6_cidr_block = var.x`) + web, "aws_security_group.web", "10.0.0.0/16, " + v6},
		{"none is chosen", vpc(cidr, `assign_generated_ipv6_cidr_block = false`) + web, "aws_security_group.web", "10.0.0.0/16"},
		{"an IPv6 block of a pool", vpc(cidr, `ipv6_ipam_pool_id = var.x`) + web, "aws_security_group.web", "10.0.0.0/16, " + v6},
		{"an IPv6 block that is given", vpc(cidr, `ipv6_ipam_pool_id = "p"`, `ipv6_cidr_block = "2001:db8::/56"`) + web, "aws_security_group.web", "10.0.0.0/16, 2001:db8::/56"},
		{"an IPv4 block that is not known", vpc(`cidr_block = var.x`) + web, "aws_security_group.web", v4},
		{"an IPv4 block of a pool", vpc(`ipv4_ipam_pool_id = "p"`) + web, "aws_security_group.web", v4},
		{"a second block", vpc(cidr) + web + "resource \"aws_vpc_ipv4_cidr_block_association\" \"a\" {\n  vpc_id = aws_vpc.v.id\n  cidr_block = \"100.64.0.0/16\"\n}", "aws_security_group.web", "10.0.0.0/16, 100.64.0.0/16"},
		{"a second block that is not known", vpc(cidr) + web + "resource \"aws_vpc_ipv4_cidr_block_association\" \"a\" {\n  vpc_id = aws_vpc.v.id\n  cidr_block = var.x\n}", "aws_security_group.web", v4},
		{"a second block of some VPC", vpc(cidr) + web + "resource \"aws_vpc_ipv4_cidr_block_association\" \"a\" {\n  vpc_id = var.x\n  cidr_block = \"100.64.0.0/16\"\n}", "aws_security_group.web", "10.0.0.0/16, 100.64.0.0/16"},
		{"an IPv6 block later", vpc(cidr) + web + "resource \"aws_vpc_ipv6_cidr_block_association\" \"a\" {\n  vpc_id = aws_vpc.v.id\n  ipv6_pool = \"p\"\n}", "aws_security_group.web", "10.0.0.0/16, " + v6},
		{"a group in several VPCs", vpc(cidr) + web + "resource \"aws_vpc_security_group_vpc_association\" \"a\" {\n  security_group_id = aws_security_group.web.id\n  vpc_id = \"vpc-1\"\n}", "aws_security_group.web", all},
		{"some group in several VPCs", vpc(cidr) + web + "resource \"aws_vpc_security_group_vpc_association\" \"a\" {\n  security_group_id = var.x\n  vpc_id = \"vpc-1\"\n}", "aws_security_group.web", all},
		{"another group in several VPCs", vpc(cidr) + web + strings.ReplaceAll(web, "web", "db") + "resource \"aws_vpc_security_group_vpc_association\" \"a\" {\n  security_group_id = aws_security_group.db.id\n  vpc_id = \"vpc-1\"\n}", "aws_security_group.web", "10.0.0.0/16"},
		{"a VPC that is made elsewhere", "resource \"aws_security_group\" \"web\" {\n  vpc_id = \"vpc-1\"\n}\n", "aws_security_group.web", all},
		{"the default VPC", "resource \"aws_security_group\" \"web\" {\n}\nresource \"aws_default_vpc\" \"v\" {\n}\n", "aws_security_group.web", all},
		{"somebody under the VPC's ACL", vpc(cidr) + acl, "somebody else in the VPC", "10.0.0.0/16"},
		{"somebody under an ACL elsewhere", vpc(cidr) + acl + "resource \"aws_network_acl\" \"b\" {\n  vpc_id = var.x\n}\n", "somebody else in the VPC", all},
		{"the VPC's default ACL", vpc(cidr) + acl + "resource \"aws_default_network_acl\" \"b\" {\n  default_network_acl_id = aws_vpc.v.default_network_acl_id\n}\n", "somebody else in the VPC", "10.0.0.0/16"},
		{"an interface in a subnet, and in a group", in("a"), "azurerm_application_security_group.g + azurerm_network_interface.n", "10.0.1.0/24"},
		{"in two subnets", in("a", "b"), "azurerm_application_security_group.g + azurerm_network_interface.n", "10.0.1.0/24, 10.0.2.0/24, fd00:0:0:2::/64"},
		{"in a subnet that is not known", in("a", "c"), "azurerm_application_security_group.g + azurerm_network_interface.n + azurerm_subnet.c", "10.0.0.0/16, fd00::/48"},
		{"a group of an interface", in("a"), "azurerm_application_security_group.g", "10.0.0.0/16, fd00::/48"},
		{"a group of nobody who is known", strings.ReplaceAll(in("a"), "azurerm_network_interface.n.id", "var.c"), "azurerm_application_security_group.g", all},
	} {
		in, _, err := tfsource.Reader{Providers: reader("x").Providers}.Folder(fstest.MapFS{"main.tf": {Data: []byte(c.hcl)}})
		if err != nil {
			t.Fatal(err)
		}
		alone, _ := tfsource.Alone(in)
		there := false
		for _, m := range alone.Inventory.Members {
			there = there || string(m.ID) == c.member && m.Addrs.IsEmpty()
		}
		got := all
		if at, ok := alone.Within()[model.Identity(c.member)]; ok {
			got = at.String()
		}
		if got != c.want || !there {
			t.Errorf("%s: %s is within %s, want %s; it is there %t: %v", c.name, c.member, got, c.want, there, alone.Inventory.Members)
		}
	}
}
