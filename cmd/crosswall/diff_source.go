package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/terraform"
	"github.com/crosswall/crosswall/translate/kubernetes"
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
}

// sourceKind is what a source holds.
type sourceKind uint8

const (
	manifests sourceKind = iota
	terraformCode
)

// compare reads the sources and compares them.
func (r *diffRequest) compare(ctx context.Context, s *streams, paths []string) (comparison, error) {
	if r.plan != "" {
		return r.comparePlan(s)
	}
	var sides [2]contestant
	for i, p := range paths {
		c, err := identify(p)
		if err != nil {
			return comparison{}, err
		}
		if c.kind == manifests {
			if c.material, err = r.source.read(ctx, s, append([]string{p}, r.with...)); err != nil {
				return comparison{}, err
			}
		}
		sides[i] = c
	}
	want, have := sides[0], sides[1]
	switch {
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

// identify finds out what a source holds, by its content.
func identify(path string) (contestant, error) {
	c := contestant{path: path}
	if path == kubernetes.StdinName || scheme.MatchString(path) {
		return c, nil // live sources are refused by name
	}
	info, err := os.Stat(path)
	if err != nil {
		return c, badInput("%w", err)
	}
	if info.IsDir() {
		return identifyFolder(c)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return c, badInput("%w", err)
	}
	if tfsource.KindOf(path, data) != 0 {
		c.kind, c.data = terraformCode, data
	}
	return c, nil
}

// identifyFolder takes a folder for Terraform if there is any configuration in it, or else nothing but
// one plan or state.
func identifyFolder(c contestant) (contestant, error) {
	entries, err := os.ReadDir(c.path)
	if err != nil {
		return c, badInput("%w", err)
	}
	var documents []contestant
	for _, e := range entries {
		switch ext := filepath.Ext(e.Name()); {
		case e.IsDir():
		case tfsource.IsConfiguration(e.Name()):
			c.kind = terraformCode
			return c, nil
		case ext == ".yaml" || ext == ".yml":
			return c, nil
		case ext == ".json" || ext == ".tfstate":
			f, err := identify(filepath.Join(c.path, e.Name()))
			if err != nil {
				return c, err
			}
			if f.kind == terraformCode {
				documents = append(documents, f)
			}
		}
	}
	switch len(documents) {
	case 0:
		return c, nil
	case 1:
		return documents[0], nil
	}
	return c, badInput("%s holds %d plans and states and no configuration: name one", c.path, len(documents))
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

// readModule reads Terraform and tells what is wrong with it.
func (c contestant) readModule(s *streams) (terraform.Module, bool, error) {
	m, diags, err := c.module()
	incomplete := false
	for _, d := range diags {
		if d.Severity != terraform.Note {
			fmt.Fprintln(s.err, strings.TrimSpace(d.String()))
		}
		incomplete = incomplete || d.Severity == terraform.Warning
	}
	switch {
	case err != nil:
		return m, false, badInput("%s: %w", c.path, err)
	case diags.HasErrors():
		return m, false, outcome{code: exitInput}
	}
	return m, incomplete, nil
}
