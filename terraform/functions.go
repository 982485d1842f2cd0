package terraform

import (
	"errors"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

// functions returns the pure functions of Terraform that are evaluated
// (developer.hashicorp.com/terraform/language/functions). Calls of any other give
// unknown values.
func functions() map[string]function.Function {
	return map[string]function.Function{
		"abs": stdlib.AbsoluteFunc, "ceil": stdlib.CeilFunc, "floor": stdlib.FloorFunc,
		"max": stdlib.MaxFunc, "min": stdlib.MinFunc, "signum": stdlib.SignumFunc,
		"parseint": stdlib.ParseIntFunc, "sum": numberOf(sum),

		"chomp": stdlib.ChompFunc, "format": stdlib.FormatFunc, "formatlist": stdlib.FormatListFunc,
		"join": stdlib.JoinFunc, "lower": stdlib.LowerFunc, "upper": stdlib.UpperFunc, "title": stdlib.TitleFunc,
		"regex": stdlib.RegexFunc, "regexall": stdlib.RegexAllFunc, "replace": replaceFunction(),
		"split": stdlib.SplitFunc, "strrev": stdlib.ReverseFunc, "substr": stdlib.SubstrFunc,
		"trim": stdlib.TrimFunc, "trimprefix": stdlib.TrimPrefixFunc, "trimsuffix": stdlib.TrimSuffixFunc,
		"trimspace":  stdlib.TrimSpaceFunc,
		"startswith": compareStrings(strings.HasPrefix), "endswith": compareStrings(strings.HasSuffix),
		"strcontains": compareStrings(strings.Contains),

		"alltrue": allOrAny(true), "anytrue": allOrAny(false), "chunklist": stdlib.ChunklistFunc,
		"coalesce": dynamic(coalesce), "coalescelist": stdlib.CoalesceListFunc, "compact": stdlib.CompactFunc,
		"concat": stdlib.ConcatFunc, "contains": stdlib.ContainsFunc, "distinct": stdlib.DistinctFunc,
		"element": stdlib.ElementFunc, "flatten": stdlib.FlattenFunc, "keys": stdlib.KeysFunc,
		"length": numberOf(length), "lookup": dynamic(lookup), "merge": stdlib.MergeFunc, "one": dynamic(one),
		"range": stdlib.RangeFunc, "reverse": stdlib.ReverseListFunc,
		"setintersection": stdlib.SetIntersectionFunc, "setproduct": stdlib.SetProductFunc,
		"setsubtract": stdlib.SetSubtractFunc, "setunion": stdlib.SetUnionFunc, "slice": stdlib.SliceFunc,
		"sort": stdlib.SortFunc, "values": stdlib.ValuesFunc, "zipmap": stdlib.ZipmapFunc,

		"tostring": stdlib.MakeToFunc(cty.String), "tonumber": stdlib.MakeToFunc(cty.Number),
		"tobool": stdlib.MakeToFunc(cty.Bool), "tolist": stdlib.MakeToFunc(cty.List(cty.DynamicPseudoType)),
		"toset": stdlib.MakeToFunc(cty.Set(cty.DynamicPseudoType)), "tomap": stdlib.MakeToFunc(cty.Map(cty.DynamicPseudoType)),
		"sensitive": dynamic(same), "nonsensitive": dynamic(same), "jsonencode": stdlib.JSONEncodeFunc,

		"cidrhost": cidrHostFunction(), "cidrnetmask": cidrNetmaskFunction(),
		"cidrsubnet": cidrSubnetFunction(), "cidrsubnets": cidrSubnetsFunction(),
	}
}

// movesOnly reports whether a function only moves its arguments' elements about, so that
// opaque ones come through as they are. Flatten is not one: whether it
// opens an opaque element depends on what that is. Neither is toset: two references may turn out to
// be equal.
func movesOnly(name string) bool {
	return slices.Contains([]string{"chunklist", "concat", "element", "keys", "length", "lookup", "merge", "nonsensitive",
		"one", "reverse", "sensitive", "slice", "tolist", "tomap", "tostring", "values", "zipmap"}, name)
}

// maxProduct bounds what functions whose result is much larger than their
// arguments may make.
const maxProduct = 50_000_000

// tooCostly says why a call is not made; "" if it may be.
func tooCostly(name string, args []cty.Value) string {
	size, product := 0, 1
	for _, a := range args {
		n := 0
		measure(a, &n, 0)
		size += n
		product = min(product, maxProduct) * min(n+1, maxProduct)
		if holdsHugeNumber(a) {
			return "a number too large to print"
		}
	}
	switch name {
	case "replace", "join", "formatlist", "setproduct":
		if product > maxProduct {
			return "a result too large"
		}
	case "format":
		if len(args) > 0 && size > maxSize {
			return "a result too large"
		}
	}
	if f, ok := formatString(name, args); ok && wideVerb(f) {
		return "a result too large"
	}
	return ""
}

func formatString(name string, args []cty.Value) (string, bool) {
	if (name != "format" && name != "formatlist") || len(args) == 0 {
		return "", false
	}
	return knownString(args[0])
}

func knownString(v cty.Value) (string, bool) {
	if v.Type() != cty.String || v.IsNull() || !v.IsKnown() {
		return "", false
	}
	return v.AsString(), true
}

// wideVerb reports whether a format has a width or precision of more than three
// digits.
func wideVerb(format string) bool {
	digits := 0
	for _, r := range format {
		if r < '0' || r > '9' {
			digits = 0
			continue
		}
		if digits++; digits > 3 && strings.Contains(format, "%") {
			return true
		}
	}
	return false
}

func holdsHugeNumber(v cty.Value) bool {
	if s, ok := knownString(v); ok {
		return hugeNumber(s)
	}
	if v.IsNull() || !v.IsKnown() || !nests(v) {
		return false
	}
	for it := v.ElementIterator(); it.Next(); {
		if _, e := it.Element(); holdsHugeNumber(e) {
			return true
		}
	}
	return false
}

// hugeNumber reports whether a string may be a number with an exponent of more
// than three digits.
func hugeNumber(s string) bool {
	i := strings.LastIndexAny(s, "eE")
	return i >= 0 && len(strings.TrimLeft(s[i+1:], "+-0")) > 3 && strings.Trim(s, "0123456789+-.eE") == ""
}

// dynamic makes a function of any arguments, null ones included.
func dynamic(f func([]cty.Value) (cty.Value, error)) function.Function {
	return function.New(&function.Spec{
		VarParam: &function.Parameter{Name: "values", Type: cty.DynamicPseudoType, AllowNull: true, AllowDynamicType: true},
		Type: func(args []cty.Value) (cty.Type, error) {
			if !cty.TupleVal(args).IsWhollyKnown() {
				return cty.DynamicPseudoType, nil
			}
			v, err := f(args)
			if err != nil {
				return cty.NilType, err
			}
			return v.Type(), nil
		},
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			if !cty.TupleVal(args).IsWhollyKnown() {
				return cty.DynamicVal, nil
			}
			return f(args)
		},
	})
}

