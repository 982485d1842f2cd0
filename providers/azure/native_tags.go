package azure

import (
	"maps"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/terraform"
)

// ServiceTagsIn returns the words in the rules of a snapshot that are service tags of which a list has the
// addresses, in lower case and sorted: not VirtualNetwork, Internet and AzureLoadBalancer.
func ServiceTagsIn(s providers.Snapshot) []string {
	n := newNative(s)
	n.each(KindSecurityGroups, n.securityGroup)
	n.each(KindAdminRules, n.adminRules)
	var out []string
	for _, t := range slices.Sorted(maps.Keys(n.tags)) {
		if !isSpecialTag(t) {
			out = append(out, t)
		}
	}
	return out
}

// isSpecialTag reports whether a service tag is on no list, or is known without: it is
// something else for every network, or an address of the host.
func isSpecialTag(name string) bool {
	return slices.ContainsFunc([]string{tagVirtualNetwork, tagInternet, tagLoadBalancer, tagPlatformDNS, tagPlatformIMDS},
		func(t string) bool { return strings.EqualFold(t, name) })
}

// serviceTags adds the service tags of a list that rules name. Those that a list cannot know, as they
// are something else for every network, are left out: VirtualNetwork and Internet, and
// AzureLoadBalancer, which is the host's address.
func (n *native) serviceTags(o object) {
	entries, ok := o.objects("values")
	if !ok || !o.has("values") {
		n.lost(o.text("id"), "values", "a list of service tags could not be read")
		return
	}
	for _, e := range entries {
		name := e.text("name")
		key := strings.ToLower(name)
		if !n.tags[key] || isSpecialTag(name) {
			continue
		}
		var prefixes []string
		if !e.read("addressprefixes", &prefixes) || len(prefixes) == 0 {
			n.lost(o.text("id"), name, "the addresses of service tag "+name+" could not be read")
			continue
		}
		delete(n.tags, key) // the lists of all regions say the same
		slices.Sort(prefixes)
		var b terraform.Body
		b.Set("id", terraform.String(name))
		b.Set("service", terraform.String(name))
		b.Set("address_prefixes", terraform.Strings(prefixes...))
		n.add(typeServiceTags, name, b).Name = "/" + key
	}
}
