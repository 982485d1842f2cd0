package kubernetes

import (
	"strings"
	"testing"

	"github.com/crosswall/crosswall/model"
)

// stored is files as an API server prints their objects.
func stored(texts ...string) []File {
	var files []File
	for _, text := range texts {
		files = append(files, File{Name: "k8s://prod", Data: []byte(text), Stored: true})
	}
	return files
}

// Objects of an API server have no lines.
func TestStoredObjectsHaveNoLines(t *testing.T) {
	in, findings := Reader{}.ReadFiles(stored(cluster(), policies("{podSelector: {matchLabels: {pod: nobody}}}", "{podSelector: {}, ingress: [{from: [{podSelector: {}}]}]}")))
	for _, f := range findings {
		if f.Origin.Line != 0 || f.Origin.Column != 0 {
			t.Errorf("%s", f)
		}
	}
	if got := in.Policy.Layers[0].Ingress[0].Rules[0].Origin.String(); got != "k8s://prod: NetworkPolicy x/p1 spec.ingress[0].from[0]" {
		t.Errorf("a rule is at %s", got)
	}
	wantCodes(t, findings, "warning policy-selects-nothing")
}

// What an API server has accepted is read as it reads it: CIDRs with host bits are masked, whatever
// is said about manifests (semantics, section 1, item 14).
func TestStoredCIDRsAreMasked(t *testing.T) {
	const spec = "{podSelector: {matchLabels: {pod: a}}, ingress: [{from: [{ipBlock: {cidr: 192.168.1.7/24}}]}]}"
	in, findings := Reader{}.ReadFiles(stored(cluster(), policies(spec)))
	wantCodes(t, findings, "lax-cidr")
	wantRows(t, in, "y/a > x/a tcp/80: allow", "z/a > x/a tcp/80: deny")
	if _, findings := readText(Options{}, cluster(), policies(spec)); model.WorstSeverity(findings) != model.Error {
		t.Error("the same is accepted of a manifest")
	}
}

// A field that is not known here is refused of a cluster too: it may decide about everything.
func TestStoredUnknownFieldIsRefused(t *testing.T) {
	if _, findings := (Reader{}).ReadFiles(stored(cluster(), policies("{podSelector: {}, deny: [{}]}"))); model.WorstSeverity(findings) != model.Error {
		t.Errorf("accepted: %v", findings)
	}
}

// Pods on their nodes' network are in every cluster, and are told of once.
func TestStoredHostNetworkIsToldOnce(t *testing.T) {
	host := func(name string) string {
		return "---\napiVersion: v1\nkind: Pod\nmetadata: {name: " + name + ", namespace: x}\nspec: {nodeName: n1, hostNetwork: true, containers: [{name: c}]}\nstatus: {phase: Running, podIP: 10.0.0.1}\n"
	}
	_, findings := Reader{}.ReadFiles(stored(cluster(), host("proxy"), host("agent")))
	var told []string
	for _, f := range findings {
		if f.Code == "host-network" {
			told = append(told, f.Summary)
		}
	}
	if len(told) != 1 || !strings.Contains(told[0], "x/Pod/agent, x/Pod/proxy") {
		t.Errorf("told %q", told)
	}
}

// Policies that could not be read may isolate the pods of their namespace, and may admit anything to them; others stay known.
func TestUnread(t *testing.T) {
	const onlyB = "{podSelector: {matchLabels: {pod: a}}, ingress: [{from: [{podSelector: {matchLabels: {pod: b}}}]}]}"
	for _, row := range []struct {
		name   string
		unread []string
		rows   []string
	}{
		{"none", nil, []string{"x/b > x/a tcp/80: allow", "x/c > x/a tcp/80: deny", "x/a > x/b tcp/80: allow", "y/a > z/a tcp/80: allow"}},
		{"the namespace of the policy", []string{"x"}, []string{"x/b > x/a tcp/80: unknown", "x/c > x/a tcp/80: unknown", "x/a > y/b tcp/80: unknown", "y/a > z/a tcp/80: allow", "198.51.100.7 > x/a tcp/80: unknown"}},
		{"another namespace", []string{"y"}, []string{"x/b > x/a tcp/80: allow", "x/c > x/a tcp/80: deny", "x/a > y/b tcp/80: unknown", "y/b > x/a tcp/80: deny", "y/b > x/b tcp/80: unknown"}},
		{"all", []string{""}, []string{"x/b > x/a tcp/80: unknown", "x/c > x/a tcp/80: unknown", "y/a > z/a tcp/80: unknown", "z/a > 198.51.100.7 udp/53: unknown"}},
	} {
		in, _ := mustRead(t, Options{Unread: row.unread}, cluster(), policies(onlyB))
		t.Run(row.name, func(t *testing.T) { wantRows(t, in, row.rows...) })
	}
}

func TestUnmodelled(t *testing.T) {
	for _, row := range []struct {
		group, kind string
		want        bool
	}{
		{"policy.networking.k8s.io", "AdminNetworkPolicy", true}, {"cilium.io", "CiliumNetworkPolicy", true}, {"example.com", "FancyNetworkPolicy", true},
		{"networking.k8s.io", "NetworkPolicy", false}, {"projectcalico.org", "StagedNetworkPolicy", false}, {"apps", "Deployment", false}, {"", "Secret", false},
	} {
		if got := Unmodelled(row.group, row.kind); got != row.want {
			t.Errorf("%s of %s: %v", row.kind, row.group, got)
		}
	}
}
