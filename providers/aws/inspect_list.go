package aws

import (
	"maps"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
)

// inspectLists describes the prefix lists that are made here, and those that rules name.
func (i *inspector) inspectLists() {
	known := i.listedAddrs()
	done := map[model.Group]bool{}
	for _, r := range i.module.Resources {
		if r.Type != listType || r.Name == unread || done[i.nameOf(r)] {
			continue
		}
		l := audit.List{Object: i.object(r, audit.PrefixListKind)}
		done[l.Key] = true
		resolved := model.Inventory{}.Resolve(known[l.Key])
		l.Addrs = resolved.Must.Rest()
		if !resolved.IsExact() {
			l.NotAll = "not all its entries are known"
		}
		i.estate.Lists = append(i.estate.Lists, l)
	}
	named := map[model.Group]model.Origin{}
	for _, f := range i.estate.Firewalls {
		for _, r := range f.Rules {
			for _, k := range r.Lists {
				if _, seen := named[k]; !seen && !done[k] {
					named[k] = r.Origin
				}
			}
		}
	}
	for _, k := range slices.Sorted(maps.Keys(named)) {
		o := audit.Object{Provider: "aws", Kind: audit.PrefixListKind, Key: k, Origin: named[k], Untold: true, Description: audit.Text{Unknown: true}}
		if strings.Contains(string(k), ".") {
			o.Address = string(k)
		} else {
			o.ID = string(k)
		}
		i.estate.Lists = append(i.estate.Lists, audit.List{Object: o, NotAll: "the addresses of " + string(k) + " are not known"})
	}
}
