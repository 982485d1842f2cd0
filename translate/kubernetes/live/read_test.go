package live

import (
	"fmt"
	"net/netip"
	"slices"
	"testing"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/translate"
	"github.com/crosswall/crosswall/translate/kubernetes"
)

// shop is a small cluster: a Deployment with its ReplicaSets of now and before, pods with addresses, policies.
const shop = `
apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {team: a}}
---
apiVersion: v1
kind: Namespace
metadata: {name: kube-system}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - {name: main, image: web, env: [{name: PASSWORD, value: hunter2-do-not-tell}], ports: [{name: http, containerPort: 8080, protocol: TCP}]}
---
apiVersion: apps/v1
kind: ReplicaSet
metadata: {name: web-1, namespace: shop, ownerReferences: [{apiVersion: apps/v1, kind: Deployment, name: web, controller: true, uid: u}]}
spec:
  replicas: 2
  template: {metadata: {labels: {app: web, pod-template-hash: "1"}}, spec: {containers: [{name: main, image: web}]}}
---
apiVersion: apps/v1
kind: ReplicaSet
metadata: {name: web-0, namespace: shop, ownerReferences: [{apiVersion: apps/v1, kind: Deployment, name: web, controller: true, uid: u}]}
spec:
  replicas: 0
  template: {metadata: {labels: {app: web, pod-template-hash: "0"}}, spec: {containers: [{name: main, image: web}]}}
---
apiVersion: v1
kind: Pod
metadata: {name: web-1-a, namespace: shop, labels: {app: web, pod-template-hash: "1"}, ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: web-1, controller: true, uid: u}]}
spec: {nodeName: n1, containers: [{name: main, image: web, env: [{name: PASSWORD, value: hunter2-do-not-tell}], ports: [{name: http, containerPort: 8080, protocol: TCP}]}]}
status: {phase: Running, podIP: 10.1.0.5, podIPs: [{ip: 10.1.0.5}], hostIP: 10.0.0.1}
---
apiVersion: v1
kind: Pod
metadata: {name: web-1-b, namespace: shop, labels: {app: web, pod-template-hash: "1"}, ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: web-1, controller: true, uid: u}]}
spec: {nodeName: n2, containers: [{name: main, image: web, ports: [{name: http, containerPort: 8080, protocol: TCP}]}]}
status: {phase: Running, podIP: 10.1.1.5, podIPs: [{ip: 10.1.1.5}], hostIP: 10.0.0.2}
---
apiVersion: v1
kind: Pod
metadata: {name: db, namespace: shop, labels: {app: db}}
spec: {nodeName: n2, containers: [{name: main, image: db}]}
status: {phase: Running, podIP: 10.1.1.6, podIPs: [{ip: 10.1.1.6}], hostIP: 10.0.0.2}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {selector: {app: web}, ports: [{port: 80, targetPort: http}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: db, namespace: shop}
spec:
  podSelector: {matchLabels: {app: db}}
  policyTypes: [Ingress]
  ingress:
  - from: [{podSelector: {matchLabels: {app: web}}}]
    ports: [{port: 5432, protocol: TCP}]
`

// daemonSet is a DaemonSet of one container, in kube-system.
func daemonSet(name, container string) string {
	return fmt.Sprintf(`
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: %s, namespace: kube-system}
spec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {hostNetwork: true, containers: [%s]}}}
status: {desiredNumberScheduled: 2, numberReady: 2}
`, name, container)
}

// calico is a cluster's network plugin that enforces policies and lets ipBlocks match pods.
func calico() string {
	return daemonSet("calico-node", "{name: calico-node, image: 'calico/node:v3.30.0'}")
}

// input is what the reader of manifests makes of a cluster.
func input(t *testing.T, c Cluster) (translate.Input, []model.Finding) {
	t.Helper()
	in, findings := kubernetes.Reader{Options: kubernetes.Options{Unread: c.Unread}}.ReadFiles(c.Files)
	if model.WorstSeverity(findings) == model.Error {
		t.Fatal(findings)
	}
	return in, findings
}

// wantVerdict asks a policy about "shop/Deployment/web > shop/Pod/db tcp/5432".
func wantVerdict(t *testing.T, in translate.Input, from, to model.Identity, port uint16, want string) {
	t.Helper()
	end := func(id model.Identity) model.Endpoint {
		if id == "" {
			return model.Endpoint{Addr: netip.MustParseAddr("198.51.100.7")}
		}
		held := in.Inventory.Addrs(id).Prefixes()
		if len(held) == 0 {
			t.Fatalf("no workload %s", id)
		}
		return model.Endpoint{ID: id, Addr: held[0].Addr()}
	}
	f := model.Flow{Src: end(from), Dst: end(to), Protocol: model.TCP, SrcPort: 40000, DstPort: port}
	if got := in.Policy.Explain(f, in.Inventory).Verdict.String(); got != want {
		t.Errorf("%s > %s tcp/%d: %s, want %s", from, to, port, got, want)
	}
}

func codes(fs []model.Finding, at model.Severity) []string {
	var out []string
	for _, f := range fs {
		if f.Severity >= at {
			out = append(out, f.Code)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func TestReadsACluster(t *testing.T) {
	a := serve(t, shop, calico())
	c := a.read(a.options())
	if c.Source != "k8s://prod" {
		t.Errorf("source %s", c.Source)
	}
	if got := codes(c.Findings, model.Warning); len(got) > 0 {
		t.Errorf("findings %v", c.Findings)
	}
	if c.Plugin.Enforcement != Enforced || !slices.Equal(c.Plugin.Names, []string{"Calico"}) || c.Plugin.OutsideOnly {
		t.Errorf("plugin %+v", c.Plugin)
	}
	in, _ := input(t, c)
	var ids []string
	for _, w := range in.Workloads {
		ids = append(ids, string(w.ID))
		if w.Origin.File != "k8s://prod" || w.Origin.Line != 0 {
			t.Errorf("%s is at %s", w.ID, w.Origin)
		}
	}
	if want := []string{"shop/Deployment/web", "shop/Pod/db"}; !slices.Equal(ids, want) {
		t.Errorf("workloads %v, want %v: pods belong to their topmost owner", ids, want)
	}
	rules := in.Policy.Layers[0].Ingress[0].Rules
	if len(rules) != 1 || rules[0].Origin.String() != "k8s://prod: NetworkPolicy shop/db spec.ingress[0].from[0]" {
		t.Errorf("rules %+v", rules)
	}
	if addrs := in.Inventory.Addrs("shop/Deployment/web"); !addrs.Equal(model.MustPrefixes("10.1.0.5/32", "10.1.1.5/32")) {
		t.Errorf("addresses %s", addrs)
	}
}
