package terraform

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// maxNesting bounds how deeply brackets, templates and operators may nest. The
// parser calls itself for every level, and a stack that overflows cannot be
// recovered from.
const maxNesting = 500

func lexExpression(text string) hclsyntax.Tokens {
	tokens, _ := hclsyntax.LexExpression([]byte(text), "", hcl.InitialPos)
	return tokens
}

// nesting follows how deep the syntax tree over a row of tokens gets. Operators
// count as levels until the element that they stand in ends, since "1+1+1" and
// "!!!x" are trees as deep as they are long.
type nesting struct {
	total int // open brackets and operators on the path to here
	level int // operators since the innermost bracket's last separator
	outer []openBracket
}

type openBracket struct {
	typ   hclsyntax.TokenType
	level int
}

// tooDeep reports whether tokens nest more than maxNesting deep.
func tooDeep(tokens hclsyntax.Tokens) bool {
	var n nesting
	for _, t := range tokens {
		n.see(t.Type)
		if n.total > maxNesting {
			return true
		}
	}
	return false
}

func (n *nesting) see(typ hclsyntax.TokenType) {
	switch typ {
	case hclsyntax.TokenOBrack, hclsyntax.TokenTemplateControl:
		// "a[x][x]" and "%{if a}%{if b}" nest although the brackets close.
		n.operator()
		n.open(typ)
	case hclsyntax.TokenOBrace, hclsyntax.TokenOParen, hclsyntax.TokenOQuote,
		hclsyntax.TokenOHeredoc, hclsyntax.TokenTemplateInterp:
		n.open(typ)
	case hclsyntax.TokenCBrace, hclsyntax.TokenCBrack, hclsyntax.TokenCParen, hclsyntax.TokenCQuote,
		hclsyntax.TokenCHeredoc, hclsyntax.TokenTemplateSeqEnd:
		n.close()
	case hclsyntax.TokenComma:
		n.separate()
	case hclsyntax.TokenNewline:
		// Inside other brackets a new line does not end an expression.
		if len(n.outer) == 0 || n.outer[len(n.outer)-1].typ == hclsyntax.TokenOBrace {
			n.separate()
		}
	case hclsyntax.TokenPlus, hclsyntax.TokenMinus, hclsyntax.TokenStar, hclsyntax.TokenSlash,
		hclsyntax.TokenPercent, hclsyntax.TokenBang, hclsyntax.TokenAnd, hclsyntax.TokenOr,
		hclsyntax.TokenEqualOp, hclsyntax.TokenNotEqual, hclsyntax.TokenGreaterThan,
		hclsyntax.TokenGreaterThanEq, hclsyntax.TokenLessThan, hclsyntax.TokenLessThanEq,
		hclsyntax.TokenQuestion, hclsyntax.TokenColon:
		n.operator()
	}
}

func (n *nesting) operator() {
	n.level++
	n.total++
}

func (n *nesting) separate() {
	n.total -= n.level
	n.level = 0
}

func (n *nesting) open(typ hclsyntax.TokenType) {
	n.outer = append(n.outer, openBracket{typ: typ, level: n.level})
	n.level = 0
	n.total++
}

func (n *nesting) close() {
	n.separate()
	last := len(n.outer) - 1
	if last < 0 {
		return
	}
	n.total--
	n.level, n.outer = n.outer[last].level, n.outer[:last]
}

// tooDeepJSON reports whether brackets in a JSON text nest more than
// maxNesting deep.
func tooDeepJSON(src []byte) bool {
	depth, quoted := 0, false
	for i := 0; i < len(src); i++ {
		switch src[i] {
		case '"':
			quoted = !quoted
		case '\\':
			if quoted {
				i++
			}
		case '[', '{':
			if !quoted {
				depth++
			}
		case ']', '}':
			if !quoted {
				depth--
			}
		}
		if depth > maxNesting {
			return true
		}
	}
	return false
}
