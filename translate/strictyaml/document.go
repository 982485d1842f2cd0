package strictyaml

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/crosswall/crosswall/model"
)

// What a file may hold. A starting placement file for ten thousand workloads
// in three clouds stays below; files that only exist to exhaust memory do not.
const (

	// MaxBytes is how long a file may be, in bytes.
	MaxBytes = 8 << 20
	// maxNodes bounds the values of the file with aliases written out, so that
	// aliases of aliases cannot multiply without end.
	maxNodes = 1_000_000
	// maxDepth bounds nesting, and with it aliases that contain themselves.
	maxDepth = 32
)

// Document parses the only YAML document of a file; false when there is a fault.
func (r *Reader) Document(data []byte) (Value, bool) {
	n := r.parse(data)
	if n == nil {
		return Value{}, false
	}
	return newValue(n, ""), true
}

func (r *Reader) parse(data []byte) *yaml.Node {
	if len(data) > MaxBytes {
		r.Fault(r.Code("yaml"), model.Origin{File: r.File},
			fmt.Sprintf("the file has %d bytes; a %s may have %d", len(data), r.Noun, MaxBytes), "")
		return nil
	}
	dec := yaml.NewDecoder(bytes.NewReader(data))
	var doc, more yaml.Node
	if err := dec.Decode(&doc); err != nil {
		r.notYAML(data, err)
		return nil
	}
	switch err := dec.Decode(&more); {
	case err == nil:
		r.Fault(r.Code("yaml"), r.originOf(&more, ""), "a "+r.Noun+" is one YAML document; here begins another",
			"put everything into the first document")
		return nil
	case !errors.Is(err, io.EOF):
		r.notYAML(data, err)
		return nil
	}
	if len(doc.Content) == 0 {
		r.notYAML(data, io.EOF)
		return nil
	}
	if n := (&measure{}); !n.fits(doc.Content[0], 0) {
		r.Fault(r.Code("yaml"), r.originOf(n.at, ""), n.why, "write the values out, without aliases or needless nesting")
		return nil
	}
	return doc.Content[0]
}

// measure counts the nodes of a document with aliases written out.
type measure struct {
	nodes int
	at    *yaml.Node // where a limit was passed
	why   string
}

// fits reports whether n, at a depth, is within the limits.
func (m *measure) fits(n *yaml.Node, depth int) bool {
	m.nodes++
	switch {
	case depth > maxDepth:
		m.at, m.why = n, fmt.Sprintf("values are nested more than %d deep", maxDepth)
		return false
	case m.nodes > maxNodes:
		m.at, m.why = n, fmt.Sprintf("the file holds more than %d values, aliases written out", maxNodes)
		return false
	case n.Kind == yaml.AliasNode:
		return m.fits(n.Alias, depth+1)
	}
	for _, c := range n.Content {
		if !m.fits(c, depth+1) {
			return false
		}
	}
	return true
}

// notYAML reports what the parser says. It gives its position in the message only, and not always.
func (r *Reader) notYAML(data []byte, err error) {
	at := model.Origin{File: r.File}
	if errors.Is(err, io.EOF) {
		r.Fault(r.Code("yaml"), at, "the file is empty", r.Begin)
		return
	}
	text := strings.TrimPrefix(err.Error(), "yaml: ")
	if m := lineInMessage.FindStringSubmatch(text); m != nil {
		at.Line, _ = strconv.Atoi(m[1])
		text = text[len(m[0]):]
	} else if offset := badText(data); offset >= 0 {
		at.Line, at.Column = position(data, offset)
	} else if m := anchorInMessage.FindStringSubmatch(text); m != nil && bytes.Count(data, []byte("*"+m[1])) == 1 {
		at.Line, at.Column = position(data, bytes.Index(data, []byte("*"+m[1])))
	}
	r.Fault(r.Code("yaml"), at, "not YAML: "+text, "")
}

// What the messages of the parser begin with, or are.
var (
	lineInMessage   = regexp.MustCompile(`^line (\d+): `)
	anchorInMessage = regexp.MustCompile(`^unknown anchor '(.*)' referenced$`)
)

// badText returns where a file has what no YAML may have: bytes that are no UTF-8, or control characters (YAML 1.2, section 5.1); -1: nowhere.
func badText(data []byte) int {
	for i := 0; i < len(data); {
		c, n := utf8.DecodeRune(data[i:])
		if c == utf8.RuneError && n < 2 || c < ' ' && c != '\t' && c != '\n' && c != '\r' || c >= 0x7f && c < 0xa0 && c != 0x85 {
			return i
		}
		i += n
	}
	return -1
}

// position returns the line and column of an offset, both from 1; columns are in bytes.
func position(data []byte, offset int) (line, column int) {
	before := data[:offset]
	return bytes.Count(before, []byte("\n")) + 1, offset - bytes.LastIndexByte(before, '\n')
}
