package placement

import (
	"slices"
	"strings"
	"testing"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
)

// pod returns a workload "shop/Deployment/web" of a known namespace, with labels "app=web,tier=front".
func pod(id, labels string) providers.Workload {
	parts := strings.Split(id, "/")
	return providers.Workload{
		ID: model.Identity(id), Namespace: parts[0], Kind: parts[1], Name: parts[2], Labels: pairs(labels),
		NamespaceLabels: map[string]string{metadataName: parts[0]}, NamespaceKnown: true,
	}
}

// inNamespace gives a workload's namespace more labels.
func inNamespace(w providers.Workload, labels string) providers.Workload {
	w.NamespaceLabels = pairs(labels)
	w.NamespaceLabels[metadataName] = w.Namespace
	return w
}

// unread marks the workload's Namespace as not read.
func unread(w providers.Workload) providers.Workload {
	w.NamespaceKnown = false
	return w
}

func pairs(s string) map[string]string {
	out := map[string]string{}
	for _, p := range strings.Split(s, ",") {
		if k, v, ok := strings.Cut(p, "="); ok {
			out[k] = v
		}
	}
	return out
}

func shop() []providers.Workload {
	return []providers.Workload{
		pod("shop/Deployment/web", "app=web"),
		pod("shop/Deployment/api", "app=api"),
		pod("shop/StatefulSet/db", "app=db"),
	}
}

// file returns a placement with one section.
func file(section string) string { return header + "\n" + section }

// mustRead reads a placement that has no error.
func mustRead(t *testing.T, text string) Placement {
	t.Helper()
	p, fs := Read("place.yaml", []byte(text))
	if model.WorstSeverity(fs) == model.Error {
		t.Fatalf("Read: %v\nin\n%s", fs, text)
	}
	return p
}

// mustSite joins workloads without an error.
func mustSite(t *testing.T, text, cloud string, ws ...providers.Workload) (providers.Site, []model.Finding) {
	t.Helper()
	s, fs := mustRead(t, text).Site(cloud, ws)
	if model.WorstSeverity(fs) == model.Error {
		t.Fatalf("Site: %v", fs)
	}
	return s, fs
}

// wantFinding fails unless there is a finding of the code whose text has all the
// parts.
func wantFinding(t *testing.T, fs []model.Finding, code string, parts ...string) {
	t.Helper()
	if !slices.ContainsFunc(fs, func(f model.Finding) bool { return f.Code == code && hasAll(f.String(), parts) }) {
		t.Errorf("no finding %s with %q in:\n%s", code, parts, show(fs))
	}
}

func hasAll(s string, parts []string) bool {
	return !slices.ContainsFunc(parts, func(p string) bool { return !strings.Contains(s, p) })
}

func show(fs []model.Finding) string {
	var out []string
	for _, f := range fs {
		out = append(out, f.String())
	}
	return strings.Join(out, "\n")
}
