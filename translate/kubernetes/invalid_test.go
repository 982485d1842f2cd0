package kubernetes

import (
	"fmt"
	"strings"
	"testing"

	"github.com/crosswall/crosswall/model"
)

// TestRejected holds what the API server rejects: each is one error, at its place.
func TestRejected(t *testing.T) {
	for _, c := range []struct{ name, spec, code, path string }{
		{"wrong case of a type", `{policyTypes: [ingress]}`, "invalid-policy-type", "spec.policyTypes[0]"},
		{"three types", `{policyTypes: [Ingress, Egress, Ingress]}`, "invalid-policy-type", "spec.policyTypes"},
		{"wrong case of a protocol", `{ingress: [{ports: [{protocol: tcp}]}]}`, "invalid-protocol", "spec.ingress[0].ports[0].protocol"},
		{"ICMP", `{ingress: [{ports: [{protocol: ICMP}]}]}`, "invalid-protocol", "spec.ingress[0].ports[0].protocol"},
		{"empty protocol", `{ingress: [{ports: [{protocol: ""}]}]}`, "invalid-protocol", "spec.ingress[0].ports[0].protocol"},
		{"port 0", `{ingress: [{ports: [{port: 0}]}]}`, "invalid-port", "spec.ingress[0].ports[0].port"},
		{"port 65536", `{ingress: [{ports: [{port: 65536}]}]}`, "invalid-port", "spec.ingress[0].ports[0].port"},
		{"negative port", `{ingress: [{ports: [{port: -1}]}]}`, "invalid-port", "spec.ingress[0].ports[0].port"},
		{"quoted number", `{ingress: [{ports: [{port: "8080"}]}]}`, "invalid-port", "spec.ingress[0].ports[0].port"},
		{"upper-case name", `{ingress: [{ports: [{port: Web}]}]}`, "invalid-port", "spec.ingress[0].ports[0].port"},
		{"long name", `{ingress: [{ports: [{port: abcdefghijklmnop}]}]}`, "invalid-port", "spec.ingress[0].ports[0].port"},
		{"name with two dashes", `{ingress: [{ports: [{port: a--b}]}]}`, "invalid-port", "spec.ingress[0].ports[0].port"},
		{"empty name", `{ingress: [{ports: [{port: ""}]}]}`, "invalid-port", "spec.ingress[0].ports[0].port"},
		{"port with a fraction", `{ingress: [{ports: [{port: 80.5}]}]}`, "wrong-type", "spec.ingress[0].ports[0].port"},
		{"port that is a list", `{ingress: [{ports: [{port: [80]}]}]}`, "wrong-type", "spec.ingress[0].ports[0].port"},
		{"endPort alone", `{ingress: [{ports: [{endPort: 90}]}]}`, "invalid-port", "spec.ingress[0].ports[0].endPort"},
		{"endPort and a name", `{ingress: [{ports: [{port: web, endPort: 90}]}]}`, "invalid-port", "spec.ingress[0].ports[0].endPort"},
		{"endPort below port", `{ingress: [{ports: [{port: 90, endPort: 80}]}]}`, "invalid-port", "spec.ingress[0].ports[0].endPort"},
		{"endPort out of range", `{ingress: [{ports: [{port: 90, endPort: 70000}]}]}`, "invalid-port", "spec.ingress[0].ports[0].endPort"},
		{"ports: [8080]", `{ingress: [{ports: [8080]}]}`, "wrong-type", "spec.ingress[0].ports[0]"},
		{"empty peer", `{ingress: [{from: [{}]}]}`, "invalid-peer", "spec.ingress[0].from[0]"},
		{"null peer", `{ingress: [{from: [null]}]}`, "invalid-peer", "spec.ingress[0].from[0]"},
		{"namespaceSelector null", `{ingress: [{from: [{namespaceSelector: null}]}]}`, "invalid-peer", "spec.ingress[0].from[0]"},
		{"block and selector", `{egress: [{to: [{ipBlock: {cidr: 10.0.0.0/8}, podSelector: {}}]}]}`, "invalid-peer", "spec.egress[0].to[0]"},
		{"no CIDR", `{egress: [{to: [{ipBlock: {cidr: ten}}]}]}`, "invalid-cidr", "spec.egress[0].to[0].ipBlock.cidr"},
		{"address without length", `{egress: [{to: [{ipBlock: {cidr: 10.0.0.1}}]}]}`, "invalid-cidr", "spec.egress[0].to[0].ipBlock.cidr"},
		{"length too long", `{egress: [{to: [{ipBlock: {cidr: 10.0.0.0/33}}]}]}`, "invalid-cidr", "spec.egress[0].to[0].ipBlock.cidr"},
		{"signed length", `{egress: [{to: [{ipBlock: {cidr: 10.0.0.0/+8}}]}]}`, "invalid-cidr", "spec.egress[0].to[0].ipBlock.cidr"},
		{"zone", `{egress: [{to: [{ipBlock: {cidr: "fe80::1%eth0/128"}}]}]}`, "invalid-cidr", "spec.egress[0].to[0].ipBlock.cidr"},
		{"block without CIDR", `{egress: [{to: [{ipBlock: {}}]}]}`, "invalid-cidr", "spec.egress[0].to[0].ipBlock.cidr"},
		{"host bits", `{egress: [{to: [{ipBlock: {cidr: 10.0.0.1/8}}]}]}`, "invalid-cidr", "spec.egress[0].to[0].ipBlock.cidr"},
		{"leading zeros", `{egress: [{to: [{ipBlock: {cidr: 010.0.0.0/8}}]}]}`, "invalid-cidr", "spec.egress[0].to[0].ipBlock.cidr"},
		{"leading zero of the length", `{egress: [{to: [{ipBlock: {cidr: 10.0.0.0/08}}]}]}`, "invalid-cidr", "spec.egress[0].to[0].ipBlock.cidr"},
		{"IPv4-mapped", `{egress: [{to: [{ipBlock: {cidr: "::ffff:10.0.0.0/104"}}]}]}`, "invalid-cidr", "spec.egress[0].to[0].ipBlock.cidr"},
		{"except equal", `{egress: [{to: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.0.0.0/8]}}]}]}`, "invalid-except", "spec.egress[0].to[0].ipBlock.except[0]"},
		{"except larger", `{egress: [{to: [{ipBlock: {cidr: 10.0.0.0/16, except: [10.0.0.0/8]}}]}]}`, "invalid-except", "spec.egress[0].to[0].ipBlock.except[0]"},
		{"except outside", `{egress: [{to: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16, 11.0.0.0/16]}}]}]}`, "invalid-except", "spec.egress[0].to[0].ipBlock.except[1]"},
		{"except of the other family", `{egress: [{to: [{ipBlock: {cidr: 0.0.0.0/0, except: ["::/64"]}}]}]}`, "invalid-except", "spec.egress[0].to[0].ipBlock.except[0]"},
		{"except no CIDR", `{egress: [{to: [{ipBlock: {cidr: 10.0.0.0/8, except: [x]}}]}]}`, "invalid-cidr", "spec.egress[0].to[0].ipBlock.except[0]"},
		{"In without values", `{podSelector: {matchExpressions: [{key: a, operator: In}]}}`, "invalid-selector", "spec.podSelector.matchExpressions[0].values"},
		{"Exists with values", `{podSelector: {matchExpressions: [{key: a, operator: Exists, values: [b]}]}}`, "invalid-selector", "spec.podSelector.matchExpressions[0].values"},
		{"Gt", `{podSelector: {matchExpressions: [{key: a, operator: Gt, values: ["1"]}]}}`, "invalid-selector", "spec.podSelector.matchExpressions[0].operator"},
		{"wrong case of an operator", `{podSelector: {matchExpressions: [{key: a, operator: in, values: [b]}]}}`, "invalid-selector", "spec.podSelector.matchExpressions[0].operator"},
		{"no operator", `{podSelector: {matchExpressions: [{key: a}]}}`, "invalid-selector", "spec.podSelector.matchExpressions[0].operator"},
		{"no key", `{podSelector: {matchExpressions: [{operator: Exists}]}}`, "invalid-label", "spec.podSelector.matchExpressions[0].key"},
		{"bad key", `{podSelector: {matchLabels: {"a b": c}}}`, "invalid-label", "spec.podSelector.matchLabels[a b]"},
		{"bad prefix of a key", `{podSelector: {matchLabels: {"A_b/c": c}}}`, "invalid-label", "spec.podSelector.matchLabels[A_b/c]"},
		{"bad value", `{podSelector: {matchLabels: {a: "-"}}}`, "invalid-label", "spec.podSelector.matchLabels[a]"},
		{"long value", `{podSelector: {matchLabels: {a: ` + strings.Repeat("x", 64) + `}}}`, "invalid-label", "spec.podSelector.matchLabels[a]"},
		{"bad value of an expression", `{podSelector: {matchExpressions: [{key: a, operator: In, values: ["b c"]}]}}`, "invalid-label", "spec.podSelector.matchExpressions[0].values[0]"},
		{"number as a label", `{podSelector: {matchLabels: {a: 1}}}`, "wrong-type", "spec.podSelector.matchLabels[a]"},
		{"a boolean of YAML 1.1", `{podSelector: {matchLabels: {a: on}}}`, "wrong-type", "spec.podSelector.matchLabels[a]"},
		{"unknown field: fromm", `{ingress: [{fromm: [{podSelector: {}}]}]}`, "unknown-field", "spec.ingress[0]"},
		{"unknown field: to under ingress", `{ingress: [{to: [{podSelector: {}}]}]}`, "unknown-field", "spec.ingress[0]"},
		{"unknown field in spec", `{podselector: {}}`, "unknown-field", "spec"},
		{"unknown field in a port", `{ingress: [{ports: [{targetPort: 80}]}]}`, "unknown-field", "spec.ingress[0].ports[0]"},
		{"unknown field in a selector", `{podSelector: {app: x}}`, "unknown-field", "spec.podSelector"},
		{"unknown field in a block", `{egress: [{to: [{ipBlock: {cidr: 10.0.0.0/8, exept: []}}]}]}`, "unknown-field", "spec.egress[0].to[0].ipBlock"},
		{"rules that are a mapping", `{ingress: {from: []}}`, "wrong-type", "spec.ingress"},
		{"from that is a mapping", `{ingress: [{from: {podSelector: {}}}]}`, "wrong-type", "spec.ingress[0].from"},
		{"selector that is a list", `{podSelector: []}`, "wrong-type", "spec.podSelector"},
		{"spec that is text", `none`, "wrong-type", "spec"},
		{"key twice", `{podSelector: {matchLabels: {a: b, a: c}}}`, "duplicate-key", "spec.podSelector.matchLabels"},
	} {
		t.Run(c.name, func(t *testing.T) {
			in, findings := readText(Options{}, cluster(), policies(c.spec))
			var errs []model.Finding
			for _, f := range findings {
				if f.Severity == model.Error {
					errs = append(errs, f)
				}
			}
			if len(errs) != 1 {
				t.Fatalf("%d errors, want one: %v", len(errs), errs)
			}
			e := errs[0]
			if e.Code != c.code || e.Origin.Path != c.path {
				t.Errorf("got %s at %s, want %s at %s", e.Code, e.Origin.Path, c.code, c.path)
			}
			if e.Origin.File != "f1.yaml" || e.Origin.Line != 5 && e.Origin.Line != 4 || e.Origin.Column == 0 || e.Origin.Object != "NetworkPolicy x/p0" {
				t.Errorf("not at its place: %s", e.Origin)
			}
			if len(in.Workloads) > 0 || len(in.Policy.Layers) > 0 {
				t.Error("an answer in spite of an error")
			}
		})
	}
}

