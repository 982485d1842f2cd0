package schematest_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/crosswall/crosswall/terraform"
	"github.com/crosswall/crosswall/terraform/schematest"
)

type attrs []terraform.Attr

func (a attrs) set(name string, v terraform.Value) attrs {
	return append(a[:len(a):len(a)], terraform.Attr{Name: name, Value: v})
}

func resource(typ string, a attrs, blocks ...terraform.Block) terraform.Resource {
	return terraform.Resource{Type: typ, Name: "x", Body: terraform.Body{Attrs: a, Blocks: blocks}}
}

func block(typ string, a attrs) terraform.Block {
	return terraform.Block{Type: typ, Body: terraform.Body{Attrs: a}}
}

var str, num, list = terraform.String, terraform.Int, terraform.Strings

// ingress is a rule without fault; its rows in the tables change one thing.
func ingress() attrs {
	return attrs{}.set("security_group_id", terraform.Ref("aws_security_group.x.id")).
		set("ip_protocol", str("tcp")).set("cidr_ipv4", str("10.0.0.0/8")).set("from_port", num(80))
}

func nsgRule() attrs {
	return attrs{}.set("name", str("r")).set("resource_group_name", str("g")).set("network_security_group_name", str("n")).
		set("access", str("Allow")).set("direction", str("Inbound")).set("protocol", str("Tcp")).set("priority", num(100))
}

func firewall() attrs {
	return attrs{}.set("name", str("f")).set("network", str("default"))
}

func TestFaults(t *testing.T) {
	rule := "aws_vpc_security_group_ingress_rule"
	for _, row := range []struct {
		name string
		r    terraform.Resource
		want string // part of the one fault; empty: none
	}{
		{"good rule", resource(rule, ingress()), ""},
		{"good NSG rule", resource("azurerm_network_security_rule", nsgRule().set("source_address_prefixes", list("10.0.0.0/8", "1.2.3.4"))), ""},
		{"good firewall", resource("google_compute_firewall", firewall(), block("allow", attrs{}.set("protocol", str("tcp")).set("ports", list("80", "90-99")))), ""},
		{"meta arguments", resource(rule, ingress().set("depends_on", terraform.List(terraform.Ref("a.b"))), block("lifecycle", attrs{}.set("create_before_destroy", terraform.Bool(true)))), ""},
		{"blocks for an attribute", resource("aws_security_group", nil, block("ingress", attrs{}.set("from_port", num(1)).set("cidr_blocks", list("10.0.0.0/8")))), ""},
		{"service tag", resource("azurerm_network_security_rule", nsgRule().set("source_address_prefix", str("AzureLoadBalancer"))), ""},

		{"unknown type", resource("aws_nonsense", nil), "no such resource type"},
		{"unknown attribute", resource(rule, ingress().set("nonsense", num(1))), "nonsense: no such attribute"},
		{"required attribute missing", resource(rule, ingress()[1:]), "security_group_id is required"},
		{"required attribute null", resource(rule, ingress()[1:].set("security_group_id", terraform.Null())), "security_group_id is required"},
		{"computed attribute set", resource(rule, ingress().set("arn", str("arn"))), "arn: is for the provider to set"},
		{"text for number", resource(rule, ingress().set("to_port", str("http"))), "to_port: is not a whole number"},
		{"list for string", resource(rule, ingress().set("description", list("a"))), "description: is not a string"},
		{"string for map", resource(rule, ingress().set("tags", str("a"))), "tags: is not a map"},
		{"string for set", resource("google_compute_firewall", firewall().set("source_ranges", str("10.0.0.0/8"))), "source_ranges: is not a set"},
		{"unknown block", resource("google_compute_firewall", firewall(), block("permit", nil)), "permit: no such block"},
		{"attribute for block", resource("google_compute_firewall", firewall().set("allow", list())), "allow: is a block"},
		{"too many blocks", resource("google_compute_firewall", firewall(), block("log_config", attrs{}.set("metadata", str("x"))), block("log_config", attrs{}.set("metadata", str("x")))), "2 of block log_config, at most 1"},
		{"fault inside a block", resource("google_compute_firewall", firewall(), block("allow", nil)), "allow: protocol is required"},
		{"unknown value", resource(rule, ingress().set("to_port", terraform.Unknown("who knows"))), "unknown: who knows"},
		{"object lacks attributes", resource("aws_security_group", attrs{}.set("ingress", terraform.List(terraform.Object(map[string]terraform.Value{
			"from_port": num(1), "to_port": num(1), "protocol": str("tcp"), "cidr_blocks": list(), "ipv6_cidr_blocks": list(), "prefix_list_ids": list(),
			"security_groups": list(), "self": terraform.Bool(false)})))), "description is required"},

		{"port 65536", resource(rule, ingress().set("to_port", num(65536))), "65536 is not within"},
		{"port range reversed", resource("azurerm_network_security_rule", nsgRule().set("destination_port_range", str("90-80"))), "not a port"},
		{"host bits", resource(rule, ingress()[:2].set("cidr_ipv4", str("10.0.0.1/8"))), "not canonical: 10.0.0.0/8"},
		{"IPv6 as IPv4", resource(rule, ingress()[:2].set("cidr_ipv4", str("2001:db8::/32"))), "is not IPv4"},
		{"IPv4 as IPv6", resource(rule, ingress()[:2].set("cidr_ipv6", str("10.0.0.0/8"))), "is not IPv6"},
		{"address for CIDR", resource("google_compute_firewall", firewall().set("source_ranges", list("10.0.0.1"))), "not a CIDR block"},
		{"protocol", resource("google_compute_firewall", firewall(), block("deny", attrs{}.set("protocol", str("tpc")))), "not a protocol"},
		{"Azure priority", resource("azurerm_network_security_rule", nsgRule()[:6].set("priority", num(99))), "99 is not within 100-4096"},
		{"Azure prefix", resource("azurerm_network_security_rule", nsgRule().set("source_address_prefix", str("10.0.0.1/8"))), "not canonical"},
		{"value in a list of objects", resource("aws_network_acl", attrs{}.set("vpc_id", str("v")).set("ingress", terraform.List(terraform.Object(map[string]terraform.Value{
			"action": str("allow"), "cidr_block": str("10.0.0.1/8"), "from_port": num(1), "icmp_code": num(0), "icmp_type": num(0), "ipv6_cidr_block": str("::/0"),
			"protocol": str("tcp"), "rule_no": num(1), "to_port": num(1)})))), "not canonical"},
	} {
		t.Run(row.name, func(t *testing.T) {
			got := schematest.Load(t).Faults(terraform.Module{Resources: []terraform.Resource{row.r}})
			switch {
			case row.want == "" && len(got) > 0:
				t.Errorf("faults: %q", got)
			case row.want != "" && (len(got) != 1 || !strings.Contains(got[0], row.want)):
				t.Errorf("faults %q, want one with %q", got, row.want)
			}
		})
	}
}

