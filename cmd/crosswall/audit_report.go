package main

import (
	"slices"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
)

// auditReport is what was found in all sources.
type auditReport struct {
	checks  []audit.Check
	sources []auditedSource
	// known is how many findings are in the baseline, gone how many of the baseline are no more, notAsked how many are of checks that were not made.
	known, gone, notAsked int
}

// auditedSource is what was found in one source.
type auditedSource struct {
	name string
	// inv is who there is.
	inv model.Inventory
	// incomplete is whether something was not read that bears on the answer; notes are what reading had to say.
	incomplete bool
	notes      []model.Finding
	// all is every finding; findings those that nobody answers for and that are not in the baseline.
	all, findings []audit.Finding
	suppressed    []audit.Suppressed
	idle          []audit.Suppression
}

// located is a finding with the source that it is in.
type located struct {
	audit.Finding
	source string
	inv    model.Inventory
}

// findings returns the findings of all sources, worst first.
func (a auditReport) findings() []located {
	var all []audit.Finding
	source := map[string][]int{}
	for i, s := range a.sources {
		for _, f := range s.findings {
			all = append(all, f)
			source[f.Fingerprint] = append(source[f.Fingerprint], i)
		}
	}
	audit.Sort(all) // those of several sources with one fingerprint stay in the order of the sources
	out := make([]located, len(all))
	for i, f := range all {
		s := a.sources[source[f.Fingerprint][0]]
		out[i] = located{f, s.name, s.inv}
		source[f.Fingerprint] = source[f.Fingerprint][1:]
	}
	return out
}

// suppressed counts the findings for which somebody answers.
func (a auditReport) suppressed() int {
	n := 0
	for _, s := range a.sources {
		n += len(s.suppressed)
	}
	return n
}

// incomplete reports whether something was not read that bears on the answer.
func (a auditReport) incomplete() bool {
	return slices.ContainsFunc(a.sources, func(s auditedSource) bool { return s.incomplete })
}

// code is what the command ends with.
func (a auditReport) code(threshold audit.Severity) exitCode {
	for _, s := range a.sources {
		if slices.ContainsFunc(s.findings, func(f audit.Finding) bool { return f.Severity >= threshold }) {
			return exitFound
		}
	}
	if a.incomplete() {
		return exitIncomplete
	}
	return exitClean
}

// count returns how many findings there are of each severity.
func (a auditReport) count() map[audit.Severity]int {
	out := map[audit.Severity]int{}
	for _, s := range a.sources {
		for _, f := range s.findings {
			out[f.Severity]++
		}
	}
	return out
}

// check returns the check of a finding.
func (a auditReport) check(f audit.Finding) audit.Check {
	if i := slices.IndexFunc(a.checks, func(c audit.Check) bool { return c.ID == f.Check }); i >= 0 {
		return a.checks[i]
	}
	return audit.Check{ID: f.Check}
}

// render writes the report in a form.
func (a auditReport) render(form string) (string, error) {
	switch form {
	case outputJSON:
		return jsonText(a.json())
	case outputSARIF:
		return a.sarif()
	case outputJUnit:
		return a.junit()
	case outputMarkdown:
		return a.markdown(), nil
	case outputCSV:
		return a.csv()
	}
	return a.text(), nil
}