// TestLaxCIDRs holds what API servers before 1.36 accept and mask.
func TestLaxCIDRs(t *testing.T) {
	for cidr, row := range map[string]string{
		"10.0.0.1/8":           "x/a > 10.9.9.9 tcp/80: allow",
		"010.000.0.0/08":       "x/a > 10.9.9.9 tcp/80: allow",
		"::ffff:10.0.0.0/104":  "x/a > 10.9.9.9 tcp/80: allow",
		"2001:db8::1/32":       "x/a > 2001:db8:ffff::1 tcp/80: allow",
		"::ffff:10.0.0.9/128":  "x/a > 10.0.0.8 tcp/80: deny",
		"::ffff:010.0.0.9/120": "x/a > 10.0.0.8 tcp/80: allow",
	} {
		spec := fmt.Sprintf(`{podSelector: {}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: %q}}]}]}`, cidr)
		in, findings := mustRead(t, Options{CIDRs: LaxCIDRs}, cluster(), policies(spec))
		wantRows(t, in, row)
		wantCodes(t, findings, "warning lax-cidr")
	}
	in, _ := readText(Options{CIDRs: LaxCIDRs}, cluster(), policies(`{egress: [{to: [{ipBlock: {cidr: 10.0.0.0.0/8}}]}]}`))
	if len(in.Workloads) > 0 {
		t.Error("lax is not that lax")
	}
}

