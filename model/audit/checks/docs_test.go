package checks_test

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/crosswall/crosswall/model/audit"
	"github.com/crosswall/crosswall/model/audit/checks"
	"github.com/crosswall/crosswall/model/sharedtest"
)

var update = flag.Bool("update", false, "write what the pages of checks say of the code")

const pages = "../../../docs/checks"

// TestChecksAreDocumentedAndTested holds the lists of checks, of their pages and of their fixtures equal.
func TestChecksAreDocumentedAndTested(t *testing.T) {
	code := map[string]bool{}
	for _, c := range checks.All() {
		if code[c.ID] {
			t.Errorf("%s is there twice", c.ID)
		}
		code[c.ID] = true
		if _, err := os.Stat(strings.ToLower(c.ID) + ".go"); err != nil {
			t.Errorf("%s has no file of its own: %v", c.ID, err)
		}
		if c.Title == "" || c.Severity == 0 || c.Why == "" || c.Advice == "" || len(c.Kinds) == 0 {
			t.Errorf("%s does not say everything about itself", c.ID)
		}
	}
	for what, pattern := range map[string]string{"page": filepath.Join(pages, "*[0-9].md"), "fixture": "testdata/*.txtar"} {
		names, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		have := map[string]bool{}
		for _, n := range names {
			have[strings.TrimSuffix(filepath.Base(n), filepath.Ext(n))] = true
		}
		for _, id := range slices.Sorted(maps.Keys(code)) {
			if !have[id] {
				t.Errorf("%s has no %s", id, what)
			}
		}
		for _, id := range slices.Sorted(maps.Keys(have)) {
			if !code[id] {
				t.Errorf("%s %s is about no check", what, id)
			}
		}
	}
}

const (
	headEnd = "<!-- The lines above are made from the code: go test ./model/audit/checks -run Docs -update -->"
)

// TestDocs holds the head of each page equal to what the code says of the check.
func TestDocs(t *testing.T) {
	for _, c := range checks.All() {
		name := filepath.Join(pages, c.ID+".md")
		data, err := os.ReadFile(name)
		if err != nil && !*update {
			t.Error(err)
			continue
		}
		_, rest, found := strings.Cut(string(data), headEnd)
		if !found {
			rest = "\n\n" + string(data)
		}
		holdEqual(t, name, string(data), head(c)+headEnd+rest)
	}
}

// TestIndex holds the list of checks in the README of the pages equal to the code.
func TestIndex(t *testing.T) {
	name := filepath.Join(pages, "README.md")
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	const begin, end = "<!-- checks: made from the code by go test ./model/audit/checks -run Index -update -->\n", "<!-- end of checks -->"
	before, rest, ok := strings.Cut(string(data), begin)
	_, after, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatalf("%s lacks the lines that the list is between", name)
	}
	var b strings.Builder
	b.WriteString("\n| check | severity | finds | looks at |\n|---|---|---|---|\n")
	for _, c := range checks.All() {
		kinds := make([]string, len(c.Kinds))
		for i, k := range c.Kinds {
			kinds[i] = string(k)
		}
		fmt.Fprintf(&b, "| [%s](%s.md) | %s | %s | %s |\n", c.ID, c.ID, c.Severity, c.Title, strings.Join(kinds, ", "))
	}
	holdEqual(t, name, string(data), before+begin+b.String()+"\n"+end+after)
}

// holdEqual reports a page that is not what the code makes of it, or makes it so.
func holdEqual(t *testing.T, name, have, want string) {
	t.Helper()
	switch {
	case want == have:
	case *update:
		if err := os.WriteFile(name, []byte(want), 0o600); err != nil {
			t.Fatal(err)
		}
	default:
		t.Errorf("%s does not say what the code says; run: go test ./model/audit/checks -run '%s' -update", name, t.Name())
	}
}

// TestCoverage holds the goal table of checks against the code: each row is a check, or the README says why it is none.
func TestCoverage(t *testing.T) {
	table := sharedtest.Path(t, "reference/audit-checks.md")
	data, err := os.ReadFile(table)
	if err != nil {
		t.Fatal(err)
	}
	readme, err := os.ReadFile(filepath.Join(pages, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	have := map[string]bool{}
	for _, c := range checks.All() {
		have[c.ID] = true
	}
	_, apart, ok := strings.Cut(string(readme), "## What is not checked")
	if !ok {
		t.Fatal("the README does not say what is not checked")
	}
	apart, _, _ = strings.Cut(apart, "In part only")
	told := map[string]bool{}
	for line := range strings.Lines(apart) {
		if cells := strings.Split(line, "|"); len(cells) > 2 {
			for id := range strings.SplitSeq(cells[1], ",") {
				told[strings.TrimSpace(id)] = true
			}
		}
	}
	rows := regexp.MustCompile(`(?m)^\| ([A-Z][A-Z0-9]{1,2}\d{3}) \|`).FindAllStringSubmatch(string(data), -1)
	if len(rows) < 100 {
		t.Fatalf("%d rows", len(rows))
	}
	for _, r := range rows {
		if id := r[1]; have[id] == told[id] {
			t.Errorf("%s: a check is %v, and told not to be one %v", id, have[id], !have[id])
		}
	}
}

// head is the part of a check's page that the code knows.
func head(c audit.Check) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s: %s\n\n%s\n\n", c.ID, c.Title, c.Why)
	fmt.Fprintf(&b, "Severity: **%s**", c.Severity)
	for _, k := range slices.Sorted(maps.Keys(c.SeverityOf)) {
		fmt.Fprintf(&b, "; **%s** for a %s", c.SeverityOf[k], k)
	}
	kinds := make([]string, len(c.Kinds))
	for i, k := range c.Kinds {
		kinds[i] = string(k)
	}
	fmt.Fprintf(&b, ". Looks at: %s.\n\nAdvice: %s.\n", strings.Join(kinds, ", "), c.Advice)
	if len(c.References) > 0 {
		b.WriteString("\n| called by | id | about |\n|---|---|---|\n")
	}
	for _, r := range c.References {
		about := strings.TrimSpace(r.Provider + " " + string(r.Kind))
		fmt.Fprintf(&b, "| %s | %s | %s |\n", r.Scheme, r.ID, about)
	}
	return b.String() + "\n"
}
