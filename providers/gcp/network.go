package gcp

import (
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/terraform"
)

// networkGroup is the group of the machines on a network.
func networkGroup(key string) model.Group { return model.Group("network:" + key) }

// networkKey is how decoded policies call a network: "project/name" where the
// project is known, the bare name where it is not, and a reference without
// its last attribute: "google_compute_network.main", "var.network". It is
// empty for anything else.
func networkKey(network, project terraform.Value) string {
	if ref, ok := network.AsRef(); ok {
		return objectOf(ref)
	}
	text, _ := network.AsString()
	owner, _ := project.AsString()
	name := lastSegment(text)
	if _, rest, ok := strings.Cut(text, "projects/"); ok {
		owner, _, _ = strings.Cut(rest, "/")
	}
	if name == "" || owner == "" {
		return name
	}
	return owner + "/" + name
}

// networkPath returns what an association calls the network,
// "projects/P/global/networks/N"; false where the project is not known.
func networkPath(network, project string) (string, bool) {
	if _, rest, ok := strings.Cut(network, "projects/"); ok {
		return "projects/" + rest, true
	}
	if project == "" || network == "" {
		return "", false
	}
	return "projects/" + project + "/global/networks/" + lastSegment(network), true
}

// lastSegment is the part of a self link after the last slash.
func lastSegment(link string) string { return link[strings.LastIndexByte(link, '/')+1:] }

// objectOf cuts the attribute off a reference to a resource or data source:
// "google_compute_network.main.id" becomes "google_compute_network.main".
// References to anything else stay as they are.
func objectOf(ref string) string {
	if !strings.HasPrefix(ref, "google_") && !strings.Contains(ref, ".google_") {
		return ref // of no resource or data source, in whatever module
	}
	object, _, ok := cutAttribute(ref)
	if !ok || !strings.Contains(object, ".") {
		return ref
	}
	return object
}

// cutAttribute splits "type.name.attr" and `type.name["key"].attr` before the
// attribute.
func cutAttribute(ref string) (object, attr string, ok bool) {
	i := strings.LastIndexByte(ref, '.')
	if i < 0 || strings.ContainsAny(ref[i:], `"]`) {
		return "", "", false
	}
	return ref[:i], ref[i+1:], true
}
