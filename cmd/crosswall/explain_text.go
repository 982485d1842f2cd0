package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
)

// head is the question and the answer on a line.
func (x explanation) head() string {
	text := fmt.Sprintf("%s > %s %s: %s", x.from.label, x.to.label, x.packet, x.verdict)
	switch {
	case x.target != "":
		text += ", on " + x.target
	case x.view == viewStateless:
		text += ", on a firewall without memory"
	}
	return text
}

// text is the explanation for a terminal.
func (x explanation) text() string {
	var b strings.Builder
	b.WriteString(x.head() + "\n")
	for _, r := range x.reasons() {
		b.WriteString("  " + r + "\n")
	}
	for i, c := range x.cases {
		b.WriteString("\n")
		if i == fewCases {
			fmt.Fprintf(&b, "and %s more; -o json has them all\n", count(len(x.cases)-i, "case"))
			break
		}
		if where := x.where(c); where != "" {
			fmt.Fprintf(&b, "case %d, %s: %s\n", i+1, c.Decision.Verdict, where)
		}
		telling{x, c}.write(&b)
	}
	if x.change != nil {
		b.WriteString("\n" + x.change.text())
	}
	if x.alone != nil && *x.alone != x.verdict {
		fmt.Fprintf(&b, "\nwithout memory  %s: a stateless firewall would ask about the reply too; --view stateless shows it\n", *x.alone)
	}
	for i, n := range x.notes {
		if i == 0 {
			b.WriteString("\n")
		}
		b.WriteString("note: " + n + "\n")
	}
	return b.String()
}

// fewCases is how many cases are written out.
const fewCases = 6

// write writes the path, the steps and the blockers of the case.
func (x telling) write(b *strings.Builder) {
	b.WriteString("  " + x.path(false) + "\n")
	if len(x.c.Decision.Reply) > 0 {
		b.WriteString("  " + x.path(true) + "\n")
	}
	b.WriteString("\n" + indented(table(append(x.rows("request", false), x.rows("reply", true)...))))
	if text := x.unasked(); text != "" {
		b.WriteString("  reply    " + text + "\n")
	}
	if blockers := x.blockers(); len(blockers) > 0 {
		b.WriteString("\n  " + plural(len(blockers), "blocked by", "blocked by all of") + "\n")
		for i, t := range blockers {
			fmt.Fprintf(b, "  %d. %s\n     %s\n", i+1, t.where, t.why)
			if t.Rule != nil && t.Rule.Origin.String() != "" {
				fmt.Fprintf(b, "     %s\n", t.Rule.Origin)
			}
			for k, o := range t.isolating {
				if k == fewNear {
					fmt.Fprintf(b, "     and %d more\n", len(t.isolating)-k)
					break
				}
				fmt.Fprintf(b, "     isolated by: %s\n", o)
			}
			for _, n := range x.nearTexts(t.Blocker) {
				b.WriteString("     close: " + strings.ReplaceAll(n, "\n", "\n            ") + "\n")
			}
		}
	}
}

// path draws what a packet meets, on one line: "->" where it passes, "-|" where it is
// stopped, "-?" where that is unknown.
func (x telling) path(reply bool) string {
	from, to, steps := x.from.label, x.to.label, x.c.Decision.Request
	if reply {
		from, to, steps = to, from, x.c.Decision.Reply
	}
	text := from + " -> "
	for _, s := range steps {
		if x.asked(s) {
			text += fmt.Sprintf("[%s %s] %s ", s.Layer, s.Direction, arrow(s.Verdict))
		}
	}
	return text + to
}

func arrow(v model.Verdict) string {
	switch v {
	case model.Denied:
		return "-|"
	case model.Undecided:
		return "-?"
	case model.Allowed:
	}
	return "->"
}

// rows are the lines of a table of steps, those that are on the path.
func (x telling) rows(what string, reply bool) [][]string {
	rows := [][]string{}
	for _, s := range x.steps(reply) {
		if !x.asked(s.Step) {
			continue
		}
		rows = append(rows, []string{what, s.Verdict.String(), s.Layer, s.Direction.String(), s.why})
		for _, o := range s.origins {
			rows = append(rows, []string{"", "", "", "", o})
		}
		what = ""
	}
	return rows
}

// unasked says which layers let the reply pass without a word; "" for none.
func (x telling) unasked() string {
	if _, answered := x.c.Example.Reply(); !answered {
		return "none: nothing answers this message"
	}
	var names []string
	for _, l := range x.policy.Layers {
		if l.State == model.Stateful && !slices.Contains(names, l.Name) {
			names = append(names, l.Name)
		}
	}
	if len(names) == 0 {
		return ""
	}
	return strings.Join(names, ", ") + ": the request is remembered, and its replies admitted"
}

// indented indents every line by two spaces.
func indented(s string) string {
	var b strings.Builder
	for line := range strings.Lines(s) {
		if line != "\n" {
			b.WriteString("  ")
		}
		b.WriteString(line)
	}
	return b.String()
}
