package terraform

import "github.com/hashicorp/hcl/v2/hclsyntax"

// shallow reports, without the cost of HCL's scanner, that a file in native syntax does not nest more
// than maxNesting deep. It understands plain files only: ASCII without templates, heredocs and block
// comments, as [Files] writes them for the most part. False means that nothing was found out.
func shallow(src []byte) bool {
	var n nesting
	for i := 0; i < len(src); {
		size, typ := plainToken(src[i:])
		if size == 0 {
			return false
		}
		i += size
		if typ == hclsyntax.TokenNil {
			continue
		}
		// A quote opens and closes a level for which there is room: hence not >.
		if n.see(typ); n.total >= maxNesting {
			return false
		}
	}
	return true
}

// plainToken returns the length of the token that src begins with, 0 for what is not plain, and its type
// where that has to do with nesting; an operator counts as a plus.
func plainToken(src []byte) (int, hclsyntax.TokenType) {
	switch c := src[0]; c {
	case '"':
		return quotedLength(src), hclsyntax.TokenNil
	case '#':
		return commentLength(src), hclsyntax.TokenNil
	case '/':
		switch {
		case len(src) > 1 && src[1] == '/':
			return commentLength(src), hclsyntax.TokenNil
		case len(src) > 1 && src[1] == '*':
			return 0, hclsyntax.TokenNil
		}
		return 1, hclsyntax.TokenPlus
	case '<':
		if len(src) > 1 && src[1] == '<' {
			return 0, hclsyntax.TokenNil
		}
		return 1, hclsyntax.TokenPlus
	case '[', ']', '{', '}', '(', ')', ',', '\n':
		return 1, hclsyntax.TokenType(c) // these types are their characters
	case '+', '-', '*', '%', '!', '&', '|', '>', '?', ':':
		return 1, hclsyntax.TokenPlus
	case '=':
		if len(src) > 1 && src[1] == '=' {
			return 2, hclsyntax.TokenPlus
		}
	default:
		if c != '\t' && (c < ' ' || c > '~') {
			return 0, hclsyntax.TokenNil
		}
	}
	return 1, hclsyntax.TokenNil
}

// commentLength returns the length of a comment with its line break; 0 where it is not plain.
func commentLength(src []byte) int {
	for i, c := range src {
		if c == '\n' {
			return i + 1
		}
		if c != '\t' && (c < ' ' || c > '~') {
			return 0
		}
	}
	return 0
}

// quotedLength returns the length of a string with its quotes; 0 where it is not plain.
func quotedLength(src []byte) int {
	for i := 1; i < len(src); i++ {
		switch c := src[i]; {
		case c == '"':
			return i + 1
		case c < ' ' || c > '~' || c == '{' && (src[i-1] == '$' || src[i-1] == '%'):
			return 0
		case c == '\\':
			// What is escaped ends nothing, and begins no template either.
			if i++; i >= len(src) || src[i] < ' ' || src[i] > '~' {
				return 0
			}
		}
	}
	return 0
}
