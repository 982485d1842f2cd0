package tfsource

import "github.com/crosswall/crosswall/model"

// Within returns, for members of the inventory that [Alone] returns and whose addresses are not known, the addresses of which theirs are some: those
// of their subnets or networks. Members of whom that is not known either are left out.
func (in Input) Within() map[model.Identity]model.AddrSet {
	sides := sideBySide(in.crowd, in.crowd) // as Alone has them
	r := enroll(sides, nil)
	out := map[model.Identity]model.AddrSet{}
	for _, m := range r.members {
		if !r.addrs(m, sides).IsEmpty() {
			continue
		}
		within := model.AllAddrs()
		for _, a := range m.atoms {
			if known := r.atoms[a].first.Within; !known.IsEmpty() {
				within = within.Intersect(known)
			}
		}
		if !within.IsAll() && !within.IsEmpty() {
			out[m.id] = within
		}
	}
	return out
}
