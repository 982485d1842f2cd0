package live

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/util/yaml"

	"github.com/crosswall/crosswall/translate/kubernetes"
)

const permissions = "../../../docs/permissions-kubernetes.md"

// The documented permissions are those of Calls.
func TestPermissionsAreDocumented(t *testing.T) {
	text, err := os.ReadFile(permissions)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "| `") {
			got = append(got, strings.TrimSpace(line))
		}
	}
	var want []string
	for _, c := range Calls() {
		what := "`" + strings.TrimSuffix(c.Resource+"."+c.Group, ".") + "`"
		if len(c.Names) > 0 {
			what += " (`" + strings.Join(c.Names, "`, `") + "`)"
		}
		want = append(want, fmt.Sprintf("| `%s` | %s | %s |", c.Verb, what, c.Why))
	}
	if !slices.Equal(got, want) {
		t.Errorf("%s has\n%s\nwant\n%s", permissions, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// clusterRole is the documented ClusterRole (k8s.io/api/rbac/v1).
type clusterRole struct {
	Kind  string `json:"kind"`
	Rules []struct {
		APIGroups     []string `json:"apiGroups"`
		Resources     []string `json:"resources"`
		ResourceNames []string `json:"resourceNames"`
		Verbs         []string `json:"verbs"`
	} `json:"rules"`
}

func documentedRole(t *testing.T) clusterRole {
	t.Helper()
	text, err := os.ReadFile(permissions)
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "```yaml\n")
	block, _, ok := strings.Cut(rest, "```")
	var role clusterRole
	if err := yaml.NewYAMLOrJSONDecoder(strings.NewReader(block), 4096).Decode(&role); err != nil || !ok || role.Kind != "ClusterRole" {
		t.Fatalf("no ClusterRole in %s: %v", permissions, err)
	}
	return role
}

// allows reports whether the role allows a call as the stand-in records it: "list pods", "get configmaps kube-system/x".
func (r clusterRole) allows(call string) bool {
	parts := strings.Fields(call)
	resource, group, _ := strings.Cut(parts[1], ".")
	for _, rule := range r.Rules {
		name := len(rule.ResourceNames) == 0
		if len(parts) > 2 {
			_, n, _ := strings.Cut(parts[2], "/")
			name = name || slices.Contains(rule.ResourceNames, n)
		}
		if name && slices.Contains(rule.Verbs, parts[0]) && slices.Contains(rule.APIGroups, group) &&
			(slices.Contains(rule.Resources, resource) || slices.Contains(rule.Resources, "*")) {
			return true
		}
	}
	return false
}

// Whatever a cluster is made of, what is called is what the documented role allows, and all that the role allows is called somewhere.
func TestCallsAreDocumented(t *testing.T) {
	role := documentedRole(t)
	made := map[string]bool{}
	for _, objects := range []string{
		calico(),
		daemonSet("cilium", "{name: cilium-agent, image: cilium}"),
		daemonSet("aws-node", "{name: aws-node, image: amazon-k8s-cni, args: ['--enable-network-policy=true']}"),
		node(`["server"]`),
		configMap("amazon-vpc-cni", "enable-network-policy-controller: 'true'"),
	} {
		a := serve(t, shop, objects)
		switch {
		case strings.Contains(objects, "k3s.io"):
			a.version = "v1.33.1+k3s1"
		case strings.Contains(objects, "ConfigMap"):
			a.crd(servedKind{"eks.amazonaws.com", "v1", "nodeclasses", "NodeClass", false})
		}
		a.crd(servedKind{"policy.networking.k8s.io", "v1alpha2", "clusternetworkpolicies", "ClusterNetworkPolicy", false})
		a.crd(servedKind{"cilium.io", "v2", "ciliumnetworkpolicies", "CiliumNetworkPolicy", true})
		a.read(a.options())
		for _, call := range a.called() {
			made[call] = true
			if call != "version" && call != "discovery" && !role.allows(call) {
				t.Errorf("%q is called, which the documented role does not allow", call)
			}
		}
	}
	for _, c := range Calls() {
		name := strings.TrimSuffix(c.Resource+"."+c.Group, ".")
		called := c.Group == "*"
		for call := range made {
			parts := strings.Fields(call)
			called = called || len(parts) > 1 && parts[0] == c.Verb && parts[1] == name
		}
		if !called {
			t.Errorf("%s %s is documented and never called", c.Verb, name)
		}
	}
}

// Every group of policies that is known has its place in the documented role.
func TestRoleHasThePolicyGroups(t *testing.T) {
	role := documentedRole(t)
	for _, gk := range [][2]string{{"policy.networking.k8s.io", "AdminNetworkPolicy"}, {"projectcalico.org", "GlobalNetworkPolicy"}, {"crd.projectcalico.org", "NetworkPolicy"},
		{"crd.antrea.io", "ClusterNetworkPolicy"}, {"cilium.io", "CiliumNetworkPolicy"}, {"k8s.ovn.org", "EgressFirewall"}, {"network.openshift.io", "EgressNetworkPolicy"},
		{"k8s.cni.cncf.io", "MultiNetworkPolicy"}, {"security.istio.io", "AuthorizationPolicy"}, {"policy.linkerd.io", "Server"}, {"consul.hashicorp.com", "ServiceIntentions"},
		{"kuma.io", "MeshTrafficPermission"}, {"vpcresources.k8s.aws", "SecurityGroupPolicy"}, {"networking.k8s.aws", "ClusterNetworkPolicy"}, {"networking.gke.io", "FQDNNetworkPolicy"},
		{"kubeovn.io", "SecurityGroup"}, {"security.antrea.tanzu.vmware.com", "NetworkPolicy"}} {
		if !kubernetes.Unmodelled(gk[0], gk[1]) || !role.allows("list anything."+gk[0]) {
			t.Errorf("%s of %s is not in the role, or is no policy", gk[1], gk[0])
		}
	}
}
