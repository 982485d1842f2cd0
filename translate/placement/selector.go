package placement

import (
	"fmt"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
)

// selector picks workloads by namespace and pod labels. The zero selector
// picks every workload: unlike in a network policy, leaving namespaces out means all of
// them, for a placement has no namespace of its own.
type selector struct {
	namespace  string // empty: not asked
	namespaces []labels.Requirement
	pods       []labels.Requirement
	origin     model.Origin
}

// matching is what is known of a workload and a selector.
type matching uint8

const (
	noMatch matching = iota
	match
	perhaps // rests on labels of a namespace that was not read
)

func (s selector) match(w providers.Workload) matching {
	if s.namespace != "" && s.namespace != w.Namespace {
		return noMatch
	}
	for _, q := range s.pods {
		if !q.Matches(labels.Set(w.Labels)) {
			return noMatch
		}
	}
	got := match
	for _, q := range s.namespaces {
		_, known := w.NamespaceLabels[q.Key()]
		switch {
		case !known && !w.NamespaceKnown:
			got = perhaps
		case !q.Matches(labels.Set(w.NamespaceLabels)):
			return noMatch
		}
	}
	return got
}

// selector reads the fields namespace, namespaceSelector and podSelector of o.
func (r reader) selector(o *object) selector {
	s := selector{origin: o.Origin()}
	if v, ok := o.Get("namespace"); ok {
		s.namespace = r.namespace(v)
	}
	if v, ok := o.Get("namespaceSelector"); ok {
		s.namespaces = r.labelSelector(v, nil)
		if o.Has("namespace") {
			r.Fault(codeField, r.Origin(v), o.Path()+" has both namespace and namespaceSelector",
				"keep one; to name a namespace by label, use "+metadataName)
		}
	}
	if v, ok := o.Get("podSelector"); ok {
		s.pods = r.labelSelector(v, runtimeLabels())
	}
	return s
}

// metadataName is the label that the API server keeps on every namespace
// (Kubernetes documentation, Namespaces, automatic labelling).
const metadataName = "kubernetes.io/metadata.name"

func (r reader) namespace(v value) string {
	s, ok := r.Text(v)
	if !ok {
		return ""
	}
	if errs := validation.IsDNS1123Label(s); len(errs) > 0 {
		r.Fault(codeValue, r.Origin(v), fmt.Sprintf("%q is no name of a namespace", s), strings.Join(errs, "; "))
	}
	return s
}

// runtimeLabels lists the labels that controllers and the kubelet put on pods while the cluster
// runs, so that no manifest holds them (Kubernetes documentation, Well-known
// labels, annotations and taints).
func runtimeLabels() []string {
	return []string{
		"apps.kubernetes.io/pod-index", "batch.kubernetes.io/controller-uid", "batch.kubernetes.io/job-completion-index",
		"batch.kubernetes.io/job-name", "controller-revision-hash", "controller-uid", "job-name", "pod-template-generation",
		"pod-template-hash", "statefulset.kubernetes.io/pod-name", "topology.kubernetes.io/region", "topology.kubernetes.io/zone",
	}
}

// labelSelector reads a LabelSelector. Keys among banned are refused.
func (r reader) labelSelector(v value, banned []string) []labels.Requirement {
	o := r.Object(v)
	if o == nil {
		return nil
	}
	var out []labels.Requirement
	add := func(at value, key string, s metav1.LabelSelector) {
		if slices.Contains(banned, key) {
			r.Fault(codeRuntimeLabel, r.Origin(at), fmt.Sprintf("label %s exists at run time only", key),
				"select by a label of the pod template that stays the same")
			return
		}
		// The API server's own conversion, one requirement at a time for the place.
		sel, err := metav1.LabelSelectorAsSelector(&s)
		if err != nil {
			r.Fault(codeValue, r.Origin(at), fmt.Sprintf("%s: %v", at.Path, err), "")
			return
		}
		reqs, _ := sel.Requirements()
		out = append(out, reqs...)
	}
	if v, ok := o.Get("matchLabels"); ok {
		if m := r.Object(v); m != nil {
			for _, f := range m.Fields() {
				if val, ok := r.labelValue(f.Value); ok {
					add(f.Value, f.Name, metav1.LabelSelector{MatchLabels: map[string]string{f.Name: val}})
				}
			}
		}
	}
	for _, v := range o.Items("matchExpressions") {
		if q, ok := r.expression(v); ok {
			add(v, q.Key, metav1.LabelSelector{MatchExpressions: []metav1.LabelSelectorRequirement{q}})
		}
	}
	o.Close()
	return out
}

// labelValue reads a label's value, which may be the empty string.
func (r reader) labelValue(v value) (string, bool) { return r.Scalar(v, "text", "!!str") }

func (r reader) expression(v value) (metav1.LabelSelectorRequirement, bool) {
	before := r.Count()
	o := r.Object(v)
	if o == nil {
		return metav1.LabelSelectorRequirement{}, false
	}
	q := metav1.LabelSelectorRequirement{}
	const advice = "for example {key: app, operator: In, values: [web]}"
	if k, ok := o.Need("key", advice); ok {
		q.Key, _ = r.Text(k)
	}
	if op, ok := o.Need("operator", advice); ok {
		s, _ := r.Text(op)
		q.Operator = metav1.LabelSelectorOperator(s)
	}
	for _, e := range o.Items("values") {
		s, _ := r.labelValue(e)
		q.Values = append(q.Values, s)
	}
	o.Close()
	return q, r.Count() == before
}
