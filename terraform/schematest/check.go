package schematest

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/crosswall/crosswall/terraform"
)

// Check fails the test for every fault that [Schemas.Faults] finds in a module.
func Check(t testing.TB, m terraform.Module) {
	t.Helper()
	for _, f := range Load(t).Faults(m) {
		t.Error(f)
	}
}

// Faults returns, in the module's order, what the schemas do not allow: unknown resource types,
// attributes and blocks, missing and computed ones, values of another type, too
// many or too few blocks; and values that no schema speaks of but no cloud
// takes: ports, prefixes, protocols and priorities.
func (s Schemas) Faults(m terraform.Module) []string {
	var f faults
	for _, r := range m.Resources {
		b, ok := s[r.Type]
		if !ok {
			f.add(r.Address(), "no such resource type")
			continue
		}
		f.body(r.Address(), withoutMeta(r.Body), b)
		f.values(r)
	}
	return f
}

// withoutMeta drops Terraform's own arguments, of which schemas say nothing
// (developer.hashicorp.com/terraform/language/resources/syntax).
func withoutMeta(b terraform.Body) terraform.Body {
	b.Attrs = slices.DeleteFunc(slices.Clone(b.Attrs), func(a terraform.Attr) bool {
		return a.Name == "depends_on" || a.Name == "provider"
	})
	b.Blocks = slices.DeleteFunc(slices.Clone(b.Blocks), func(k terraform.Block) bool { return k.Type == "lifecycle" })
	return b
}

type faults []string

func (f *faults) add(where, format string, args ...any) {
	*f = append(*f, where+": "+fmt.Sprintf(format, args...))
}

func (f *faults) body(where string, b terraform.Body, schema Block) {
	for _, a := range b.Attrs {
		at := where + "." + a.Name
		if s, ok := schema.Attributes[a.Name]; ok {
			f.attribute(at, a.Value, s)
		} else if _, ok := schema.BlockTypes[a.Name]; ok {
			f.add(at, "is a block, not an attribute")
		} else {
			f.add(at, "no such attribute")
		}
	}
	f.blocks(where, b, schema)
	for _, name := range slices.Sorted(maps.Keys(schema.Attributes)) {
		if schema.Attributes[name].Required && b.Get(name).IsNull() && !hasBlock(b, name) {
			f.add(where, "%s is required", name)
		}
	}
}

func hasBlock(b terraform.Body, typ string) bool {
	return slices.ContainsFunc(b.Blocks, func(k terraform.Block) bool { return k.Type == typ })
}

