package main

import (
	"fmt"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/assertion"
)

// checkReport is what came of assertions.
type checkReport struct {
	results []assertion.Result
	// inv is who there is.
	inv model.Inventory
	// incomplete is whether something was not read that bears on the answer.
	incomplete bool
}

// count returns how many assertions came to a verdict.
func (c checkReport) count(v assertion.Verdict) int {
	n := 0
	for _, r := range c.results {
		if r.Verdict == v {
			n++
		}
	}
	return n
}

func (c checkReport) code() exitCode {
	switch {
	case c.count(assertion.Fails)+c.count(assertion.Vacuous) > 0:
		return exitFound
	case c.count(assertion.Undecided) > 0 || c.incomplete:
		return exitIncomplete
	}
	return exitClean
}

func (c checkReport) render(form string) (string, error) {
	switch form {
	case outputJSON:
		return jsonText(c.json())
	case outputJUnit:
		return c.junit()
	}
	return c.text(), nil
}

// text is the report for people.
func (c checkReport) text() string {
	var b strings.Builder
	for _, r := range c.results {
		fmt.Fprintf(&b, "%s  %s\n", strings.ToUpper(r.Verdict.String()), onOneLine(r.Text))
		if r.Verdict != assertion.Holds {
			b.WriteString(detailsOf(r, c.inv))
		}
	}
	b.WriteString(c.summary() + "\n")
	return b.String()
}

func (c checkReport) summary() string {
	text := fmt.Sprintf("%d of %s", c.count(assertion.Holds), count(len(c.results), "assertion"))
	text += plural(c.count(assertion.Holds), " holds", " hold")
	for _, v := range []assertion.Verdict{assertion.Fails, assertion.Vacuous, assertion.Undecided} {
		if n := c.count(v); n > 0 {
			text += fmt.Sprintf(", %d %s", n, map[assertion.Verdict]string{assertion.Fails: "failed", assertion.Vacuous: "vacuous", assertion.Undecided: "unknown"}[v])
		}
	}
	if c.incomplete {
		text += "; something could not be read that bears on the answer"
	}
	return text
}

// detailsOf is the counterexample of an assertion, with its path.
func detailsOf(r assertion.Result, inv model.Inventory) string {
	rows := [][]string{{"  at", r.Origin.String()}}
	if r.Why != "" {
		rows = append(rows, []string{"  because", r.Why})
	}
	for i, l := range openText(r.About, inv, mostCauses) {
		rows = append(rows, []string{map[bool]string{true: "  connections", false: ""}[i == 0], l})
	}
	if r.Example != nil {
		rows = append(rows, []string{"  example", r.Example.String() + ": " + r.Decision.Verdict.String()})
		rows = append(rows, stepRows("request", r.Decision.Request)...)
		rows = append(rows, stepRows("reply", r.Decision.Reply)...)
	}
	for _, row := range rows {
		for i := range row {
			row[i] = onOneLine(row[i])
		}
	}
	return table(rows)
}

// stepRows tells what each layer says of a packet.
func stepRows(what string, steps []model.Step) [][]string {
	var out [][]string
	for _, s := range steps {
		text := fmt.Sprintf("%s %s: %s", s.Layer, s.Direction, s.Verdict)
		if s.Why != "" {
			text += ", " + s.Why
		}
		out = append(out, []string{"  " + what, text})
		what = ""
		if s.Rule != nil && s.Rule.Origin.String() != "" {
			out = append(out, []string{"", s.Rule.Origin.String()})
		}
	}
	return out
}

// checkJSON is the answer of check as scripts read it. Fields may be added, never changed.
type checkJSON struct {
	Version    int             `json:"version"`
	Holds      bool            `json:"holds"`
	Complete   bool            `json:"complete"`
	Assertions []assertionJSON `json:"assertions"`
}

type assertionJSON struct {
	Assertion string        `json:"assertion"`
	Origin    *model.Origin `json:"origin"`
	// Verdict is holds, fails, unknown or vacuous.
	Verdict string `json:"verdict"`
	Why     string `json:"why,omitempty"`
	// About is the connections because of which it fails or is unknown.
	About   []openJSON  `json:"about,omitempty"`
	More    bool        `json:"more,omitempty"`
	Example string      `json:"example,omitempty"`
	Packet  *packetJSON `json:"packet,omitempty"`
	// Passes is allow, deny or unknown for the example.
	Passes  string     `json:"passes,omitempty"`
	Request []stepJSON `json:"request,omitempty"`
	Reply   []stepJSON `json:"reply,omitempty"`
}

func (c checkReport) json() checkJSON {
	out := checkJSON{Version: 1, Holds: c.code() == exitClean, Complete: !c.incomplete, Assertions: []assertionJSON{}}
	for _, r := range c.results {
		j := assertionJSON{Assertion: r.Text, Origin: known(r.Origin), Verdict: r.Verdict.String(), Why: r.Why}
		j.About, j.More = openParts(r.About, c.inv)
		if r.Example != nil {
			var e entryJSON
			e.setExample(r.Example.String(), *r.Example)
			j.Example, j.Packet, j.Passes = e.Example, &e.Packet, r.Decision.Verdict.String()
			j.Request, j.Reply = plainSteps(r.Decision.Request), plainSteps(r.Decision.Reply)
		}
		out.Assertions = append(out.Assertions, j)
	}
	return out
}

// plainSteps tells the word of each layer.
func plainSteps(steps []model.Step) []stepJSON {
	var out []stepJSON
	for _, s := range steps {
		j := stepJSON{Layer: s.Layer, Direction: s.Direction.String(), Verdict: s.Verdict.String(), Why: s.Why}
		if s.Rule != nil {
			j.Rule, j.Origin = s.Rule.Name, known(s.Rule.Origin)
		}
		out = append(out, j)
	}
	return out
}

// junit is the report for CI servers.
func (c checkReport) junit() (string, error) {
	suite := junitSuite{Name: "assertions", Tests: len(c.results)}
	for _, r := range c.results {
		x := junitCase{Class: "assertions", Name: onOneLine(r.Text), File: r.Origin.File, Line: r.Origin.Line}
		if r.Verdict != assertion.Holds {
			x.Failure = &junitMessage{Message: r.Verdict.String(), Type: r.Verdict.String(), Text: detailsOf(r, c.inv)}
			suite.Failures++
		}
		suite.Cases = append(suite.Cases, x)
	}
	return junitText(junitSuites{Name: "crosswall check", Suites: []junitSuite{suite}})
}
