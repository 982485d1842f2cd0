package main

import (
	"fmt"
	"strings"
)

// markdown is the report for a pull request or a wiki. What does not fit into a comment is left out, the
// least severe first, and it says so.
func (a auditReport) markdown() string {
	var head, rows, details strings.Builder
	fmt.Fprintf(&head, "### Firewall audit\n\n**%s**\n", escapeMarkdown(a.summary()))
	findings := a.findings()
	if len(findings) == 0 {
		return head.String()
	}
	rows.WriteString("\n| severity | check | object | exposure | what |\n| --- | --- | --- | --- | --- |\n")
	for i, f := range findings {
		line := fmt.Sprintf("| %s | %s | %s | %s | %s |\n", f.Severity, f.Check, cell(f.Object.Label()), f.Exposure, escapeMarkdown(f.Summary))
		more := a.markdownFinding(f)
		if head.Len()+rows.Len()+details.Len()+len(line)+len(more) > mostMarkdown {
			fmt.Fprintf(&rows, "\n%d more left out, for a comment holds no more; `-o text` shows all.\n", len(findings)-i)
			break
		}
		rows.WriteString(line)
		details.WriteString(more)
	}
	return head.String() + rows.String() + "\n<details>\n<summary>Examples, the rules responsible, and what to do</summary>\n" + details.String() + "\n</details>\n"
}

// markdownFinding is a finding at length.
func (a auditReport) markdownFinding(f located) string {
	var b strings.Builder
	c := a.check(f.Finding)
	fmt.Fprintf(&b, "\n#### %s %s: %s\n\n%s.\n\n", f.Severity, f.Check, escapeMarkdown(c.Title), escapeMarkdown(f.Summary))
	item := func(head string, lines ...string) {
		for _, l := range lines {
			fmt.Fprintf(&b, "- %s: %s\n", head, escapeMarkdown(l))
		}
	}
	if f.Unsure != "" {
		item("not sure", f.Unsure)
	}
	if f.Exposure != 0 {
		item("exposure", exposureText(f.Finding))
	}
	item("open", openText(f.Open, f.inv, mostCauses)...)
	if f.Example != nil {
		item("example", f.Example.String())
	}
	item("because", causeLines(f.Finding)...)
	item("advice", f.Advice)
	if refs := a.references(f); refs != "" {
		item("known as", refs)
	}
	for _, x := range f.Fixes {
		language := x.Form
		if x.Changes != nil {
			language = "diff"
		}
		fmt.Fprintf(&b, "\n%s:\n\n```%s\n%s\n```\n", escapeMarkdown(x.Title), language, strings.ReplaceAll(strings.TrimRight(x.Text, "\n"), "```", "'''"))
	}
	return b.String()
}

// references lists what others call the check of a finding.
func (a auditReport) references(f located) string {
	var refs []string
	for _, x := range a.check(f.Finding).About(f.Object) {
		refs = append(refs, x.Scheme+" "+x.ID)
	}
	return strings.Join(refs, ", ")
}
