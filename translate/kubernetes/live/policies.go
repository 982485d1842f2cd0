package live

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/version"
	"k8s.io/client-go/discovery"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/translate/kubernetes"
)

const (
	// calicoStore and calicoServer are the groups under which the same objects of Calico are to be had: as they are kept, and
	// through its own API server.
	calicoStore  = "crd.projectcalico.org"
	calicoServer = "projectcalico.org"
)

// otherPolicies reads the names of policies of other kinds than NetworkPolicy that the cluster has: of admin policies, of
// plugins, of service meshes. They are not modelled, and the reader of the documents makes a finding of each.
func (r *reader) otherPolicies(ctx context.Context) error {
	lists, err := r.served(ctx)
	if err != nil {
		return err
	}
	for _, l := range lists {
		for _, res := range l.APIResources {
			r.seen.kinds = append(r.seen.kinds, schema.FromAPIVersionAndKind(l.GroupVersion, res.Kind).GroupKind())
		}
	}
	stored := false // whether Calico's objects were read as they are kept
	for _, k := range policyKinds(lists) {
		if k.group == calicoServer && stored {
			continue
		}
		ok, err := r.policiesOf(ctx, k)
		if err != nil {
			return err
		}
		stored = stored || ok && k.group == calicoStore
	}
	return nil
}

// served returns which resources the server has. A group that cannot be asked is a gap.
func (r *reader) served(ctx context.Context) ([]*metav1.APIResourceList, error) {
	var lists []*metav1.APIResourceList
	var silent map[schema.GroupVersion]error
	err := r.retry(ctx, func() error {
		var err error
		var partly bool
		_, lists, err = r.discovery.ServerGroupsAndResourcesWithContext(ctx)
		if silent, partly = discovery.GroupDiscoveryFailedErrorGroups(err); partly {
			return nil
		}
		return err
	})
	switch {
	case err == nil:
	case ctx.Err() != nil || isFinal(err):
		return nil, fmt.Errorf("the kinds that the server has: %s", explain(ctx, err))
	default:
		r.warn(CodeNotRead, "which kinds of policies the server has could not be read: "+explain(ctx, err),
			"unknown is whether there are policies besides NetworkPolicies")
		return nil, nil
	}
	byName := func(a, b schema.GroupVersion) int { return cmp.Compare(a.String(), b.String()) }
	for _, gv := range slices.SortedFunc(maps.Keys(silent), byName) {
		if strings.HasSuffix(gv.Group, "metrics.k8s.io") {
			continue // numbers about pods; the group that is silent most often
		}
		r.warn(CodeNotRead, fmt.Sprintf("which kinds the API group %s has could not be read: %s", gv, explain(ctx, silent[gv])),
			"unknown is whether any of them bears on network policy")
	}
	return lists, nil
}

// policyKind is a kind of policies that the server has and that is not modelled.
type policyKind struct {
	group, version, name, kind string
	namespaced                 bool
}

// policyKinds returns the kinds of policies among resources, each in one version, sorted.
func policyKinds(lists []*metav1.APIResourceList) []policyKind {
	found := map[schema.GroupKind]policyKind{}
	for _, l := range lists {
		gv, err := schema.ParseGroupVersion(l.GroupVersion)
		if err != nil {
			continue // no object can be of it
		}
		for _, res := range l.APIResources {
			k := policyKind{gv.Group, gv.Version, res.Name, res.Kind, res.Namespaced}
			key := schema.GroupKind{Group: k.group, Kind: k.kind}
			// controlplane.antrea.io has what Antrea's controller works out from the policies, not policies.
			if strings.Contains(k.name, "/") || !slices.Contains(res.Verbs, "list") || k.group == "controlplane.antrea.io" ||
				!kubernetes.Unmodelled(k.group, k.kind) {
				continue
			}
			if old, ok := found[key]; !ok || version.CompareKubeAwareVersionStrings(k.version, old.version) > 0 {
				found[key] = k
			}
		}
	}
	return slices.SortedFunc(maps.Values(found), func(a, b policyKind) int {
		return cmp.Or(cmp.Compare(a.group, b.group), cmp.Compare(a.kind, b.kind))
	})
}

// policiesOf reads the names of all policies of a kind. It reports whether it could.
func (r *reader) policiesOf(ctx context.Context, k policyKind) (bool, error) {
	gv := schema.GroupVersion{Group: k.group, Version: k.version}
	docs := documents{head: documentHead("", "v1", "List")}
	ok, total := true, 0
	for _, ns := range r.options.scopes(!k.namespaced) {
		var part [][]byte
		at := listAt{path: "/apis/" + gv.String() + in(ns) + "/" + k.name, accept: partial, size: r.options.PageSize,
			after: func() { r.options.Progress(k.name, total+len(part)) }}
		at.keep = func(object json.RawMessage) error {
			kept, name, err := named(object, gv.String(), k.kind)
			if !isMadeUp(k, name) {
				part = append(part, kept)
			}
			return err
		}
		err := r.list(ctx, at, func() { part = nil })
		if apierrors.IsNotFound(err) {
			continue // it is gone since the server was asked for its kinds
		}
		gap := resource{group: k.group, name: k.name, kind: k.kind, without: "whether there are any, and what they admit and refuse"}
		if err := r.gap(ctx, gap, ns, err); err != nil {
			return false, err
		}
		if err != nil {
			ok = false
			continue
		}
		total += len(part)
		docs.add(part)
	}
	if total > 0 {
		r.out.Files = append(r.out.Files, docs.files(r.source)...)
	}
	return ok, nil
}

// named returns what names an object, as an object of its kind.
func named(object []byte, apiVersion, kind string) (kept []byte, name string, err error) {
	kept, err = pruned(object, func(h *head) {
		h.settle()
		h.APIVersion, h.Kind, h.Metadata.OwnerReferences = apiVersion, kind, nil
		name = h.Metadata.Name
	})
	return kept, name, err
}

// isMadeUp reports whether an object is one that Calico's API server shows for what Kubernetes has: NetworkPolicies,
// and what namespaces and service accounts allow by default (libcalico-go, lib/backend/k8s/conversion).
func isMadeUp(k policyKind, name string) bool {
	if k.group != calicoServer && k.group != calicoStore {
		return false
	}
	switch k.kind {
	case "NetworkPolicy", "GlobalNetworkPolicy":
		return strings.HasPrefix(name, "knp.default.")
	case "Profile":
		return strings.HasPrefix(name, "kns.") || strings.HasPrefix(name, "ksa.") || name == "projectcalico-default-allow"
	}
	return false
}

// otherNamespaces notes policies that may name pods of namespaces that were not asked for: these pods are then taken for
// somebody outside.
func (r *reader) otherNamespaces() {
	if len(r.options.Namespaces) == 0 {
		return
	}
	for _, p := range r.seen.policies {
		ns, ok := r.strangers(p)
		if !ok {
			continue
		}
		r.out.Findings = append(r.out.Findings, model.Finding{Severity: model.Warning, Code: CodeOtherNamespaces,
			Origin:  model.Origin{File: r.source, Object: "NetworkPolicy " + p.Namespace + "/" + p.Name},
			Summary: "the policy names pods of " + ns + ", which was not asked for: they are not in the answer",
			Advice:  "read that namespace too, with namespace=, or all of the cluster"})
	}
}
