package terraform_test

import (
	"bytes"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/hashicorp/hcl/v2/hclwrite"

	"github.com/crosswall/crosswall/terraform"
)

// FuzzRead reads anything without panic, and what can be written of it reads back
// the same in both formats.
func FuzzRead(f *testing.F) {
	for _, s := range []string{
		"resource \"a\" \"b\" {\n  x = [1, \"two\", a.b.c, null]\n  k {\n    y = { a = 1 }\n  }\n}",
		"resource \"a\" \"b\" {\n  for_each = toset([\"x\", \"y\"])\n  x = \"${each.key}-${count.index}\"\n}",
		"resource \"a\" \"b\" {\n  dynamic \"k\" {\n    for_each = { a = 1 }\n    content {\n      x = k.value\n    }\n  }\n}",
		"variable \"v\" {\n  type = object({ a = optional(number, 1) })\n  default = {}\n}\nlocals {\n  l = [for x in [1, 2] : x if x > 1]\n}\noutput \"o\" {\n  value = merge({ l = local.l }, var.v)\n}",
		"terraform {\n  required_version = \">= 1\"\n  required_providers {\n    aws = { source = \"hashicorp/aws\" }\n  }\n}\nimport {\n  to = a.b\n  id = \"x\"\n}",
		"locals {\n  a = cidrsubnets(\"10.0.0.0/8\", 8, 4)[1]\n  b = <<-EOT\n    %{ for x in [1] }${x}%{ endfor }\n  EOT\n}\nresource \"a\" \"b\" {\n  x = [local.a, local.b, try(local.c, 1)]\n}",
	} {
		f.Add(s, false)
	}
	f.Add(`{"//": "x", "resource": {"a": {"b": {"x": "${a.b.c}", "k": [{"y": 1.5}], "dynamic": {"k": {"for_each": [1], "content": {}}}}}}}`, true)
	f.Add(`{"variable": {"v": {"type": "map(string)", "default": {"${a}": "$${b}"}}}, "locals": {"l": "${var.v}"}, "output": {"o": {"value": "${local.l}"}}}`, true)
	f.Fuzz(func(t *testing.T, src string, inJSON bool) {
		name := "main.tf"
		if inJSON {
			name = "main.tf.json"
		}
		m, diags, err := terraform.Read(fstest.MapFS{name: {Data: []byte(src)}})
		if err != nil {
			t.Fatal(err)
		}
		if diags.HasErrors() || m.Validate() != nil {
			return
		}
		for _, format := range []terraform.Format{terraform.HCL, terraform.JSON} {
			writeAgain(t, m, format)
		}
	})
}

func writeAgain(t *testing.T, want terraform.Module, format terraform.Format) {
	files, err := terraform.Files(want, format)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if format == terraform.HCL && string(hclwrite.Format(f.Data)) != string(f.Data) {
			t.Errorf("%s changes when formatted:\n%s", f.Name, f.Data)
		}
	}
	got, diags, err := terraform.Read(folder(files))
	if err != nil || diags.HasErrors() {
		t.Fatalf("%s: %v %v\n%s", format, diags, err, files[0].Data)
	}
	// Lists of objects may come back as blocks, and the order of attributes may change.
	a, b := outline(want), outline(got)
	if a != b {
		t.Errorf("%s: wrote\n%s\nread\n%s", format, a, b)
	}
}

// outline shows what a module says, whichever way its blocks are spelled.
func outline(m terraform.Module) string {
	sortAttrs(&m)
	var lines []string
	for _, r := range m.Resources {
		lines = append(lines, r.Address()+outlineBody(r.Body))
	}
	for _, o := range m.Outputs {
		lines = append(lines, "output "+o.Name+" "+show(o.Value))
	}
	return strings.Join(sortStrings(lines), "\n")
}

func outlineBody(b terraform.Body) string {
	out := ""
	seen := map[string]bool{}
	for _, a := range b.Attrs {
		if !seen[a.Name] && len(b.BlocksOf(a.Name)) == 0 {
			out += " " + a.Name + "=" + show(a.Value)
		}
		seen[a.Name] = true
	}
	types := map[string]bool{}
	for _, k := range b.Blocks {
		types[k.Type] = true
	}
	for name := range seen {
		types[name] = true
	}
	var blocks []string
	for typ := range types {
		for _, k := range b.BlocksOf(typ) {
			blocks = append(blocks, " "+typ+"{"+outlineBody(k.Body)+"}")
		}
	}
	return out + strings.Join(sortStrings(blocks), "")
}

// FuzzReadPlan reads anything as a plan and as a state without panic, in both
// readings to the same end each time.
func FuzzReadPlan(f *testing.F) {
	rule := `{"resources": [{"mode": "managed", "type": "rule", "name": "r", "expressions": {"x": {"references": ["sg.web[each.key].id", "each.value", "module.m[\"k\"].id", "var.v"]}}, "for_each_expression": {"references": ["data.a.b"]}}],
		"module_calls": {"m": {"expressions": {"v": {"constant_value": 1}}, "module": {"outputs": {"id": {"expression": {"references": ["sg.web"]}}}}}}}`
	f.Add([]byte(planJSON(rule, change(`- rule.r "k" create`, after(`{"y": [1, null, {"z": "a"}]}`, `{"x": true, "y": [false, true, {"z": true}]}`)),
		change(`module.m["k"] sg.web 0 create+delete`, `"before": {"id": "x"}, "after": {}, "after_unknown": {"id": true}, "before_sensitive": {"id": true}`))))
	f.Add([]byte(strings.TrimSuffix(planJSON(""), "}") + `, "prior_state": {"values": {"root_module": {"child_modules": [null, {"address": "module.m", "resources": [null, {"type": "a", "name": "b", "values": {"x": 1e9}, "sensitive_values": {"x": true}}]}]}}}, "output_changes": {"o": null}, "deferred_changes": [null]}`))
	f.Add([]byte(`{"version": 4, "resources": [{"mode": "managed", "type": "a", "name": "b", "instances": [{"index_key": "k", "attributes": {"x": {"y": 1}}, "sensitive_attributes": [[{"type": "get_attr", "value": "x"}, {"type": "index", "value": {"value": 0}}]]}]}]}`))
	f.Add([]byte("\xff\xfe{\x00}\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, _, err := terraform.ReadPlan(bytes.NewReader(data))
		again, _, err2 := terraform.ReadPlan(bytes.NewReader(data))
		if (err == nil) != (err2 == nil) || outline(p.Before) != outline(again.Before) || outline(p.After) != outline(again.After) {
			t.Errorf("read twice, a plan differs: %v %v", err, err2)
		}
		m, _, err := terraform.ReadState(bytes.NewReader(data))
		n, _, _ := terraform.ReadState(bytes.NewReader(data))
		if outline(m) != outline(n) {
			t.Error("read twice, a state differs")
		}
		if err == nil && len(p.After.Resources)+len(p.Before.Resources) > 0 {
			t.Error("taken for a plan and for a state")
		}
	})
}
