package auditfix

import (
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// without takes elements out of an argument, or the argument where none is left.
func (d *draft) without(doc *document, c listCut) bool {
	list, isList := c.argument.Expr.(*hclsyntax.TupleConsExpr)
	if !isList || len(c.at) == c.count {
		r := c.argument.SrcRange
		s, ok := doc.wholeLines(r.Start.Byte, r.End.Byte)
		d.put(doc, s)
		return ok
	}
	splices, ok := doc.elementsOut(list, c.at)
	for _, s := range splices {
		d.put(doc, s)
	}
	return ok
}

// elementsOut takes elements out of a list: with their lines, where they are on lines of their own, and otherwise with a comma.
func (d *document) elementsOut(list *hclsyntax.TupleConsExpr, at []int) ([]splice, bool) {
	var out []splice
	for i := 0; i < len(at); {
		j := i + 1
		for j < len(at) && at[j] == at[j-1]+1 {
			j++
		}
		run, ok := d.ownLines(list, at[i], at[j-1])
		if !ok {
			if run, ok = d.runOut(list, at[i], at[j-1]); !ok {
				return nil, false
			}
		}
		out = append(out, run...)
		i = j
	}
	return out, true
}

// ownLines takes out elements each of which is on lines of its own.
func (d *document) ownLines(list *hclsyntax.TupleConsExpr, first, last int) ([]splice, bool) {
	var out []splice
	for i := first; i <= last; i++ {
		r := rangeOf(list.Exprs[i])
		from, to := d.lineAt(r.Start.Byte), d.lineAt(r.End.Byte)
		before := strings.TrimSpace(string(d.data[d.starts[from]:r.Start.Byte]))
		rest := strings.TrimSpace(string(d.data[r.End.Byte:d.lineEnd(to)]))
		rest = strings.TrimSpace(strings.TrimPrefix(rest, ","))
		if before != "" || rest != "" && !isComment(rest) {
			return nil, false
		}
		s := splice{start: d.starts[from], end: d.lineEnd(to)}
		s.start = d.starts[d.aboveElement(list, i, from, to)]
		out = append(out, s)
	}
	return out, true
}

// aboveElement is the first line that goes with an element: that of the comments above it, which are about it alone where the next line is no element of
// the same list.
func (d *document) aboveElement(list *hclsyntax.TupleConsExpr, i, first, last int) int {
	if i+1 < len(list.Exprs) && d.lineAt(rangeOf(list.Exprs[i+1]).Start.Byte) == last+1 {
		return first
	}
	top := d.lineAt(list.OpenRange.Start.Byte)
	for first-1 > top && isComment(d.line(first-1)) {
		first--
	}
	return first
}

// runOut takes elements that are next to each other out of a line.
func (d *document) runOut(list *hclsyntax.TupleConsExpr, first, last int) ([]splice, bool) {
	s := splice{start: rangeOf(list.Exprs[first]).Start.Byte, end: rangeOf(list.Exprs[last]).End.Byte}
	switch {
	case last+1 < len(list.Exprs):
		s.end = rangeOf(list.Exprs[last+1]).Start.Byte
	case first > 0:
		s.start = rangeOf(list.Exprs[first-1]).End.Byte
	default:
		return nil, false
	}
	return []splice{s}, d.hasNoComment(list, s)
}

// hasNoComment reports whether there is nothing between the elements of a part of a list but commas and spaces on one line.
func (d *document) hasNoComment(list *hclsyntax.TupleConsExpr, s splice) bool {
	var rest strings.Builder
	at := s.start
	for _, e := range list.Exprs {
		r := rangeOf(e)
		if r.Start.Byte >= at && r.End.Byte <= s.end {
			rest.Write(d.data[at:r.Start.Byte])
			at = r.End.Byte
		}
	}
	rest.Write(d.data[at:s.end])
	return !slices.ContainsFunc([]byte(rest.String()), func(c byte) bool { return c != ' ' && c != '\t' && c != ',' })
}

// rangeOf is where an element of a list stands, a string with its quotes.
func rangeOf(e hclsyntax.Expression) hcl.Range {
	if p, ok := e.(*hclsyntax.ParenthesesExpr); ok {
		return p.SrcRange
	}
	return e.Range()
}
