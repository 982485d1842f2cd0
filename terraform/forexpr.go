package terraform

import (
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
)

// forExpr evaluates a for expression as the specification of HCL has it
// (github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md, "for Expressions").
func (ev *evaluator) forExpr(e *hclsyntax.ForExpr, s *scope) cty.Value {
	coll := ev.eval(e.CollExpr, s)
	if o := ev.get(coll); o != nil {
		return ev.derived(o, e.SrcRange)
	}
	if coll.IsNull() || !nests(coll) {
		return ev.fault("Iteration over something that has no elements", "A for expression takes a list, set, map or object.", e.CollExpr.Range())
	}
	f := forLoop{evaluator: ev, expr: e, attrs: map[string]cty.Value{}, groups: map[string][]cty.Value{}}
	for it := coll.ElementIterator(); it.Next(); {
		k, v := it.Element()
		inner := s
		if e.KeyVar != "" {
			inner = inner.with(e.KeyVar, k)
		}
		if bad := f.round(inner.with(e.ValVar, v)); bad != cty.NilVal {
			return bad
		}
	}
	return ev.checked(f.result(), e.SrcRange)
}

// forLoop is a for expression under way.
type forLoop struct {
	*evaluator
	expr   *hclsyntax.ForExpr
	elems  []cty.Value
	attrs  map[string]cty.Value
	groups map[string][]cty.Value
}

// round takes in one element; it returns the value of the whole expression if that
// is settled, as it is by a condition or a key that is not known.
func (f *forLoop) round(s *scope) cty.Value {
	e := f.expr
	if e.CondExpr != nil {
		cond := f.eval(e.CondExpr, s)
		if o := f.get(cond); o != nil {
			return f.derived(o, e.SrcRange)
		}
		c, err := convert.Convert(cond, cty.Bool)
		if err != nil || c.IsNull() {
			return f.fault("Invalid for condition", "The condition must be true or false.", e.CondExpr.Range())
		}
		if c.False() {
			return cty.NilVal
		}
	}
	if e.KeyExpr == nil {
		f.elems = append(f.elems, f.eval(e.ValExpr, s))
		return cty.NilVal
	}
	key := f.eval(e.KeyExpr, s)
	if o := f.first(key); o != nil {
		return f.derived(o, e.SrcRange)
	}
	k, err := convert.Convert(key, cty.String)
	if err != nil || k.IsNull() {
		return f.fault("Invalid object key", "A key is a string.", e.KeyExpr.Range())
	}
	val, name := f.eval(e.ValExpr, s), k.AsString()
	if e.Group {
		f.groups[name] = append(f.groups[name], val)
		return cty.NilVal
	}
	if _, ok := f.attrs[name]; ok {
		return f.fault("Duplicate object key", "Two elements have the key "+name+".", e.KeyExpr.Range())
	}
	f.attrs[name] = val
	return cty.NilVal
}

func (f *forLoop) result() cty.Value {
	if f.expr.KeyExpr == nil {
		return cty.TupleVal(f.elems)
	}
	for k, vs := range f.groups {
		f.attrs[k] = cty.TupleVal(vs)
	}
	return cty.ObjectVal(f.attrs)
}
