package main

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
)

// endClass is endpoints of one family that no box of a section tells apart, in one role.
type endClass struct {
	v6 bool
	// outside classes have addresses, all others members.
	outside bool
	ids     []model.Identity
	// addrs are those of the outside, or those of the members where the section is about some of their
	// addresses only.
	addrs model.AddrSet
	// blocks are addrs of the outside as they are printed: cut where any section cuts them, and with addresses
	// that nobody holds where that makes them fewer.
	blocks []model.AddrSet
	// ports is where its connections come from.
	ports model.PortRange
	// boxes are those that the class is in, sorted.
	boxes []int
}

// endRole is one of the two sides of a box.
type endRole func(model.Box) model.Endpoints

func asSource(b model.Box) model.Endpoints      { return b.Src }
func asDestination(b model.Box) model.Endpoints { return b.Dst }

// classifier sorts endpoints into classes.
type classifier struct {
	inv model.Inventory
	// members are the addresses and client ports of inv's members.
	members map[model.Identity]classMember
	// cuts are the outside addresses that boxes of any section name; two blocks of one answer are the
	// same or have nothing in common.
	cuts []model.AddrSet
}

type classMember struct {
	addrs model.AddrSet
	ports model.PortRange
}

// newClassifier returns a classifier for boxes, by section.
func newClassifier(inv model.Inventory, sections [][]model.Box) *classifier {
	c := &classifier{inv: inv, members: map[model.Identity]classMember{}}
	for _, m := range inv.Members {
		c.members[m.ID] = classMember{orEverywhere(m.Addrs), orDefault(m.ClientPorts)}
	}
	c.members[model.Outside] = classMember{inv.Addrs(model.Outside), orDefault(inv.OutsideClientPorts)}
	seen := map[string]bool{}
	for _, boxes := range sections {
		for _, b := range boxes {
			for _, side := range []model.Endpoints{b.Src, b.Dst} {
				cut := side.At(model.Outside)
				if key := addrsKey(cut); !seen[key] {
					seen[key] = true
					c.cuts = append(c.cuts, cut)
				}
			}
		}
	}
	return c
}

func orEverywhere(a model.AddrSet) model.AddrSet {
	if a.IsEmpty() {
		return model.AllAddrs()
	}
	return a
}

func orDefault(p model.PortRange) model.PortRange {
	if p == (model.PortRange{}) {
		return model.DefaultClientPorts()
	}
	return p
}

func addrsKey(a model.AddrSet) string { return fmt.Sprint(a.Ranges()) }

// classes returns the classes of those who have a role in any of the boxes, outside ones last. With someAddrs
// members are told apart by address too.
func (c *classifier) classes(boxes []model.Box, in endRole, someAddrs bool) []endClass {
	named := map[model.Identity]bool{}
	for _, b := range boxes {
		for _, n := range in(b).Entries() {
			named[n.ID] = true
		}
	}
	var out []endClass
	at := map[string]int{}
	for _, id := range sortedIDs(named) {
		for _, piece := range c.pieces(id, boxes, in, someAddrs) {
			key := piece.key(someAddrs)
			i, ok := at[key]
			if !ok {
				i = len(out)
				at[key] = i
				out = append(out, piece)
			}
			if id != model.Outside {
				out[i].ids = append(out[i].ids, id)
				continue
			}
			if ok {
				out[i].addrs = out[i].addrs.Union(piece.addrs)
				out[i].blocks = append(out[i].blocks, piece.blocks...)
			}
		}
	}
	return out
}

// sortedIDs returns the identities sorted, Outside last.
func sortedIDs(ids map[model.Identity]bool) []model.Identity {
	var out []model.Identity
	for id := range ids {
		if id != model.Outside {
			out = append(out, id)
		}
	}
	slices.Sort(out)
	if ids[model.Outside] {
		out = append(out, model.Outside)
	}
	return out
}

// key is the same for pieces of one class.
func (c endClass) key(someAddrs bool) string {
	var b strings.Builder
	fmt.Fprint(&b, c.v6, c.outside, c.ports, c.boxes)
	if someAddrs && !c.outside {
		b.WriteString(addrsKey(c.addrs))
	}
	return b.String()
}