// numberOf makes a function of one argument that returns a number.
func numberOf(f func(cty.Value) (cty.Value, error)) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "value", Type: cty.DynamicPseudoType}},
		Type:   function.StaticReturnType(cty.Number),
		Impl:   func(args []cty.Value, _ cty.Type) (cty.Value, error) { return f(args[0]) },
	})
}

func compareStrings(f func(s, part string) bool) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "string", Type: cty.String}, {Name: "part", Type: cty.String}},
		Type:   function.StaticReturnType(cty.Bool),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			return cty.BoolVal(f(args[0].AsString(), args[1].AsString())), nil
		},
	})
}

// allOrAny makes alltrue and anytrue: the answer for an empty list is empty.
func allOrAny(empty bool) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "list", Type: cty.List(cty.Bool)}},
		Type:   function.StaticReturnType(cty.Bool),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			if !args[0].IsWhollyKnown() {
				return cty.UnknownVal(cty.Bool), nil
			}
			for it := args[0].ElementIterator(); it.Next(); {
				_, v := it.Element()
				if (!v.IsNull() && v.True()) != empty {
					return cty.BoolVal(!empty), nil
				}
			}
			return cty.BoolVal(empty), nil
		},
	})
}

func replaceFunction() function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "string", Type: cty.String}, {Name: "part", Type: cty.String}, {Name: "by", Type: cty.String}},
		Type:   function.StaticReturnType(cty.String),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			part := args[1].AsString()
			if len(part) > 1 && part[0] == '/' && part[len(part)-1] == '/' {
				return stdlib.RegexReplaceFunc.Call([]cty.Value{args[0], cty.StringVal(part[1 : len(part)-1]), args[2]})
			}
			return cty.StringVal(strings.ReplaceAll(args[0].AsString(), part, args[2].AsString())), nil
		},
	})
}

