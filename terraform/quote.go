package terraform

import (
	"fmt"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"
)

// quoted writes a string in native syntax. HCL reads escapes by grapheme
// clusters, so that one followed by a combining mark ("\n" and U+0301) is no
// escape to it: strings that do not come back as they were are written in ASCII.
func quoted(s string) hclwrite.Tokens {
	tokens := hclwrite.TokensForValue(cty.StringVal(s))
	if isASCII(s) || unquotes(tokens, s) {
		return tokens
	}
	return quotedASCII(s)
}

// quotedASCII writes a string in native syntax and in ASCII.
func quotedASCII(s string) hclwrite.Tokens {
	tokens := hclwrite.TokensForValue(cty.StringVal(s))
	for _, t := range tokens {
		if t.Type == hclsyntax.TokenQuotedLit {
			t.Bytes = escapeRunes(t.Bytes)
		}
	}
	return tokens
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

// unquotes reports whether tokens are read as the string s.
func unquotes(tokens hclwrite.Tokens, s string) bool {
	expr, diags := hclsyntax.ParseExpression(tokens.Bytes(), "", hcl.InitialPos)
	if diags.HasErrors() {
		return false
	}
	v, diags := expr.Value(nil)
	got, ok := knownString(v)
	return !diags.HasErrors() && ok && got == s
}
