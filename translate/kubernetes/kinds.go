package kubernetes

import (
	"slices"
	"strings"
)

// role is what an object is to this package. The zero role is an object that has no bearing on
// network policy.
type role uint8

const (
	unrelated role = iota
	networkPolicyRole
	namespaceRole
	podRole
	controllerRole  // makes pods from a template
	autoscalerRole  // changes the number of pods
	unmodelledRole  // bears on network policy, and is not read
	transformerRole // is to be processed by another tool first
	unknownKindRole // of a group of Kubernetes itself that has no such kind
	oldVersionRole  // of a version that API servers no longer serve
)

// kindRoles is what becomes of the kinds that are read.
func kindRoles() map[groupKind]role {
	roles := map[groupKind]role{
		{"networking.k8s.io", "NetworkPolicy"}:       networkPolicyRole,
		{"extensions", "NetworkPolicy"}:              oldVersionRole,
		{"", "Namespace"}:                            namespaceRole,
		{"", "Pod"}:                                  podRole,
		{"", "ReplicationController"}:                controllerRole,
		{"batch", "Job"}:                             controllerRole,
		{"batch", "CronJob"}:                         controllerRole,
		{"autoscaling", "HorizontalPodAutoscaler"}:   autoscalerRole,
		{"template.openshift.io", "Template"}:        transformerRole,
		{"", "Template"}:                             transformerRole, // OpenShift's, before groups
		{"kustomize.config.k8s.io", "Kustomization"}: transformerRole,
		{"kustomize.config.k8s.io", "Component"}:     transformerRole,
	}
	for _, group := range []string{"apps", "extensions"} {
		for _, kind := range []string{"Deployment", "ReplicaSet", "DaemonSet", "StatefulSet"} {
			roles[groupKind{group, kind}] = controllerRole
		}
	}
	return roles
}

// groupKind names a kind. The core group is "".
type groupKind struct{ group, kind string }

// unmodelledKinds says which kinds of which groups bear on network policy: who
// may connect to whom is decided by them too.
func unmodelledKinds() map[string][]string {
	calico := []string{"NetworkPolicy", "GlobalNetworkPolicy", "HostEndpoint", "Profile"}
	antrea := []string{"NetworkPolicy", "ClusterNetworkPolicy"}
	return map[string][]string{
		"policy.networking.k8s.io":         {"AdminNetworkPolicy", "BaselineAdminNetworkPolicy", "ClusterNetworkPolicy"},
		"projectcalico.org":                calico,
		"crd.projectcalico.org":            calico,
		"crd.antrea.io":                    antrea,
		"security.antrea.tanzu.vmware.com": antrea,
		"cilium.io": {"CiliumNetworkPolicy", "CiliumClusterwideNetworkPolicy", "CiliumLocalRedirectPolicy",
			"CiliumEgressGatewayPolicy"},
		"k8s.ovn.org":          {"EgressFirewall", "UserDefinedNetwork", "ClusterUserDefinedNetwork", "EgressIP"},
		"network.openshift.io": {"EgressNetworkPolicy", "NetNamespace"},
		"k8s.cni.cncf.io":      {"MultiNetworkPolicy"},
		"security.istio.io":    {"AuthorizationPolicy", "PeerAuthentication"},
		"policy.linkerd.io":    {"Server", "ServerAuthorization", "AuthorizationPolicy"},
		"consul.hashicorp.com": {"ServiceIntentions"},
		"kuma.io":              {"TrafficPermission", "MeshTrafficPermission"},
		"vpcresources.k8s.aws": {"SecurityGroupPolicy"},
		"networking.k8s.aws":   {"ClusterNetworkPolicy", "ApplicationNetworkPolicy"},
		"networking.gke.io":    {"FQDNNetworkPolicy"},
		"kubeovn.io":           {"SecurityGroup"},
	}
}

