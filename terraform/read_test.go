package terraform_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/crosswall/crosswall/terraform"
)

// show writes a value on one line: references bare, unknown ones as "?" and why.
func show(v terraform.Value) string {
	if v.IsAbsent() {
		return "absent"
	}
	if v.IsNull() && !v.IsComputed() {
		return "null"
	}
	if r, ok := v.AsRef(); ok {
		return r
	}
	if why := v.Why(); why != "" {
		return "?" + why
	}
	if vs, ok := v.AsList(); ok {
		var parts []string
		for _, e := range vs {
			parts = append(parts, show(e))
		}
		return "[" + strings.Join(parts, " ") + "]"
	}
	if m, ok := v.AsObject(); ok {
		var parts []string
		for k, e := range m {
			parts = append(parts, k+":"+show(e))
		}
		slices.Sort(parts)
		return "{" + strings.Join(parts, " ") + "}"
	}
	if s, ok := v.AsString(); ok {
		return fmt.Sprintf("%q", s)
	}
	if n, ok := v.AsInt(); ok {
		return fmt.Sprint(n)
	}
	b, _ := v.AsBool()
	return fmt.Sprint(b)
}

func read(t testing.TB, files ...string) (terraform.Module, terraform.Diagnostics) {
	t.Helper()
	m, diags, err := terraform.Read(source(files...))
	if err != nil {
		t.Fatal(err)
	}
	return m, diags
}

// source takes names and contents of files in turns.
func source(files ...string) fstest.MapFS {
	fsys := fstest.MapFS{}
	for i := 0; i < len(files); i += 2 {
		fsys[files[i]] = &fstest.MapFile{Data: []byte(files[i+1])}
	}
	return fsys
}

