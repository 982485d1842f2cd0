package auditfix_test

import (
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/tools/txtar"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
	"github.com/crosswall/crosswall/model/audit/checks"
	"github.com/crosswall/crosswall/providers/all"
	"github.com/crosswall/crosswall/translate/auditfix"
	tfsource "github.com/crosswall/crosswall/translate/terraform"
)

// TestFixesEndTheirFindings applies every diff that an audit of the fixtures of all checks proposes, and audits what comes of it: the finding has to be gone,
// and nothing may be let through that was not before. What is taken away is what the finding is about.
func TestFixesEndTheirFindings(t *testing.T) {
	if testing.Short() {
		t.Skip("it applies and audits more than a thousand fixes")
	}
	archives, err := filepath.Glob("../../model/audit/checks/testdata/*.txtar")
	if err != nil || len(archives) < 50 {
		t.Fatalf("%d archives: %v", len(archives), err)
	}
	tried := map[string]int{}
	total, again := 0, 0
	for _, name := range archives {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range archive.Files {
			if !strings.HasSuffix(f.Name, ".tf") {
				continue
			}
			p := prover{t: t, name: filepath.Base(name) + " " + f.Name, files: kept(string(f.Data)), tried: tried}
			total += p.prove()
			// The same, written in other ways.
			p.tried = map[string]int{}
			for how, rewrite := range map[string]func(string) string{"lists on lines": onLines, "line breaks of Windows": windows, "no last line break": unended} {
				if text := rewrite(string(f.Data)); text != string(f.Data) && isOften(f.Name) {
					p.name, p.files = filepath.Base(name)+" "+f.Name+", "+how, kept(text)
					again += p.prove()
				}
			}
		}
	}
	for _, id := range slices.Sorted(mapsKeys(tried)) {
		t.Logf("%s: %d", id, tried[id])
	}
	t.Logf("%d fixes were applied, and %d to the same sources written in other ways", total, again)
	if total < 500 || again < 200 {
		t.Errorf("only %d and %d fixes were tried", total, again)
	}
}

// kept is a source as the files of a folder. A network that it names and does not make is made in a file of its own: with its last rule, all that
// is known of it would go otherwise.
func kept(text string) map[string]string {
	files := map[string]string{"main.tf": text}
	if m := network.FindStringSubmatch(text); m != nil {
		files["network.tf"] = fmt.Sprintf("resource \"google_compute_network\" \"kept\" {\n  name = %q\n}\n", m[1])
	}
	return files
}

var (
	network = regexp.MustCompile(`network\s+= "([a-z0-9-]+)"`)
	listed  = regexp.MustCompile(`(= )\[("[^\]\n]*")\]`)
)

// onLines writes lists of strings an element a line, with a comment above the first and behind each.
func onLines(text string) string {
	return listed.ReplaceAllStringFunc(text, func(list string) string {
		m := listed.FindStringSubmatch(list)
		return m[1] + "[\n    # these\n    " + strings.ReplaceAll(m[2], ", ", ", // one\n    ") + " # the last\n  ]"
	})
}

func windows(text string) string { return strings.ReplaceAll(text, "\n", "\r\n") }
func unended(text string) string { return strings.TrimRight(text, "\n") }

// isOften picks a third of the sources, by their names, as the ways of writing them are many.
func isOften(name string) bool { return len(name)%3 == 0 }

func mapsKeys(m map[string]int) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// prover tries the fixes of one folder.
type prover struct {
	t     testing.TB
	name  string
	files map[string]string
	tried map[string]int
}

func (p prover) prove() int {
	before, _, err := subjectOf(p.files)
	if err != nil {
		p.t.Errorf("%s: %v", p.name, err)
		return 0
	}
	found := audit.Run(before, checks.All())
	auditfix.Write(found, filesOf(p.files))
	n := 0
	for _, f := range found {
		for _, x := range f.Fixes {
			if x.Changes != nil {
				n++
				p.tried[f.Check]++
				p.try(before, f, x)
			} else if x.Form == "terraform" && x.Text == "" {
				p.t.Errorf("%s: %s: a fix without text", p.name, f.Check)
			}
		}
	}
	return n
}

