package kubernetes

import (
	"fmt"
	"strconv"
)

// shape is what a node is. The zero shape is invalid.
type shape uint8

const (
	nullNode shape = iota + 1
	boolNode
	numberNode
	textNode
	listNode
	mapNode
)

// node is a value of a document with its place: YAML and JSON alike, aliases and merge keys resolved.
type node struct {
	shape shape
	place
	// text is a scalar as written; booleans are "true" or "false", numbers decimal.
	text   string
	items  []*node
	fields []field
	// repeated is the keys of a mapping that were given again; the first one counts. Nil: none.
	repeated *[]repeatedKey
}

// place is where in its file something is; both count from 1, and 0 is unknown.
type place struct{ line, col int32 }

// field is an entry of a mapping.
type field struct {
	key   string
	at    place // the key's
	value *node
}

// repeatedKey is a key that a mapping has twice.
type repeatedKey struct {
	key         string
	first, then place
}

// get returns the value of a key, nil when there is none or n is no mapping.
func (n *node) get(key string) *node {
	if n == nil {
		return nil
	}
	for _, f := range n.fields {
		if f.key == key {
			return f.value
		}
	}
	return nil
}

// path returns the value below a chain of keys, nil when a key is missing.
func (n *node) path(keys ...string) *node {
	for _, k := range keys {
		n = n.get(k)
	}
	return n
}

// string returns a text node's text, "" for everything else.
func (n *node) string() string {
	if n == nil || n.shape != textNode {
		return ""
	}
	return n.text
}

// isNull reports whether the node is absent or null, which Kubernetes takes for the same.
func (n *node) isNull() bool { return n == nil || n.shape == nullNode }

// describe says what a node is, for messages: `text "abc"`.
func (n *node) describe() string {
	if n == nil {
		return "nothing"
	}
	switch n.shape {
	case nullNode:
		return "null"
	case boolNode:
		return "the boolean " + n.text
	case numberNode:
		return "the number " + clip(n.text)
	case textNode:
		return "the text " + strconv.Quote(clip(n.text))
	case listNode:
		return fmt.Sprintf("a list of %d", len(n.items))
	case mapNode:
		return "a mapping"
	}
	return "nothing"
}

// addField adds an entry to a mapping, or notes that its key is there
// already. seen must hold the mapping's entries so far.
func (n *node) addField(f field, seen map[string]place) {
	if first, dup := seen[f.key]; dup {
		if n.repeated == nil {
			n.repeated = &[]repeatedKey{}
		}
		*n.repeated = append(*n.repeated, repeatedKey{f.key, first, f.at})
		return
	}
	seen[f.key] = f.at
	n.fields = append(n.fields, f)
}

// clip shortens text that goes into a message.
func clip(s string) string {
	const most = 60
	r := []rune(s)
	if len(r) <= most {
		return s
	}
	return string(r[:most-3]) + "..."
}

// repeats returns the keys that a mapping has twice.
func (n *node) repeats() []repeatedKey {
	if n == nil || n.repeated == nil {
		return nil
	}
	return *n.repeated
}
