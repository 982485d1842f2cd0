package aws_test

import (
	"slices"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers/aws"
	"github.com/crosswall/crosswall/terraform"
)

// boundPolicy is the part of a SecurityGroupPolicy that matters (vpcresources.k8s.aws/v1beta1).
type boundPolicy struct {
	APIVersion string `json:"apiVersion"`
	Kind       string
	Metadata   struct{ Name, Namespace string }
	Spec       struct {
		PodSelector struct {
			MatchLabels      map[string]string
			MatchExpressions []struct {
				Key, Operator string
				Values        []string
			}
		}
		SecurityGroups struct{ GroupIDs []string }
	}
}

func (p boundPolicy) selects(labels map[string]string) bool {
	for k, v := range p.Spec.PodSelector.MatchLabels {
		if labels[k] != v {
			return false
		}
	}
	for _, e := range p.Spec.PodSelector.MatchExpressions {
		v, has := labels[e.Key]
		switch e.Operator {
		case "DoesNotExist":
			if has {
				return false
			}
		case "NotIn":
			if has && slices.Contains(e.Values, v) {
				return false
			}
		}
	}
	return true
}

// bound reads the manifests of an output.
func (e encoded) bound(t *testing.T) []boundPolicy {
	t.Helper()
	var out []boundPolicy
	for _, f := range e.Files {
		if !terraform.Generated(f.Data) {
			t.Errorf("%s does not say that it is generated", f.Name)
		}
		for _, doc := range strings.Split(string(f.Data), "---\n")[1:] {
			var p boundPolicy
			if err := yaml.UnmarshalStrict([]byte(doc), &p); err != nil {
				t.Fatalf("%v in\n%s", err, doc)
			}
			out = append(out, p)
		}
	}
	return out
}

// TestPodsAreBoundToTheirOwnGroup: a pod is in the groups of every policy that selects
// it, so that exactly the one of its segment may.
func TestPodsAreBoundToTheirOwnGroup(t *testing.T) {
	labels := func(kv ...string) map[string]string {
		m := map[string]string{"pod-template-hash": "5d4f"}
		for i := 0; i < len(kv); i += 2 {
			m[kv[i]] = kv[i+1]
		}
		return m
	}
	w := world{segments: []segment{
		{id: "web", labels: labels("app", "web")},
		{id: "web-canary", labels: labels("app", "web", "track", "canary")},
		{id: "web-beta", labels: labels("app", "web", "track", "beta", "team", "b")},
		{id: "job", labels: labels()},
		{id: "db", labels: labels("app", "db"), group: "sg-0db"},
	}}
	w.site.Cluster, w.site.StrictPods = "eks", true
	e := w.encode(t, aws.Options{})
	policies := e.bound(t)
	if len(policies) != len(w.segments) {
		t.Fatalf("%d policies for %d workloads", len(policies), len(w.segments))
	}
	for _, s := range w.segments {
		want := "${SG_" + strings.ReplaceAll(string(s.id), "-", "_") + "}"
		if s.group != "" {
			want = s.group
		}
		var got []string
		for _, p := range policies {
			if p.APIVersion != "vpcresources.k8s.aws/v1beta1" || p.Kind != "SecurityGroupPolicy" || p.Metadata.Namespace != "shop" {
				t.Errorf("not a SecurityGroupPolicy of the workload's namespace: %+v", p)
			}
			pod := map[string]string{"pod-template-hash": "other"}
			for k, v := range s.labels {
				if k != "pod-template-hash" {
					pod[k] = v
				}
			}
			if p.selects(pod) {
				got = append(got, p.Spec.SecurityGroups.GroupIDs...)
			}
		}
		if !slices.Equal(got, []string{want}) {
			t.Errorf("pods of %s are in groups %v, want %s", s.id, got, want)
		}
	}
	if f := e.finding("same-labels"); f != nil {
		t.Errorf("unexpected: %v", f)
	}
}

func TestPodsThatCannotBeToldApart(t *testing.T) {
	same := map[string]string{"app": "web"}
	w := world{segments: []segment{{id: "a", labels: same}, {id: "b", labels: same}}, rules: []rule{in("a", "192.0.2.0/24", tcp(80))}}
	w.site.Cluster, w.site.StrictPods = "eks", true
	f := w.encode(t, aws.Options{}).finding("same-labels")
	if f == nil || f.Grade != model.Wider || f.Affects.IsEmpty() {
		t.Fatalf("no loss: %v", f)
	}
	if !strings.Contains(f.Summary, "shop/Deployment/a") || !strings.Contains(f.Summary, "shop/Deployment/b") {
		t.Errorf("the loss does not name the workloads: %v", f)
	}
}

// TestNoBindingsWithoutPods: only EKS has SecurityGroupPolicies.
func TestNoBindingsWithoutPods(t *testing.T) {
	if files := shop().encode(t, aws.Options{}).Files; len(files) != 0 {
		t.Errorf("files without a cluster: %v", files)
	}
}
