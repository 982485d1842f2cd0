package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// sharedCorpus finds the folder of inputs from the field that lies beside the repository, or where
// CROSSWALL_SHARED says.
func sharedCorpus(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("CROSSWALL_SHARED")
	if dir == "" {
		dir = filepath.Join(repository, "..", "shared")
	}
	dir = filepath.Join(dir, "corpus")
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("no inputs from the field here: %v", err)
	}
	return dir
}

// Whatever plan there is, diff answers or refuses, and never fails; a state or a configuration is not known to differ from
// itself.
func TestDiffOverCorpus(t *testing.T) {
	answered := 0
	err := filepath.WalkDir(sharedCorpus(t), func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.Contains(name, "tf-") {
			return err
		}
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		isPlan := bytes.Contains(data, []byte(`"resource_changes"`)) && filepath.Ext(name) == ".json"
		args := []string{"diff", name, name, "-o", "json"}
		switch {
		case isPlan:
			args = []string{"diff", "--plan", name, "-o", "json"}
		case filepath.Ext(name) != ".tfstate" && filepath.Ext(name) != ".tf" || bytes.Count(data, []byte("\n")) > 400:
			return nil
		}
		var out, said bytes.Buffer
		code := exitCode(run(context.Background(), args, streams{in: strings.NewReader(""), out: &out, err: &said}))
		if code == exitInput {
			return nil // refused, with a word
		}
		answered++
		var got diffJSON
		if err := json.Unmarshal(out.Bytes(), &got); err != nil {
			t.Errorf("%s: %v; stderr: %s", name, err, said.String())
			return nil
		}
		changes := len(got.Opened) + len(got.Closed)
		switch {
		case code == exitInternal:
			t.Errorf("%s: %s", name, said.String())
		case !isPlan && changes > 0:
			t.Errorf("%s differs from itself: %s", name, got.Summary)
		case code == exitClean && !got.Equal, code == exitFound && changes == 0:
			t.Errorf("%s: exit code %d and %s", name, code, got.Summary)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d answered", answered)
	if answered < 10 {
		t.Errorf("%d files answered; the test shows little", answered)
	}
}
