package terraform

import (
	"maps"
	"slices"
)

// Pos is a place in a file. Line and Column count from 1; 0 is unknown.
type Pos struct {
	File         string
	Line, Column int
}

// Attr is one attribute of a body. Attributes are written in the order given.
type Attr struct {
	Name  string
	Value Value
}

// Body is the inside of a block: attributes first, then nested blocks.
type Body struct {
	Attrs  []Attr
	Blocks []Block
}

// Get returns the value of an attribute; absent when it is not set.
func (b Body) Get(name string) Value {
	for _, a := range b.Attrs {
		if a.Name == name {
			return a.Value
		}
	}
	return Value{}
}

// Set sets an attribute, in place of an earlier one of that name. Absent
// values are not added.
func (b *Body) Set(name string, v Value) {
	for i := range b.Attrs {
		if b.Attrs[i].Name == name {
			b.Attrs[i].Value = v
			return
		}
	}
	if !v.IsAbsent() {
		b.Attrs = append(b.Attrs, Attr{Name: name, Value: v})
	}
}

// BlocksOf returns the nested blocks of a type, whichever of Terraform's three
// ways they were written in: as blocks, as an attribute set to a list of objects
// (developer.hashicorp.com/terraform/language/attr-as-blocks), or as an attribute
// set to one object, which is how JSON configuration may write a single block
// (developer.hashicorp.com/terraform/language/syntax/json). Where [Body.Open] is
// true there may be more of them.
func (b Body) BlocksOf(typ string) []Block {
	var out []Block
	for _, k := range b.Blocks {
		if k.Type == typ {
			out = append(out, k)
		}
	}
	v := b.Get(typ)
	if _, ok := v.AsObject(); ok {
		v = List(v)
	}
	for _, e := range v.elements() {
		if keys, ok := e.AsObject(); ok {
			out = append(out, Block{Type: typ, Body: objectBody(keys)})
		}
	}
	return out
}

// Open reports whether the body may hold blocks of a type that [Body.BlocksOf] does not
// return: a dynamic block over something unknown, an attribute in place of
// blocks that is set to something other than objects, or a [Computed] one. The attribute of
// that name, [Body.Get], then says why.
func (b Body) Open(typ string) bool {
	v := b.Get(typ)
	switch {
	case v.kind == computed:
		return true
	case v.IsNull() || v.kind == object:
		return false
	}
	for _, e := range v.elements() {
		if e.kind != object {
			return true
		}
	}
	return v.kind != list
}

func objectBody(keys map[string]Value) Body {
	var b Body
	for _, k := range slices.Sorted(maps.Keys(keys)) {
		b.Set(k, keys[k])
	}
	return b
}

// Block is a nested block, such as the allow of a google_compute_firewall.
type Block struct {
	Type string
	Body Body
	Pos  Pos
}

// Resource is one managed resource.
type Resource struct {
	Type, Name string
	Body
	// Comment is written above the block, a line each, without "#". It is not
	// read back.
	Comment []string
	// Pos is where the resource was read.
	Pos Pos
	// Key is the instance key of a resource made by for_each or count, as it stands in
	// an address: `["a"]`, `[0]`. Empty for single resources; never written.
	Key string
	// Uncertain says why it is not known whether the resource exists, or how many of
	// it do: its for_each or count could not be worked out. The resource then stands
	// for any number of instances, none included. Empty: it exists, once.
	Uncertain string
	// Module is the address of the module that a planned or stored resource is of, such as
	// "module.vpc"; empty for the root module; never written. References in values of
	// planned resources are absolute: they begin with a module's address too where need be.
	Module string
}

// Address returns "type.name", with module and instance key where there are any.
func (r Resource) Address() string {
	a := r.Type + "." + r.Name + r.Key
	if r.Module != "" {
		return r.Module + "." + a
	}
	return a
}

// Variable is an input variable.
type Variable struct {
	Name        string
	Type        string // type expression: "string", "map(string)"
	Description string
	Default     Value // absent: required
}

// Output is an output value.
type Output struct {
	Name        string
	Description string
	Value       Value
	// DependsOn is a list of references to what is to be there before whoever uses the value goes on, besides what the value
	// itself names (developer.hashicorp.com/terraform/language/values/outputs, depends_on); absent: nothing is.
	DependsOn Value
}

// Requirement is a provider that the module needs.
type Requirement struct {
	Name       string // local name: "aws"
	Source     string // "hashicorp/aws"
	Constraint string // ">= 6.0, < 7.0"
}

// Import adopts an existing object into a resource.
type Import struct {
	To string // resource address
	ID string
}

// Module is a folder of Terraform configuration.
type Module struct {
	// TerraformVersion is the required_version constraint; empty for none.
	TerraformVersion string
	Requirements     []Requirement
	Variables        []Variable
	Resources        []Resource
	Imports          []Import
	Outputs          []Output
	// Mentions is what configuration names elsewhere, by block in the order in which they were read; never written.
	Mentions []Mention
}
