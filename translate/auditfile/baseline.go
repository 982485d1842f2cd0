package auditfile

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sort"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
	"github.com/crosswall/crosswall/translate/strictyaml"
)

// MaxBaseline bounds the size of a baseline, in bytes.
const MaxBaseline = 256 << 20

// baselineVersion is the version of baselines, and of reports in JSON, that are read.
const baselineVersion = 1

// Known is a finding of a baseline: one that was there when it was written.
type Known struct {
	// Fingerprint is that of [audit.Finding]; never empty.
	Fingerprint string
	// Severity is the one that the finding had.
	Severity audit.Severity
	// Source is what its source was called; empty: not known.
	Source string
	// Check is the id of its check; empty: not known.
	Check string
	// Summary is for people.
	Summary string
}

// baseline is a file. A report in JSON is one too: both have the fingerprints and severities of findings.
type baseline struct {
	Note     string      `json:"note"`
	Version  int         `json:"version"`
	Findings []knownLine `json:"findings"`
}

type knownLine struct {
	Fingerprint string `json:"fingerprint"`
	Severity    string `json:"severity"`
	Source      string `json:"source,omitempty"`
	Check       string `json:"check,omitempty"`
	Summary     string `json:"summary,omitempty"`
}

// FormatBaseline returns a file with some findings, in their order.
func FormatBaseline(known []Known) ([]byte, error) {
	file := baseline{Version: baselineVersion, Note: "written by crosswall audit --write-baseline; what is here is not reported again", Findings: []knownLine{}}
	for _, k := range known {
		file.Findings = append(file.Findings, knownLine{k.Fingerprint, k.Severity.String(), k.Source, k.Check, k.Summary})
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	err := enc.Encode(file)
	return b.Bytes(), err
}

// ReadBaseline reads what [FormatBaseline] returns, or a report in JSON; name is what findings call it. All faults are found at once, as findings
// of severity Error with line and column, columns in bytes; there are no findings of a baseline then. Fields that it does not know are of reports, or of a later
// release, and left alone.
func ReadBaseline(name string, data []byte) ([]Known, []model.Finding) {
	b := baselineReader{data: data, Reader: strictyaml.Reader{File: name, Format: strictyaml.Format{Noun: "baseline", Codes: "baseline"}}}
	if known := b.read(); b.Count() == 0 {
		return known, nil
	}
	return nil, b.Findings()
}

const baselineAdvice = "crosswall audit --write-baseline writes one, and so does audit -o json"

// baselineReader is one run of ReadBaseline.
type baselineReader struct {
	strictyaml.Reader
	data []byte
	// lines are where lines begin; nil until asked for.
	lines []int
}

// wrong notes an error at an offset.
func (b *baselineReader) wrong(at int, summary, advice string) {
	if b.lines == nil {
		b.lines = []int{0}
		for i, c := range b.data {
			if c == '\n' {
				b.lines = append(b.lines, i+1)
			}
		}
	}
	line := sort.SearchInts(b.lines, at+1)
	b.Fault(b.Code("value"), model.Origin{File: b.File, Line: line, Column: at - b.lines[line-1] + 1}, summary, advice)
}

func (b *baselineReader) read() []Known {
	switch {
	case len(b.data) > MaxBaseline:
		b.Fault(b.Code("size"), model.Origin{File: b.File}, fmt.Sprintf("the file is longer than the %d bytes that a baseline may have", MaxBaseline), baselineAdvice)
		return nil
	case len(bytes.TrimSpace(b.data)) == 0:
		b.Fault(b.Code("value"), model.Origin{File: b.File}, "the file is empty", baselineAdvice)
		return nil
	}
	var syntax *json.SyntaxError
	if err := json.Unmarshal(b.data, &unread{}); errors.As(err, &syntax) {
		b.wrong(min(int(syntax.Offset)-1, len(b.data)-1), "not a baseline: "+syntax.Error(), baselineAdvice)
		return nil
	}
	var out []Known
	has := map[string]bool{}
	isObject := b.fields(0, b.data, func(name string, at int, value []byte) {
		if has[name] && slices.Contains([]string{"version", "findings"}, name) {
			b.wrong(at, name+" is given twice", "keep one of them")
		}
		has[name] = true
		switch name {
		case "version":
			if string(value) != fmt.Sprint(baselineVersion) {
				b.wrong(at, fmt.Sprintf("this crosswall reads version %d of baselines, and not %.20s", baselineVersion, value), baselineAdvice)
			}
		case "findings":
			out = b.findings(at, value)
		}
	})
	if isObject && (!has["version"] || !has["findings"]) {
		b.wrong(0, "not a baseline: it has no version, or no findings", baselineAdvice)
	}
	return out
}

// unread takes any JSON and keeps nothing of it.
type unread struct{}

// UnmarshalJSON implements [json.Unmarshaler].
func (*unread) UnmarshalJSON([]byte) error { return nil }

// fields calls each for the fields of an object at an offset, with the offset of the value; false, and a fault, where it is no object. It is valid JSON.
func (b *baselineReader) fields(at int, data []byte, each func(name string, at int, value []byte)) bool {
	dec := json.NewDecoder(bytes.NewReader(data))
	if open, err := dec.Token(); err != nil || open != json.Delim('{') {
		b.wrong(at, "this must be an object", baselineAdvice)
		return false
	}
	for dec.More() {
		name, err := dec.Token()
		var value json.RawMessage
		if err = errors.Join(err, dec.Decode(&value)); err != nil {
			b.wrong(at+int(dec.InputOffset()), err.Error(), baselineAdvice)
			return false
		}
		text, _ := name.(string)
		each(text, at+int(dec.InputOffset())-len(value), value)
	}
	return true
}

// findings reads a list of findings at an offset.
func (b *baselineReader) findings(at int, data []byte) []Known {
	dec := json.NewDecoder(bytes.NewReader(data))
	if open, err := dec.Token(); err != nil || open != json.Delim('[') {
		b.wrong(at, "findings must be a list", baselineAdvice)
		return nil
	}
	out := []Known{}
	for dec.More() {
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			b.wrong(at+int(dec.InputOffset()), err.Error(), baselineAdvice)
			return nil
		}
		out = append(out, b.finding(at+int(dec.InputOffset())-len(value), value))
	}
	return out
}

// finding reads a finding at an offset.
func (b *baselineReader) finding(at int, data []byte) Known {
	before := b.Count()
	has := map[string]string{}
	b.fields(at, data, func(name string, at int, value []byte) {
		if !slices.Contains([]string{"fingerprint", "severity", "source", "check", "summary"}, name) {
			return
		}
		if _, twice := has[name]; twice {
			b.wrong(at, name+" is given twice", "keep one of them")
		}
		var text string
		if value[0] != '"' || json.Unmarshal(value, &text) != nil {
			b.wrong(at, name+" must be text", baselineAdvice)
		}
		has[name] = text
		if _, ok := audit.ParseSeverity(text); name == "severity" && value[0] == '"' && !ok {
			b.wrong(at, fmt.Sprintf("%q is no severity", text), "write info, low, medium, high or critical")
		}
	})
	_, severe := has["severity"]
	if b.Count() == before && (has["fingerprint"] == "" || !severe) {
		b.wrong(at, "this finding has no fingerprint, or no severity", baselineAdvice)
	}
	out := Known{Fingerprint: has["fingerprint"], Source: has["source"], Check: has["check"], Summary: has["summary"]}
	out.Severity, _ = audit.ParseSeverity(has["severity"])
	return out
}
