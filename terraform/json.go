package terraform

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// tree is an object of a JSON configuration file.
type tree map[string]any

// jsonFiles writes a valid module in JSON syntax
// (developer.hashicorp.com/terraform/language/syntax/json).
func jsonFiles(m Module) ([]File, error) {
	var out []File
	for _, f := range []struct {
		name  string
		root  tree
		empty bool
	}{
		{"imports.tf.json", tree{"import": jsonImports(m.Imports)}, len(m.Imports) == 0},
		{"main.tf.json", jsonResources(m.Resources), false},
		{"outputs.tf.json", tree{"output": jsonOutputs(m.Outputs)}, len(m.Outputs) == 0},
		{"variables.tf.json", tree{"variable": jsonVariables(m.Variables)}, len(m.Variables) == 0},
		{"versions.tf.json", tree{"terraform": jsonVersions(m)}, m.TerraformVersion == "" && len(m.Requirements) == 0},
	} {
		if f.empty {
			continue
		}
		f.root["//"] = notice
		data, err := encodeJSON(f.root)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.name, err)
		}
		out = append(out, File{Name: f.name, Data: data})
	}
	return out, nil
}

func encodeJSON(root tree) ([]byte, error) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(root); err != nil {
		return nil, err
	}
	return ascii(buf.Bytes()), nil
}

// ascii writes characters beyond ASCII, which in JSON stand in strings only, as
// escapes. Terraform's parser reads JSON by grapheme clusters and misses a quote
// that is part of one, as after U+0600.
func ascii(data []byte) []byte {
	out := make([]byte, 0, len(data))
	for _, r := range string(data) {
		switch {
		case r < utf8.RuneSelf:
			out = append(out, byte(r))
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			out = fmt.Appendf(out, `\u%04x\u%04x`, high, low)
		default:
			out = fmt.Appendf(out, `\u%04x`, r)
		}
	}
	return out
}

func jsonResources(rs []Resource) tree {
	types := tree{}
	for _, r := range rs {
		names, ok := types[r.Type].(tree)
		if !ok {
			names = tree{}
			types[r.Type] = names
		}
		body := jsonBody(r.Body, metaResource)
		if len(r.Comment) > 0 {
			lines := make([]string, len(r.Comment))
			for i, c := range r.Comment {
				lines[i] = commentLine(c)
			}
			body["//"] = strings.Join(lines, "\n")
		}
		names[r.Name] = body
	}
	if len(types) == 0 {
		return tree{}
	}
	return tree{"resource": types}
}

// meta is where in a resource a body is: Terraform's own arguments there hold bare
// references, which JSON writes as strings without "${ }".
type meta uint8

const (
	metaNone      meta = iota
	metaResource       // the resource's own body
	metaLifecycle      // its lifecycle block
)

// bare reports whether the argument holds bare references.
func (m meta) bare(name string) bool {
	switch m {
	case metaResource:
		return name == "depends_on" || name == "provider"
	case metaLifecycle:
		return name == "ignore_changes" || name == "replace_triggered_by"
	case metaNone:
	}
	return false
}

// inner is where a nested block is.
func (m meta) inner(block string) meta {
	if m == metaResource && block == "lifecycle" {
		return metaLifecycle
	}
	return metaNone
}

func jsonBody(b Body, at meta) tree {
	out := tree{}
	for _, a := range b.Attrs {
		switch {
		case a.Value.IsAbsent():
		case at.bare(a.Name):
			out[a.Name] = jsonValue(a.Value, jsonBare)
		default:
			out[a.Name] = jsonValue(a.Value, jsonTemplate)
		}
	}
	for _, k := range b.Blocks {
		list, _ := out[k.Type].([]any)
		out[k.Type] = append(list, jsonBody(k.Body, at.inner(k.Type)))
	}
	return out
}

func jsonVersions(m Module) tree {
	out := tree{}
	if m.TerraformVersion != "" {
		out["required_version"] = m.TerraformVersion
	}
	if len(m.Requirements) > 0 {
		providers := tree{}
		for _, r := range m.Requirements {
			providers[r.Name] = jsonValue(requirement(r), jsonPlain)
		}
		out["required_providers"] = providers
	}
	return out
}

func jsonVariables(vs []Variable) tree {
	out := tree{}
	for _, v := range vs {
		t := tree{}
		if v.Description != "" {
			t["description"] = v.Description
		}
		if v.Type != "" {
			t["type"] = string(typeTokens(v.Type).Bytes())
		}
		if !v.Default.IsAbsent() {
			t["default"] = jsonValue(v.Default, jsonPlain)
		}
		out[v.Name] = t
	}
	return out
}

func jsonOutputs(os []Output) tree {
	out := tree{}
	for _, o := range os {
		t := tree{"value": jsonValue(o.Value, jsonTemplate)}
		if o.Description != "" {
			t["description"] = o.Description
		}
		if !o.DependsOn.IsAbsent() {
			t["depends_on"] = jsonValue(o.DependsOn, jsonBare)
		}
		out[o.Name] = t
	}
	return out
}

func jsonImports(is []Import) []tree {
	var out []tree
	for _, i := range is {
		out = append(out, tree{"to": refText(i.To), "id": jsonValue(String(i.ID), jsonTemplate)})
	}
	return out
}

// jsonMode is how Terraform takes the strings of a place in JSON.
type jsonMode uint8

const (
	jsonTemplate jsonMode = iota // as templates
	jsonPlain                    // as they are: no evaluation happens there
	jsonBare                     // as references
)

// jsonValue writes a value that was found valid.
func jsonValue(v Value, mode jsonMode) any {
	switch v.kind {
	case text:
		if mode == jsonPlain {
			return v.text
		}
		return escapeTemplate(v.text)
	case truth:
		return v.whole == 1
	case integer:
		return v.whole
	case number:
		return json.Number(v.text)
	case reference:
		if mode == jsonBare {
			return refText(v.text)
		}
		return "${" + refText(v.text) + "}"
	case list:
		out := make([]any, len(v.elements()))
		for i, e := range v.elements() {
			out[i] = jsonValue(e, mode)
		}
		return out
	case object:
		out := tree{}
		for k, e := range v.entries() {
			if mode != jsonPlain {
				k = escapeTemplate(k)
			}
			out[k] = jsonValue(e, mode)
		}
		return out
	case absent, null, unknown, computed:
	}
	return nil
}

// escapeTemplate makes a string stand for itself where a template is expected
// (developer.hashicorp.com/terraform/language/expressions/strings).
//
// The scanner of templates drops a byte order mark, misses a "${" after a carriage
// return, and what it makes of "$$${" depends on what stands before; where any of
// that could be, the string is written as a quoted one inside a template.
func escapeTemplate(s string) string {
	odd := strings.IndexFunc(s, func(r rune) bool { return r != '\n' && !unicode.IsPrint(r) }) >= 0
	if odd || strings.Contains(s, "$${") || strings.Contains(s, "%%{") {
		return "${" + quotedASCII(s) + "}"
	}
	return strings.NewReplacer("${", "$${", "%{", "%%{").Replace(s)
}