// TestAllFaults reads a file with faults in several documents: all are
// reported, each in its line and column.
func TestAllFaults(t *testing.T) {
	_, findings := readText(Options{}, `# comment
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: One
spec:
  ingress:
  - form: []
    ports:
    - port: 0
---
a: [b
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {}
spec:
  policyTypes: [All]
`)
	var got []string
	for _, f := range findings {
		if f.Severity == model.Error {
			got = append(got, fmt.Sprintf("%d:%d %s", f.Origin.Line, f.Origin.Column, f.Code))
		}
	}
	// The YAML parser does not say where a list should have ended: the line is its document's.
	want := []string{"5:9 invalid-name", "8:5 unknown-field", "10:13 invalid-port", "11:0 syntax", "16:11 invalid-name", "18:17 invalid-policy-type"}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestRefusedInput holds what else is no answer.
func TestRefusedInput(t *testing.T) {
	const deployment = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\nspec: {template: {metadata: {labels: {a: b}}, spec: %s}}\n"
	for _, c := range []struct{ name, text, code, advice string }{
		{"not YAML", "a: [", "syntax", "correct"},
		{"tab", "a:\n\tb: c", "syntax", "correct"},
		{"template", "metadata:\n{{- if .Values.on }}\n  name: a\n", "syntax", "helm template"},
		{"template in flow", "metadata: {{ .Values.meta }}\n", "syntax", "helm template"},
		{"envsubst", "${a}  b:\n c\n d: e", "syntax", "envsubst"},
		{"broken JSON", `{"kind": "Pod",`, "syntax", "correct"},
		{"no kind", "apiVersion: v1\nmetadata: {name: a}", "missing-kind", ""},
		{"no apiVersion", "kind: Pod\nmetadata: {name: a}", "missing-kind", ""},
		{"unknown kind", "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicies\nmetadata: {name: a}", "unknown-kind", `"NetworkPolicy"`},
		{"kind in the wrong case", "apiVersion: apps/v1\nkind: deployment\nmetadata: {name: a}", "unknown-kind", `"Deployment" of "apps/v1"`},
		{"kind of another group", "apiVersion: v1\nkind: Deployment\nmetadata: {name: a}", "unknown-kind", `"apps/v1"`},
		{"policy of the wrong group", "apiVersion: v1\nkind: NetworkPolicy\nmetadata: {name: a}", "unknown-kind", `"networking.k8s.io/v1"`},
		{"policy of the old group", "apiVersion: extensions/v1beta1\nkind: NetworkPolicy\nmetadata: {name: a}", "old-api-version", "networking.k8s.io/v1"},
		{"policy of an old version", "apiVersion: networking.k8s.io/v1beta1\nkind: NetworkPolicy\nmetadata: {name: a}", "old-api-version", "networking.k8s.io/v1"},
		{"no name", "apiVersion: v1\nkind: Pod\nspec: {}", "invalid-name", "metadata.name"},
		{"number as a name", "apiVersion: v1\nkind: Pod\nmetadata: {name: 1}", "wrong-type", "quotes"},
		{"placeholder as a name", "apiVersion: v1\nkind: Pod\nmetadata: {name: \"{{ .Release.Name }}\"}", "invalid-name", "rendered"},
		{"bad namespace", "apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: a.b}", "invalid-name", ""},
		{"bad name of a namespace", "apiVersion: v1\nkind: Namespace\nmetadata: {name: a.b}", "invalid-name", ""},
		{"bad label of a pod", "apiVersion: v1\nkind: Pod\nmetadata: {name: a, labels: {a: 'b c'}}", "invalid-label", ""},
		{"unknown field in metadata", "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: a, label: {}}", "unknown-field", `"labels"`},
		{"no template", "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec: {}", "missing-template", ""},
		{"selector other than the labels", strings.Replace(fmt.Sprintf(deployment, "{}"), "spec: {template", "spec: {selector: {matchLabels: {a: c}}, template", 1), "invalid-selector", ""},
		{"port without a number", fmt.Sprintf(deployment, "{containers: [{ports: [{containerport: 80}]}]}"), "invalid-port", "containerPort"},
		{"bad protocol of a container", fmt.Sprintf(deployment, "{containers: [{ports: [{containerPort: 80, protocol: tcp}]}]}"), "invalid-protocol", "capitals"},
		{"wrong type in a workload", fmt.Sprintf(deployment, "{hostNetwork: sometimes}"), "wrong-type", ""},
		{"containers that are a mapping", fmt.Sprintf(deployment, "{containers: {ports: []}}"), "wrong-type", ""},
		{"bad address", "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nstatus: {podIP: none}", "invalid-address", ""},
		{"key twice", "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {hostNetwork: true, hostNetwork: false}", "duplicate-key", "one of the two"},
		{"two policies of one name", policies("{}") + policies("{policyTypes: [Egress]}"), "duplicate-object", "one of the two"},
		{"two namespaces of one name", "apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n---\napiVersion: v1\nkind: Namespace\nmetadata: {name: a, labels: {b: c}}", "duplicate-object", ""},
		{"no object in a named file", "replicas: 3", "no-objects", "rendered"},
		{"empty named file", "", "no-objects", "failed"},
		{"named file of comments", "---\n# Source: a.yaml\n---\n", "no-objects", "failed"},
		{"item without a kind", `{"apiVersion": "v1", "kind": "List", "items": [{"metadata": {"name": "a"}, "spec": {}}]}`, "missing-kind", ""},
		{"item that is text", `{"apiVersion": "v1", "kind": "List", "items": ["a"]}`, "wrong-type", ""},
		{"items that are a mapping", `{"apiVersion": "v1", "kind": "List", "items": {"a": {}}}`, "wrong-type", ""},
		{"items of policies that are a mapping", "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicyList\nitems: {a: {}}", "wrong-type", ""},
		{"items of another name", `{"apiVersion": "v1", "kind": "List", "itemss": []}`, "unknown-field", `"items"`},
		{"list of objects", `[{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "a"}}]`, "wrong-type", "kind: List"},
		{"no object among objects", "apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n---\nmetadata: {name: b}\n", "missing-kind", ""},
		{"prose among objects", "apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n---\nhello\n", "wrong-type", ""},
		{"Latin-1", "apiVersion: v1\nkind: Pod\nmetadata: {name: caf\xe9}", "syntax", "UTF-8"},
		{"bad prefix of a name", "apiVersion: v1\nkind: Pod\nmetadata: {generateName: A_}", "invalid-name", ""},
		{"number as an annotation", "apiVersion: v1\nkind: Pod\nmetadata: {name: a, annotations: {a: 1}}", "wrong-type", "quotes"},
		{"bad key of an annotation", "apiVersion: v1\nkind: Pod\nmetadata: {name: a, annotations: {a b: c}}", "invalid-annotation", ""},
		{"selector of a replication controller", "apiVersion: v1\nkind: ReplicationController\nmetadata: {name: a}\nspec: {selector: {a: c}, template: {metadata: {labels: {a: b}}}}", "invalid-selector", ""},
		{"less than no pods", "apiVersion: v1\nkind: ReplicationController\nmetadata: {name: a}\nspec: {replicas: -1, template: {metadata: {labels: {a: b}}}}", "invalid-number", ""},
		{"two ports of one name", fmt.Sprintf(deployment, "{containers: [{ports: [{name: a, containerPort: 80}, {name: a, containerPort: 81}]}]}"), "invalid-port", ""},
		{"port 0 of an init container", fmt.Sprintf(deployment, "{initContainers: [{ports: [{containerPort: 0}]}]}"), "invalid-port", ""},
		{"prose in a named file", "hello there", "no-objects", "rendered"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, findings := Reader{}.ReadFiles([]File{{Name: "f", Data: []byte(c.text), Named: true}})
			if model.WorstSeverity(findings) != model.Error || findings[0].Code != c.code || !strings.Contains(findings[0].Advice, c.advice) {
				t.Errorf("want %s with advice on %q, got %v", c.code, c.advice, findings)
			}
		})
	}
}

