package terraform

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"
)

const (
	// maxInstances bounds for_each, count and dynamic blocks.
	maxInstances = 10_000
	// What an instance and a dynamic block count as work besides their values.
	instanceWork, blockWork = 200, 50
)

// resource reads a resource, or the instances of one.
func (r *reader) resource(s section) {
	if !r.labelled(s, 2) {
		return
	}
	base := Resource{Type: s.labels[0], Name: s.labels[1], Pos: position(s.rng)}
	forEach, each := s.body.attr("for_each")
	count, counted := s.body.attr("count")
	switch {
	case each && counted:
		r.fault("Both for_each and count", "A resource takes one of them.", s.rng)
		r.uncertain(base, s, "both for_each and count")
	case each:
		r.forEach(base, s, forEach)
	case counted:
		r.count(base, s, count)
	default:
		base.Body = r.body(s.body, nil, metaResource)
		r.out.Resources = append(r.out.Resources, base)
	}
}

// uncertain adds the one resource that stands for any number of instances.
func (r *reader) uncertain(base Resource, s section, why string) {
	unknown := cty.CapsuleVal(r.typ, &opaque{why: why})
	base.Uncertain = why
	base.Body = r.body(s.body, (*scope)(nil).with("each", unknown).with("count", unknown), metaResource)
	r.out.Resources = append(r.out.Resources, base)
}

// instance adds one of several instances.
func (r *reader) instance(base Resource, s section, in *scope) {
	if r.spend(instanceWork, s.rng) {
		base.Body = r.body(s.body, in, metaResource)
		r.out.Resources = append(r.out.Resources, base)
	}
}

func (r *reader) forEach(base Resource, s section, a argument) {
	v, why := r.elements(a, nil)
	if why == "" && !v.Type().IsObjectType() && !v.Type().IsMapType() && !v.Type().Equals(cty.Set(cty.String)) &&
		!(v.Type().IsSetType() && v.LengthInt() == 0) {
		r.fault("Invalid for_each", "A map or a set of strings is required.", a.rng)
		why = position(a.rng).String() + ": for_each over " + v.Type().FriendlyName()
	}
	if why != "" {
		r.uncertain(base, s, why)
		return
	}
	for it := v.ElementIterator(); it.Next(); {
		k, e := it.Element()
		one := base
		one.Key = "[" + string(hclwrite.TokensForValue(k).Bytes()) + "]"
		r.instance(one, s, (*scope)(nil).with("each", cty.ObjectVal(map[string]cty.Value{"key": k, "value": e})))
	}
}

// elements evaluates what is iterated over, or says why that is not known.
func (r *reader) elements(a argument, s *scope) (cty.Value, string) {
	e, diags := a.expr()
	if diags.HasErrors() {
		r.report(fromHCL(diags)...)
		return cty.NilVal, position(a.rng).String() + ": " + diags[0].Summary
	}
	v := r.eval(e, s)
	if o := r.get(v); o != nil {
		return cty.NilVal, r.value(r.derived(o, a.rng)).Why()
	}
	if v.IsNull() || !nests(v) || v.LengthInt() > maxInstances {
		r.fault("Invalid "+a.name, fmt.Sprintf("A collection of up to %d elements is required.", maxInstances), a.rng)
		return cty.NilVal, position(a.rng).String() + ": invalid " + a.name
	}
	return v, ""
}

func (r *reader) count(base Resource, s section, a argument) {
	v := r.argument(a, nil)
	n, ok := v.AsInt()
	switch {
	case ok && n >= 0 && n <= maxInstances:
	case v.Why() != "":
		r.uncertain(base, s, v.Why())
		return
	default:
		if ref, isRef := v.AsRef(); isRef {
			r.uncertain(base, s, position(a.rng).String()+": computed from "+ref)
			return
		}
		r.fault("Invalid count", fmt.Sprintf("A whole number of up to %d is required.", maxInstances), a.rng)
		r.uncertain(base, s, position(a.rng).String()+": invalid count")
		return
	}
	for i := range n {
		one := base
		one.Key = "[" + strconv.FormatInt(i, 10) + "]"
		r.instance(one, s, (*scope)(nil).with("count", cty.ObjectVal(map[string]cty.Value{"index": cty.NumberIntVal(i)})))
	}
}

// body reads the inside of a resource or of a block in one.
func (r *reader) body(c config, s *scope, at meta) Body {
	var out Body
	for _, a := range c.attrs {
		switch {
		case at == metaResource && (a.name == "for_each" || a.name == "count"):
		case at.bare(a.name):
			v, ok := a.references()
			if !ok {
				v = Unknown(position(a.rng).String() + ": not a reference")
			}
			out.Set(a.name, v)
		default:
			out.Set(a.name, r.argument(a, s))
		}
	}
	for _, k := range c.blocks {
		switch {
		case at == metaResource && (k.typ == "provisioner" || k.typ == "connection"):
			// They act on what is there, and are no part of it.
		case k.typ == "dynamic":
			r.dynamic(&out, k, s)
		case len(k.labels) > 0:
			r.fault("Wrong number of labels", "A nested block has none.", k.rng)
		default:
			out.Blocks = append(out.Blocks, Block{Type: k.typ, Body: r.body(k.body, s, at.inner(k.typ)), Pos: position(k.rng)})
		}
	}
	return out
}

// dynamic adds the blocks that a dynamic block makes
// (developer.hashicorp.com/terraform/language/expressions/dynamic-blocks).
func (r *reader) dynamic(out *Body, k section, s *scope) {
	over, ok := k.body.attr("for_each")
	if len(k.labels) != 1 || !ok {
		r.fault("Invalid dynamic block", "A dynamic block has the type of the blocks for label, and for_each.", k.rng)
		return
	}
	typ, iterator := k.labels[0], k.labels[0]
	if a, ok := k.body.attr("iterator"); ok {
		v, _ := a.references()
		if iterator, ok = v.AsRef(); !ok {
			r.fault("Invalid iterator", "A name is required.", a.rng)
			return
		}
	}
	v, why := r.elements(over, s)
	if why != "" {
		out.open(typ, why)
		return
	}
	for it := v.ElementIterator(); it.Next(); {
		key, e := it.Element()
		in := s.with(iterator, cty.ObjectVal(map[string]cty.Value{"key": key, "value": e}))
		for _, content := range k.body.blocks {
			if content.typ == "content" && r.spend(blockWork, content.rng) {
				out.Blocks = append(out.Blocks, Block{Type: typ, Body: r.body(content.body, in, metaNone), Pos: position(k.rng)})
			}
		}
	}
}

// open notes that there may be more blocks of a type.
func (b *Body) open(typ, why string) {
	old := b.Get(typ)
	switch {
	case old.IsNull():
		b.Set(typ, Unknown(why))
	case old.kind == list:
		b.Set(typ, List(append(slices.Clone(old.elements()), Unknown(why))...))
	default:
		b.Set(typ, List(old, Unknown(why)))
	}
}