// builtinKinds lists the kinds of those API groups of Kubernetes itself in which this package reads
// any (k8s.io/api v0.37, with the kinds of older versions). No custom resource can join these groups, so that
// a kind that is not listed is a mistake.
func builtinKinds() map[string][]string {
	return map[string][]string{
		"networking.k8s.io": {"NetworkPolicy", "Ingress", "IngressClass", "IPAddress", "ServiceCIDR", "ClusterCIDR"},
		"apps":              {"Deployment", "ReplicaSet", "DaemonSet", "StatefulSet", "ControllerRevision", "Scale"},
		"batch":             {"Job", "CronJob", "JobTemplate"},
		"": {"Binding", "ComponentStatus", "ConfigMap", "Endpoints", "Event", "LimitRange", "List", "Namespace", "Node",
			"PersistentVolume", "PersistentVolumeClaim", "Pod", "PodTemplate", "ReplicationController",
			"ResourceQuota", "Secret", "Service", "ServiceAccount", "Status", "SerializedReference", "RangeAllocation",
			"Scale", "APIGroup", "APIVersions", "APIResource", "DeleteOptions", "PodStatusResult", "Template",
			"NodeProxyOptions", "PodExecOptions"},
	}
}

// kindTable answers what an object is to this package.
type kindTable struct {
	roles      map[groupKind]role
	unmodelled map[string][]string
	builtin    map[string][]string
}

func newKindTable() kindTable {
	return kindTable{kindRoles(), unmodelledKinds(), builtinKinds()}
}

// role returns what a kind is to this package.
func (t kindTable) role(group, kind string) role {
	if r, ok := t.roles[groupKind{group, kind}]; ok {
		return r
	}
	if ks := t.unmodelled[group]; slices.Contains(ks, kind) {
		return unmodelledRole
	}
	if ks, ok := t.builtin[group]; ok && !slices.Contains(ks, kind) {
		return unknownKindRole
	}
	switch {
	case strings.HasPrefix(kind, "Staged"): // Calico's policies on trial enforce nothing
		return unrelated
	case strings.HasSuffix(kind, "NetworkPolicy"):
		return unmodelledRole
	}
	return unrelated
}

// Unmodelled reports whether objects of a kind bear on network policy and are not read by this package: a
// finding with the code "unmodelled-policy" is made for each. group is the API group without a version, "" for the core group.
func Unmodelled(group, kind string) bool {
	return newKindTable().role(group, kind) == unmodelledRole
}

// suggest returns the kind that is read and differs from kind in case or by little, with its group.
func (t kindTable) suggest(kind string) (groupKind, bool) {
	var best groupKind
	for gk, r := range t.roles {
		if r == transformerRole || r == oldVersionRole || gk.group == "extensions" {
			continue
		}
		if similar(gk.kind, kind) && (best.kind == "" || gk.kind < best.kind) {
			best = gk
		}
	}
	return best, best.kind != ""
}

// apiVersion returns the version under which API servers know the kind.
func (gk groupKind) apiVersion() string {
	version := "v1"
	if gk.kind == "HorizontalPodAutoscaler" {
		version = "v2"
	}
	if gk.group == "" {
		return version
	}
	return gk.group + "/" + version
}

// current returns the version under which API servers serve a kind that makes pods.
func (t kindTable) current(kind string) string {
	for gk, r := range t.roles {
		if r == controllerRole && gk.kind == kind && gk.group != "extensions" {
			return gk.apiVersion()
		}
	}
	return ""
}

// similar reports whether two words differ by case or by a few letters.
func similar(a, b string) bool {
	a, b = strings.ToLower(a), strings.ToLower(b)
	if a == b {
		return true
	}
	return len(a) > 4 && len(b) < 64 && editDistance(a, b) <= 1+len(a)/6
}

// editDistance returns how many bytes must be put in, taken out or replaced to turn a into b.
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			above := row[j+1]
			row[j+1] = min(above+1, row[j]+1, diagonal+cost)
			diagonal = above
		}
	}
	return row[len(b)]
}

// readKinds returns the names of the kinds that are read.
func (t kindTable) readKinds() map[string]bool {
	out := map[string]bool{}
	for gk, r := range t.roles {
		if r != transformerRole {
			out[gk.kind] = true
		}
	}
	return out
}