// Each row is an expression and what it is worked out to.
func TestReadExpression(t *testing.T) {
	const around = `
variable "unset" {}
variable "set" { default = "v" }
variable "number" {
  type    = number
  default = "8"
}
locals {
  name  = "n"
  ports = [80, 443]
  cidrs = { a = "10.0.0.0/8", b = "10.1.0.0/16" }
  group = aws_security_group.a
  rules = [{ port = 1, from = aws_security_group.a.id }, { port = 2, from = "sg-1" }]
  when  = timestamp()
}
resource "a" "b" {
  x = %s
}
`
	for _, row := range []struct{ expr, want string }{
		{`"a"`, `"a"`}, {`1`, `1`}, {`-1`, `-1`}, {`true`, `true`}, {`null`, `null`}, {`[]`, `[]`}, {`{}`, `{}`},
		{`["a", 1, null]`, `["a" 1 null]`}, {`{ a = 1, "b c" : 2, (local.name) = 3 }`, `{a:1 b c:2 n:3}`},
		{`"$${x} %%{y}"`, `"${x} %{y}"`}, {"<<EOT\nhi ${local.name}\nEOT", `"hi n\n"`}, {"<<-EOT\n  a\n   b\n  EOT", `"a\n b\n"`},

		{`local.name`, `"n"`}, {`local.ports[1]`, `443`}, {`local.cidrs["a"]`, `"10.0.0.0/8"`}, {`local.cidrs.b`, `"10.1.0.0/16"`},
		{`var.set`, `"v"`}, {`var.number`, `8`}, {`var.unset`, `var.unset`}, {`var.unset["k"].id`, `var.unset["k"].id`},
		{`"x-${var.set}"`, `"x-v"`}, {`"${local.ports}"`, `[80 443]`},
		{`"%{ for p in local.ports ~}${p},%{ endfor }"`, `"80,443,"`}, {`"%{ if true }a%{ else }b%{ endif }"`, `"a"`},

		{`aws_security_group.a.id`, `aws_security_group.a.id`}, {`resource.aws_security_group.a.id`, `aws_security_group.a.id`},
		{`"${aws_security_group.a.id}"`, `aws_security_group.a.id`}, {`local.group.id`, `aws_security_group.a.id`},
		{`data.aws_vpc.main.id`, `data.aws_vpc.main.id`}, {`module.net.subnets["a"]`, `module.net.subnets["a"]`},
		{`aws_subnet.s[0].id`, `aws_subnet.s[0].id`}, {`aws_subnet.s.0.id`, `aws_subnet.s[0].id`},
		{`aws_subnet.s[local.name].id`, `aws_subnet.s["n"].id`}, {`[aws_security_group.a.id, "sg-1"]`, `[aws_security_group.a.id "sg-1"]`},
		{`concat([aws_security_group.a.id], ["sg-1"])`, `[aws_security_group.a.id "sg-1"]`},
		{`merge({ a = 1 }, { g = aws_security_group.a.id })`, `{a:1 g:aws_security_group.a.id}`},
		{`true ? aws_security_group.a.id : "x"`, `aws_security_group.a.id`}, {`false ? aws_security_group.a.id : "x"`, `"x"`},
		{`[for r in local.rules : r.from]`, `[aws_security_group.a.id "sg-1"]`}, {`local.rules[*].from`, `[aws_security_group.a.id "sg-1"]`},
		{`element([aws_security_group.a.id], 0)`, `aws_security_group.a.id`}, {`length(local.rules)`, `2`},

		// What is computed from a reference is not known.
		{`"x-${aws_security_group.a.id}"`, `?main.tf:17:7: computed from aws_security_group.a.id`},
		{`upper(aws_security_group.a.id)`, `?main.tf:17:7: computed from aws_security_group.a.id`},
		{`aws_security_group.a.id == "x"`, `?main.tf:17:7: computed from aws_security_group.a.id`},
		{`aws_security_group.a.id == aws_security_group.a.id`, `?main.tf:17:7: computed from aws_security_group.a.id`},
		{`aws_security_group.a.id == "x" ? 1 : 2`, `?main.tf:17:7: computed from aws_security_group.a.id`},
		{`aws_subnet.s[*].id`, `?main.tf:17:7: computed from aws_subnet.s`},
		{`aws_subnet.s[aws_subnet.t.id]`, `?main.tf:17:7: computed from aws_subnet.t.id`},
		{`toset([aws_security_group.a.id, aws_security_group.b.id])`, `?main.tf:17:7: computed from aws_security_group.a.id`},
		{`flatten([aws_subnet.s.cidrs, ["x"]])`, `?main.tf:17:7: computed from aws_subnet.s.cidrs`},
		{`length(aws_subnet.s)`, `?main.tf:17:7: computed from aws_subnet.s`},
		{`try(aws_subnet.s[0].id, "x")`, `?main.tf:17:7: computed from aws_subnet.s[0].id`},
		{`[for k, v in aws_subnet.s : v]`, `?main.tf:17:7: computed from aws_subnet.s`},
		{`[for v in ["a"] : v if aws_subnet.s.x]`, `?main.tf:17:7: computed from aws_subnet.s.x`},
		{`[for v in ["a", "b"] : v == aws_subnet.s.x ? 1 : 2]`, `[?main.tf:17:30: computed from aws_subnet.s.x ?main.tf:17:30: computed from aws_subnet.s.x]`},
		{`{ (aws_subnet.s.id) = 1 }`, `?main.tf:17:7: computed from aws_subnet.s.id`},
		{`-var.unset`, `?main.tf:17:7: computed from var.unset`},
		{`local.when`, `?main.tf:14:11: the function timestamp is not evaluated`},
		{`["a", timestamp()]`, `["a" ?main.tf:17:13: the function timestamp is not evaluated]`},
		{`file("x")`, `?main.tf:17:7: the function file is not evaluated`},
		{`provider::aws::arn("x")`, `?main.tf:17:7: the function provider::aws::arn is not evaluated`},
		{`path.module`, `?main.tf:17:7: path is known to Terraform only`},
		{`terraform.workspace == "x"`, `?main.tf:17:7: terraform is known to Terraform only`},
		{`concat(aws_subnet.s.cidrs, ["x"])`, `?main.tf:17:7: computed from aws_subnet.s.cidrs`},
		// ... unless it does not depend on it.
		{`false && aws_subnet.s.x`, `false`},

		{`1 + 2 * 3`, `7`}, {`10 % 3`, `1`}, {`!true`, `false`}, {`1 < 2 && 2 != 3`, `true`}, {`"1" == 1`, `false`},
		{`[for i, p in local.ports : "${i}:${p}"]`, `["0:80" "1:443"]`}, {`[for p in local.ports : p if p > 100]`, `[443]`},
		{`{ for k, v in local.cidrs : upper(k) => v }`, `{A:"10.0.0.0/8" B:"10.1.0.0/16"}`},
		{`{ for r in local.rules : "all" => r.port... }`, `{all:[1 2]}`},
		{`keys(local.cidrs)`, `["a" "b"]`}, {`values(local.cidrs)`, `["10.0.0.0/8" "10.1.0.0/16"]`},
		{`toset(["b", "a", "b"])`, `["a" "b"]`}, {`tolist([1, "2"])`, `["1" "2"]`}, {`tonumber("8")`, `8`}, {`tostring(8)`, `"8"`},
		{`lookup(local.cidrs, "a", "x")`, `"10.0.0.0/8"`}, {`lookup(local.cidrs, "z", "x")`, `"x"`}, {`lookup({ a = 1 }, "a")`, `1`},
		{`coalesce(null, "", "x")`, `"x"`}, {`coalescelist([], ["x"])`, `["x"]`}, {`compact(["", "x", null])`, `["x"]`},
		{`distinct(["a", "b", "a"])`, `["a" "b"]`}, {`flatten([["a"], [["b"]]])`, `["a" "b"]`}, {`sort(["b", "a"])`, `["a" "b"]`},
		{`contains(["a"], "a")`, `true`}, {`setunion(["a"], ["b"])`, `["a" "b"]`}, {`setproduct(["a"], ["b"])`, `[["a" "b"]]`},
		{`zipmap(["a"], [1])`, `{a:1}`}, {`range(3)`, `[0 1 2]`}, {`slice(["a", "b", "c"], 1, 2)`, `["b"]`}, {`one(["a"])`, `"a"`}, {`one([])`, `null`},
		{`sum([1, 2])`, `3`}, {`max(1, 5)`, `5`}, {`max([1, 5]...)`, `5`}, {`alltrue([true, false])`, `false`}, {`anytrue([])`, `false`},
		{`join(",", ["a", "b"])`, `"a,b"`}, {`split(",", "a,b")`, `["a" "b"]`}, {`format("%s/%d", "a", 32)`, `"a/32"`},
		{`formatlist("%s/32", ["a", "b"])`, `["a/32" "b/32"]`}, {`replace("a-b", "-", "_")`, `"a_b"`}, {`replace("a12", "/[0-9]+/", "x")`, `"ax"`},
		{`trimspace(" a ")`, `"a"`}, {`startswith("ab", "a")`, `true`}, {`strcontains("ab", "b")`, `true`}, {`length("héé")`, `3`}, {`jsonencode([1])`, `"[1]"`},
		{`try(local.cidrs.zzz, "x")`, `"x"`}, {`can(local.cidrs.zzz)`, `false`}, {`can(local.cidrs.a)`, `true`}, {`sensitive("a")`, `"a"`},

		// developer.hashicorp.com/terraform/language/functions, under each name.
		{`cidrsubnet("172.16.0.0/12", 4, 2)`, `"172.18.0.0/16"`}, {`cidrsubnet("10.1.2.0/24", 4, 15)`, `"10.1.2.240/28"`},
		{`cidrsubnet("fd00:fd12:3456:7890::/56", 16, 162)`, `"fd00:fd12:3456:7800:a200::/72"`},
		{`cidrhost("10.12.112.0/20", 16)`, `"10.12.112.16"`}, {`cidrhost("10.12.112.0/20", -1)`, `"10.12.127.255"`},
		{`cidrhost("fd00:fd12:3456:7890:00a2::/72", 34)`, `"fd00:fd12:3456:7890::22"`}, {`cidrnetmask("172.16.0.0/12")`, `"255.240.0.0"`},
		{`cidrsubnets("10.1.0.0/16", 4, 4, 8, 4)`, `["10.1.0.0/20" "10.1.16.0/20" "10.1.32.0/24" "10.1.48.0/20"]`},
		{`cidrsubnets("fd00:fd12:3456:7890::/56", 16, 16, 16, 32)`, `["fd00:fd12:3456:7800::/72" "fd00:fd12:3456:7800:100::/72" "fd00:fd12:3456:7800:200::/72" "fd00:fd12:3456:7800:300::/88"]`},
	} {
		m, diags := read(t, "main.tf", fmt.Sprintf(around, row.expr))
		if len(diags) > 0 {
			t.Errorf("%s: %v", row.expr, diags)
			continue
		}
		if got := show(m.Resources[0].Get("x")); got != row.want {
			t.Errorf("%s = %s, want %s", row.expr, got, row.want)
		}
	}
}

