package kubernetes

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/crosswall/crosswall/model"
)

// cursor is a value of an object with the path that leads to it. It reports
// what is wrong with the value where it is asked for.
type cursor struct {
	rep   *report
	obj   *object
	node  *node // nil where the object has no such value
	place place // the value's, or of what is nearest to where it should be
	path  string
}

// absent reports whether there is no value, or null.
func (c cursor) absent() bool { return c.node.isNull() }

func (c cursor) origin() model.Origin { return c.obj.origin(c.place, c.path) }

// fault reports an error at the value. The summary is worded to follow the path: "must be text".
func (c cursor) fault(code, summary, advice string) {
	c.rep.errorAt(c.origin(), code, summary, advice)
}

// expect reports a value of the wrong type, and returns whether it is of the right one.
func (c cursor) expect(s shape, what string) bool {
	if c.node.shape == s {
		return true
	}
	advice := ""
	if s == textNode && (c.node.shape == boolNode || c.node.shape == numberNode) {
		advice = "put it in quotes: YAML reads words such as yes, no, on, off, y and n as booleans, and digits as numbers"
	}
	c.fault("wrong-type", fmt.Sprintf("must be %s, not %s", what, c.node.describe()), advice)
	return false
}

// get returns the value of a key.
func (c cursor) get(key string) cursor {
	child := c
	child.node = c.node.get(key)
	if child.node != nil {
		child.place = child.node.place
	}
	child.path = key
	if c.path != "" {
		child.path = c.path + "." + key
	}
	return child
}

// child returns the mapping of a key; it is absent if it is none, which is reported.
func (c cursor) child(key string) cursor {
	out := c.get(key)
	if !out.mapping() {
		out.node = nil
	}
	return out
}

// mapping reports a value that is no mapping; absent values count as an empty one.
func (c cursor) mapping() bool { return c.absent() || c.expect(mapNode, "a mapping") }

// only reports keys other than the known ones.
func (c cursor) only(known ...string) {
	if c.node == nil {
		return
	}
	for _, f := range c.node.fields {
		if slices.Contains(known, f.key) {
			continue
		}
		advice := ""
		if i := slices.IndexFunc(known, func(k string) bool { return similar(k, f.key) }); i >= 0 {
			advice = fmt.Sprintf("did you mean %q?", known[i])
		}
		at := c
		at.place = f.at
		at.fault("unknown-field", fmt.Sprintf("unknown field %q", clip(f.key)), advice)
	}
}

// misspelt reports keys that resemble one of the wanted ones and are none of the
// others, in a mapping of which not every key is known here.
func (c cursor) misspelt(wanted []string, others ...string) {
	if c.node == nil {
		return
	}
	for _, f := range c.node.fields {
		if slices.Contains(wanted, f.key) || slices.Contains(others, f.key) {
			continue
		}
		if i := slices.IndexFunc(wanted, func(w string) bool { return similar(w, f.key) }); i >= 0 && c.node.get(wanted[i]) == nil {
			at := c
			at.place = f.at
			at.fault("unknown-field", fmt.Sprintf("unknown field %q", clip(f.key)), fmt.Sprintf("did you mean %q?", wanted[i]))
		}
	}
}

// lookalike asks whether a key that is there was meant to be the wanted one; "" where none resembles it.
func (c cursor) lookalike(wanted string) string {
	for _, f := range c.node.fields {
		if similar(f.key, wanted) {
			return fmt.Sprintf("did you mean %q where it says %q?", wanted, clip(f.key))
		}
	}
	return ""
}

// items returns the values of a list, nil where there is none.
func (c cursor) items() []cursor {
	if c.absent() || !c.expect(listNode, "a list") {
		return nil
	}
	out := make([]cursor, len(c.node.items))
	for i, n := range c.node.items {
		out[i] = cursor{rep: c.rep, obj: c.obj, node: n, place: n.place, path: fmt.Sprintf("%s[%d]", c.path, i)}
	}
	return out
}

// text returns a text, "" where there is none.
func (c cursor) text() string {
	if c.absent() || !c.expect(textNode, "text") {
		return ""
	}
	return c.node.text
}

// flag returns a boolean, false where there is none.
func (c cursor) flag() bool {
	return !c.absent() && c.expect(boolNode, "true or false") && c.node.text == "true"
}

