package main

import (
	"fmt"
	"slices"
	"strings"
)

// clusters returns the numbers of the nodes by namespace, namespaces sorted, the outside last.
func (g grid) clusters() (names []string, nodes map[string][]int) {
	nodes = map[string][]int{}
	for i, n := range g.nodes {
		if len(nodes[n.namespace]) == 0 && n.namespace != "" {
			names = append(names, n.namespace)
		}
		nodes[n.namespace] = append(nodes[n.namespace], i)
	}
	slices.Sort(names)
	return append(names, ""), nodes
}

// dot draws the grid in Graphviz' language: a cluster for each namespace, dashed edges for what is not
// known to pass.
func (g grid) dot() string {
	var b strings.Builder
	b.WriteString("digraph connectivity {\n  rankdir=LR\n  node [shape=box]\n")
	names, nodes := g.clusters()
	for i, name := range names {
		indent := "  "
		if name != "" {
			fmt.Fprintf(&b, "  subgraph cluster_%d {\n    label=%s\n", i+1, dotText(name))
			indent = "    "
		}
		for _, n := range nodes[name] {
			shape := ""
			if len(g.nodes[n].ids) == 0 {
				shape = " shape=ellipse"
			}
			fmt.Fprintf(&b, "%sn%d [label=%s%s]\n", indent, n+1, dotText(strings.Join(g.nodes[n].lines(), "\n")), shape)
		}
		if name != "" {
			b.WriteString("  }\n")
		}
	}
	for _, at := range g.edges() {
		for _, text := range g.cells[at] {
			style := ""
			if strings.HasSuffix(text, "?") {
				style = " style=dashed"
			}
			fmt.Fprintf(&b, "  n%d -> n%d [label=%s%s]\n", at[0]+1, at[1]+1, dotText(text), style)
		}
	}
	b.WriteString("}\n")
	return b.String()
}

// dotText quotes text as Graphviz wants it.
func dotText(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(s) + `"`
}

// mermaid draws the grid as a flow chart for Markdown, grouped by namespace, with dotted edges for
// what is not known to pass.
func (g grid) mermaid() string {
	var b strings.Builder
	b.WriteString("flowchart LR\n")
	names, nodes := g.clusters()
	for i, name := range names {
		indent := "  "
		if name != "" {
			fmt.Fprintf(&b, "  subgraph ns%d [%s]\n", i+1, mermaidText(name))
			indent = "    "
		}
		for _, n := range nodes[name] {
			text := mermaidText(strings.Join(g.nodes[n].lines(), "\n"))
			if len(g.nodes[n].ids) == 0 {
				fmt.Fprintf(&b, "%sn%d([%s])\n", indent, n+1, text)
			} else {
				fmt.Fprintf(&b, "%sn%d[%s]\n", indent, n+1, text)
			}
		}
		if name != "" {
			b.WriteString("  end\n")
		}
	}
	for _, at := range g.edges() {
		for _, text := range g.cells[at] {
			arrow := "-->"
			if strings.HasSuffix(text, "?") {
				arrow = "-.->"
			}
			fmt.Fprintf(&b, "  n%d %s|%s| n%d\n", at[0]+1, arrow, mermaidText(text), at[1]+1)
		}
	}
	return b.String()
}