// Each row is a file and the diagnostics it has.
func TestReadDiagnostics(t *testing.T) {
	for _, row := range []struct{ name, src, want string }{
		{"no fault", `resource "a" "b" {}`, ""},
		{"syntax", "resource \"a\" \"b\" {\n  x = = 1\n}", "main.tf:2:7: error: Invalid expression"},
		{"block type", `rsource "a" "b" {}`, "main.tf:1:1: error: Unsupported block type"},
		{"argument outside", `x = 1`, "main.tf:1:1: error: Unsupported argument"},
		{"one label", `resource "a" {}`, "main.tf:1:1: error: Wrong number of labels"},
		{"twice", "resource \"a\" \"b\" {}\nresource \"a\" \"b\" {}", "main.tf:2:1: error: Duplicate resource"},
		{"variable twice", "variable \"a\" {}\nvariable \"a\" {}", "main.tf:2:1: error: Duplicate variable"},
		{"local twice", "locals { a = 1 }\nlocals { a = 1 }", "main.tf:2:10: error: Duplicate local value"},
		{"unknown local", "resource \"a\" \"b\" { x = local.y }", "main.tf:1:24: error: Reference to undeclared local value"},
		{"unknown variable", "resource \"a\" \"b\" { x = var.y }", "main.tf:1:24: error: Reference to undeclared input variable"},
		{"word without quotes", "resource \"a\" \"b\" { x = tcp }", "main.tf:1:24: error: Invalid reference"},
		{"each outside", "resource \"a\" \"b\" { x = each.key }", "main.tf:1:24: error: Invalid reference"},
		{"cycle", "locals {\n a = local.b\n b = local.a\n}\nresource \"a\" \"b\" { x = local.a }", "main.tf:3:6: error: Local value refers to itself"},
		{"wrong type", `variable "a" {
  type    = number
  default = "x"
}`, "main.tf:3:3: error: Invalid value of variable"},
		{"type", `variable "a" { type = strin }`, "main.tf:1:16: error: Invalid type of variable"},
		{"bad call", `resource "a" "b" { x = cidrhost("10.0.0.0/30", 4) }`, "main.tf:1:24: error: Error in function call"},
		{"missing key", "locals { a = {} }\nresource \"a\" \"b\" { x = local.a.y }", "main.tf:2:31: error: Unsupported attribute"},
		{"for_each over a list", `resource "a" "b" { for_each = ["a"] }`, "main.tf:1:20: error: Invalid for_each"},
		{"for_each over null", `resource "a" "b" { for_each = null }`, "main.tf:1:20: error: Invalid for_each"},
		{"count below 0", `resource "a" "b" { count = -1 }`, "main.tf:1:20: error: Invalid count"},
		{"count too large", `resource "a" "b" { count = 10001 }`, "main.tf:1:20: error: Invalid count"},
		{"for_each and count", `resource "a" "b" {
  count    = 1
  for_each = {}
}`, "main.tf:1:1: error: Both for_each and count"},
		{"dynamic without for_each", `resource "a" "b" {
  dynamic "x" {}
}`, "main.tf:2:3: error: Invalid dynamic block"},
		{"module", `module "net" { source = "./net" }`, "main.tf:1:1: warning: Module not read"},
		{"import by identity", `import {
  to       = a.b
  identity = {}
}`, "main.tf:1:1: warning: Import not read"},
		{"blocks of no interest", `provider "aws" {}
data "a" "b" {}
check "c" {}
moved {}
removed {}
terraform {
  backend "s3" {}
}`, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, diags := read(t, "main.tf", row.src)
			got := ""
			if len(diags) > 0 {
				got = diags[0].String()
			}
			if len(diags) > 1 || row.want == "" && got != "" || !strings.HasPrefix(got, row.want) {
				t.Errorf("%v, want %q", diags, row.want)
			}
		})
	}
}

