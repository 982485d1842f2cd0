package main

import (
	"context"
	"encoding/json"
	"net/netip"
	"path/filepath"
	"strings"
	"testing"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
)

// exampleFolders are the folders of manifests among the examples.
func exampleFolders(t *testing.T) []string {
	t.Helper()
	var out []string
	for _, pattern := range []string{"*", "patterns/*"} {
		found, err := filepath.Glob(filepath.Join(repository, "examples", pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range found {
			if manifests, _ := filepath.Glob(filepath.Join(f, "*.yaml")); len(manifests) > 1 {
				out = append(out, f)
			}
		}
	}
	if len(out) < 4 {
		t.Fatalf("found %d examples; the test would check little", len(out))
	}
	return out
}

// Explain and list are two ways to one answer. Where explain suggests a change,
// the sources with the change admit the connection.
func TestExplainAgreesWithList(t *testing.T) {
	verdicts, changes := map[model.Verdict]int{}, 0
	for _, folder := range exampleFolders(t) {
		o := addSourceFlags(newVersion(silence()))
		m, err := o.read(context.Background(), silence(), []string{folder})
		if err != nil {
			t.Fatal(folder, err)
		}
		sc := scene{policy: m.Policy, inv: m.Inventory, workloads: m.Workloads, isolating: true, isolations: m.Isolations, view: viewSpec}
		listed := connect(m.Policy, m.Inventory, listOptions{view: viewSpec, self: true})
		ends := []string{"198.51.100.7", "203.0.113.5", "203.0.113.200"}
		for _, w := range m.Workloads {
			ends = append(ends, string(w.ID))
		}
		for _, from := range ends {
			for _, to := range ends {
				for _, port := range []uint16{53, 80, 443, 5432, 8080, 9000} {
					q, err := sc.question(from, to, packet{model.Ports(model.TCP, port, port)})
					if err != nil {
						continue // both outside, or one pod
					}
					x := sc.explain(q)
					verdicts[x.verdict]++
					if want := listedVerdict(listed, q, port); x.verdict != want {
						t.Fatalf("%s: %s: listed as %s", folder, x.head(), want)
					}
					if x.verdict != model.Denied {
						continue
					}
					c := closestChange(o.reader(), m, x)
					if c == nil || c.verdict != model.Allowed {
						t.Fatalf("%s: %s: no change that admits it", folder, x.head())
					}
					changes++
				}
			}
		}
	}
	t.Logf("verdicts %v, changes %d", verdicts, changes)
	if verdicts[model.Allowed] == 0 || changes == 0 {
		t.Error("the examples hold nothing to explain")
	}
}

// listedVerdict is what a listing says of a question.
func listedVerdict(c connectivity, q question, port uint16) model.Verdict {
	addr := netip.Addr{}
	for _, e := range []endpoint{q.from, q.to} {
		if e.workload == nil {
			addr = e.Addrs.Prefixes()[0].Addr()
		}
	}
	switch c.says(pair{q.from.ID, q.to.ID, addr}, model.Flow{Protocol: model.TCP, DstPort: port}).answer {
	case saysPasses:
		return model.Allowed
	case saysUnknown:
		return model.Undecided
	case saysNothing:
	}
	return model.Denied
}

func TestFindWorkload(t *testing.T) {
	ws := []providers.Workload{
		{ID: "shop/Deployment/web", Namespace: "shop", Kind: "Deployment", Name: "web"},
		{ID: "shop/StatefulSet/db", Namespace: "shop", Kind: "StatefulSet", Name: "db"},
		{ID: "test/Deployment/web", Namespace: "test", Kind: "Deployment", Name: "web"},
	}
	for _, row := range []struct{ name, want string }{
		{"db", "shop/StatefulSet/db"},
		{"StatefulSet/db", "shop/StatefulSet/db"},
		{"test/web", "test/Deployment/web"},
		{"test/Deployment/web", "test/Deployment/web"},
		{"web", "2 workloads are called that: name shop/Deployment/web or test/Deployment/web"},
		{"Deployment/web", "2 workloads are called that: name shop/Deployment/web or test/Deployment/web"},
		{"bd", "no such workload; did you mean shop/StatefulSet/db?"},
		{"tset/web", "no such workload; did you mean test/Deployment/web?"},
		{"something-else-entirely", "no such workload; there are shop/Deployment/web, shop/StatefulSet/db or test/Deployment/web"},
	} {
		var got string
		if w, err := findWorkload(ws, row.name); err != nil {
			got = err.Error()
		} else {
			got = string(w.ID)
		}
		if got != row.want {
			t.Errorf("%s: %q, want %q", row.name, got, row.want)
		}
	}
}

func TestDistance(t *testing.T) {
	for _, row := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"", "abc", 3}, {"abc", "", 3}, {"abc", "abc", 0}, {"abc", "abd", 1}, {"abc", "xabc", 1}, {"kitten", "sitting", 3}, {"ab", "ba", 2}} {
		if got := distance(row.a, row.b); got != row.want {
			t.Errorf("%q to %q: %d, want %d", row.a, row.b, got, row.want)
		}
	}
}

