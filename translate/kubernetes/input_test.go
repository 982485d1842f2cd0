package kubernetes

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/crosswall/crosswall/model"
)

// TestDocuments holds the shapes in which manifests come: each text holds the pods a and b.
func TestDocuments(t *testing.T) {
	a, b := "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n", "apiVersion: v1\nkind: Pod\nmetadata:\n  name: b\n"
	ja, jb := `{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}}`, `{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "b"}}`
	short := func(name string) string { return `{"metadata": {"name": "` + name + `"}}` }
	for name, text := range map[string]string{
		"documents":                 a + "---\n" + b,
		"separator first and last":  "---\n" + a + "---\n" + b + "---\n",
		"separator with a comment":  a + "--- # next\n" + b,
		"content after a separator": "--- {apiVersion: v1, kind: Pod, metadata: {name: a}}\n---\n" + b,
		"end of a document":         a + "...\n---\n" + b + "...\n",
		"directive":                 "%YAML 1.1\n---\n" + a + "---\n" + b,
		"empty documents":           "---\n---\n" + a + "---\n# nothing\n---\n\n---\nnull\n---\n" + b,
		"helm comments":             "---\n# Source: chart/templates/a.yaml\n" + a + "---\n# Source: chart/templates/b.yaml\n" + b,
		"byte order mark":           "\uFEFF" + a + "---\n" + b,
		"byte order marks":          "\uFEFF" + a + "---\n\uFEFF" + b, // of joined files
		"UTF-16":                    utf16LE(a + "---\n" + b),
		"no items":                  `{"apiVersion": "v1", "kind": "List", "items": null}` + ja + jb,
		"CRLF":                      strings.ReplaceAll(a+"---\n"+b, "\n", "\r\n"),
		"separator in a comment":    a + "# --- not one\n---\n" + b,
		"List":                      "apiVersion: v1\nkind: List\nitems:\n- " + strings.ReplaceAll(strings.TrimSpace(a), "\n", "\n  ") + "\n- " + ja + "\n- " + jb[:0] + "null\n- " + jb,
		"list of lists":             `{"apiVersion": "v1", "kind": "List", "items": [{"apiVersion": "v1", "kind": "PodList", "items": [` + ja + `]}, {"apiVersion": "v1", "kind": "List", "items": [` + jb + `]}]}`,
		"typed list without kinds":  `{"apiVersion": "v1", "kind": "PodList", "items": [` + short("a") + `, ` + short("b") + `]}`,
		"JSON":                      `{"apiVersion": "v1", "kind": "List", "items": [` + ja + "," + jb + `]}`,
		"JSON stream":               ja + "\n" + jb,
		"JSON with tabs":            strings.ReplaceAll(ja, ", ", ",\n\t") + jb,
		"JSON with surrogates":      strings.Replace(ja, `"name"`, `"annotations": {"a": "\ud83d\ude00\/"}, "name"`, 1) + jb,
		"YAML in braces":            "{apiVersion: v1, kind: List, items: [{apiVersion: v1, kind: Pod, metadata: {name: a}}, " + jb + "]}",
		"anchors":                   "apiVersion: v1\nkind: List\nitems:\n- &a\n  apiVersion: v1\n  kind: Pod\n  metadata: {name: a}\n- <<: *a\n  metadata: {name: b}\n",
		"same object by alias":      "apiVersion: v1\nkind: List\nitems:\n- &a " + ja + "\n- *a\n- " + jb,
	} {
		t.Run(name, func(t *testing.T) {
			if name == "List" {
				text = strings.Replace(text, "- "+ja+"\n", "", 1)
			}
			in, _ := mustRead(t, Options{}, text)
			if got := ids(in); !slices.Equal(got, []model.Identity{"default/Pod/a", "default/Pod/b"}) {
				t.Errorf("got %q from\n%s", got, text)
			}
		})
	}
}

// utf16LE returns ASCII text as Windows PowerShell writes it to files.
func utf16LE(s string) string {
	return "\xFF\xFE" + strings.Join(strings.Split(s, ""), "\x00") + "\x00"
}

// TestNothing holds input without objects: no error, no workloads.
func TestNothing(t *testing.T) {
	for _, text := range []string{"", "\n", "# only a comment\n", "---\n---\n", "\uFEFF", "[]", "[1, 2]", `"text"`, "null", "a: b", "%YAML 1.2\n"} {
		in, findings := mustRead(t, Options{}, text)
		if len(in.Workloads) > 0 || len(in.Policy.Layers) != 1 {
			t.Errorf("%q: got %+v", text, in)
		}
		wantCodes(t, findings, "info skipped-file")
	}
}