func TestReadReportsAllFilesAtOnce(t *testing.T) {
	_, diags := read(t, "b.tf", "x = = 1", "a.tf", "resource \"a\" {", "c.tf.json", "{", "terraform.tfvars", "a = [")
	var files []string
	for _, d := range diags {
		files = append(files, d.Pos.File)
	}
	if got := strings.Join(slices.Compact(files), " "); got != "a.tf b.tf c.tf.json terraform.tfvars" {
		t.Errorf("diagnostics of %s: %v", got, diags)
	}
}

func TestReadFiles(t *testing.T) {
	m, diags := read(t,
		"main.tf", `resource "a" "main" { x = [var.a, var.b, var.c] }
variable "a" { default = "default" }
variable "b" { default = "default" }
variable "c" {}`,
		"more.tf.json", `{"//": "x", "resource": {"a": {"json": {}}}}`,
		"terraform.tfvars", `b = "tfvars"
c = "tfvars"`,
		"z.auto.tfvars.json", `{"c": "${auto}"}`,
		"other.tfvars", `a = "not taken by itself"`,
		".hidden.tf", `nonsense`, "main.tf~", `nonsense`, "README.md", `nonsense`,
		"inner/main.tf", `resource "a" "inner" {}`,
		"x_override.tf", `resource "a" "main" { x = 1 }`, "main.tofu", ``)
	if len(m.Resources) != 2 {
		t.Errorf("resources %v", m.Resources)
	}
	if got := show(m.Resources[0].Get("x")); got != `["default" "tfvars" "${auto}"]` {
		t.Errorf("x = %s", got)
	}
	if len(diags) != 2 || diags.HasErrors() {
		t.Errorf("diagnostics %v, want warnings for the override and the .tofu file", diags)
	}
	if _, diags := read(t, "README.md", ""); !diags.HasErrors() {
		t.Error("a folder without configuration is no fault")
	}
}

