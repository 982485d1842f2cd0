package main

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
)

// homepage is where the project lives; pages of checks are below it.
const (
	homepage   = "https://github.com/crosswall/crosswall"
	checkPages = homepage + "/blob/main/docs/checks/"
)

// What code scanning takes: a run with more results, and a result with more places than some ten times these, is refused (GitHub documentation, SARIF
// support for code scanning, "Validating your SARIF file"). It shows the first 100 places.
const (
	mostResults = 25_000
	mostPlaces  = 100
)

// sarif is the report as SARIF 2.1.0, as code scanning reads it (OASIS, Static Analysis Results Interchange Format; GitHub
// documentation, SARIF support for code scanning).
func (a auditReport) sarif() (string, error) {
	report := sarif.NewReport()
	run := sarif.NewRunWithInformationURI("crosswall", homepage)
	v := version().Version
	run.Tool.Driver.Version = &v
	index := map[string]int{}
	for i, c := range a.checks {
		index[c.ID] = i
		run.Tool.Driver.AddRule(sarifRule(c))
	}
	place := newFileURIs()
	add := func(f located, by ...audit.Suppression) {
		if len(run.Results) == mostResults {
			return
		}
		r := place.result(f, index[f.Check])
		for _, p := range by {
			r.AddSuppression(suppressionOf(p))
		}
		run.AddResult(r)
	}
	for _, f := range a.findings() {
		add(f)
	}
	for _, s := range a.sources {
		for _, f := range s.suppressed {
			add(located{f.Finding, s.name, s.inv}, f.By)
		}
	}
	if left := a.beyondSARIF(); left != "" {
		run.AddInvocation(sarif.NewInvocation().WithExecutionSuccessful(true).
			AddToolExecutionNotification(sarif.NewNotification().WithLevel("warning").WithMessage(sarif.NewMessage().WithText(left))))
	}
	report.AddRun(run)
	var b bytes.Buffer
	if err := report.PrettyWrite(&b); err != nil {
		return "", outcome{exitInternal, err}
	}
	return b.String() + "\n", nil
}

// beyondSARIF says how many findings have no place among the results of a run; empty: all have one.
func (a auditReport) beyondSARIF() string {
	n := a.suppressed() - mostResults
	for _, s := range a.sources {
		n += len(s.findings)
	}
	if n <= 0 {
		return ""
	}
	return fmt.Sprintf("%s left out of the SARIF, suppressed ones first, then the least severe: code scanning takes no more than %d results of a run; the other forms have all",
		count(n, "finding"), mostResults)
}

// sarifRule describes a check.
func sarifRule(c audit.Check) *sarif.ReportingDescriptor {
	text := func(s string) *sarif.MultiformatMessageString { return sarif.NewMultiformatMessageString().WithText(s) }
	page := checkPages + c.ID + ".md"
	help := fmt.Sprintf("%s\n\nWhat to do: %s.", c.Why, c.Advice)
	markdown := help + fmt.Sprintf("\n\n[%s](%s)\n", c.ID, page)
	tags := []string{"security", "network"}
	for _, r := range c.References {
		markdown += fmt.Sprintf("\n- %s %s", r.Scheme, r.ID)
		if tag := r.Scheme + " " + r.ID; strings.HasPrefix(r.Scheme, "CIS") && !slices.Contains(tags, tag) {
			tags = append(tags, tag)
		}
	}
	properties := sarif.NewPropertyBag().WithTags(tags).Add("security-severity", securitySeverity(c.Severity)).Add("problem.severity", sarifLevel(c.Severity)).Add("precision", "very-high")
	return sarif.NewReportingDescriptor().WithID(c.ID).WithName(c.ID).WithShortDescription(text(c.Title)).WithFullDescription(text(c.Why)).
		WithHelp(text(help).WithMarkdown(markdown)).WithHelpURI(page).WithProperties(properties).
		WithDefaultConfiguration(sarif.NewReportingConfiguration().WithLevel(sarifLevel(c.Severity)))
}

// sarifLevel is the severity in the words of SARIF.
func sarifLevel(s audit.Severity) string {
	switch s {
	case audit.Critical, audit.High:
		return "error"
	case audit.Medium:
		return "warning"
	case audit.Low, audit.Info:
	}
	return "note"
}

// securitySeverity is the severity as a score, within the bounds that GitHub has for each word.
func securitySeverity(s audit.Severity) string {
	switch s {
	case audit.Critical:
		return "9.5"
	case audit.High:
		return "8.0"
	case audit.Medium:
		return "5.5"
	case audit.Low:
		return "3.0"
	case audit.Info:
	}
	return "0.0"
}

// result is a finding; rule is the place of its check among the rules.
func (u fileURIs) result(f located, rule int) *sarif.Result {
	text := f.Summary + "."
	if f.Unsure != "" {
		text += " Not sure: " + f.Unsure + "."
	}
	if f.Exposure != 0 {
		text += " Exposure " + exposureText(f.Finding) + "."
	}
	if f.Example != nil {
		text += " Example: " + f.Example.String() + "."
	}
	for _, l := range causeLines(f.Finding) {
		text += "\n" + l
	}
	r := sarif.NewResult().WithRuleID(f.Check).WithRuleIndex(rule).WithLevel(sarifLevel(f.Severity)).WithMessage(sarif.NewMessage().WithText(text)).
		AddLocation(u.location(f.Where(), f.source, f.Object)).WithPartialFingerprints(map[string]string{
		"crosswall/v1": f.Fingerprint, "primaryLocationLineHash": f.Fingerprint}).
		WithProperties(sarif.NewPropertyBag().WithTags([]string{f.Severity.String()}).Add("security-severity", securitySeverity(f.Severity)).
			Add("exposure", f.Exposure.String()).Add("object", f.Object.Label()))
	for _, x := range u.fixes(f.Fixes) {
		r.AddFixe(x)
	}
	if strings.HasPrefix(f.Object.Link, "https://") {
		r.WithHostedViewerURI(f.Object.Link)
	}
	for i, c := range f.Causes {
		if c.Origin != f.Where() && c.Origin.File != "" && len(r.RelatedLocations) < mostPlaces {
			r.AddRelatedLocation(u.location(c.Origin, f.source, f.Object).WithID(i).WithMessage(sarif.NewMessage().WithText(c.Text)))
		}
	}
	return r
}

// location is a place in a file, or of an object in what was read.
func (u fileURIs) location(o model.Origin, source string, x audit.Object) *sarif.Location {
	file := o.File
	if file == "" {
		file = source
	}
	region := sarif.NewRegion().WithStartLine(max(o.Line, 1))
	if o.Column > 0 {
		region.WithStartColumn(o.Column)
	}
	name := o.Object
	if name == "" {
		name = x.Label()
	}
	return sarif.NewLocation().WithPhysicalLocation(sarif.NewPhysicalLocation().WithRegion(region).
		WithArtifactLocation(sarif.NewArtifactLocation().WithURI(u.of(file)))).
		AddLogicalLocation(sarif.NewLogicalLocation().WithFullyQualifiedName(name).WithKind("resource"))
}

// suppressionOf says who answers for a finding, and where it is written.
func suppressionOf(p audit.Suppression) *sarif.Suppression {
	kind := "external"
	if p.Beside != (model.Origin{}) {
		kind = "inSource"
	}
	return sarif.NewSuppression().WithKind(kind).WithStatus("accepted").WithJustification(fmt.Sprintf("%s: %s", p.Owner, p.Reason))
}
