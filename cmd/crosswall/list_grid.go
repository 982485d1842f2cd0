package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
)

// grid is a connectivity by segments: workloads with the same answers are one
// node.
type grid struct {
	nodes []gridNode
	// cells have what may pass from one node to another, by their numbers.
	cells map[[2]int][]string
}

// gridNode is a segment, or a part of the outside.
type gridNode struct {
	namespace string // empty: outside, or workloads of several namespaces
	ids       []model.Identity
	addrs     model.AddrSet
}

// newGrid puts a connectivity on a grid. With byNamespace no node holds
// workloads of two namespaces.
func newGrid(c connectivity, byNamespace bool) grid {
	g := grid{cells: map[[2]int][]string{}}
	of := map[model.Identity]int{}
	for _, s := range c.segments {
		for _, ids := range partsOf(s, byNamespace) {
			for _, id := range ids {
				of[id] = len(g.nodes)
			}
			n := gridNode{ids: ids, namespace: namespaceOf(ids[0])}
			if c.parties != nil || namespaceOf(ids[len(ids)-1]) != n.namespace { // they are sorted
				n.namespace = ""
			}
			g.nodes = append(g.nodes, n)
		}
	}
	outside := map[string]int{}
	node := func(e end) int {
		if e.id != model.Outside {
			return of[e.id]
		}
		n := intern(outside, e.addrs.String(), func() { g.nodes = append(g.nodes, gridNode{addrs: e.addrs}) })
		return n + len(g.nodes) - len(outside)
	}
	for _, cs := range [][]connection{c.known, c.unknown} {
		for _, n := range cs {
			at := [2]int{node(n.from), node(n.to)}
			if text := cellText(n); !slices.Contains(g.cells[at], text) {
				g.cells[at] = append(g.cells[at], text)
			}
		}
	}
	return g
}

// partsOf cuts a segment by namespace, if asked to.
func partsOf(ids []model.Identity, byNamespace bool) [][]model.Identity {
	if !byNamespace {
		return [][]model.Identity{ids}
	}
	var out [][]model.Identity
	for i, id := range ids {
		if i == 0 || namespaceOf(ids[i-1]) != namespaceOf(id) {
			out = append(out, nil)
		}
		out[len(out)-1] = append(out[len(out)-1], id)
	}
	return out
}

// namespaceOf returns the namespace of a workload: the first part of its identity.
func namespaceOf(id model.Identity) string {
	ns, _, _ := strings.Cut(string(id), "/")
	return ns
}

// cellText is traffic with what is special about it: that it is not sure, and what
// admits the replies.
func cellText(c connection) string {
	text := strings.ReplaceAll(c.text(), ", ", " ")
	if c.family != "" {
		text += " (" + c.family + ")"
	}
	for word, at := range map[string]model.AddrSet{" from ": c.fromAt, " to ": c.toAt} {
		if !at.IsEmpty() {
			text += word + shortRanges(at)
		}
	}
	if !c.sure {
		return text + "?"
	}
	if c.replies != unasked {
		text += " (replies " + string(c.replies) + ")"
	}
	return text
}

// parts are all names of a node, without the namespace that it is shown in.
func (n gridNode) parts(namespace string) []string {
	if len(n.ids) == 0 {
		return strings.Split(rangeText(n.addrs), ", ")
	}
	var out []string
	for _, id := range n.ids {
		out = append(out, strings.TrimPrefix(string(id), namespace+"/"))
	}
	return out
}

// lines are the first names of a node.
func (n gridNode) lines() []string {
	const most = 4
	parts := n.parts(n.namespace)
	if len(parts) > most+1 {
		parts = append(parts[:most:most], fmt.Sprintf("and %d more", len(parts)-most))
	}
	return parts
}

// name is the node on one short line; whole is whether that is all of it.
func (n gridNode) name() (text string, whole bool) {
	parts := n.parts("")
	if len(parts) <= 2 {
		return strings.Join(parts, ", "), true
	}
	return fmt.Sprintf("%s and %d more", parts[0], len(parts)-1), false
}

// edges returns the cells that hold something, row by row.
func (g grid) edges() [][2]int {
	var out [][2]int
	for at := range g.cells {
		out = append(out, at)
	}
	slices.SortFunc(out, func(a, b [2]int) int { return slices.Compare(a[:], b[:]) })
	return out
}

// matrixCell is how wide a cell may be; longer ones are told below the grid.
const matrixCell = 16

// matrix draws the grid for a terminal: who calls on the left, who is called
// above, by number.
func (g grid) matrix() string {
	head := []string{"", "FROM \\ TO"}
	for i := range g.nodes {
		head = append(head, fmt.Sprint(i+1))
	}
	rows, noted := [][]string{head}, map[string]int{}
	var notes, legend []string
	for i, n := range g.nodes {
		name, whole := n.name()
		if !whole {
			legend = append(legend, fmt.Sprintf("row %d  %s", i+1, strings.Join(n.parts(""), ", ")))
		}
		row := []string{fmt.Sprint(i + 1), name}
		for k := range g.nodes {
			text := strings.Join(g.cells[[2]int{i, k}], " ")
			switch {
			case len(n.ids) == 0 && len(g.nodes[k].ids) == 0:
				text = "-"
			case text == "":
				text = "."
			case len(text) > matrixCell:
				note := intern(noted, text, func() { notes = append(notes, text) })
				text = fmt.Sprintf("[%d]", note+1)
			}
			row = append(row, text)
		}
		rows = append(rows, row)
	}
	var b strings.Builder
	b.WriteString(table(rows))
	b.WriteString("\n.  nothing passes   -  not asked   ?  depends on what is not known\n")
	for i, n := range notes {
		fmt.Fprintf(&b, "[%d]  %s\n", i+1, n)
	}
	for _, l := range legend {
		b.WriteString(l + "\n")
	}
	return b.String()
}
