package strictyaml_test

import (
	"strings"
	"testing"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/translate/strictyaml"
)

// read reads {name, count, on, list} and returns what was found, a finding a line.
func read(text string) (name string, count int, on bool, found string) {
	r := &strictyaml.Reader{File: "f.yaml", Format: strictyaml.Format{Object: "Thing", Noun: "thing", Codes: "thing", Blank: "FILL-IN", Begin: "begin with name:"}}
	if v, ok := r.Document([]byte(text)); ok {
		if o := r.Object(v); o != nil {
			if v, ok := o.Need("name", "name: x"); ok {
				name, _ = r.Text(v)
			}
			if v, ok := o.Get("count"); ok {
				count, _ = r.Number(v, 1, 10)
			}
			on = o.Truth("on", true)
			for _, v := range o.Items("list") {
				r.Text(v)
			}
			o.Close()
		}
	}
	var lines []string
	for _, f := range r.Findings() {
		if f.Severity != model.Error {
			continue
		}
		lines = append(lines, f.String())
	}
	return name, count, on, strings.Join(lines, "\n")
}

func TestRead(t *testing.T) {
	name, count, on, found := read("name: a\ncount: 3\non: false\nlist: [b, c]\n")
	if name != "a" || count != 3 || on || found != "" {
		t.Errorf("%q %d %v %s", name, count, on, found)
	}
	if _, _, on, found := read("name: &n a\nlist: [*n]\n"); !on || found != "" {
		t.Errorf("%v %s", on, found)
	}
}

// TestFaults: each fault has its line, its column and what is expected, all of them at once.
func TestFaults(t *testing.T) {
	for text, says := range map[string][]string{
		"":                            {"the file is empty", "begin with name:"},
		"a: [":                        {"f.yaml:1", "not YAML"},
		"name: a\nlist: [\"\x00\"]\n": {"f.yaml:2:9: ", "not YAML: control characters"},
		"name: a\nlist: [\"\xff\"]\n": {"f.yaml:2:9: ", "not YAML: "},
		"name: a\nlist: *b\n":         {"f.yaml:2:7: ", "unknown anchor 'b' referenced"},
		"name: a\n\tlist: b\n":        {"f.yaml:2: ", "not YAML: "},
		"name: a\n---\nname: b\n":     {"f.yaml:2:1", "is one YAML document"},
		"- a\n":                       {"f.yaml:1:1", "must be a mapping, not a list"},
		"count: 3\n":                  {"f.yaml:1:1", "lacks the field name"},
		"name: a\nnmae: b\n":          {"f.yaml:2:1", "unknown field nmae", "count, list, name, on"},
		"name: a\nname: b\n":          {"f.yaml:2:1", "given twice"},
		"name:\n":                     {"f.yaml:1:1", "name is empty"},
		"name: 7\n":                   {"f.yaml:1:7", "must be text, not the number 7", "put it in quotes"},
		"name: \"a\\nb\"\n":           {"f.yaml:1:7", "one line of text"},
		"name: FILL-IN\n":             {"f.yaml:1:7", "fill in name"},
		"name: a\ncount: 11\n":        {"f.yaml:2:8", "a number from 1 to 10"},
		"name: a\non: maybe\n":        {"f.yaml:2:5", "true or false"},
		"name: a\nlist: b\n":          {"f.yaml:2:7", "a list"},
		"name: 7\ncount: x\nz: 1\n":   {"f.yaml:1:7", "f.yaml:2:8", "f.yaml:3:1"},
		"name: a\nlist: " + strings.Repeat("[", 40) + strings.Repeat("]", 40) + "\n": {"nested more than"},
		"name: a\nlist: &l [*l]\n":                                 {"nested more than"},
		"name: " + strings.Repeat("a", strictyaml.MaxBytes) + "\n": {"a thing may have"},
	} {
		_, _, _, found := read(text)
		for _, s := range says {
			if !strings.Contains(found, s) {
				t.Errorf("%.40q: want %q in\n%s", text, s, found)
			}
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add("name: a\ncount: 3\nlist: [b, &c d, *c]\n")
	f.Add("name: {a: b}\n? [x]\n: y\n")
	f.Fuzz(func(t *testing.T, text string) {
		name, count, _, found := read(text)
		if found == "" && (name == "" || count < 0 || count > 10) {
			t.Errorf("name %q, count %d, and nothing found", name, count)
		}
	})
}
