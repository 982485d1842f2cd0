package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Whatever the clouds' APIs and commands printed, diff answers or refuses, and never fails; nothing is known to differ
// from itself. Recorded answers of an API are not what commands print, but objects all the same.
func TestDiffOverRecordedObjects(t *testing.T) {
	const largest = 300 << 10 // of a file; the others take long
	answered, equal, dir := 0, 0, t.TempDir()
	err := filepath.WalkDir(sharedCorpus(t), func(name string, d fs.DirEntry, err error) error {
		cloud := strings.Contains(name, "aws-") || strings.Contains(name, "gcp-") || strings.Contains(name, "azure-")
		if err != nil || d.IsDir() || !cloud || filepath.Ext(name) != ".json" {
			return err
		}
		if info, err := d.Info(); err != nil || info.Size() > largest {
			return err
		}
		name, err = unwrapped(dir, name)
		if err != nil {
			return err
		}
		is, err := recognised(os.DirFS(filepath.Dir(name)), filepath.Base(name))
		if err != nil || !is {
			return err
		}
		var out, said bytes.Buffer
		code := exitCode(run(context.Background(), []string{"diff", name, name, "-o", "json"}, streams{in: strings.NewReader(""), out: &out, err: &said}))
		if code == exitInput {
			return nil // refused, with a word
		}
		answered++
		var got diffJSON
		if err := json.Unmarshal(out.Bytes(), &got); err != nil {
			t.Errorf("%s: %v; stderr: %s", name, err, said.String())
			return nil
		}
		switch {
		case code == exitInternal:
			t.Errorf("%s: %s", name, said.String())
		case len(got.Opened)+len(got.Closed) > 0, code == exitFound:
			t.Errorf("%s differs from itself: %s", name, got.Summary)
		case code == exitClean:
			equal++
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d answered, %d of them equal to themselves for sure", answered, equal)
	if answered < 50 {
		t.Errorf("%d files answered; the test shows little", answered)
	}
}

// unwrapped returns a file with the answer of an API alone, where a file has it with what was recorded about it:
// as "data" (placebo) or as "body" (flights of an HTTP client).
func unwrapped(dir, name string) (string, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return name, err
	}
	var record struct {
		StatusCode int             `json:"status_code"`
		Data       json.RawMessage `json:"data"`
		Headers    json.RawMessage `json:"headers"`
		Body       json.RawMessage `json:"body"`
	}
	if !json.Valid(data) {
		return name, nil
	}
	var wrong *json.UnmarshalTypeError
	if err := json.Unmarshal(data, &record); errors.As(err, &wrong) {
		return name, nil // of another form
	} else if err != nil {
		return name, err
	}
	inner := record.Data
	if record.Headers != nil {
		inner = record.Body
	}
	if record.StatusCode == 0 && record.Headers == nil || len(inner) == 0 {
		return name, nil
	}
	alone := filepath.Join(dir, "answer.json")
	return alone, os.WriteFile(alone, inner, 0o666)
}
