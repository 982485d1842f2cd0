package snapshot

import (
	"bytes"
	"encoding/json"
	"strings"
	"unicode"
	"unicode/utf8"
)

// manyNames is how many names of an object are compared one by one.
const manyNames = 32

// nameSet is the names of one object.
type nameSet struct {
	list bool // rather of a list, which has none
	want bool // whether a string that comes next is a name
	few  [][]byte
	many map[string]bool
}

// twice returns, as it is written, a name that comes twice in one object of a value, which is valid JSON without
// white space; false: there is none. Names that differ in capitals alone are the same to
// those who read objects (encoding/json, Unmarshal).
func twice(value []byte) ([]byte, bool) {
	var open []nameSet
	for i := 0; i < len(value); i++ {
		switch value[i] {
		case '{', '[':
			open = append(open, nameSet{list: value[i] == '[', want: value[i] == '{'})
		case '}', ']':
			open = open[:len(open)-1]
		case ',':
			top := &open[len(open)-1]
			top.want = !top.list
		case '"':
			end := i + quotedSize(value[i:])
			if len(open) > 0 && open[len(open)-1].want {
				top := &open[len(open)-1]
				top.want = false
				if !top.add(value[i:end]) {
					return value[i:end], true
				}
			}
			i = end - 1
		}
	}
	return nil, false
}

// quotedSize is the size of the string that text begins with, with its quotes.
func quotedSize(text []byte) int {
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(text)
}

// add adds a name, quoted; false where it is there.
func (s *nameSet) add(quoted []byte) bool {
	name := plainName(quoted)
	if s.many == nil && len(s.few) < manyNames {
		for _, had := range s.few {
			if len(had) == len(name) && bytes.EqualFold(had, name) {
				return false
			}
		}
		s.few = append(s.few, name)
		return true
	}
	if s.many == nil {
		s.many = map[string]bool{}
		for _, had := range s.few {
			s.many[folded(string(had))] = true
		}
	}
	key := folded(string(name))
	if s.many[key] {
		return false
	}
	s.many[key] = true
	return true
}

// plainName is a name without quotes: in ASCII as it is written, for most are, and else folded.
func plainName(quoted []byte) []byte {
	for _, b := range quoted {
		if b == '\\' || b >= utf8.RuneSelf {
			var text string
			_ = json.Unmarshal(quoted, &text) // it is valid
			return []byte(folded(text))
		}
	}
	return quoted[1 : len(quoted)-1]
}

// folded is text in the one spelling of all that differ in capitals alone.
func folded(text string) string {
	return strings.Map(func(r rune) rune {
		least := r
		for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
			least = min(least, f)
		}
		return least
	}, text)
}
