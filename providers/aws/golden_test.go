package aws_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/sharedtest"
	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/providers/aws"
	"github.com/crosswall/crosswall/terraform"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// goldenWorlds are written out in full under testdata.
func goldenWorlds() map[string]world {
	web := shop(
		in("front", "any", tcp(443)), in("back", "front", tcp(8080)), in("data", "back", tcp(5432)),
		out("front", "back", tcp(8080)), out("back", "data", tcp(5432)), out("back", "203.0.113.0/25", tcp(443)),
		deny(model.Egress, "data"))
	web.site.Network, web.site.Region = "vpc-0123", "eu-central-1"
	eks := strictPods(shop(in("back", "front", tcp(8080), udp(53)), in("back", "any", model.ICMPMessage(model.ICMP, 3, 4))))
	bare := world{segments: []segment{nowhere("front"), nowhere("back")}, rules: []rule{in("back", "front", tcp(80))}}
	holes := minimal(alone(holed("192.0.2.0/24", "192.0.2.1/32", "192.0.2.77/32"), in("b", "2001:db8::/32", tcp(443))))
	return map[string]world{"shop": web, "eks": eks, "bare": bare, "holes": holes}
}

// TestGolden: the files are as they were, and reading them gives the policy that
// encoding gave.
func TestGolden(t *testing.T) {
	for name, w := range goldenWorlds() {
		t.Run(name, func(t *testing.T) {
			e := w.encode(t, aws.Options{})
			e.mustBeExact(t)
			files, err := terraform.Files(e.Module, terraform.HCL)
			if err != nil {
				t.Fatal(err)
			}
			fsys := fstest.MapFS{}
			for _, f := range files {
				compareGolden(t, filepath.Join("testdata", name, f.Name), f.Data)
				fsys[f.Name] = &fstest.MapFile{Data: f.Data}
			}
			for _, f := range e.Files {
				compareGolden(t, filepath.Join("testdata", name, f.Name), f.Data)
			}
			read, _, err := terraform.Read(fsys)
			if err != nil {
				t.Fatal(err)
			}
			p, fs := aws.New(aws.Options{}).Decode(read)
			if model.WorstSeverity(fs) > model.Info {
				t.Errorf("findings on the files: %v", fs)
			}
			if d := model.Compare(e.decoded, p, e.known); !d.Equal() {
				f, _ := d.Opened.Union(d.Closed).Union(d.Unknown).Example()
				t.Errorf("the files say something else about %v", f)
			}
		})
	}
}

func compareGolden(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs: run the test with -update and read the difference\n%s", path, got)
	}
}

// TestDeterministic: the same intent gives the same resources.
func TestDeterministic(t *testing.T) {
	for name, w := range goldenWorlds() {
		var first string
		for range 5 {
			out, fs := aws.New(aws.Options{}).Encode(w.intent())
			files, err := terraform.Files(out.Module, terraform.JSON)
			if err != nil {
				t.Fatal(err)
			}
			now := fmt.Sprintf("%s %s %v %v", files, out.Files, out.Quotas, fs)
			if first == "" {
				first = now
			}
			if now != first {
				t.Fatalf("%s: two runs differ", name)
			}
		}
	}
}

// shared finds a file of the folder that lies beside the repository.
func sharedFile(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(sharedtest.Path(t, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// TestSchemas: every resource has the attributes that the Terraform provider
// knows, of their kind, and all that it requires.
func TestSchemas(t *testing.T) {
	type attribute struct {
		Type               json.RawMessage
		Required, Optional bool
	}
	var schemas struct {
		Providers map[string]struct {
			Resources map[string]struct {
				Block struct{ Attributes map[string]attribute }
			} `json:"resource_schemas"`
		} `json:"provider_schemas"`
	}
	if err := json.Unmarshal(sharedFile(t, "schemas/aws.json"), &schemas); err != nil {
		t.Fatal(err)
	}
	known := schemas.Providers["registry.terraform.io/hashicorp/aws"].Resources
	for name, w := range goldenWorlds() {
		for _, r := range w.encode(t, aws.Options{}).Module.Resources {
			schema, ok := known[r.Type]
			if !ok {
				t.Errorf("%s: %s: no such resource type", name, r.Address())
			}
			for _, a := range r.Attrs {
				if a.Name == "depends_on" {
					continue // every resource has it
				}
				s, ok := schema.Block.Attributes[a.Name]
				if !ok || !(s.Required || s.Optional) || !ofType(a.Value, string(s.Type)) {
					t.Errorf("%s: %s: %s is not an argument of type %s", name, r.Address(), a.Name, s.Type)
				}
			}
			for n, s := range schema.Block.Attributes {
				if s.Required && r.Get(n).IsNull() {
					t.Errorf("%s: %s: %s is required", name, r.Address(), n)
				}
			}
		}
	}
}

func ofType(v terraform.Value, typ string) bool {
	if _, ref := v.AsRef(); ref {
		return true
	}
	var ok bool
	switch {
	case typ == `"string"`:
		_, ok = v.AsString()
	case typ == `"number"`:
		_, ok = v.AsInt()
	case typ == `"bool"`:
		_, ok = v.AsBool()
	case strings.Contains(typ, "map"):
		_, ok = v.AsObject()
	default:
		_, ok = v.AsList()
	}
	return ok
}

// TestProviderIsOne keeps the interface.
func TestProviderIsOne(t *testing.T) {
	var p providers.Provider = aws.New(aws.Options{})
	if p.Name() != "aws" || p.Limits().Title != "AWS" {
		t.Errorf("name %q, title %q", p.Name(), p.Limits().Title)
	}
}
