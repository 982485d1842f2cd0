package terraform_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/crosswall/crosswall/terraform"
)

// TestMentions: what is named where a module holds no value.
func TestMentions(t *testing.T) {
	const names = `
variable "v" {}
locals {
  one  = a_group.one.id
  two  = [local.one, a_group.two.id]
  ring = [local.turn, a_group.ring.id]
  turn = local.ring
}
`
	for _, c := range []struct{ name, source, want string }{
		{"a value", `resource "x" "x" { a = a_group.one.id }`, ""},
		{"a list of values", `resource "x" "x" { a = [a_group.one.id, "b"] }`, ""},
		{"a part of a text", `resource "x" "x" { a = "id=${a_group.one.id}" }`, "x.x: a_group.one"},
		{"an argument of a function, and a value beside", "resource \"x\" \"x\" {\n a = jsonencode({ g = a_group.one.id })\n b = a_group.two.id\n}", "x.x: a_group.one, a_group.two"},
		{"a local value", `resource "x" "x" { a = jsonencode(local.two) }`, "x.x: a_group.one, a_group.two"},
		{"a local value that nothing uses", ``, ""},
		{"a block inside", "resource \"x\" \"x\" {\n b {\n a = \"-${a_group.one.id}\"\n }\n}", "x.x: a_group.one"},
		{"blocks that are not known", "resource \"x\" \"x\" {\n dynamic \"b\" {\n for_each = var.v\n content {\n a = a_group.one.id\n }\n }\n}", "x.x: a_group.one"},
		{"instances that are not known", "resource \"x\" \"x\" {\n count = length(a_group.one.ids)\n a = a_group.two.id\n}", "x.x: a_group.one, a_group.two"},
		{"a provisioner", "resource \"x\" \"x\" {\n provisioner \"local-exec\" {\n command = a_group.one.id\n }\n}", "x.x: a_group.one"},
		{"itself", `resource "x" "x" { a = "${x.x.id}-${a_group.one.id}" }`, "x.x: a_group.one"},
		{"a module", "module \"m\" {\n source = \"./m\"\n groups = [a_group.one.id, a_group.two[0].id, module.n.id, data.d.d.id]\n}", "module.m: a_group.one, a_group.two"},
		{"a data source", `data "d" "d" { g = a_group.one.id }`, "data.d.d: a_group.one"},
		{"a provider", "provider \"p\" {\n g = a_group.one.id\n}", "provider.p: a_group.one"},
		{"what it was called", "moved {\n from = a_group.old\n to = a_group.one\n}", ""},
		{"names of for expressions", `resource "x" "x" { a = jsonencode([for g in var.v : g.id]) }`, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			m, _, err := terraform.Read(fstest.MapFS{"main.tf": {Data: []byte(names + c.source)}})
			if err != nil {
				t.Fatal(err)
			}
			by := map[string][]string{}
			var order []string
			for _, x := range m.Mentions {
				if !slices.Contains(order, x.By) {
					order = append(order, x.By)
				}
				by[x.By] = append(by[x.By], x.To)
			}
			var got []string
			for _, k := range order {
				got = append(got, fmt.Sprintf("%s: %s", k, strings.Join(by[k], ", ")))
			}
			if text := strings.Join(got, "; "); text != c.want {
				t.Errorf("got  %s\nwant %s", text, c.want)
			}
		})
	}
}
