package gcp

import (
	"slices"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
	"github.com/crosswall/crosswall/terraform"
)

// inspectLists describes the address groups that are among the resources.
func (i *inspector) inspectLists() {
	for _, path := range sortedKeys(i.groups) {
		r := i.groups[path]
		l := audit.List{Object: i.object(r, audit.PrefixListKind, listKey(path)), NotAll: r.Uncertain}
		items, known := i.resolve(r.Get("items")).AsList()
		if !known {
			l.NotAll = "the addresses of " + labelOf(r) + " are not known"
		}
		for _, v := range items {
			text, _ := i.resolve(v).AsString()
			p, ok := parseRange(text)
			if !ok {
				l.NotAll = "an address of " + labelOf(r) + " is not known"
				continue
			}
			l.Addrs = l.Addrs.Union(model.Prefixes(p))
		}
		i.estate.Lists = append(i.estate.Lists, l)
	}
}

// listKey is what the estate calls an address group.
func listKey(path string) model.Group { return model.Group("address group " + path) }

// listsOf returns the keys of the address groups among the peers of a match in a direction, of those that are among the resources.
func (i *inspector) listsOf(match terraform.Body, dir model.Direction) []model.Group {
	attr := map[model.Direction]string{model.Ingress: "src_address_groups", model.Egress: "dest_address_groups"}[dir]
	items, _ := i.resolve(match.Get(attr)).AsList()
	var out []model.Group
	for _, v := range items {
		name, _ := i.resolve(v).AsString()
		if ref, ok := v.AsRef(); ok {
			if r, ok := i.byAddress[objectOf(ref)]; ok {
				name = groupPath(r)
			}
		}
		if _, ok := i.groups[pathOf(name)]; ok {
			out = append(out, listKey(pathOf(name)))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
