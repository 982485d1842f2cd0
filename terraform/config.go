package terraform

import (
	"cmp"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// config is a configuration file, or a block of one, of either syntax.
type config struct {
	attrs  []argument
	blocks []section
}

func (c config) attr(name string) (argument, bool) {
	for _, a := range c.attrs {
		if a.name == name {
			return a, true
		}
	}
	return argument{}, false
}

// argument is a name that is set to an expression: native holds it in native syntax,
// json otherwise.
type argument struct {
	name   string
	rng    hcl.Range
	native hclsyntax.Expression
	json   hcl.Expression
}

// section is a block.
type section struct {
	typ    string
	labels []string
	body   config
	rng    hcl.Range
}

// expr returns the expression to evaluate. In JSON, strings are templates.
func (a argument) expr() (hclsyntax.Expression, hcl.Diagnostics) {
	if a.native != nil {
		return a.native, nil
	}
	return fromJSON(a.json, templateString)
}

// constant returns the expression of an argument that is not evaluated by Terraform either,
// such as a description. In JSON, strings are what they are.
func (a argument) constant() (hclsyntax.Expression, hcl.Diagnostics) {
	if a.native != nil {
		return a.native, nil
	}
	return fromJSON(a.json, plainString)
}

// references returns the references that an argument such as depends_on
// holds, and false where it holds something else.
func (a argument) references() (Value, bool) {
	if a.native != nil {
		return bareReferences(a.native)
	}
	return bareReferences(a.json)
}

func bareReferences(e hcl.Expression) (Value, bool) {
	if es, diags := hcl.ExprList(e); !diags.HasErrors() {
		out := []Value{}
		for _, e := range es {
			v, ok := bareReferences(e)
			if !ok {
				return Value{}, false
			}
			out = append(out, v)
		}
		return List(out...), true
	}
	t, diags := hcl.AbsTraversalForExpr(e)
	if diags.HasErrors() {
		return Value{}, false
	}
	return refValue(t), true
}

func nativeConfig(b *hclsyntax.Body) config {
	var c config
	for _, a := range b.Attributes {
		c.attrs = append(c.attrs, argument{name: a.Name, rng: a.SrcRange, native: a.Expr})
	}
	sortArguments(c.attrs)
	for _, k := range b.Blocks {
		c.blocks = append(c.blocks, section{typ: k.Type, labels: k.Labels, body: nativeConfig(k.Body), rng: k.DefRange()})
	}
	return c
}

// sortArguments brings arguments into the order of the file: HCL holds them in
// maps.
func sortArguments(as []argument) {
	slices.SortFunc(as, func(a, b argument) int {
		return cmp.Or(cmp.Compare(a.rng.Start.Byte, b.rng.Start.Byte), cmp.Compare(a.name, b.name))
	})
}

// jsonSchema is the blocks that a file may hold
// (developer.hashicorp.com/terraform/language).
func jsonSchema() *hcl.BodySchema {
	return &hcl.BodySchema{Blocks: []hcl.BlockHeaderSchema{
		{Type: "terraform"}, {Type: "locals"}, {Type: "import"}, {Type: "moved"}, {Type: "removed"},
		{Type: "provider", LabelNames: []string{"name"}},
		{Type: "variable", LabelNames: []string{"name"}},
		{Type: "output", LabelNames: []string{"name"}},
		{Type: "module", LabelNames: []string{"name"}},
		{Type: "check", LabelNames: []string{"name"}},
		{Type: "resource", LabelNames: []string{"type", "name"}},
		{Type: "data", LabelNames: []string{"type", "name"}},
		{Type: "ephemeral", LabelNames: []string{"type", "name"}},
		{Type: "action", LabelNames: []string{"type", "name"}},
	}}
}

// jsonConfig reads a file in JSON syntax. What is a block there only a provider's
// schema can say; lists of objects are taken for blocks, which [Body.BlocksOf] makes up
// for.
func jsonConfig(b hcl.Body) (config, hcl.Diagnostics) {
	var c config
	content, diags := b.Content(jsonSchema())
	for _, k := range content.Blocks {
		attrs, more := k.Body.JustAttributes()
		diags = append(diags, more...)
		body := jsonArguments(attrs)
		switch k.Type {
		case "resource":
			body = body.withBlocks(isBlockList)
		case "terraform":
			body = body.withBlocks(func(a argument) bool { return a.name == "required_providers" })
		}
		c.blocks = append(c.blocks, section{typ: k.Type, labels: k.Labels, body: body, rng: k.DefRange})
	}
	return c, diags
}

func jsonArguments(attrs hcl.Attributes) config {
	var c config
	for _, a := range attrs {
		c.attrs = append(c.attrs, argument{name: a.Name, rng: a.Range, json: a.Expr})
	}
	sortArguments(c.attrs)
	return c
}

// withBlocks turns those arguments into blocks that isBlock picks, and that hold one
// object or a list of them; and so on inside them.
func (c config) withBlocks(isBlock func(argument) bool) config {
	var out config
	for _, a := range c.attrs {
		bodies, ok := objectBodies(a.json)
		switch {
		case ok && a.name == "dynamic":
			for _, b := range bodies {
				out.blocks = append(out.blocks, dynamicSections(b)...)
			}
		case ok && (isBlock(a) || a.name == "lifecycle"):
			for _, b := range bodies {
				out.blocks = append(out.blocks, section{typ: a.name, body: b.withBlocks(isBlockList), rng: a.rng})
			}
		default:
			out.attrs = append(out.attrs, a)
		}
	}
	return out
}

func isBlockList(a argument) bool {
	es, diags := hcl.ExprList(a.json)
	return !diags.HasErrors() && len(es) > 0
}

// dynamicSections reads the properties of "dynamic", which are named for the blocks to
// make, as sections with that name for label.
func dynamicSections(b config) []section {
	var out []section
	for _, a := range b.attrs {
		bodies, _ := objectBodies(a.json)
		for _, d := range bodies {
			d = d.withBlocks(func(a argument) bool { return a.name == "content" })
			out = append(out, section{typ: "dynamic", labels: []string{a.name}, body: d, rng: a.rng})
		}
	}
	return out
}

// objectBodies reads an object, or a list of nothing but objects.
func objectBodies(e hcl.Expression) ([]config, bool) {
	if pairs, diags := hcl.ExprMap(e); !diags.HasErrors() {
		return []config{objectConfig(pairs)}, true
	}
	es, diags := hcl.ExprList(e)
	if diags.HasErrors() {
		return nil, false
	}
	out := make([]config, len(es))
	for i, e := range es {
		pairs, diags := hcl.ExprMap(e)
		if diags.HasErrors() {
			return nil, false
		}
		out[i] = objectConfig(pairs)
	}
	return out, true
}

func objectConfig(pairs []hcl.KeyValuePair) config {
	var c config
	for _, p := range pairs {
		key, _ := p.Key.Value(nil)
		if name := key.AsString(); name != "//" {
			c.attrs = append(c.attrs, argument{name: name, rng: hcl.RangeBetween(p.Key.Range(), p.Value.Range()), json: p.Value})
		}
	}
	return c
}

// stringMode makes the expression that a string in JSON stands for.
type stringMode func(s string, rng hcl.Range) (hclsyntax.Expression, hcl.Diagnostics)

func plainString(s string, rng hcl.Range) (hclsyntax.Expression, hcl.Diagnostics) {
	return &hclsyntax.LiteralValueExpr{Val: cty.StringVal(s), SrcRange: rng}, nil
}

func templateString(s string, rng hcl.Range) (hclsyntax.Expression, hcl.Diagnostics) {
	tokens, _ := hclsyntax.LexTemplate([]byte(s), rng.Filename, rng.Start)
	if tooDeep(tokens) {
		return nil, hcl.Diagnostics{deepDiagnostic(rng)}
	}
	start := rng.Start
	start.Column++ // past the quote
	start.Byte++
	return hclsyntax.ParseTemplate([]byte(s), rng.Filename, start)
}

func deepDiagnostic(rng hcl.Range) *hcl.Diagnostic {
	return &hcl.Diagnostic{Severity: hcl.DiagError, Summary: "Configuration nested too deeply",
		Detail: "Brackets and operators nest deeper than is read.", Subject: &rng}
}

// fromJSON turns an expression of JSON syntax into one of native syntax.
func fromJSON(e hcl.Expression, mode stringMode) (hclsyntax.Expression, hcl.Diagnostics) {
	if pairs, bad := hcl.ExprMap(e); !bad.HasErrors() {
		return objectFromJSON(pairs, e.Range(), mode)
	}
	if es, bad := hcl.ExprList(e); !bad.HasErrors() {
		var diags hcl.Diagnostics
		out := &hclsyntax.TupleConsExpr{SrcRange: e.Range()}
		for _, e := range es {
			n, more := fromJSON(e, mode)
			diags = append(diags, more...)
			out.Exprs = append(out.Exprs, n)
		}
		return out, diags
	}
	v, diags := e.Value(nil)
	if diags.HasErrors() {
		return nil, diags
	}
	if s, ok := knownString(v); ok {
		return mode(s, e.Range())
	}
	return &hclsyntax.LiteralValueExpr{Val: v, SrcRange: e.Range()}, nil
}

func objectFromJSON(pairs []hcl.KeyValuePair, rng hcl.Range, mode stringMode) (hclsyntax.Expression, hcl.Diagnostics) {
	var diags hcl.Diagnostics
	out := &hclsyntax.ObjectConsExpr{SrcRange: rng}
	for _, p := range pairs {
		key, _ := p.Key.Value(nil)
		k, more := mode(key.AsString(), p.Key.Range())
		diags = append(diags, more...)
		v, more := fromJSON(p.Value, mode)
		diags = append(diags, more...)
		out.Items = append(out.Items, hclsyntax.ObjectConsItem{KeyExpr: k, ValueExpr: v})
	}
	return out, diags
}
