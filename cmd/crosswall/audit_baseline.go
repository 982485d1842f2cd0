package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
	"github.com/crosswall/crosswall/model/audit/checks"
	"github.com/crosswall/crosswall/translate/auditfile"
)

// baselines is what earlier runs found.
type baselines struct {
	// known is what --baseline names.
	known []auditfile.Known
	// replaced is what is in the file that --write-baseline replaces.
	replaced []auditfile.Known
}

// baselines reads what --baseline names, and what --write-baseline is to replace: nothing but a baseline.
func (r *auditRequest) baselines(s *streams) (baselines, error) {
	var out baselines
	if r.baseline != "" {
		known, findings, err := readBaseline(r.baseline)
		if err != nil {
			return out, err
		}
		s.tell(findings, true)
		if model.WorstSeverity(findings) == model.Error {
			return out, outcome{code: exitInput}
		}
		out.known = known
	}
	if r.writeBaseline == "" {
		return out, nil
	}
	info, err := os.Stat(r.writeBaseline)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		_, err = os.Stat(filepath.Dir(r.writeBaseline))
		if err != nil {
			return out, badInput("--write-baseline: %w", err)
		}
		return out, nil
	case err != nil:
		return out, badInput("--write-baseline: %w", err)
	case !info.Mode().IsRegular():
		return out, badInput("%s is no file that can be replaced", r.writeBaseline)
	case info.Size() == 0:
		return out, nil
	}
	var findings []model.Finding
	if out.replaced, findings, err = readBaseline(r.writeBaseline); err == nil && len(findings) > 0 {
		err = badInput("%s is there and is no baseline: it is not overwritten", r.writeBaseline)
	}
	return out, err
}

// readBaseline reads a file. The error is for one that cannot be read, the findings are of what is in it.
func readBaseline(path string) ([]auditfile.Known, []model.Finding, error) {
	data, err := readBounded(path, auditfile.MaxBaseline+1)
	if err != nil {
		return nil, nil, badInput("%w", err)
	}
	known, findings := auditfile.ReadBaseline(path, data)
	return known, findings, nil
}

// wasAsked reports whether the check of a finding was made, so that it would have been found again. One that does not exist any more finds nothing.
func (a auditReport) wasAsked(k auditfile.Known) bool {
	is := func(c audit.Check) bool { return c.ID == k.Check }
	if k.Check == "" {
		return len(a.checks) == len(checks.All())
	}
	return slices.ContainsFunc(a.checks, is) || !slices.ContainsFunc(checks.All(), is)
}

// writeBaseline writes all findings, suppressed ones left out: they are answered for. What the file that is replaced has of checks that were not made
// stays in it.
func (a auditReport) writeBaseline(s *streams, path string, replaced []auditfile.Known) error {
	var out []auditfile.Known
	for _, f := range a.findings() {
		out = append(out, auditfile.Known{Fingerprint: f.Fingerprint, Severity: f.Severity, Source: f.source, Check: f.Check, Summary: f.Summary})
	}
	kept := slices.DeleteFunc(slices.Clone(replaced), a.wasAsked)
	text, err := auditfile.FormatBaseline(append(out, kept...))
	if err != nil {
		return outcome{exitInternal, err}
	}
	if err := replaceFile(path, func(w io.Writer) error {
		_, err := w.Write(text)
		return err
	}); err != nil {
		return err
	}
	if len(kept) > 0 {
		fmt.Fprintf(s.err, "%s: kept %s of checks that were not made\n", path, count(len(kept), "finding"))
	}
	return nil
}

// compareWith leaves out what is in a baseline. The same finding in two sources is two: a line of the baseline stands for one of them, that of
// its source, or where nothing is called so any more, as when a folder was moved, of any. Of checks that were not made nothing is said.
func (a *auditReport) compareWith(lines []auditfile.Known) {
	here := map[string]bool{}
	for _, s := range a.sources {
		here[s.name] = true
	}
	known := make([]audit.Baseline, len(a.sources))
	for i := range known {
		known[i] = audit.Baseline{}
	}
	left := slices.DeleteFunc(slices.Clone(lines), func(k auditfile.Known) bool { return !a.wasAsked(k) })
	a.notAsked = len(lines) - len(left)
	for _, moved := range []bool{false, true} {
		for i, s := range a.sources {
			left = takeLines(known[i], s, left, func(k auditfile.Known) bool { return k.Source == s.name || moved && !here[k.Source] })
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
func takeLines(b audit.Baseline, s auditedSource, lines []auditfile.Known, mayBe func(auditfile.Known) bool) []auditfile.Known {
	has := map[string]bool{}
	for _, f := range s.all {
		has[f.Fingerprint] = true
	}
	var left []auditfile.Known
	for _, k := range lines {
		if _, taken := b[k.Fingerprint]; taken || !has[k.Fingerprint] || !mayBe(k) {
			left = append(left, k)
			continue
		}
		b[k.Fingerprint] = k.Severity
	}
	return left
}
