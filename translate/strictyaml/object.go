package strictyaml

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/crosswall/crosswall/model"
)

// Object is a mapping whose fields are asked for by name. A field that was not
// asked for when the object is closed is unknown.
type Object struct {
	r      *Reader
	at     Value
	fields []field
	known  []string
}

type field struct {
	name string
	key  *yaml.Node
	val  Value
}

// Object opens a mapping; nil when v is something else. Fields given twice are reported.
func (r *Reader) Object(v Value) *Object {
	if v.node.Kind != yaml.MappingNode {
		r.Wrong(v, "a mapping")
		return nil
	}
	o := &Object{r: r, at: v}
	for i := 0; i+1 < len(v.node.Content); i += 2 {
		key := newValue(v.node.Content[i], v.Path)
		if key.node.Kind != yaml.ScalarNode || key.node.ShortTag() != "!!str" {
			r.Fault(r.Code("value"), r.Origin(key), fmt.Sprintf("a field name must be text, not %s", kindOf(key.node)), "")
			continue
		}
		name := key.node.Value
		f := field{name: name, key: key.at, val: newValue(v.node.Content[i+1], joinPath(v.Path, name))}
		if o.Has(name) {
			r.Fault(r.Code("field"), r.originOf(f.key, f.val.Path), "field "+name+" is given twice", "")
			continue
		}
		o.fields = append(o.fields, f)
	}
	return o
}

func joinPath(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// Origin returns where the mapping begins.
func (o *Object) Origin() model.Origin { return o.r.Origin(o.at) }

// Has reports whether a field is given, if with nothing.
func (o *Object) Has(name string) bool {
	return slices.ContainsFunc(o.fields, func(f field) bool { return f.name == name })
}

// Path leads to the mapping, as in [Value].
func (o *Object) Path() string { return o.at.Path }

// Reader is the reader that opened the mapping.
func (o *Object) Reader() *Reader { return o.r }

// Get returns a field. An empty field is reported and counts as absent: of
// a selector nobody can tell whether "nothing" or "everything" was meant.
func (o *Object) Get(name string) (Value, bool) {
	if !slices.Contains(o.known, name) {
		o.known = append(o.known, name)
	}
	for _, f := range o.fields {
		if f.name != name {
			continue
		}
		if f.val.node.ShortTag() == "!!null" {
			o.r.Fault(o.r.Code("field"), o.r.originOf(f.key, f.val.Path), f.val.Path+" is empty", "give it a value or remove the line")
			return Value{}, false
		}
		return f.val, true
	}
	return Value{}, false
}

// Where returns the place of a field's name, or of the object if the field is absent.
func (o *Object) Where(name string) model.Origin {
	for _, f := range o.fields {
		if f.name == name {
			return o.r.originOf(f.key, f.val.Path)
		}
	}
	return o.Origin()
}

// Need is get for fields that must be there; advice is lines to add.
func (o *Object) Need(name, advice string) (Value, bool) {
	v, ok := o.Get(name)
	if !ok && !o.Has(name) {
		what := o.at.Path
		if what == "" {
			what = "the file"
		}
		o.r.Fault(o.r.Code("field"), o.Origin(), what+" lacks the field "+name, advice)
	}
	return v, ok
}

// Items returns the elements of a list field; none when absent or wrong.
func (o *Object) Items(name string) []Value {
	if v, ok := o.Get(name); ok {
		return o.r.Items(v)
	}
	return nil
}

// Truth returns a truth value, or the one given when the field is absent or wrong.
func (o *Object) Truth(name string, absent bool) bool {
	if v, ok := o.Get(name); ok {
		if yes, ok := o.r.Truth(v); ok {
			return yes
		}
	}
	return absent
}

// Field is a field of a mapping.
type Field struct {
	Name  string
	Value Value
}

// Fields returns the fields in the order in which they are written. Names that are no fixed words are read so.
func (o *Object) Fields() []Field {
	out := make([]Field, len(o.fields))
	for i, f := range o.fields {
		out[i] = Field{f.name, f.val}
	}
	return out
}

// Unknown returns the fields that nobody asked for yet.
func (o *Object) Unknown() []Field {
	return slices.DeleteFunc(o.Fields(), func(f Field) bool { return slices.Contains(o.known, f.Name) })
}

// Settle makes a field known that the caller has dealt with, if by reporting it.
func (o *Object) Settle(name string) { o.known = append(o.known, name) }

// Close reports the fields that nobody asked for.
func (o *Object) Close() {
	for _, f := range o.fields {
		if !slices.Contains(o.known, f.name) {
			known := slices.Sorted(slices.Values(o.known))
			o.r.Fault(o.r.Code("field"), o.r.originOf(f.key, f.val.Path), "unknown field "+f.val.Path,
				"fields here: "+strings.Join(known, ", "))
		}
	}
}
