package gcp

import (
	"net/url"
	"strings"

	"github.com/crosswall/crosswall/terraform"
)

// consoleSite is where the cloud console is.
const consoleSite = "https://console.cloud.google.com/"

// consoleLink leads to a resource in the cloud console; empty where its path is not known, or there is no page of its own.
func consoleLink(r terraform.Resource) string {
	id, _ := r.Get("id").AsString()
	if link, ok := r.Get("self_link").AsString(); ok && link != "" {
		id = link
	}
	parts := strings.Split(pathOf(id), "/") // projects/P/global/networks/N, projects/P/zones/Z/instances/N
	project := projectOf(id)
	if project == "" || project == "-" || len(parts) < 5 {
		return ""
	}
	collection, place, name := parts[len(parts)-2], url.PathEscape(parts[len(parts)-3]), url.PathEscape(parts[len(parts)-1])
	var page string
	switch collection {
	case "networks":
		page = "networking/networks/details/" + name
	case "subnetworks":
		page = "networking/subnetworks/details/" + place + "/" + name
	case "firewalls":
		page = "networking/firewalls/details/" + name
	case "instances":
		page = "compute/instancesDetail/zones/" + place + "/instances/" + name
	default:
		return ""
	}
	return consoleSite + page + "?project=" + url.QueryEscape(project)
}
