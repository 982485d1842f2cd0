package terraform

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"
)

// quoted writes a string in native syntax. HCL reads escapes by grapheme
// clusters, so that one followed by a combining mark ("\n" and U+0301) is no
// escape to it: strings that do not come back as they were are written in ASCII.
func quoted(s string) string { return string(appendQuoted(nil, s)) }

// appendQuoted appends what quoted returns.
func appendQuoted(b []byte, s string) []byte {
	if isASCII(s) {
		return appendASCII(b, s)
	}
	if out := hclwrite.TokensForValue(cty.StringVal(s)).Bytes(); unquotes(out, s) {
		return append(b, out...)
	}
	return append(b, quotedASCII(s)...)
}

// appendASCII appends a string of ASCII in quotes
// (github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md, "Quoted Template Expression" and "Template Literals").
func appendASCII(b []byte, s string) []byte {
	b = append(b, '"')
	for i := range len(s) {
		switch c := s[i]; {
		case c == '\n':
			b = append(b, `\n`...)
		case c == '\r':
			b = append(b, `\r`...)
		case c == '\t':
			b = append(b, `\t`...)
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case (c == '$' || c == '%') && strings.HasPrefix(s[i+1:], "{"):
			b = append(b, c, c) // or it would begin a template
		case c < ' ' || c > '~':
			b = fmt.Appendf(b, `\u%04x`, c)
		default:
			b = append(b, c)
		}
	}
	return append(b, '"')
}

// quotedASCII writes a string in native syntax and in ASCII.
func quotedASCII(s string) string {
	tokens := hclwrite.TokensForValue(cty.StringVal(s))
	for _, t := range tokens {
		if t.Type == hclsyntax.TokenQuotedLit {
			t.Bytes = escapeRunes(t.Bytes)
		}
	}
	return string(tokens.Bytes())
}

func escapeRunes(lit []byte) []byte {
	var out []byte
	for _, r := range string(lit) {
		switch {
		case r < utf8.RuneSelf:
			out = append(out, byte(r))
		case r > 0xffff:
			out = fmt.Appendf(out, `\U%08x`, r)
		default:
			out = fmt.Appendf(out, `\u%04x`, r)
		}
	}
	return out
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// unquotes reports whether an expression is read as the string s.
func unquotes(src []byte, s string) bool {
	expr, diags := hclsyntax.ParseExpression(src, "", hcl.InitialPos)
	if diags.HasErrors() {
		return false
	}
	v, diags := expr.Value(nil)
	got, ok := knownString(v)
	return !diags.HasErrors() && ok && got == s
}
