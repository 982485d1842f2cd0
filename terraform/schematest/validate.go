package schematest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// Validate runs "terraform validate" over a folder and fails the test for every error that
// Terraform finds. Providers are stood in for by one that serves the
// shared schemas and does nothing else; no network is needed. It skips the test
// where there is no terraform (or tofu) binary, or there are no schemas.
func Validate(t testing.TB, dir string) {
	t.Helper()
	schemas := Shared(t, "schemas")
	binary := find(t)
	overrides, err := overridesOnce()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(binary, "validate", "-json", "-no-color")
	cmd.Dir = dir
	cmd.Env = environment("TF_CLI_CONFIG_FILE="+overrides, "CROSSWALL_SCHEMAS="+schemas)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	// The exit code says no more than the answer does.
	stdout, runErr := cmd.Output()
	var answer struct {
		Valid       bool         `json:"valid"`
		Diagnostics []diagnostic `json:"diagnostics"`
	}
	if err := json.Unmarshal(stdout, &answer); err != nil {
		t.Fatalf("terraform validate: %v: %v\n%s%s", err, runErr, stdout, stderr.Bytes())
	}
	for _, d := range answer.Diagnostics {
		if d.Severity == "error" {
			t.Errorf("terraform validate: %s", d)
		}
	}
	if !answer.Valid && !t.Failed() {
		t.Errorf("terraform validate: not valid\n%s", stdout)
	}
}

type diagnostic struct {
	Severity, Summary, Detail string
	Range                     struct {
		Filename string
		Start    struct{ Line, Column int }
	}
}

func (d diagnostic) String() string {
	return fmt.Sprintf("%s:%d:%d: %s: %s", d.Range.Filename, d.Range.Start.Line, d.Range.Start.Column, d.Summary, d.Detail)
}

// Formatted fails the test where "terraform fmt" would change a file of a folder. It
// skips the test where there is no terraform (or tofu) binary.
func Formatted(t testing.TB, dir string) {
	t.Helper()
	cmd := exec.Command(find(t), "fmt", "-check", "-diff", "-no-color", dir)
	cmd.Env = environment("TF_CLI_CONFIG_FILE=" + os.DevNull)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("terraform fmt: %v\n%s", err, out)
	}
}

func find(t testing.TB) string {
	t.Helper()
	for _, name := range []string{"terraform", "tofu"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Skip("no terraform or tofu binary on PATH")
	return ""
}

// environment is the process's, without what would change how Terraform works.
func environment(more ...string) []string {
	env := []string{"CHECKPOINT_DISABLE=1", "TF_IN_AUTOMATION=1"}
	for _, e := range os.Environ() {
		if !strings.HasPrefix(e, "TF_") {
			env = append(env, e)
		}
	}
	return append(env, more...)
}

// overridesOnce builds the stand-in provider, once in a test binary, and returns a
// CLI configuration that puts it in the place of the real ones
// (developer.hashicorp.com/terraform/cli/config/config-file#development-overrides-for-provider-developers).
//
//nolint:gochecknoglobals // memoised, never changed
var overridesOnce = sync.OnceValues(buildOverrides)

func buildOverrides() (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = os.TempDir()
	}
	dir := filepath.Join(cache, "crosswall", "schematest")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	build, err := os.MkdirTemp(dir, "build")
	if err != nil {
		return "", err
	}
	defer func() { _ = os.RemoveAll(build) }()
	built := filepath.Join(build, "plugin")
	cmd := exec.Command("go", "build", "-o", built, "github.com/crosswall/crosswall/terraform/schematest/plugin")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("building the stand-in provider: %w\n%s", err, out)
	}
	var config strings.Builder
	config.WriteString("provider_installation {\n  dev_overrides {\n")
	for _, name := range []string{"aws", "azurerm", "google"} {
		// A name of its own tells the plugin which provider it is. Renaming keeps a test
		// that runs at the same time from seeing half a file.
		link := filepath.Join(build, name)
		if err := os.Link(built, link); err != nil {
			return "", err
		}
		if err := os.Rename(link, filepath.Join(dir, "terraform-provider-"+name)); err != nil {
			return "", err
		}
		fmt.Fprintf(&config, "    %q = %q\n", "hashicorp/"+name, dir)
	}
	config.WriteString("  }\n}\n")
	temporary, path := filepath.Join(build, "rc"), filepath.Join(dir, "terraform.rc")
	if err := os.WriteFile(temporary, []byte(config.String()), 0o644); err != nil {
		return "", err
	}
	return path, os.Rename(temporary, path)
}