// TestAccepted holds what looks odd and is valid.
func TestAccepted(t *testing.T) {
	for _, text := range []string{
		policies(`{policyTypes: [Ingress, Ingress]}`),
		policies(`{ingress: [{ports: [{port: 80.0}]}]}`),
		policies(`{ingress: [{ports: [{port: 8_080}]}]}`),
		policies(`{podSelector: {matchLabels: {a: null, b: ""}}}`),
		policies(`{podSelector: {matchLabels: {a: !!str 1}}}`),
		policies(`{podSelector: {matchLabels: {a: "on", 'y': "1"}}}`),
		policies(`{egress: [{to: [{ipBlock: {cidr: 10.0.0.0/8, except: null}}]}]}`),
		"apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: a, creationTimestamp: null, managedFields: [{x: y}]}\nspec: {}\nstatus: {}",
		"apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {generateName: a-}\nspec: {}",
		policies("{}") + policies("{}"),
		manifest("v1", "Pod", "name: a, annotations: {Example.com/A: b}", `spec: {containers: [{ports: [{name: "", protocol: "", containerPort: 80}, {name: "", containerPort: 81}]}]}`),
		manifest("v1", "ReplicationController", "name: a", "spec: {replicas: 0, selector: {a: b}, template: {metadata: {labels: {a: b, c: d}}}}"),
		"apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {whatever: 1, containers: [{livenessProbe: yes}]}",
		"apiVersion: apps/v1beta1\nkind: Deployment\nmetadata: {name: a}\nspec: {template: {metadata: {labels: {a: b}}}}",
	} {
		if _, findings := readText(Options{}, text); model.WorstSeverity(findings) == model.Error {
			t.Errorf("%s\nrefused: %s", text, findings[0])
		}
	}
}
