package main

import (
	"context"
	"os"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
	"github.com/crosswall/crosswall/translate/auditfile"
	"github.com/crosswall/crosswall/translate/kubernetes"
	tfsource "github.com/crosswall/crosswall/translate/terraform"
)

// auditSource is a source as an audit wants it.
type auditSource struct {
	name     string
	reading  audit.Reading
	findings []model.Finding
	// suppressions are those that are written in the source.
	suppressions []audit.Suppression
	incomplete   bool
}

// groups puts the sources together that are read as one: manifests and clusters. Every other is by itself.
func (o *sourceOptions) groups(s *streams, paths []string) [][]string {
	var out [][]string
	together := -1
	for _, p := range paths {
		if !isCluster(p) && !isManifests(s, p) {
			out = append(out, []string{p})
			continue
		}
		if together < 0 {
			together = len(out)
			out = append(out, nil)
		}
		out[together] = append(out[together], p)
	}
	return out
}

// readAudited reads one source of any kind, or manifests together, and tells what reading had to say.
func (o *sourceOptions) readAudited(ctx context.Context, s *streams, paths []string) (auditSource, error) {
	if isCluster(paths[0]) || isManifests(s, paths[0]) {
		return o.readAuditedManifests(ctx, s, paths)
	}
	f, err := identify(s, paths[0])
	if err != nil {
		return auditSource{}, err
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
	out := auditSource{name: f.path, reading: read, findings: findings, incomplete: leavesOut(findings) || c.hasGaps()}
	return out.withSuppressions(s)
}

// readAuditedManifests reads manifests and clusters.
func (o *sourceOptions) readAuditedManifests(ctx context.Context, s *streams, paths []string) (auditSource, error) {
	m, err := o.read(ctx, s, paths)
	if err != nil {
		return auditSource{}, err
	}
	out := auditSource{name: strings.Join(paths, ", "), findings: m.findings, incomplete: m.code() == exitIncomplete}
	in := m.Input
	in.Inventory, _ = inBothFamilies(in)
	out.reading = kubernetes.Audited(in, m.findings)
	return out.withSuppressions(s)
}

// withSuppressions adds the suppressions that are written in what was read, and tells what is wrong with them.
func (a auditSource) withSuppressions(s *streams) (auditSource, error) {
	var wrong []model.Finding
	a.suppressions, wrong = auditfile.Written(a.reading.Estate, os.ReadFile)
	s.tell(wrong, true)
	if model.WorstSeverity(wrong) == model.Error {
		return auditSource{}, outcome{code: exitInput}
	}
	return a, nil
}
