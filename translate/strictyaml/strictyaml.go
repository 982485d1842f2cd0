// Package strictyaml reads YAML files that people write for crosswall: every field is known or reported, every fault has its
// line and column, and all faults of a file are found at once. Files that only exist to exhaust memory are refused.
package strictyaml

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/crosswall/crosswall/model"
)

// MaxFindings bounds the findings of one severity, so that a file of faults does not
// become a report many times its size.
const MaxFindings = 500

// Format is a kind of file.
type Format struct {
	// Object is what origins call it: "Placement"; Noun is the same in a sentence: "placement".
	Object, Noun string
	// Codes is what the codes of findings begin with: "placement". They go on with "-yaml" for what is no YAML, too large or too deep,
	// "-field" for a field that is unknown, missing, empty or given twice, "-value" for a value of the wrong type or form, "-blank" for
	// a blank, and "-more" for how many findings were left out.
	Codes string
	// Blank is the text that starting files have where something is to be filled in; empty: there are none.
	Blank string
	// Begin says how to begin an empty file.
	Begin string
}

// Reader decodes nodes and collects what is wrong with them.
type Reader struct {
	Format
	// File is the name in origins.
	File     string
	findings []model.Finding
	counts   map[model.Severity]int
}

// Code returns the code of a finding with an ending: Code("field").
func (f Format) Code(ending string) string { return f.Codes + "-" + ending }

// Findings returns the findings, sorted, and how many were left out.
func (r *Reader) Findings() []model.Finding {
	out := model.SortFindings(r.findings)
	for _, s := range []model.Severity{model.Error, model.Warning, model.Info} {
		if n := r.counts[s] - MaxFindings; n > 0 {
			out = append(out, model.Finding{
				Severity: s, Code: r.Code("more"), Origin: model.Origin{File: r.File},
				Summary: fmt.Sprintf("there are %d more like those (%s); they are left out", n, s),
			})
		}
	}
	return out
}

// Count returns how many findings there are so far: whether reading something found a fault shows in it.
func (r *Reader) Count() int {
	n := 0
	for _, c := range r.counts {
		n += c
	}
	return n
}

// Value is a node and where it was written.
type Value struct {
	node *yaml.Node // never an alias
	at   *yaml.Node // the alias, where there is one
	// Path leads to it: "aws.subnets[0].cidrs[1]". Empty: the whole file.
	Path string
}

func newValue(n *yaml.Node, path string) Value {
	v := Value{node: n, at: n, Path: path}
	for v.node.Kind == yaml.AliasNode {
		v.node = v.node.Alias
	}
	return v
}

// IsMapping reports whether the value is a mapping.
func (v Value) IsMapping() bool { return v.node.Kind == yaml.MappingNode }

// IsScalar reports whether the value is neither a mapping nor a list.
func (v Value) IsScalar() bool { return v.node.Kind == yaml.ScalarNode }

// Len returns the number of elements of a list, or twice that of the fields of a mapping.
func (v Value) Len() int { return len(v.node.Content) }

func (r *Reader) originOf(n *yaml.Node, path string) model.Origin {
	return model.Origin{File: r.File, Line: n.Line, Column: n.Column, Object: r.Format.Object, Path: path}
}

// Origin returns where a value was written.
func (r *Reader) Origin(v Value) model.Origin { return r.originOf(v.at, v.Path) }

// Report notes a finding.
func (r *Reader) Report(f model.Finding) {
	if r.counts == nil {
		r.counts = map[model.Severity]int{}
	}
	if r.counts[f.Severity]++; r.counts[f.Severity] <= MaxFindings {
		r.findings = append(r.findings, f)
	}
}

// Fault notes an error.
func (r *Reader) Fault(code string, at model.Origin, summary, advice string) {
	r.Report(model.Finding{Severity: model.Error, Code: code, Summary: summary, Advice: advice, Origin: at})
}

// Wrong reports a value of the wrong type, or a blank. Want begins with "text" for text.
func (r *Reader) Wrong(v Value, want string) {
	if r.isBlank(v) {
		r.Fault(r.Code("blank"), r.Origin(v), "fill in "+v.Path, "replace "+r.Blank+" with the value of your network")
		return
	}
	advice := ""
	if v.node.Kind == yaml.ScalarNode && strings.HasPrefix(want, "text") {
		advice = "put it in quotes"
	}
	r.Fault(r.Code("value"), r.Origin(v), fmt.Sprintf("%s must be %s, not %s", v.Path, want, kindOf(v.node)), advice)
}

func (r *Reader) isBlank(v Value) bool {
	return r.Blank != "" && v.node.Kind == yaml.ScalarNode && strings.Contains(v.node.Value, r.Blank)
}

func kindOf(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	}
	switch n.ShortTag() {
	case "!!null":
		return "empty"
	case "!!int", "!!float":
		return "the number " + n.Value
	case "!!bool":
		return "the truth value " + n.Value
	case "!!timestamp":
		return "the date " + n.Value
	case "!!str":
		return strconv.Quote(n.Value)
	}
	return "of type " + n.ShortTag()
}

// Scalar returns the text of a scalar of one of the YAML types, by their short tags ("!!str", "!!int"). It reports others, and blanks.
func (r *Reader) Scalar(v Value, want string, tags ...string) (string, bool) {
	if v.node.Kind != yaml.ScalarNode || !slices.Contains(tags, v.node.ShortTag()) || r.isBlank(v) {
		r.Wrong(v, want)
		return "", false
	}
	return v.node.Value, true
}

// Text returns a string that is neither empty nor holds control characters.
func (r *Reader) Text(v Value) (string, bool) {
	s, ok := r.Scalar(v, "text", "!!str")
	if !ok {
		return "", false
	}
	if strings.TrimSpace(s) == "" || strings.ContainsFunc(s, func(c rune) bool { return c < ' ' || c == 0x7f }) {
		r.Fault(r.Code("value"), r.Origin(v), v.Path+" must be one line of text, not "+strconv.Quote(s), "")
		return "", false
	}
	return s, true
}

// Truth returns a truth value.
func (r *Reader) Truth(v Value) (yes, ok bool) {
	s, ok := r.Scalar(v, "true or false", "!!bool")
	return strings.EqualFold(s, "true"), ok
}

// Number returns a whole number from least to most, both included.
func (r *Reader) Number(v Value, least, most int) (int, bool) {
	want := fmt.Sprintf("a number from %d to %d", least, most)
	s, ok := r.Scalar(v, want, "!!int")
	if !ok {
		return 0, false
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < least || n > most {
		r.Wrong(v, want)
		return 0, false
	}
	return n, true
}

// Items returns the elements of a list.
func (r *Reader) Items(v Value) []Value {
	if v.node.Kind != yaml.SequenceNode {
		r.Wrong(v, "a list")
		return nil
	}
	out := make([]Value, len(v.node.Content))
	for i, n := range v.node.Content {
		out[i] = newValue(n, fmt.Sprintf("%s[%d]", v.Path, i))
	}
	return out
}