// integer returns a number of the API's int32 fields; false where there is none.
func (c cursor) integer() (int, bool) {
	if c.absent() || !c.expect(numberNode, "a number") {
		return 0, false
	}
	n, err := strconv.ParseInt(c.node.text, 10, 32)
	if err != nil {
		c.fault("wrong-type", "must be a whole number that fits 32 bits, not "+clip(c.node.text), "")
		return 0, false
	}
	return int(n), true
}

// integerOr returns a number, or what it is where there is none.
func (c cursor) integerOr(missing int) int {
	if n, ok := c.integer(); ok {
		return n
	}
	return missing
}

// texts returns a list of texts.
func (c cursor) texts() []string {
	var out []string
	for _, item := range c.items() {
		out = append(out, item.text())
	}
	return out
}

// entries returns the values of a mapping by key, in the order of the file.
func (c cursor) entries() []cursor {
	if c.absent() || !c.expect(mapNode, "a mapping") {
		return nil
	}
	out := make([]cursor, len(c.node.fields))
	for i, f := range c.node.fields {
		out[i] = cursor{rep: c.rep, obj: c.obj, node: f.value, place: f.at,
			path: fmt.Sprintf("%s[%s]", c.path, clip(f.key))}
	}
	return out
}

// labels returns a mapping of texts to texts whose keys and values must be labels.
func (c cursor) labels() map[string]string {
	out := map[string]string{}
	for i, e := range c.entries() {
		key, value := c.node.fields[i].key, e.text()
		if why := labelKeyFault(key); why != "" {
			e.fault("invalid-label", fmt.Sprintf("the label key %q is not valid: %s", clip(key), why), "")
		}
		if why := labelValueFault(value); why != "" {
			e.fault("invalid-label", fmt.Sprintf("the label value %q is not valid: %s", clip(value), why), "")
		}
		out[key] = value
	}
	return out
}

// noRepeats reports every key that a mapping at or below the value has twice.
func (c cursor) noRepeats() {
	if c.node == nil {
		return
	}
	for _, r := range c.node.repeats() {
		at := c
		at.place = r.then
		at.fault("duplicate-key", fmt.Sprintf("the key %q is there twice, first in line %d", clip(r.key), r.first.line),
			"keep one of the two")
	}
	for _, f := range c.node.fields {
		if hasRepeats(f.value) {
			c.get(f.key).noRepeats()
		}
	}
	for i, n := range c.node.items {
		if hasRepeats(n) {
			cursor{rep: c.rep, obj: c.obj, node: n, place: n.place, path: fmt.Sprintf("%s[%d]", c.path, i)}.noRepeats()
		}
	}
}

// hasRepeats reports whether a mapping at or below n has a key twice.
func hasRepeats(n *node) bool {
	if n == nil {
		return false
	}
	if n.repeated != nil {
		return true
	}
	for _, f := range n.fields {
		if hasRepeats(f.value) {
			return true
		}
	}
	for _, i := range n.items {
		if hasRepeats(i) {
			return true
		}
	}
	return false
}

// canonical returns the value as text that is the same for values that mean
// the same: keys sorted, places and comments left out.
func (n *node) canonical() string {
	var b strings.Builder
	n.write(&b)
	return b.String()
}

func (n *node) write(b *strings.Builder) {
	if n == nil {
		b.WriteString("null")
		return
	}
	switch n.shape {
	case listNode:
		b.WriteByte('[')
		for _, i := range n.items {
			i.write(b)
			b.WriteByte(',')
		}
		b.WriteByte(']')
	case mapNode:
		fields := slices.Clone(n.fields)
		slices.SortFunc(fields, func(x, y field) int { return strings.Compare(x.key, y.key) })
		b.WriteByte('{')
		for _, f := range fields {
			b.WriteString(strconv.Quote(f.key) + ":")
			f.value.write(b)
			b.WriteByte(',')
		}
		b.WriteByte('}')
	case textNode:
		b.WriteString(strconv.Quote(n.text))
	case boolNode, numberNode, nullNode:
		b.WriteString(n.text)
	}
}

// elements returns the values of a list without another word on its type.
func (c cursor) elements() []cursor {
	if c.node == nil || c.node.shape != listNode {
		return nil
	}
	return c.items()
}
