package auditfix_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
	"github.com/crosswall/crosswall/translate/auditfix"
)

// The resources of the tests, written as people write them.
const (
	group = `resource "aws_security_group" "web" {
  # from anywhere
  # for now
  ingress {
    from_port   = 22
    cidr_blocks = ["0.0.0.0/0"]
  }

  ingress {
    from_port = 443
    cidr_blocks = [
      "10.0.0.0/8",
      # a partner
      "198.51.100.0/24",
      # another one
      "203.0.113.0/24", "192.0.2.0/24",
      var.office,
    ] # these
  }
}
`
	loose = `# SSH
resource "aws_security_group_rule" "ssh" {
  type        = "ingress"
  cidr_blocks = ["10.0.0.0/8", "0.0.0.0/0"]
  self        = true
}

resource "aws_vpc" "v" {}
`
	list = `resource "aws_network_acl" "a" {
  ingress {
    cidr_block = "0.0.0.0/0"
  }
  ingress {
    cidr_block = "10.0.0.0/8"
  }
}
`
	tagged = `resource "google_compute_firewall" "web" {
  source_ranges = ["0.0.0.0/0"]
  source_tags   = ["bastion"]
}
`
	several = `resource "google_compute_firewall" "web" {
  allow {
    protocol = "tcp"
    ports    = ["22", "443", "8000-8080"]
  }
  allow {
    protocol = "udp"
    ports    = ["53"]
  }
  allow {
    protocol = "icmp"
  }
  source_ranges = ["0.0.0.0/0"]
}
`
	ports = `resource "azurerm_network_security_rule" "web" {
  protocol                = "Tcp"
  destination_port_ranges = [
    "22",
    "443",
  ]
  source_address_prefix   = "Internet"
}
`
	security = `resource "azurerm_network_security_group" "web" {
  name = "web"

  security_rule {
    source_address_prefix = "*"
  }
}
`
)

// at is the origin of what begins with a text in a source, of an object.
func at(source, begins, object, path string) model.Origin {
	i := strings.Index(source, begins)
	return model.Origin{File: "net/main.tf", Line: strings.Count(source[:i], "\n") + 1, Column: i - strings.LastIndex(source[:i], "\n"), Object: object, Path: path}
}

// bar takes everybody on the Internet out of the peers of an ingress rule; keep stay.
func bar(o model.Origin, from string, keep ...string) audit.Bar {
	return audit.Bar{Origin: o, Direction: model.Ingress, Addrs: model.MustPrefixes(from), Keep: model.MustPrefixes(keep...)}
}

// closing takes ports out of an ingress rule for everybody.
func closing(o model.Origin, what ...model.Service) audit.Close {
	return audit.Close{Origin: o, Direction: model.Ingress, Traffic: what, Addrs: model.AllIPv4()}
}

