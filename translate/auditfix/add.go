package auditfix

import (
	"path"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/crosswall/crosswall/model/audit"
)

// append adds blocks at the end of a resource.
func (d *draft) append(p place, text string) bool {
	b := p.resource
	if p.block != nil {
		b = p.block
	}
	if typ, _, _ := strings.Cut(text, " "); isSet(b.Body, typ) || isIgnored(p, typ) {
		return false // an argument and blocks of one name exclude each other
	}
	doc, brace := p.doc, b.CloseBraceRange.Start.Byte
	indent := doc.indentAt(b.TypeRange.Start.Byte)
	lines := doc.inItsEnding(indented(text, indent+"  ") + "\n")
	if b.OpenBraceRange.Start.Line == b.CloseBraceRange.Start.Line {
		if len(b.Body.Attributes)+len(b.Body.Blocks) > 0 {
			return false
		}
		d.put(doc, splice{b.OpenBraceRange.End.Byte, brace, doc.inItsEnding("\n") + lines + indent})
		return true
	}
	at := doc.lineAt(brace)
	if doc.line(at-1) != "" && !strings.HasSuffix(doc.line(at-1), "{") {
		lines = doc.inItsEnding("\n") + lines
	}
	if strings.TrimSpace(string(doc.data[doc.starts[at]:brace])) != "" {
		return false
	}
	d.put(doc, splice{doc.starts[at], doc.starts[at], lines})
	return true
}

// indented puts spaces before each line that is not empty.
func indented(text, by string) string {
	lines := strings.Split(text, "\n")
	for i, l := range lines {
		if l != "" {
			lines[i] = by + l
		}
	}
	return strings.Join(lines, "\n")
}

// follow adds resources after a resource.
func (d *draft) follow(p place, text string) bool {
	if p.block != nil || !d.areNew(path.Dir(p.doc.name), text) {
		return false
	}
	doc := p.doc
	at := doc.lineEnd(doc.lineAt(p.resource.CloseBraceRange.Start.Byte))
	text = "\n" + text + "\n"
	if at == len(doc.data) && !strings.HasSuffix(string(doc.data), "\n") {
		text = "\n" + text
	}
	d.put(doc, splice{at, at, doc.inItsEnding(text)})
	return true
}

// assign gives an argument another value.
func (d *draft) assign(p place, e audit.Assign) bool {
	var set *hclsyntax.Attribute
	for _, name := range e.Names {
		if isIgnored(p, name) {
			return false
		}
		if a, ok := p.body().Attributes[name]; ok {
			if set != nil {
				return false
			}
			set = a
		}
	}
	if set == nil || !isLiteral(set.Expr) {
		return false
	}
	r := set.Expr.Range()
	d.put(p.doc, splice{r.Start.Byte, r.End.Byte, e.Value})
	return true
}

// isLiteral reports whether an expression is one word, number or string.
func isLiteral(e hclsyntax.Expression) bool {
	if _, ok := e.(*hclsyntax.LiteralValueExpr); ok {
		return true
	}
	t, ok := e.(*hclsyntax.TemplateExpr)
	return ok && t.IsStringLiteral()
}
