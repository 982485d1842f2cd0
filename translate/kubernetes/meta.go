package kubernetes

import (
	"fmt"
	"strings"
)

// metadataFields lists the fields of ObjectMeta (k8s.io/apimachinery/pkg/apis/meta/v1).
func metadataFields() []string {
	return []string{"name", "generateName", "namespace", "selfLink", "uid", "resourceVersion", "generation",
		"creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "labels", "annotations", "ownerReferences",
		"finalizers", "managedFields"}
}

// metadata checks the name and namespace of an object and returns its metadata.
func (c cursor) metadata() cursor {
	meta := c.child("metadata")
	if c.obj.kind != "NetworkPolicy" { // whose reader reports every unknown field
		meta.misspelt([]string{"name", "namespace", "labels", "ownerReferences"}, metadataFields()...)
	}
	name, namespace := meta.get("name"), meta.get("namespace")
	prefix := meta.get("generateName")
	switch {
	case !name.absent():
		name.nameFault(name.text())
	case prefix.text() != "":
		// The API server appends letters and digits to it.
		prefix.nameFault(prefix.text() + "x")
	default:
		meta.fault("invalid-name", "the object has no name", "give it metadata.name")
	}
	for i, a := range meta.get("annotations").entries() {
		a.text()
		key := meta.get("annotations").node.fields[i].key
		if why := labelKeyFault(strings.ToLower(key)); why != "" {
			a.fault("invalid-annotation", fmt.Sprintf("the annotation key %q is not valid: %s", clip(key), why), "")
		}
	}
	if ns := namespace.text(); ns != "" {
		if why := dnsLabelFault(ns); why != "" {
			namespace.fault("invalid-name", fmt.Sprintf("the namespace %q is not valid: %s", clip(ns), why), "")
		}
	}
	return meta
}

func (c cursor) nameFault(name string) {
	check := subdomainFault
	if c.obj.group == "" && c.obj.kind == "Namespace" {
		check = dnsLabelFault
	}
	if c.node.shape != textNode {
		return // reported as a wrong type
	}
	if why := check(name); why != "" {
		c.fault("invalid-name", fmt.Sprintf("the name %q is not valid: %s", clip(name), why), placeholderAdvice(name))
	}
}

// placeholderAdvice says what to do about text that another tool has yet to fill in; "" for other text.
func placeholderAdvice(s string) string {
	if strings.Contains(s, "{{") || strings.Contains(s, "$(") || strings.Contains(s, "${") {
		return "this looks like a placeholder: give the rendered manifests"
	}
	return ""
}
