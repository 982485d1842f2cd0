package terraform

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/typeexpr"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// Validate reports whatever keeps a module from being written: names that are no
// identifiers in ASCII, names given twice, unknown values, references that are no
// traversals, strings that are not UTF-8, and what has no place in configuration
// (instance keys, count and for_each). The error joins all faults. It does
// not know what resource types exist.
func (m Module) Validate() error {
	c := checker{seen: map[string]bool{}}
	if m.TerraformVersion != "" {
		c.constraint("required_version", m.TerraformVersion)
	}
	for _, r := range m.Requirements {
		c.requirement(r)
	}
	for _, v := range m.Variables {
		c.variable(v)
	}
	for _, r := range m.Resources {
		c.resource(r)
	}
	for _, o := range m.Outputs {
		c.name("output", o.Name)
		c.once("output " + o.Name)
		c.text("output "+o.Name, o.Description)
		c.value("output "+o.Name, o.Value)
		if o.Value.IsAbsent() {
			c.fault("output %s has no value", o.Name)
		}
		c.waits("output "+o.Name, o.DependsOn)
	}
	for _, i := range m.Imports {
		c.once("import to " + i.To)
		c.text("import to "+i.To, i.ID)
		if t, err := parseRef(i.To); err != nil || len(t) < 2 {
			c.fault("import to %q: not the address of a resource", i.To)
		}
		if i.ID == "" {
			c.fault("import to %s: no id", i.To)
		}
	}
	return errors.Join(c.faults...)
}

// waits checks a list of references.
func (c *checker) waits(where string, v Value) {
	if v.IsAbsent() {
		return
	}
	c.value(where, v)
	list, ok := v.AsList()
	if !ok || slices.ContainsFunc(list, func(e Value) bool { _, isRef := e.AsRef(); return !isRef }) {
		c.fault("%s waits for what is no list of references", where)
	}
}

// sorted returns the module with everything but resources, whose order is the
// writer's choice, sorted by name.
func (m Module) sorted() Module {
	m.Requirements = slices.SortedFunc(slices.Values(m.Requirements), func(a, b Requirement) int { return cmp.Compare(a.Name, b.Name) })
	m.Variables = slices.SortedFunc(slices.Values(m.Variables), func(a, b Variable) int { return cmp.Compare(a.Name, b.Name) })
	m.Outputs = slices.SortedFunc(slices.Values(m.Outputs), func(a, b Output) int { return cmp.Compare(a.Name, b.Name) })
	m.Imports = slices.SortedFunc(slices.Values(m.Imports), func(a, b Import) int { return cmp.Compare(a.To, b.To) })
	return m
}

type checker struct {
	seen   map[string]bool
	faults []error
}

func (c *checker) fault(format string, args ...any) {
	c.faults = append(c.faults, fmt.Errorf(format, args...))
}

func (c *checker) name(what, name string) {
	if !identifier(name) {
		c.fault("%s %q: the name is not an identifier", what, name)
	}
}

// identifier reports whether a name may be written as an identifier. Terraform takes
// letters of other scripts too, but not all that it says are.
func identifier(name string) bool {
	for i, r := range []byte(name) {
		letter := r == '_' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
		if !letter && (i == 0 || r != '-' && (r < '0' || r > '9')) {
			return false
		}
	}
	return name != ""
}

func (c *checker) once(key string) {
	if c.seen[key] {
		c.fault("%s is given twice", key)
	}
	c.seen[key] = true
}

func (c *checker) text(where, s string) {
	if !utf8.ValidString(s) {
		c.fault("%s: %q is not UTF-8", where, s)
	}
}

// constraintForm is developer.hashicorp.com/terraform/language/expressions/version-constraints.
const constraintForm = `^ *(=|!=|>|>=|<|<=|~>)? *[0-9]+(\.[0-9]+)*(-[0-9A-Za-z.-]+)? *(, *(=|!=|>|>=|<|<=|~>)? *[0-9]+(\.[0-9]+)*(-[0-9A-Za-z.-]+)? *)*$`

func (c *checker) constraint(where, s string) {
	if !regexp.MustCompile(constraintForm).MatchString(s) {
		c.fault("%s: %q is not a version constraint", where, s)
	}
}

func (c *checker) requirement(r Requirement) {
	where := "provider " + r.Name
	c.name("provider", r.Name)
	c.once(where)
	if r.Constraint != "" {
		c.constraint(where, r.Constraint)
	}
	if !regexp.MustCompile(`^([0-9A-Za-z.:-]+/)?[0-9A-Za-z_-]+/[0-9A-Za-z_-]+$`).MatchString(r.Source) {
		c.fault("%s: %q is not a provider source", where, r.Source)
	}
}

