package live

import (
	"slices"
	"strings"
)

// Call is a permission that reading makes use of, in the words of Kubernetes' role-based access control.
type Call struct {
	// Verb is "list" or "get".
	Verb string
	// Group is the API group, "" for the core group; Resource the plural, "pods". "*" stands for the network policies
	// of plugins, whatever they are called.
	Group, Resource string
	// Names are the only objects that are asked for; nil: all.
	Names []string
	// Why says what it is for.
	Why string
}

// resource is a kind of objects that is read.
type resource struct {
	// path is what comes before the resource in its URL.
	path                  string
	group, version        string
	name, kind            string // "pods", "Pod"
	clusterwide, optional bool   // optional: no answer about policies rests on it
	why                   string
	// without says what is not known without it.
	without string
	prune   func([]byte) ([]byte, error)
}

// full is the resource with its group: "jobs.batch", "pods".
func (r resource) full() string { return strings.TrimSuffix(r.name+"."+r.group, ".") }

// resources lists what is read, in the order in which it is: pods before their owners, so that
// an owner made in between is no stranger.
func resources() []resource {
	r := []resource{
		{group: "", version: "v1", name: "namespaces", kind: "Namespace", clusterwide: true, prune: pruneNamespace,
			why: "labels of namespaces", without: "which labels namespaces have, and with it whom namespaceSelectors name"},
		{group: "networking.k8s.io", version: "v1", name: "networkpolicies", kind: "NetworkPolicy", prune: prunePolicy,
			why: "network policies", without: "which policies there are, and with it everything that they might refuse"},
		{group: "", version: "v1", name: "pods", kind: "Pod", prune: prunePod,
			why: "pods: labels, ports, addresses, owners", without: "which pods there are that are not described by an owner, and the addresses of all"},
		{group: "", version: "v1", name: "replicationcontrollers", kind: "ReplicationController", prune: pruneController},
		{group: "apps", version: "v1", name: "replicasets", kind: "ReplicaSet", prune: pruneController},
		{group: "apps", version: "v1", name: "deployments", kind: "Deployment", prune: pruneController},
		{group: "apps", version: "v1", name: "statefulsets", kind: "StatefulSet", prune: pruneController},
		{group: "apps", version: "v1", name: "daemonsets", kind: "DaemonSet", prune: pruneController,
			why:     "the owners of pods, and which network plugin runs",
			without: "which of them own pods or ask for some, and which network plugin runs"},
		{group: "batch", version: "v1", name: "jobs", kind: "Job", prune: pruneController},
		{group: "batch", version: "v1", name: "cronjobs", kind: "CronJob", prune: pruneController},
		{group: "autoscaling", version: "v2", name: "horizontalpodautoscalers", kind: "HorizontalPodAutoscaler", prune: pruneAutoscaler,
			why: "which workloads may have several pods, which then connect to each other", without: "which workloads may have several pods"},
		{group: "", version: "v1", name: "services", kind: "Service", optional: true, prune: pruneService,
			why: "how workloads are exposed; policies are about pods, so that no verdict rests on it", without: "how workloads are exposed"},
	}
	for i := range r {
		if r[i].why == "" {
			r[i].why = "the owners of pods"
			r[i].without = "which of them own pods or ask for some"
		}
		r[i].path = "/apis/" + r[i].group + "/" + r[i].version
		if r[i].group == "" {
			r[i].path = "/api/" + r[i].version
		}
	}
	return r
}

// Calls returns every permission that [Read] makes use of, and no others. Besides, it asks which API groups and which version the
// server has, as all who have signed in may (the roles system:discovery and system:public-info-viewer).
func Calls() []Call {
	var out []Call
	for _, r := range resources() {
		out = append(out, Call{Verb: "list", Group: r.group, Resource: r.name, Why: r.why})
	}
	out = append(out,
		Call{Verb: "list", Resource: "nodes", Why: "on K3s only: whether the built-in policy controller was turned off"},
		Call{Verb: "get", Resource: "configmaps", Names: configNames(), Why: "how the network plugin enforces policies; of these only, where the plugin is the one that they are of"},
		Call{Verb: "list", Group: "eks.amazonaws.com", Resource: "nodeclasses", Why: "in EKS Auto Mode only: whether pods that no policy selects are isolated"},
		Call{Verb: "list", Group: "*", Resource: "*", Why: "policies that are not NetworkPolicies: AdminNetworkPolicy, those of plugins and service meshes; names only"})
	return slices.Clip(out)
}
