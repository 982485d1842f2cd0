package gcp

import (
	"cmp"
	"strings"

	"github.com/crosswall/crosswall/terraform"
)

const (
	typeSubnetwork   = "google_compute_subnetwork"
	typeInstance     = "google_compute_instance"
	typeAddressGroup = "google_network_security_address_group"
)

// instance reads a machine with what rules can know of it. Templates, states and disks do not
// matter: a machine that is stopped keeps its addresses.
func (r *nativeReader) instance(o object) string {
	id := r.idOf(o, "zones/"+cmp.Or(lastSegment(o.text("zone")), "-"), "instances")
	interfaces, ok := o.objects("networkInterfaces")
	if id == "" || !ok || len(interfaces) == 0 {
		return "it has no name, or its networkInterfaces are no list of objects, or there are none"
	}
	res := resource(typeInstance, id)
	fieldMap{carried: map[string]string{"name": "name", "selfLink": "self_link", "description": "description", "labels": "labels",
		"canIpForward": "can_ip_forward"}}.carry(&res.Body, o)
	res.Set("zone", terraform.String(lastSegment(o.text("zone"))))
	res.Set("tags", r.tagsOf(id, o))
	accounts, ok := o.objects("serviceAccounts")
	if !ok {
		v := r.lost(id, "serviceAccounts")
		res.Set("service_account", v)
		res.Uncertain = v.Why()
	}
	for _, a := range accounts {
		b := terraform.Block{Type: "service_account"}
		fieldMap{carried: map[string]string{"email": "email"}}.carry(&b.Body, a)
		res.Blocks = append(res.Blocks, b)
	}
	for _, n := range interfaces {
		b := r.networkInterface(n, projectOf(id))
		res.Blocks = append(res.Blocks, b)
		field := addressesLost(n)
		if b.Body.Get("network").IsNull() {
			field = "network"
		}
		if field != "" {
			res.Uncertain = r.lost(id, field+" of an interface").Why()
		}
	}
	r.machines[id] = machineKey(o)
	r.add(res)
	return ""
}

// networkInterface carries the addresses that packets have inside the network: the external
// IPv4 address is translated at its edge, an external IPv6 address is not.
func (r *nativeReader) networkInterface(o object, project string) terraform.Block {
	b := terraform.Block{Type: "network_interface"}
	fieldMap{carried: map[string]string{"name": "name", "networkIP": "network_ip", "subnetwork": "subnetwork", "ipv6Address": "ipv6_address",
		"internalIpv6PrefixLength": "internal_ipv6_prefix_length"}}.carry(&b.Body, o)
	if network := r.networkPathOf(o.text("network"), project); network != "" {
		b.Body.Set("network", terraform.String(network))
	}
	aliases, ok := o.objects("aliasIpRanges")
	if !ok {
		b.Body.Set("alias_ip_range", terraform.Unknown("aliasIpRanges is no list of objects"))
	}
	for _, a := range aliases {
		k := terraform.Block{Type: "alias_ip_range"}
		fieldMap{carried: map[string]string{"ipCidrRange": "ip_cidr_range", "subnetworkRangeName": "subnetwork_range_name"}}.carry(&k.Body, a)
		b.Body.Blocks = append(b.Body.Blocks, k)
	}
	translated, ok := o.objects("accessConfigs")
	if !ok {
		b.Body.Set("access_config", terraform.Unknown("accessConfigs is no list of objects"))
	}
	for _, a := range translated {
		k := terraform.Block{Type: "access_config"}
		fieldMap{carried: map[string]string{"natIP": "nat_ip"}}.carry(&k.Body, a)
		b.Body.Blocks = append(b.Body.Blocks, k)
	}
	external, ok := o.objects("ipv6AccessConfigs")
	if !ok {
		b.Body.Set("ipv6_access_config", terraform.Unknown("ipv6AccessConfigs is no list of objects"))
	}
	for _, a := range external {
		k := terraform.Block{Type: "ipv6_access_config"}
		fieldMap{carried: map[string]string{"externalIpv6": "external_ipv6",
			"externalIpv6PrefixLength": "external_ipv6_prefix_length"}}.carry(&k.Body, a)
		b.Body.Blocks = append(b.Body.Blocks, k)
	}
	return b
}

// addressGroup reads an address group of the Network Security API, whose name is a path.
func (r *nativeReader) addressGroup(o object) string {
	id := pathOf(o.text("name"))
	if !strings.Contains(id, "/addressGroups/") {
		return "its name is no path of an address group"
	}
	res := resource(typeAddressGroup, id)
	res.Set("name", terraform.String(lastSegment(id)))
	fieldMap{carried: map[string]string{"items": "items", "type": "type", "capacity": "capacity"}}.carry(&res.Body, o)
	r.add(res)
	return ""
}
