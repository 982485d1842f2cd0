package terraform

import (
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/json"
)

// maxFile bounds a configuration file, in bytes.
const maxFile = 32 << 20

// fileKind is what Terraform takes a file for by its name
// (developer.hashicorp.com/terraform/language/files,
// developer.hashicorp.com/terraform/language/values/variables).
type fileKind uint8

const (
	kindOther    fileKind = iota
	kindConfig            // .tf and .tf.json
	kindOverride          // override.tf, *_override.tf and the same in JSON
	kindTofu              // .tofu and .tofu.json, of OpenTofu only
	kindVars              // terraform.tfvars, *.auto.tfvars and the same in JSON
)

func kindOf(name string) fileKind {
	if strings.HasPrefix(name, ".") || strings.HasSuffix(name, "~") || strings.HasPrefix(name, "#") {
		return kindOther
	}
	base := strings.TrimSuffix(name, ".json")
	switch {
	case strings.HasSuffix(base, ".tf"):
		if b := strings.TrimSuffix(base, ".tf"); b == "override" || strings.HasSuffix(b, "_override") {
			return kindOverride
		}
		return kindConfig
	case strings.HasSuffix(base, ".tofu"):
		return kindTofu
	case base == "terraform.tfvars" || strings.HasSuffix(base, ".auto.tfvars"):
		return kindVars
	}
	return kindOther
}

// source is the files of a module, parsed.
type source struct {
	sections []section
	vars     []argument // values of variables; later ones count
	bytes    map[string][]byte
	diags    []Diagnostic
	any      bool // whether there was any configuration file
}

// load parses the files of a folder. The error is for a folder that cannot be
// listed and for files that cannot be read.
func load(fsys fs.FS) (*source, error) {
	entries, err := fs.ReadDir(fsys, ".")
	if err != nil {
		return nil, err
	}
	src := &source{bytes: map[string][]byte{}}
	var vars []string
	for _, e := range entries {
		if e.IsDir() {
			continue
		}
		switch kindOf(e.Name()) {
		case kindConfig:
			src.any = true
			err = src.config(fsys, e.Name())
		case kindVars:
			vars = append(vars, e.Name())
		case kindOverride:
			src.skip(e.Name(), "Override file not read", "What it changes in other files is not taken into account.")
		case kindTofu:
			src.skip(e.Name(), "OpenTofu file not read", "OpenTofu takes it in place of the .tf file of that name.")
		case kindOther:
		}
		if err != nil {
			return nil, err
		}
	}
	// terraform.tfvars comes first, then the others by name.
	slices.SortStableFunc(vars, func(a, b string) int {
		return strings.Compare(varsRank(a), varsRank(b))
	})
	for _, name := range vars {
		if err := src.variables(fsys, name); err != nil {
			return nil, err
		}
	}
	return src, nil
}

func varsRank(name string) string {
	if strings.HasPrefix(name, "terraform.tfvars") {
		return "0" + name
	}
	return "1" + name
}

func (src *source) skip(name, summary, detail string) {
	src.diags = append(src.diags, Diagnostic{Severity: Warning, Summary: summary, Detail: detail, Pos: Pos{File: name}})
}

func (src *source) config(fsys fs.FS, name string) error {
	f, err := src.parse(fsys, name)
	if f == nil || err != nil {
		return err
	}
	c, diags := fileConfig(f)
	src.diags = append(src.diags, fromHCL(diags)...)
	for _, a := range c.attrs {
		src.diags = append(src.diags, Diagnostic{Severity: Error, Summary: "Unsupported argument",
			Detail: "No argument named " + a.name + " is expected outside of blocks.", Pos: position(a.rng)})
	}
	src.sections = append(src.sections, c.blocks...)
	return nil
}

func fileConfig(f *hcl.File) (config, hcl.Diagnostics) {
	if b, ok := f.Body.(*hclsyntax.Body); ok {
		return nativeConfig(b), nil
	}
	return jsonConfig(f.Body)
}

func (src *source) variables(fsys fs.FS, name string) error {
	f, err := src.parse(fsys, name)
	if f == nil || err != nil {
		return err
	}
	if b, ok := f.Body.(*hclsyntax.Body); ok {
		src.vars = append(src.vars, nativeConfig(b).attrs...)
		for _, k := range b.Blocks {
			src.diags = append(src.diags, Diagnostic{Severity: Error, Summary: "Unexpected block",
				Detail: "A file of variables' values holds arguments only.", Pos: position(k.TypeRange)})
		}
		return nil
	}
	attrs, diags := f.Body.JustAttributes()
	src.diags = append(src.diags, fromHCL(diags)...)
	src.vars = append(src.vars, jsonArguments(attrs).attrs...)
	return nil
}

// parse reads and parses one file; nil if it has faults, which are taken up.
func (src *source) parse(fsys fs.FS, name string) (*hcl.File, error) {
	data, err := readFile(fsys, name)
	if err != nil {
		return nil, err
	}
	if len(data) > maxFile {
		src.diags = append(src.diags, Diagnostic{Severity: Error, Summary: "File too large",
			Detail: fmt.Sprintf("Files of up to %d MiB are read.", maxFile>>20), Pos: Pos{File: name}})
		return nil, nil
	}
	src.bytes[name] = data
	f, diags := parseFile(name, data)
	src.diags = append(src.diags, fromHCL(diags)...)
	if diags.HasErrors() {
		return nil, nil
	}
	return f, nil
}

// readFile reads up to one byte more than maxFile.
func readFile(fsys fs.FS, name string) ([]byte, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // only read: nothing is lost
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return data, nil
}

// parseFile parses a file that may hold anything.
func parseFile(name string, data []byte) (f *hcl.File, diags hcl.Diagnostics) {
	whole := hcl.Range{Filename: name, Start: hcl.InitialPos, End: hcl.InitialPos}
	defer func() {
		if r := recover(); r != nil {
			f, diags = nil, hcl.Diagnostics{{Severity: hcl.DiagError, Summary: "File could not be parsed", Detail: fmt.Sprint(r), Subject: &whole}}
		}
	}()
	if strings.HasSuffix(name, ".json") {
		if tooDeepJSON(data) {
			return nil, hcl.Diagnostics{deepDiagnostic(whole)}
		}
		return json.Parse(data, name)
	}
	if !shallow(data) {
		if tokens, _ := hclsyntax.LexConfig(data, name, hcl.InitialPos); tooDeep(tokens) {
			return nil, hcl.Diagnostics{deepDiagnostic(whole)}
		}
	}
	return hclsyntax.ParseConfig(data, name, hcl.InitialPos)
}
