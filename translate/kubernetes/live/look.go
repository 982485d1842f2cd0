package live

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// sighting is what tells which network plugin runs and what it does. None of it leaves this package.
type sighting struct {
	// version is that of the server: "v1.33.1-gke.1386000".
	version string
	// kinds are the kinds that the server has.
	kinds []schema.GroupKind
	// agents are DaemonSets, and the Deployments beside them that have a say.
	agents []agent
	// policies are the NetworkPolicies, kept only where not all namespaces are read.
	policies []networkingv1.NetworkPolicy
}

// add joins what was seen elsewhere.
func (s *sighting) add(o sighting) {
	s.agents = append(s.agents, o.agents...)
	s.policies = append(s.policies, o.policies...)
}

// has reports whether the server has a kind.
func (s sighting) has(group, kind string) bool {
	return slices.Contains(s.kinds, schema.GroupKind{Group: group, Kind: kind})
}

// agent is a controller whose pods may be those of a network plugin (k8s.io/api/apps/v1, DaemonSet).
type agent struct {
	Metadata struct {
		Name      string `json:"name"`
		Namespace string `json:"namespace"`
	} `json:"metadata"`
	Spec struct {
		Template struct {
			Spec struct {
				Containers []program `json:"containers"`
			} `json:"spec"`
		} `json:"template"`
	} `json:"spec"`
	Status struct {
		DesiredNumberScheduled *int `json:"desiredNumberScheduled"`
		NumberReady            int  `json:"numberReady"`
	} `json:"status"`
}

// program is a container, with what decides what it does.
type program struct {
	Name    string   `json:"name"`
	Image   string   `json:"image"`
	Command []string `json:"command"`
	Args    []string `json:"args"`
	Env     []struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	} `json:"env"`
}

// kubeOVNController is the Deployment in which Kube-OVN works policies out.
const kubeOVNController = "kube-ovn-controller"

// look notes what an object says about the network plugin, and about other namespaces.
func (r *reader) look(kind string, object []byte) error {
	switch {
	case kind == "DaemonSet" || kind == "Deployment":
		var a agent
		if err := json.Unmarshal(object, &a); err != nil {
			return fmt.Errorf("an object cannot be read: %w", err)
		}
		if kind == "DaemonSet" || a.Metadata.Name == kubeOVNController {
			r.passing.agents = append(r.passing.agents, a)
		}
	case kind == "NetworkPolicy" && len(r.options.Namespaces) > 0:
		var p networkingv1.NetworkPolicy
		if err := json.Unmarshal(object, &p); err != nil {
			return fmt.Errorf("an object cannot be read: %w", err)
		}
		r.passing.policies = append(r.passing.policies, p)
	}
	return nil
}

// strangers returns a namespace that was not asked for and whose pods a policy may name; false: there is none.
func (r *reader) strangers(p networkingv1.NetworkPolicy) (string, bool) {
	for _, peer := range peersOf(p) {
		if peer.NamespaceSelector == nil {
			continue
		}
		s, err := metav1.LabelSelectorAsSelector(peer.NamespaceSelector)
		if err != nil || r.labels == nil {
			return "other namespaces", true
		}
		for _, name := range slices.Sorted(maps.Keys(r.labels)) {
			known := labels.Merge(r.labels[name], labels.Set{corev1.LabelMetadataName: name})
			if !slices.Contains(r.options.Namespaces, name) && s.Matches(known) {
				return "namespace " + name, true
			}
		}
	}
	return "", false
}

// peersOf returns all peers of a policy.
func peersOf(p networkingv1.NetworkPolicy) []networkingv1.NetworkPolicyPeer {
	var out []networkingv1.NetworkPolicyPeer
	for _, rule := range p.Spec.Ingress {
		out = append(out, rule.From...)
	}
	for _, rule := range p.Spec.Egress {
		out = append(out, rule.To...)
	}
	return out
}
