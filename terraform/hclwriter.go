package terraform

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclwrite"
)

// hclWriter writes native syntax in the form that "terraform fmt" gives it
// (developer.hashicorp.com/terraform/language/style): two spaces for every level, and the
// equals signs of lines that follow each other below one another.
type hclWriter struct {
	out   []byte
	level int
	// pending is lines that wait to be aligned: they end with the first line that is no
	// whole assignment. Their right sides are in rights.
	pending []hclCell
	rights  []byte
}

// hclCell is an assignment on one line.
type hclCell struct {
	name  string
	width int // columns of the name
	end   int // where the right side ends in rights; it begins where the one before ends
}

// align writes the lines that wait.
func (w *hclWriter) align() {
	width := 0
	for _, c := range w.pending {
		width = max(width, c.width)
	}
	start := 0
	for _, c := range w.pending {
		w.indent()
		w.out = append(w.out, c.name...)
		for range width - c.width {
			w.out = append(w.out, ' ')
		}
		w.out = append(w.out, " = "...)
		w.out = append(w.out, w.rights[start:c.end]...)
		w.out = append(w.out, '\n')
		start = c.end
	}
	w.pending, w.rights = w.pending[:0], w.rights[:0]
}

func (w *hclWriter) indent() {
	for range w.level {
		w.out = append(w.out, "  "...)
	}
}

// comment writes one line, which must not hold a line break.
func (w *hclWriter) comment(line string) {
	w.align()
	w.indent()
	w.out = append(w.out, '#')
	if line != "" {
		w.out = append(append(w.out, ' '), line...)
	}
	w.out = append(w.out, '\n')
}

func (w *hclWriter) blank() {
	w.align()
	w.out = append(w.out, '\n')
}

// open begins a block whose labels are identifiers.
func (w *hclWriter) open(typ string, labels ...string) {
	w.align()
	w.indent()
	w.out = append(w.out, typ...)
	for _, l := range labels {
		w.out = append(append(append(w.out, ` "`...), l...), '"')
	}
	w.begin(" {")
}

// close ends a block.
func (w *hclWriter) close() { w.end("}\n") }

// begin ends a line with an opening bracket.
func (w *hclWriter) begin(bracket string) {
	w.out = append(append(w.out, bracket...), '\n')
	w.level++
}

// end writes a closing bracket.
func (w *hclWriter) end(bracket string) {
	w.align()
	w.level--
	w.indent()
	w.out = append(w.out, bracket...)
}

// cell writes an assignment of what takes one line.
func (w *hclWriter) cell(name, right string) {
	w.rights = append(w.rights, right...)
	w.pending = append(w.pending, hclCell{name, columns(name), len(w.rights)})
}

// attr writes an assignment.
func (w *hclWriter) attr(name string, v Value) {
	if out, ok := appendLine(w.rights, v); ok {
		w.rights = out
		w.pending = append(w.pending, hclCell{name, columns(name), len(w.rights)})
		return
	}
	w.align()
	w.indent()
	w.out = append(append(w.out, name...), " = "...)
	w.lines(v)
	w.out = append(w.out, '\n')
}

// lines writes a list or object with a line for each of its parts.
func (w *hclWriter) lines(v Value) {
	if v.kind == object {
		w.begin("{")
		for _, k := range slices.Sorted(maps.Keys(v.entries())) {
			name := k
			if !plainKey(k) {
				name = quoted(k)
			}
			w.attr(name, v.entries()[k])
		}
		w.end("}")
		return
	}
	w.begin("[")
	for _, e := range v.elements() {
		w.indent()
		if out, ok := appendLine(w.out, e); ok {
			w.out = out
		} else {
			w.lines(e)
		}
		w.out = append(w.out, ",\n"...)
	}
	w.end("]")
}

// columns is how wide a name is shown.
func columns(name string) int {
	if isASCII(name) {
		return len(name)
	}
	var tokens hclwrite.Tokens
	for _, t := range lexExpression(name) {
		tokens = append(tokens, &hclwrite.Token{Type: t.Type, Bytes: t.Bytes})
	}
	return tokens.Columns()
}

// maxLine is how many bytes a list may take on one line before it gets a line
// per element.
const maxLine = 80

// appendLine appends a value that was found valid; false, and b as it was, where the value takes more lines than one.
func appendLine(b []byte, v Value) ([]byte, bool) {
	switch v.kind {
	case absent, null, unknown, computed:
		return append(b, "null"...), true
	case text:
		return appendQuoted(b, v.text), true
	case truth:
		return strconv.AppendBool(b, v.whole == 1), true
	case integer:
		return strconv.AppendInt(b, int64(v.whole), 10), true
	case number:
		return append(b, v.text...), true
	case reference:
		return append(b, refText(v.text)...), true
	case list:
		return appendList(b, v.elements())
	case object:
		return append(b, "{}"...), len(v.entries()) == 0
	}
	return b, false
}

func appendList(b []byte, vs []Value) ([]byte, bool) {
	start := len(b)
	b = append(b, '[')
	for i, e := range vs {
		if e.kind == object || e.kind == list {
			return b[:start], false
		}
		if i > 0 {
			b = append(b, ", "...)
		}
		b, _ = appendLine(b, e)
		// Each element counts with its comma and space, the last one too.
		if len(vs) > 1 && len(b)-start+1 > maxLine {
			return b[:start], false
		}
	}
	return append(b, ']'), true
}

// refText writes a reference in its one normal spelling.
func refText(text string) string {
	if plainRef(text) {
		return text
	}
	t, err := parseRef(text)
	if err != nil {
		return ""
	}
	return traversalText(t)
}

// plainRef reports whether a reference is nothing but identifiers with dots between
// them, as most are. These have one spelling only.
func plainRef(text string) bool {
	for {
		name, rest, more := strings.Cut(text, ".")
		if !identifier(name) || !more {
			return identifier(name)
		}
		text = rest
	}
}

// traversalText spells a traversal in the one normal way.
func traversalText(t hcl.Traversal) string {
	var b strings.Builder
	for i, step := range t {
		switch step := step.(type) {
		case hcl.TraverseRoot:
			b.WriteString(step.Name)
		case hcl.TraverseAttr:
			b.WriteString("." + step.Name)
		default: // an index, in brackets
			b.Write(hclwrite.TokensForTraversal(t[i : i+1]).Bytes())
		}
	}
	return b.String()
}
