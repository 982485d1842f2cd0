package placement

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
)

// spell writes an allowance as "direction target < peer : traffic".
func spell(a providers.Allowance) string {
	return fmt.Sprintf("%s %s: %s < %s: %s", a.Direction, a.Rule.Name, ends(a.Rule.Target), ends(a.Rule.Peer), a.Rule.Traffic)
}

func ends(s model.Selector) string {
	if ids, ok := s.(model.Identities); ok && len(ids) == 3 {
		return "all"
	}
	return model.Inventory{}.Resolve(s).Must.String()
}

func allowancesOf(t *testing.T, text, cloud string, ws ...providers.Workload) []string {
	t.Helper()
	s, _ := mustSite(t, text, cloud, ws...)
	var out []string
	for _, a := range s.Allowances {
		if a.Rule.Action != model.Allow || a.Rule.Reason == "" || a.Rule.Origin.File != "place.yaml" || a.Rule.Origin.Line == 0 {
			t.Errorf("allowance lacks action, reason or origin: %+v", a.Rule)
		}
		out = append(out, spell(a))
	}
	return out
}

func wantLines(t *testing.T, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("got\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}

// PMTUD: cloud semantics 5, both ways. AWS drops the message without a rule; GCP lets it pass and
// neither GCP nor Azure knows ICMP types.
func TestPMTUD(t *testing.T) {
	both := []string{
		"ingress pmtud: all < any: icmp type 3 code 4, icmpv6 type 2",
		"egress pmtud: all < any: icmp type 3 code 4, icmpv6 type 2",
	}
	for _, c := range []struct {
		cloud, platform string
		want            []string
	}{
		{"aws", "{}", both},
		{"aws", "{pmtud: true}", both},
		{"aws", "{pmtud: false}", nil},
		{"gcp", "{}", nil},
		{"azure", "{}", nil},
		{"azure", "{pmtud: true}", both},
	} {
		wantLines(t, allowancesOf(t, file(c.cloud+": {workloads: [{}], platform: "+c.platform+"}"), c.cloud, shop()...), c.want...)
	}
	if got := allowancesOf(t, file("aws: {workloads: [{}]}"), "aws"); len(got) > 0 {
		t.Errorf("allowances for no workload: %v", got)
	}
	s, _ := mustSite(t, file("aws:\n  workloads: [{}]\n  platform:\n    pmtud: true\n"), "aws", shop()...)
	if at := s.Allowances[0].Rule.Origin.String(); at != "place.yaml:6:5: Placement aws.platform.pmtud" {
		t.Errorf("origin %s", at)
	}
}

const homes = `
  subnets: [{name: pods, cidrs: [10.0.1.0/24], exclusive: true}]
  workloads: [{subnets: [pods]}]
  platform:
    pmtud: false
    nodes: [10.0.9.0/24]
    apiServer: [10.0.8.0/28]
    dns: [10.0.7.0/28]
    webhooks: [{podSelector: {matchLabels: {app: api}}, ports: [{protocol: TCP, port: 9443}]}]
`

// The rows that every managed cluster has.
func clusterRowsSpelt(preset string) []string {
	out := []string{
		"ingress P/node-probes: all < 10.0.9.0/24: tcp",
		"ingress P/api-server-calls: shop/Deployment/api < 10.0.8.0/28: tcp/9443",
		"egress P/api-server: all < 10.0.8.0/28: tcp/443",
		"egress P/dns-query: all < 10.0.7.0/28: udp/53, tcp/53",
		"ingress P/kubelet: 10.0.9.0/24 < 10.0.8.0/28: tcp/10250",
		"egress P/node-to-api-server: 10.0.9.0/24 < 10.0.8.0/28: tcp/443",
		"egress P/node-to-registry: 10.0.9.0/24 < any: tcp/443",
	}
	for i := range out {
		out[i] = strings.Replace(out[i], "P/", preset+"/", 1)
	}
	return out
}

func TestPresets(t *testing.T) {
	for _, c := range []struct {
		cloud, preset string
		more          []string
	}{
		{"aws", "eks", nil},
		{"gcp", "gke", []string{"ingress gke/health-checks: all < 35.191.0.0/16, 130.211.0.0/22: tcp"}},
		{"azure", "aks", []string{"ingress aks/load-balancer-probes: all < 168.63.129.16/32: tcp"}},
	} {
		text := file(c.cloud + ":" + homes + "    presets: [" + c.preset + "]\n")
		got := allowancesOf(t, text, c.cloud, shop()...)
		wantLines(t, got, append(clusterRowsSpelt(c.preset), c.more...)...)
	}
	for _, p := range presets() {
		for _, row := range p.rows {
			if row.source == "" || row.reason == "" {
				t.Errorf("%s/%s has no source or reason", p.name, row.name)
			}
		}
	}
}

// DNS servers that are workloads must be let answer too; they are known by name,
// not by the Service's address (cloud semantics 10: ClusterIP is translated on the node).
func TestPresetDNSWorkloads(t *testing.T) {
	text := strings.Replace(file("aws:"+homes+"    presets: [eks]\n"), "dns: [10.0.7.0/28]", "dns: [169.254.20.10/32, {podSelector: {matchLabels: {app: db}}}]", 1)
	var got []string
	for _, l := range allowancesOf(t, text, "aws", shop()...) {
		if strings.Contains(l, "dns") {
			got = append(got, l)
		}
	}
	wantLines(t, got,
		"egress eks/dns-query: all < 169.254.20.10/32: udp/53, tcp/53",
		"egress eks/dns-query-pods: all < shop/StatefulSet/db: udp/53, tcp/53",
		"ingress eks/dns-answer: shop/StatefulSet/db < all: udp/53, tcp/53",
		"ingress eks/dns-answer-nodes: shop/StatefulSet/db < 10.0.9.0/24: udp/53, tcp/53",
	)
	_, fs := mustRead(t, strings.Replace(text, "app: db", "app: coredns", 1)).Site("aws", shop())
	wantFinding(t, fs, codeUnmatched, "error:", "place.yaml:10:29", "no workload is the DNS server")
}

func TestPresetOfNothing(t *testing.T) {
	got := allowancesOf(t, file("aws: {workloads: [{}], platform: {pmtud: false, presets: [eks], nodes: [], apiServer: [], dns: [], webhooks: []}}"), "aws", shop()...)
	wantLines(t, got)
}

// Nodes in the workloads' own addresses are nodes still: the allowance must not
// become one for the pods beside them.
func TestNodesAmongWorkloads(t *testing.T) {
	text := strings.NewReplacer("nodes: [10.0.9.0/24]", "nodes: [10.0.1.0/24]", ", exclusive: true", "").Replace(file("aws:" + homes + "    presets: [eks]\n"))
	s, fs := mustSite(t, text, "aws", shop()...)
	wantFinding(t, fs, codeNodes, "warning", "place.yaml:8:12", "nodes and the workloads of aws.workloads[0] both hold addresses in 10.0.1.0/24")
	for _, a := range s.Allowances {
		if a.Rule.Name != "eks/node-probes" {
			continue
		}
		peer := model.Inventory{}.Resolve(a.Rule.Peer).Must
		at := model.MustPrefixes("10.0.1.0/24").Prefixes()[0].Addr()
		if !peer.Contains(model.Endpoint{Addr: at}) || peer.Contains(model.Endpoint{ID: "shop/Deployment/web", Addr: at}) {
			t.Errorf("probes come from %s", peer)
		}
	}
}

func TestOwnAllowances(t *testing.T) {
	allow := func(s string) string {
		return file("gcp: {workloads: [{}], platform: {allow: [{name: x, reason: because, " + s + "}]}}")
	}
	for _, c := range []struct{ text, want string }{
		{"direction: ingress, peers: [10.0.0.0/8], ports: [{protocol: TCP, port: 9100, endPort: 9110}]", "ingress x: all < 10.0.0.0/8: tcp/9100-9110"},
		{"direction: egress, peers: [0.0.0.0/0, '::/0'], ports: [{protocol: UDP, port: 123}]", "egress x: all < any: udp/123"},
		{"direction: ingress, workloads: {podSelector: {matchLabels: {app: db}}}, peers: [{podSelector: {matchLabels: {app: web}}}], ports: [{protocol: ANY}]",
			"ingress x: shop/StatefulSet/db < shop/Deployment/web: any"},
		{"direction: ingress, peers: [10.0.0.0/8, {podSelector: {matchLabels: {app: web}}}, {podSelector: {matchLabels: {app: db}}}], ports: [{protocol: SCTP}, {protocol: TCP, port: 1}]",
			"ingress x: all < shop/Deployment/web, shop/StatefulSet/db, 10.0.0.0/8: sctp, tcp/1"},
		{"direction: ingress, peers: [10.0.0.0/8], ports: [{protocol: ICMP, type: 8, code: 0}, {protocol: ICMPv6, type: 128}, {protocol: ICMP}]",
			"ingress x: all < 10.0.0.0/8: icmp type 8 code 0, icmpv6 type 128, icmp"},
	} {
		wantLines(t, allowancesOf(t, allow(c.text), "gcp", shop()...), c.want)
	}
}

// An allowance whose selector picks nobody admits nothing, and says so.
func TestAllowanceForNobody(t *testing.T) {
	for _, s := range []string{
		"workloads: {namespace: none}, peers: [10.0.0.0/8]",
		"peers: [{namespace: none}]",
	} {
		site, fs := mustSite(t, file("gcp: {workloads: [{}], platform: {allow: [{name: x, reason: y, direction: ingress, ports: [{protocol: ANY}], "+s+"}]}}"), "gcp", shop()...)
		wantFinding(t, fs, codeUnmatched, "warning", "x matches no workload")
		if len(site.Allowances) > 0 {
			t.Errorf("%s: %v", s, site.Allowances)
		}
	}
	_, fs := mustRead(t, file("gcp: {workloads: [{}], platform: {allow: [{name: x, reason: y, direction: ingress, ports: [{protocol: ANY}], peers: [{namespaceSelector: {matchLabels: {team: a}}}]}]}}")).
		Site("gcp", []providers.Workload{unread(shop()[0])})
	wantFinding(t, fs, codeUnknownLabel, "error", "x selects by labels of namespace shop")
}
