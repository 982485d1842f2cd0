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
func (r *reader) selector(o *object) selector {
	s := selector{origin: o.origin()}
	if v, ok := o.get("namespace"); ok {
		s.namespace = r.namespace(v)
	}
	if v, ok := o.get("namespaceSelector"); ok {
		s.namespaces = r.labelSelector(v, nil)
		if o.has("namespace") {
			r.fault(codeField, r.origin(v), o.at.path+" has both namespace and namespaceSelector",
				"keep one; to name a namespace by label, use "+metadataName)
		}
	}
	if v, ok := o.get("podSelector"); ok {
		s.pods = r.labelSelector(v, runtimeLabels())
	}
	return s
}

// metadataName is the label that the API server keeps on every namespace
// (Kubernetes documentation, Namespaces, automatic labelling).
const metadataName = "kubernetes.io/metadata.name"

func (r *reader) namespace(v value) string {
	s, ok := r.text(v)
	if !ok {
		return ""
	}
	if errs := validation.IsDNS1123Label(s); len(errs) > 0 {
		r.fault(codeValue, r.origin(v), fmt.Sprintf("%q is no name of a namespace", s), strings.Join(errs, "; "))
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
func (r *reader) labelSelector(v value, banned []string) []labels.Requirement {
	o := r.object(v)
	if o == nil {
		return nil
	}
	var out []labels.Requirement
	add := func(at value, key string, s metav1.LabelSelector) {
		if slices.Contains(banned, key) {
			r.fault(codeRuntimeLabel, r.origin(at), fmt.Sprintf("label %s exists at run time only", key),
				"select by a label of the pod template that stays the same")
			return
		}
		// The API server's own conversion, one requirement at a time for the place.
		sel, err := metav1.LabelSelectorAsSelector(&s)
		if err != nil {
			r.fault(codeValue, r.origin(at), fmt.Sprintf("%s: %v", at.path, err), "")
			return
		}
		reqs, _ := sel.Requirements()
		out = append(out, reqs...)
	}
	if v, ok := o.get("matchLabels"); ok {
		if m := r.object(v); m != nil {
			for _, f := range m.fields {
				if val, ok := r.labelValue(f.val); ok {
					add(f.val, f.name, metav1.LabelSelector{MatchLabels: map[string]string{f.name: val}})
				}
			}
		}
	}
	for _, v := range o.items("matchExpressions") {
		if q, ok := r.expression(v); ok {
			add(v, q.Key, metav1.LabelSelector{MatchExpressions: []metav1.LabelSelectorRequirement{q}})
		}
	}
	o.close()
	return out
}

// labelValue reads a label's value, which may be the empty string.
func (r *reader) labelValue(v value) (string, bool) { return r.scalar(v, "text", "!!str") }

func (r *reader) expression(v value) (metav1.LabelSelectorRequirement, bool) {
	before := len(r.findings)
	o := r.object(v)
	if o == nil {
		return metav1.LabelSelectorRequirement{}, false
	}
	q := metav1.LabelSelectorRequirement{}
	const advice = "for example {key: app, operator: In, values: [web]}"
	if k, ok := o.need("key", advice); ok {
		q.Key, _ = r.text(k)
	}
	if op, ok := o.need("operator", advice); ok {
		s, _ := r.text(op)
		q.Operator = metav1.LabelSelectorOperator(s)
	}
	for _, e := range o.items("values") {
		s, _ := r.labelValue(e)
		q.Values = append(q.Values, s)
	}
	o.close()
	return q, len(r.findings) == before
}