// recorder is a test whose failures are looked at instead of reported.
type recorder struct {
	testing.TB
	failures []string
}

func (r *recorder) Helper()      {}
func (r *recorder) Failed() bool { return len(r.failures) > 0 }
func (r *recorder) Errorf(format string, args ...any) {
	r.failures = append(r.failures, format)
	r.Logf(format, args...)
}

func TestValidate(t *testing.T) {
	const head = `
terraform {
  required_providers {
    aws     = { source = "hashicorp/aws", version = "~> 6.0" }
    google  = { source = "hashicorp/google" }
    azurerm = { source = "hashicorp/azurerm" }
  }
}
`
	for _, row := range []struct {
		name, config string
		good         bool
	}{
		{"good", `
resource "aws_security_group" "x" {}
resource "google_compute_firewall" "x" {
  name    = "x"
  network = "default"
  allow { protocol = "tcp" }
}
resource "azurerm_application_security_group" "x" {
  name                = "x"
  location            = "x"
  resource_group_name = "x"
}
`, true},
		{"required attribute missing", `resource "aws_subnet" "x" {}`, false},
		{"unknown attribute", `resource "aws_security_group" "x" { nonsense = 1 }`, false},
		{"unknown reference", `resource "aws_security_group" "x" { vpc_id = aws_vpc.y.id }`, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "main.tf"), []byte(head+row.config), 0o644); err != nil {
				t.Fatal(err)
			}
			r := &recorder{TB: t}
			schematest.Validate(r, dir)
			if r.Failed() == row.good {
				t.Errorf("failures %q, good is %v", r.failures, row.good)
			}
		})
	}
}

func TestFormatted(t *testing.T) {
	for _, row := range []struct {
		config string
		good   bool
	}{
		{"locals {\n  a = 1\n}\n", true},
		{"locals {\na=1\n}\n", false},
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "main.tf"), []byte(row.config), 0o644); err != nil {
			t.Fatal(err)
		}
		r := &recorder{TB: t}
		schematest.Formatted(r, dir)
		if r.Failed() == row.good {
			t.Errorf("%q: failures %q, good is %v", row.config, r.failures, row.good)
		}
	}
}
