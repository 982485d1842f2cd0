package auditfix

import (
	"bytes"
	"slices"
	"sort"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/crosswall/crosswall/model/audit"
)

// mostRead bounds a file, in bytes.
const mostRead = 32 << 20

// document is a file of configuration.
type document struct {
	name string
	data []byte
	// starts are the places at which lines begin; windows is whether they end with a carriage return besides.
	starts  []int
	windows bool
	// blocks are its blocks in order; resources are those that are, by "type.name".
	blocks    []*hclsyntax.Block
	resources map[string][]*hclsyntax.Block
}

// document returns a file; nil: it cannot be read.
func (w *writer) document(name string) *document {
	doc, ok := w.documents[name]
	if ok {
		return doc
	}
	if data, err := w.files.Read(name); err == nil && len(data) <= mostRead {
		doc = newDocument(name, data)
	}
	w.documents[name] = doc
	return doc
}

// newDocument parses a file; nil: it has faults.
func newDocument(name string, data []byte) *document {
	f, diags := hclsyntax.ParseConfig(data, name, hcl.InitialPos)
	if diags.HasErrors() {
		return nil
	}
	body, ok := f.Body.(*hclsyntax.Body)
	if !ok {
		return nil
	}
	doc := &document{name: name, data: data, starts: []int{0}, windows: bytes.Contains(data, []byte("\r\n")), blocks: body.Blocks, resources: map[string][]*hclsyntax.Block{}}
	for i, c := range data {
		if c == '\n' && i+1 < len(data) {
			doc.starts = append(doc.starts, i+1)
		}
	}
	for _, b := range body.Blocks {
		if b.Type == "resource" && len(b.Labels) == 2 {
			address := b.Labels[0] + "." + b.Labels[1]
			doc.resources[address] = append(doc.resources[address], b)
		}
	}
	return doc
}

// lineAt is the number, from 0, of the line that a place is on. The end of the file is on the last one.
func (d *document) lineAt(at int) int { return sort.SearchInts(d.starts, at+1) - 1 }

// lineEnd is where a line ends, its line break included.
func (d *document) lineEnd(line int) int {
	if line+1 < len(d.starts) {
		return d.starts[line+1]
	}
	return len(d.data)
}

// line is the text of a line without the spaces around it; empty for lines that there are not.
func (d *document) line(n int) string {
	if n < 0 || n >= len(d.starts) {
		return ""
	}
	return strings.TrimSpace(string(d.data[d.starts[n]:d.lineEnd(n)]))
}

// indentAt is the spaces and tabs at the beginning of the line of a place.
func (d *document) indentAt(at int) string {
	rest := d.data[d.starts[d.lineAt(at)]:]
	return string(rest[:len(rest)-len(bytes.TrimLeft(rest, " \t"))])
}

// inItsEnding writes text with the line breaks of the file.
func (d *document) inItsEnding(text string) string {
	if d.windows {
		return strings.ReplaceAll(text, "\n", "\r\n")
	}
	return text
}

// wholeLines returns the lines on which something stands by itself, but for a comment behind it; false: it does not.
func (d *document) wholeLines(start, end int) (splice, bool) {
	first, last := d.lineAt(start), d.lineAt(max(start, end-1))
	before := strings.TrimSpace(string(d.data[d.starts[first]:start]))
	after := strings.TrimSpace(string(d.data[end:d.lineEnd(last)]))
	return splice{start: d.starts[first], end: d.lineEnd(last)}, before == "" && (after == "" || isComment(after))
}

// isComment reports whether a line, without the spaces around it, is a comment to its end.
func isComment(line string) bool {
	return strings.HasPrefix(line, "#") || strings.HasPrefix(line, "//")
}

// splice is a part of a file that gives way to text.
type splice struct {
	start, end int
	text       string
}

// spliced makes changes of splices; false: they are in each other's way, or what they make of a resource would not be configuration.
func (d *document) spliced(all []splice) ([]audit.Change, bool) {
	all = slices.Clone(all)
	slices.SortStableFunc(all, func(a, b splice) int { return a.start - b.start })
	for i := 1; i < len(all); i++ {
		if all[i].start < all[i-1].end || all[i].start == all[i-1].start {
			return nil, false
		}
	}
	if !d.stillParses(all) {
		return nil, false
	}
	var out []audit.Change
	for i := 0; i < len(all); {
		first, last := d.linesOf(all[i])
		j := i + 1
		for j < len(all) {
			from, to := d.linesOf(all[j])
			if from >= last {
				break
			}
			last = max(last, to)
			j++
		}
		start, end := d.startOf(first), d.startOf(last)
		old, text := string(d.data[start:end]), apply(d.data, splice{start: start, end: end}, all[i:j])
		if old != text {
			out = append(out, audit.Change{File: d.name, Line: first + 1, Old: linesOf(old), New: linesOf(text)})
		}
		i = j
	}
	return out, true
}

// linesOf are the lines that a splice changes, from the first to before the last, counted from 0.
func (d *document) linesOf(s splice) (first, last int) {
	first = d.lineAt(s.start)
	atLineStart := func(at int) bool {
		return at == len(d.data) && bytes.HasSuffix(d.data, []byte("\n")) || at < len(d.data) && d.starts[d.lineAt(at)] == at
	}
	if atLineStart(s.start) && atLineStart(s.end) && (s.text == "" || strings.HasSuffix(s.text, "\n")) {
		if s.start == len(d.data) {
			return len(d.starts), len(d.starts)
		}
		if s.end == len(d.data) {
			return first, len(d.starts)
		}
		return first, d.lineAt(s.end)
	}
	return first, d.lineAt(s.end) + 1
}

// startOf is where a line begins; the end of the file for the one after the last.
func (d *document) startOf(line int) int {
	if line >= len(d.starts) {
		return len(d.data)
	}
	return d.starts[line]
}

// apply is a part of a file after splices that are in it, in order.
func apply(data []byte, part splice, all []splice) string {
	var b strings.Builder
	at := part.start
	for _, s := range all {
		b.Write(data[at:s.start])
		b.WriteString(s.text)
		at = s.end
	}
	b.Write(data[at:part.end])
	return b.String()
}

// linesOf are the lines of text, each with its line break.
func linesOf(text string) []string { return slices.Collect(strings.Lines(text)) }

// stillParses reports whether the blocks in which splices are, and what they add between blocks, are configuration afterwards.
func (d *document) stillParses(all []splice) bool {
	inside := map[*hclsyntax.Block][]splice{}
	for _, s := range all {
		b := d.around(s)
		if b == nil {
			if !parses(s.text) {
				return false
			}
			continue
		}
		inside[b] = append(inside[b], s)
	}
	for b, some := range inside {
		if !parses(apply(d.data, splice{start: b.TypeRange.Start.Byte, end: b.CloseBraceRange.End.Byte}, some) + "\n") {
			return false
		}
	}
	return true
}

// around is the outermost block in which a splice is; nil: none.
func (d *document) around(s splice) *hclsyntax.Block {
	i := sort.Search(len(d.blocks), func(i int) bool { return d.blocks[i].CloseBraceRange.End.Byte >= s.end })
	if i < len(d.blocks) && d.blocks[i].TypeRange.Start.Byte <= s.start {
		return d.blocks[i]
	}
	return nil
}

func parses(text string) bool {
	_, diags := hclsyntax.ParseConfig([]byte(text), "", hcl.InitialPos)
	return !diags.HasErrors()
}
