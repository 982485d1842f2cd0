package terraform

import (
	"reflect"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// opaque stands, while expressions are evaluated, for something without a value:
// a reference to what only Terraform knows, or something unknown. It travels
// through lists and objects whole, so that the reference comes out at the other
// end; whatever computes with it gets an unknown value in its place.
type opaque struct {
	ref hcl.Traversal // the reference; nil: unknown
	why string        // position and reason
}

// capsule is the type under which cty knows opaque values. It compares such types
// by pointer, so one is made for each reading.
type capsule struct{ typ cty.Type }

func newCapsule() capsule {
	return capsule{cty.Capsule("opaque", reflect.TypeFor[opaque]())}
}

func (c capsule) reference(t hcl.Traversal) cty.Value {
	return cty.CapsuleVal(c.typ, &opaque{ref: t})
}

// unknown returns the value of what cannot be worked out at rng.
func (c capsule) unknown(why string, rng hcl.Range) cty.Value {
	return cty.CapsuleVal(c.typ, &opaque{why: position(rng).String() + ": " + why})
}

// get returns the opaque that a value is; nil if it is none.
func (c capsule) get(v cty.Value) *opaque {
	if !v.Type().Equals(c.typ) || v.IsNull() || !v.IsKnown() {
		return nil
	}
	return v.EncapsulatedValue().(*opaque)
}

// first returns the first opaque in a value; nil if there is none.
func (c capsule) first(v cty.Value) *opaque {
	if o := c.get(v); o != nil {
		return o
	}
	if v.IsNull() || !v.IsKnown() || !nests(v) {
		return nil
	}
	for it := v.ElementIterator(); it.Next(); {
		_, e := it.Element()
		if o := c.first(e); o != nil {
			return o
		}
	}
	return nil
}

// blank replaces every opaque in a value by an unknown one that cty can compute
// with.
func (c capsule) blank(v cty.Value) cty.Value {
	if c.first(v) == nil {
		return v
	}
	switch {
	case v.Type().IsTupleType():
		var elems []cty.Value
		for it := v.ElementIterator(); it.Next(); {
			_, e := it.Element()
			elems = append(elems, c.blank(e))
		}
		return cty.TupleVal(elems)
	case v.Type().IsObjectType():
		attrs := map[string]cty.Value{}
		for it := v.ElementIterator(); it.Next(); {
			k, e := it.Element()
			attrs[k.AsString()] = c.blank(e)
		}
		return cty.ObjectVal(attrs)
	}
	return cty.DynamicVal
}

// fill replaces every unknown part of a value by an opaque.
func (c capsule) fill(v, unknown cty.Value) cty.Value {
	v, _ = v.UnmarkDeep()
	switch {
	case v.IsWhollyKnown():
		return v
	case !v.IsKnown():
		return unknown
	case v.Type().IsTupleType() || v.Type().IsListType():
		var elems []cty.Value
		for it := v.ElementIterator(); it.Next(); {
			_, e := it.Element()
			elems = append(elems, c.fill(e, unknown))
		}
		return cty.TupleVal(elems)
	case v.Type().IsObjectType() || v.Type().IsMapType():
		attrs := map[string]cty.Value{}
		for it := v.ElementIterator(); it.Next(); {
			k, e := it.Element()
			attrs[k.AsString()] = c.fill(e, unknown)
		}
		return cty.ObjectVal(attrs)
	}
	return unknown
}

// nests reports whether a value has elements.
func nests(v cty.Value) bool {
	t := v.Type()
	return t.IsTupleType() || t.IsObjectType() || t.IsCollectionType()
}

// refValue returns a reference in its normal spelling.
func refValue(t hcl.Traversal) Value {
	return Ref(traversalText(t))
}

// value turns what was evaluated into a Value.
func (c capsule) value(v cty.Value) Value {
	if o := c.get(v); o != nil {
		if o.ref != nil {
			return refValue(o.ref)
		}
		return Unknown(o.why)
	}
	t := v.Type()
	switch {
	case v.IsNull():
		return Null()
	case !v.IsKnown():
		return Unknown("not known")
	case t == cty.String:
		return Value{kind: text, text: v.AsString()}
	case t == cty.Number:
		return decimal(v.AsBigFloat())
	case t == cty.Bool:
		return Bool(v.True())
	case t.IsTupleType() || t.IsListType() || t.IsSetType():
		out := []Value{}
		for it := v.ElementIterator(); it.Next(); {
			_, e := it.Element()
			out = append(out, c.value(e))
		}
		return List(out...)
	case t.IsObjectType() || t.IsMapType():
		out := map[string]Value{}
		for it := v.ElementIterator(); it.Next(); {
			k, e := it.Element()
			out[k.AsString()] = c.value(e)
		}
		return Object(out)
	}
	return Unknown("a value of type " + t.FriendlyName())
}
