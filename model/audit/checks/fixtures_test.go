package checks_test

import (
	"bytes"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"golang.org/x/tools/txtar"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
	"github.com/crosswall/crosswall/model/audit/checks"
	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/providers/all"
	"github.com/crosswall/crosswall/translate/kubernetes"
	"github.com/crosswall/crosswall/translate/snapshot"
	tfsource "github.com/crosswall/crosswall/translate/terraform"
)

// TestFixtures asks each check about the sources in testdata/<ID>.txtar. A file of an archive is one source:
//
//	-- aws all of IPv6.tf --
//	# raises: critical aws_security_group.web effective
//	resource ...
//
// Its first lines say which findings of the check there are: severity, object, exposure, and, after a colon, words that are in the
// summary, in why it is not sure, or in its causes; "quiet" says that there are none. Findings of other checks do not count. Lines that begin with "set:" are
// settings: "trusted 203.0.113.0/24", "resolvers 192.0.2.53/32", "public tcp/443", "public none", "custom tcp/8444". The ending says what a source is: .tf
// configuration, .json a plan, a state, a snapshot or what a cloud's command prints, .yaml manifests, to which "cluster:" adds the code of what reading
// a cluster finds of its network plugin.
func TestFixtures(t *testing.T) {
	archives, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	byID := map[string]audit.Check{}
	for _, c := range checks.All() {
		byID[c.ID] = c
	}
	for _, name := range archives {
		id := strings.TrimSuffix(filepath.Base(name), ".txtar")
		c, ok := byID[id]
		if !ok {
			t.Errorf("%s is about no check", name)
			continue
		}
		archive, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(id, func(t *testing.T) { testFixtures(t, c, archive) })
	}
}

func testFixtures(t *testing.T, c audit.Check, archive *txtar.Archive) {
	raises, quiet := 0, 0
	for _, f := range archive.Files {
		t.Run(strings.ReplaceAll(f.Name, " ", "_"), func(t *testing.T) {
			want, set := wanted(t, string(f.Data))
			if len(want) == 0 {
				t.Fatal(`the first lines say neither "# raises:" nor "# quiet"`)
			}
			found := audit.Run(audit.New(readingOf(t, f), set), []audit.Check{c})
			if want[0] == "quiet" {
				quiet++
				want = nil
			} else {
				raises++
			}
			compareFindings(t, want, found)
		})
	}
	if raises == 0 || quiet == 0 {
		t.Errorf("%d sources raise the check and %d do not; both are wanted", raises, quiet)
	}
}

// wanted returns the lines at the top of a source that say what is found, and the settings.
func wanted(t *testing.T, text string) ([]string, audit.Settings) {
	t.Helper()
	var out []string
	set := audit.Defaults()
	for line := range strings.Lines(text) {
		line, ok := strings.CutPrefix(strings.TrimSpace(line), "#")
		if !ok {
			break
		}
		verb, rest, _ := strings.Cut(strings.TrimSpace(line), ":")
		switch rest = strings.TrimSpace(rest); verb {
		case "quiet":
			out = append(out, verb)
		case "raises":
			out = append(out, rest)
		case "set":
			apply(t, &set, strings.Fields(rest))
		}
	}
	return out, set
}

// apply applies one setting.
func apply(t *testing.T, set *audit.Settings, words []string) {
	t.Helper()
	if len(words) != 2 {
		t.Fatalf("setting %q", words)
	}
	switch words[0] {
	case "trusted":
		set.Trusted = set.Trusted.Union(model.MustPrefixes(words[1]))
	case "resolvers":
		set.Resolvers = set.Resolvers.Union(model.MustPrefixes(words[1]))
	case "public":
		if words[1] == "none" {
			set.Public = nil
			break
		}
		set.Public = append(set.Public, service(t, words[1]))
	case "custom":
		set.Custom = append(set.Custom, audit.Service{Name: words[1], Traffic: model.Traffic{service(t, words[1])}})
	case "now":
		var err error
		if set.Now, err = time.Parse(time.DateOnly, words[1]); err != nil {
			t.Fatal(err)
		}
	case "expired": // a suppression of a check, as of the first of January 2020
		set.Suppressions = append(set.Suppressions, audit.Suppression{Check: words[1], Owner: "platform", Reason: "a test",
			Expires: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC), Origin: model.Origin{File: "audit.yaml", Line: 7}})
	default:
		t.Fatalf("setting %q", words)
	}
}

