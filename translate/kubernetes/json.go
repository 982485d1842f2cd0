package kubernetes

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sort"
)

// looksLikeJSON reports whether a file starts the way a JSON object or list does, which
// is how kubectl tells JSON from YAML.
func looksLikeJSON(data []byte) bool {
	data = bytes.TrimLeft(data, " \t\r\n")
	return len(data) > 0 && (data[0] == '{' || data[0] == '[')
}

// jsonReader reads a stream of JSON values with their places.
type jsonReader struct {
	data   []byte
	dec    *json.Decoder
	lines  []int // offset at which each line starts
	limits Limits
}

// parseJSON hands over the values of a file, up to a fault.
func parseJSON(data []byte, limits Limits, yield func(*node)) *fault {
	r := &jsonReader{data: data, dec: json.NewDecoder(bytes.NewReader(data)), lines: []int{0}, limits: limits}
	r.dec.UseNumber()
	for i, b := range data {
		if b == '\n' {
			r.lines = append(r.lines, i+1)
		}
	}
	for count := 0; ; count++ {
		n, err := r.value(0)
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return r.fault(err)
		case count == limits.Documents:
			return tooManyDocuments(limits)
		}
		yield(n)
	}
}

func tooManyDocuments(limits Limits) *fault {
	return &fault{code: "document-limit", summary: fmt.Sprintf("more than %d documents in one file", limits.Documents),
		advice: "split the file, or raise the limit on documents", place: place{line: 1}}
}

// fault words a decoder's error.
func (r *jsonReader) fault(err error) *fault {
	var own *fault
	if errors.As(err, &own) {
		return own
	}
	at := r.place(int(r.dec.InputOffset()))
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		at = r.place(max(0, int(syntax.Offset)-1))
	}
	msg := err.Error()
	if errors.Is(err, io.ErrUnexpectedEOF) {
		msg = "the file ends in the middle of a value"
		at = r.place(len(r.data))
	}
	return &fault{code: "syntax", summary: "not JSON: " + msg, advice: "correct the file, or leave it out", place: at}
}

// place returns the place of an offset.
func (r *jsonReader) place(offset int) place {
	i := sort.SearchInts(r.lines, offset+1) - 1
	return place{int32(i + 1), int32(offset - r.lines[i] + 1)}
}

// next returns the next token with its place.
func (r *jsonReader) next() (json.Token, place, error) {
	at := int(r.dec.InputOffset())
	for at < len(r.data) && bytes.IndexByte([]byte(" \t\r\n,:"), r.data[at]) >= 0 {
		at++
	}
	t, err := r.dec.Token()
	return t, r.place(at), err
}

// value reads one value; io.EOF where the stream ends before it.
func (r *jsonReader) value(depth int) (*node, error) {
	t, at, err := r.next()
	if err != nil {
		return nil, err
	}
	n := &node{place: at}
	if depth > r.limits.Depth {
		return nil, &fault{code: "nesting-limit", summary: fmt.Sprintf("nested more than %d levels deep", r.limits.Depth),
			advice: "flatten the document, or raise the limit on depth", place: n.place}
	}
	switch t := t.(type) {
	case nil:
		n.shape = nullNode
	case bool:
		n.shape, n.text = boolNode, fmt.Sprint(t)
	case json.Number:
		n.shape, n.text = numberNode, wholeFloat(t.String())
	case string:
		n.shape, n.text = textNode, t
	case json.Delim:
		if t == '[' {
			return n, r.list(n, depth)
		}
		return n, r.object(n, depth)
	}
	return n, nil
}

func (r *jsonReader) list(n *node, depth int) error {
	n.shape = listNode
	for r.dec.More() {
		item, err := r.value(depth + 1)
		if err != nil {
			return unexpectedEnd(err)
		}
		n.items = append(n.items, item)
	}
	_, err := r.dec.Token()
	return unexpectedEnd(err)
}

func (r *jsonReader) object(n *node, depth int) error {
	n.shape = mapNode
	seen := map[string]place{}
	for r.dec.More() {
		t, at, err := r.next()
		if err != nil {
			return unexpectedEnd(err)
		}
		key, ok := t.(string)
		if !ok {
			return &fault{code: "syntax", summary: "not JSON: a key must be a text", place: at}
		}
		v, err := r.value(depth + 1)
		if err != nil {
			return unexpectedEnd(err)
		}
		n.addField(field{key, at, v}, seen)
	}
	_, err := r.dec.Token()
	return unexpectedEnd(err)
}

// unexpectedEnd marks the end of the file inside a value.
func unexpectedEnd(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
