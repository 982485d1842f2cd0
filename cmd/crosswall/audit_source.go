package main

import (
	"context"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
	tfsource "github.com/crosswall/crosswall/translate/terraform"
)

// auditSource is a source as an audit wants it.
type auditSource struct {
	reading    audit.Reading
	incomplete bool
}

// readAudited reads a source of any kind, and tells what reading it had to say.
func (o *sourceOptions) readAudited(ctx context.Context, s *streams, p string) (auditSource, error) {
	f, err := identify(s, p)
	if err != nil {
		return auditSource{}, err
	}
	if f.kind == manifests {
		return auditSource{}, badInput("%s: manifests are not audited yet", p)
	}
	c := contestant{path: f.path, kind: f.kind, data: f.data, inspect: true}
	if f.kind == cloudObjects {
		if c.snapshots, c.findings, err = readObjects(ctx, s, f); err != nil {
			return auditSource{}, err
		}
	}
	in, err := c.reading(s, nil)
	if err != nil {
		return auditSource{}, err
	}
	read, more := tfsource.Audited(in.Input)
	findings := model.SortFindings(append(in.findings, more...))
	s.tell(findings, o.verbose)
	if model.WorstSeverity(findings) == model.Error {
		return auditSource{}, outcome{code: exitInput}
	}
	if ctx.Err() != nil {
		return auditSource{}, badInput("interrupted")
	}
	return auditSource{reading: read, incomplete: leavesOut(findings) || c.hasGaps()}, nil
}