// pieces cuts the addresses of an identity where boxes cut them. Those in no box are left out.
func (c *classifier) pieces(id model.Identity, boxes []model.Box, in endRole, someAddrs bool) []endClass {
	m := c.members[id]
	cuts := c.cuts
	if id != model.Outside {
		cuts = nil
		if someAddrs {
			cuts = cutsAt(id, boxes, in)
		}
	}
	var out []endClass
	parts := partition(m.addrs, cuts)
	printed := parts
	if id == model.Outside {
		printed = filled(parts, model.AllAddrs().Subtract(m.addrs))
	}
	for k, part := range parts {
		p := endClass{v6: part.V4().IsEmpty(), outside: id == model.Outside, ports: m.ports, addrs: part}
		if p.outside {
			p.blocks = []model.AddrSet{printed[k]}
		}
		for i, b := range boxes {
			if in(b).At(id).Overlaps(part) {
				p.boxes = append(p.boxes, i)
			}
		}
		if len(p.boxes) > 0 {
			out = append(out, p)
		}
	}
	return out
}

// filled returns disjoint sets with each range of void in the set of which it makes the fewest blocks, where it makes fewer of
// any.
func filled(parts []model.AddrSet, void model.AddrSet) []model.AddrSet {
	out := slices.Clone(parts)
	for _, r := range void.Ranges() {
		hole := model.AddrRange(r.From(), r.To())
		best, saved := -1, 0
		for i, p := range out {
			if p.V4().IsEmpty() != hole.V4().IsEmpty() {
				continue
			}
			if n := len(p.Prefixes()) - len(p.Union(hole).Prefixes()); n > saved {
				best, saved = i, n
			}
		}
		if best >= 0 {
			out[best] = out[best].Union(hole)
		}
	}
	return out
}

func cutsAt(id model.Identity, boxes []model.Box, in endRole) []model.AddrSet {
	var out []model.AddrSet
	seen := map[string]bool{}
	for _, b := range boxes {
		cut := in(b).At(id)
		if key := addrsKey(cut); !seen[key] {
			seen[key] = true
			out = append(out, cut)
		}
	}
	return out
}

// partition cuts addresses into the fewest sets that are each of one family and wholly in or wholly
// out of every cut, IPv4 first. It takes time in proportion to the ranges of the cuts times
// their number.
func partition(all model.AddrSet, cuts []model.AddrSet) []model.AddrSet {
	var out []model.AddrSet
	for _, family := range []model.AddrSet{all.V4(), all.V6()} {
		if family.IsEmpty() {
			continue
		}
		if len(cuts) == 0 {
			out = append(out, family)
			continue
		}
		out = append(out, cutFamily(family, cuts)...)
	}
	return out
}

func cutFamily(family model.AddrSet, cuts []model.AddrSet) []model.AddrSet {
	starts := map[netip.Addr]bool{}
	for _, set := range append([]model.AddrSet{family}, cuts...) {
		for _, r := range set.Intersect(family).Ranges() {
			starts[r.From()] = true
			if next := r.To().Next(); next.IsValid() {
				starts[next] = true
			}
		}
	}
	edges := make([]netip.Addr, 0, len(starts))
	for a := range starts {
		edges = append(edges, a)
	}
	slices.SortFunc(edges, netip.Addr.Compare)

	var order []string
	parts := map[string][]model.AddrSet{}
	for i, from := range edges {
		if !family.Contains(from) {
			continue
		}
		to := lastOf(from)
		if i+1 < len(edges) {
			to = edges[i+1].Prev()
		}
		key := make([]byte, len(cuts))
		for k, cut := range cuts {
			if cut.Contains(from) {
				key[k] = 1
			}
		}
		if _, ok := parts[string(key)]; !ok {
			order = append(order, string(key))
		}
		parts[string(key)] = append(parts[string(key)], model.AddrRange(from, to))
	}
	out := make([]model.AddrSet, len(order))
	for i, key := range order {
		out[i] = uniteAddrs(parts[key])
	}
	return out
}

// lastOf returns the last address of a's family.
func lastOf(a netip.Addr) netip.Addr {
	all := model.AllIPv6()
	if a.Is4() {
		all = model.AllIPv4()
	}
	return all.Ranges()[0].To()
}

// uniteAddrs unites sets by halves: a union copies both of its sides.
func uniteAddrs(sets []model.AddrSet) model.AddrSet {
	switch len(sets) {
	case 0:
		return model.AddrSet{}
	case 1:
		return sets[0]
	}
	half := len(sets) / 2
	return uniteAddrs(sets[:half]).Union(uniteAddrs(sets[half:]))
}
