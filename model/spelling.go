package model

import (
	"fmt"
	"strings"
)

// Spelling writes a selector such that those that are written alike, part by part, have the same text and others have not. Why a [Maybe] is in doubt does not
// count. It is no text for people.
func Spelling(s Selector) string {
	var b strings.Builder
	spellInto(&b, s)
	return b.String()
}

func spellInto(b *strings.Builder, s Selector) {
	list := func(name string, parts ...Selector) {
		b.WriteString(name + "(")
		for i, p := range parts {
			if i > 0 {
				b.WriteByte(' ')
			}
			spellInto(b, p)
		}
		b.WriteByte(')')
	}
	switch s := s.(type) {
	case At:
		fmt.Fprintf(b, "at %v", s.Addrs.ranges)
	case Identities:
		fmt.Fprintf(b, "%q", []Identity(s))
	case Group:
		fmt.Fprintf(b, "group %q", string(s))
	case And:
		list("and", s...)
	case Or:
		list("or", s...)
	case Not:
		list("not", s.Selector)
	case Maybe:
		list("maybe", s.Selector)
	case nil, Any:
		b.WriteString("any")
	}
}
