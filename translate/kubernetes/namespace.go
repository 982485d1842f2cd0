package kubernetes

import (
	"fmt"
	"maps"

	"github.com/crosswall/crosswall/model"
)

// nameLabel is the label that API servers force on every namespace
// (pkg/registry/core/namespace/strategy.go).
const nameLabel = "kubernetes.io/metadata.name"

// namespace is a namespace with its labels.
type namespace struct {
	name   string
	labels map[string]string
	// declared is whether its object is in the input: if not, other labels than nameLabel
	// are unknown.
	declared bool
	origin   model.Origin
}

// readNamespace reads a Namespace.
func readNamespace(c cursor) *namespace {
	labels := c.metadata().get("labels")
	ns := &namespace{name: c.obj.name, labels: labels.labels(), declared: true, origin: c.origin()}
	if given, ok := ns.labels[nameLabel]; ok && given != ns.name {
		c.rep.warnAt(labels.origin(), "namespace-name-label",
			fmt.Sprintf("the label %s of namespace %s says %q: the API server makes it the namespace's name", nameLabel, ns.name, given), "leave it out")
	}
	ns.labels[nameLabel] = ns.name
	return ns
}

// namespace returns the namespace of that name, made up where its object was not read.
func (c *catalog) namespace(name string) *namespace {
	if ns, ok := c.namespaces[name]; ok {
		return ns
	}
	ns := &namespace{name: name, labels: map[string]string{nameLabel: name}}
	c.namespaces[name] = ns
	return ns
}

// labelSet returns the namespace's labels as far as they are known.
func (ns *namespace) labelSet(missing MissingNamespaces) labelSet {
	l := labelSet{known: ns.labels}
	if !ns.declared && missing == MissingLabelsUnknown {
		l.unknown = func(key string) (string, bool) {
			return fmt.Sprintf("the labels of namespace %s are not in the input", ns.name), true
		}
	}
	return l
}

// copyLabels returns labels that the receiver may change.
func copyLabels(l map[string]string) map[string]string {
	if l == nil {
		return map[string]string{}
	}
	return maps.Clone(l)
}
