package main

import (
	"slices"

	"github.com/crosswall/crosswall/model"
)

// lookBeyond adds what passes at addresses that workloads hold besides those that the placement gives them: an IPv6 address of an
// interface, of which nothing was asked, lets in whatever the groups of the interface admit. What is refused there was
// not asked for either, and is not told.
func (c *comparison) lookBeyond(more map[model.Identity]model.AddrSet) {
	if len(more) == 0 {
		return
	}
	inv := c.inv
	inv.Members = slices.Clone(inv.Members)
	for i, m := range inv.Members {
		inv.Members[i].Addrs = m.Addrs.Union(more[m.ID])
	}
	added := inv.Universe().Subtract(c.inv.Universe())
	d := model.Compare(c.want.policy, c.have.policy, inv)
	opened, unknown := d.Opened.Intersect(added), d.Unknown.Intersect(added)
	if opened.IsEmpty() && unknown.IsEmpty() {
		return
	}
	c.inv = inv
	c.delta.Opened, c.delta.Unknown = c.delta.Opened.Union(opened), c.delta.Unknown.Union(unknown)
	c.delta.GaveUp = c.delta.GaveUp.Union(d.GaveUp.Intersect(added))
}