// A suggested policy names a workload by the fewest labels that name nobody else,
// and never by a label that the next rollout changes.
func TestSuggestedSelectors(t *testing.T) {
	w := func(name string, labels ...string) providers.Workload {
		out := providers.Workload{ID: model.Identity("n/Deployment/" + name), Namespace: "n", Name: name, Labels: map[string]string{}}
		for _, l := range labels {
			k, v, _ := strings.Cut(l, "=")
			out.Labels[k] = v
		}
		return out
	}
	for _, row := range []struct {
		name   string
		w      providers.Workload
		others []providers.Workload
		want   string
	}{
		{"one label does", w("a", "app=a", "tier=web", "version=1"), []providers.Workload{w("b", "app=b", "tier=web")}, "app=a"},
		{"two are needed", w("a", "app=x", "tier=web"), []providers.Workload{w("b", "app=x", "tier=db"), w("c", "app=y", "tier=web")}, "app=x,tier=web"},
		{"not by hash", w("a", "app=x", "pod-template-hash=5d"), []providers.Workload{w("b", "app=x", "pod-template-hash=6e")}, "app=x"},
		{"by version where nothing else differs", w("a", "app=x", "version=1"), []providers.Workload{w("b", "app=x", "version=2")}, "app=x,version=1"},
		{"no labels", w("a"), nil, ""},
	} {
		x := explanation{scene: scene{workloads: append(row.others, row.w)}}
		var got []string
		labels := x.selector(row.w).MatchLabels
		for _, k := range []string{"app", "pod-template-hash", "tier", "version"} {
			if v, ok := labels[k]; ok {
				got = append(got, k+"="+v)
			}
		}
		if strings.Join(got, ",") != row.want {
			t.Errorf("%s: %v, want %s", row.name, got, row.want)
		}
	}
}

// The JSON has the fields that scripts rely on, whatever the verdict.
func TestExplainJSONShape(t *testing.T) {
	for _, row := range []struct{ args, verdict string }{
		{"--from frontend --to backend --port 9000", "allow"},
		{"--from frontend --to database --port 5432", "deny"},
		{"--from backend --to 203.0.113.0/24 --port 443", "unknown"},
	} {
		var out strings.Builder
		s := streams{in: strings.NewReader(""), out: &out, err: &strings.Builder{}}
		run(context.Background(), append([]string{"explain", filepath.Join(repository, "examples", "shop"), "-o", "json"}, strings.Fields(row.args)...), s)
		var got struct {
			Verdict        string
			Request, Reply []struct {
				Layer, Direction, Verdict, Rule string
				Origin                          *model.Origin
			}
		}
		if err := json.Unmarshal([]byte(out.String()), &got); err != nil {
			t.Fatal(err)
		}
		if got.Verdict != row.verdict || len(got.Request) != 2 || got.Reply == nil {
			t.Errorf("%s: %+v", row.args, got)
		}
		for _, s := range got.Request {
			if s.Layer != "kubernetes" || s.Direction == "" || s.Verdict == "" || (s.Rule != "") != (s.Origin != nil && s.Origin.Line > 0) {
				t.Errorf("%s: step %+v", row.args, s)
			}
		}
	}
}
