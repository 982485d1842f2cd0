package placement

import (
	"bytes"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
)

var update = flag.Bool("update", false, "write the golden files anew")

// starting is workloads that need every trick of a starting file: labels that hold
// others', equal labels, none, and values that YAML would read as something else.
func starting() []providers.Workload {
	return []providers.Workload{
		pod("shop/Deployment/web", "app=web,pod-template-hash=1234"),
		pod("shop/Deployment/api", "app=api,helm.sh/chart=api-1.2.3"),
		pod("shop/Deployment/api-canary", "app=api,track=canary,helm.sh/chart=api-1.2.3"),
		pod("shop/StatefulSet/db", "app.kubernetes.io/name=db,version=1"),
		pod("shop/CronJob/report-day", "app=report"),
		pod("shop/CronJob/report-week", "app=report"),
		pod("shop/Pod/bare", ""),
		pod("kube-system/Deployment/coredns", "k8s-app=kube-dns"),
		pod("yes/Deployment/on", "enabled=true,0=1e3"),
	}
}

func TestInitGolden(t *testing.T) {
	got := Init(starting(), []string{"gcp", "aws", "azure", "aws", "oracle"})
	path := filepath.Join("testdata", "init.yaml")
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("Init differs from %s (go test -update writes it anew):\n%s", path, got)
	}
	ws := starting()
	slices.Reverse(ws)
	if !bytes.Equal(got, Init(ws, cloudNames())) {
		t.Error("the order of the workloads or clouds changes the file")
	}
}

// A starting file is refused for its blanks only, each with its line, and is
// accepted when they are filled in.
func TestInitNeedsItsBlanksOnly(t *testing.T) {
	text := Init(starting(), cloudNames())
	_, fs := Read("place.yaml", text)
	fs = slices.DeleteFunc(fs, func(f model.Finding) bool { return f.Severity < model.Error })
	lines := strings.Split(string(text), "\n")
	for _, f := range fs {
		if f.Code != codeBlank || !strings.Contains(lines[f.Origin.Line-1], Blank) {
			t.Errorf("unexpected: %s", f)
		}
	}
	if want := 3 * 5; len(fs) != want { // a subnet, nodes, API server, DNS and webhooks in each of three clouds
		t.Errorf("%d blanks, want %d:\n%s", len(fs), want, show(fs))
	}
	p := mustRead(t, fill(text))
	for _, c := range cloudNames() {
		checkStart(t, p, c, starting())
	}
}

func fill(text []byte) string {
	return strings.NewReplacer("webhooks: ["+Blank+"]", "webhooks: []", "["+Blank+"]", "[10.0.0.0/16]").Replace(string(text))
}

// checkStart fails unless the entry that places a workload is the one that names it.
func checkStart(t *testing.T, p Placement, cloud string, ws []providers.Workload) {
	t.Helper()
	s, fs := p.Site(cloud, ws)
	for _, f := range fs {
		if f.Severity == model.Error || f.Code == codeShadowed || f.Code == codeUnmatched {
			t.Errorf("%s: %s", cloud, f)
		}
	}
	if len(s.Homes) != len(ws) {
		t.Errorf("%s: %d homes for %d workloads", cloud, len(s.Homes), len(ws))
	}
}

// Whatever the labels, each entry of a starting file places the workloads that
// its comment names, and no others.
func TestInitRandom(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	for range 300 {
		var ws []providers.Workload
		for i := range 1 + rng.IntN(8) {
			var labels []string
			for _, k := range []string{"app", "tier", "true", "job-name"} {
				if rng.IntN(2) == 0 {
					labels = append(labels, k+"="+[]string{"a", "1", "no", ""}[rng.IntN(4)])
				}
			}
			ws = append(ws, pod(fmt.Sprintf("n%d/Pod/w%d", rng.IntN(3), i), strings.Join(labels, ",")))
		}
		text := Init(ws, []string{"gcp"})
		p, fs := Read("place.yaml", []byte(fill(text)))
		if model.WorstSeverity(fs) == model.Error {
			t.Fatalf("%s\n%s", show(fs), text)
		}
		lines := strings.Split(string(text), "\n")
		for _, w := range ws {
			j := joiner{section: p.sections[0]}
			i, ok := j.place(w)
			if !ok || i < 0 {
				t.Fatalf("%s %v is not placed by\n%s", w.ID, w.Labels, text)
			}
			named := false
			for n := j.section.entries[i].origin.Line - 2; strings.HasPrefix(strings.TrimSpace(lines[n]), "#"); n-- {
				named = named || strings.TrimSpace(lines[n]) == "# Pod "+w.Name
			}
			if !named {
				t.Fatalf("%s %v is placed by the entry on line %d of\n%s", w.ID, w.Labels, j.section.entries[i].origin.Line, text)
			}
		}
	}
}

func TestInitOfNothing(t *testing.T) {
	p := mustRead(t, fill(Init(nil, []string{"aws"})))
	checkStart(t, p, "aws", nil)
}
