package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"
)

// TestSARIFValidates holds an audit of every check's fixtures against the schema of SARIF 2.1.0, and against what code scanning asks for
// besides: a place, a fingerprint and a rule for each result.
func TestSARIFValidates(t *testing.T) {
	dir := t.TempDir()
	const config = `
# crosswall:ignore EXP011 owner=platform expires=never reason="a test"
resource "aws_security_group" "web" {
  ingress {
    description = "a ] \" <b> & é"
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }
}
`
	path := filepath.Join(dir, "a folder", "main.tf")
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	var out, errs bytes.Buffer
	if code := run(context.Background(), []string{"audit", path, "-o", "sarif"}, streams{in: strings.NewReader(""), out: &out, err: &errs}); code != int(exitFound) {
		t.Fatalf("exit code %d: %s", code, errs.String())
	}
	report, err := sarif.FromBytes(out.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if err := report.Validate(); err != nil {
		t.Error(err)
	}
	suppressed, fixed := 0, 0
	results := report.Runs[0].Results
	if len(results) < 5 {
		t.Fatalf("%d results", len(results))
	}
	for _, r := range results {
		suppressed += len(r.Suppressions)
		for _, x := range r.Fixes {
			fixed++
			if len(x.ArtifactChanges) != 1 || *x.ArtifactChanges[0].ArtifactLocation.URI != *r.Locations[0].PhysicalLocation.ArtifactLocation.URI {
				t.Errorf("the fix of %s is of another file", *r.RuleID)
			}
		}
		if r.PartialFingerprints["primaryLocationLineHash"] == "" || r.Message.Text == nil || len(r.Locations) != 1 ||
			!strings.Contains(*r.Locations[0].PhysicalLocation.ArtifactLocation.URI, "a%20folder/main.tf") {
			data, _ := json.Marshal(r) // for the message alone
			t.Errorf("lacks a place or a fingerprint: %s", data)
		}
		if rule := report.Runs[0].Tool.Driver.Rules[r.RuleIndex]; *rule.ID != *r.RuleID || rule.Help == nil || rule.HelpURI == nil {
			t.Errorf("rule %s of result %s has no help", *rule.ID, *r.RuleID)
		}
	}
	if fixed == 0 {
		t.Error("no fix")
	}
	if suppressed != 1 {
		t.Errorf("%d suppressions", suppressed)
	}
}
