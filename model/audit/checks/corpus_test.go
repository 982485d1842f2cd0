package checks_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
	"github.com/crosswall/crosswall/model/audit/checks"
)

// TestCorpus audits whatever of the real inputs can be read: every finding leads somewhere, its packet is one of those that it is about, and it is
// told once and the same each time.
func TestCorpus(t *testing.T) {
	sources := auditedCorpus(t)
	if len(sources) < 100 {
		t.Errorf("%d sources can be read; the test shows little", len(sources))
	}
	for i, s := range sources {
		if testing.Short() && i%4 != 0 {
			continue
		}
		again, ok := s.read(t)
		if !ok {
			t.Errorf("%s: cannot be read twice", s.name)
			continue
		}
		second := audit.Run(audit.New(again, audit.Defaults()), checks.All())
		if got, want := toldOf(second), toldOf(s.found); got != want {
			t.Errorf("%s: two audits differ:\n%s\n%s", s.name, want, got)
		}
		seen := map[string]bool{}
		for _, f := range s.found {
			if why := misshapen(f); why != "" {
				t.Errorf("%s: %s: %s: %s", s.name, f.Check, f.Summary, why)
			}
			if seen[f.Fingerprint] {
				t.Errorf("%s: %s: %s: another finding has its fingerprint", s.name, f.Check, f.Summary)
			}
			seen[f.Fingerprint] = true
		}
	}
}

// misshapen says what is wrong with the form of a finding; empty: nothing.
func misshapen(f audit.Finding) string {
	switch {
	case f.Where() == (model.Origin{}):
		return "no origin"
	case f.Check == "" || f.Severity == 0 || f.Fingerprint == "" || f.Advice == "" || f.Summary == "":
		return "no check, severity, fingerprint, advice or summary"
	case strings.HasSuffix(f.Summary, "."):
		return "a final stop"
	case f.Object.Kind == "" || f.Object.Provider == "" || f.Object.Label() == "":
		return "no object"
	case f.Open.IsEmpty():
		return ""
	case f.Example == nil:
		return "no packet of what is open"
	case !f.Open.Contains(*f.Example):
		return "its packet is none of those that it is about: " + f.Example.String()
	}
	return ""
}

// toldOf is all that findings say.
func toldOf(found []audit.Finding) string {
	var b strings.Builder
	for _, f := range found {
		fmt.Fprintf(&b, "%s %s %s %s %q %v %v %v %q\n", f.Check, f.Severity, f.Exposure, f.Fingerprint, f.Summary, f.Causes, f.Attached, f.Fixes, f.Unsure)
		if f.Example != nil {
			fmt.Fprintf(&b, "\t%s\n", f.Example)
		}
	}
	return b.String()
}

// TestCorpusTable holds the table of docs/audit-corpus.md against what an audit of the real inputs finds; -update writes it.
func TestCorpusTable(t *testing.T) {
	const file = "../../../docs/audit-corpus.md"
	text := corpusPage(auditedCorpus(t))
	if *update {
		if err := os.WriteFile(filepath.FromSlash(file), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	have, err := os.ReadFile(filepath.FromSlash(file))
	if err != nil {
		t.Fatal(err)
	}
	was, is := strings.Split(string(have), "\n"), strings.Split(text, "\n")
	for i := range max(len(was), len(is)) {
		if i >= len(was) || i >= len(is) || was[i] != is[i] {
			t.Fatalf("docs/audit-corpus.md is not what is found now, from line %d on: go test ./model/audit/checks -run CorpusTable -update", i+1)
		}
	}
}

// counted is how many findings there are, and of which sort.
type counted struct {
	firewalls, rules, all, unsure int
	by                            map[audit.Severity]int
}

func countOf(s audited) counted {
	n := counted{firewalls: len(s.subject.Estate.Firewalls), by: map[audit.Severity]int{}}
	for _, f := range s.subject.Estate.Firewalls {
		for _, r := range f.Rules {
			if !r.Added {
				n.rules++
			}
		}
	}
	for _, f := range s.found {
		n.all++
		n.by[f.Severity]++
		if f.Unsure != "" {
			n.unsure++
		}
	}
	return n
}

func (n *counted) add(o counted) {
	n.firewalls, n.rules, n.all, n.unsure = n.firewalls+o.firewalls, n.rules+o.rules, n.all+o.all, n.unsure+o.unsure
	for s, k := range o.by {
		n.by[s] += k
	}
}

func (n counted) row(name string) string {
	return fmt.Sprintf("| %s | %d | %d | %d | %d | %d | %d | %d | %d |\n", name, n.firewalls, n.rules,
		n.by[audit.Critical], n.by[audit.High], n.by[audit.Medium], n.by[audit.Low], n.by[audit.Info], n.unsure)
}

// corpusPage is docs/audit-corpus.md.
func corpusPage(sources []audited) string {
	var rows, byCheck strings.Builder
	total := counted{by: map[audit.Severity]int{}}
	empty := 0
	perCheck := map[string][2]int{}
	for _, s := range sources {
		n := countOf(s)
		total.add(n)
		if n.firewalls == 0 && n.all == 0 {
			empty++
			continue
		}
		rows.WriteString(n.row(shortName(s.name)))
		for _, f := range s.found {
			c := perCheck[f.Check]
			if f.Unsure == "" {
				c[0]++
			} else {
				c[1]++
			}
			perCheck[f.Check] = c
		}
	}
	for _, id := range slices.Sorted(maps.Keys(perCheck)) {
		fmt.Fprintf(&byCheck, "| [%s](checks/%s.md) | %d | %d |\n", id, id, perCheck[id][0], perCheck[id][1])
	}
	const head = "| %s | firewalls | rules | critical | high | medium | low | info | of these not sure |\n|---|---|---|---|---|---|---|---|---|\n"
	return fmt.Sprintf(corpusText, len(sources), empty) + fmt.Sprintf(head, "source") + rows.String() + total.row("**all**") +
		"\n## By check\n\n| check | sure | not sure |\n|---|---|---|\n" + byCheck.String()
}

const corpusText = `# What an audit finds in real inputs

Recorded answers of the clouds' APIs, plans, states and manifests of public projects, which lie beside the repository and are no part of it. A
recording, a dump of an account and a folder of manifests is one source, and so is a plan or a state; of a recording the first answer to each question
counts. %d sources can be read; the %d without a firewall and without a finding are left out. Settings are the usual ones. Most of these are test inputs of
other tools: an object that is only named by another, and was not recorded itself, may hold any rule, and what is found there is not sure.

A test draws findings by a seed and has each judged from the raw documents, by code that shares nothing with the checks:
` + "`go test ./model/audit/checks -run Judged -seed 7`" + `. This page is made by ` + "`go test ./model/audit/checks -run CorpusTable -update`" + `.

## By source

`

// shortName leaves out of a name the folders that say nothing.
func shortName(name string) string {
	for _, s := range []string{"/tools/c7n_azure/tests_azure/cassettes", "/tools/c7n_gcp/tests/data/flights", "/tests/data/placebo", "/pkg/iac/terraform/state/test", "/account-data",
		"/cmd/policy-assistant", "/tests/terraform/runner/resources", "/tests/roxctl/bats-tests/test-data"} {
		name = strings.Replace(name, s, "", 1)
	}
	return name
}
