package kubernetes

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
)

// workload is the pods of one owner that no policy tells apart.
type workload struct {
	id         model.Identity
	kind, name string
	namespace  *namespace
	variants   []variant // at least one; the first stands for all where policies are concerned
	solo       bool
	origin     model.Origin
}

// variant is pods with the same labels and ports.
type variant struct {
	shape  podShape
	addrs  []netip.Addr // of pods that have met a node
	origin model.Origin
	// unknown says which labels join those of the shape at run time. Nil: none does.
	unknown func(key string) (string, bool)
	// template is whether this is what pods will be like, not what pods are.
	template bool
}

func (v variant) labelSet() labelSet { return labelSet{known: v.shape.labels, unknown: v.unknown} }

func (w *workload) labelSet() labelSet        { return w.variants[0].labelSet() }
func (w *workload) ports() []containerPort    { return w.variants[0].shape.ports }
func (w *workload) labels() map[string]string { return commonLabels(w.variants) }

// addrs returns the addresses that the workload's pods may hold: those they
// hold, if that is known of all of them.
func (w *workload) addrs(unknown model.AddrSet) model.AddrSet {
	if known := w.held(); len(known) > 0 {
		return model.Addrs(known...)
	}
	return unknown
}

// held returns the addresses that the workload's pods hold, none unless all are known.
func (w *workload) held() []netip.Addr {
	var out []netip.Addr
	for _, v := range w.variants {
		if v.template {
			continue
		}
		if len(v.addrs) == 0 {
			return nil
		}
		out = append(out, v.addrs...)
	}
	return out
}

// addrsOf returns the addresses that pods of any of the workloads may hold.
func addrsOf(ws []*workload, unknown model.AddrSet) model.AddrSet {
	var held []netip.Addr
	var out model.AddrSet
	for _, w := range ws {
		known := w.held()
		if len(known) == 0 {
			out = unknown
		}
		held = append(held, known...)
	}
	return out.Union(model.Addrs(held...))
}

// commonLabels returns the labels that all variants have with the same value.
func commonLabels(vs []variant) map[string]string {
	out := copyLabels(vs[0].shape.labels)
	for _, v := range vs[1:] {
		for key, value := range out {
			if got, ok := v.shape.labels[key]; !ok || got != value {
				delete(out, key)
			}
		}
	}
	return out
}

// describe returns the workload for the user of the policy.
func (w *workload) describe() providers.Workload {
	return providers.Workload{
		ID: w.id, Namespace: w.namespace.name, Kind: w.kind, Name: w.name,
		Labels: w.labels(), NamespaceLabels: copyLabels(w.namespace.labels), NamespaceKnown: w.namespace.declared,
		ServiceAccount: w.variants[0].shape.serviceAccount, Origin: w.origin,
	}
}

// runtimeLabels says which labels a kind's controller adds to its pods. They
// are not in the template, and their values are not known before the pods are there.
func runtimeLabels(kind string) []string {
	switch kind {
	case "Deployment":
		return []string{"pod-template-hash"}
	case "StatefulSet":
		return []string{"controller-revision-hash", "statefulset.kubernetes.io/pod-name", "apps.kubernetes.io/pod-index"}
	case "DaemonSet":
		return []string{"controller-revision-hash", "pod-template-generation"}
	case "Job", "CronJob":
		return []string{"controller-uid", "job-name", "batch.kubernetes.io/controller-uid", "batch.kubernetes.io/job-name",
			"batch.kubernetes.io/job-completion-index"}
	}
	return nil
}

// topologyLabels are copied from the node to the pod since Kubernetes 1.35.
func topologyLabels() []string {
	return []string{"topology.kubernetes.io/zone", "topology.kubernetes.io/region"}
}

// unknownLabels returns which labels of pods that are yet to be made are unknown.
func unknownLabels(kind string) func(string) (string, bool) {
	keys := append(runtimeLabels(kind), topologyLabels()...)
	return func(key string) (string, bool) {
		return fmt.Sprintf("the label %s is set when a pod of a %s is made", key, kind), slices.Contains(keys, key)
	}
}

// withoutRuntime returns labels without those that are set at run time.
func withoutRuntime(labels map[string]string) map[string]string {
	out := copyLabels(labels)
	for _, kind := range []string{"Deployment", "StatefulSet", "DaemonSet", "Job"} {
		for _, key := range runtimeLabels(kind) {
			delete(out, key)
		}
	}
	for _, key := range topologyLabels() {
		delete(out, key)
	}
	return out
}

// idSuffix tells parts of one owner apart by those labels that selectors ask for.
func idSuffix(labels map[string]string, keys []string) string {
	var parts []string
	for _, key := range keys {
		if v, ok := labels[key]; ok {
			parts = append(parts, key+"="+v)
		} else {
			parts = append(parts, "!"+key)
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return "[" + strings.Join(parts, ",") + "]"
}

func sortWorkloads(ws []*workload) {
	slices.SortFunc(ws, func(a, b *workload) int { return cmp.Compare(a.id, b.id) })
}
