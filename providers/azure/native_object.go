package azure

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
)

// object is an object of Azure Resource Manager: its fields by name in lower case, those
// of "properties" among them, as the command az prints them. Versions of the command disagree on
// the case of names (privateIPAddress, privateIpAddress).
type object struct{ fields map[string]json.RawMessage }

// parseObject reads an object.
func parseObject(raw json.RawMessage) (object, error) {
	var outer, inner map[string]json.RawMessage
	if err := json.Unmarshal(raw, &outer); err != nil {
		return object{}, errors.New("it is no JSON object")
	}
	if outer == nil {
		return object{}, errors.New("it is null")
	}
	o := object{fields: make(map[string]json.RawMessage, len(outer))}
	for _, name := range slices.Sorted(maps.Keys(outer)) {
		if strings.EqualFold(name, "properties") {
			if err := json.Unmarshal(outer[name], &inner); err != nil {
				return object{}, errors.New("its properties are no JSON object")
			}
			continue
		}
		o.fields[strings.ToLower(name)] = outer[name]
	}
	for _, name := range slices.Sorted(maps.Keys(inner)) {
		if key := strings.ToLower(name); !o.has(key) {
			o.fields[key] = inner[name]
		}
	}
	return o, nil
}

// has reports whether a field is there and is not null.
func (o object) has(name string) bool {
	raw, ok := o.fields[name]
	return ok && string(raw) != "null"
}

// read reads a field into a variable and reports whether that went well. A field that is
// not there, or null, leaves the variable alone.
func (o object) read(name string, into any) bool {
	return !o.has(name) || json.Unmarshal(o.fields[name], into) == nil
}

// text returns a field of plain text; "" where it is not there or is something else.
func (o object) text(name string) string {
	var s string
	if !o.read(name, &s) {
		return ""
	}
	return s
}

// object returns a field that is an object; false where it is not there or
// cannot be read.
func (o object) object(name string) (object, bool) {
	if !o.has(name) {
		return object{}, false
	}
	out, err := parseObject(o.fields[name])
	return out, err == nil
}

// objects returns a field that is a list of objects; false where any of it cannot be
// read. A field that is not there is an empty list.
func (o object) objects(name string) ([]object, bool) {
	var raws []json.RawMessage
	if !o.read(name, &raws) {
		return nil, false
	}
	out := make([]object, 0, len(raws))
	for _, raw := range raws {
		one, err := parseObject(raw)
		if err != nil {
			return nil, false
		}
		out = append(out, one)
	}
	return out, true
}

// ref returns the id, in lower case, of an object that a field refers to as {"id": ...};
// "" where the field is not there, false where it cannot be read.
func (o object) ref(name string) (string, bool) {
	if !o.has(name) {
		return "", true
	}
	to, ok := o.object(name)
	id := strings.ToLower(to.text("id"))
	return id, ok && id != ""
}

// refs returns the ids, in lower case, of a list of references.
func (o object) refs(name string) ([]string, bool) {
	tos, ok := o.objects(name)
	var out []string
	for _, to := range tos {
		id := strings.ToLower(to.text("id"))
		ok = ok && id != ""
		out = append(out, id)
	}
	return out, ok
}
