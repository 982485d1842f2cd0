package kubernetes

import (
	"strings"

	"github.com/crosswall/crosswall/model"
)

// object is one Kubernetes object of a file.
type object struct {
	file            string
	root            *node
	group, version  string
	kind            string
	name, namespace string
	// generated is whether the API server would make up the name.
	generated bool
	// cidrs is how its CIDRs are checked.
	cidrs CIDRCheck
	// hook is whether the object is there only while Helm runs a hook.
	hook bool
	// stored is whether it was printed by an API server: it has no place in a file.
	stored bool
}

// newObject returns the object at n. Wrong types are left to the reader of the kind.
func newObject(file string, n *node) *object {
	o := &object{file: file, root: n, kind: n.get("kind").string()}
	o.group, o.version = splitAPIVersion(n.get("apiVersion").string())
	meta := n.get("metadata")
	o.name, o.namespace = meta.get("name").string(), meta.get("namespace").string()
	if prefix := meta.get("generateName").string(); o.name == "" && prefix != "" {
		o.name, o.generated = prefix+"*", true
	}
	o.hook = meta.path("annotations", "helm.sh/hook").string() != ""
	return o
}

// splitAPIVersion cuts "apps/v1" in two; the group of "v1" is "".
func splitAPIVersion(s string) (group, version string) {
	if g, v, ok := strings.Cut(s, "/"); ok {
		return g, v
	}
	return "", s
}

// title returns "NetworkPolicy shop/db", the way messages name the object.
func (o *object) title() string {
	name, kind := o.name, o.kind
	if kind == "" {
		kind = "object"
	}
	if name == "" {
		name = "without a name"
	} else if o.namespace != "" {
		name = o.namespace + "/" + name
	}
	return kind + " " + name
}

// origin returns the place of a part of the object.
func (o *object) origin(at place, path string) model.Origin {
	if o.stored {
		at = place{}
	}
	return model.Origin{File: o.file, Line: int(at.line), Column: int(at.col), Object: o.title(), Path: path}
}

// at returns a cursor on the whole object.
func (o *object) at(rep *report) cursor {
	return cursor{rep: rep, obj: o, node: o.root, place: o.root.place}
}
