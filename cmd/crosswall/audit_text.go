package main

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"github.com/crosswall/crosswall/model/audit"
)

// mostCauses is how many rules a finding names for people; scripts get all.
const mostCauses = 6

// text is the report for people.
func (a auditReport) text() string {
	var b strings.Builder
	for _, f := range a.findings() {
		writeFinding(&b, f, len(a.sources) > 1)
		b.WriteString("\n")
	}
	b.WriteString(a.summary() + "\n")
	return b.String()
}

func writeFinding(b *strings.Builder, f located, withSource bool) {
	doubt := ""
	if f.Unsure != "" {
		doubt = " (not sure)"
	}
	fmt.Fprintf(b, "%s %s%s: %s\n", strings.ToUpper(f.Severity.String()), f.Check, doubt, onOneLine(f.Summary))
	rows := [][]string{}
	row := func(head string, lines ...string) {
		for i, l := range lines {
			if i > 0 {
				head = ""
			}
			rows = append(rows, []string{"  " + head, onOneLine(l)})
		}
	}
	if withSource {
		row("in", f.source)
	}
	if f.Unsure != "" {
		row("not sure", f.Unsure)
	}
	if f.Exposure != 0 {
		row("exposure", exposureText(f.Finding))
	} else if len(f.Attached) > 0 {
		row("attached", shortList(f.Attached))
	}
	row("open", openText(f.Open, f.inv, mostCauses)...)
	if f.Example != nil {
		row("example", f.Example.String())
	}
	row("because", causeLines(f.Finding)...)
	row("advice", f.Advice)
	for _, x := range f.Fixes {
		row("fix", append([]string{x.Title + " (" + x.Form + "):"}, fixLines(x)...)...)
	}
	row("id", f.Fingerprint)
	b.WriteString(table(rows))
}

// fixLines are the lines of a fix for people to read; a diff for patch is in the other forms, which keep tabs and carriage returns.
func fixLines(x audit.Fix) []string {
	lines := strings.Split(strings.TrimRight(x.Text, "\n"), "\n")
	for i, l := range lines {
		lines[i] = strings.ReplaceAll(strings.TrimSuffix(l, "\r"), "\t", "    ")
	}
	return lines
}

// onOneLine keeps a name that somebody gave a resource from ending the line, and from telling the terminal what to do: control characters, and
// those that turn the direction of text, are written as in Go.
func onOneLine(text string) string {
	if !strings.ContainsFunc(text, isHidden) {
		return text
	}
	var b strings.Builder
	for _, c := range text {
		if isHidden(c) {
			b.WriteString(strings.Trim(strconv.QuoteRuneToASCII(c), "'"))
		} else {
			b.WriteRune(c)
		}
	}
	return b.String()
}

func isHidden(c rune) bool {
	return unicode.IsControl(c) || unicode.Is(unicode.Cf, c) || c == '\u2028' || c == '\u2029'
}

// exposureText says how far the traffic reaches.
func exposureText(f audit.Finding) string {
	switch {
	case f.Exposure == audit.Effective && f.Partly:
		return "effective: a part of it passes every layer and reaches " + shortList(f.Attached)
	case f.Exposure == audit.Effective:
		return "effective: it passes every layer and reaches " + shortList(f.Attached)
	case f.Exposure == audit.Latent:
		return "latent: today it reaches nothing with a public address"
	case len(f.Attached) > 0:
		return "possible: it passes every layer that was read, perhaps to " + shortList(f.Attached)
	}
	return "possible: it passes every layer that was read, and what receives it is not known"
}

// causeLines tells the rules responsible, or where the object is.
func causeLines(f audit.Finding) []string {
	if len(f.Causes) == 0 {
		if o := f.Object.Origin.String(); o != "" {
			return []string{o}
		}
		return nil
	}
	var out []string
	for i, c := range f.Causes {
		if i == mostCauses {
			out = append(out, "and "+count(len(f.Causes)-i, "more rule"))
			break
		}
		out = append(out, c.Origin.String()+": "+c.Text)
	}
	return out
}

// summary counts what was found, on a line.
func (a auditReport) summary() string {
	counts := a.count()
	total := 0
	var parts []string
	for i := len(audit.Severities()) - 1; i >= 0; i-- {
		v := audit.Severities()[i]
		if n := counts[v]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, v))
			total += n
		}
	}
	text := count(total, "finding")
	if total == 0 {
		text = "no finding"
	}
	if len(parts) > 0 {
		text += ": " + strings.Join(parts, ", ")
	}
	if n := a.suppressed(); n > 0 {
		text += fmt.Sprintf("; %d suppressed", n)
	}
	if a.known > 0 || a.gone > 0 {
		text += fmt.Sprintf("; %d of the baseline not shown, %d of it gone", a.known, a.gone)
	}
	if a.notAsked > 0 {
		text += fmt.Sprintf("; %d of the baseline of checks that were not made", a.notAsked)
	}
	if a.incomplete() {
		text += "; something could not be read that bears on the answer"
	}
	return text
}
