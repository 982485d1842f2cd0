package checks_test

import (
	"fmt"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/crosswall/crosswall/model/audit"
	"github.com/crosswall/crosswall/model/audit/checks"
)

// behindACL is a machine with a public address whose group admits everybody to everything, in a subnet whose ACL refuses something before it admits the rest.
const behindACL = `
resource "aws_vpc" "v" {
  cidr_block = "10.0.0.0/16"
}
resource "aws_subnet" "s" {
  vpc_id     = aws_vpc.v.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_network_acl" "a" {
  vpc_id     = aws_vpc.v.id
  subnet_ids = [aws_subnet.s.id]
  ingress {
    rule_no    = 90
    action     = "deny"
    protocol   = "tcp"
    from_port  = %d
    to_port    = %[1]d
    cidr_block = %q
  }
  ingress {
    rule_no    = 100
    action     = "allow"
    protocol   = "-1"
    from_port  = 0
    to_port    = 0
    cidr_block = "0.0.0.0/0"
  }
  egress {
    rule_no    = 100
    action     = "allow"
    protocol   = "tcp"
    from_port  = 1024
    to_port    = 65535
    cidr_block = "0.0.0.0/0"
  }
}
resource "aws_security_group" "web" {
  vpc_id = aws_vpc.v.id
  ingress {
    from_port   = 0
    to_port     = 65535
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
}
resource "aws_instance" "i" {
  subnet_id                   = aws_subnet.s.id
  vpc_security_group_ids      = [aws_security_group.web.id]
  associate_public_ip_address = true
}
`

// What is said to reach a machine is what the other layers let through of it, and the packet is one of that.
func TestExposureOfAPart(t *testing.T) {
	for _, c := range []struct {
		name, check string
		port        int
		from        string
		partly      bool
		packet      string // what it must not be
	}{
		{"half of the Internet is refused", "EXP010", 22, "128.0.0.0/1", true, "203.0.113.10"},
		{"a port is refused of every port", "EXP001", 80, "0.0.0.0/0", true, "TCP/80"},
		{"another port is refused", "EXP010", 80, "0.0.0.0/0", false, "TCP/80"},
		{"others are refused", "EXP010", 22, "10.0.0.0/8", false, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			source := fmt.Sprintf(behindACL, c.port, c.from)
			s := audit.New(readingOf(t, txtar.File{Name: "main.tf", Data: []byte(source)}), audit.Defaults())
			n := 0
			for _, f := range audit.Run(s, checks.All()) {
				if f.Check != c.check || f.Object.Kind != audit.SecurityGroup {
					continue
				}
				n++
				if f.Exposure != audit.Effective || f.Partly != c.partly {
					t.Errorf("%s, of a part: %t", f.Exposure, f.Partly)
				}
				if packet := fmt.Sprintf("%s %s/%d", f.Example.Src.Addr, f.Example.Protocol, f.Example.DstPort); c.packet != "" && strings.Contains(packet, c.packet) {
					t.Errorf("the packet is %s", packet)
				}
			}
			if n != 1 {
				t.Errorf("%d findings", n)
			}
		})
	}
}
