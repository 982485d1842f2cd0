package tfsource

import "slices"

// isPlaceless reports whether a party of a reading is a subnet whose addresses are not known, which the other reading
// does not have by that name: it may be any of those that the other one knows by their addresses.
func isPlaceless(sides []crowd, p party) bool {
	return p.Made && p.Kind != "" && p.Addrs.IsEmpty() && slices.ContainsFunc(sides, func(c crowd) bool {
		return slices.ContainsFunc(c.grounds, func(g party) bool { return g.provider == p.provider && g.Kind == p.Kind })
	})
}

// hasPlaceless reports whether reading k has subnets whose addresses are not known and that the other reading does not have by
// name: what it does not have at the addresses of a subnet may be one of these.
func (r roll) hasPlaceless(sides []crowd, k int) bool {
	return slices.ContainsFunc(r.atoms, func(a atom) bool {
		return a.at[k] != absent && a.at[1-k] == absent && isPlaceless(sides, sides[k].parties[a.at[k]])
	})
}
