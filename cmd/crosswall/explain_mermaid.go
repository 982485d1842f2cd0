package main

import (
	"fmt"
	"strings"

	"github.com/crosswall/crosswall/model"
)

// mermaid draws the path of request and reply as a flow chart. Where cases
// differ a step says unknown, and the cases are told apart by the other forms of
// the answer.
func (x explanation) mermaid() string {
	merged := x.json(nil)
	var b strings.Builder
	fmt.Fprintf(&b, "flowchart LR\n  %%%% %s\n", x.head())
	fmt.Fprintf(&b, "  from[%s]\n  to[%s]\n", mermaidText(x.from.label), mermaidText(x.to.label))
	drawPath(&b, "request", "from", "to", x.packet.String(), merged.Request)
	if len(merged.Reply) > 0 {
		drawPath(&b, "reply", "to", "from", "reply", merged.Reply)
	}
	return b.String()
}

// drawPath draws the steps between two nodes; name is the start of their
// names.
func drawPath(b *strings.Builder, name, first, last, label string, steps []stepJSON) {
	for i, s := range steps {
		text := fmt.Sprintf("%s %s\n%s: %s", s.Layer, s.Direction, s.Verdict, s.Why)
		fmt.Fprintf(b, "  %s%d[%s]\n", name, i+1, mermaidText(text))
	}
	at, edge := first, fmt.Sprintf("-->|%s|", mermaidText(label))
	for i, s := range steps {
		node := fmt.Sprintf("%s%d", name, i+1)
		fmt.Fprintf(b, "  %s %s %s\n", at, edge, node)
		at, edge = node, mermaidEdge(s.Verdict)
	}
	fmt.Fprintf(b, "  %s %s %s\n", at, edge, last)
}

// mermaidEdge is an arrow, one that ends in a cross, or a dotted one.
func mermaidEdge(verdict string) string {
	switch verdict {
	case model.Denied.String():
		return "--x"
	case model.Undecided.String():
		return `-. "unknown" .->`
	}
	return "-->"
}

// mermaidText quotes text for a node or an edge.
func mermaidText(s string) string {
	return `"` + strings.NewReplacer(`#`, "#35;", `"`, "#quot;", "<", "#lt;", ">", "#gt;", "\n", "<br/>").Replace(s) + `"`
}