func same(args []cty.Value) (cty.Value, error) {
	if len(args) != 1 {
		return cty.NilVal, errors.New("one argument is required")
	}
	return args[0], nil
}

// coalesce returns the first argument that is neither null nor an empty string,
// brought to the type that all of them can have.
func coalesce(args []cty.Value) (cty.Value, error) {
	types := make([]cty.Type, len(args))
	for i, a := range args {
		types[i] = a.Type()
	}
	t, _ := convert.UnifyUnsafe(types)
	if t == cty.NilType {
		return cty.NilVal, errors.New("all arguments must have the same type")
	}
	for _, a := range args {
		v, err := convert.Convert(a, t)
		if err != nil {
			return cty.NilVal, err
		}
		if s, ok := knownString(v); !v.IsNull() && (!ok || s != "") {
			return v, nil
		}
	}
	return cty.NilVal, errors.New("no argument has a value")
}

func sum(v cty.Value) (cty.Value, error) {
	if !nests(v) || v.LengthInt() == 0 {
		return cty.NilVal, errors.New("a list of at least one number is required")
	}
	total := cty.Zero
	for it := v.ElementIterator(); it.Next(); {
		_, e := it.Element()
		if !e.IsKnown() {
			return cty.UnknownVal(cty.Number), nil
		}
		n, err := convert.Convert(e, cty.Number)
		if err != nil || n.IsNull() {
			return cty.NilVal, errors.New("every element must be a number")
		}
		total = total.Add(n)
	}
	return total, nil
}

func length(v cty.Value) (cty.Value, error) {
	switch {
	case v.Type() == cty.String:
		return stdlib.Strlen(v)
	case v.Type().IsObjectType():
		return cty.NumberIntVal(int64(len(v.Type().AttributeTypes()))), nil
	case nests(v):
		return v.Length(), nil
	}
	return cty.NilVal, errors.New("a string, list, set or map is required")
}

func lookup(args []cty.Value) (cty.Value, error) {
	if len(args) < 2 || len(args) > 3 {
		return cty.NilVal, errors.New("a map, a key and a default are required")
	}
	m := args[0]
	key, err := convert.Convert(args[1], cty.String)
	if err != nil || key.IsNull() || m.IsNull() || !(m.Type().IsObjectType() || m.Type().IsMapType()) {
		return cty.NilVal, errors.New("a map and a key are required")
	}
	for it := m.ElementIterator(); it.Next(); {
		if k, v := it.Element(); k.AsString() == key.AsString() {
			return v, nil
		}
	}
	if len(args) == 2 {
		return cty.NilVal, errors.New("the map has no such key")
	}
	return args[2], nil
}

func one(args []cty.Value) (cty.Value, error) {
	if len(args) != 1 || args[0].IsNull() || !nests(args[0]) || args[0].LengthInt() > 1 {
		return cty.NilVal, errors.New("a list of no more than one element is required")
	}
	for it := args[0].ElementIterator(); it.Next(); {
		_, v := it.Element()
		return v, nil
	}
	return cty.NullVal(cty.DynamicPseudoType), nil
}
