package kubernetes

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"text/tabwriter"

	"github.com/crosswall/crosswall/model"
)

// TestCorpus reads every folder of real manifests: each is read, or refused with messages
// that say where and what.
func TestCorpus(t *testing.T) {
	root := shared(t, "corpus")
	folders, err := filepath.Glob(filepath.Join(root, "k8s-*"))
	if err != nil || len(folders) == 0 {
		t.Skipf("no folders of manifests: %v", err)
	}
	var table strings.Builder
	w := tabwriter.NewWriter(&table, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "folder\tresult\tworkloads\trules\terrors\twarnings\tfiles read alone\tfirst")
	for _, f := range folders {
		in, findings, err := Reader{}.Read(os.DirFS(f))
		if err != nil {
			t.Errorf("%s: %v", f, err)
			continue
		}
		counts := map[model.Severity]int{}
		for _, x := range findings {
			counts[x.Severity]++
			if x.Severity == model.Error && (x.Origin.File == "" || x.Origin.Line == 0 || x.Summary == "") {
				t.Errorf("%s: an error without a place: %s", f, x)
			}
			if os.Getenv("CROSSWALL_VERBOSE") != "" && x.Severity == model.Error {
				t.Log(x)
			}
		}
		result, first := "read", ""
		if counts[model.Error] > 0 {
			result, first = "refused", strings.ReplaceAll(findings[0].String(), "\n", " ")
		}
		rules := 0
		for _, l := range in.Policy.Layers {
			for _, c := range append(l.Ingress, l.Egress...) {
				rules += len(c.Rules)
			}
		}
		alone, all := oneByOne(t, f)
		fmt.Fprintf(w, "%s\t%s\t%d\t%d\t%d\t%d\t%d of %d\t%s\n", filepath.Base(f), result, len(in.Workloads), rules,
			counts[model.Error], counts[model.Warning], alone, all, first)
		if err := in.Policy.Validate(); err != nil {
			t.Errorf("%s: %v", f, err)
		}
		if err := in.Inventory.Validate(); err != nil {
			t.Errorf("%s: %v", f, err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	t.Log("\n" + table.String())
}

// oneByOne reads every file of a folder by itself and returns how many were not refused.
func oneByOne(t *testing.T, folder string) (read, all int) {
	t.Helper()
	files, _, err := Reader{}.Load([]string{folder}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		in, findings := Reader{}.ReadFiles([]File{f})
		all++
		if model.WorstSeverity(findings) != model.Error {
			read++
		}
		if err := in.Policy.Validate(); err != nil {
			t.Errorf("%s: %v", f.Name, err)
		}
	}
	return read, all
}