// TestFolder holds which files of a folder are read.
func TestFolder(t *testing.T) {
	pod := func(name string) *fstest.MapFile {
		return &fstest.MapFile{Data: []byte(manifest("v1", "Pod", "name: "+name, podSpec))}
	}
	fsys := fstest.MapFS{
		"a.yaml": pod("a"), "sub/b.yml": pod("b"), "sub/c.json": {Data: []byte(`{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "c"}}`)},
		"d.txt": pod("d"), "e": pod("e"), ".git/f.yaml": pod("f"), ".g.yaml": pod("g"),
		"values.yaml":        {Data: []byte("replicas: 3")},
		"Chart.yaml":         {Data: []byte("apiVersion: v2\nname: chart\nmetadata: x")},
		"kustomization.yaml": {Data: []byte("resources: [a.yaml]\ncommonLabels: {a: b}")},
	}
	in, findings, err := Reader{}.Read(fsys)
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(ids(in)); got != "[default/Pod/a default/Pod/b default/Pod/c]" {
		t.Errorf("got %s", got)
	}
	wantCodes(t, findings, "info skipped-file", "warning kustomization-not-built", "-missing-kind")
	var skipped []string
	for _, f := range findings {
		if f.Code == "skipped-file" {
			skipped = append(skipped, f.Origin.File)
		}
	}
	if fmt.Sprint(skipped) != "[Chart.yaml values.yaml]" {
		t.Errorf("skipped %q", skipped)
	}
}

// brokenFS has a file that cannot be read.
type brokenFS struct{ fs.FS }

var errDisk = errors.New("disk on fire")

func (b brokenFS) Open(name string) (fs.File, error) {
	if name == "a.yaml" {
		return nil, errDisk
	}
	return b.FS.Open(name)
}

func TestUnreadable(t *testing.T) {
	if _, _, err := (Reader{}).Read(brokenFS{fstest.MapFS{"a.yaml": {}}}); !errors.Is(err, errDisk) {
		t.Errorf("got %v", err)
	}
	if _, _, err := (Reader{}).Load([]string{filepath.Join(t.TempDir(), "none")}, nil); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
	if _, _, err := (Reader{}).Load([]string{StdinName}, nil); err == nil {
		t.Error("no error without standard input")
	}
	if _, _, err := (Reader{}).Load([]string{StdinName}, io.MultiReader(strings.NewReader("a"), errorReader{})); !errors.Is(err, errDisk) {
		t.Errorf("got %v", err)
	}
}

type errorReader struct{}

func (errorReader) Read([]byte) (int, error) { return 0, errDisk }

// TestLoad holds how files, folders and standard input are named and joined.
func TestLoad(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		p := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(p), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return p
	}
	folder := filepath.Dir(write("m/a.yaml", manifest("v1", "Pod", "name: a", podSpec)))
	odd := write("odd.txt", manifest("v1", "Pod", "name: b", podSpec))
	if err := os.Symlink(folder, filepath.Join(folder, "loop")); err != nil {
		t.Skip(err)
	}
	if err := os.Symlink(odd, filepath.Join(folder, "link.yaml")); err != nil {
		t.Skip(err)
	}
	files, findings, err := Reader{}.Load([]string{folder, odd, filepath.Join(folder, "a.yaml"), StdinName}, strings.NewReader("# nothing"))
	if err != nil || len(findings) > 0 {
		t.Fatal(err, findings)
	}
	var got []string
	for _, f := range files {
		got = append(got, fmt.Sprintf("%s %v", strings.TrimPrefix(f.Name, filepath.ToSlash(dir)), f.Named))
	}
	if want := "[/m/a.yaml false /m/link.yaml false /odd.txt true <stdin> true]"; fmt.Sprint(got) != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// nested returns n levels of lists around a value.
func nested(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }

// bomb returns YAML whose aliases stand for 9^n values.
func bomb(n int) string {
	var b strings.Builder
	b.WriteString("a0: &a0 [x, x, x, x, x, x, x, x, x]\n")
	for i := 1; i < n; i++ {
		fmt.Fprintf(&b, "a%d: &a%d [%s]\n", i, i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d, ", i-1), 9), ", "))
	}
	return b.String()
}

// TestLimits holds what keeps hostile input from using up the machine: each is
// an error that names the limit, found soon.
func TestLimits(t *testing.T) {
	head := "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n"
	small := func(l Limits) Options { return Options{Limits: l} }
	for _, c := range []struct {
		name, text, code string
		opts             Options
	}{
		{"alias bomb", head + bomb(9), "alias-limit", Options{}},
		{"alias bomb in JSON's clothes", "{" + strings.ReplaceAll(strings.TrimSpace(bomb(9)), "\n", ", ") + "}", "alias-limit", Options{}},
		{"anchor that holds itself", head + "x: &a [*a]\n", "alias-limit", Options{}},
		{"merge that holds itself", head + "x: &a {<<: *a}\n", "alias-limit", Options{}},
		{"merge bomb", head + "a0: &a0 {k: v}\n" + strings.Repeat("b: &b0 {<<: [*a0, *a0]}\n", 1) + "c: {<<: [*b0, *b0]}\n", "alias-limit", small(Limits{AliasNodes: 10})},
		{"deep YAML", head + "x: " + nested(300), "nesting-limit", Options{}},
		{"deeper YAML", head + "x: " + nested(100_000), "nesting-limit", Options{}},
		{"deep YAML by indents", head + "x:\n" + strings.Repeat("- ", 5000) + "y", "nesting-limit", Options{}},
		{"deep JSON", `{"apiVersion": "v1", "kind": "Pod", "x": ` + nested(300) + "}", "nesting-limit", Options{}},
		{"deeper JSON", `{"apiVersion": "v1", "kind": "Pod", "x": ` + nested(1_000_000) + "}", "nesting-limit", Options{}},
		{"many documents", strings.Repeat("---\na: b\n", 20), "document-limit", small(Limits{Documents: 10})},
		{"many JSON documents", strings.Repeat("{}", 20), "document-limit", small(Limits{Documents: 10})},
		{"large file", head + "# " + strings.Repeat("x", 1000), "file-size-limit", small(Limits{FileBytes: 1000})},
		{"large files", head, "total-size-limit", small(Limits{TotalBytes: 10})},
		{"50 MB of YAML", strings.Repeat("- a: [b, c, {d: e}]\n", 50_000_000/20), "file-size-limit", Options{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			start := time.Now()
			in, findings := readText(c.opts, c.text)
			if !hasCode(findings, model.Error, c.code) {
				t.Errorf("want %s, got %v", c.code, findings)
			}
			if len(in.Workloads) > 0 {
				t.Error("an answer in spite of a limit")
			}
			if took := time.Since(start); took > 20*time.Second {
				t.Errorf("took %s", took)
			}
		})
	}
}

// endless never ends.
type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = '#'
	}
	return len(p), nil
}