func addresses(m terraform.Module) string {
	var out []string
	for _, r := range m.Resources {
		out = append(out, r.Address())
	}
	return strings.Join(out, " ")
}

func TestReadInstances(t *testing.T) {
	for _, row := range []struct{ name, meta, x, wantAddresses, wantX string }{
		{"set", `for_each = toset(["b", "a"])`, `[each.key, each.value]`, `a.b["a"] a.b["b"]`, `["a" "a"]`},
		{"map", `for_each = { k = 1 }`, `[each.key, each.value]`, `a.b["k"]`, `["k" 1]`},
		{"objects", `for_each = { k = { p = 1, g = c.d.id } }`, `[each.value.p, each.value.g]`, `a.b["k"]`, `[1 c.d.id]`},
		{"empty", `for_each = {}`, `1`, ``, ``},
		{"count", `count = 2`, `count.index`, `a.b[0] a.b[1]`, `0`},
		{"count by condition", `count = true ? 0 : 1`, `1`, ``, ``},
		{"references by key", `for_each = toset(["k"])`, `c.d[each.key].id`, `a.b["k"]`, `c.d["k"].id`},
		{"odd key", `for_each = toset(["$${x}\""])`, `each.key`, `a.b["$${x}\""]`, `"${x}\""`},
	} {
		t.Run(row.name, func(t *testing.T) {
			m, diags := read(t, "main.tf", "resource \"a\" \"b\" {\n"+row.meta+"\nx = "+row.x+"\n}")
			if len(diags) > 0 {
				t.Fatal(diags)
			}
			if got := addresses(m); got != row.wantAddresses {
				t.Errorf("resources %s, want %s", got, row.wantAddresses)
			}
			if row.wantX != "" {
				if got := show(m.Resources[0].Get("x")); got != row.wantX {
					t.Errorf("x = %s, want %s", got, row.wantX)
				}
			}
		})
	}
}

