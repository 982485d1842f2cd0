package terraform

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
)

// Read reads the Terraform configuration of one folder: its .tf and .tf.json
// files and the values of variables that Terraform takes from there by itself
// (terraform.tfvars, *.auto.tfvars). Folders inside it are not read.
//
// Literals, locals, variables with a value, templates, conditions, for expressions and
// Terraform's pure functions are worked out; for_each, count and dynamic blocks over known values
// are expanded. A reference to anything else is a [Ref] in its normal spelling; a
// variable without value is one too. All else is [Unknown], for a reason that
// begins with the position. Where a for_each or count is not known,
// [Resource.Uncertain] says so; where a dynamic block's is not, [Body.Open] is true.
//
// Diagnostics hold every fault of every file, sorted by position; with any of severity
// [Error], the module is no more than what could be made of it. Warnings say what was
// left out, such as the resources of modules that are called. The error is
// for folders and files that cannot be read at all.
func Read(fsys fs.FS) (Module, Diagnostics, error) { return readWithin(fsys, maxWork) }

// readWithin is [Read] with a bound on the work of evaluating.
func readWithin(fsys fs.FS, work int) (Module, Diagnostics, error) {
	src, err := load(fsys)
	if err != nil {
		return Module{}, nil, fmt.Errorf("reading Terraform configuration: %w", err)
	}
	r := &reader{evaluator: newEvaluator(work), constants: newEvaluator(work), src: src, names: map[string]bool{}}
	r.report(src.diags...)
	if !src.any {
		r.report(Diagnostic{Severity: Error, Summary: "No Terraform configuration", Detail: "The folder has no .tf or .tf.json file."})
	}
	if !Diagnostics(src.diags).HasErrors() {
		r.module()
	}
	return r.out, sorted(append(r.diags, r.constants.diags...)), nil
}

// reader makes a module of parsed files.
type reader struct {
	*evaluator
	// constants evaluates what may not refer to anything.
	constants *evaluator
	src       *source
	names     map[string]bool
	out       Module
}

func (r *reader) module() {
	// Names come first: anything may refer to them from anywhere.
	for _, s := range r.src.sections {
		switch s.typ {
		case "variable":
			r.variable(s)
		case "locals":
			r.localValues(s)
		}
	}
	for _, s := range r.src.sections {
		switch s.typ {
		case "variable", "locals":
		case "terraform":
			r.settings(s)
		case "resource":
			before := len(r.out.Resources)
			r.resource(s)
			if made := r.out.Resources[before:]; len(made) > 0 {
				r.mentionUnknown(s, made)
			}
		case "output":
			r.output(s)
		case "import":
			r.adoption(s)
		case "module":
			r.warn("Module not read", "The resources of a called module are not read from configuration. Read a plan or the state instead.", s.rng)
			r.mention(strings.Join(append([]string{s.typ}, s.labels...), "."), s.body)
		case "provider", "data", "ephemeral", "check", "action":
			// They hold no resources that this module manages.
			r.mention(strings.Join(append([]string{s.typ}, s.labels...), "."), s.body)
		case "moved", "removed":
			// They are about what resources were called.
		default:
			r.fault("Unsupported block type", "Blocks of type "+s.typ+" are not expected here.", s.rng)
		}
	}
}

func (r *reader) warn(summary, detail string, rng hcl.Range) {
	r.report(Diagnostic{Severity: Warning, Summary: summary, Detail: detail, Pos: position(rng)})
}

// labelled checks the number of a block's labels and that no other block has the
// same.
func (r *reader) labelled(s section, n int) bool {
	if len(s.labels) != n {
		r.fault("Wrong number of labels", fmt.Sprintf("A %s block has %d.", s.typ, n), s.rng)
		return false
	}
	for _, l := range s.labels {
		if !hclsyntax.ValidIdentifier(l) {
			r.fault("Invalid name", fmt.Sprintf("%q is not an identifier.", l), s.rng)
			return false
		}
	}
	key := fmt.Sprintf("%s %q", s.typ, s.labels)
	if r.names[key] {
		r.fault("Duplicate "+s.typ, fmt.Sprintf("There is another %s with the name %q.", s.typ, s.labels[n-1]), s.rng)
		return false
	}
	r.names[key] = true
	return true
}

// constant evaluates an argument that is a constant; absent if there is none.
func (r *reader) constant(c config, name string) (cty.Value, hcl.Range, bool) {
	a, ok := c.attr(name)
	if !ok {
		return cty.NilVal, hcl.Range{}, false
	}
	e, diags := a.constant()
	if diags.HasErrors() {
		r.report(fromHCL(diags)...)
		return cty.NilVal, a.rng, false
	}
	return r.constants.eval(e, nil), a.rng, true
}

// text returns a constant string; empty if there is none.
func (r *reader) text(c config, name string) string {
	v, rng, ok := r.constant(c, name)
	if !ok || v.IsNull() {
		return ""
	}
	s, err := convert.Convert(v, cty.String)
	if err != nil || r.first(v) != nil {
		r.fault("Invalid "+name, "A string without references is required.", rng)
		return ""
	}
	return s.AsString()
}

func (r *reader) settings(s section) {
	if v := r.text(s.body, "required_version"); v != "" {
		r.out.TerraformVersion = v
	}
	for _, k := range s.body.blocks {
		if k.typ != "required_providers" {
			continue
		}
		for _, a := range k.body.attrs {
			r.requirement(a)
		}
	}
}

