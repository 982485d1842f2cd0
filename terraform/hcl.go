package terraform

import (
	"maps"
	"slices"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"
)

// hclFiles writes a valid module in native syntax.
func hclFiles(m Module) []File {
	var out []File
	add := func(name string, write func(*hclwrite.Body)) {
		f := hclwrite.NewEmptyFile()
		comment(f.Body(), notice)
		write(f.Body())
		out = append(out, File{Name: name, Data: hclwrite.Format(f.Bytes())})
	}
	if len(m.Imports) > 0 {
		add("imports.tf", func(b *hclwrite.Body) { hclImports(b, m.Imports) })
	}
	add("main.tf", func(b *hclwrite.Body) {
		for _, r := range m.Resources {
			hclResource(b, r)
		}
	})
	if len(m.Outputs) > 0 {
		add("outputs.tf", func(b *hclwrite.Body) { hclOutputs(b, m.Outputs) })
	}
	if len(m.Variables) > 0 {
		add("variables.tf", func(b *hclwrite.Body) { hclVariables(b, m.Variables) })
	}
	if m.TerraformVersion != "" || len(m.Requirements) > 0 {
		add("versions.tf", func(b *hclwrite.Body) { hclVersions(b, m) })
	}
	return out
}

// comment writes one line, which must not hold a line break.
func comment(b *hclwrite.Body, line string) {
	text := "#"
	if line != "" {
		text += " " + line
	}
	b.AppendUnstructuredTokens(hclwrite.Tokens{{Type: hclsyntax.TokenComment, Bytes: []byte(text + "\n")}})
}

func hclResource(b *hclwrite.Body, r Resource) {
	b.AppendNewline()
	for _, c := range r.Comment {
		comment(b, commentLine(c))
	}
	hclBody(b.AppendNewBlock("resource", []string{r.Type, r.Name}).Body(), r.Body)
}

func hclBody(b *hclwrite.Body, body Body) {
	empty := true
	for _, a := range body.Attrs {
		if !a.Value.IsAbsent() {
			b.SetAttributeRaw(a.Name, valueTokens(a.Value))
			empty = false
		}
	}
	for _, k := range body.Blocks {
		if !empty {
			b.AppendNewline()
		}
		hclBody(b.AppendNewBlock(k.Type, nil).Body(), k.Body)
		empty = false
	}
}

func hclVersions(b *hclwrite.Body, m Module) {
	b.AppendNewline()
	t := b.AppendNewBlock("terraform", nil).Body()
	if m.TerraformVersion != "" {
		t.SetAttributeValue("required_version", cty.StringVal(m.TerraformVersion))
	}
	if len(m.Requirements) == 0 {
		return
	}
	if m.TerraformVersion != "" {
		t.AppendNewline()
	}
	p := t.AppendNewBlock("required_providers", nil).Body()
	for _, r := range m.Requirements {
		p.SetAttributeRaw(r.Name, valueTokens(requirement(r)))
	}
}

// requirement is the entry of required_providers.
func requirement(r Requirement) Value {
	v := map[string]Value{"source": String(r.Source)}
	if r.Constraint != "" {
		v["version"] = String(r.Constraint)
	}
	return Object(v)
}

func hclVariables(b *hclwrite.Body, vs []Variable) {
	for _, v := range vs {
		b.AppendNewline()
		k := b.AppendNewBlock("variable", []string{v.Name}).Body()
		if v.Type != "" {
			k.SetAttributeRaw("type", typeTokens(v.Type))
		}
		if v.Description != "" {
			k.SetAttributeRaw("description", quoted(v.Description))
		}
		if !v.Default.IsAbsent() {
			k.SetAttributeRaw("default", valueTokens(v.Default))
		}
	}
}

func hclOutputs(b *hclwrite.Body, os []Output) {
	for _, o := range os {
		b.AppendNewline()
		k := b.AppendNewBlock("output", []string{o.Name}).Body()
		if o.Description != "" {
			k.SetAttributeRaw("description", quoted(o.Description))
		}
		k.SetAttributeRaw("value", valueTokens(o.Value))
	}
}

func hclImports(b *hclwrite.Body, is []Import) {
	for _, i := range is {
		b.AppendNewline()
		k := b.AppendNewBlock("import", nil).Body()
		k.SetAttributeRaw("to", valueTokens(Ref(i.To)))
		k.SetAttributeRaw("id", quoted(i.ID))
	}
}

// maxLine is how many bytes a list may take on one line before it gets a line
// per element.
const maxLine = 80

// valueTokens writes a value that was found valid.
func valueTokens(v Value) hclwrite.Tokens {
	switch v.kind {
	case literal:
		if s, ok := v.AsString(); ok {
			return quoted(s)
		}
		return hclwrite.TokensForValue(v.lit)
	case reference:
		return refTokens(v.text)
	case list:
		return listTokens(v.list)
	case object:
		return objectTokens(v.keys)
	case absent, unknown, computed:
	}
	return nil
}

// refTokens writes a reference in its one normal spelling.
func refTokens(text string) hclwrite.Tokens {
	t, err := parseRef(text)
	if err != nil {
		return nil
	}
	return hclwrite.TokensForTraversal(t)
}

func listTokens(vs []Value) hclwrite.Tokens {
	elems := make([]hclwrite.Tokens, len(vs))
	width, nested := 0, false
	for i, e := range vs {
		elems[i] = valueTokens(e)
		width += len(elems[i].Bytes()) + 2
		nested = nested || e.kind == object || e.kind == list
	}
	if len(vs) < 2 && !nested || !nested && width <= maxLine {
		return hclwrite.TokensForTuple(elems)
	}
	newline := &hclwrite.Token{Type: hclsyntax.TokenNewline, Bytes: []byte("\n")}
	out := hclwrite.Tokens{{Type: hclsyntax.TokenOBrack, Bytes: []byte("[")}, newline}
	for _, e := range elems {
		out = append(out, e...)
		out = append(out, &hclwrite.Token{Type: hclsyntax.TokenComma, Bytes: []byte(",")}, newline)
	}
	return append(out, &hclwrite.Token{Type: hclsyntax.TokenCBrack, Bytes: []byte("]")})
}

func objectTokens(m map[string]Value) hclwrite.Tokens {
	var attrs []hclwrite.ObjectAttrTokens
	for _, k := range slices.Sorted(maps.Keys(m)) {
		name := quoted(k)
		if plainKey(k) {
			name = hclwrite.TokensForIdentifier(k)
		}
		attrs = append(attrs, hclwrite.ObjectAttrTokens{Name: name, Value: valueTokens(m[k])})
	}
	return hclwrite.TokensForObject(attrs)
}

// plainKey reports whether a key may stand in an object without quotes:
// "for" would start a for expression, the others are values.
func plainKey(k string) bool {
	return identifier(k) && !slices.Contains([]string{"for", "null", "true", "false"}, k)
}

// typeTokens writes a type expression that was found valid. It is the only
// text that is taken over as it stands.
func typeTokens(text string) hclwrite.Tokens {
	var out hclwrite.Tokens
	for _, t := range lexExpression(text) {
		switch t.Type {
		case hclsyntax.TokenEOF, hclsyntax.TokenNewline, hclsyntax.TokenComment:
			continue
		}
		out = append(out, &hclwrite.Token{Type: t.Type, Bytes: t.Bytes})
	}
	return out
}
