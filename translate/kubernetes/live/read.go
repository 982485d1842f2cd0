package live

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/translate/kubernetes"
)

// reader is one reading of a cluster.
type reader struct {
	*client
	options Options
	out     Cluster
	// seen is what tells which network plugin runs; passing is the part of it that is of a list being read.
	seen, passing sighting
	// labels are those of the namespaces, by name; nil: they could not be read.
	labels map[string]map[string]string
	// failed is the first failure of a kind without which nothing can be said.
	failed map[string]error
}

// documentBytes is about how large the files are that objects are put in.
const documentBytes = 4 << 20

func (r *reader) read(ctx context.Context) error {
	r.failed = map[string]error{}
	if r.insecure {
		r.warn(CodeInsecure, "the server's certificate is not checked (insecure-skip-tls-verify), so that anybody between may have made up what follows",
			"give the kubeconfig the certificate-authority of the cluster")
	}
	if err := r.version(ctx); err != nil {
		return err
	}
	for _, res := range resources() {
		if err := r.resource(ctx, res); err != nil {
			return err
		}
	}
	if r.failed["Namespace"] != nil && r.failed["NetworkPolicy"] != nil && r.failed["Pod"] != nil {
		return fmt.Errorf("neither namespaces nor network policies nor pods could be read: %s", explain(ctx, r.failed["NetworkPolicy"]))
	}
	if err := r.noSuchNamespace(); err != nil {
		return err
	}
	r.otherNamespaces()
	if err := r.otherPolicies(ctx); err != nil {
		return err
	}
	return r.plugin(ctx)
}

// result returns what was read, in order.
func (r *reader) result() Cluster {
	r.out.Findings = model.SortFindings(r.out.Findings)
	slices.Sort(r.out.Unread)
	r.out.Unread = slices.Compact(r.out.Unread)
	return r.out
}

// version asks the server for its version, which most may know.
func (r *reader) version(ctx context.Context) error {
	err := r.get(ctx, "/version", "", nil, func(data []byte) error {
		var v struct {
			GitVersion string `json:"gitVersion"`
		}
		if err := json.Unmarshal(data, &v); err != nil {
			return fmt.Errorf("the answer is not that of an API server of Kubernetes: %w", err)
		}
		r.seen.version = v.GitVersion
		return nil
	})
	if err == nil || ctx.Err() == nil && apierrors.IsForbidden(err) {
		return nil
	}
	return fmt.Errorf("the version of the API server: %s", explain(ctx, err))
}

// scopes returns where objects of a kind are listed: "" for everywhere.
func (o Options) scopes(clusterwide bool) []string {
	if clusterwide || len(o.Namespaces) == 0 {
		return []string{""}
	}
	return o.Namespaces
}

// resource reads all objects of a kind.
func (r *reader) resource(ctx context.Context, res resource) error {
	docs := documents{head: documentHead(res.group, res.version, res.kind+"List")}
	total := 0
	for _, ns := range r.options.scopes(res.clusterwide) {
		var part [][]byte
		at := listAt{path: res.path + in(ns) + "/" + res.name, size: r.options.PageSize,
			after: func() { r.options.Progress(res.name, total+len(part)) }}
		at.keep = func(object json.RawMessage) error {
			if err := r.look(res.kind, object); err != nil {
				return err
			}
			kept, err := res.prune(object)
			part = append(part, kept)
			return err
		}
		err := r.list(ctx, at, func() { part, r.passing = nil, sighting{} })
		if err := r.gap(ctx, res, ns, err); err != nil {
			return err
		}
		if err != nil {
			continue // what came before the failure is no answer
		}
		r.seen.add(r.passing)
		total += len(part)
		docs.add(part)
		if res.kind == "Namespace" {
			r.rememberLabels(part)
		}
	}
	r.out.Files = append(r.out.Files, docs.files(r.source)...)
	return nil
}

// in is the part of a path that names a namespace.
func in(namespace string) string {
	if namespace == "" {
		return ""
	}
	return "/namespaces/" + namespace
}

// gap notes that objects could not be read. It returns the error if nothing else can be read either.
func (r *reader) gap(ctx context.Context, res resource, namespace string, err error) error {
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil, isFinal(err):
		return fmt.Errorf("%s: %s", res.name, explain(ctx, err))
	}
	if r.failed[res.kind] == nil {
		r.failed[res.kind] = err
	}
	if res.kind == "NetworkPolicy" {
		r.out.Unread = append(r.out.Unread, namespace)
	}
	where := ""
	if namespace != "" {
		where = " of namespace " + namespace
	}
	f := model.Finding{Severity: model.Warning, Code: CodeNotRead, Origin: model.Origin{File: r.source},
		Summary: fmt.Sprintf("%s%s could not be read: %s", res.full(), where, explain(ctx, err)),
		Advice:  fmt.Sprintf("unknown is %s", res.without)}
	if apierrors.IsForbidden(err) {
		f.Advice += fmt.Sprintf("; allow \"list\" of %s, as docs/permissions-kubernetes.md says", res.full())
	}
	if res.optional {
		f.Severity, f.Code = model.Info, CodeServicesNotRead
	}
	r.out.Findings = append(r.out.Findings, f)
	return nil
}

func (r *reader) warn(code, summary, advice string) { r.tell(model.Warning, code, summary, advice) }

func (r *reader) tell(severity model.Severity, code, summary, advice string) {
	r.out.Findings = append(r.out.Findings, model.Finding{Severity: severity, Code: code, Summary: summary, Advice: advice,
		Origin: model.Origin{File: r.source}})
}

// rememberLabels keeps the labels of namespaces.
func (r *reader) rememberLabels(objects [][]byte) {
	r.labels = map[string]map[string]string{}
	for _, o := range objects {
		var h head
		if json.Unmarshal(o, &h) == nil { // it was written here
			r.labels[h.Metadata.Name] = h.Metadata.Labels
		}
	}
}

// noSuchNamespace refuses namespaces that the cluster does not have: nothing found in them would say nothing.
func (r *reader) noSuchNamespace() error {
	for _, ns := range r.options.Namespaces {
		if _, ok := r.labels[ns]; !ok && r.labels != nil {
			return fmt.Errorf("the cluster has no namespace %s", ns)
		}
	}
	return nil
}

// documents puts objects together into files.
type documents struct {
	head  string
	parts []*bytes.Buffer
}

// documentHead is the beginning of a list of objects.
func documentHead(group, version, kind string) string {
	gv := schema.GroupVersion{Group: group, Version: version}
	return fmt.Sprintf(`{"apiVersion":%q,"kind":%q,"items":[`, gv, kind)
}

func (d *documents) add(objects [][]byte) {
	for _, o := range objects {
		n := len(d.parts)
		if n == 0 || d.parts[n-1].Len() > documentBytes {
			d.parts = append(d.parts, bytes.NewBufferString(d.head))
			n++
		} else {
			d.parts[n-1].WriteByte(',')
		}
		d.parts[n-1].WriteString("\n")
		d.parts[n-1].Write(o)
	}
}

// files returns the objects as files, one without any where there are none.
func (d *documents) files(name string) []kubernetes.File {
	if len(d.parts) == 0 {
		d.parts = append(d.parts, bytes.NewBufferString(d.head))
	}
	var out []kubernetes.File
	for _, p := range d.parts {
		p.WriteString("\n]}\n")
		out = append(out, kubernetes.File{Name: name, Data: p.Bytes(), Stored: true})
	}
	return out
}
