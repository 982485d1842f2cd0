package placement

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/crosswall/crosswall/model"
)

// Blank is the value of the fields that [Init] leaves for people to fill in. A file
// in which it is left is refused, with the lines.
const Blank = "FILL-IN"

// maxFindings bounds the findings of one severity, so that a file of faults does not
// become a report many times its size.
const maxFindings = 500

// reader decodes nodes strictly and collects what is wrong with them.
type reader struct {
	file     string
	findings []model.Finding
	counts   map[model.Severity]int
}

// sorted returns the findings, and how many were left out.
func (r *reader) sorted() []model.Finding {
	out := model.SortFindings(r.findings)
	for _, s := range []model.Severity{model.Error, model.Warning, model.Info} {
		if n := r.counts[s] - maxFindings; n > 0 {
			out = append(out, model.Finding{
				Severity: s, Code: codeMore, Origin: model.Origin{File: r.file},
				Summary: fmt.Sprintf("there are %d more like those (%s); they are left out", n, s),
			})
		}
	}
	return out
}

// value is a node and where it was written.
type value struct {
	node *yaml.Node // never an alias
	at   *yaml.Node // the alias, where there is one
	path string     // "aws.subnets[0].cidrs[1]"
}

func newValue(n *yaml.Node, path string) value {
	v := value{node: n, at: n, path: path}
	for v.node.Kind == yaml.AliasNode {
		v.node = v.node.Alias
	}
	return v
}

func (r *reader) originOf(n *yaml.Node, path string) model.Origin {
	return model.Origin{File: r.file, Line: n.Line, Column: n.Column, Object: "Placement", Path: path}
}

func (r *reader) origin(v value) model.Origin { return r.originOf(v.at, v.path) }

func (r *reader) report(s model.Severity, code string, at model.Origin, summary, advice string) {
	if r.counts == nil {
		r.counts = map[model.Severity]int{}
	}
	if r.counts[s]++; r.counts[s] > maxFindings {
		return
	}
	r.findings = append(r.findings, model.Finding{
		Severity: s, Code: code, Summary: summary, Advice: advice, Origin: at,
	})
}

func (r *reader) fault(code string, at model.Origin, summary, advice string) {
	r.report(model.Error, code, at, summary, advice)
}

// wrong reports a value of the wrong type, or a blank.
func (r *reader) wrong(v value, want string) {
	if v.node.Kind == yaml.ScalarNode && strings.Contains(v.node.Value, Blank) {
		r.fault(codeBlank, r.origin(v), "fill in "+v.path, "replace "+Blank+" with the value of your network")
		return
	}
	advice := ""
	if v.node.Kind == yaml.ScalarNode && strings.HasPrefix(want, "text") {
		advice = "put it in quotes"
	}
	r.fault(codeValue, r.origin(v), fmt.Sprintf("%s must be %s, not %s", v.path, want, kindOf(v.node)), advice)
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

// scalar returns the text of a scalar of one of the YAML types. It reports blanks.
func (r *reader) scalar(v value, want string, tags ...string) (string, bool) {
	if v.node.Kind != yaml.ScalarNode || !slices.Contains(tags, v.node.ShortTag()) || strings.Contains(v.node.Value, Blank) {
		r.wrong(v, want)
		return "", false
	}
	return v.node.Value, true
}

// text returns a string that is neither empty nor holds control characters.
func (r *reader) text(v value) (string, bool) {
	s, ok := r.scalar(v, "text", "!!str")
	if !ok {
		return "", false
	}
	if strings.TrimSpace(s) == "" || strings.ContainsFunc(s, func(c rune) bool { return c < ' ' || c == 0x7f }) {
		r.fault(codeValue, r.origin(v), v.path+" must be one line of text, not "+strconv.Quote(s), "")
		return "", false
	}
	return s, true
}

// truth returns a truth value.
func (r *reader) truth(v value) (yes, ok bool) {
	s, ok := r.scalar(v, "true or false", "!!bool")
	return strings.EqualFold(s, "true"), ok
}

// number returns a whole number from least to most.
func (r *reader) number(v value, least, most int) (int, bool) {
	want := fmt.Sprintf("a number from %d to %d", least, most)
	s, ok := r.scalar(v, want, "!!int")
	if !ok {
		return 0, false
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < least || n > most {
		r.wrong(v, want)
		return 0, false
	}
	return n, true
}

// items returns the elements of a list.
func (r *reader) items(v value) []value {
	if v.node.Kind != yaml.SequenceNode {
		r.wrong(v, "a list")
		return nil
	}
	out := make([]value, len(v.node.Content))
	for i, n := range v.node.Content {
		out[i] = newValue(n, fmt.Sprintf("%s[%d]", v.path, i))
	}
	return out
}
