package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/providers/all"
	"github.com/crosswall/crosswall/terraform"
	tfsource "github.com/crosswall/crosswall/translate/terraform"
)

// contestant is one of the two sources.
type contestant struct {
	path string
	kind sourceKind
	// material is what manifests say.
	material material
	// data is the file of Terraform that path names; nil for a folder of configuration.
	data []byte
	// snapshots are what accounts held, one for each provider.
	snapshots []providers.Snapshot
	// findings are about reading them.
	findings []model.Finding
	// inspect is whether an audit wants it.
	inspect bool
	// read is what has been read as rules already, until it is taken from here; nil: nothing has.
	read *reading
}

// compare reads the sources and compares them.
func (r *diffRequest) compare(ctx context.Context, s *streams, paths []string) (comparison, error) {
	if r.plan != "" {
		return r.comparePlan(s)
	}
	if _, err := r.source.clusters(ctx, s, slices.Concat(paths, r.with)); err != nil {
		return comparison{}, err // both sides are then read as the cluster's network plugin would
	}
	var sides [2]contestant
	for i, p := range paths {
		c, err := r.contestant(ctx, s, p)
		if err != nil {
			return comparison{}, err
		}
		sides[i] = c
		if i == 0 && c.kind == cloudObjects && !isManifests(s, paths[1]) {
			// Two large accounts need not be in memory at once as they were read.
			if sides[0], err = c.early(s); err != nil {
				return comparison{}, err
			}
		}
	}
	return r.between(s, sides[0], sides[1])
}

// between compares two sources that were read.
func (r *diffRequest) between(s *streams, want, have contestant) (comparison, error) {
	switch {
	case have.kind == manifests && r.ownedOnly:
		return comparison{}, badInput("--owned-only is about an account or Terraform, and %s holds manifests", have.path)
	case want.kind == manifests && have.kind == manifests:
		return manifestsWithManifests(want, have)
	case want.kind == manifests:
		return r.manifestsWithTerraform(s, want, have)
	case have.kind == manifests:
		c, err := r.manifestsWithTerraform(s, have, want)
		return c.reversed(), err
	}
	return r.terraformWithTerraform(s, want, have)
}

// isManifests reports whether a source is manifests. What is wrong with it is for its reader to say.
func isManifests(s *streams, path string) bool {
	f, err := identify(s, path)
	return err != nil || f.kind == manifests
}

// early reads what accounts held as rules, and lets go of it.
func (c contestant) early(s *streams) (contestant, error) {
	in, err := c.lastReading(s, nil)
	c.read = &in
	return c, err
}

// lastReading is a reading after which there is no other: what accounts held, of which there may be hundreds of megabytes, is
// let go of on the way. The gaps stay.
func (c contestant) lastReading(s *streams, except func(terraform.Resource) bool) (reading, error) {
	if c.read != nil && except == nil {
		in := *c.read
		*c.read = reading{}
		return in, nil
	}
	for i := range c.snapshots {
		c.snapshots[i].ReadOnce = true
	}
	return c.reading(s, except)
}

// contestant reads a source, but for Terraform, which is read in two ways.
func (r *diffRequest) contestant(ctx context.Context, s *streams, p string) (contestant, error) {
	c := contestant{path: p}
	found, err := identify(s, p)
	if err != nil {
		return c, err
	}
	c.path, c.kind, c.data = found.path, found.kind, found.data
	switch found.kind {
	case manifests:
		c.material, err = r.source.read(ctx, s, append([]string{p}, r.with...))
	case cloudObjects:
		c.snapshots, c.findings, err = readObjects(ctx, s, found)
	case terraformCode:
	}
	return c, err
}

// hasGaps reports whether something could not be read of what accounts held.
func (c contestant) hasGaps() bool {
	return slices.ContainsFunc(c.snapshots, func(t providers.Snapshot) bool { return len(t.Gaps) > 0 })
}

// reader returns a reader of Terraform, and of what stands for cloud objects.
func (c contestant) reader() tfsource.Reader {
	return tfsource.Reader{Providers: all.Providers(), Path: c.path, Inspect: c.inspect}
}

// module reads Terraform as resources, with positions that begin with the path as the user gave it. Of a plan, what is to be
// counts.
func (c contestant) module() (terraform.Module, terraform.Diagnostics, error) {
	var m terraform.Module
	var diags terraform.Diagnostics
	var err error
	dir := c.path
	kind := tfsource.KindOf(c.path, c.data)
	switch {
	case c.data == nil:
		m, diags, err = terraform.Read(os.DirFS(c.path))
	case kind == tfsource.Plan:
		var p terraform.Plan
		p, diags, err = terraform.ReadPlan(bytes.NewReader(c.data))
		m = p.After
	case kind == tfsource.State:
		m, diags, err = terraform.ReadState(bytes.NewReader(c.data))
	default:
		dir = filepath.Dir(c.path)
		m, diags, err = terraform.ReadFiles([]terraform.File{{Name: filepath.Base(c.path), Data: c.data}})
	}
	m.Resources = slices.Clone(m.Resources)
	for i := range m.Resources {
		m.Resources[i].Pos = atPath(dir, m.Resources[i].Pos)
		placeBlocks(dir, m.Resources[i].Blocks)
	}
	for i := range diags {
		diags[i].Pos = atPath(dir, diags[i].Pos)
	}
	return m, diags, err
}

func placeBlocks(dir string, blocks []terraform.Block) {
	for i := range blocks {
		blocks[i].Pos = atPath(dir, blocks[i].Pos)
		placeBlocks(dir, blocks[i].Body.Blocks)
	}
}

// atPath puts a path before the name of a file; plans and states have no files of their own.
func atPath(path string, p terraform.Pos) terraform.Pos {
	p.File = filepath.ToSlash(filepath.Join(path, p.File))
	return p
}

// readModule reads Terraform, or what stands for cloud objects, and tells what is wrong with it. The findings are
// those that were not told.
func (c contestant) readModule(s *streams) (terraform.Module, []model.Finding, error) {
	if c.kind == cloudObjects {
		m, findings := c.reader().Resources(c.snapshots...)
		for i := range m.Resources {
			m.Resources[i].Pos = terraform.Pos{File: c.path}
		}
		return m, append(findings, c.findings...), nil
	}
	m, diags, err := c.module()
	if err != nil {
		return m, nil, badInput("%s: %w", c.path, err)
	}
	var findings []model.Finding
	for _, d := range diags {
		switch d.Severity {
		case terraform.Error:
			fmt.Fprintln(s.err, strings.TrimSpace(d.String()))
		case terraform.Warning:
			findings = append(findings, model.Finding{Severity: model.Warning, Code: tfsource.CodeIncomplete,
				Summary: strings.TrimSuffix(d.Summary, ".") + ": " + strings.TrimSuffix(strings.Join(strings.Fields(d.Detail), " "), "."),
				Origin:  model.Origin{File: d.Pos.File, Line: d.Pos.Line, Column: d.Pos.Column}})
		case terraform.Note:
		}
	}
	if diags.HasErrors() {
		return m, nil, outcome{code: exitInput}
	}
	return m, findings, nil
}
