package live

import (
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/translate"
	"github.com/crosswall/crosswall/translate/kubernetes"
)

var seed = flag.Uint64("seed", 1, "seed of the random clusters")

// placeless returns an input without places, which manifests have and clusters do not.
func placeless(in translate.Input) translate.Input {
	for i := range in.Workloads {
		in.Workloads[i].Origin = model.Origin{}
	}
	for i := range in.Isolations {
		in.Isolations[i].By = model.Origin{}
	}
	for _, l := range in.Policy.Layers {
		for _, c := range append(l.Ingress, l.Egress...) {
			for i := range c.Rules {
				c.Rules[i].Origin = model.Origin{}
			}
		}
	}
	return in
}

// wantSame reads manifests as they are and out of a cluster that holds them, and wants the same of both.
func wantSame(t *testing.T, name string, a *apiServer, manifests []kubernetes.File) {
	t.Helper()
	options := kubernetes.Options{CIDRs: kubernetes.LaxCIDRs} // as API servers read what they have accepted
	want, findings := kubernetes.Reader{Options: options}.ReadFiles(manifests)
	if model.WorstSeverity(findings) == model.Error {
		t.Fatalf("%s: %v", name, findings)
	}
	got, findings := kubernetes.Reader{}.ReadFiles(a.read(a.options()).Files)
	if model.WorstSeverity(findings) == model.Error {
		t.Fatalf("%s, out of the cluster: %v", name, findings)
	}
	want, got = placeless(want), placeless(got)
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s: the cluster reads otherwise than its manifests\ngot  %+v\nwant %+v", name, got, want)
	}
}

