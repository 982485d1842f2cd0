package main

import (
	"fmt"
	"strings"

	"github.com/crosswall/crosswall/model"
)

// findingJSON is a finding as scripts read it.
type findingJSON struct {
	Severity string        `json:"severity"`
	Code     string        `json:"code"`
	Summary  string        `json:"summary"`
	Advice   string        `json:"advice,omitempty"`
	Grade    string        `json:"grade,omitempty"`
	Example  string        `json:"example,omitempty"`
	Origin   *model.Origin `json:"origin,omitempty"`
}

// findingsJSON never returns nil, so that scripts get [] and not null.
func findingsJSON(fs []model.Finding) []findingJSON {
	out := make([]findingJSON, 0, len(fs))
	for _, f := range fs {
		j := findingJSON{Severity: f.Severity.String(), Code: f.Code, Summary: f.Summary, Advice: f.Advice, Grade: f.Grade.String()}
		if f.Origin != (model.Origin{}) {
			o := f.Origin
			j.Origin = &o
		}
		if f.Example != nil {
			j.Example = f.Example.String()
		}
		out = append(out, j)
	}
	return out
}

// manyAlike is how many findings of one code are shown unless all are asked for.
func manyAlike(s model.Severity) int {
	if s == model.Error {
		return 20
	}
	return 5
}

// tell writes findings for people: the first few errors and warnings of each
// kind, notes only if asked for. A person at a terminal hears that there are notes.
func (s *streams) tell(fs []model.Finding, verbose bool) {
	type kind struct {
		severity model.Severity
		code     string
	}
	notes, alike := 0, map[kind]int{}
	var cut []kind
	for _, f := range fs {
		k := kind{f.Severity, f.Code}
		switch {
		case verbose:
		case f.Severity == model.Info:
			notes++
			continue
		default:
			if alike[k]++; alike[k] == manyAlike(f.Severity)+1 {
				cut = append(cut, k)
			}
			if alike[k] > manyAlike(f.Severity) {
				continue
			}
		}
		fmt.Fprintln(s.err, legible(findingText(f)))
	}
	for _, k := range cut {
		fmt.Fprintf(s.err, "and %s more of [%s]; --verbose shows them\n", count(alike[k]-manyAlike(k.severity), k.severity.String()), k.code)
	}
	if notes > 0 && s.live {
		fmt.Fprintf(s.err, "%s not shown; --verbose shows %s\n", count(notes, "note"), plural(notes, "it", "them"))
	}
}

// findingText is a finding on a line, its example and advice indented below.
func findingText(f model.Finding) string {
	var b strings.Builder
	if o := f.Origin.String(); o != "" {
		b.WriteString(o + ": ")
	}
	fmt.Fprintf(&b, "%s: %s [%s]", f.Severity, f.Summary, f.Code)
	if f.Example != nil {
		b.WriteString("\n\texample: " + f.Example.String())
	}
	if f.Advice != "" {
		b.WriteString("\n\t" + strings.ReplaceAll(f.Advice, "\n", "\n\t"))
	}
	return b.String()
}

// count returns "1 note" or "3 notes".
func count(n int, noun string) string {
	return fmt.Sprintf("%d %s", n, plural(n, noun, noun+"s"))
}

func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}