// reservedVariables cannot be variables' names, because they are arguments of
// module blocks (developer.hashicorp.com/terraform/language/block/variable).
func reservedVariables() []string {
	return []string{"source", "version", "providers", "count", "for_each", "lifecycle", "depends_on", "locals"}
}

func (c *checker) variable(v Variable) {
	where := "variable " + v.Name
	c.name("variable", v.Name)
	c.once(where)
	c.text(where, v.Description)
	if slices.Contains(reservedVariables(), v.Name) {
		c.fault("%s: the name is reserved", where)
	}
	if v.Type != "" {
		if _, _, err := parseType(v.Type); err != nil {
			c.fault("%s: type %q: %w", where, v.Type, err)
		}
	}
	c.value(where+": default", v.Default)
	if v.Default.hasRef() {
		c.fault("%s: a default cannot refer to anything", where)
	}
}

func (c *checker) resource(r Resource) {
	where := r.Type + "." + r.Name
	c.name("resource type", r.Type)
	c.name("resource "+r.Type, r.Name)
	c.once(where)
	if r.Key != "" || r.Module != "" {
		c.fault("%s: an instance or another module's resource cannot be written", r.Address())
	}
	if r.Uncertain != "" {
		c.fault("%s: not known to exist: %s", where, r.Uncertain)
	}
	for _, meta := range []string{"count", "for_each"} {
		if !r.Get(meta).IsAbsent() {
			c.fault("%s: %s is not supported: write each resource", where, meta)
		}
	}
	c.body(where, r.Body)
}

func (c *checker) body(where string, b Body) {
	names := map[string]bool{}
	for _, a := range b.Attrs {
		c.name(where+": attribute", a.Name)
		if names[a.Name] {
			c.fault("%s: %s is set twice", where, a.Name)
		}
		names[a.Name] = true
		c.value(where+": "+a.Name, a.Value)
	}
	for _, k := range b.Blocks {
		c.name(where+": block", k.Type)
		if names[k.Type] {
			c.fault("%s: %s is both an attribute and a block", where, k.Type)
		}
		if k.Type == "dynamic" {
			c.fault("%s: dynamic blocks are not supported: write each block", where)
		}
		c.body(where+": "+k.Type, k.Body)
	}
}

func (c *checker) value(where string, v Value) {
	switch v.kind {
	case absent, computed, null, truth, integer, number:
	case text:
		c.text(where, v.text)
	case reference:
		c.reference(where, v.text)
	case unknown:
		c.fault("%s: unknown value: %s", where, v.text)
	case list:
		for i, e := range v.elements() {
			c.element(fmt.Sprintf("%s[%d]", where, i), e)
		}
	case object:
		for _, k := range slices.Sorted(maps.Keys(v.entries())) {
			c.text(where, k)
			c.element(fmt.Sprintf("%s[%q]", where, k), v.entries()[k])
		}
	}
}

func (c *checker) reference(where, text string) {
	if plainRef(text) {
		return
	}
	t, err := parseRef(text)
	if err == nil {
		// An index in quotes may not survive being written.
		_, err = parseRef(traversalText(t))
	}
	if err != nil {
		c.fault("%s: reference %q: %w", where, text, err)
	}
}

func (c *checker) element(where string, v Value) {
	if v.IsAbsent() {
		c.fault("%s: no value", where)
	}
	c.value(where, v)
}

func (v Value) hasRef() bool {
	return v.kind == reference ||
		slices.ContainsFunc(v.elements(), Value.hasRef) ||
		slices.ContainsFunc(slices.Collect(maps.Values(v.entries())), Value.hasRef)
}

// parseRef reads the one traversal of a reference.
func parseRef(text string) (hcl.Traversal, error) {
	t, diags := hclsyntax.ParseTraversalAbs([]byte(text), "", hcl.InitialPos)
	if diags.HasErrors() {
		return nil, errors.New(diags[0].Summary)
	}
	return t, nil
}

// parseType reads a type expression, with the defaults of optional attributes.
func parseType(text string) (cty.Type, *typeexpr.Defaults, error) {
	if tooDeep(lexExpression(text)) {
		return cty.NilType, nil, errors.New("nested too deeply")
	}
	expr, diags := hclsyntax.ParseExpression([]byte(text), "", hcl.InitialPos)
	if diags.HasErrors() {
		return cty.NilType, nil, errors.New(diags[0].Summary)
	}
	ty, defaults, diags := typeexpr.TypeConstraintWithDefaults(expr)
	if diags.HasErrors() {
		return cty.NilType, nil, errors.New(diags[0].Summary)
	}
	return ty, defaults, nil
}