// A resource of which nobody knows how many there are is neither one nor none.
func TestReadUncertain(t *testing.T) {
	for _, meta := range []string{
		`for_each = var.x`, `for_each = c.d`, `for_each = toset(c.d.ids)`, `count = var.x`, `count = length(c.d)`,
		`count = c.d.id == "" ? 1 : 0`, `for_each = { for k in c.d : k => k }`, `for_each = ["list"]`, `count = "many"`,
	} {
		m, _ := read(t, "main.tf", "variable \"x\" {}\nresource \"a\" \"b\" {\n"+meta+"\nx = [each.value, count.index]\ny = 1\n}")
		if len(m.Resources) != 1 || m.Resources[0].Uncertain == "" || !strings.HasPrefix(m.Resources[0].Uncertain, "main.tf:3:") {
			t.Errorf("%s: %+v", meta, m.Resources)
			continue
		}
		for _, v := range must(m.Resources[0].Get("x").AsList()) {
			if v.Why() == "" {
				t.Errorf("%s: x = %s", meta, show(m.Resources[0].Get("x")))
			}
		}
		if got := show(m.Resources[0].Get("y")); got != "1" {
			t.Errorf("%s: y = %s", meta, got)
		}
	}
}

func must[T any](v T, ok bool) T {
	if !ok {
		panic("not ok")
	}
	return v
}

// Blocks come in three spellings and two syntaxes.
func TestReadBlocks(t *testing.T) {
	const want = `tcp:[80] udp:[53]`
	for _, row := range []struct{ name, file, src string }{
		{"blocks", "main.tf", `resource "a" "b" {
  allow {
    protocol = "tcp"
    ports    = [80]
  }
  allow {
    protocol = "udp"
    ports    = [53]
  }
}`},
		{"attribute", "main.tf", `resource "a" "b" {
  allow = [{ protocol = "tcp", ports = [80] }, { protocol = "udp", ports = [53] }]
}`},
		{"dynamic over a map", "main.tf", `resource "a" "b" {
  dynamic "allow" {
    for_each = { tcp = 80, udp = 53 }
    content {
      protocol = allow.key
      ports    = [allow.value]
    }
  }
}`},
		{"dynamic with iterator", "main.tf", `resource "a" "b" {
  dynamic "allow" {
    for_each = [["tcp", 80], ["udp", 53]]
    iterator = it
    content {
      protocol = it.value[0]
      ports    = [it.value[1]]
    }
  }
}`},
		{"JSON list", "main.tf.json", `{"resource": {"a": {"b": {"allow": [{"protocol": "tcp", "ports": [80]}, {"protocol": "udp", "ports": [53]}]}}}}`},
		{"JSON dynamic", "main.tf.json", `{"resource": {"a": {"b": {"dynamic": {"allow": {"for_each": {"tcp": 80, "udp": 53},
			"content": {"protocol": "${allow.key}", "ports": ["${allow.value}"]}}}}}}}`},
		{"JSON dynamic with iterator", "main.tf.json", `{"resource": {"a": {"b": {"dynamic": [{"allow": [{"for_each": {"tcp": 80, "udp": 53}, "iterator": "it",
			"content": [{"protocol": "${it.key}", "ports": ["${it.value}"]}]}]}]}}}}`},
	} {
		m, diags := read(t, row.file, row.src)
		if len(diags) > 0 {
			t.Errorf("%s: %v", row.name, diags)
			continue
		}
		var got []string
		for _, k := range m.Resources[0].BlocksOf("allow") {
			p, _ := k.Body.Get("protocol").AsString()
			got = append(got, p+":"+show(k.Body.Get("ports")))
		}
		if s := strings.Join(got, " "); s != want || m.Resources[0].Open("allow") {
			t.Errorf("%s: blocks %s, want %s; open %v", row.name, s, want, m.Resources[0].Open("allow"))
		}
	}
	m, _ := read(t, "main.tf.json", `{"resource": {"a": {"b": {"allow": {"protocol": "tcp"}}}}}`)
	if n := len(m.Resources[0].BlocksOf("allow")); n != 1 {
		t.Errorf("%d blocks of a single object in JSON", n)
	}
}

