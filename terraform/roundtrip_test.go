package terraform_test

import (
	"cmp"
	"slices"
	"testing"

	"github.com/hashicorp/hcl/v2/hclwrite"
	"pgregory.net/rapid"

	"github.com/crosswall/crosswall/terraform"
)

// sortAttrs brings attributes and blocks into the order that JSON keeps.
func sortAttrs(m *terraform.Module) {
	for i := range m.Resources {
		sortBody(&m.Resources[i].Body)
	}
}

func sortBody(b *terraform.Body) {
	slices.SortFunc(b.Attrs, func(x, y terraform.Attr) int { return cmp.Compare(x.Name, y.Name) })
	slices.SortStableFunc(b.Blocks, func(x, y terraform.Block) int { return cmp.Compare(x.Type, y.Type) })
	for i := range b.Blocks {
		sortBody(&b.Blocks[i].Body)
	}
}

// text generates strings with everything that could be taken for syntax.
func text() *rapid.Generator[string] {
	return rapid.OneOf(
		rapid.String(),
		rapid.Map(rapid.SliceOf(rapid.SampledFrom([]string{
			"$", "{", "}", "%", "${", "%{", "$${", "%%{", "\"", "\\", "\n", "\r", "\t", "\x00", "\u2028", "'", "#", "//",
			"/*", "<<EOT", "a", "if ", "endif", "~", "e\u0301", "é", "\U0001F525", "\ufeff",
		})), func(parts []string) string {
			s := ""
			for _, p := range parts {
				s += p
			}
			return s
		}))
}

func references() *rapid.Generator[string] {
	return rapid.SampledFrom([]string{
		"aws_security_group.a.id", "aws_subnet.b[0].id", `aws_subnet.b["x"].id`, `aws_subnet.b["$${x}"].id`,
		"var.unset", `var.unset["k"].id`, "data.aws_vpc.main.id", "module.net.vpc_id",
	})
}

// value generates values; blocks is whether lists of objects, which JSON reads as blocks, may be among them.
func value(depth int, objects bool) *rapid.Generator[terraform.Value] {
	gens := []*rapid.Generator[terraform.Value]{
		rapid.Map(text(), terraform.String),
		rapid.Map(rapid.Int64(), terraform.Int),
		rapid.Map(rapid.Bool(), terraform.Bool),
		rapid.Just(terraform.Null()),
		rapid.Map(references(), terraform.Ref),
	}
	if depth > 0 {
		gens = append(gens, rapid.Map(rapid.SliceOfN(value(depth-1, false), 0, 4), func(vs []terraform.Value) terraform.Value {
			return terraform.List(vs...)
		}))
		if objects {
			gens = append(gens, rapid.Map(rapid.MapOfN(text(), value(depth-1, true), 0, 4), func(m map[string]terraform.Value) terraform.Value {
				return terraform.Object(normal(m))
			}))
		}
	}
	return rapid.OneOf(gens...)
}

// normal gives keys the spelling that Terraform keeps strings in.
func normal(m map[string]terraform.Value) map[string]terraform.Value {
	out := map[string]terraform.Value{}
	for k, v := range m {
		n, _ := terraform.String(k).AsString()
		out[n] = v
	}
	return out
}

func bodies(depth int) *rapid.Generator[terraform.Body] {
	return rapid.Custom(func(t *rapid.T) terraform.Body {
		var b terraform.Body
		for _, name := range rapid.SliceOfDistinct(rapid.SampledFrom([]string{"a", "b", "for", "null", "x-y", "cidr"}), rapid.ID).Draw(t, "names") {
			b.Set(name, value(3, true).Draw(t, name))
		}
		if depth > 0 {
			for _, typ := range rapid.SliceOfN(rapid.SampledFrom([]string{"allow", "deny"}), 0, 3).Draw(t, "blocks") {
				b.Blocks = append(b.Blocks, terraform.Block{Type: typ, Body: bodies(depth-1).Draw(t, typ)})
			}
		}
		return b
	})
}

func modules() *rapid.Generator[terraform.Module] {
	return rapid.Custom(func(t *rapid.T) terraform.Module {
		m := terraform.Module{Variables: []terraform.Variable{{Name: "unset", Description: text().Draw(t, "description")}}}
		m.Variables[0].Description, _ = terraform.String(m.Variables[0].Description).AsString()
		if d := value(2, true).Draw(t, "default"); !holdsRef(d) {
			m.Variables = append(m.Variables, terraform.Variable{Name: "set", Default: d})
		}
		for _, name := range rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"x", "y", "z"}), 0, 3, rapid.ID).Draw(t, "resources") {
			m.Resources = append(m.Resources, terraform.Resource{
				Type: "a_thing", Name: name, Body: bodies(2).Draw(t, "body"), Comment: []string{text().Draw(t, "comment")},
			})
		}
		if id := text().Draw(t, "id"); id != "" {
			id, _ = terraform.String(id).AsString()
			m.Imports = []terraform.Import{{To: `a_thing.x`, ID: id}}
		}
		m.Outputs = []terraform.Output{{Name: "o", Value: value(2, true).Draw(t, "output")}}
		if rapid.Bool().Draw(t, "waits") {
			m.Outputs[0].DependsOn = terraform.List(terraform.Ref("a_thing.x"), terraform.Ref("a_thing.y"))
		}
		return m
	})
}

func holdsRef(v terraform.Value) bool {
	if _, ok := v.AsRef(); ok {
		return true
	}
	elems, _ := v.AsList()
	keys, _ := v.AsObject()
	for _, e := range keys {
		elems = append(elems[:len(elems):len(elems)], e)
	}
	return slices.ContainsFunc(elems, holdsRef)
}

// What is written and read back is the same module, in both formats, and formatting
// changes nothing.
func TestRoundTripProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := modules().Draw(t, "module")
		sortAttrs(&want)
		for _, f := range []terraform.Format{terraform.HCL, terraform.JSON} {
			files, err := terraform.Files(want, f)
			if err != nil {
				t.Fatal(err)
			}
			for _, file := range files {
				if f == terraform.HCL && string(hclwrite.Format(file.Data)) != string(file.Data) {
					t.Errorf("%s changes when formatted:\n%s", file.Name, file.Data)
				}
			}
			got, diags, err := terraform.Read(folder(files))
			if err != nil || len(diags) > 0 {
				t.Fatalf("%s: %v %v\n%s", f, diags, err, files[len(files)-1].Data)
			}
			sortAttrs(&got)
			if diff := same(want, got); diff != "" {
				t.Fatalf("%s (-written +read):\n%s", f, diff)
			}
		}
	})
}

func sortStrings(ss []string) []string {
	slices.Sort(ss)
	return ss
}
