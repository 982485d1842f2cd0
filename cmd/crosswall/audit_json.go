package main

import (
	"time"

	"github.com/crosswall/crosswall/model"
)

// auditJSON is the answer of audit as scripts read it. Fields may be added, never changed.
type auditJSON struct {
	Version  int                 `json:"version"`
	Findings []auditFindingJSON  `json:"findings"`
	Asides   []auditFindingJSON  `json:"suppressed"`
	Sources  []auditedSourceJSON `json:"sources"`
	Checks   []string            `json:"checks"`
	// Counts are findings by severity.
	Counts   map[string]int     `json:"counts"`
	Baseline *auditBaselineJSON `json:"baseline,omitempty"`
	// Complete is whether everything was read that bears on the answer.
	Complete bool `json:"complete"`
}

// auditBaselineJSON says what became of a baseline.
type auditBaselineJSON struct {
	Known int `json:"known"`
	Gone  int `json:"gone"`
	// NotAsked counts those of checks that were not made.
	NotAsked int `json:"notAsked"`
}

type auditedSourceJSON struct {
	Source   string        `json:"source"`
	Complete bool          `json:"complete"`
	Notes    []findingJSON `json:"notes"`
}

type auditFindingJSON struct {
	Fingerprint string            `json:"fingerprint"`
	Check       string            `json:"check"`
	Title       string            `json:"title"`
	Severity    string            `json:"severity"`
	Exposure    string            `json:"exposure,omitempty"`
	Partly      bool              `json:"partly,omitempty"` // the exposure is that of a part of what is open
	Source      string            `json:"source"`
	Summary     string            `json:"summary"`
	Unsure      string            `json:"unsure,omitempty"`
	Object      auditObjectJSON   `json:"object"`
	Open        []openJSON        `json:"open,omitempty"`
	More        bool              `json:"more,omitempty"` // there is more open than is told
	Example     string            `json:"example,omitempty"`
	Packet      *packetJSON       `json:"packet,omitempty"`
	Because     []auditCauseJSON  `json:"because"`
	Attached    []string          `json:"attached,omitempty"`
	Advice      string            `json:"advice"`
	Fixes       []auditFixJSON    `json:"fixes,omitempty"`
	References  []referenceJSON   `json:"references,omitempty"`
	Suppression *auditSuppression `json:"suppression,omitempty"`
}

type auditObjectJSON struct {
	Provider string        `json:"provider"`
	Kind     string        `json:"kind"`
	Label    string        `json:"label"`
	Name     string        `json:"name,omitempty"`
	ID       string        `json:"id,omitempty"`
	Address  string        `json:"address,omitempty"`
	Link     string        `json:"link,omitempty"`
	Origin   *model.Origin `json:"origin,omitempty"`
}

type auditCauseJSON struct {
	Rule   string        `json:"rule"`
	Origin *model.Origin `json:"origin,omitempty"`
	Link   string        `json:"link,omitempty"`
}

type auditFixJSON struct {
	Title string `json:"title"`
	Form  string `json:"form"`
	Text  string `json:"text"`
}

type referenceJSON struct {
	Scheme string `json:"scheme"`
	ID     string `json:"id"`
}

// auditSuppression says who answers for a finding.
type auditSuppression struct {
	Owner   string        `json:"owner"`
	Reason  string        `json:"reason"`
	Expires string        `json:"expires,omitempty"` // absent: never
	Origin  *model.Origin `json:"origin,omitempty"`
}

// json returns the report for scripts.
func (a auditReport) json() auditJSON {
	out := auditJSON{Version: 1, Findings: []auditFindingJSON{}, Asides: []auditFindingJSON{}, Sources: []auditedSourceJSON{}, Checks: []string{},
		Counts: map[string]int{}, Complete: !a.incomplete()}
	for _, c := range a.checks {
		out.Checks = append(out.Checks, c.ID)
	}
	for v, n := range a.count() {
		out.Counts[v.String()] = n
	}
	if a.known > 0 || a.gone > 0 || a.notAsked > 0 {
		out.Baseline = &auditBaselineJSON{a.known, a.gone, a.notAsked}
	}
	for _, f := range a.findings() {
		out.Findings = append(out.Findings, a.findingJSON(f))
	}
	for _, s := range a.sources {
		out.Sources = append(out.Sources, auditedSourceJSON{s.name, !s.incomplete, findingsJSON(s.notes)})
		for _, f := range s.suppressed {
			j := a.findingJSON(located{f.Finding, s.name, s.inv})
			j.Suppression = &auditSuppression{Owner: f.By.Owner, Reason: f.By.Reason, Origin: known(f.By.Origin)}
			if !f.By.Expires.IsZero() {
				j.Suppression.Expires = f.By.Expires.Format(time.DateOnly)
			}
			out.Asides = append(out.Asides, j)
		}
	}
	return out
}

func (a auditReport) findingJSON(f located) auditFindingJSON {
	o := f.Object
	c := a.check(f.Finding)
	j := auditFindingJSON{
		Fingerprint: f.Fingerprint, Check: f.Check, Title: c.Title, Severity: f.Severity.String(), Exposure: f.Exposure.String(), Partly: f.Partly, Source: f.source,
		Summary: f.Summary, Unsure: f.Unsure, Attached: f.Attached, Advice: f.Advice, Because: []auditCauseJSON{},
		Object: auditObjectJSON{o.Provider, string(o.Kind), o.Label(), o.Name, o.ID, o.Address, o.Link, known(o.Origin)},
	}
	j.Open, j.More = openParts(f.Open, f.inv)
	if f.Example != nil {
		var e entryJSON
		e.setExample(f.Example.String(), *f.Example)
		j.Example, j.Packet = e.Example, &e.Packet
	}
	for _, x := range f.Causes {
		j.Because = append(j.Because, auditCauseJSON{x.Text, known(x.Origin), x.Link})
	}
	for _, x := range f.Fixes {
		j.Fixes = append(j.Fixes, auditFixJSON{x.Title, x.Form, x.Text})
	}
	for _, x := range c.About(f.Object) {
		j.References = append(j.References, referenceJSON{x.Scheme, x.ID})
	}
	return j
}

// known returns an origin, nil where nothing is known.
func known(o model.Origin) *model.Origin {
	if o == (model.Origin{}) {
		return nil
	}
	return &o
}