// service reads "tcp/443".
func service(t *testing.T, text string) model.Service {
	t.Helper()
	var port uint16
	name, number, _ := strings.Cut(text, "/")
	if _, err := fmt.Sscan(number, &port); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return model.Ports(map[string]model.Protocol{"tcp": model.TCP, "udp": model.UDP, "sctp": model.SCTP}[name], port, port)
}

// readingOf reads a source.
func readingOf(t *testing.T, f txtar.File) audit.Reading {
	t.Helper()
	if path.Ext(f.Name) == ".yaml" {
		r := kubernetes.Reader{}
		in, findings := r.ReadFiles([]kubernetes.File{{Name: "manifests.yaml", Data: f.Data, Named: true}})
		if model.WorstSeverity(findings) == model.Error {
			t.Fatal(findings)
		}
		for line := range strings.Lines(string(f.Data)) {
			if code, ok := strings.CutPrefix(strings.TrimSpace(line), "# cluster: "); ok {
				findings = append(findings, model.Finding{Severity: model.Warning, Code: code, Summary: "the cluster says " + code, Origin: model.Origin{File: "k8s://c"}})
			}
		}
		return kubernetes.Audited(in, findings)
	}
	var in tfsource.Input
	var findings []model.Finding
	var err error
	r := tfsource.Reader{Providers: all.Providers(), Inspect: true}
	switch path.Ext(f.Name) {
	case ".tf":
		in, findings, err = r.Folder(fs.FS(fstest.MapFS{"main.tf": {Data: f.Data}}))
	case ".json":
		r.Path = "source.json"
		_, data, found := bytes.Cut(f.Data, []byte("{")) // after the comments
		if !found {
			t.Fatal("no JSON")
		}
		data = append([]byte("{"), data...)
		if tfsource.KindOf(r.Path, data) != 0 {
			in, findings, err = r.File(data)
			break
		}
		var natives []providers.Native
		for _, p := range all.Providers() {
			if n, ok := p.(providers.Native); ok {
				natives = append(natives, n)
			}
		}
		var taken []providers.Snapshot
		if taken, findings, err = (snapshot.Reader{Natives: natives}).File(r.Path, bytes.NewReader(data)); err == nil {
			in, _ = r.Objects(taken...)
		}
	default:
		t.Fatalf("%s is of no kind that is read", f.Name)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range findings {
		if f.Severity == model.Error {
			t.Fatal(f)
		}
	}
	read, _ := tfsource.Audited(in)
	return read
}

// compareFindings holds findings against wanted lines, in any order.
func compareFindings(t *testing.T, want []string, found []audit.Finding) {
	t.Helper()
	left := slices.Clone(found)
	for _, w := range want {
		i := slices.IndexFunc(left, func(f audit.Finding) bool { return isAs(f, w) })
		if i < 0 {
			t.Errorf("no finding is as wanted: %s", w)
			continue
		}
		left = slices.Delete(left, i, i+1)
	}
	for _, f := range left {
		t.Errorf("found besides: %s\n\t%s", lineOf(f), textOf(f))
	}
	for _, f := range found {
		if f.Where() == (model.Origin{}) {
			t.Errorf("no origin: %s", lineOf(f))
		}
	}
}

func lineOf(f audit.Finding) string {
	line := strings.TrimSpace(fmt.Sprintf("%s %s %s", f.Severity, f.Object.Label(), f.Exposure))
	if f.Unsure != "" {
		line += " unsure"
	}
	return strings.Join(strings.Fields(line), " ")
}

func textOf(f audit.Finding) string {
	text := f.Summary + "\n\t" + f.Unsure
	for _, c := range f.Causes {
		text += "\n\t" + c.Text + " (" + c.Origin.String() + ")"
	}
	return text
}

// isAs reports whether a finding is as a wanted line says.
func isAs(f audit.Finding, want string) bool {
	head, words, _ := strings.Cut(want, ": ")
	return lineOf(f) == strings.TrimSpace(head) && strings.Contains(textOf(f), strings.TrimSpace(words))
}