func TestEdits(t *testing.T) {
	const web, everybody = "aws_security_group.web", "0.0.0.0/0"
	first, second := at(group, "ingress {\n    from_port   = 22", web, "ingress[0]"), at(group, "ingress {\n    from_port = 443", web, "ingress[1]")
	ssh := at(loose, "resource", "aws_security_group_rule.ssh", "")
	with := func(source, old, text string) string { return strings.Replace(source, old, text, 1) }
	count := with(loose, "  type", "  count       = 2\n  type")
	for _, c := range []struct {
		name, source string
		edits        []audit.Edit
		want         string // lines that go and come; empty: it cannot be made
	}{
		{"a block goes with the comments above it and the blank line below", group, []audit.Edit{audit.Remove{Origin: first}},
			"-  # from anywhere|-  # for now|-  ingress {|-    from_port   = 22|-    cidr_blocks = [\"0.0.0.0/0\"]|-  }|-"},
		{"the last block leaves an empty list", group, []audit.Edit{audit.Remove{Origin: first}, audit.Remove{Origin: second}},
			"-  # from anywhere|-  # for now|-  ingress {|-    from_port   = 22|-    cidr_blocks = [\"0.0.0.0/0\"]|-  }|+  ingress = []|-|-  ingress {|-    from_port = 443|" +
				"-    cidr_blocks = [|-      \"10.0.0.0/8\",|-      # a partner|-      \"198.51.100.0/24\",|-      # another one|-      \"203.0.113.0/24\", \"192.0.2.0/24\",|-      var.office,|-    ] # these|-  }"},
		{"the only element that there is", group, []audit.Edit{bar(first, everybody)},
			"-  # from anywhere|-  # for now|-  ingress {|-    from_port   = 22|-    cidr_blocks = [\"0.0.0.0/0\"]|-  }|-"},
		{"an element with its comment", group, []audit.Edit{bar(second, "198.51.100.0/24")}, "-      # a partner|-      \"198.51.100.0/24\","},
		{"an element beside another", group, []audit.Edit{bar(second, "192.0.2.0/24", "203.0.113.0/24")}, ""},
		{"an element before another", group, []audit.Edit{bar(second, "203.0.113.0/24")}, "-      \"203.0.113.0/24\", \"192.0.2.0/24\",|+      \"192.0.2.0/24\","},
		{"a part of an element", group, []audit.Edit{bar(second, "203.0.113.0/25", "203.0.113.128/25")}, ""},
		{"more than elements have", group, []audit.Edit{bar(second, "203.0.0.0/16")}, ""},
		{"a rule of which the addresses are a variable", with(group, `["0.0.0.0/0"]`, "var.everybody"), []audit.Edit{bar(first, everybody)}, ""},
		{"nobody else is left but a variable that may be empty", with(group, "= 22\n", "= 22\n    security_groups = var.groups\n"), []audit.Edit{bar(first, everybody)}, ""},
		{"one of two on a line", loose, []audit.Edit{bar(ssh, "192.0.2.0/24")}, `-  cidr_blocks = ["10.0.0.0/8", "0.0.0.0/0"]|+  cidr_blocks = ["10.0.0.0/8"]`},
		{"addresses that stay are in a block that would go", loose, []audit.Edit{bar(ssh, "10.0.0.0/8", "11.0.0.0/8")}, ""},
		{"all of a list where members are left", with(loose, `"10.0.0.0/8", `, ""), []audit.Edit{bar(ssh, everybody)}, `-  cidr_blocks = ["0.0.0.0/0"]`},
		{"all of a list where nobody is left", with(with(loose, `"10.0.0.0/8", `, ""), "true", "false"), []audit.Edit{bar(ssh, everybody)},
			`-# SSH|-resource "aws_security_group_rule" "ssh" {|-  type        = "ingress"|-  cidr_blocks = ["0.0.0.0/0"]|-  self        = false|-}|-`},
		{"a resource with count", count, []audit.Edit{audit.Remove{Origin: ssh}}, ""},
		{"a resource with for_each", with(loose, "  type", "  for_each = var.all\n  type"), []audit.Edit{audit.Remove{Origin: ssh}}, ""},
		{"an instance", loose, []audit.Edit{audit.Remove{Origin: model.Origin{File: "net/main.tf", Line: 2, Column: 1, Object: "aws_security_group_rule.ssh[0]"}}}, ""},
		{"a resource of another module", loose, []audit.Edit{audit.Remove{Origin: model.Origin{File: "net/main.tf", Line: 2, Column: 1, Object: "module.m.aws_security_group_rule.ssh"}}}, ""},
		{"a resource at another line", loose, []audit.Edit{audit.Remove{Origin: model.Origin{File: "net/main.tf", Line: 1, Column: 1, Object: "aws_security_group_rule.ssh"}}}, ""},
		{"a resource that another one names", loose + "output \"o\" { value = aws_security_group_rule.ssh.id }\n", []audit.Edit{audit.Remove{Origin: ssh}}, ""},
		{"a resource that a longer name begins with", loose + "output \"o\" { value = aws_security_group_rule.ssh2.id }\n", []audit.Edit{audit.Remove{Origin: ssh}},
			`-# SSH|-resource "aws_security_group_rule" "ssh" {|-  type        = "ingress"|-  cidr_blocks = ["10.0.0.0/8", "0.0.0.0/0"]|-  self        = true|-}|-`},
		{"a resource that must not be destroyed", with(loose, "true\n", "true\n  lifecycle {\n    prevent_destroy = true\n  }\n"), []audit.Edit{audit.Remove{Origin: ssh}}, ""},
		{"a list that Terraform does not change", with(loose, "true\n", "true\n  lifecycle {\n    ignore_changes = [cidr_blocks]\n  }\n"), []audit.Edit{bar(ssh, everybody)}, ""},
		{"rules that Terraform does not change", with(group, "{\n", "{\n  lifecycle {\n    ignore_changes = [ingress]\n  }\n"), []audit.Edit{audit.Remove{
			Origin: model.Origin{File: "net/main.tf", Line: first.Line + 3, Column: 3, Object: web, Path: "ingress[0]"}}}, ""},
		{"an entry by its place", list, []audit.Edit{audit.Remove{Origin: at(list, "resource", "aws_network_acl.a", "ingress[1]")}}, "-  ingress {|-    cidr_block = \"10.0.0.0/8\"|-  }"},
		{"an entry by its place among dynamic ones", with(list, "  ingress", "  dynamic \"ingress\" {\n    for_each = var.all\n    content {}\n  }\n  ingress"),
			[]audit.Edit{audit.Remove{Origin: at(list, "resource", "aws_network_acl.a", "ingress[1]")}}, ""},
		{"an entry that there is not", list, []audit.Edit{audit.Remove{Origin: at(list, "resource", "aws_network_acl.a", "ingress[2]")}}, ""},
		{"a block of a dynamic one", "resource \"aws_security_group\" \"web\" {\n  dynamic \"ingress\" {\n    for_each = var.all\n    content {}\n  }\n}\n",
			[]audit.Edit{audit.Remove{Origin: model.Origin{File: "net/main.tf", Line: 2, Column: 3, Object: web, Path: "ingress[0]"}}}, ""},
		{"ranges, and tags are left", tagged, []audit.Edit{bar(at(tagged, "resource", "google_compute_firewall.web", ""), everybody)}, `-  source_ranges = ["0.0.0.0/0"]`},
		{"no source is given, which is everybody", with(with(tagged, "  source_ranges = [\"0.0.0.0/0\"]\n", ""), "  source_tags   = [\"bastion\"]\n", ""),
			[]audit.Edit{bar(at(tagged, "resource", "google_compute_firewall.web", ""), everybody)}, `-resource "google_compute_firewall" "web" {|-}`},
		{"the only rule of a group of Azure", security, []audit.Edit{bar(at(security, "security_rule", "azurerm_network_security_group.web", "security_rule ssh"), everybody)},
			`-  security_rule {|-    source_address_prefix = "*"|-  }|+  security_rule = []`},
		{"a port of several", several, []audit.Edit{closing(at(several, "resource", "google_compute_firewall.web", ""), model.Ports(model.TCP, 22, 22))},
			`-    ports    = ["22", "443", "8000-8080"]|+    ports    = ["443", "8000-8080"]`},
		{"a port and a range of several, and all of a protocol", several, []audit.Edit{closing(at(several, "resource", "google_compute_firewall.web", ""),
			model.Ports(model.TCP, 22, 22), model.Ports(model.TCP, 8000, 9000), model.AllOf(model.UDP))},
			`-    ports    = ["22", "443", "8000-8080"]|+    ports    = ["443"]|-  allow {|-    protocol = "udp"|-    ports    = ["53"]|-  }`},
		{"a part of a range", several, []audit.Edit{closing(at(several, "resource", "google_compute_firewall.web", ""), model.Ports(model.TCP, 8080, 8080))}, ""},
		{"a port that is not among them", several, []audit.Edit{closing(at(several, "resource", "google_compute_firewall.web", ""), model.Ports(model.TCP, 3389, 3389))}, ""},
		{"a port of all", with(several, "\n    ports    = [\"53\"]", ""), []audit.Edit{closing(at(several, "resource", "google_compute_firewall.web", ""), model.Ports(model.UDP, 53, 53))}, ""},
		{"ports of which one is a variable", with(several, `"443"`, "var.port"), []audit.Edit{closing(at(several, "resource", "google_compute_firewall.web", ""), model.Ports(model.TCP, 22, 22))}, ""},
		{"a port beside one of another protocol that is a variable", with(several, `"udp"`, "var.other"), []audit.Edit{closing(at(several, "resource", "google_compute_firewall.web", ""), model.Ports(model.TCP, 22, 22))}, ""},
		{"a port that tags have as well", with(several, "  source_ranges", "  source_tags   = [\"bastion\"]\n  source_ranges"),
			[]audit.Edit{closing(at(several, "resource", "google_compute_firewall.web", ""), model.Ports(model.TCP, 22, 22))}, ""},
		{"a port that another block has as well", with(several, `["0.0.0.0/0"]`, `["0.0.0.0/0", "10.0.0.0/8", var.office]`),
			[]audit.Edit{closing(at(several, "resource", "google_compute_firewall.web", ""), model.Ports(model.TCP, 22, 22))}, ""},
		{"ports that Terraform does not change", with(several, "  source_ranges", "  lifecycle {\n    ignore_changes = [allow]\n  }\n  source_ranges"),
			[]audit.Edit{closing(at(several, "resource", "google_compute_firewall.web", ""), model.Ports(model.TCP, 22, 22))}, ""},
		{"a port of several of Azure", ports, []audit.Edit{closing(at(ports, "resource", "azurerm_network_security_rule.web", ""), model.Ports(model.TCP, 22, 22))}, `-    "22",`},
		{"a port of any protocol", with(ports, `"Tcp"`, `"*"`), []audit.Edit{closing(at(ports, "resource", "azurerm_network_security_rule.web", ""), model.Ports(model.TCP, 22, 22))}, ""},
		{"all ports of a list", ports, []audit.Edit{closing(at(ports, "resource", "azurerm_network_security_rule.web", ""), model.Ports(model.TCP, 22, 22), model.Ports(model.TCP, 443, 443))}, ""},
		{"a service tag", with(security, `"*"`, `"AzureCloud"`), []audit.Edit{bar(at(security, "security_rule", "azurerm_network_security_group.web", "security_rule ssh"), everybody)}, ""},
		{"fewest blocks", with(loose, `"10.0.0.0/8", "0.0.0.0/0"`, `"10.0.0.0/9", "192.0.2.0/24", "10.128.0.0/9", "192.0.2.7/32"`), []audit.Edit{audit.Condense{Origin: ssh}},
			`-  cidr_blocks = ["10.0.0.0/9", "192.0.2.0/24", "10.128.0.0/9", "192.0.2.7/32"]|+  cidr_blocks = ["10.0.0.0/8", "192.0.2.0/24"]`},
		{"blocks that are the fewest", with(loose, `"0.0.0.0/0"`, `"192.0.2.0/24"`), []audit.Edit{audit.Condense{Origin: ssh}}, ""},
		{"blocks of which one is a variable", with(loose, `"0.0.0.0/0"`, `"10.1.0.0/16", var.x`), []audit.Edit{audit.Condense{Origin: ssh}}, ""},
		{"a block at the end", list, []audit.Edit{audit.Append{Origin: at(list, "resource", "aws_network_acl.a", ""), Text: "egress {\n  rule_no = 1\n}"}}, "+|+  egress {|+    rule_no = 1|+  }"},
		{"a block in an empty resource", loose, []audit.Edit{audit.Append{Origin: at(loose, "resource \"aws_vpc", "aws_vpc.v", ""), Text: "x {\n}"}},
			`-resource "aws_vpc" "v" {}|+resource "aws_vpc" "v" {|+  x {|+  }|+}`},
		{"a block where there is an argument of its name", with(list, "  ingress", "  egress = var.all\n  ingress"), []audit.Edit{audit.Append{Origin: at(list, "resource", "aws_network_acl.a", ""), Text: "egress {\n}"}}, ""},
		{"a resource after another", loose, []audit.Edit{audit.Follow{Origin: ssh, Text: "resource \"aws_vpc\" \"w\" {\n}"}}, `+|+resource "aws_vpc" "w" {|+}`},
		{"a resource that there is", loose, []audit.Edit{audit.Follow{Origin: ssh, Text: "resource \"aws_vpc\" \"v\" {\n}"}}, ""},
		{"a resource that another file has", loose, []audit.Edit{audit.Follow{Origin: ssh, Text: "resource \"aws_vpc\" \"other\" {\n}"}}, ""},
		{"a value", loose, []audit.Edit{audit.Assign{Origin: ssh, Names: []string{"itself", "self"}, Value: "false"}}, `-  self        = true|+  self        = false`},
		{"a value that is a variable", with(loose, "true", "var.self"), []audit.Edit{audit.Assign{Origin: ssh, Names: []string{"self"}, Value: "false"}}, ""},
		{"a value that is not set", loose, []audit.Edit{audit.Assign{Origin: ssh, Names: []string{"itself"}, Value: "false"}}, ""},
		{"one of two that cannot be made", loose, []audit.Edit{audit.Remove{Origin: ssh}, audit.Remove{Origin: first}}, ""},
		{"what was read elsewhere", loose, []audit.Edit{audit.Remove{Origin: model.Origin{File: "plan.json", Line: 2, Column: 1, Object: "aws_security_group_rule.ssh"}}}, ""},
		{"a file with faults", loose + "}", []audit.Edit{audit.Remove{Origin: ssh}}, ""},
		{"line breaks of Windows", strings.ReplaceAll(security, "\n", "\r\n"), []audit.Edit{bar(at(security, "security_rule", "azurerm_network_security_group.web", "x"), everybody)},
			"-  security_rule {\r|-    source_address_prefix = \"*\"\r|-  }\r|+  security_rule = []\r"},
		{"a last line that does not end", strings.TrimSuffix(loose, "\n"), []audit.Edit{audit.Follow{Origin: at(loose, "resource \"aws_vpc", "aws_vpc.v", ""), Text: "resource \"aws_vpc\" \"w\" {\n}"}},
			"-resource \"aws_vpc\" \"v\" {}|\\ No newline at end of file|+resource \"aws_vpc\" \"v\" {}|+|+resource \"aws_vpc\" \"w\" {|+}"},
	} {
		t.Run(c.name, func(t *testing.T) {
			files := map[string]string{"net/main.tf": c.source, "net/other.tf": "resource \"aws_vpc\" \"other\" {}\n"}
			found := []audit.Finding{{Fixes: []audit.Fix{{Form: "terraform", Edits: c.edits}}}}
			auditfix.Write(found, filesOf(files))
			if c.want == "" {
				if len(found[0].Fixes) > 0 {
					t.Fatalf("it is made:\n%s", found[0].Fixes[0].Text)
				}
				return
			}
			if len(found[0].Fixes) == 0 {
				t.Fatal("it is not made")
			}
			x := found[0].Fixes[0]
			if got := signed(x.Text); got != c.want {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
			if a, b := patched(t, files, x.Text), changed(files, x.Changes); a["net/main.tf"] != b["net/main.tf"] {
				t.Errorf("the diff makes\n%s\nand the changes make\n%s", a["net/main.tf"], b["net/main.tf"])
			}
		})
	}
}

// signed is the lines of a diff that go and come.
func signed(diff string) string {
	lines := slices.DeleteFunc(strings.Split(strings.TrimSuffix(diff, "\n"), "\n"), func(l string) bool {
		return strings.HasPrefix(l, " ") || strings.HasPrefix(l, "@@") || strings.HasPrefix(l, "---") || strings.HasPrefix(l, "+++")
	})
	return strings.Join(lines, "|")
}

// TestTextIsKept: a fix that has text besides edits keeps it where they cannot be made, and others go.
func TestTextIsKept(t *testing.T) {
	gone := []audit.Edit{audit.Remove{Origin: model.Origin{File: "none.tf", Line: 1, Column: 1, Object: "a.b"}}}
	found := []audit.Finding{{Fixes: []audit.Fix{{Title: "a", Text: "egress {}", Edits: gone}, {Title: "b", Edits: gone}, {Title: "c", Text: "aws"}}}}
	auditfix.Write(found, filesOf(nil))
	if x := found[0].Fixes; len(x) != 2 || x[0].Text != "egress {}" || x[1].Title != "c" {
		t.Errorf("%+v", x)
	}
}

// TestFolderUnread: what other files name is not known where they cannot be listed, so that no resource is removed.
func TestFolderUnread(t *testing.T) {
	files := filesOf(map[string]string{"net/main.tf": loose})
	files.List = func(string) ([]string, error) { return nil, errors.New("no") }
	found := []audit.Finding{{Fixes: []audit.Fix{{Edits: []audit.Edit{audit.Remove{Origin: at(loose, "resource", "aws_security_group_rule.ssh", "")}}}}}}
	auditfix.Write(found, files)
	if len(found[0].Fixes) > 0 {
		t.Errorf("%+v", found[0].Fixes)
	}
}
