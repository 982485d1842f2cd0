package terraform

import (
	"maps"
	"math/big"
	"slices"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
)

// Value is what an attribute is set to: a literal, a reference, a list, a map
// or something unknown. The zero Value is absent: it is neither written nor
// read back.
type Value struct {
	kind kind
	lit  cty.Value        // literal: string, number, bool or null
	text string           // reference: the traversal; unknown and computed: why
	list []Value          // list
	keys map[string]Value // object
}

type kind uint8

const (
	absent kind = iota
	literal
	reference
	list
	object
	unknown
	computed
)

// String returns a literal string. Template markers in it are plain text.
func String(s string) Value { return Value{kind: literal, lit: cty.StringVal(s)} }

// Int returns a literal whole number.
func Int(n int64) Value { return Value{kind: literal, lit: cty.NumberIntVal(n)} }

// Bool returns a literal truth value.
func Bool(b bool) Value { return Value{kind: literal, lit: cty.BoolVal(b)} }

// Null returns the literal null: as if the attribute were not set.
func Null() Value { return Value{kind: literal, lit: cty.NullVal(cty.DynamicPseudoType)} }

// Ref returns a reference such as "aws_security_group.db.id" or
// `var.subnet_ids["app"]`: one traversal, no operators and no calls.
func Ref(traversal string) Value { return Value{kind: reference, text: traversal} }

// List returns a list (or set) of values.
func List(vs ...Value) Value { return Value{kind: list, list: vs} }

// Strings returns a list of literal strings.
func Strings(ss ...string) Value {
	vs := make([]Value, len(ss))
	for i, s := range ss {
		vs[i] = String(s)
	}
	return List(vs...)
}

// Object returns a map or object value.
func Object(m map[string]Value) Value { return Value{kind: object, keys: m} }

// Unknown returns a value that cannot be worked out; why says so in a few words.
func Unknown(why string) Value { return Value{kind: unknown, text: why} }

// Computed returns the value of an attribute of a planned resource that the
// configuration does not set, as far as can be seen, and that the provider fills in when it
// creates the resource; why says so. It is null, as the attribute is not set, but
// there may be blocks of that name after all: a plan does not show dynamic blocks of the
// configuration, and [Body.Open] is true.
func Computed(why string) Value { return Value{kind: computed, text: why} }

// IsAbsent reports whether the value is the zero Value.
func (v Value) IsAbsent() bool { return v.kind == absent }

// IsComputed reports whether the value is one that [Computed] returns.
func (v Value) IsComputed() bool { return v.kind == computed }

// IsNull reports whether the value is absent, computed or the literal null.
func (v Value) IsNull() bool {
	return v.kind == absent || v.kind == computed || v.kind == literal && v.lit.IsNull()
}

// IsUnknown reports whether the value, or any value inside it, is unknown.
func (v Value) IsUnknown() bool {
	if v.kind == unknown {
		return true
	}
	for _, e := range v.list {
		if e.IsUnknown() {
			return true
		}
	}
	for _, e := range v.keys {
		if e.IsUnknown() {
			return true
		}
	}
	return false
}

// Why says what is unknown about an unknown or computed value; "" otherwise.
func (v Value) Why() string {
	if v.kind == unknown || v.kind == computed {
		return v.text
	}
	return ""
}

// AsString returns a literal string.
func (v Value) AsString() (string, bool) {
	if v.kind != literal || v.lit.IsNull() || v.lit.Type() != cty.String {
		return "", false
	}
	return v.lit.AsString(), true
}

// AsInt returns a literal whole number; a literal string of digits counts too, as it
// does for Terraform.
func (v Value) AsInt() (int64, bool) {
	if v.kind != literal || v.lit.IsNull() {
		return 0, false
	}
	n := v.lit
	if n.Type() == cty.String {
		c, err := convert.Convert(n, cty.Number)
		if err != nil {
			return 0, false
		}
		n = c
	}
	if n.Type() != cty.Number {
		return 0, false
	}
	i, acc := n.AsBigFloat().Int64()
	return i, acc == big.Exact
}

// AsBool returns a literal truth value; the strings "true" and "false" count
// too, as they do for Terraform.
func (v Value) AsBool() (bool, bool) {
	if v.kind != literal || v.lit.IsNull() {
		return false, false
	}
	switch v.lit.Type() {
	case cty.Bool:
		return v.lit.True(), true
	case cty.String:
		return v.lit.AsString() == "true", v.lit.AsString() == "true" || v.lit.AsString() == "false"
	}
	return false, false
}

// AsRef returns the traversal of a reference.
func (v Value) AsRef() (string, bool) { return v.text, v.kind == reference }

// AsList returns the elements of a list; an absent or null value is an empty list.
func (v Value) AsList() ([]Value, bool) { return v.list, v.kind == list || v.IsNull() }

// AsObject returns the entries of a map or object.
func (v Value) AsObject() (map[string]Value, bool) { return v.keys, v.kind == object }

// AsStrings returns a list of literal strings; false when any element is something else.
func (v Value) AsStrings() ([]string, bool) {
	vs, ok := v.AsList()
	if !ok {
		return nil, false
	}
	out := make([]string, len(vs))
	for i, e := range vs {
		if out[i], ok = e.AsString(); !ok {
			return nil, false
		}
	}
	return out, true
}

// Equal reports whether two values are the same: kind by kind, the entries of lists in
// order, unknowns by their reason. The number 1 and the string "1" differ.
func (v Value) Equal(w Value) bool {
	if v.kind != w.kind {
		return false
	}
	switch v.kind {
	case absent:
		return true
	case literal:
		return v.lit.RawEquals(w.lit)
	case reference, unknown, computed:
		return v.text == w.text
	case list:
		return slices.EqualFunc(v.list, w.list, Value.Equal)
	case object:
		return maps.EqualFunc(v.keys, w.keys, Value.Equal)
	}
	return false
}
