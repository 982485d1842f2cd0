package kubernetes

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/crosswall/crosswall/model"
)

// manifest returns an object with a body in flow style.
func manifest(apiVersion, kind, meta, rest string) string {
	return fmt.Sprintf("---\napiVersion: %s\nkind: %s\nmetadata: {%s}\n%s\n", apiVersion, kind, meta, rest)
}

const podSpec = "spec: {containers: [{name: c}]}"

// template returns the spec of a controller whose pods have the labels.
func template(labels, more string) string {
	if more != "" {
		more += ", "
	}
	return fmt.Sprintf("spec: {%stemplate: {metadata: {labels: {%s}}, spec: {containers: [{name: c}]}}}", more, labels)
}

// owned returns the metadata of an object with a controller.
func owned(name, labels, kind, owner string) string {
	return fmt.Sprintf("name: %s, namespace: shop, labels: {%s}, ownerReferences: [{kind: Other, name: x}, {apiVersion: apps/v1, kind: %s, name: %s, controller: true}]",
		name, labels, kind, owner)
}

// TestWorkloads holds which workloads come of which objects.
func TestWorkloads(t *testing.T) {
	running := func(ip string) string {
		return "spec: {nodeName: node1, containers: []}\nstatus: {phase: Running, podIP: " + ip + "}"
	}
	for _, c := range []struct {
		name, input string
		want        []string // ID, addresses or "?", "solo" or "many"
	}{
		{"every kind", manifest("apps/v1", "Deployment", "name: a", template("l: v", "")) +
			manifest("apps/v1", "StatefulSet", "name: a", template("l: v", "replicas: 3")) +
			manifest("apps/v1", "DaemonSet", "name: a", template("l: v", "")) +
			manifest("apps/v1", "ReplicaSet", "name: a", template("l: v", "replicas: 0")) +
			manifest("v1", "ReplicationController", "name: a", template("l: v", "replicas: 1")) +
			manifest("batch/v1", "Job", "name: a", template("l: v", "parallelism: 2")) +
			manifest("batch/v1", "CronJob", "name: a", "spec: {concurrencyPolicy: Forbid, jobTemplate: {spec: {template: {metadata: {labels: {l: v}}, spec: {}}}}}") +
			manifest("batch/v1", "CronJob", "name: b", "spec: {jobTemplate: {spec: {template: {metadata: {labels: {l: v}}, spec: {}}}}}") +
			manifest("v1", "Pod", "name: a", podSpec),
			[]string{"default/CronJob/a ? solo", "default/CronJob/b ? many", "default/DaemonSet/a ? many", "default/Deployment/a ? solo",
				"default/Job/a ? many", "default/Pod/a ? solo", "default/ReplicaSet/a ? solo", "default/ReplicationController/a ? solo", "default/StatefulSet/a ? many"}},
		{"an autoscaler makes many of one", manifest("apps/v1", "Deployment", "name: a", template("l: v", "")) +
			manifest("autoscaling/v2", "HorizontalPodAutoscaler", "name: a", "spec: {maxReplicas: 5, scaleTargetRef: {kind: Deployment, name: a}}"),
			[]string{"default/Deployment/a ? many"}},
		{"names that are made up", manifest("batch/v1", "Job", "generateName: a-", template("l: v", "")) + manifest("batch/v1", "Job", "generateName: a-", template("l: w", "")),
			[]string{"default/Job/a-* ? solo", "default/Job/a-*2 ? solo"}},
		{"dump: pods of a replica set that is not given", manifest("v1", "Pod", owned("a-1", "l: v", "ReplicaSet", "a"), running("10.0.0.1")) +
			manifest("v1", "Pod", owned("a-2", "l: v", "ReplicaSet", "a"), running("10.0.0.2")),
			[]string{"shop/ReplicaSet/a 10.0.0.1/32, 10.0.0.2/32 many"}},
		{"dump: pod, replica set, deployment", manifest("v1", "Pod", owned("a-1-1", "l: v, pod-template-hash: h1", "ReplicaSet", "a-1"), running("10.0.0.1")) +
			manifest("apps/v1", "ReplicaSet", owned("a-1", "l: v", "Deployment", "a"), template("l: v, pod-template-hash: h1", "")) +
			manifest("apps/v1", "ReplicaSet", owned("a-0", "l: v", "Deployment", "a"), template("l: old, pod-template-hash: h0", "replicas: 0")) +
			manifest("apps/v1", "Deployment", "name: a, namespace: shop", template("l: v", "")),
			[]string{"shop/Deployment/a 10.0.0.1/32 solo"}},
		{"replica sets of a deployment that is not given", manifest("apps/v1", "ReplicaSet", owned("a-1", "l: v", "Deployment", "a"), template("l: v", "")) +
			manifest("apps/v1", "ReplicaSet", owned("a-0", "l: v", "Deployment", "a"), template("l: old", "replicas: 0")),
			[]string{"shop/Deployment/a ? many"}},
		{"job of a cron job", manifest("batch/v1", "Job", owned("a-1", "l: v", "CronJob", "a"), template("l: v", "")), []string{"shop/CronJob/a ? many"}},
		{"static pod", manifest("v1", "Pod", owned("a", "l: v", "Node", "n1"), running("10.0.0.1")), []string{"shop/Pod/a 10.0.0.1/32 solo"}},
		{"two families", manifest("v1", "Pod", "name: a", "status: {podIP: 10.0.0.1, podIPs: [{ip: 10.0.0.1}, {ip: \"2001:db8::1\"}]}"),
			[]string{"default/Pod/a 10.0.0.1/32, 2001:db8::1/128 solo"}},
		{"one pod without an address: it may get any", manifest("v1", "Pod", owned("a-1", "l: v", "ReplicaSet", "a"), running("10.0.0.1")) +
			manifest("v1", "Pod", owned("a-2", "l: v", "ReplicaSet", "a"), podSpec), []string{"shop/ReplicaSet/a ? many"}},
		{"ended pods are left out", manifest("v1", "Pod", "name: a", "status: {phase: Succeeded}") + manifest("v1", "Pod", "name: b", "status: {phase: Failed, podIP: 10.0.0.1}") +
			manifest("v1", "Pod", "name: c", podSpec), []string{"default/Pod/c ? solo"}},
		{"host network is left out", manifest("v1", "Pod", "name: a", "spec: {hostNetwork: true}") + manifest("v1", "Pod", "name: b", "spec: {hostNetwork: false}"),
			[]string{"default/Pod/b ? solo"}},
		{"owners in a circle", manifest("apps/v1", "ReplicaSet", owned("a", "l: v", "ReplicaSet", "b"), template("l: v", "")) +
			manifest("apps/v1", "ReplicaSet", owned("b", "l: v", "ReplicaSet", "a"), template("l: v", "")),
			[]string{"shop/ReplicaSet/a ? solo", "shop/ReplicaSet/b ? solo"}},
		{"labels that no policy asks for do not split", manifest("v1", "Pod", owned("a-1", "l: v, m: 1a", "ReplicaSet", "a"), podSpec) +
			manifest("v1", "Pod", owned("a-2", "l: v, m: 2a", "ReplicaSet", "a"), podSpec), []string{"shop/ReplicaSet/a ? many"}},
		{"labels that a policy asks for split", manifest("v1", "Pod", owned("a-1", "l: v, m: 1a", "ReplicaSet", "a"), podSpec) +
			manifest("v1", "Pod", owned("a-2", "l: v, m: 2a", "ReplicaSet", "a"), podSpec) + manifest("v1", "Pod", owned("a-3", "l: v", "ReplicaSet", "a"), podSpec) +
			policyIn("shop", "p", `{podSelector: {}, ingress: [{from: [{podSelector: {matchLabels: {m: 1a}}}]}, {from: [{podSelector: {matchExpressions: [{key: m, operator: Exists}]}}]}]}`),
			[]string{"shop/ReplicaSet/a[!m] ? many", "shop/ReplicaSet/a[m=1a] ? many", "shop/ReplicaSet/a[m=2a] ? many"}},
		{"named ports that differ split", manifest("v1", "Pod", owned("a-1", "l: v", "ReplicaSet", "a"), "spec: {containers: [{ports: [{name: web, containerPort: 80}]}]}") +
			manifest("v1", "Pod", owned("a-2", "l: v", "ReplicaSet", "a"), "spec: {containers: [{ports: [{name: web, containerPort: 81}]}]}") +
			policyIn("shop", "p", `{podSelector: {}, ingress: [{ports: [{port: web}]}]}`), []string{"shop/ReplicaSet/a ? many", "shop/ReplicaSet/a#2 ? many"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			in, _ := mustRead(t, Options{}, c.input)
			var got []string
			for _, m := range in.Inventory.Members {
				addrs, solo := m.Addrs.String(), "many"
				if m.Addrs.Equal(DefaultPodAddrs()) {
					addrs = "?"
				}
				if m.Solo {
					solo = "solo"
				}
				got = append(got, fmt.Sprintf("%s %s %s", m.ID, addrs, solo))
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(c.want, "\n"))
			}
			if err := in.Inventory.Validate(); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestDescribe holds what is said of a workload: labels come from the pod template, never
// from the object's own.
func TestDescribe(t *testing.T) {
	in, _ := mustRead(t, Options{Namespace: "shop"},
		manifest("apps/v1", "Deployment", "name: a, labels: {own: label}",
			"spec: {selector: {matchLabels: {app: a}}, template: {metadata: {labels: {app: a}}, spec: {serviceAccountName: sa}}}")+
			manifest("v1", "Namespace", "name: shop, labels: {team: blue}", "")+
			manifest("v1", "Pod", "name: p, namespace: other", podSpec))
	a, p := in.Workloads[1], in.Workloads[0]
	if a.ID != "shop/Deployment/a" || a.Namespace != "shop" || a.Kind != "Deployment" || a.Name != "a" || a.ServiceAccount != "sa" || a.Origin.Line != 2 {
		t.Errorf("got %+v", a)
	}
	if fmt.Sprint(a.Labels) != "map[app:a]" || fmt.Sprint(a.NamespaceLabels) != "map[kubernetes.io/metadata.name:shop team:blue]" || !a.NamespaceKnown {
		t.Errorf("got %+v", a)
	}
	if fmt.Sprint(p.NamespaceLabels) != "map[kubernetes.io/metadata.name:other]" || p.NamespaceKnown || p.ServiceAccount != "default" {
		t.Errorf("got %+v", p)
	}
}

// TestUnknown holds what is unknown before run time, or for want of an object.
func TestUnknown(t *testing.T) {
	selecting := func(label string) string {
		return policyIn("shop", "p", "{podSelector: {matchLabels: {"+label+"}}}")
	}
	from := func(selector string) string {
		return policyIn("shop", "p", "{podSelector: {}, ingress: [{from: [{"+selector+"}]}]}")
	}
	dep := manifest("apps/v1", "Deployment", "name: a, namespace: shop", template("app: a", ""))
	other := manifest("v1", "Pod", "name: o, namespace: other, labels: {app: o}", podSpec)
	for _, c := range []struct {
		name, input, row string
		options          Options
		warned           bool
	}{
		{"template hash of a deployment", dep + selecting("pod-template-hash: x1"), "1.1.1.1 > shop/Deployment/a tcp/80: unknown", Options{}, true},
		{"template hash in the template of a replica set", manifest("apps/v1", "ReplicaSet", "name: a, namespace: shop", template("pod-template-hash: x1", "")) +
			selecting("pod-template-hash: x1"), "1.1.1.1 > shop/ReplicaSet/a tcp/80: deny", Options{}, false},
		{"template hash of a stateful set: it has none", manifest("apps/v1", "StatefulSet", "name: a, namespace: shop", template("app: a", "")) + selecting("pod-template-hash: x1"),
			"1.1.1.1 > shop/StatefulSet/a tcp/80: allow", Options{}, false},
		{"pod name of a stateful set", manifest("apps/v1", "StatefulSet", "name: a, namespace: shop", template("app: a", "")) + selecting("statefulset.kubernetes.io/pod-name: a-0"),
			"1.1.1.1 > shop/StatefulSet/a tcp/80: unknown", Options{}, true},
		{"pod index", manifest("apps/v1", "StatefulSet", "name: a, namespace: shop", template("app: a", "")) + selecting(`apps.kubernetes.io/pod-index: "0"`),
			"1.1.1.1 > shop/StatefulSet/a tcp/80: unknown", Options{}, true},
		{"revision of a daemon set", manifest("apps/v1", "DaemonSet", "name: a, namespace: shop", template("app: a", "")) + selecting("controller-revision-hash: a-0"),
			"1.1.1.1 > shop/DaemonSet/a tcp/80: unknown", Options{}, true},
		{"name of a job", manifest("batch/v1", "Job", "name: a, namespace: shop", template("app: a", "")) + selecting("job-name: a"), "1.1.1.1 > shop/Job/a tcp/80: unknown", Options{}, true},
		{"zone", dep + selecting("topology.kubernetes.io/zone: z1"), "1.1.1.1 > shop/Deployment/a tcp/80: unknown", Options{}, true},
		{"zone of a running pod", manifest("v1", "Pod", "name: a, namespace: shop, labels: {topology.kubernetes.io/zone: z2}", "spec: {nodeName: node1}") + selecting("topology.kubernetes.io/zone: z1"),
			"1.1.1.1 > shop/Pod/a tcp/80: allow", Options{}, false},
		{"other labels are known to be absent", dep + selecting("tier: db"), "1.1.1.1 > shop/Deployment/a tcp/80: allow", Options{}, false},
		{"a known label decides before an unknown one", dep + selecting("app: b, pod-template-hash: x1"), "1.1.1.1 > shop/Deployment/a tcp/80: allow", Options{}, false},
		{"label of a namespace that is not given", dep + other + from("namespaceSelector: {matchLabels: {team: blue}}"), "other/Pod/o > shop/Deployment/a tcp/80: unknown", Options{}, true},
		{"the same, taken as absent", dep + other + from("namespaceSelector: {matchLabels: {team: blue}}"), "other/Pod/o > shop/Deployment/a tcp/80: deny",
			Options{Namespaces: MissingLabelsNone}, false},
		{"label of a namespace that is given", dep + other + manifest("v1", "Namespace", "name: other", "") + manifest("v1", "Namespace", "name: shop", "") + from("namespaceSelector: {matchLabels: {team: blue}}"),
			"other/Pod/o > shop/Deployment/a tcp/80: deny", Options{}, false},
		{"name of a namespace that is not given", dep + other + from("namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: other}}"),
			"other/Pod/o > shop/Deployment/a tcp/80: allow", Options{}, false},
		{"name and pods that do not match", dep + other + from("namespaceSelector: {matchLabels: {team: blue}}, podSelector: {matchLabels: {app: x}}"),
			"other/Pod/o > shop/Deployment/a tcp/80: deny", Options{}, false},
		{"name of the wrong namespace label is overruled", dep + other + manifest("v1", "Namespace", "name: other, labels: {kubernetes.io/metadata.name: fake}", "") +
			from("namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: other}}"), "other/Pod/o > shop/Deployment/a tcp/80: allow", Options{}, false},
		{"port of a sidecar", manifest("v1", "Pod", "name: a, namespace: shop", "spec: {initContainers: [{restartPolicy: Always, ports: [{name: m, containerPort: 90}]}]}") +
			policyIn("shop", "p", "{podSelector: {}, ingress: [{ports: [{port: m}]}]}"), "1.1.1.1 > shop/Pod/a tcp/90: unknown", Options{}, false},
		{"port of an init container that ends", manifest("v1", "Pod", "name: a, namespace: shop", "spec: {initContainers: [{ports: [{name: m, containerPort: 90}]}]}") +
			policyIn("shop", "p", "{podSelector: {}, ingress: [{ports: [{port: m}]}]}"), "1.1.1.1 > shop/Pod/a tcp/90: deny", Options{}, false},
		{"a name in two containers is both", manifest("v1", "Pod", "name: a, namespace: shop", "spec: {containers: [{ports: [{name: m, containerPort: 90}]}, {ports: [{name: m, containerPort: 91}]}]}") +
			policyIn("shop", "p", "{podSelector: {}, ingress: [{ports: [{port: m}]}]}"), "1.1.1.1 > shop/Pod/a tcp/91: allow", Options{}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			in, findings := mustRead(t, c.options, c.input)
			wantRows(t, in, c.row)
			if c.warned {
				wantCodes(t, findings, "warning unknown-label")
			} else {
				wantCodes(t, findings, "-unknown-label")
			}
		})
	}
}

// TestHostNetwork holds both readings of pods on their node's network.
func TestHostNetwork(t *testing.T) {
	input := manifest("v1", "Pod", "name: a, labels: {app: a}", "spec: {hostNetwork: true}\nstatus: {podIP: 10.0.0.1}") +
		manifest("v1", "Pod", "name: b, labels: {app: b}", podSpec) + policyIn("default", "p", "{podSelector: {}, ingress: [{from: [{podSelector: {matchLabels: {app: a}}}]}]}")
	in, findings := mustRead(t, Options{}, input)
	wantCodes(t, findings, "warning host-network", "warning peer-matches-nothing")
	wantRows(t, in, "10.0.0.1 > default/Pod/b tcp/80: deny")
	in, findings = mustRead(t, Options{HostNetwork: HostNetworkAsPods}, input)
	wantCodes(t, findings, "-host-network")
	wantRows(t, in, "default/Pod/a > default/Pod/b tcp/80: allow", "default/Pod/b > default/Pod/a tcp/80: deny")
}

// TestRuleShape holds how a policy's rules look in the model: one for each
// peer, with its place, in the policy's own terms.
func TestRuleShape(t *testing.T) {
	in, _ := mustRead(t, Options{}, cluster(), `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: p
  namespace: x
spec:
  podSelector: {matchLabels: {pod: a}}
  ingress:
  - from:
    - podSelector: {matchLabels: {pod: b}}
    - ipBlock: {cidr: 10.0.0.0/8, except: [10.128.0.0/9]}
    ports:
    - port: 443
    - port: 53
      protocol: UDP
    - port: 80
    - port: 80
  - {}
`)
	c := in.Policy.Layers[0].Ingress[0]
	var got []string
	for _, r := range c.Rules {
		got = append(got, fmt.Sprintf("%s | %v | %v | %s | %s", r.Name, r.Target, r.Peer, r.Traffic, r.Origin))
	}
	want := []string{
		"x/p ingress[0].from[0] | [x/Pod/a] | [x/Pod/b] | tcp/80, tcp/443, udp/53 | f1.yaml:10:7: NetworkPolicy x/p spec.ingress[0].from[0]",
		"x/p ingress[0].from[1] | [x/Pod/a] | {10.0.0.0/9} | tcp/80, tcp/443, udp/53 | f1.yaml:11:7: NetworkPolicy x/p spec.ingress[0].from[1]",
		"x/p ingress[1] | [x/Pod/a] | <nil> | any | f1.yaml:18:5: NetworkPolicy x/p spec.ingress[1]",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if c.Order != model.AnyAllow || c.Default != model.Deny || fmt.Sprint(c.Guard.Target) != "[x/Pod/a]" || in.Policy.Layers[0].State != model.Stateful {
		t.Errorf("got %+v", c)
	}
	if e := in.Policy.Layers[0].Egress[0]; len(e.Rules) != 0 || fmt.Sprint(e.Guard.Target) != "[]" {
		t.Errorf("egress is isolated: %+v", e)
	}
}
