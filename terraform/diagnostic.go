package terraform

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
)

// Severity grades a diagnostic. The zero Severity is invalid.
type Severity uint8

const (
	// Error is a fault in the configuration, which Terraform would refuse too.
	Error Severity = iota + 1
	// Warning is configuration that Terraform takes and this package does not
	// read, so that the module is incomplete.
	Warning
	// Note is worth knowing; nothing was left out for it.
	Note
)

// String returns "error", "warning" or "note".
func (s Severity) String() string {
	switch s {
	case Error:
		return "error"
	case Warning:
		return "warning"
	case Note:
		return "note"
	}
	return "invalid"
}

// Diagnostic is a fault in what was read, or a part of it that was left out.
type Diagnostic struct {
	Severity Severity
	Summary  string // one line, without final stop
	Detail   string // sentences; may be empty
	Pos      Pos
}

// String returns "main.tf:3:7: error: Summary: Detail" on one line.
func (d Diagnostic) String() string {
	s := fmt.Sprintf("%s: %s: %s", d.Pos, d.Severity, d.Summary)
	if d.Detail != "" {
		s += ": " + strings.Join(strings.Fields(d.Detail), " ")
	}
	return s
}

// String returns "main.tf:3:7", as much of it as is known.
func (p Pos) String() string {
	if p.Line == 0 {
		return p.File
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
}

// Diagnostics is all that there is to say about a folder, sorted by position. As an
// error it is for callers to whom the errors among them are the end.
type Diagnostics []Diagnostic

// HasErrors reports whether any diagnostic is of severity [Error].
func (ds Diagnostics) HasErrors() bool {
	return slices.ContainsFunc(ds, func(d Diagnostic) bool { return d.Severity == Error })
}

// Error returns the diagnostics, a line each.
func (ds Diagnostics) Error() string {
	lines := make([]string, len(ds))
	for i, d := range ds {
		lines[i] = d.String()
	}
	return strings.Join(lines, "\n")
}

func position(r hcl.Range) Pos {
	return Pos{File: r.Filename, Line: r.Start.Line, Column: r.Start.Column}
}

// fromHCL takes over what the parser has to say.
func fromHCL(diags hcl.Diagnostics) []Diagnostic {
	var out []Diagnostic
	for _, d := range diags {
		n := Diagnostic{Severity: Error, Summary: strings.TrimSuffix(d.Summary, "."), Detail: d.Detail}
		if d.Severity == hcl.DiagWarning {
			n.Severity = Warning
		}
		if d.Subject != nil {
			n.Pos = position(*d.Subject)
		}
		out = append(out, n)
	}
	return out
}

func sorted(ds Diagnostics) Diagnostics {
	slices.SortStableFunc(ds, func(a, b Diagnostic) int {
		return cmp.Or(cmp.Compare(a.Pos.File, b.Pos.File), cmp.Compare(a.Pos.Line, b.Pos.Line), cmp.Compare(a.Pos.Column, b.Pos.Column))
	})
	return ds
}
