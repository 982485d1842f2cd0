package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/providers/all"
)

// repository is the top of the repository, seen from this package.
const repository = "../.."

// readmes lists every README of the repository that shows output.
func readmes(t *testing.T) []string {
	t.Helper()
	out := []string{filepath.Join(repository, "README.md")}
	err := filepath.WalkDir(filepath.Join(repository, "examples"), func(p string, d fs.DirEntry, err error) error {
		if err == nil && d.Name() == "README.md" {
			out = append(out, p)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(out) < 5 {
		t.Fatalf("found %d READMEs; the test would check little", len(out))
	}
	return out
}

// What a README shows after "$ crosswall ..." in a console block is what the
// command prints, stdout and stderr as a terminal shows them.
func TestREADMEOutput(t *testing.T) {
	examples, err := filepath.Abs(filepath.Join(repository, "examples"))
	if err != nil {
		t.Fatal(err)
	}
	files := readmes(t)
	for i := range files {
		if files[i], err = filepath.Abs(files[i]); err != nil {
			t.Fatal(err)
		}
	}
	dir := t.TempDir()
	if err := os.Symlink(examples, filepath.Join(dir, "examples")); err != nil {
		t.Skipf("links to folders are not to be had here: %v", err)
	}
	t.Chdir(dir)
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		golden(t, file, string(data), refreshed(t, string(data)))
	}
}

// golden compares a file with what it should hold, and with -update makes it
// so.
func golden(t *testing.T, file, got, want string) {
	t.Helper()
	if got == want {
		return
	}
	if !*update {
		t.Errorf("%s is stale (have -, want +; -update rewrites it): %s", file, firstDifference(got, want))
		return
	}
	if err := os.WriteFile(file, []byte(want), 0o666); err != nil {
		t.Fatal(err)
	}
}

// refreshed returns the text with the output of each console block made anew.
func refreshed(t *testing.T, text string) string {
	t.Helper()
	var out []string
	inside := false
	for _, line := range strings.Split(text, "\n") {
		switch {
		case !inside:
			inside = line == "```console"
			out = append(out, line)
		case line == "```":
			inside = false
			out = append(out, line)
		case strings.HasPrefix(line, "$ "):
			out = append(out, line)
			if said := session(t, strings.TrimPrefix(line, "$ ")); said != "" {
				out = append(out, strings.Split(strings.TrimSuffix(said, "\n"), "\n")...)
			}
		}
	}
	return strings.Join(out, "\n")
}

// session runs a command line and returns what a terminal would show, the exit code too where it is
// not 0.
func session(t *testing.T, line string) string {
	t.Helper()
	words := strings.Fields(line)
	if words[0] != "crosswall" {
		t.Fatalf("a README runs %q; only crosswall's output can be checked", line)
	}
	var screen bytes.Buffer
	code := run(context.Background(), words[1:], streams{in: strings.NewReader(""), out: &screen, err: &screen})
	if code != 0 {
		fmt.Fprintf(&screen, "(exit code %d)\n", code)
	}
	return screen.String()
}

// The README's table of what each cloud can express is made from the providers.
func TestREADMEMatrix(t *testing.T) {
	between(t, "<!-- matrix -->", "<!-- /matrix -->", matrix(all.Providers()))
}

// The README's piece of Go is an example that the tests run.
func TestREADMELibrary(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(repository, "examples", "library", "example_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	_, body, ok := strings.Cut(string(data), "func Example() {\n")
	body, _, ok2 := strings.Cut(body, "\n\t// Output:")
	if !ok || !ok2 {
		t.Fatal("examples/library has no Example with output")
	}
	body = strings.ReplaceAll("\n"+strings.TrimRight(body, "\n"), "\n\t", "\n")
	between(t, "<!-- library -->", "<!-- /library -->", "```go"+body+"\n```\n")
}

// between keeps what stands between two lines of the README.
func between(t *testing.T, begin, end, want string) {
	t.Helper()
	file := filepath.Join(repository, "README.md")
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, ok := strings.Cut(string(data), begin+"\n")
	_, tail, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatalf("README.md has no %s ... %s", begin, end)
	}
	golden(t, file, string(data), head+begin+"\n\n"+want+"\n"+end+tail)
}

// matrix returns the support matrix as Markdown, notes below it.
func matrix(ps []providers.Provider) string {
	var b, notes strings.Builder
	head, rule := []string{"NetworkPolicy"}, []string{"---"}
	var cells []map[providers.Feature]providers.Cell
	for _, p := range ps {
		l := p.Limits()
		for _, e := range l.Enforcers {
			head, rule = append(head, l.Title+" "+e.Name), append(rule, "---")
			cells = append(cells, e.Cells)
		}
	}
	fmt.Fprintf(&b, "| %s |\n| %s |\n", strings.Join(head, " | "), strings.Join(rule, " | "))
	whys := []string{}
	for _, f := range providers.Features() {
		row := []string{string(f)}
		for _, c := range cells {
			text := c[f].Fit.String()
			if why := c[f].Why; why != "" {
				i := slices.Index(whys, why)
				if i < 0 {
					i = len(whys)
					whys = append(whys, why)
				}
				text += fmt.Sprintf(" [%d]", i+1)
			}
			row = append(row, text)
		}
		fmt.Fprintf(&b, "| %s |\n", strings.Join(row, " | "))
	}
	for i, why := range whys {
		fmt.Fprintf(&notes, "%d. %s\n", i+1, why)
	}
	return b.String() + "\n" + notes.String()
}

// The numbers that scripts rely on are the ones that README and help tell.
func TestREADMEExitCodes(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(repository, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	for code, what := range map[exitCode]string{
		exitClean: "clean", exitFound: "refused loss", exitInput: "bad input", exitIncomplete: "incomplete", exitInternal: "internal error",
	} {
		found := false
		for _, line := range strings.Split(string(data), "\n") {
			found = found || strings.HasPrefix(line, fmt.Sprintf("| %d |", code)) && strings.Contains(line, what)
		}
		if !found {
			t.Errorf("README.md has no row for exit code %d (%s)", code, what)
		}
	}
}

type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, errors.New("no space left on device") }

// An answer that cannot be written is no success, and a fault of crosswall's own has a code of its own.
func TestExitCodesOfRun(t *testing.T) {
	policies := filepath.Join(repository, "examples", "shop")
	for _, row := range []struct {
		name string
		s    streams
		args []string
		want exitCode
	}{
		{"answered", streams{}, []string{"list", policies}, exitClean},
		{"stdout is full", streams{out: brokenPipe{}}, []string{"list", policies}, exitInput},
		{"stdout is full, JSON", streams{out: brokenPipe{}}, []string{"translate", policies, "--to", "gcp", "-o", "json"}, exitInput},
		{"stdin is broken", streams{in: iotestErr{}}, []string{"list", "-"}, exitInput},
		{"unknown flag", streams{}, []string{"list", "--nonsense"}, exitInput},
		{"a fault of our own", streams{in: panicking{}}, []string{"list", "-"}, exitInternal},
	} {
		var out, said bytes.Buffer
		if row.s.out == nil {
			row.s.out = &out
		}
		if row.s.in == nil {
			row.s.in = strings.NewReader("")
		}
		row.s.err = &said
		if got := run(context.Background(), row.args, row.s); exitCode(got) != row.want {
			t.Errorf("%s: exit code %d, want %d; stderr:\n%s", row.name, got, row.want, said.String())
		}
		if row.want != exitClean && said.Len() == 0 {
			t.Errorf("%s: exit code %d without a word on stderr", row.name, row.want)
		}
	}
}

type iotestErr struct{}

func (iotestErr) Read([]byte) (int, error) { return 0, errors.New("input/output error") }

type panicking struct{}

func (panicking) Read([]byte) (int, error) { panic("a fault") }

// relativeLink matches a Markdown link to a file of the repository.
var relativeLink = regexp.MustCompile(`\]\(([^)#:]+)\)`)

func TestREADMELinks(t *testing.T) {
	for _, file := range readmes(t) {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range relativeLink.FindAllStringSubmatch(string(data), -1) {
			if _, err := os.Stat(filepath.Join(filepath.Dir(file), filepath.FromSlash(m[1]))); err != nil {
				t.Errorf("%s links to %s: %v", file, m[1], err)
			}
		}
	}
}
