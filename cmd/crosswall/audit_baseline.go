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

// baselineLine is a finding of a baseline. Fingerprint and Severity count; the rest is for those who read it.
type baselineLine struct {
	Fingerprint string `json:"fingerprint"`
	Severity    string `json:"severity"`
	Check       string `json:"check,omitempty"`
	Summary     string `json:"summary,omitempty"`
}

// maxBaseline bounds the size of a baseline, in bytes.
const maxBaseline = 256 << 20

// readBaseline reads what --baseline names.
func (r *auditRequest) readBaseline() (audit.Baseline, error) {
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
	out := audit.Baseline{}
	for i, l := range *read.Findings {
		v, ok := audit.ParseSeverity(l.Severity)
		if l.Fingerprint == "" || !ok {
			return nil, badInput("%s: findings[%d] has no fingerprint, or severity %q, which is none", r.baseline, i, l.Severity)
		}
		out[l.Fingerprint] = max(out[l.Fingerprint], v)
	}
	return out, nil
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
		out.Findings = append(out.Findings, baselineLine{f.Fingerprint, f.Severity.String(), f.Check, f.Summary})
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

// compareWith leaves out what is in a baseline.
func (a *auditReport) compareWith(b audit.Baseline) {
	var all []audit.Finding
	for i, s := range a.sources {
		all = append(all, s.all...)
		left := b.New(s.findings)
		a.known += len(s.findings) - len(left)
		a.sources[i].findings = left
	}
	a.gone = len(b.Gone(all))
}
