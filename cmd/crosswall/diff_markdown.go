package main

import (
	"fmt"
	"strings"
)

// mostMarkdown is how long Markdown may get before entries are left out: a comment on GitHub holds
// 65,536 characters.
const mostMarkdown = 60_000

// markdown returns the diff as a comment on a pull request: the verdict and a table, with reasons to unfold.
func (d diff) markdown() string {
	var head, rows, details strings.Builder
	fmt.Fprintf(&head, "### Traffic from %s to %s\n\n**%s**\n", code(d.want.name), code(d.have.name), escapeMarkdown(d.verdict()))
	for _, l := range d.memberLines() {
		what, names, _ := strings.Cut(l, ": ")
		fmt.Fprintf(&head, "\n%s: %s\n", what, code(names))
	}
	if left := d.leftOutText(); left != "" {
		fmt.Fprintf(&head, "\n%s\n", escapeMarkdown(left))
	}
	if len(d.entries) == 0 {
		return head.String()
	}
	rows.WriteString("\n| # | | from | to | traffic | risk |\n| --- | --- | --- | --- | --- | --- |\n")
	left := 0
	for i, e := range d.entries {
		line := fmt.Sprintf("| %d | %s | %s | %s | %s | %s |\n", i+1, e.word(), cell(d.sideText(e.from, e.what)), cell(d.sideText(e.to, e.what)),
			cell(e.trafficText()), e.risk)
		var why strings.Builder
		fmt.Fprintf(&why, "%d. %s\n", i+1, e.word())
		for _, l := range d.details(e) {
			fmt.Fprintf(&why, "   - %s: %s\n", l[0], code(l[1]))
		}
		if rows.Len()+details.Len()+len(line)+why.Len() > mostMarkdown {
			left = len(d.entries) - i
			break
		}
		rows.WriteString(line)
		details.WriteString(why.String())
	}
	if left > 0 {
		fmt.Fprintf(&rows, "\n%d more left out, for a comment holds no more; `-o text` shows all.\n", left)
	}
	return head.String() + rows.String() + "\n<details>\n<summary>Examples and the rules responsible</summary>\n\n" + details.String() + "\n</details>\n"
}

// word is the change in a table.
func (e diffEntry) word() string {
	w := e.what.noun()
	switch {
	case e.someAddrs:
		w += ", at some addresses"
	case e.forced:
		w += ", target cannot express"
	case e.gaveUp:
		w += ", not worked out"
	}
	return w
}

// code returns text as code, in which Markdown finds no markup.
func code(s string) string {
	return "`" + onOneLine(strings.NewReplacer("`", "'", "\n", " ").Replace(s)) + "`"
}

// cell returns text as code in a table, where a bar would end the cell.
func cell(s string) string { return strings.ReplaceAll(code(s), "|", "\\|") }

// escapeMarkdown keeps text from being taken for markup, or for the mention of somebody, who would be notified.
func escapeMarkdown(s string) string {
	s = onOneLine(strings.ReplaceAll(s, "\n", " "))
	return strings.NewReplacer("\\", "\\\\", "`", "\\`", "*", "\\*", "_", "\\_", "~", "\\~", "<", "&lt;", "&", "&amp;", "|", "\\|", "[", "\\[", "@", "@<!-- -->").Replace(s)
}
