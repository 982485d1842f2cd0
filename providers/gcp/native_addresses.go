package gcp

import (
	"fmt"
	"net/netip"

	"github.com/crosswall/crosswall/terraform"
)

// lost reports a field of an object that cannot be read, and is the value that stands for it.
func (r *nativeReader) lost(id, field string) terraform.Value {
	why := fmt.Sprintf("%s of %s is missing or cannot be read", field, id)
	r.warn("unread-field", id, why, "read it again, in full")
	return terraform.Unknown(why)
}

// blockField is a field of an object that holds a CIDR block, and the attribute that it becomes.
type blockField struct {
	id, field, attr string
	// required is whether there is such an object only with a block in the field.
	required bool
}

// block carries a CIDR block; one that cannot be read is unknown, as is one that is missing and has to be there.
func (r *nativeReader) block(to *terraform.Body, o object, f blockField) {
	v, text := o[f.field], o.text(f.field)
	if isEmptyJSON(v) && !f.required {
		return
	}
	if _, ok := parseRange(text); !ok {
		to.Set(f.attr, r.lost(f.id, f.field))
		return
	}
	to.Set(f.attr, terraform.String(text))
}

// subnetworkIPv6 are the fields with the IPv6 blocks of a subnetwork, and the attributes that they become.
func subnetworkIPv6() map[string]string {
	return map[string]string{"ipv6CidrRange": "ipv6_cidr_range", "externalIpv6Prefix": "external_ipv6_prefix", "internalIpv6Prefix": "internal_ipv6_prefix"}
}

// subnetworkBlocks carries the blocks of a subnetwork. It has an IPv4 block unless it is of IPv6 alone
// (compute API, Subnetwork.StackType).
func (r *nativeReader) subnetworkBlocks(res *terraform.Resource, id string, o object) {
	some := false
	for _, field := range sortedKeys(subnetworkIPv6()) {
		attr := subnetworkIPv6()[field]
		r.block(&res.Body, o, blockField{id, field, attr, false})
		some = some || !res.Get(attr).IsNull()
	}
	r.block(&res.Body, o, blockField{id, "ipCidrRange", "ip_cidr_range", !some || o.text("stackType") != "IPV6_ONLY"})
	ranges, ok := o.objects("secondaryIpRanges")
	if !ok {
		res.Set("secondary_ip_range", r.lost(id, "secondaryIpRanges"))
	}
	for _, s := range ranges {
		b := terraform.Block{Type: "secondary_ip_range"}
		fieldMap{carried: map[string]string{"rangeName": "range_name"}}.carry(&b.Body, s)
		r.block(&b.Body, s, blockField{id, "ipCidrRange", "ip_cidr_range", true})
		res.Blocks = append(res.Blocks, b)
	}
}

// tagsOf are the network tags of a machine (compute API, Instance.Tags); none where there are none.
func (r *nativeReader) tagsOf(id string, o object) terraform.Value {
	if o["tags"] == nil {
		return terraform.Null()
	}
	tags, ok := o["tags"].(map[string]any)
	if ok && tags["items"] == nil {
		return terraform.Null()
	}
	items, isList := tags["items"].([]any)
	for _, item := range items {
		_, isText := item.(string)
		isList = isList && isText
	}
	if !ok || !isList {
		return r.lost(id, "tags")
	}
	return valueOf(items)
}

// addressesLost returns the first field with addresses of an interface that is missing or cannot be read; "" where
// there is none. An interface has an IPv4 address unless it is of IPv6 alone (compute API, NetworkInterface.StackType).
func addressesLost(o object) string {
	external, ok := o.objects("ipv6AccessConfigs")
	if !ok {
		return "ipv6AccessConfigs"
	}
	isIPv6 := !isEmptyJSON(o["ipv6Address"])
	for _, a := range external {
		some := !isEmptyJSON(a["externalIpv6"])
		if some && !isAddress(a.text("externalIpv6")) {
			return "externalIpv6"
		}
		isIPv6 = isIPv6 || some
	}
	if !isEmptyJSON(o["ipv6Address"]) && !isAddress(o.text("ipv6Address")) {
		return "ipv6Address"
	}
	if !isAddress(o.text("networkIP")) && (!isEmptyJSON(o["networkIP"]) || !isIPv6) {
		return "networkIP"
	}
	aliases, ok := o.objects("aliasIpRanges")
	if !ok {
		return "aliasIpRanges"
	}
	for _, a := range aliases {
		if _, ok := parseRange(a.text("ipCidrRange")); !ok {
			return "ipCidrRange of aliasIpRanges"
		}
	}
	return ""
}

func isAddress(s string) bool {
	a, err := netip.ParseAddr(s)
	return err == nil && a.Zone() == ""
}
