package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/xml"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
	"github.com/crosswall/crosswall/model/audit/checks"
)

// reportOf is a report of findings of the first check.
func reportOf(fs ...audit.Finding) auditReport {
	c := checks.All()[0]
	for i := range fs {
		fs[i].Check = c.ID
		if fs[i].Fingerprint == "" {
			fs[i].Fingerprint = strings.Repeat("0", 26) + strconv.Itoa(100000+i)
		}
	}
	return auditReport{checks: []audit.Check{c}, sources: []auditedSource{{name: "main.tf", findings: fs}}}
}

// hostile is a name that somebody gave to mislead whoever reads a report: control sequences, a change of the direction of text, markup, a mention.
const hostile = "=1+1\x1b[31m\x07|`x`\n\u202e<b>@everyone ~~"

// TestNamesStayText: what somebody called a resource tells no terminal, spreadsheet or wiki what to do.
func TestNamesStayText(t *testing.T) {
	a := reportOf(audit.Finding{Severity: audit.High, Summary: hostile + " is open", Object: audit.Object{Name: hostile}, Unsure: hostile, Advice: hostile,
		Attached: []string{hostile}, Causes: []audit.Cause{{Text: hostile, Origin: model.Origin{File: "main.tf", Line: 1, Object: hostile}}}})
	for _, form := range []string{outputText, outputMarkdown, outputCSV, outputJUnit} {
		text, err := a.render(form)
		if err != nil {
			t.Fatal(err)
		}
		if i := strings.IndexAny(text, "\x1b\x07\u202e\r"); i >= 0 {
			t.Errorf("%s: %q", form, text[max(i-20, 0):i+5])
		}
	}
	_, text, _ := strings.Cut(a.markdown(), "<details>") // in the table above names are code
	for _, markup := range []string{"<b>", "@everyone", " ~~", " `"} {
		if text == "" || strings.Contains(text, markup) {
			t.Errorf("markup %q: %s", markup, text)
		}
	}
	junit, err := a.junit()
	if err != nil {
		t.Fatal(err)
	}
	if err := xml.Unmarshal([]byte(junit), new(junitSuites)); err != nil {
		t.Error(err)
	}
}

// TestNoFormulas: no cell begins as a formula does (OWASP, CSV Injection).
func TestNoFormulas(t *testing.T) {
	for _, first := range []string{"=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"} {
		a := reportOf(audit.Finding{Summary: first + "1", Object: audit.Object{Name: first + "1"}, Causes: []audit.Cause{{Text: first}}})
		text, err := a.csv()
		if err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		for _, cell := range rows[1] {
			if strings.HasPrefix(cell, first) {
				t.Errorf("a cell begins with %q", cell)
			}
		}
	}
}

// TestSARIFKeepsToLimits: code scanning refuses a run of more than 25,000 results, and a result of more than 1,000 places (GitHub documentation, SARIF
// support for code scanning, "Validating your SARIF file"). The worst stay, and it is said that there were more.
func TestSARIFKeepsToLimits(t *testing.T) {
	fs := make([]audit.Finding, 25_001)
	for i := range fs {
		fs[i] = audit.Finding{Severity: audit.High, Summary: "open", Object: audit.Object{Name: "a"}}
	}
	fs[0].Severity, fs[0].Summary = audit.Low, "the least"
	for i := range 1200 {
		fs[1].Causes = append(fs[1].Causes, audit.Cause{Text: "allow", Origin: model.Origin{File: "main.tf", Line: i + 1}})
	}
	run := sarifOf(t, reportOf(fs...))
	if n := len(run.Results); n != 25_000 {
		t.Errorf("%d results", n)
	}
	for _, r := range run.Results {
		if *r.Message.Text == "the least." {
			t.Error("the least severe is there, and another is not")
		}
		if n := len(r.Locations) + len(r.RelatedLocations); n > 1000 {
			t.Errorf("%d places", n)
		}
	}
	if len(run.Invocations) != 1 || len(run.Invocations[0].ToolExecutionNotifications) != 1 ||
		!strings.Contains(*run.Invocations[0].ToolExecutionNotifications[0].Message.Text, "1 finding") {
		t.Error("it is not said that one was left out")
	}
	if run := sarifOf(t, reportOf(fs[1:]...)); len(run.Results) != 25_000 || len(run.Invocations) != 0 {
		t.Errorf("%d results, %d invocations", len(run.Results), len(run.Invocations))
	}
}

func sarifOf(t *testing.T, a auditReport) *sarif.Run {
	t.Helper()
	text, err := a.sarif()
	if err != nil {
		t.Fatal(err)
	}
	report, err := sarif.FromString(text)
	if err != nil {
		t.Fatal(err)
	}
	return report.Runs[0]
}

// TestSARIFPaths: code scanning looks for files from the root of the repository, and refuses a reference that leads nowhere in it, or of another scheme than
// file.
func TestSARIFPaths(t *testing.T) {
	root := t.TempDir()
	for _, dir := range []string{".git", "infra/net work"} {
		if err := os.MkdirAll(filepath.Join(root, dir), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	outside := filepath.Dir(root)
	t.Chdir(filepath.Join(root, "infra"))
	for _, c := range []struct{ name, want string }{
		{"net work/main.tf", "infra/net%20work/main.tf"},
		{"./main.tf", "infra/main.tf"},
		{"../other/main.tf", "other/main.tf"},
		{filepath.Join(root, "main.tf"), "main.tf"},
		{"a:b.tf", "infra/a:b.tf"},
		{filepath.Join(outside, "x.tf"), "file://" + filepath.ToSlash(outside) + "/x.tf"},
		{"../../x.tf", "file://" + filepath.ToSlash(outside) + "/x.tf"},
		{stdinTitle, "stdin"},
		{"aws://eu-west-1/vpc-1", "aws/eu-west-1/vpc-1"},
		{"module.example/.terraform/x.tf", "infra/module.example/.terraform/x.tf"},
	} {
		if got := newFileURIs().of(c.name); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// TestSARIFPathsWithoutRepository: where there is no repository, the working folder is the root.
func TestSARIFPathsWithoutRepository(t *testing.T) {
	t.Chdir(t.TempDir())
	at, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, want string }{
		{"a/main.tf", "a/main.tf"},
		{filepath.Join(at, "a/main.tf"), "a/main.tf"},
		{"c:d.tf", "./c:d.tf"},
		{"../main.tf", "file://" + filepath.ToSlash(filepath.Dir(at)) + "/main.tf"},
	} {
		if got := newFileURIs().of(c.name); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// TestWarningsStayText: what is told of a source, and of a command that cannot be run, tells the terminal nothing either.
func TestWarningsStayText(t *testing.T) {
	name := filepath.Join(t.TempDir(), "groups.json")
	const groups = `{"SecurityGroups": [{"GroupId": "sg-1\u001b[31m", "GroupName": "a\u001b[31m", "VpcId": "vpc-1\u001b[2J", "OwnerId": "1", "Description": "x",
		"IpPermissions": [{"IpProtocol": "tcp\u001b", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "10.0.0.1\u001b[31m/8"}]}], "IpPermissionsEgress": []}]}`
	if err := os.WriteFile(name, []byte(groups), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"audit", name}, {"list", name}, {"audit", name + "\x1b[31m"}} {
		var out, errs bytes.Buffer
		run(context.Background(), args, streams{in: strings.NewReader(""), out: &out, err: &errs})
		for _, text := range []string{out.String(), errs.String()} {
			if i := strings.IndexByte(text, 0x1b); i >= 0 {
				t.Errorf("%q: %q", args, text[max(i-40, 0):i+4])
			}
		}
	}
}
