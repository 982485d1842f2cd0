package kubernetes

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
)

// fault is what is wrong with a document, at a place of its file.
type fault struct {
	code, summary, advice string
	place
}

func (f *fault) Error() string { return f.summary }

// chunk is a part of a file that is parsed by itself: what lies between two "---" lines.
type chunk struct {
	text []byte
	// skipped is the number of lines of the file before the chunk.
	skipped int
}

// line returns the place of a line of the chunk, which counts from 1.
func (c chunk) line(n int) place { return place{line: int32(c.skipped + n)} }

// splitYAML cuts a file at its document separators, so that a broken document
// does not hide the ones after it. A separator line opens its chunk.
func splitYAML(data []byte) []chunk {
	var out []chunk
	start, startLine, line := 0, 0, 0
	for pos := 0; pos < len(data); line++ {
		end := len(data)
		if i := bytes.IndexByte(data[pos:], '\n'); i >= 0 {
			end = pos + i + 1
		}
		if pos > start && isSeparator(data[pos:end]) {
			out = append(out, chunk{data[start:pos], startLine})
			start, startLine = pos, line
		}
		pos = end
	}
	return append(out, chunk{data[start:], startLine})
}

// isSeparator reports whether a line is "---", alone or before a blank.
func isSeparator(line []byte) bool {
	rest, ok := bytes.CutPrefix(line, []byte("---"))
	return ok && (len(rest) == 0 || strings.ContainsRune(" \t\r\n", rune(rest[0])))
}

// isBlank reports whether a chunk holds comments, directives and separators only.
func (c chunk) isBlank() bool {
	for line := range bytes.Lines(c.text) {
		line = bytes.TrimSpace(line)
		if isSeparator(line) {
			line = bytes.TrimSpace(line[3:])
		}
		if len(line) > 0 && line[0] != '#' && !bytes.HasPrefix(line, []byte("%YAML")) && !bytes.Equal(line, []byte("...")) {
			return false
		}
	}
	return true
}

// parseYAML hands over the documents of a chunk, up to a fault.
func parseYAML(c chunk, limits Limits, yield func(*node)) (err *fault) {
	if c.isBlank() {
		return nil
	}
	if f := notUTF8(c); f != nil {
		return f
	}
	defer func() {
		// The parser answers malformed text with errors; a crash of its own
		// must not take the program down for a user's file.
		if r := recover(); r != nil {
			err = &fault{code: "syntax", summary: fmt.Sprintf("the YAML parser gave up: %v", r), place: c.line(1)}
		}
	}()
	dec := yaml.NewDecoder(bytes.NewReader(c.text))
	for {
		var doc yaml.Node
		switch err := dec.Decode(&doc); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return yamlFault(err, c)
		}
		conv := converter{limits: limits, skipped: c.skipped, open: map[*yaml.Node]bool{}}
		n := conv.convert(&doc, 0)
		if conv.err != nil {
			if conv.err.advice == "" {
				conv.err.advice = templateAdvice(c)
			}
			return conv.err
		}
		if n.shape != nullNode {
			yield(n)
		}
	}
}

// notUTF8 reports the first line that holds bytes of another encoding; nil where there is
// none. UTF-16 with a byte order mark is left to the parser, which reads it.
func notUTF8(c chunk) *fault {
	if bytes.HasPrefix(c.text, []byte("\xFF\xFE")) || bytes.HasPrefix(c.text, []byte("\xFE\xFF")) || utf8.Valid(c.text) {
		return nil
	}
	n := 0
	for line := range bytes.Lines(c.text) {
		if n++; !utf8.Valid(line) {
			break
		}
	}
	return &fault{code: "syntax", summary: "not YAML: the line is not UTF-8", advice: "save the file as UTF-8", place: c.line(n)}
}

var yamlPlace = regexp.MustCompile(`^yaml: (?:line (\d+): )?`)

// yamlFault words a parser's error.
func yamlFault(err error, c chunk) *fault {
	msg := err.Error()
	f := &fault{code: "syntax", place: c.line(1)}
	if m := yamlPlace.FindStringSubmatch(msg); m != nil {
		msg = msg[len(m[0]):]
		if n, convErr := strconv.Atoi(m[1]); convErr == nil {
			f.place = c.line(n)
		}
	}
	f.summary = "not YAML: " + msg
	if strings.Contains(msg, "exceeded max depth") {
		f.code, f.summary = "nesting-limit", "the document is nested too deeply"
	}
	f.advice = templateAdvice(c)
	return f
}

// templateAdvice says what to do about a document that cannot be parsed.
func templateAdvice(c chunk) string {
	switch {
	case bytes.Contains(c.text, []byte("{{")):
		return "this looks like a template: give the rendered manifests, for instance the output of \"helm template\""
	case bytes.Contains(c.text, []byte("${")):
		return "this looks like a template: give it with its variables filled in, for instance the output of \"envsubst\""
	}
	return "correct the file, or leave it out"
}

// converter turns parsed YAML into nodes: it follows aliases, applies merge
// keys and types plain scalars as Kubernetes' YAML does, all within limits.
type converter struct {
	limits  Limits
	skipped int
	// open is the anchors being followed; meeting one again is a cycle.
	open    map[*yaml.Node]bool
	aliased int
	err     *fault
}

func (c *converter) fail(at *yaml.Node, code, summary, advice string) *node {
	if c.err == nil {
		c.err = &fault{code: code, summary: summary, advice: advice, place: c.at(at)}
	}
	return c.node(at, nullNode)
}

