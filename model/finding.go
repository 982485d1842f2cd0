package model

import (
	"cmp"
	"fmt"
	"slices"
)

// Severity ranks findings. The zero Severity is invalid.
type Severity uint8

const (
	// Info needs no action: an assumption made, a choice taken.
	Info Severity = iota + 1
	// Warning may not be what the user meant.
	Warning
	// Error keeps crosswall from answering or from writing.
	Error
)

// String returns "info", "warning", "error" or "invalid".
func (s Severity) String() string {
	switch s {
	case Info:
		return "info"
	case Warning:
		return "warning"
	case Error:
		return "error"
	}
	return "invalid"
}

// MarshalText makes JSON say "warning" and not 2.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Grade says how a translation compares with what was asked for. The zero
// Grade marks findings that are no loss.
type Grade uint8

const (
	// Exact admits the same connections.
	Exact Grade = iota + 1
	// Narrower refuses some that were asked for, and admits no others.
	Narrower
	// Wider admits some that were not asked for.
	Wider
	// Unsupported cannot be expressed, or cannot be known, at all.
	Unsupported
)

// String returns "exact", "narrower", "wider", "unsupported" or "".
func (g Grade) String() string {
	switch g {
	case Exact:
		return "exact"
	case Narrower:
		return "narrower"
	case Wider:
		return "wider"
	case Unsupported:
		return "unsupported"
	}
	return ""
}

// MarshalText makes JSON say "wider" and not 3.
func (g Grade) MarshalText() ([]byte, error) { return []byte(g.String()), nil }

// Worst returns the worse of two grades, in the order of the constants.
func (g Grade) Worst(o Grade) Grade { return max(g, o) }

// Finding is something that the user should know.
type Finding struct {
	Severity Severity
	// Code is stable, lower-case and dashed: "unknown-label", "sctp-ports".
	Code string
	// Summary says what is so, in one sentence without a final stop.
	Summary string
	// Advice says what to do about it. Empty when there is nothing to do.
	Advice string
	Origin Origin
	// Grade is set for losses: what a target cannot express.
	Grade Grade
	// Affects is the connections that a loss may touch; translation looks
	// there for what was really opened or closed. The zero Region for findings that are no loss.
	Affects Region
	// Example is a packet that shows a loss. Nil when there is none to show.
	Example *Flow
}

// String returns "policy.yaml:3: warning: summary [code]", advice on a second line.
func (f Finding) String() string {
	s := fmt.Sprintf("%s: %s [%s]", f.Severity, f.Summary, f.Code)
	if o := f.Origin.String(); o != "" {
		s = o + ": " + s
	}
	if f.Advice != "" {
		s += "\n\t" + f.Advice
	}
	return s
}

// SortFindings sorts by severity, worst first, then origin, code and summary,
// and makes one of those that say the same, with what any of them affects.
func SortFindings(fs []Finding) []Finding {
	fs = slices.Clone(fs)
	slices.SortStableFunc(fs, func(a, b Finding) int {
		return cmp.Or(-cmp.Compare(a.Severity, b.Severity), a.Origin.Compare(b.Origin),
			cmp.Compare(a.Code, b.Code), cmp.Compare(a.Summary, b.Summary), cmp.Compare(a.Grade, b.Grade))
	})
	out := fs[:0]
	for _, f := range fs {
		if n := len(out); n > 0 && f.repeats(out[n-1]) {
			out[n-1].Affects = out[n-1].Affects.Union(f.Affects)
			if out[n-1].Example == nil {
				out[n-1].Example = f.Example
			}
			continue
		}
		out = append(out, f)
	}
	return out
}

func (f Finding) repeats(o Finding) bool {
	return f.Severity == o.Severity && f.Origin == o.Origin && f.Code == o.Code && f.Summary == o.Summary && f.Grade == o.Grade
}

// WorstSeverity returns the highest severity among the findings, 0 when there
// are none.
func WorstSeverity(fs []Finding) Severity {
	var worst Severity
	for _, f := range fs {
		worst = max(worst, f.Severity)
	}
	return worst
}
