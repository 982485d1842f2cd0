package aws

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/crosswall/crosswall/terraform"
)

// readLists reads managed prefix lists with their entries. Lists that rules name and that were
// not read have addresses that are not known.
func (n *nativeReader) readLists() {
	entries := n.listEntries()
	known := map[string]bool{}
	for _, l := range parse(n, kindLists, nativeList.key) {
		if l.Cidrs != nil {
			continue // read with the entries
		}
		known[l.PrefixListId] = true
		r := terraform.Resource{Type: listType, Name: l.PrefixListId, Body: body(
			terraform.Attr{Name: "id", Value: n.text(l.PrefixListId)},
			terraform.Attr{Name: "name", Value: n.text(l.PrefixListName)},
			terraform.Attr{Name: "max_entries", Value: numberOf(l.MaxEntries)},
			terraform.Attr{Name: "address_family", Value: n.text(l.AddressFamily)},
			terraform.Attr{Name: "owner_id", Value: n.text(l.OwnerId)},
			terraform.Attr{Name: "tags", Value: n.tags(l.Tags)},
		)}
		n.addList(r, entries[l.PrefixListId])
	}
	for _, id := range slices.Sorted(maps.Keys(n.namedLists)) {
		if known[id] {
			continue
		}
		if _, listed := entries[id]; !listed && !n.printed[id] && n.lack[kindLists] == "" {
			n.warn(codeNotRead, id, "rules name this prefix list, which is not among those that were read, so that its addresses are not known")
		}
		if !n.printed[id] {
			n.need(kindLists)
		}
		n.addList(terraform.Resource{Type: listType, Name: id, Body: body(terraform.Attr{Name: "id", Value: n.text(id)})}, entries[id])
	}
}

// addList adds a list with its entries. One without entries that is not known to have none has
// entries that are not known.
func (n *nativeReader) addList(r terraform.Resource, entries []nativeListEntry) {
	for _, e := range entries {
		r.Blocks = append(r.Blocks, terraform.Block{Type: "entry", Body: body(
			terraform.Attr{Name: "cidr", Value: n.text(e.Cidr)},
			terraform.Attr{Name: "description", Value: n.text(e.Description)},
		)})
	}
	if why := n.incomplete(kindListEntries, r.Name); why != "" && !n.printed[r.Name] {
		r.Set("entry", terraform.Unknown(why))
		if n.namedLists[r.Name] {
			n.need(kindListEntries)
		}
	}
	n.add(r)
}

// key tells the two commands apart that print lists.
func (l nativeList) key() string {
	if l.Cidrs != nil && l.PrefixListId != "" {
		return l.PrefixListId + " with addresses"
	}
	return l.PrefixListId
}

// listEntries reads the entries of all lists.
func (n *nativeReader) listEntries() map[string][]nativeListEntry {
	out := map[string][]nativeListEntry{}
	for _, l := range parse(n, kindLists, nativeList.key) {
		if l.Cidrs == nil {
			continue
		}
		n.printed[l.PrefixListId] = true
		for _, c := range *l.Cidrs {
			out[l.PrefixListId] = append(out[l.PrefixListId], nativeListEntry{PrefixListId: l.PrefixListId, Cidr: c})
		}
	}
	for i, raw := range n.Objects[kindListEntries] {
		var e nativeListEntry
		if err := json.Unmarshal(raw, &e); err != nil || e.PrefixListId == "" || e.Cidr == "" {
			n.warn(codeUnreadable, kindListEntries, fmt.Sprintf("object %d of %s cannot be read, or does not say of which list it is", i+1, kindListEntries))
			n.lacks(kindListEntries, "", "an object of them cannot be read")
			continue
		}
		if !n.printed[e.PrefixListId] {
			out[e.PrefixListId] = append(out[e.PrefixListId], e)
		}
	}
	for _, es := range out {
		slices.SortFunc(es, func(a, b nativeListEntry) int { return cmp.Compare(a.Cidr, b.Cidr) })
	}
	return out
}

// numberOf is a number; absent for nil.
func numberOf(i *int32) terraform.Value {
	if i == nil {
		return terraform.Null()
	}
	return terraform.Int(int64(*i))
}