// at returns a node's place in the file.
func (c *converter) at(n *yaml.Node) place {
	return place{int32(n.Line + c.skipped), int32(n.Column)}
}

func (c *converter) node(at *yaml.Node, s shape) *node {
	return &node{shape: s, place: c.at(at)}
}

func (c *converter) convert(n *yaml.Node, depth int) *node {
	if c.err != nil {
		return c.node(n, nullNode)
	}
	if depth > c.limits.Depth {
		return c.fail(n, "nesting-limit", fmt.Sprintf("nested more than %d levels deep", c.limits.Depth),
			"flatten the document, or raise the limit on depth")
	}
	if len(c.open) > 0 {
		if c.aliased++; c.aliased > c.limits.AliasNodes {
			return c.fail(n, "alias-limit", fmt.Sprintf("YAML aliases stand for more than %d values", c.limits.AliasNodes),
				"write the values out, or raise the limit on alias nodes")
		}
	}
	switch n.Kind {
	case yaml.DocumentNode:
		if len(n.Content) == 1 {
			return c.convert(n.Content[0], depth)
		}
	case yaml.AliasNode:
		return c.alias(n, depth)
	case yaml.SequenceNode:
		out := c.node(n, listNode)
		for _, item := range n.Content {
			out.items = append(out.items, c.convert(item, depth+1))
		}
		return out
	case yaml.MappingNode:
		return c.mapping(n, depth)
	case yaml.ScalarNode:
		return c.scalar(n)
	}
	return c.node(n, nullNode)
}

func (c *converter) alias(n *yaml.Node, depth int) *node {
	if c.open[n.Alias] {
		return c.fail(n, "alias-limit", fmt.Sprintf("the YAML anchor %q contains itself", n.Value), "")
	}
	c.open[n.Alias] = true
	defer delete(c.open, n.Alias)
	return c.convert(n.Alias, depth)
}

func (c *converter) mapping(n *yaml.Node, depth int) *node {
	out := c.node(n, mapNode)
	seen := make(map[string]place, len(n.Content)/2)
	var merges []*yaml.Node
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		if k.Kind == yaml.ScalarNode && k.ShortTag() == "!!merge" {
			merges = append(merges, v)
			continue
		}
		key := c.convert(k, depth+1)
		switch key.shape {
		case textNode, boolNode: // Kubernetes turns such keys into text
		case numberNode:
			key.text = numberKey(key.text)
		default:
			return c.fail(k, "syntax", "a key of a mapping must be text, not "+key.describe(), "")
		}
		out.addField(field{key.text, key.place, c.convert(v, depth+1)}, seen)
	}
	for _, m := range merges {
		c.merge(out, seen, c.convert(m, depth+1))
	}
	return out
}

// numberKey returns a number the way sigs.k8s.io/yaml writes it when it is a key: 1.50 is "1.5".
func numberKey(s string) string {
	if _, err := strconv.ParseInt(s, 10, 64); err == nil {
		return s
	}
	f, err := strconv.ParseFloat(strings.ReplaceAll(s, "_", ""), 64)
	if err != nil {
		return s
	}
	return strconv.FormatFloat(f, 'g', -1, 64)
}

// merge adds the entries of a "<<" value that the mapping lacks.
func (c *converter) merge(out *node, seen map[string]place, from *node) {
	for _, item := range from.items {
		c.merge(out, seen, item)
	}
	for _, f := range from.fields {
		if _, given := seen[f.key]; !given {
			out.addField(f, seen)
		}
	}
}

// yaml11Bools are the words beyond true and false that Kubernetes' YAML reads as
// booleans (go.yaml.in/yaml/v2, resolve.go): "app: on" is no text.
var yaml11Bools = regexp.MustCompile(`^(y|Y|yes|Yes|YES|on|On|ON|n|N|no|No|NO|off|Off|OFF)$`)

func (c *converter) scalar(n *yaml.Node) *node {
	out := c.node(n, textNode)
	out.text = n.Value
	quoted := n.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) != 0
	tagged := n.Style&yaml.TaggedStyle != 0
	if quoted && !tagged {
		return out
	}
	switch n.ShortTag() {
	case "!!null":
		out.shape = nullNode
	case "!!bool":
		out.shape, out.text = boolNode, strings.ToLower(n.Value)
	case "!!int":
		out.shape, out.text = numberNode, decimal(n)
	case "!!float":
		out.shape, out.text = numberNode, wholeFloat(n.Value)
	default:
		if !tagged && yaml11Bools.MatchString(n.Value) {
			out.shape, out.text = boolNode, "false"
			if strings.ContainsAny(n.Value[:1], "yY") || strings.EqualFold(n.Value, "on") {
				out.text = "true"
			}
		}
	}
	return out
}

// decimal returns an integer scalar in base 10, whatever its base in the file.
func decimal(n *yaml.Node) string {
	var i int64
	if err := n.Decode(&i); err != nil {
		return n.Value // larger than any field; the field's own check says so
	}
	return strconv.FormatInt(i, 10)
}

// wholeFloat returns "80" for "80.0": a float without fraction is an integer
// by the time it is JSON, which is what the API server sees.
func wholeFloat(s string) string {
	f, err := strconv.ParseFloat(strings.ReplaceAll(s, "_", ""), 64)
	const exact = 1 << 53
	if err != nil || f != float64(int64(f)) || f > exact || f < -exact {
		return s
	}
	return strconv.FormatInt(int64(f), 10)
}
