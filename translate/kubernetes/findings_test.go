package kubernetes

import (
	"testing"
)

// TestFindings holds what is reported of input that is valid.
func TestFindings(t *testing.T) {
	dep := manifest("apps/v1", "Deployment", "name: a, namespace: shop", template("app: a", ""))
	shop := func(spec string) string { return dep + policyIn("shop", "p", spec) }
	custom := func(apiVersion, kind string) string { return dep + manifest(apiVersion, kind, "name: c", "spec: {}") }
	for _, c := range []struct {
		name, input string
		codes       []string
	}{
		{"nothing odd", manifest("v1", "Namespace", "name: shop", "") + shop(`{podSelector: {}, policyTypes: [Ingress], ingress: [{from: [{podSelector: {}}]}]}`),
			[]string{"info own-node", "-default-namespace", "-policy-selects-nothing", "-peer-matches-nothing", "-unread-objects", "-dns-blocked"}},
		{"no namespace", manifest("v1", "Pod", "name: a", podSpec) + manifest("v1", "Pod", "name: b", podSpec), []string{"info default-namespace"}},
		{"policy of nobody", shop(`{podSelector: {matchLabels: {app: b}}}`), []string{"warning policy-selects-nothing"}},
		{"peer of nobody", shop(`{ingress: [{from: [{podSelector: {matchLabels: {app: b}}}]}]}`), []string{"warning peer-matches-nothing"}},
		{"no spec", dep + manifest("networking.k8s.io/v1", "NetworkPolicy", "name: p, namespace: shop", ""), []string{"warning policy-without-spec"}},
		{"dead rules", shop(`{policyTypes: [Egress], ingress: [{}]}`), []string{"warning dead-rules"}},
		{"egress only, no types", shop(`{egress: [{}]}`), []string{"warning ingress-denied-too"}},
		{"egress and ingress, no types", shop(`{egress: [{}], ingress: []}`), []string{"-ingress-denied-too"}},
		{"egress only, with types", shop(`{policyTypes: [Egress], egress: [{}]}`), []string{"-ingress-denied-too"}},
		{"empty egress, no types", shop(`{egress: []}`), []string{"warning egress-not-denied"}},
		{"DNS as two items", shop(`{policyTypes: [Egress], egress: [{to: [{namespaceSelector: {matchLabels: {name: kube-system}}}, {podSelector: {matchLabels: {k8s-app: kube-dns}}}], ports: [{port: 53, protocol: UDP}]}]}`),
			[]string{"warning dns-pattern", "warning namespace-name-label"}},
		{"DNS as one item", shop(`{policyTypes: [Egress], egress: [{to: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: kube-system}}, podSelector: {matchLabels: {k8s-app: kube-dns}}}], ports: [{port: 53, protocol: UDP}]}]}`),
			[]string{"-dns-pattern", "-namespace-name-label", "info dns-one-protocol", "-dns-blocked"}}, // without TCP
		{"DNS over both protocols", shop(`{policyTypes: [Egress], egress: [{to: [{namespaceSelector: {}}], ports: [{port: 53, protocol: UDP}, {port: 53}]}]}`), []string{"-dns-blocked", "-dns-pattern"}},
		{"DNS in two policies", shop(`{policyTypes: [Egress], egress: [{ports: [{port: 53, protocol: UDP}]}]}`) + policyIn("shop", "q", `{policyTypes: [Egress], egress: [{ports: [{port: 53}]}]}`), []string{"-dns-blocked"}},
		{"egress denied", shop(`{policyTypes: [Egress]}`), []string{"info dns-blocked"}},
		{"egress to one peer only", shop(`{policyTypes: [Egress], egress: [{to: [{podSelector: {}}]}]}`), []string{"info dns-blocked"}},
		{"namespaces by name, and there is one", manifest("v1", "Namespace", "name: m, labels: {name: m}", "") + shop(`{ingress: [{from: [{namespaceSelector: {matchLabels: {name: m}}}]}]}`), []string{"-namespace-name-label"}},
		{"egress for replies", shop(`{policyTypes: [Ingress, Egress], ingress: [{from: [{podSelector: {matchLabels: {app: a}}}], ports: [{port: 80}]}], egress: [{to: [{podSelector: {matchLabels: {app: a}}}]}]}`),
			[]string{"warning reply-only-egress"}},
		{"egress of its own", shop(`{policyTypes: [Ingress, Egress], ingress: [{from: [{podSelector: {matchLabels: {app: a}}}]}], egress: [{to: [{podSelector: {matchLabels: {app: a}}}], ports: [{port: 80}]}]}`),
			[]string{"-reply-only-egress"}},
		{"egress for replies, by the ports of clients", shop(`{policyTypes: [Ingress, Egress], ingress: [{from: [{podSelector: {matchLabels: {app: a}}}], ports: [{port: 80}]}], egress: [{ports: [{port: 32768, endPort: 60999}, {port: 1024, endPort: 65535, protocol: UDP}]}]}`),
			[]string{"warning reply-only-egress"}},
		{"egress for replies to those who are let in, by the ports of clients", shop(`{policyTypes: [Ingress, Egress], ingress: [{from: [{ipBlock: {cidr: "2001:db8::/32"}}], ports: [{port: 80}]}], egress: [{to: [{ipBlock: {cidr: "2001:db8::/32"}}], ports: [{port: 49152, endPort: 65535}]}]}`),
			[]string{"warning reply-only-egress"}},
		{"egress to node ports", shop(`{policyTypes: [Ingress, Egress], ingress: [{ports: [{port: 80}]}], egress: [{ports: [{port: 30000, endPort: 32767}]}]}`), []string{"-reply-only-egress"}},
		{"egress to high ports too", shop(`{policyTypes: [Ingress, Egress], ingress: [{ports: [{port: 80}]}], egress: [{ports: [{port: 443}, {port: 1024, endPort: 65535}]}]}`), []string{"-reply-only-egress"}},
		{"egress to high ports of pods that nobody asks", shop(`{policyTypes: [Egress], egress: [{ports: [{port: 1024, endPort: 65535}]}]}`), []string{"-reply-only-egress"}},
		{"a named port that is not DNS", manifest("v1", "Pod", "name: db, namespace: shop, labels: {app: db}", "spec: {containers: [{ports: [{name: pg, containerPort: 5432}]}]}") +
			shop(`{policyTypes: [Egress], egress: [{to: [{podSelector: {matchLabels: {app: db}}}], ports: [{port: pg}]}, {ports: [{port: 53, protocol: UDP}]}]}`), []string{"info dns-one-protocol"}},
		{"a named port that is DNS", manifest("v1", "Pod", "name: dns, namespace: shop, labels: {app: dns}", "spec: {containers: [{ports: [{name: names, containerPort: 53}]}]}") +
			shop(`{policyTypes: [Egress], egress: [{to: [{podSelector: {matchLabels: {app: dns}}}], ports: [{port: names}]}, {ports: [{port: 53, protocol: UDP}]}]}`), []string{"-dns-blocked"}},
		{"unresolved port", shop(`{ingress: [{ports: [{port: web}]}]}`), []string{"warning named-port-unresolved"}},
		{"partly resolved port", shop(`{ingress: [{ports: [{port: web}]}]}`) + manifest("v1", "Pod", "name: b, namespace: shop", "spec: {containers: [{ports: [{name: web, containerPort: 80}]}]}"),
			[]string{"info named-port-partial", "-named-port-unresolved"}},
		{"unresolved port of a peer", shop(`{policyTypes: [Egress], egress: [{to: [{podSelector: {}}], ports: [{port: web}]}]}`), []string{"warning named-port-unresolved"}},
		{"unresolved port of anybody", shop(`{policyTypes: [Egress], egress: [{ports: [{port: web}]}]}`), []string{"warning named-port-unresolved"}},
		{"port of a policy of nobody", shop(`{podSelector: {matchLabels: {app: b}}, ingress: [{ports: [{port: web}]}]}`), []string{"warning policy-selects-nothing", "-named-port-unresolved"}},
		{"port of a peer that is nobody", shop(`{policyTypes: [Egress], egress: [{to: [{podSelector: {matchLabels: {app: b}}}], ports: [{port: web}]}]}`),
			[]string{"warning peer-matches-nothing", "-named-port-unresolved"}},
		{"block with pods", shop(`{ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/24}}]}]}`), []string{"info ipblock-pods"}},
		{"block without pods", shop(`{ingress: [{from: [{ipBlock: {cidr: 8.0.0.0/24}}]}]}`), []string{"-ipblock-pods"}},
		{"the same twice", policies("{}") + policies("{}"), []string{"warning duplicate-object"}},
		{"hook", dep + manifest("batch/v1", "Job", "name: j, annotations: {helm.sh/hook: post-install}", template("a: b", "")), []string{"info helm-hook"}},
		{"ended", dep + manifest("v1", "Pod", "name: a", "status: {phase: Failed}"), []string{"info ended-pods"}},
		{"owner without a kind", manifest("v1", "Pod", "name: a, ownerReferences: [{name: b, controller: true}]", podSpec), []string{"warning invalid-owner"}},
		{"Deployment of an old version", manifest("extensions/v1beta1", "Deployment", "name: b", template("a: b", "")), []string{"warning old-api-version"}},
		{"CronJob of an old version", manifest("batch/v1beta1", "CronJob", "name: b", "spec: {jobTemplate: {spec: {template: {metadata: {labels: {a: b}}}}}}"), []string{"warning old-api-version"}},
		{"Deployment of today", dep, []string{"-old-api-version"}},
		{"service", custom("v1", "Service"), []string{"info unread-objects", "-unmodelled-policy"}},
		{"unknown core kind", custom("v1", "Route"), []string{"warning unknown-kind"}},
		{"admin policy", custom("policy.networking.k8s.io/v1alpha1", "AdminNetworkPolicy"), []string{"warning unmodelled-policy"}},
		{"cluster policy", custom("policy.networking.k8s.io/v1alpha2", "ClusterNetworkPolicy"), []string{"warning unmodelled-policy"}},
		{"Calico", custom("crd.projectcalico.org/v1", "GlobalNetworkPolicy"), []string{"warning unmodelled-policy"}},
		{"Calico's own NetworkPolicy", custom("projectcalico.org/v3", "NetworkPolicy"), []string{"warning unmodelled-policy"}},
		{"Calico on trial", custom("projectcalico.org/v3", "StagedNetworkPolicy"), []string{"-unmodelled-policy"}},
		{"Cilium", custom("cilium.io/v2", "CiliumNetworkPolicy"), []string{"warning unmodelled-policy"}},
		{"Antrea", custom("crd.antrea.io/v1beta1", "ClusterNetworkPolicy"), []string{"warning unmodelled-policy"}},
		{"OpenShift", custom("k8s.ovn.org/v1", "EgressFirewall"), []string{"warning unmodelled-policy"}},
		{"user defined network", custom("k8s.ovn.org/v1", "UserDefinedNetwork"), []string{"warning unmodelled-policy"}},
		{"Istio", custom("security.istio.io/v1", "AuthorizationPolicy"), []string{"warning unmodelled-policy"}},
		{"a policy of somebody else's", custom("example.com/v1", "FancyNetworkPolicy"), []string{"warning unmodelled-policy"}},
		{"a workload of somebody else's", dep + manifest("argoproj.io/v1alpha1", "Rollout", "name: r", template("a: b", "")), []string{"warning unmodelled-workload"}},
		{"OpenShift template", dep + manifest("template.openshift.io/v1", "Template", "name: t", "objects: []"), []string{"warning template-not-processed"}},
		{"kustomization", dep + manifest("kustomize.config.k8s.io/v1beta1", "Kustomization", "name: k", "resources: [a.yaml]\nnamePrefix: p-"), []string{"warning kustomization-not-built"}},
		{"kustomization of others' files", dep + manifest("kustomize.config.k8s.io/v1beta1", "Kustomization", "name: k", "resources: [../base]"), []string{"warning kustomization-not-built"}},
		{"kustomization of remote files", dep + manifest("kustomize.config.k8s.io/v1beta1", "Kustomization", "name: k", "resources: ['https://example.com/a.yaml']"), []string{"warning kustomization-not-built"}},
		{"component", dep + manifest("kustomize.config.k8s.io/v1alpha1", "Component", "name: k", "patches: []"), []string{"warning kustomization-not-built"}},
		{"kustomization that lists files", dep + manifest("kustomize.config.k8s.io/v1beta1", "Kustomization", "name: k", "resources: [a.yaml, ./sub/]"), []string{"info skipped-file", "-kustomization-not-built"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, findings := mustRead(t, Options{}, c.input)
			wantCodes(t, findings, c.codes...)
		})
	}
}

// TestOneFindingForAll sees that what concerns all objects is said once.
func TestOneFindingForAll(t *testing.T) {
	_, findings := mustRead(t, Options{}, manifest("v1", "Pod", "name: a", podSpec)+manifest("v1", "Pod", "name: b", podSpec)+
		manifest("v1", "Service", "name: s", "")+manifest("v1", "Secret", "name: s", "")+manifest("v1", "Secret", "name: t", ""))
	if len(findings) != 2 {
		t.Fatalf("%d findings: %v", len(findings), findings)
	}
	for i, want := range []string{
		"kinds without bearing on network policy were not read: Secret (2), Service (1)",
		`2 objects name no namespace and are taken to be in "default", the first of them Pod default/a`,
	} {
		if findings[i].Summary != want {
			t.Errorf("got %q, want %q", findings[i].Summary, want)
		}
	}
}
