package main

import (
	"encoding/xml"
	"fmt"
	"strings"

	"github.com/crosswall/crosswall/model/audit"
)

// junitSuites is a report as test runners write it: a suite for each source, in it a case for each check, or for each of
// its findings.
type junitSuites struct {
	XMLName xml.Name     `xml:"testsuites"`
	Name    string       `xml:"name,attr"`
	Suites  []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Skipped  int         `xml:"skipped,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Class   string        `xml:"classname,attr"`
	Name    string        `xml:"name,attr"`
	File    string        `xml:"file,attr,omitempty"`
	Line    int           `xml:"line,attr,omitempty"`
	Failure *junitMessage `xml:"failure,omitempty"`
	Skipped *junitMessage `xml:"skipped,omitempty"`
}

type junitMessage struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr,omitempty"`
	Text    string `xml:",chardata"`
}

// junit is the report for CI servers. Checks without a finding are cases that pass; findings for which somebody answers are skipped.
func (a auditReport) junit() (string, error) {
	out := junitSuites{Name: "crosswall audit"}
	for _, s := range a.sources {
		suite := junitSuite{Name: s.name}
		for _, c := range a.checks {
			suite.add(c, s)
		}
		out.Suites = append(out.Suites, suite)
	}
	return junitText(out)
}

// add adds the cases of a check.
func (t *junitSuite) add(c audit.Check, s auditedSource) {
	before := len(t.Cases)
	for _, f := range s.findings {
		if f.Check != c.ID {
			continue
		}
		var b strings.Builder
		writeFinding(&b, located{f, s.name, s.inv}, false)
		t.fail(caseOf(c, f), f, b.String())
	}
	for _, f := range s.suppressed {
		if f.Check == c.ID {
			x := caseOf(c, f.Finding)
			x.Skipped = &junitMessage{Message: onOneLine(fmt.Sprintf("%s answers for it: %s", f.By.Owner, f.By.Reason))}
			t.Cases = append(t.Cases, x)
			t.Skipped++
		}
	}
	if len(t.Cases) == before {
		t.Cases = append(t.Cases, junitCase{Class: "audit." + c.ID, Name: c.Title})
	}
	t.Tests = len(t.Cases)
}

func (t *junitSuite) fail(x junitCase, f audit.Finding, text string) {
	x.Failure = &junitMessage{Message: onOneLine(f.Summary), Type: f.Severity.String(), Text: text}
	t.Cases = append(t.Cases, x)
	t.Failures++
}

// caseOf is a case for a finding.
func caseOf(c audit.Check, f audit.Finding) junitCase {
	at := f.Where()
	return junitCase{Class: "audit." + c.ID, Name: onOneLine(c.Title + ": " + f.Object.Label() + " (" + f.Fingerprint[:8] + ")"), File: at.File, Line: at.Line}
}

// junitText writes suites as XML.
func junitText(s junitSuites) (string, error) {
	data, err := xml.MarshalIndent(s, "", "  ")
	if err != nil {
		return "", outcome{exitInternal, err}
	}
	return xml.Header + string(data) + "\n", nil
}