// Where there may be more blocks, the body says so.
func TestReadOpenBlocks(t *testing.T) {
	for _, row := range []struct {
		src  string
		open bool
		n    int
	}{
		{`allow {}`, false, 1},
		{`allow = []`, false, 0},
		{`allow = null`, false, 0},
		{`allow = [{}]`, false, 1},
		{`allow = var.x`, true, 0},
		{`allow = [{}, var.x]`, true, 1},
		{`allow = concat([{}], var.x)`, true, 0},
		{"allow {}\ndynamic \"allow\" {\nfor_each = var.x\ncontent {}\n}", true, 1},
		{"allow = [{}]\ndynamic \"allow\" {\nfor_each = var.x\ncontent {}\n}", true, 1},
		{"dynamic \"allow\" {\nfor_each = toset(c.d.ids)\ncontent {}\n}", true, 0},
	} {
		m, diags := read(t, "main.tf", "variable \"x\" {}\nresource \"a\" \"b\" {\n"+row.src+"\n}")
		if len(diags) > 0 {
			t.Errorf("%s: %v", row.src, diags)
			continue
		}
		r := m.Resources[0]
		if n := len(r.BlocksOf("allow")); n != row.n || r.Open("allow") != row.open {
			t.Errorf("%s: %d blocks, open %v; want %d, %v", row.src, n, r.Open("allow"), row.n, row.open)
		}
	}
}

func TestReadMeta(t *testing.T) {
	m, diags := read(t, "main.tf", `resource "a" "b" {
  provider   = aws.west
  depends_on = [c.d]
  lifecycle {
    ignore_changes = all
  }
  provisioner "local-exec" {}
}
resource "a" "c" {
  lifecycle {
    ignore_changes = [tags, ingress]
  }
}`)
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	b, c := m.Resources[0], m.Resources[1]
	for _, row := range []struct {
		v    terraform.Value
		want string
	}{
		{b.Get("provider"), "aws.west"}, {b.Get("depends_on"), "[c.d]"},
		{b.BlocksOf("lifecycle")[0].Body.Get("ignore_changes"), "all"},
		{c.BlocksOf("lifecycle")[0].Body.Get("ignore_changes"), "[tags ingress]"},
	} {
		if got := show(row.v); got != row.want {
			t.Errorf("%s, want %s", got, row.want)
		}
	}
}

