package main

import (
	"encoding/csv"
	"strings"
)

// csv is the report as a table, a finding a line (RFC 4180).
func (a auditReport) csv() (string, error) {
	var b strings.Builder
	w := csv.NewWriter(&b)
	rows := [][]string{{"severity", "check", "title", "exposure", "provider", "kind", "object", "summary", "unsure", "open", "example", "because", "attached",
		"advice", "references", "source", "fingerprint"}}
	for _, f := range a.findings() {
		c := a.check(f.Finding)
		var because, refs []string
		for _, x := range f.Causes {
			because = append(because, x.Origin.String()+": "+x.Text)
		}
		if len(f.Causes) == 0 {
			because = causeLines(f.Finding)
		}
		for _, x := range c.About(f.Object) {
			refs = append(refs, x.Scheme+" "+x.ID)
		}
		example := ""
		if f.Example != nil {
			example = f.Example.String()
		}
		rows = append(rows, []string{f.Severity.String(), f.Check, c.Title, f.Exposure.String(), f.Object.Provider, string(f.Object.Kind), f.Object.Label(),
			f.Summary, f.Unsure, strings.Join(openText(f.Open, f.inv, mostOpen), "\n"), example, strings.Join(because, "\n"), strings.Join(f.Attached, "\n"),
			f.Advice, strings.Join(refs, "\n"), f.source, f.Fingerprint})
	}
	for i := range rows {
		for j := range rows[i] {
			rows[i][j] = unformulated(rows[i][j])
		}
	}
	if err := w.WriteAll(rows); err != nil {
		return "", outcome{exitInternal, err}
	}
	return b.String(), nil
}

// formulas are what a cell begins with that spreadsheets take for a formula, or skip before they look for one (OWASP, CSV Injection).
const formulas = "=+-@\t\r\n＝＋－＠"

// unformulated keeps a spreadsheet from taking a text that somebody gave a resource for a formula, and a terminal from doing what it says.
func unformulated(s string) string {
	if strings.IndexAny(s, formulas) == 0 {
		return "'" + legible(s)
	}
	return legible(s)
}