func (f *faults) blocks(where string, b terraform.Body, schema Block) {
	count := map[string]int{}
	for _, k := range b.Blocks {
		at := where + "." + k.Type
		count[k.Type]++
		if s, ok := schema.BlockTypes[k.Type]; ok {
			f.body(at, k.Body, s.Block)
		} else if elem, ok := attributeAsBlock(schema.Attributes[k.Type]); ok {
			f.body(at, k.Body, elem)
		} else {
			f.add(at, "no such block")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(schema.BlockTypes)) {
		s, n := schema.BlockTypes[name], count[name]
		if n < s.MinItems {
			f.add(where, "%d of block %s, at least %d required", n, name, s.MinItems)
		}
		if most := s.most(); most > 0 && n > most {
			f.add(where, "%d of block %s, at most %d allowed", n, name, most)
		}
	}
}

func (s NestedBlock) most() int {
	if s.NestingMode == "single" || s.NestingMode == "group" {
		return 1
	}
	return s.MaxItems
}

// attributeAsBlock returns the schema of the objects of an attribute that may be written
// as blocks (developer.hashicorp.com/terraform/language/attr-as-blocks); every attribute of
// them may be left out then.
func attributeAsBlock(a Attribute) (Block, bool) {
	kind, elem := splitType(a.Type)
	if kind != "list" && kind != "set" {
		return Block{}, false
	}
	kind, elem = splitType(elem)
	if kind != "object" {
		return Block{}, false
	}
	b := Block{Attributes: map[string]Attribute{}}
	for name, t := range objectTypes(elem) {
		b.Attributes[name] = Attribute{Type: t, Optional: true}
	}
	return b, true
}

func (f *faults) attribute(where string, v terraform.Value, s Attribute) {
	if s.Computed && !s.Optional && !s.Required {
		f.add(where, "is for the provider to set")
		return
	}
	if s.NestedType != nil {
		f.nested(where, v, *s.NestedType)
		return
	}
	f.typed(where, v, s.Type)
}

func (f *faults) nested(where string, v terraform.Value, s NestedType) {
	elems := []terraform.Value{v}
	if s.NestingMode == "list" || s.NestingMode == "set" {
		var ok bool
		if elems, ok = v.AsList(); !ok && !isReference(v) {
			f.add(where, "is not a list")
		}
	}
	for _, e := range elems {
		keys, ok := e.AsObject()
		if !ok {
			continue
		}
		var b terraform.Body
		for _, k := range slices.Sorted(maps.Keys(keys)) {
			b.Set(k, keys[k])
		}
		f.body(where, b, Block{Attributes: s.Attributes})
	}
}

// splitType takes apart a type in JSON: its name, and what it is of.
func splitType(t json.RawMessage) (kind string, of json.RawMessage) {
	if json.Unmarshal(t, &kind) == nil {
		return kind, nil
	}
	var parts []json.RawMessage
	if json.Unmarshal(t, &parts) != nil || len(parts) < 2 || json.Unmarshal(parts[0], &kind) != nil {
		return "", nil
	}
	return kind, parts[1]
}

func objectTypes(t json.RawMessage) map[string]json.RawMessage {
	var out map[string]json.RawMessage
	if json.Unmarshal(t, &out) != nil {
		return nil
	}
	return out
}

func isReference(v terraform.Value) bool {
	_, ok := v.AsRef()
	return ok
}

// typed reports a value that Terraform would not convert to a type.
func (f *faults) typed(where string, v terraform.Value, t json.RawMessage) {
	if v.IsNull() || isReference(v) {
		return
	}
	if v.Why() != "" {
		f.add(where, "unknown: %s", v.Why())
		return
	}
	kind, of := splitType(t)
	switch kind {
	case "list", "set":
		elems, ok := v.AsList()
		if !ok {
			f.add(where, "is not a %s", kind)
		}
		for i, e := range elems {
			f.typed(fmt.Sprintf("%s[%d]", where, i), e, of)
		}
	case "map", "object":
		keys, ok := v.AsObject()
		if !ok {
			f.add(where, "is not a %s", kind)
		}
		f.entries(where, keys, kind, of)
	default:
		f.primitive(where, v, kind)
	}
}

func (f *faults) entries(where string, keys map[string]terraform.Value, kind string, of json.RawMessage) {
	types := objectTypes(of)
	for _, k := range slices.Sorted(maps.Keys(keys)) {
		t := of
		if kind == "object" {
			t = types[k]
		}
		if t == nil {
			f.add(where, "no such attribute: %s", k)
			continue
		}
		f.typed(where+"."+k, keys[k], t)
	}
	if kind != "object" || keys == nil {
		return
	}
	for _, k := range slices.Sorted(maps.Keys(types)) {
		// Unlike blocks, objects have no optional attributes.
		if _, ok := keys[k]; !ok {
			f.add(where, "%s is required", k)
		}
	}
}

func (f *faults) primitive(where string, v terraform.Value, kind string) {
	_, isList := v.AsList()
	_, isObject := v.AsObject()
	_, isInt := v.AsInt()
	_, isBool := v.AsBool()
	switch {
	case isList || isObject:
		f.add(where, "is not a %s", kind)
	case kind == "number" && !isInt:
		f.add(where, "is not a whole number")
	case kind == "bool" && !isBool:
		f.add(where, "is not true or false")
	}
}
