package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/crosswall/crosswall/model/audit"
)

// baselineFile is what --write-baseline writes. A report in JSON is one too: both have the fingerprints and severities of findings.
type baselineFile struct {
	Note     string         `json:"note,omitempty"`
	Version  int            `json:"version"`
	Findings []baselineLine `json:"findings"`
}

// baselineLine is a finding of a baseline. Fingerprint, Severity and Source count; the rest is for those who read it.
type baselineLine struct {
	Fingerprint string `json:"fingerprint"`
	Severity    string `json:"severity"`
	// Source is what the source was called; empty: any.
	Source  string `json:"source,omitempty"`
	Check   string `json:"check,omitempty"`
	Summary string `json:"summary,omitempty"`
}

// maxBaseline bounds the size of a baseline, in bytes.
const maxBaseline = 256 << 20

// readBaseline reads what --baseline names.
func (r *auditRequest) readBaseline() ([]baselineLine, error) {
	if r.baseline == "" {
		return nil, nil
	}
	f, err := os.Open(r.baseline)
	if err != nil {
		return nil, badInput("%w", err)
	}
	defer f.Close() //nolint:errcheck // opened for reading only
	data, err := io.ReadAll(io.LimitReader(f, maxBaseline+1))
	switch {
	case err != nil:
		return nil, badInput("%s: %w", r.baseline, err)
	case len(data) > maxBaseline:
		return nil, badInput("%s: a baseline may have %d bytes", r.baseline, maxBaseline)
	}
	var read struct {
		Version  int             `json:"version"`
		Findings *[]baselineLine `json:"findings"`
	}
	if err := json.Unmarshal(data, &read); err != nil {
		return nil, badInput("%s: not a baseline: %s", r.baseline, jsonFault(data, err))
	}
	if read.Findings == nil || read.Version != 1 {
		return nil, badInput("%s: not a baseline; --write-baseline and -o json write one", r.baseline)
	}
	for i, l := range *read.Findings {
		_, ok := audit.ParseSeverity(l.Severity)
		if l.Fingerprint == "" || !ok {
			return nil, badInput("%s: findings[%d] has no fingerprint, or severity %q, which is none", r.baseline, i, l.Severity)
		}
	}
	return *read.Findings, nil
}

// jsonFault says where JSON is wrong.
func jsonFault(data []byte, err error) string {
	var syntax *json.SyntaxError
	if !errors.As(err, &syntax) {
		return err.Error()
	}
	line, column := 1, 1
	for _, c := range data[:min(int(syntax.Offset), len(data))] {
		if column++; c == '\n' {
			line, column = line+1, 1
		}
	}
	return fmt.Sprintf("line %d, column %d: %v", line, column, err)
}

// writeBaseline writes all findings, suppressed ones left out: they are answered for.
func (a auditReport) writeBaseline(path string) error {
	out := baselineFile{Version: 1, Note: "written by crosswall audit --write-baseline; what is here is not reported again", Findings: []baselineLine{}}
	for _, f := range a.findings() {
		out.Findings = append(out.Findings, baselineLine{f.Fingerprint, f.Severity.String(), f.source, f.Check, f.Summary})
	}
	text, err := jsonText(out)
	if err != nil {
		return err
	}
	return replaceFile(path, func(w io.Writer) error {
		_, err := io.WriteString(w, text)
		return err
	})
}

// compareWith leaves out what is in a baseline. The same finding in two sources is two: a line of the baseline stands for one of them, that of
// its source, or where nothing is called so any more, as when a folder was moved, of any.
func (a *auditReport) compareWith(lines []baselineLine) {
	here := map[string]bool{}
	for _, s := range a.sources {
		here[s.name] = true
	}
	known := make([]audit.Baseline, len(a.sources))
	for i := range known {
		known[i] = audit.Baseline{}
	}
	left := lines
	for _, moved := range []bool{false, true} {
		for i, s := range a.sources {
			left = takeLines(known[i], s, left, func(l baselineLine) bool { return l.Source == s.name || moved && !here[l.Source] })
		}
	}
	for i, s := range a.sources {
		news := known[i].New(s.findings)
		a.known += len(s.findings) - len(news)
		a.sources[i].findings = news
	}
	a.gone = len(left)
}

// takeLines puts lines into the baseline of a source that may be about it, one for each of its findings, and returns the others.
func takeLines(b audit.Baseline, s auditedSource, lines []baselineLine, mayBe func(baselineLine) bool) []baselineLine {
	has := map[string]bool{}
	for _, f := range s.all {
		has[f.Fingerprint] = true
	}
	var left []baselineLine
	for _, l := range lines {
		if _, taken := b[l.Fingerprint]; taken || !has[l.Fingerprint] || !mayBe(l) {
			left = append(left, l)
			continue
		}
		b[l.Fingerprint], _ = audit.ParseSeverity(l.Severity)
	}
	return left
}
