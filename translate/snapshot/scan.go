package snapshot

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/crosswall/crosswall/providers"
)

// The bounds of a document.
const (
	// maxObject is the largest value that is kept as a whole, in bytes without white
	// space. A security group with a thousand rules has less than one MiB.
	maxObject = 64 << 20
	// maxDepth is how deep a value may be nested. Objects of the clouds have less than 20 levels.
	maxDepth = 200
	// headSize is how much of a document is looked at to tell what it is, in bytes.
	headSize = 256 << 10
)

// place is a place in a document, counted from 1; columns are bytes.
type place struct{ line, column int }

// fault is something wrong with the text of a document.
type fault struct {
	place
	why string
}

func (f *fault) Error() string { return fmt.Sprintf("%d:%d: %s", f.line, f.column, f.why) }

// scanner reads JSON as a stream. Its errors are of type fault, or those of
// the reader.
type scanner struct {
	from *bufio.Reader
	at   place // of the next byte
	end  error // that stopped reading
	kept providers.Pack
	// value is where values are read to, over and over.
	value []byte
}

func newScanner(r io.Reader) *scanner {
	return &scanner{from: bufio.NewReaderSize(plain(r), headSize), at: place{1, 1}}
}

// fail returns a fault at the next byte, unless reading failed.
func (s *scanner) fail(format string, args ...any) error {
	if s.end != nil && !errors.Is(s.end, io.EOF) {
		return s.end
	}
	if s.end != nil {
		return &fault{s.at, "the document ends in the middle"}
	}
	return &fault{s.at, fmt.Sprintf(format, args...)}
}

// head returns the first bytes of the next value, as many as there are up to headSize.
func (s *scanner) head() []byte {
	s.peek()
	data, _ := s.from.Peek(headSize) // a fault comes again with the next read
	return data
}

// peek skips white space and returns the next byte; 0 at the end of the
// document, and where it cannot be read.
func (s *scanner) peek() byte {
	for {
		b, err := s.from.ReadByte()
		if err != nil {
			s.end = err
			return 0
		}
		if b != ' ' && b != '\t' && b != '\r' && b != '\n' {
			// Unreading the byte that was just read does not fail.
			_ = s.from.UnreadByte()
			return b
		}
		s.pass(b)
	}
}

// pass counts a byte.
func (s *scanner) pass(b byte) {
	if b == '\n' {
		s.at.line++
		s.at.column = 1
		return
	}
	s.at.column++
}

// take consumes the next byte if it is the wanted one.
func (s *scanner) take(want byte) bool {
	if s.peek() != want {
		return false
	}
	_, _ = s.from.Discard(1) // it was peeked at
	s.at.column++
	return true
}

// done reports whether the document is at its end; an error is of the reader.
func (s *scanner) done() (bool, error) {
	if s.peek() != 0 || s.end == nil {
		return false, nil
	}
	if !errors.Is(s.end, io.EOF) {
		return false, s.end
	}
	return true, nil
}

// array calls f before each element of the next value, which is a list. F consumes the element.
func (s *scanner) array(f func() error) error {
	if !s.take('[') {
		return s.fail("want a list")
	}
	if s.take(']') {
		return nil
	}
	for {
		if err := f(); err != nil {
			return err
		}
		if s.take(']') {
			return nil
		}
		if !s.take(',') {
			return s.fail("want a comma or the end of the list")
		}
	}
}

// object calls f for each name of the next value, which is an object. F consumes the value of
// the name. A name that comes twice, in capitals or not, is a fault.
func (s *scanner) object(f func(name string) error) error {
	if !s.take('{') {
		return s.fail("want an object")
	}
	seen := map[string]bool{}
	if s.take('}') {
		return nil
	}
	for {
		s.peek()
		at := s.at
		name, err := s.text()
		if err != nil {
			return err
		}
		if seen[folded(name)] {
			return &fault{at, fmt.Sprintf("%q comes twice", name)}
		}
		seen[folded(name)] = true
		if !s.take(':') {
			return s.fail("want a colon after the name %q", name)
		}
		if err := f(name); err != nil {
			return err
		}
		if s.take('}') {
			return nil
		}
		if !s.take(',') {
			return s.fail("want a comma or the end of the object")
		}
	}
}

// text reads a string.
func (s *scanner) text() (string, error) {
	if s.peek() != '"' {
		return "", s.fail("want a string")
	}
	raw, err := s.passing()
	if err != nil {
		return "", err
	}
	var out string
	if err := json.Unmarshal(raw, &out); err != nil {
		return "", s.fail("%v", err)
	}
	return out, nil
}

// raw reads one value, whatever it is, and returns it without white space. An object in it in which a name comes
// twice is a fault: which of the two holds is not known, and readers of JSON differ (RFC 8259, section 4).
func (s *scanner) raw() (json.RawMessage, error) {
	out, err := s.passing()
	if err != nil {
		return nil, err
	}
	return s.kept.Keep(out), nil
}

// passing is raw for a value that is not kept: it is overwritten by the next.
func (s *scanner) passing() ([]byte, error) {
	if s.peek() == 0 {
		return nil, s.fail("want a value")
	}
	at := s.at
	out, err := s.copyValue()
	if cap(out) <= headSize {
		s.value = out
	}
	if err != nil {
		return nil, err
	}
	if !json.Valid(out) {
		var v any
		return nil, &fault{at, fmt.Sprintf("in the value that begins here: %v", json.Unmarshal(out, &v))}
	}
	if name, ok := twice(out); ok {
		return nil, &fault{at, fmt.Sprintf("in the value that begins here: %s comes twice in one object", name)}
	}
	return out, nil
}

// copyValue finds where a value ends, and copies it without white space. It need not be
// valid.
func (s *scanner) copyValue() ([]byte, error) {
	out := s.value[:0]
	depth, quoted, escaped, spaced := 0, false, false, false
	for {
		b, err := s.from.ReadByte()
		if err != nil {
			s.end = err
			if depth == 0 && !quoted && len(out) > 0 && errors.Is(err, io.EOF) {
				return out, nil // a number at the end
			}
			return nil, s.fail("")
		}
		if depth == 0 && !quoted && len(out) > 0 && endsScalar(b) {
			_ = s.from.UnreadByte() // it was just read
			return out, nil
		}
		s.pass(b)
		switch {
		case quoted:
			quoted = escaped || b != '"'
			escaped = !escaped && b == '\\'
		case b == '"':
			quoted = true
		case b == '{' || b == '[':
			depth++
		case b == '}' || b == ']':
			depth--
		case b == ' ' || b == '\t' || b == '\r' || b == '\n':
			spaced = true
			continue
		}
		if spaced && len(out) > 0 && !endsScalar(out[len(out)-1]) && !endsScalar(b) {
			out = append(out, ' ') // or else two numbers would become one
		}
		spaced = false
		if out = append(out, b); len(out) > maxObject {
			return nil, s.fail("a value larger than the %d MiB that are read", maxObject>>20)
		}
		if depth > maxDepth {
			return nil, s.fail("nested deeper than the %d levels that are read", maxDepth)
		}
		if depth <= 0 && !quoted && (b == '"' || b == '}' || b == ']') {
			return out, nil
		}
	}
}

// endsScalar reports whether a byte cannot be part of a number or a word.
func endsScalar(b byte) bool {
	switch b {
	case ',', ':', ']', '}', '[', '{', '"', ' ', '\t', '\r', '\n':
		return true
	}
	return false
}
