package main

import (
	"encoding/json"
	"io"
	"strings"
	"text/tabwriter"
)

// answer writes the answer of a command to stdout, all of it or an error.
func (s *streams) answer(text string) error {
	if _, err := io.WriteString(s.out, text); err != nil {
		return badInput("writing the answer: %w", err)
	}
	return nil
}

// jsonText returns v as indented JSON with a final newline.
func jsonText(v any) (string, error) {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		return "", outcome{exitInternal, err}
	}
	return b.String(), nil
}

// table lines up rows of cells, two spaces apart.
func table(rows [][]string) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, r := range rows {
		cells := make([]string, len(r))
		for i, c := range r {
			cells[i] = onOneLine(c)
		}
		// A strings.Builder takes everything.
		_, _ = io.WriteString(w, strings.Join(cells, "\t")+"\n")
	}
	_ = w.Flush()
	return trimLines(b.String())
}

// legible is text of several lines in which onOneLine writes what a terminal would take for more than text; tabs stay.
func legible(text string) string {
	lines := strings.Split(text, "\n")
	for i, l := range lines {
		words := strings.Split(l, "\t")
		for j, w := range words {
			words[j] = onOneLine(w)
		}
		lines[i] = strings.Join(words, "\t")
	}
	return strings.Join(lines, "\n")
}

// trimLines drops spaces that pad the last column.
func trimLines(s string) string {
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRight(l, " ")
	}
	return strings.Join(lines, "\n")
}
