package terraform_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/hashicorp/hcl/v2/hclwrite"

	"github.com/crosswall/crosswall/terraform"
	"github.com/crosswall/crosswall/terraform/schematest"
)

var update = flag.Bool("update", false, "write the golden files anew")

var str, num, ref, list, object = terraform.String, terraform.Int, terraform.Ref, terraform.List, terraform.Object

type values = map[string]terraform.Value

// body takes names and values in turns.
func body(nameValue ...any) terraform.Body {
	var b terraform.Body
	for i := 0; i < len(nameValue); i += 2 {
		b.Attrs = append(b.Attrs, terraform.Attr{Name: nameValue[i].(string), Value: nameValue[i+1].(terraform.Value)})
	}
	return b
}

func block(typ string, nameValue ...any) terraform.Block {
	return terraform.Block{Type: typ, Body: body(nameValue...)}
}

func resource(typ, name string, b terraform.Body, blocks ...terraform.Block) terraform.Resource {
	b.Blocks = blocks
	return terraform.Resource{Type: typ, Name: name, Body: b}
}

// full uses everything that a module can hold.
func full() terraform.Module {
	firewall := resource("google_compute_firewall", "web", body(
		"name", str("web"), "network", ref("var.network"), "source_ranges", terraform.Strings("192.0.2.0/24")),
		block("allow", "protocol", str("tcp"), "ports", terraform.Strings("80", "443")),
		block("allow", "protocol", str("udp")),
		block("lifecycle", "create_before_destroy", terraform.Bool(true), "ignore_changes", list(ref("description"))))
	firewall.Comment = []string{"shop/NetworkPolicy/web", "two\nlines", ""}
	return terraform.Module{
		TerraformVersion: ">= 1.5",
		Requirements: []terraform.Requirement{
			{Name: "google", Source: "hashicorp/google", Constraint: ">= 6.0, < 8.0"},
			{Name: "aws", Source: "hashicorp/aws", Constraint: "~> 6.0"},
		},
		Variables: []terraform.Variable{
			{Name: "network", Type: "string", Description: "Name of the network."},
			{Name: "subnets", Type: "map(object({ id = string, cidr = optional(string) }))", Default: object(values{"a": object(values{"id": str("${id}")})})},
		},
		Resources: []terraform.Resource{
			firewall,
			resource("aws_security_group", "db", body("description", str(`say "${hi}" %{if}`), "tags", object(values{"for": str("x"), "a b": str("y"), "Name": str("db")}))),
			resource("aws_vpc_security_group_ingress_rule", "db", body(
				"security_group_id", ref("aws_security_group.db.id"), "cidr_ipv4", str("10.0.0.0/8"),
				"ip_protocol", str("tcp"), "from_port", num(5432), "to_port", num(5432), "description", terraform.Null(),
				"depends_on", list(ref("aws_security_group.db")))),
			resource("aws_network_acl", "db", body("vpc_id", ref(`var.subnets["a"].id`), "subnet_ids", terraform.Strings(
				"subnet-0123456789abcdef0", "subnet-0123456789abcdef1", "subnet-0123456789abcdef2", "subnet-0123456789abcdef3"))),
		},
		Imports: []terraform.Import{{To: `aws_security_group.db`, ID: "sg-0123456789abcdef0"}},
		Outputs: []terraform.Output{{Name: "db", Description: "Group of the database.", Value: ref("aws_security_group.db.id"),
			DependsOn: list(ref("aws_vpc_security_group_ingress_rule.db"))}},
	}
}

