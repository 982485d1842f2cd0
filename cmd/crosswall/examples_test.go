package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/crosswall/crosswall/terraform"
	"github.com/crosswall/crosswall/terraform/schematest"
)

// exampleCases are the examples with wanted Terraform: sources of a placement and of policies, and below it a
// folder "wanted" with a folder for each target.
var exampleCases = [...]string{
	"shop", "deny-all", "step-by-step", "patterns/frontend-backend", "patterns/dns", "patterns/database",
}

// Every example is translated without a loss to what is kept beside it, for all three clouds; the result fits the
// clouds' real schemas, "terraform fmt" leaves it as it is and "terraform validate" accepts it.
func TestExamples(t *testing.T) {
	for _, name := range exampleCases {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(repository, "examples", filepath.FromSlash(name))
			wanted, got := filepath.Join(dir, "wanted"), t.TempDir()
			var out, said bytes.Buffer
			code := run(context.Background(), []string{"translate", dir, "--to", "aws,gcp,azure", "--out", got},
				streams{in: strings.NewReader(""), out: &out, err: &said})
			if code != 0 {
				t.Fatalf("exit code %d\n%s%s", code, &out, &said)
			}
			for _, verdict := range []string{"AWS: exact", "GCP: exact", "Azure: exact"} {
				if !strings.Contains(out.String(), verdict) {
					t.Errorf("no %q in\n%s", verdict, &out)
				}
			}
			if *update {
				if err := os.RemoveAll(wanted); err != nil {
					t.Fatal(err)
				}
				if err := os.CopyFS(wanted, os.DirFS(got)); err != nil {
					t.Fatal(err)
				}
			}
			if diff := diffFolders(wanted, got); diff != "" {
				t.Errorf("the Terraform is not the one wanted (-update rewrites it): %s", diff)
			}
			for _, target := range []string{"aws", "gcp", "azure"} {
				t.Run(target, func(t *testing.T) { checkTerraform(t, filepath.Join(got, target)) })
			}
		})
	}
}

func checkTerraform(t *testing.T, dir string) {
	t.Helper()
	module, diags, err := terraform.Read(os.DirFS(dir))
	if err != nil || diags.HasErrors() {
		t.Fatal(err, diags)
	}
	t.Run("schema", func(t *testing.T) { schematest.Check(t, module) })
	t.Run("fmt", func(t *testing.T) { schematest.Formatted(t, dir) })
	t.Run("validate", func(t *testing.T) { schematest.Validate(t, dir) })
}

// Changing one port in one policy changes only the resources of that rule.
func TestExamplesOnePortChangesOneRule(t *testing.T) {
	shop := filepath.Join(repository, "examples", "shop")
	before, after := t.TempDir(), t.TempDir()
	if err := os.CopyFS(after, os.DirFS(shop)); err != nil {
		t.Fatal(err)
	}
	edited := filepath.Join(after, "policies.yaml")
	data, err := os.ReadFile(edited)
	if err != nil {
		t.Fatal(err)
	}
	changed := strings.ReplaceAll(string(data), "ports: [{port: 443}]", "ports: [{port: 8443}]")
	if changed == string(data) {
		t.Fatal("examples/shop has no port 443 any more")
	}
	if err := os.WriteFile(edited, []byte(changed), 0o666); err != nil {
		t.Fatal(err)
	}
	for from, to := range map[string]string{shop: before, after: after} {
		var out bytes.Buffer
		args := []string{"translate", from, "--to", "aws,gcp,azure", "--out", filepath.Join(to, "out")}
		if code := run(context.Background(), args, streams{in: strings.NewReader(""), out: &out, err: &out}); code != 0 {
			t.Fatalf("exit code %d\n%s", code, &out)
		}
	}
	for _, target := range []string{"aws", "gcp", "azure"} {
		a, b := bodies(t, filepath.Join(before, "out", target)), bodies(t, filepath.Join(after, "out", target))
		var differ []string
		for address := range a {
			if a[address] != b[address] {
				differ = append(differ, address)
			}
		}
		for address := range b {
			if _, ok := a[address]; !ok {
				differ = append(differ, address)
			}
		}
		t.Logf("%s: %d of %d resources differ: %s", target, len(differ), len(a), strings.Join(differ, " "))
		for _, address := range differ {
			if !strings.Contains(a[address]+b[address], "443") {
				t.Errorf("%s: %s changed, and has nothing to do with the port", target, address)
			}
		}
		if len(differ) == 0 {
			t.Errorf("%s: nothing changed", target)
		}
	}
}

// bodies returns the resources of a folder by address, spelled as Terraform, without what Terraform
// is to wait for.
func bodies(t *testing.T, dir string) map[string]string {
	t.Helper()
	m, diags, err := terraform.Read(os.DirFS(dir))
	if err != nil || diags.HasErrors() {
		t.Fatal(err, diags)
	}
	out := map[string]string{}
	for _, r := range m.Resources {
		r.Attrs = slices.DeleteFunc(slices.Clone(r.Attrs), func(a terraform.Attr) bool { return a.Name == "depends_on" })
		files, err := terraform.Files(terraform.Module{Resources: []terraform.Resource{r}}, terraform.HCL)
		if err != nil {
			t.Fatal(err)
		}
		out[r.Address()] = string(files[0].Data)
	}
	return out
}