func TestEndlessInput(t *testing.T) {
	_, findings, err := Reader{Options{Limits: Limits{FileBytes: 1 << 16}}}.Load([]string{StdinName}, endless{})
	if err != nil || !hasCode(findings, model.Error, "file-size-limit") {
		t.Errorf("got %v, %v", findings, err)
	}
}

// TestOrderOfFiles sees that the order of files and documents does not matter.
func TestOrderOfFiles(t *testing.T) {
	texts := []string{cluster(), policies(`{podSelector: {}, ingress: [{ports: [{port: web}]}]}`, `{podSelector: {matchLabels: {pod: a}}, egress: [{to: [{namespaceSelector: {}}]}]}`),
		policyIn("y", "q", `{podSelector: {}, ingress: [{from: [{podSelector: {}}]}]}`)}
	var files []File
	for i, text := range texts {
		files = append(files, File{Name: fmt.Sprintf("%d.yaml", i), Data: []byte(text)})
	}
	print := func() string {
		in, findings := Reader{}.ReadFiles(files)
		return fmt.Sprintf("%+v\n%v", in, findings)
	}
	want := print()
	slices.Reverse(files)
	if got := print(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestBrokenSkipped sees that what cannot be read is left out where that is asked for, and nothing else is.
func TestBrokenSkipped(t *testing.T) {
	text := manifest("v1", "Pod", "name: a", podSpec) + "---\na: [\n" + "---\napiVersion: v1\nmetadata: {name: x}\n" + manifest("v1", "Pod", "name: b", podSpec)
	in, findings := mustRead(t, Options{Broken: BrokenSkipped}, text)
	if got := fmt.Sprint(ids(in)); got != "[default/Pod/a default/Pod/b]" {
		t.Errorf("got %s", got)
	}
	wantCodes(t, findings, "warning broken-document-skipped")
	_, findings = readText(Options{Broken: BrokenSkipped}, text, policies(`{ingress: [{ports: [{port: 0}]}]}`))
	wantCodes(t, findings, "error invalid-port")
}

// FuzzRead reads anything: it must not panic, and what it accepts must be valid.
func FuzzRead(f *testing.F) {
	for _, seed := range []string{"", "a: b", cluster()[:1200], policies(`{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}}], ports: [{port: web}, {port: 1, endPort: 2}]}]}`),
		bomb(4), "x: &a [*a]", `{"kind": "List", "apiVersion": "v1", "items": [null, {"kind": "Pod", "apiVersion": "v1", "metadata": {"name": "a"}}]}`,
		manifest("v1", "Pod", owned("a", "l: v", "ReplicaSet", "a"), podSpec), "--- |\n a\n--- >\n b\n", "? a\n: b\n<<: {c: d}"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		r := Reader{Options{Limits: Limits{AliasNodes: 1000, Depth: 50}}}
		files := []File{{Name: "f.yaml", Data: data}}
		in, findings := r.ReadFiles(files)
		if err := in.Policy.Validate(); err != nil {
			t.Error(err)
		}
		if err := in.Inventory.Validate(); err != nil {
			t.Error(err)
		}
		for _, x := range findings {
			if x.Code == "" || x.Summary == "" || x.Severity == 0 {
				t.Errorf("finding without a word: %+v", x)
			}
		}
		again, _ := r.ReadFiles([]File{{Name: "f.yaml", Data: bytes.Clone(data)}})
		if fmt.Sprintf("%+v", in) != fmt.Sprintf("%+v", again) {
			t.Error("two answers to one input")
		}
	})
}
