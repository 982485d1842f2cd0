package terraform_test

import (
	"fmt"
	"testing/fstest"

	"github.com/crosswall/crosswall/terraform"
)

func ExampleFiles() {
	m := terraform.Module{
		Resources: []terraform.Resource{{
			Type: "aws_vpc_security_group_ingress_rule", Name: "web_https",
			Comment: []string{"shop/NetworkPolicy/web"},
			Body: terraform.Body{Attrs: []terraform.Attr{
				{Name: "security_group_id", Value: terraform.Ref("aws_security_group.web.id")},
				{Name: "cidr_ipv4", Value: terraform.String("203.0.113.0/24")},
				{Name: "ip_protocol", Value: terraform.String("tcp")},
				{Name: "from_port", Value: terraform.Int(443)},
				{Name: "to_port", Value: terraform.Int(443)},
			}},
		}},
	}
	files, err := terraform.Files(m, terraform.HCL)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, f := range files {
		fmt.Printf("== %s\n%s", f.Name, f.Data)
	}
	// Output:
	// == main.tf
	// # Written by crosswall. Changes are overwritten.
	//
	// # shop/NetworkPolicy/web
	// resource "aws_vpc_security_group_ingress_rule" "web_https" {
	//   security_group_id = aws_security_group.web.id
	//   cidr_ipv4         = "203.0.113.0/24"
	//   ip_protocol       = "tcp"
	//   from_port         = 443
	//   to_port           = 443
	// }
}

func ExampleRead() {
	folder := fstest.MapFS{"main.tf": {Data: []byte(`
locals {
  offices = { berlin = "192.0.2.0/24", porto = "198.51.100.0/24" }
}

resource "aws_vpc_security_group_ingress_rule" "ssh" {
  for_each          = local.offices
  security_group_id = aws_security_group.bastion.id
  cidr_ipv4         = each.value
  description       = "ssh from ${each.key}"
  from_port         = var.port
}

variable "port" {}
`)}}
	m, diags, err := terraform.Read(folder)
	if err != nil || len(diags) > 0 {
		fmt.Println(diags, err)
		return
	}
	for _, r := range m.Resources {
		cidr, _ := r.Get("cidr_ipv4").AsString()
		text, _ := r.Get("description").AsString()
		group, _ := r.Get("security_group_id").AsRef()
		port, _ := r.Get("from_port").AsRef()
		fmt.Printf("%s: %s, %q, into %s at %s\n", r.Address(), cidr, text, group, port)
	}
	// Output:
	// aws_vpc_security_group_ingress_rule.ssh["berlin"]: 192.0.2.0/24, "ssh from berlin", into aws_security_group.bastion.id at var.port
	// aws_vpc_security_group_ingress_rule.ssh["porto"]: 198.51.100.0/24, "ssh from porto", into aws_security_group.bastion.id at var.port
}
