package terraform

import (
	"slices"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
)

// hclFiles writes a valid module in native syntax.
func hclFiles(m Module) []File {
	var out []File
	add := func(name string, write func(*hclWriter)) {
		w := &hclWriter{}
		w.comment(notice)
		write(w)
		out = append(out, File{Name: name, Data: w.out})
	}
	if len(m.Imports) > 0 {
		add("imports.tf", func(w *hclWriter) { hclImports(w, m.Imports) })
	}
	add("main.tf", func(w *hclWriter) {
		for _, r := range m.Resources {
			hclResource(w, r)
		}
	})
	if len(m.Outputs) > 0 {
		add("outputs.tf", func(w *hclWriter) { hclOutputs(w, m.Outputs) })
	}
	if len(m.Variables) > 0 {
		add("variables.tf", func(w *hclWriter) { hclVariables(w, m.Variables) })
	}
	if m.TerraformVersion != "" || len(m.Requirements) > 0 {
		add("versions.tf", func(w *hclWriter) { hclVersions(w, m) })
	}
	return out
}

func hclResource(w *hclWriter, r Resource) {
	w.blank()
	for _, c := range r.Comment {
		w.comment(commentLine(c))
	}
	w.open("resource", r.Type, r.Name)
	hclBody(w, r.Body)
	w.close()
}

func hclBody(w *hclWriter, body Body) {
	for _, a := range body.Attrs {
		if !a.Value.IsAbsent() {
			w.attr(a.Name, a.Value)
		}
	}
	w.align()
	empty := !slices.ContainsFunc(body.Attrs, func(a Attr) bool { return !a.Value.IsAbsent() })
	for _, k := range body.Blocks {
		if !empty {
			w.blank()
		}
		w.open(k.Type)
		hclBody(w, k.Body)
		w.close()
		empty = false
	}
}

func hclVersions(w *hclWriter, m Module) {
	w.blank()
	w.open("terraform")
	if m.TerraformVersion != "" {
		w.attr("required_version", String(m.TerraformVersion))
	}
	if len(m.Requirements) > 0 {
		if m.TerraformVersion != "" {
			w.blank()
		}
		w.open("required_providers")
		for _, r := range m.Requirements {
			w.attr(r.Name, requirement(r))
		}
		w.close()
	}
	w.close()
}

// requirement is the entry of required_providers.
func requirement(r Requirement) Value {
	v := map[string]Value{"source": String(r.Source)}
	if r.Constraint != "" {
		v["version"] = String(r.Constraint)
	}
	return Object(v)
}

func hclVariables(w *hclWriter, vs []Variable) {
	for _, v := range vs {
		w.blank()
		w.open("variable", v.Name)
		if v.Type != "" {
			w.cell("type", typeText(v.Type))
		}
		if v.Description != "" {
			w.cell("description", quoted(v.Description))
		}
		if !v.Default.IsAbsent() {
			w.attr("default", v.Default)
		}
		w.close()
	}
}

func hclOutputs(w *hclWriter, os []Output) {
	for _, o := range os {
		w.blank()
		w.open("output", o.Name)
		if o.Description != "" {
			w.cell("description", quoted(o.Description))
		}
		w.attr("value", o.Value)
		if !o.DependsOn.IsAbsent() {
			w.attr("depends_on", o.DependsOn)
		}
		w.close()
	}
}

func hclImports(w *hclWriter, is []Import) {
	for _, i := range is {
		w.blank()
		w.open("import")
		w.attr("to", Ref(i.To))
		w.cell("id", quoted(i.ID))
		w.close()
	}
}

// plainKey reports whether a key may stand in an object without quotes:
// "for" would start a for expression, the others are values.
func plainKey(k string) bool {
	return identifier(k) && !slices.Contains([]string{"for", "null", "true", "false"}, k)
}

// typeText writes a type expression that was found valid, on one line. It is the only
// text that is taken over as it stands.
func typeText(text string) string { return string(hclwrite.Format(typeTokens(text).Bytes())) }

// typeTokens returns a type expression without comments and line breaks.
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
