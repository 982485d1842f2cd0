package terraform

import (
	"maps"
	"math/big"
	"slices"
	"strconv"

	"github.com/zclconf/go-cty/cty"
)

// Value is what an attribute is set to: a literal, a reference, a list, a map
// or something unknown. The zero Value is absent: it is neither written nor
// read back. Values are compared with [Value.Equal].
type Value struct {
	_ [0]func() // == would compare addresses
	// text is a string; a number that is not in whole, as decimals; the traversal of a reference;
	// or why something is unknown or computed.
	text string
	more *parts
	// whole is a small whole number, or 1 for true.
	whole int32
	kind  kind
}

// parts is what lists and objects are made of. They are rarer than strings, so that values are kept small without.
type parts struct {
	list []Value
	keys map[string]Value
}

type kind uint8

const (
	absent kind = iota
	null
	text
	truth
	integer // a number that an int32 holds
	number  // any other
	reference
	list
	object
	unknown
	computed
)

// String returns a literal string, in Unicode's normal form C, which Terraform keeps strings in. Template
// markers in it are plain text.
func String(s string) Value { return Value{kind: text, text: cty.NormalizeString(s)} }

// Int returns a literal whole number.
func Int(n int64) Value {
	if int64(int32(n)) == n {
		return Value{kind: integer, whole: int32(n)}
	}
	return Value{kind: number, text: strconv.FormatInt(n, 10)}
}

// decimal returns a literal number. It must be finite.
func decimal(f *big.Float) Value {
	if n, acc := f.Int64(); acc == big.Exact {
		return Int(n)
	}
	return Value{kind: number, text: f.Text('f', -1)}
}

// Bool returns a literal truth value.
func Bool(b bool) Value {
	if b {
		return Value{kind: truth, whole: 1}
	}
	return Value{kind: truth}
}

// Null returns the literal null: as if the attribute were not set.
func Null() Value { return Value{kind: null} }

// Ref returns a reference such as "aws_security_group.db.id" or
// `var.subnet_ids["app"]`: one traversal, no operators and no calls.
func Ref(traversal string) Value { return Value{kind: reference, text: traversal} }

// List returns a list (or set) of values. It keeps the slice.
func List(vs ...Value) Value {
	if len(vs) == 0 {
		return Value{kind: list}
	}
	return Value{kind: list, more: &parts{list: vs}}
}

// Strings returns a list of literal strings.
func Strings(ss ...string) Value {
	vs := make([]Value, len(ss))
	for i, s := range ss {
		vs[i] = String(s)
	}
	return List(vs...)
}

// Object returns a map or object value. It keeps the map.
func Object(m map[string]Value) Value { return Value{kind: object, more: &parts{keys: m}} }

// elements returns the elements of a list; nil for all other kinds.
func (v Value) elements() []Value {
	if v.more == nil {
		return nil
	}
	return v.more.list
}

// entries returns the entries of an object; nil for all other kinds.
func (v Value) entries() map[string]Value {
	if v.more == nil {
		return nil
	}
	return v.more.keys
}

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
	return v.kind == absent || v.kind == computed || v.kind == null
}

// IsUnknown reports whether the value, or any value inside it, is unknown.
func (v Value) IsUnknown() bool {
	if v.kind == unknown {
		return true
	}
	for _, e := range v.elements() {
		if e.IsUnknown() {
			return true
		}
	}
	for _, e := range v.entries() {
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
	if v.kind != text {
		return "", false
	}
	return v.text, true
}

// AsInt returns a literal whole number; a literal string of digits counts too, as it
// does for Terraform.
func (v Value) AsInt() (int64, bool) {
	switch v.kind {
	case integer:
		return int64(v.whole), true
	case number:
		n, err := strconv.ParseInt(v.text, 10, 64)
		if err != nil {
			return 0, false
		}
		return n, true
	case text:
		n, err := cty.ParseNumberVal(v.text)
		if err != nil {
			return 0, false
		}
		i, acc := n.AsBigFloat().Int64()
		return i, acc == big.Exact
	case absent, null, truth, reference, list, object, unknown, computed:
	}
	return 0, false
}

// AsBool returns a literal truth value; the strings "true" and "false" count
// too, as they do for Terraform.
func (v Value) AsBool() (bool, bool) {
	switch v.kind {
	case truth:
		return v.whole == 1, true
	case text:
		return v.text == "true", v.text == "true" || v.text == "false"
	case absent, null, integer, number, reference, list, object, unknown, computed:
	}
	return false, false
}

// AsRef returns the traversal of a reference.
func (v Value) AsRef() (string, bool) {
	if v.kind != reference {
		return "", false
	}
	return v.text, true
}

// AsList returns the elements of a list; an absent or null value is an empty list.
func (v Value) AsList() ([]Value, bool) { return v.elements(), v.kind == list || v.IsNull() }

// AsObject returns the entries of a map or object.
func (v Value) AsObject() (map[string]Value, bool) { return v.entries(), v.kind == object }

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
	case absent, null:
		return true
	case truth, integer:
		return v.whole == w.whole
	case text, number, reference, unknown, computed:
		return v.text == w.text
	case list:
		return slices.EqualFunc(v.elements(), w.elements(), Value.Equal)
	case object:
		return maps.EqualFunc(v.entries(), w.entries(), Value.Equal)
	}
	return false
}