func write(t testing.TB, m terraform.Module, f terraform.Format) []terraform.File {
	t.Helper()
	files, err := terraform.Files(m, f)
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func folder(files []terraform.File) fstest.MapFS {
	fsys := fstest.MapFS{}
	for _, f := range files {
		fsys[f.Name] = &fstest.MapFile{Data: f.Data}
	}
	return fsys
}

func save(t testing.TB, files []terraform.File, dir string) {
	t.Helper()
	for _, f := range files {
		if err := os.WriteFile(filepath.Join(dir, f.Name), f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func TestFilesGolden(t *testing.T) {
	for _, f := range []terraform.Format{terraform.HCL, terraform.JSON} {
		dir := filepath.Join("testdata", "full-"+f.String())
		files := write(t, full(), f)
		if *update {
			if err := os.MkdirAll(dir, 0o755); err != nil {
				t.Fatal(err)
			}
			save(t, files, dir)
		}
		old, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		if len(old) != len(files) {
			t.Errorf("%s: %d files, want %d", f, len(files), len(old))
		}
		for _, file := range files {
			want, err := os.ReadFile(filepath.Join(dir, file.Name))
			if err != nil {
				t.Error(err)
			} else if diff := cmp.Diff(string(want), string(file.Data)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", file.Name, diff)
			}
		}
	}
}

func TestFilesAreFormatted(t *testing.T) {
	files := write(t, full(), terraform.HCL)
	for _, f := range files {
		if diff := cmp.Diff(string(f.Data), string(hclwrite.Format(f.Data))); diff != "" {
			t.Errorf("%s changes when formatted (-written +formatted):\n%s", f.Name, diff)
		}
	}
	dir := t.TempDir()
	save(t, files, dir)
	schematest.Formatted(t, dir)
}

func TestFilesAreValid(t *testing.T) {
	schematest.Check(t, full())
	for _, f := range []terraform.Format{terraform.HCL, terraform.JSON} {
		t.Run(f.String(), func(t *testing.T) {
			dir := t.TempDir()
			save(t, write(t, full(), f), dir)
			schematest.Validate(t, dir)
		})
	}
}

func TestFilesLeavesOutWhatIsEmpty(t *testing.T) {
	for _, f := range []terraform.Format{terraform.HCL, terraform.JSON} {
		files := write(t, terraform.Module{}, f)
		if len(files) != 1 || !strings.HasPrefix(files[0].Name, "main.tf") {
			t.Errorf("%s: files %v", f, files)
		}
		if _, diags, err := terraform.Read(folder(files)); err != nil || len(diags) > 0 {
			t.Errorf("%s: %v %v", f, diags, err)
		}
	}
}

func TestGenerated(t *testing.T) {
	for _, f := range []terraform.Format{terraform.HCL, terraform.JSON} {
		for _, file := range write(t, full(), f) {
			if !terraform.Generated(file.Data) {
				t.Errorf("%s is not taken for generated", file.Name)
			}
			if terraform.Generated(append([]byte("\n"), file.Data...)) {
				t.Errorf("%s with another start is taken for generated", file.Name)
			}
		}
	}
	if terraform.Generated(nil) {
		t.Error("an empty file is taken for generated")
	}
}

// A comment cannot end its line, hide text or reach into the configuration.
func TestCommentsAreOneLine(t *testing.T) {
	for _, c := range []string{"a\nresource \"x\" \"y\" {}", "a\r\nb", "a\u2028b", "a\u202eb", "a\x00b", "a\xffb", "*/ ${x} \"", "\t"} {
		m := terraform.Module{Resources: []terraform.Resource{{Type: "a_b", Name: "c", Comment: []string{c}}}}
		for _, f := range []terraform.Format{terraform.HCL, terraform.JSON} {
			files := write(t, m, f)
			if f == terraform.HCL && bytes.Count(files[0].Data, []byte("\n")) != 5 {
				t.Errorf("%q: %d lines:\n%s", c, bytes.Count(files[0].Data, []byte("\n")), files[0].Data)
			}
			got, diags, err := terraform.Read(folder(files))
			if err != nil || len(diags) > 0 || len(got.Resources) != 1 {
				t.Errorf("%q: %d resources, %v, %v", c, len(got.Resources), diags, err)
			}
		}
	}
}

func TestFilesRefuses(t *testing.T) {
	one := func(r terraform.Resource) terraform.Module {
		return terraform.Module{Resources: []terraform.Resource{r}}
	}
	attr := func(v terraform.Value) terraform.Module { return one(resource("a", "b", body("c", v))) }
	twice := resource("a", "b", body())
	instance := twice
	instance.Key = "[0]"
	inner := twice
	inner.Module = "module.m"
	uncertain := twice
	uncertain.Uncertain = "why"
	for _, row := range []struct {
		name string
		m    terraform.Module
		want string
	}{
		{"name with a dot", one(resource("a", "b.c", body())), "not an identifier"},
		{"empty type", one(resource("", "b", body())), "not an identifier"},
		{"name that injects", one(resource("a", "b\" {}\n#", body())), "not an identifier"},
		{"attribute name", one(resource("a", "b", body("c d", num(1)))), "not an identifier"},
		{"attribute twice", one(resource("a", "b", body("c", num(1), "c", num(2)))), "c is set twice"},
		{"attribute and block", one(resource("a", "b", body("c", num(1)), block("c"))), "both an attribute and a block"},
		{"resource twice", terraform.Module{Resources: []terraform.Resource{twice, twice}}, "a.b is given twice"},
		{"instance", one(instance), "cannot be written"},
		{"resource of a module", one(inner), "cannot be written"},
		{"uncertain resource", one(uncertain), "not known to exist: why"},
		{"for_each", one(resource("a", "b", body("for_each", object(nil)))), "for_each is not supported"},
		{"dynamic block", one(resource("a", "b", body(), block("dynamic"))), "dynamic blocks"},
		{"unknown", attr(terraform.Unknown("who knows")), "a.b: c: unknown value: who knows"},
		{"unknown in a list", attr(list(num(1), terraform.Unknown("x"))), "c[1]: unknown value"},
		{"unknown in a block", one(resource("a", "b", body(), block("k", "c", terraform.Unknown("x")))), "a.b: k: c: unknown"},
		{"absent in a list", attr(list(terraform.Value{})), "c[0]: no value"},
		{"absent in an object", attr(object(values{"k": {}})), `c["k"]: no value`},
		{"call as reference", attr(ref("file(\"x\")")), "reference"},
		{"reference that injects", attr(ref("a.b\nd = 1")), "reference"},
		{"splat as reference", attr(ref("a.b[*].c")), "reference"},
		{"empty reference", attr(ref("")), "reference"},
		{"not UTF-8", attr(str("a\xff")), "not UTF-8"},
		{"key not UTF-8", attr(object(values{"a\xff": num(1)})), "not UTF-8"},
		{"default with reference", terraform.Module{Variables: []terraform.Variable{{Name: "v", Default: ref("a.b")}}}, "default cannot refer"},
		{"type", terraform.Module{Variables: []terraform.Variable{{Name: "v", Type: "strin"}}}, "type \"strin\""},
		{"type that injects", terraform.Module{Variables: []terraform.Variable{{Name: "v", Type: "string\nx = 1"}}}, "type"},
		{"reserved variable", terraform.Module{Variables: []terraform.Variable{{Name: "count"}}}, "reserved"},
		{"output without value", terraform.Module{Outputs: []terraform.Output{{Name: "o"}}}, "no value"},
		{"output that waits for text", terraform.Module{Outputs: []terraform.Output{{Name: "o", Value: num(1), DependsOn: list(str("a.b"))}}}, "no list of references"},
		{"constraint", terraform.Module{TerraformVersion: "1.x"}, "not a version constraint"},
		{"provider source", terraform.Module{Requirements: []terraform.Requirement{{Name: "aws", Source: "aws"}}}, "not a provider source"},
		{"import address", terraform.Module{Imports: []terraform.Import{{To: "a", ID: "x"}}}, "not the address"},
		{"import without id", terraform.Module{Imports: []terraform.Import{{To: "a.b"}}}, "no id"},
	} {
		t.Run(row.name, func(t *testing.T) {
			for _, f := range []terraform.Format{terraform.HCL, terraform.JSON} {
				files, err := terraform.Files(row.m, f)
				if err == nil || !strings.Contains(err.Error(), row.want) || files != nil {
					t.Errorf("%s: error %v, want %q", f, err, row.want)
				}
			}
		})
	}
	if _, err := terraform.Files(terraform.Module{}, 0); err == nil {
		t.Error("the zero format is accepted")
	}
}

// All faults come at once.
func TestFilesJoinsFaults(t *testing.T) {
	_, err := terraform.Files(terraform.Module{Resources: []terraform.Resource{
		resource("a", "b", body("c", terraform.Unknown("one"))), resource("a", "d", body("c", terraform.Unknown("two"))),
	}}, terraform.HCL)
	for _, want := range []string{"a.b: c: unknown value: one", "a.d: c: unknown value: two"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v lacks %q", err, want)
		}
	}
}

// same compares modules but for what is not read back.
func same(want, got terraform.Module) string {
	return cmp.Diff(want, got,
		cmpopts.IgnoreFields(terraform.Resource{}, "Pos", "Comment"), cmpopts.IgnoreFields(terraform.Block{}, "Pos"),
		cmpopts.EquateEmpty(),
		cmpopts.SortSlices(func(a, b terraform.Resource) bool { return a.Address() < b.Address() }),
		cmpopts.SortSlices(func(a, b terraform.Requirement) bool { return a.Name < b.Name }),
		cmpopts.SortSlices(func(a, b terraform.Variable) bool { return a.Name < b.Name }),
		cmpopts.SortSlices(func(a, b terraform.Output) bool { return a.Name < b.Name }))
}

func TestRoundTrip(t *testing.T) {
	want := full()
	want.Variables[1].Type = "map(object({ id = string, cidr = optional(string) }))"
	for i := range want.Resources {
		// The variable has a default, which is what the reference comes back as.
		if want.Resources[i].Get("vpc_id").IsAbsent() {
			continue
		}
		want.Resources[i].Set("vpc_id", str("${id}"))
	}
	for _, f := range []terraform.Format{terraform.HCL, terraform.JSON} {
		got, diags, err := terraform.Read(folder(write(t, full(), f)))
		if err != nil || len(diags) > 0 {
			t.Fatal(f, diags, err)
		}
		if f == terraform.JSON {
			sortAttrs(&want)
			sortAttrs(&got)
		}
		if diff := same(want, got); diff != "" {
			t.Errorf("%s (-written +read):\n%s", f, diff)
		}
	}
}