// No input may take long, or more memory than there is.
func TestReadBounds(t *testing.T) {
	in := func(expr string) string { return "resource \"a\" \"b\" {\n  x = " + expr + "\n}" }
	many := func(s string) string { return strings.Repeat(s, 20_000) }
	long := `"` + strings.Repeat("x", 1000) + `"` // so that few steps make much
	doubling := func(format string) string {
		var b strings.Builder
		b.WriteString("locals {\n  l0 = " + long + "\n")
		for i := range 60 {
			fmt.Fprintf(&b, "  l%d = "+format+"\n", i+1, i, i)
		}
		b.WriteString("}\n" + in("local.l60"))
		return b.String()
	}
	chain := func(n int) string {
		var b strings.Builder
		b.WriteString("locals {\n  l0 = 1\n")
		for i := range n {
			fmt.Fprintf(&b, "  l%d = local.l%d\n", i+1, i)
		}
		fmt.Fprintf(&b, "}\n"+in("local.l%d"), n)
		return b.String()
	}
	for _, row := range []struct{ name, file, src string }{
		{"brackets", "main.tf", in(many("["))},
		{"parentheses", "main.tf", in(many("("))},
		{"braces", "main.tf", many("a {\n")},
		{"not", "main.tf", in(many("!") + "true")},
		{"minus", "main.tf", in(many("-") + "1")},
		{"sums", "main.tf", in("1" + many("+1"))},
		{"conditions", "main.tf", in(many("true ? 1 : "))},
		{"indexes", "main.tf", in("local.a" + many("[local.a]"))},
		{"splats", "main.tf", in("local.a" + many("[*]"))},
		{"templates", "main.tf", in(many(`"${`))},
		{"directives", "main.tf", in(`"` + many(`%{ if true }`) + `"`)},
		{"for", "main.tf", in(many("[for x in "))},
		{"calls", "main.tf", in(many("f("))},
		{"JSON brackets", "main.tf.json", many("[")},
		{"JSON objects", "main.tf.json", many(`{"a":`)},
		{"template in JSON", "main.tf.json", `{"locals": {"a": "` + many("${[") + `"}}`},
		{"values of variables", "terraform.tfvars", "a = " + many("[")},
		{"strings that double", "main.tf", doubling(`"${local.l%d}${local.l%d}"`)},
		{"lists that double", "main.tf", doubling(`[local.l%d, local.l%d]`)},
		{"objects that double", "main.tf", doubling(`{ a = local.l%d, b = local.l%d }`)},
		{"concat that doubles", "main.tf", strings.ReplaceAll(doubling(`concat(local.l%d, local.l%d)`), long, "["+long+"]")},
		{"join that doubles", "main.tf", doubling(`join(local.l%d, ["a", local.l%d, "b"])`)},
		{"replace that doubles", "main.tf", doubling(`replace(local.l%d, "x", local.l%d)`)},
		{"chain of locals", "main.tf", chain(20_000)},
		{"large number", "main.tf", in(`"${1e1000000000}"`)},
		{"large number as text", "main.tf", in(`format("%d", "1e1000000000")`)},
		{"large number in a list", "main.tf", in(`formatlist("%d", ["1e1000000000"])`)},
		{"large product", "main.tf", doubling(`local.l%d * local.l%d`)},
		{"large width", "main.tf", in(`format("%1000000000d", 1)`)},
		{"large variable", "main.tf", "variable \"v\" {\n  type = number\n  default = \"1e1000000000\"\n}\n" + in(`"${var.v}"`)},
		{"loops in loops", "main.tf", in(`[for a in range(1000) : [for b in range(1000) : [for c in range(1000) : 1]]]`)},
		{"product of sets", "main.tf", in(`setproduct(range(1000), range(1000), range(1000))`)},
		{"many instances", "main.tf", func() string {
			var b strings.Builder
			for i := range 1000 {
				fmt.Fprintf(&b, "resource \"a\" \"r%d\" {\n  count = 10000\n}\n", i)
			}
			return b.String()
		}()},
	} {
		t.Run(row.name, func(t *testing.T) {
			files := []string{row.file, row.src}
			if row.file != "main.tf" && row.file != "main.tf.json" {
				files = append(files, "main.tf", "")
			}
			// With less work allowed, what reaches that bound reaches it sooner; it is still enough to
			// reach the bound on the size of a value.
			m, diags, err := terraform.ReadWithin(source(files...), terraform.MaxWork/20)
			if err != nil {
				t.Fatal(err)
			}
			unknown := slices.ContainsFunc(m.Resources, func(r terraform.Resource) bool { return r.Get("x").IsUnknown() })
			if !unknown && !diags.HasErrors() {
				t.Errorf("%d resources, none unknown, and no error", len(m.Resources))
			}
			for _, d := range diags {
				if len(d.String()) > 2000 {
					t.Errorf("a diagnostic of %d bytes", len(d.String()))
				}
			}
		})
	}
}