// What people write reads the same as manifests and out of a cluster.
func TestCorpusReadsTheSame(t *testing.T) {
	root := shared(t, "corpus")
	read := 0
	err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if ext := filepath.Ext(path); err != nil || d.IsDir() || !strings.Contains(path, "k8s-") || ext != ".yaml" && ext != ".yml" {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		file := kubernetes.File{Name: path, Data: data}
		in, findings := kubernetes.Reader{Options: kubernetes.Options{CIDRs: kubernetes.LaxCIDRs}}.ReadFiles([]kubernetes.File{file})
		if model.WorstSeverity(findings) == model.Error || len(in.Workloads) == 0 || strings.Contains(string(data), "generateName") {
			return nil // no API server would hold it
		}
		a := serve(t)
		if err := a.add(string(data)); err != nil {
			if errors.Is(err, errNoKind) {
				return nil // custom resources, and versions that are no longer served
			}
			return nil // YAML that another parser refuses
		}
		read++
		wantSame(t, path, a, []kubernetes.File{file})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if read < 20 {
		t.Errorf("%d files were compared: the test shows nothing", read)
	}
	t.Logf("%d files read the same", read)
}

// Random clusters of all kinds of owners read the same as their manifests.
func TestRandomClustersReadTheSame(t *testing.T) {
	rounds := 40
	if testing.Short() {
		rounds = 10
	}
	for i := range rounds {
		s := *seed + uint64(i)
		g := generator{rand.New(rand.NewPCG(s, 7))}
		text := g.cluster()
		a := serve(t, text)
		a.most = 1 + g.IntN(5)
		a.separate = g.IntN(2) == 0
		wantSame(t, fmt.Sprintf("-seed %d", s), a, []kubernetes.File{{Name: "all.yaml", Data: []byte(text)}})
		if t.Failed() {
			t.Fatalf("-seed %d:\n%s", s, text)
		}
	}
}

// generator makes up clusters.
type generator struct{ *rand.Rand }

func (g generator) pick(words ...string) string { return words[g.IntN(len(words))] }

func (g generator) cluster() string {
	var b strings.Builder
	for _, ns := range []string{"a", "b", "c"} {
		fmt.Fprintf(&b, "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: %s, labels: {team: t%d}}\n", ns, g.IntN(2))
		for i := range 1 + g.IntN(4) {
			b.WriteString(g.workload(ns, i))
		}
		for i := range g.IntN(4) {
			b.WriteString(g.policy(ns, i))
		}
	}
	return b.String()
}

// template is a pod template or the two halves of a pod.
func (g generator) template() (labels, spec string) {
	return fmt.Sprintf("{app: %s, tier: t%d}", g.pick("x", "u", "z"), g.IntN(2)),
		fmt.Sprintf("{%scontainers: [{name: c, image: i, ports: [{name: %s, containerPort: %d, protocol: %s}]}]}",
			g.pick("", "", "", "hostNetwork: true, "), g.pick("web", "db"), 80+g.IntN(3), g.pick("TCP", "UDP"))
}

func (g generator) workload(ns string, i int) string {
	labels, spec := g.template()
	name := fmt.Sprintf("w%d", i)
	switch g.IntN(5) {
	case 0:
		return g.pod(ns, name, labels, spec, "")
	case 1:
		return fmt.Sprintf("---\napiVersion: batch/v1\nkind: CronJob\nmetadata: {name: %s, namespace: %s}\nspec: {schedule: '* * * * *', jobTemplate: {spec: {template: {metadata: {labels: %s}, spec: %s}}}}\n", name, ns, labels, spec)
	case 2:
		return fmt.Sprintf("---\napiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: %s, namespace: %s}\nspec: {selector: {matchLabels: %s}, template: {metadata: {labels: %s}, spec: %s}}\n", name, ns, labels, labels, spec) +
			g.pod(ns, name+"-q", labels, spec, "DaemonSet "+name)
	}
	out := fmt.Sprintf("---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: %s, namespace: %s}\nspec: {replicas: %d, selector: {matchLabels: %s}, template: {metadata: {labels: %s}, spec: %s}}\n", name, ns, g.IntN(3), labels, labels, spec)
	out += fmt.Sprintf("---\napiVersion: apps/v1\nkind: ReplicaSet\nmetadata: {name: %s-r, namespace: %s, ownerReferences: [{apiVersion: apps/v1, kind: Deployment, name: %s, controller: true}]}\nspec: {replicas: 2, selector: {matchLabels: %s}, template: {metadata: {labels: %s}, spec: %s}}\n", name, ns, name, labels, labels, spec)
	for j := range g.IntN(3) {
		out += g.pod(ns, fmt.Sprintf("%s-r-%d", name, j), labels, spec, "ReplicaSet "+name+"-r")
	}
	if g.IntN(3) == 0 {
		out += fmt.Sprintf("---\napiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: %s, namespace: %s}\nspec: {scaleTargetRef: {kind: Deployment, name: %s}, maxReplicas: %d}\n", name, ns, name, 1+g.IntN(4))
	}
	return out
}

func (g generator) pod(ns, name, labels, spec, owner string) string {
	owners := ""
	if kind, of, ok := strings.Cut(owner, " "); ok {
		owners = fmt.Sprintf(", ownerReferences: [{apiVersion: apps/v1, kind: %s, name: %s, controller: true}]", kind, of)
	}
	status := fmt.Sprintf("{phase: %s, podIP: 10.0.%d.%d}", g.pick("Running", "Running", "Pending", "Succeeded"), g.IntN(4), g.IntN(250))
	return fmt.Sprintf("---\napiVersion: v1\nkind: Pod\nmetadata: {name: %s, namespace: %s, labels: %s%s}\nspec: %s\nstatus: %s\n", name, ns, labels, owners, strings.Replace(spec, "{", "{nodeName: n1, ", 1), status)
}

func (g generator) selector() string {
	return g.pick("{}", "{matchLabels: {app: x}}", "{matchLabels: {tier: t0}}", "{matchExpressions: [{key: app, operator: NotIn, values: [u]}]}", "{matchExpressions: [{key: tier, operator: Exists}]}")
}

func (g generator) policy(ns string, i int) string {
	side := func(field, peers string) string {
		var rules []string
		for range g.IntN(3) {
			peer := g.pick("{podSelector: "+g.selector()+"}", "{namespaceSelector: {matchLabels: {team: t1}}, podSelector: "+g.selector()+"}",
				"{ipBlock: {cidr: 10.0.0.0/22, except: [10.0.1.0/24]}}", "{ipBlock: {cidr: 192.0.2.7/24}}", "{namespaceSelector: {}}")
			rules = append(rules, "{"+peers+": ["+peer+"], ports: "+g.pick("[]", "[{port: 80}]", "[{port: web}]", "[{port: 79, endPort: 81, protocol: UDP}]")+"}")
		}
		return field + ": [" + strings.Join(rules, ", ") + "]"
	}
	return fmt.Sprintf("---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p%d, namespace: %s}\nspec: {podSelector: %s, policyTypes: %s, %s, %s}\n",
		i, ns, g.selector(), g.pick("[Ingress]", "[Egress]", "[Ingress, Egress]", "[]"), side("ingress", "from"), side("egress", "to"))
}
