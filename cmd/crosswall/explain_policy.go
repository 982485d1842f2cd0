package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
)

// policyDraft is a NetworkPolicy that admits one connection in one direction, with
// its fields in the order in which people write them.
type policyDraft struct {
	APIVersion string          `yaml:"apiVersion"`
	Kind       string          `yaml:"kind"`
	Metadata   draftMetadata   `yaml:"metadata"`
	Spec       policyDraftSpec `yaml:"spec"`

	// caveats are what the policy opens more than it was asked to.
	caveats []string
}

type draftMetadata struct {
	Name      string `yaml:"name"`
	Namespace string `yaml:"namespace"`
}

type policyDraftSpec struct {
	PodSelector draftSelector `yaml:"podSelector"`
	PolicyTypes []string      `yaml:"policyTypes,flow"`
	Ingress     []draftRule   `yaml:"ingress,omitempty"`
	Egress      []draftRule   `yaml:"egress,omitempty"`
}

type draftRule struct {
	From  []draftPeer `yaml:"from,omitempty"`
	To    []draftPeer `yaml:"to,omitempty"`
	Ports []draftPort `yaml:"ports,omitempty"`
}

type draftPeer struct {
	IPBlock           *draftBlock    `yaml:"ipBlock,omitempty"`
	NamespaceSelector *draftSelector `yaml:"namespaceSelector,omitempty"`
	PodSelector       *draftSelector `yaml:"podSelector,omitempty"`
}

type draftBlock struct {
	CIDR string `yaml:"cidr"`
}

// draftSelector without labels is everybody.
type draftSelector struct {
	MatchLabels map[string]string `yaml:"matchLabels,omitempty"`
}

type draftPort struct {
	Protocol string `yaml:"protocol"`
	Port     int    `yaml:"port"`
}

// admitting drafts a policy that admits the connection at one of its ends,
// which is a workload: nobody else is refused anything.
func (x explanation) admitting(d model.Direction) policyDraft {
	target, peer, name := x.from, x.to, "-to-"
	if d == model.Ingress {
		target, peer, name = x.to, x.from, "-from-"
	}
	w := *target.workload
	p := policyDraft{APIVersion: "networking.k8s.io/v1", Kind: "NetworkPolicy",
		Metadata: draftMetadata{policyName("allow-"+w.Name+name, peer), w.Namespace}}
	p.Spec.PodSelector = x.selector(w)
	var rule draftRule
	if s := x.packet.service; s.Protocol.HasPorts() {
		rule.Ports = []draftPort{{s.Protocol.String(), int(s.Dst.First)}}
	} else {
		p.caveats = []string{fmt.Sprintf("a NetworkPolicy cannot name %s: without ports this admits all traffic between the two", s.Protocol)}
	}
	if d == model.Ingress {
		rule.From = x.draftPeers(w, peer)
		p.Spec.PolicyTypes, p.Spec.Ingress = []string{"Ingress"}, []draftRule{rule}
	} else {
		rule.To = x.draftPeers(w, peer)
		p.Spec.PolicyTypes, p.Spec.Egress = []string{"Egress"}, []draftRule{rule}
	}
	return p
}

// draftPeers names an end as the peer of a policy in the namespace of w.
func (x explanation) draftPeers(w providers.Workload, e endpoint) []draftPeer {
	if e.workload == nil {
		var out []draftPeer
		for _, b := range e.Addrs.Prefixes() {
			out = append(out, draftPeer{IPBlock: &draftBlock{b.String()}})
		}
		return out
	}
	pods := x.selector(*e.workload)
	p := draftPeer{PodSelector: &pods}
	if e.workload.Namespace != w.Namespace {
		p.NamespaceSelector = &draftSelector{map[string]string{"kubernetes.io/metadata.name": e.workload.Namespace}}
	}
	return []draftPeer{p}
}

// text is the manifest.
func (p policyDraft) text() (string, error) {
	var b strings.Builder
	enc := yaml.NewEncoder(&b)
	enc.SetIndent(2)
	if err := enc.Encode(p); err != nil {
		return "", err
	}
	return b.String(), enc.Close()
}

// policyName makes a name that objects may have (RFC 1123 label).
func policyName(prefix string, e endpoint) string {
	peer := strings.NewReplacer(".", "-", ":", "-", "/", "-").Replace(e.Addrs.String())
	if e.workload != nil {
		peer = e.workload.Name
	}
	name := []byte(strings.ToLower(prefix + peer))
	for i, c := range name {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			name[i] = '-'
		}
	}
	return strings.Trim(string(name[:min(len(name), 63)]), "-")
}

// transient are labels that controllers give and that change with every
// rollout or pod; a policy must not rest on them.
var transient = [...]string{
	"pod-template-hash", "controller-revision-hash", "statefulset.kubernetes.io/pod-name", "apps.kubernetes.io/pod-index",
	"controller-uid", "job-name", "batch.kubernetes.io/controller-uid", "batch.kubernetes.io/job-name", "pod-template-generation",
}

// unsteady are labels that change with a release; they are used where no other
// label tells workloads apart.
var unsteady = [...]string{"helm.sh/chart", "app.kubernetes.io/version", "version", "chart", "release", "heritage", "app.kubernetes.io/managed-by"}

// selector names a workload by the fewest labels that name nobody else of its namespace, as far as
// its labels can.
func (x explanation) selector(w providers.Workload) draftSelector {
	labels := maps.Clone(w.Labels)
	for _, k := range transient {
		delete(labels, k)
	}
	want := x.named(w.Namespace, labels)
	for _, k := range expendable(labels) {
		fewer := maps.Clone(labels)
		delete(fewer, k)
		if isSteady(fewer) && x.named(w.Namespace, fewer) == want {
			labels = fewer
		}
	}
	return draftSelector{labels}
}

// isSteady reports whether some label is one that a release does not change.
func isSteady(labels map[string]string) bool {
	for k := range labels {
		if !slices.Contains(unsteady[:], k) {
			return true
		}
	}
	return false
}

// named counts the workloads of a namespace that have all of the labels.
func (x explanation) named(namespace string, labels map[string]string) int {
	n := 0
	for _, w := range x.workloads {
		if w.Namespace != namespace {
			continue
		}
		has := true
		for k, v := range labels {
			got, ok := w.Labels[k]
			has = has && ok && got == v
		}
		if has {
			n++
		}
	}
	return n
}

// expendable sorts labels, those that are best left out first.
func expendable(labels map[string]string) []string {
	rank := func(k string) int {
		switch {
		case slices.Contains(unsteady[:], k):
			return 0
		case k == "app" || k == "app.kubernetes.io/name" || k == "k8s-app":
			return 2
		}
		return 1
	}
	keys := slices.Sorted(maps.Keys(labels))
	slices.SortStableFunc(keys, func(a, b string) int { return rank(a) - rank(b) })
	return keys
}
