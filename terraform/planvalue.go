package terraform

import (
	"encoding/json"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"
)

// afterApply says why most unknown values of a plan are unknown.
const afterApply = "known after apply"

// masked is a value of a plan or state with what is said about it: parallel
// trees with true where a part is unknown or sensitive
// (developer.hashicorp.com/terraform/internals/json-format, change representation).
type masked struct {
	value, unknown, sensitive any
	// body is the expressions of the block that the value is made from, by name; nil
	// where it is none, or is not known.
	body map[string]any
	// config is the expression that sets the value; nil where there is none, or
	// none to be seen.
	config any
	// unset is whether the configuration does not set the value.
	unset bool
}

// sense turns masked values into values.
type sense struct {
	// creates is whether the resource does not exist yet, so that the provider
	// fills in what is not set.
	creates bool
	// refer resolves the expression of an unknown value; nil if there is no
	// configuration.
	refer func(config any) Value
}

// body turns a resource's values into a body, sorted by name.
func (s sense) body(m masked) Body {
	var b Body
	for _, k := range m.names() {
		b.Set(k, s.value(m.field(k)))
	}
	return b
}

// names returns the attributes of an object, those that are unknown among them.
func (m masked) names() []string {
	value, _ := m.value.(map[string]any)
	unknown, _ := m.unknown.(map[string]any)
	names := map[string]bool{}
	for k := range value {
		names[k] = true
	}
	for k := range unknown {
		names[k] = true
	}
	return slices.Sorted(maps.Keys(names))
}

// field returns an attribute of an object.
func (m masked) field(name string) masked {
	value, _ := m.value.(map[string]any)
	out := masked{value: value[name], unknown: maskAt(m.unknown, name), sensitive: maskAt(m.sensitive, name)}
	if m.body != nil {
		out.config = m.body[name]
		out.unset = !setsSomething(out.config)
	}
	return out
}

// maskAt returns the mask of an attribute; one that is true is true of all
// attributes.
func maskAt(mask any, name string) any {
	if keys, ok := mask.(map[string]any); ok {
		return keys[name]
	}
	return mask == true
}

// setsSomething reports whether an expression is more than a null.
func setsSomething(config any) bool {
	keys, ok := config.(map[string]any)
	if !ok {
		return config != nil
	}
	for k, v := range keys {
		if k != "constant_value" || v != nil {
			return true
		}
	}
	return false
}

// element returns an element of a list of n.
func (m masked) element(i, n int) masked {
	value, _ := m.value.([]any)
	out := masked{value: value[i], unknown: maskOf(m.unknown, i), sensitive: maskOf(m.sensitive, i)}
	// Sets may come in another order than their blocks, and dynamic blocks are not
	// shown: only where there is one of each is it clear which is which.
	switch config := m.config.(type) {
	case []any:
		if len(config) == 1 && n == 1 {
			out.body, _ = config[0].(map[string]any)
		}
	case map[string]any: // what is not known of the list can only come from what the expression refers to
		if out.unknown == true && isOnlyOne(m.unknown) {
			out.config = config
		}
	}
	return out
}

// isOnlyOne reports whether a mask marks one element of a list, and that wholly.
func isOnlyOne(mask any) bool {
	list, _ := mask.([]any)
	n := 0
	for _, e := range list {
		if holdsTrue(e) {
			n++
		}
	}
	return n == 1
}

// maskOf returns the mask of an element.
func maskOf(mask any, i int) any {
	list, ok := mask.([]any)
	switch {
	case !ok:
		return mask == true
	case i < len(list):
		return list[i]
	}
	return nil
}

func (s sense) value(m masked) Value {
	if m.unknown == true {
		return s.unknown(m)
	}
	if m.sensitive == true {
		return Unknown("a sensitive value")
	}
	switch v := m.value.(type) {
	case map[string]any:
		return s.object(m)
	case []any:
		return s.list(m, v)
	case nil:
		if holdsTrue(m.unknown) {
			return Unknown(afterApply)
		}
		return Null()
	case string:
		return String(v)
	case bool:
		return Bool(v)
	case json.Number:
		return jsonNumber(v)
	}
	return Unknown("a value of an unexpected kind")
}

func (s sense) unknown(m masked) Value {
	switch {
	case s.creates && m.unset:
		return Computed(afterApply + "; the configuration does not set it")
	case s.refer == nil || m.config == nil:
		return Unknown(afterApply)
	}
	return s.refer(m.config)
}

func (s sense) object(m masked) Value {
	out := map[string]Value{}
	for _, k := range m.names() {
		out[k] = s.value(m.field(k))
	}
	return Object(out)
}

func (s sense) list(m masked, elements []any) Value {
	if mask, ok := m.unknown.([]any); ok && len(mask) != len(elements) && holdsTrue(mask) {
		// Old versions leave out the unknown elements of sets.
		return Unknown(afterApply + ", in part")
	}
	out := make([]Value, len(elements))
	for i := range elements {
		out[i] = s.value(m.element(i, len(elements)))
	}
	return List(out...)
}

// holdsTrue reports whether a mask marks anything.
func holdsTrue(mask any) bool {
	switch m := mask.(type) {
	case bool:
		return m
	case []any:
		return slices.ContainsFunc(m, holdsTrue)
	case map[string]any:
		for _, v := range m {
			if holdsTrue(v) {
				return true
			}
		}
	}
	return false
}

// maxDigits bounds numbers: none that means something to a cloud is longer.
const maxDigits = 40

// jsonNumber returns a number, unless it is written with an exponent that makes it
// unreasonably large.
func jsonNumber(n json.Number) Value {
	v, err := cty.ParseNumberVal(n.String())
	small := false
	if f, err := n.Float64(); err == nil {
		small = math.Abs(f) < 1e15
	}
	if err != nil || len(n) > maxDigits || !small && strings.ContainsAny(n.String(), "eE") {
		return Unknown("a number out of range")
	}
	return decimal(v.AsBigFloat())
}
