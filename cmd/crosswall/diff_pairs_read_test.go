package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// pairResource is a resource as its text has it. Values are strings, ints, bools, nil, lists, objects, references and
// what a variable leaves open; blocks are lists of objects.
type pairResource struct {
	kind, name string
	values     map[string]any
	// full is the address of one in a module or with an index; empty: kind and name.
	full string
}

// pairRef is a reference, "aws_security_group.web.id".
type pairRef string

// pairOpen is a value that nobody knows.
type pairOpen struct{}

func (r pairResource) address() string { return orText(r.full, r.kind+"."+r.name) }

// object is what a reference is about, without its attribute.
func (r pairRef) object() string {
	parts := strings.Split(string(r), ".")
	return strings.Join(parts[:2], ".")
}

// named is what a value names: the address that a reference is about, or the text itself.
func named(v any) string {
	switch v := v.(type) {
	case pairRef:
		return v.object()
	case string:
		return v
	}
	return ""
}

var pairHead = regexp.MustCompile(`(?m)^(\w+_\w+) (\w+) \{`)

// pairHCL spells out the short form of the tables: a head without "resource" and quotes, and blocks on one line with ";"
// between attributes.
func pairHCL(short string) string {
	s := pairHead.ReplaceAllString(strings.ReplaceAll(short, "\n\t", "\n"), `resource "$1" "$2" {`)
	return strings.NewReplacer("{ ", "{\n", " }", "\n}", "; ", "\n").Replace(s)
}

// pairRead reads the resources of a configuration that is written out: by the grammar alone, and with nothing of what
// the command reads it with.
func pairRead(t *testing.T, short string) []pairResource {
	t.Helper()
	file, diags := hclsyntax.ParseConfig([]byte(pairHCL(short)), "main.tf", hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatalf("%v\n%s", diags, pairHCL(short))
	}
	var out []pairResource
	for _, b := range file.Body.(*hclsyntax.Body).Blocks {
		if b.Type == "resource" {
			out = append(out, pairResource{kind: b.Labels[0], name: b.Labels[1], values: pairBody(t, b.Body)})
		}
	}
	return out
}

func pairBody(t *testing.T, body *hclsyntax.Body) map[string]any {
	out := map[string]any{}
	for name, a := range body.Attributes {
		out[name] = pairValue(t, a.Expr)
	}
	for _, b := range body.Blocks {
		list, _ := out[b.Type].([]any)
		out[b.Type] = append(list, pairBody(t, b.Body))
	}
	return out
}

func pairValue(t *testing.T, e hclsyntax.Expression) any {
	t.Helper()
	switch e := e.(type) {
	case *hclsyntax.TupleConsExpr:
		out := []any{}
		for _, x := range e.Exprs {
			out = append(out, pairValue(t, x))
		}
		return out
	case *hclsyntax.ScopeTraversalExpr:
		var parts []string
		for _, step := range e.Traversal {
			switch step := step.(type) {
			case hcl.TraverseRoot:
				parts = append(parts, step.Name)
			case hcl.TraverseAttr:
				parts = append(parts, step.Name)
			}
		}
		if parts[0] == "var" {
			return pairOpen{}
		}
		return pairRef(strings.Join(parts, "."))
	}
	v, diags := e.Value(nil)
	switch {
	case diags.HasErrors():
		t.Fatalf("%v: only what is written out can be read here", diags)
	case v.IsNull():
		return nil
	case v.Type() == cty.String:
		return v.AsString()
	case v.Type() == cty.Bool:
		return v.True()
	case v.Type() == cty.Number:
		n, _ := v.AsBigFloat().Int64()
		return int(n)
	}
	t.Fatalf("a value of type %s", v.Type().FriendlyName())
	return nil
}

// pairBlocks returns the blocks of a type.
func pairBlocks(values map[string]any, typ string) []map[string]any {
	list, _ := values[typ].([]any)
	var out []map[string]any
	for _, b := range list {
		out = append(out, b.(map[string]any))
	}
	return out
}

// pairList returns the elements of a list; nothing is none, and what is open is one open element.
func pairList(v any) []any {
	switch v := v.(type) {
	case []any:
		return v
	case pairOpen:
		return []any{v}
	}
	return nil
}

// holdsOpen reports whether something that nobody knows is in a value.
func holdsOpen(v any) bool {
	switch v := v.(type) {
	case pairOpen:
		return true
	case []any:
		return slices.ContainsFunc(v, holdsOpen)
	case map[string]any:
		for _, e := range v {
			if holdsOpen(e) {
				return true
			}
		}
	case []pairResource:
		return slices.ContainsFunc(v, func(r pairResource) bool { return holdsOpen(r.values) })
	}
	return false
}

// numberIn reads a number that may be written as a text.
func numberIn(v any) (int, bool) {
	switch v := v.(type) {
	case int:
		return v, true
	case string:
		var n int
		_, err := fmt.Sscanf(v, "%d", &n)
		return n, err == nil && fmt.Sprint(n) == v
	}
	return 0, false
}
