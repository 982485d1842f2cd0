package gcp

import (
	"fmt"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/terraform"
)

// subnet is a subnetwork of a network.
type subnet struct {
	region string
	addrs  model.AddrSet
	// doubt says why not all of its addresses are known; empty when they are.
	doubt string
}

// readSubnetwork notes a subnetwork of a network.
func (d *decoder) readSubnetwork(r terraform.Resource) {
	key := d.networkOf(r.Get("network"), r)
	d.subnets[key] = append(d.subnets[key], d.subnetOf(r))
	for _, attr := range []string{"id", "self_link"} {
		if path, ok := r.Get(attr).AsString(); ok && path != "" {
			d.subnetByPath[pathOf(path)] = r
		}
	}
}

// subnetOf is the addresses of a subnetwork, with its secondary ranges, from which pods have theirs.
func (d *decoder) subnetOf(r terraform.Resource) subnet {
	s := subnet{doubt: r.Uncertain}
	s.region, _ = d.resolve(r.Get("region")).AsString()
	s.region = lastSegment(s.region)
	add := func(b terraform.Body, attr string, computed bool) {
		v := d.resolve(b.Get(attr))
		if v.IsNull() && !(computed && v.IsComputed()) {
			return
		}
		text, _ := v.AsString()
		if text == "" && !v.IsUnknown() {
			return
		}
		p, ok := parseRange(text)
		if !ok {
			s.doubt = attr + " of " + labelOf(r) + " is not known"
			return
		}
		s.addrs = s.addrs.Union(model.Prefixes(p))
	}
	add(r.Body, "ip_cidr_range", true)
	for _, attr := range []string{"ipv6_cidr_range", "external_ipv6_prefix", "internal_ipv6_prefix"} {
		add(r.Body, attr, false)
	}
	for _, k := range r.BlocksOf("secondary_ip_range") {
		add(k.Body, "ip_cidr_range", true)
	}
	if r.Open("secondary_ip_range") {
		s.doubt = "not every secondary range of " + labelOf(r) + " is known"
	}
	if s.region == "" {
		s.doubt = "the region of " + labelOf(r) + " is not known"
	}
	return s
}

// inRegion is the machines of a network in a region: an interface has its addresses from a subnetwork of
// its region. Addresses of which the region is not known may be there.
func (d *decoder) inRegion(key, region string) model.Selector {
	var here, elsewhere model.AddrSet
	whole := d.allSubnets(key)
	for _, s := range d.subnets[key] {
		switch {
		case s.doubt != "":
			whole = false
		case s.region == region:
			here = here.Union(s.addrs)
		default:
			elsewhere = elsewhere.Union(s.addrs)
		}
	}
	sure := model.And{networkGroup(key), model.At{Addrs: here}}
	if whole {
		return sure
	}
	why := "not every subnetwork of the network is known, and so not who is in " + region
	return model.Or{sure, model.Maybe{Selector: model.And{networkGroup(key), model.Not{Selector: model.At{Addrs: elsewhere}}}, Why: why}}
}

// allSubnets reports whether every subnetwork of a network is among the resources: native
// ones, of which none is missing.
func (d *decoder) allSubnets(key string) bool {
	n := d.networks[key]
	if n == nil || n.declared == nil || !isNative(*n.declared) {
		return false
	}
	for _, r := range d.notRead {
		if what, _ := r.Get("what").AsString(); what == typeSubnetwork && networkKey(r.Get("network"), terraform.Value{}) == key {
			return false
		}
	}
	return true
}

// onlyNetworks returns the networks that a hierarchical rule is for; nil: all
// (compute API, FirewallPolicyRule.TargetResources).
func (rd *ruleReader) onlyNetworks() []string {
	items, known := rd.list(rd.resource.Body, "target_resources")
	if !known {
		rd.doubt("target_resources is not known")
		return nil
	}
	var out []string
	for _, v := range items {
		key := rd.networkOf(v, rd.resource)
		if key == "" {
			rd.doubt("a network in target_resources is not known")
			return nil
		}
		out = append(out, key)
	}
	return out
}

// groupPath is the path of an address group, or its address where the path is not known.
func groupPath(r terraform.Resource) string {
	if isNative(r) {
		return r.Name
	}
	if id, ok := r.Get("id").AsString(); ok && id != "" {
		return pathOf(id)
	}
	parent, _ := r.Get("parent").AsString()
	where, _ := r.Get("location").AsString()
	name, _ := r.Get("name").AsString()
	if parent == "" || where == "" || name == "" {
		return r.Address()
	}
	return parent + "/locations/" + where + "/addressGroups/" + name
}

// addressGroups reads a list of address groups, none when it is empty.
func (rd *ruleReader) addressGroups(b terraform.Body, attr string) []model.Selector {
	items, known := rd.list(b, attr)
	var out []model.Selector
	if !known {
		out = append(out, rd.perhapsAny(attr+" is not known"))
	}
	for _, v := range items {
		name, _ := v.AsString()
		if ref, ok := v.AsRef(); ok {
			if r, ok := rd.byAddress[objectOf(ref)]; ok {
				name = groupPath(r)
			}
		}
		group, ok := rd.groups[pathOf(name)]
		if !ok {
			out = append(out, rd.perhapsAny(fmt.Sprintf("the addresses of %s in %s are not known", strings.TrimPrefix(name, "//"), attr)))
			continue
		}
		if group.Uncertain != "" {
			out = append(out, rd.perhapsAny(labelOf(group)+": "+group.Uncertain))
			continue
		}
		if ranges := rd.ranges(group.Body, "items"); len(ranges) > 0 {
			out = append(out, ranges...)
		} else {
			out = append(out, model.At{}) // an empty group is nobody
		}
	}
	return out
}