// try applies one fix.
func (p prover) try(before *audit.Subject, f audit.Finding, x audit.Fix) {
	after := patched(p.t, p.files, x.Text)
	fail := func(format string, args ...any) {
		p.t.Errorf("%s: %s: %s\n%s\n%s", p.name, f.Check, f.Summary, x.Text, fmt.Sprintf(format, args...))
	}
	if again := changed(p.files, x.Changes); fmt.Sprint(again) != fmt.Sprint(after) {
		fail("the changes make\n%s", again)
		return
	}
	subject, wrong, err := subjectOf(after)
	if err != nil || wrong != "" {
		fail("it cannot be read again: %v %s", err, wrong)
		return
	}
	only := slices.DeleteFunc(checks.All(), func(c audit.Check) bool { return c.ID != f.Check })
	for _, left := range audit.Run(subject, only) {
		if left.Fingerprint == f.Fingerprint {
			fail("the finding is left")
		}
	}
	if adds(x) {
		p.isNoWorse(before, subject, fail)
		return
	}
	opened, closed := differenceOf(before, subject)
	if !opened.IsEmpty() {
		fail("it opens %s", opened.Boxes())
	}
	if about := f.Open; !about.Covers(closed) && f.Check != "AWS001" && f.Check != "GCP003" {
		fail("it closes %s beyond %s", closed.Subtract(about).Boxes(), about.Boxes())
	}
	for w := range before.Firewalls() {
		if _, ok := subject.Firewall(w.Key); !ok && w.Loose {
			return // with its last rule goes all that the files say of a group that is made elsewhere, and whoever has it is under none
		}
	}
	if d := model.Compare(before.Policy, subject.Policy, before.Inventory); !d.Opened.IsEmpty() {
		fail("it admits %s", d.Opened.Boxes())
	}
}

// isNoWorse holds that what a fix adds raises nothing grave that was not there.
func (p prover) isNoWorse(before, after *audit.Subject, fail func(string, ...any)) {
	was := map[string]bool{}
	about := func(f audit.Finding) string { return f.Check + " " + f.Object.Label() }
	for _, f := range audit.Run(before, checks.All()) {
		was[about(f)] = true
	}
	for _, f := range audit.Run(after, checks.All()) {
		if f.Severity > audit.Medium && !was[about(f)] && f.Check != "EXP025" { // which is what the replies that are let through were for
			fail("it raises %s: %s", f.Check, f.Summary)
		}
	}
}

// adds reports whether a fix adds something, as entries that let replies through.
func adds(x audit.Fix) bool {
	return slices.ContainsFunc(x.Edits, func(e audit.Edit) bool {
		switch e.(type) {
		case audit.Append, audit.Follow:
			return true
		}
		return false
	})
}

// differenceOf is what firewalls, each by itself, let through between members and the Internet after a change and not before, and the other way round.
func differenceOf(before, after *audit.Subject) (opened, closed model.Region) {
	all := func(s *audit.Subject) model.Region {
		var out model.Region
		for _, o := range slices.Concat(s.Openings(), s.Outlets()) {
			out = out.Union(o.Open).Union(o.Unsure)
		}
		return out
	}
	was, is := all(before), all(after)
	return is.Subtract(was), was.Subtract(is)
}

// subjectOf reads configuration; wrong is a fault that reading has to tell of.
func subjectOf(files map[string]string) (s *audit.Subject, wrong string, err error) {
	folder := fstest.MapFS{}
	for name, text := range files {
		folder[name] = &fstest.MapFile{Data: []byte(text)}
	}
	r := tfsource.Reader{Providers: all.Providers(), Inspect: true}
	in, findings, err := r.Folder(fs.FS(folder))
	if err != nil {
		return nil, "", err
	}
	for _, f := range findings {
		if f.Severity == model.Error {
			wrong = f.Summary
		}
	}
	read, _ := tfsource.Audited(in)
	return audit.New(read, audit.Defaults()), wrong, nil
}

// filesOf are files of the working folder.
func filesOf(files map[string]string) auditfix.Files {
	return auditfix.Files{
		Read: func(name string) ([]byte, error) {
			text, ok := files[name]
			if !ok {
				return nil, fs.ErrNotExist
			}
			return []byte(text), nil
		},
		List: func(string) ([]string, error) {
			var out []string
			for name := range files {
				out = append(out, path.Base(name))
			}
			slices.Sort(out)
			return out, nil
		},
	}
}