func (r *reader) requirement(a argument) {
	e, diags := a.constant()
	if diags.HasErrors() {
		r.report(fromHCL(diags)...)
		return
	}
	q := Requirement{Name: a.name}
	v := r.constants.value(r.constants.eval(e, nil))
	if keys, ok := v.AsObject(); ok {
		q.Source, _ = keys["source"].AsString()
		q.Constraint, _ = keys["version"].AsString()
	} else if s, ok := v.AsString(); ok {
		q.Constraint = s
	} else {
		r.fault("Invalid provider requirement", "An object with source and version is required.", a.rng)
	}
	if slices.ContainsFunc(r.out.Requirements, func(o Requirement) bool { return o.Name == q.Name }) {
		r.fault("Duplicate provider requirement", "There is another entry for "+q.Name+".", a.rng)
		return
	}
	r.out.Requirements = append(r.out.Requirements, q)
}

func (r *reader) localValues(s section) {
	for _, a := range s.body.attrs {
		e, diags := a.expr()
		if diags.HasErrors() {
			r.report(fromHCL(diags)...)
			e = &hclsyntax.LiteralValueExpr{Val: r.unknown(diags[0].Summary, a.rng), SrcRange: a.rng}
		}
		if _, ok := r.locals[a.name]; ok {
			r.fault("Duplicate local value", "There is another local value "+a.name+".", a.rng)
			continue
		}
		r.locals[a.name] = &local{expr: e}
	}
}

func (r *reader) variable(s section) {
	if !r.labelled(s, 1) {
		return
	}
	v := Variable{Name: s.labels[0], Description: r.text(s.body, "description"), Type: r.typeText(s.body)}
	given, at, known := r.constant(s.body, "default")
	if known {
		v.Default = r.constants.value(given)
	}
	for _, a := range r.src.vars {
		if a.name == v.Name {
			given, at, known = r.constant(config{attrs: []argument{a}}, a.name)
		}
	}
	r.out.Variables = append(r.out.Variables, v)
	if !known {
		r.vars[v.Name] = r.reference(hcl.Traversal{hcl.TraverseRoot{Name: "var"}, hcl.TraverseAttr{Name: v.Name}})
		return
	}
	if r.constants.first(given) != nil {
		r.vars[v.Name] = r.unknown("variable "+v.Name+" has no constant value", at)
		return
	}
	r.vars[v.Name] = r.typed(v, given, at)
}

// typed brings a variable's value to its type.
func (r *reader) typed(v Variable, given cty.Value, at hcl.Range) cty.Value {
	if v.Type == "" {
		return r.checked(given, at)
	}
	ty, defaults, err := parseType(v.Type)
	if err != nil {
		return r.fault("Invalid type of variable", "Variable "+v.Name+": "+err.Error()+".", at)
	}
	if defaults != nil && !given.IsNull() {
		given = defaults.Apply(given)
	}
	out, err := convert.Convert(given, ty)
	if err != nil {
		return r.fault("Invalid value of variable", "Variable "+v.Name+": "+err.Error()+".", at)
	}
	return r.checked(out, at)
}

// typeText returns a variable's type as it is written, with normal spacing.
func (r *reader) typeText(c config) string {
	a, ok := c.attr("type")
	if !ok {
		return ""
	}
	var text string
	if a.native != nil {
		rng := a.native.Range()
		text = string(rng.SliceBytes(r.src.bytes[rng.Filename]))
		if t, ok := a.native.(*hclsyntax.TemplateExpr); ok && t.IsStringLiteral() {
			text = r.text(c, "type")
		}
	} else {
		text = r.text(c, "type")
	}
	switch text {
	case "list", "map":
		// Terraform 0.11 wrote types as strings, without the elements' type.
		text += "(any)"
	}
	if _, _, err := parseType(text); err != nil {
		r.fault("Invalid type of variable", err.Error()+".", a.rng)
		return ""
	}
	return typeText(text)
}

func (r *reader) output(s section) {
	if !r.labelled(s, 1) {
		return
	}
	o := Output{Name: s.labels[0], Description: r.text(s.body, "description")}
	if a, ok := s.body.attr("value"); ok {
		o.Value = r.argument(a, nil)
	} else {
		r.fault("Missing value", "Output "+o.Name+" has no value.", s.rng)
	}
	if a, ok := s.body.attr("depends_on"); ok {
		if o.DependsOn, ok = a.references(); !ok {
			r.fault("Invalid depends_on", "What output "+o.Name+" waits for is no list of references.", a.rng)
		}
	}
	r.out.Outputs = append(r.out.Outputs, o)
}

func (r *reader) adoption(s section) {
	to, okTo := s.body.attr("to")
	id, okID := s.body.attr("id")
	_, many := s.body.attr("for_each")
	if !okTo || !okID || many {
		r.warn("Import not read", "Only imports of one object by its id are read.", s.rng)
		return
	}
	address, ok := to.references()
	ref, isRef := address.AsRef()
	name, isText := r.argument(id, nil).AsString()
	if !ok || !isRef || !isText {
		r.warn("Import not read", "Its address or its id is not known.", s.rng)
		return
	}
	r.out.Imports = append(r.out.Imports, Import{To: ref, ID: name})
}

// argument evaluates an argument.
func (r *reader) argument(a argument, s *scope) Value {
	e, diags := a.expr()
	if diags.HasErrors() {
		r.report(fromHCL(diags)...)
		return Unknown(position(a.rng).String() + ": " + diags[0].Summary)
	}
	return r.value(r.eval(e, s))
}
