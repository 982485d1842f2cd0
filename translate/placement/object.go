package placement

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/crosswall/crosswall/model"
)

// object is a mapping whose fields are asked for by name. A field that was not
// asked for when the object is closed is unknown.
type object struct {
	r      *reader
	at     value
	fields []field
	known  []string
}

type field struct {
	name string
	key  *yaml.Node
	val  value
}

// object opens a mapping; nil when v is something else. Fields given twice are reported.
func (r *reader) object(v value) *object {
	if v.node.Kind != yaml.MappingNode {
		r.wrong(v, "a mapping")
		return nil
	}
	o := &object{r: r, at: v}
	for i := 0; i+1 < len(v.node.Content); i += 2 {
		key := newValue(v.node.Content[i], v.path)
		if key.node.Kind != yaml.ScalarNode || key.node.ShortTag() != "!!str" {
			r.fault(codeValue, r.origin(key), fmt.Sprintf("a field name must be text, not %s", kindOf(key.node)), "")
			continue
		}
		name := key.node.Value
		f := field{name: name, key: key.at, val: newValue(v.node.Content[i+1], joinPath(v.path, name))}
		if o.has(name) {
			r.fault(codeField, r.originOf(f.key, f.val.path), "field "+name+" is given twice", "")
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

func (o *object) origin() model.Origin { return o.r.origin(o.at) }

func (o *object) has(name string) bool {
	return slices.ContainsFunc(o.fields, func(f field) bool { return f.name == name })
}

// get returns a field. An empty field is reported and counts as absent: of
// a selector nobody can tell whether "nothing" or "everything" was meant.
func (o *object) get(name string) (value, bool) {
	if !slices.Contains(o.known, name) {
		o.known = append(o.known, name)
	}
	for _, f := range o.fields {
		if f.name != name {
			continue
		}
		if f.val.node.ShortTag() == "!!null" {
			o.r.fault(codeField, o.r.originOf(f.key, f.val.path), f.val.path+" is empty", "give it a value or remove the line")
			return value{}, false
		}
		return f.val, true
	}
	return value{}, false
}

// where returns the place of a field's name, or of the object if the field is absent.
func (o *object) where(name string) model.Origin {
	for _, f := range o.fields {
		if f.name == name {
			return o.r.originOf(f.key, f.val.path)
		}
	}
	return o.origin()
}

// need is get for fields that must be there; advice is lines to add.
func (o *object) need(name, advice string) (value, bool) {
	v, ok := o.get(name)
	if !ok && !o.has(name) {
		what := o.at.path
		if what == "" {
			what = "the file"
		}
		o.r.fault(codeField, o.origin(), what+" lacks the field "+name, advice)
	}
	return v, ok
}

// items returns the elements of a list field; none when absent or wrong.
func (o *object) items(name string) []value {
	if v, ok := o.get(name); ok {
		return o.r.items(v)
	}
	return nil
}

// truth returns a truth value, or the one given when the field is absent or wrong.
func (o *object) truth(name string, absent bool) bool {
	if v, ok := o.get(name); ok {
		if yes, ok := o.r.truth(v); ok {
			return yes
		}
	}
	return absent
}

// close reports the fields that nobody asked for.
func (o *object) close() {
	for _, f := range o.fields {
		if !slices.Contains(o.known, f.name) {
			known := slices.Sorted(slices.Values(o.known))
			o.r.fault(codeField, o.r.originOf(f.key, f.val.path), "unknown field "+f.val.path,
				"fields here: "+strings.Join(known, ", "))
		}
	}
}
