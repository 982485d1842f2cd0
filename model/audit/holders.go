package audit

import "github.com/crosswall/crosswall/model"

// holdersOf leaves of those who may be an interface, by the addresses at which they may, whoever may hold these addresses. An address that somebody
// is known to hold is nobody's of whom it is not known what they hold: they are who else there is.
func (s *Subject) holdersOf(x *Interface, likely map[model.Identity]model.AddrSet) map[model.Identity]model.AddrSet {
	if x.Addrs.IsEmpty() {
		return likely
	}
	held := s.membership().held
	out := map[model.Identity]model.AddrSet{}
	var taken model.AddrSet
	for id, at := range likely {
		if own := held[id]; !own.IsEmpty() {
			if at = at.Intersect(own); !at.IsEmpty() {
				out[id], taken = at, taken.Union(at)
			}
		}
	}
	for id, at := range likely {
		if held[id].IsEmpty() {
			if at = at.Subtract(taken); !at.IsEmpty() {
				out[id] = at
			}
		}
	}
	return out
}

// surely leaves of what gets to whoever of some identities may have a firewall what gets to an interface whichever of them it is. Where some
// who may be the interface do not have the firewall, only what gets to these too is sure.
func (s *Subject) surely(o *Opening, itself, own map[model.Identity]model.AddrSet, sure, perhaps model.Region) (model.Region, model.Region) {
	if len(own) == 0 || len(own) == len(itself) || s.areApart(itself) {
		return sure, perhaps
	}
	all := sure
	for id, at := range itself {
		if _, has := own[id]; !has && !sure.IsEmpty() {
			others, _ := s.through(o, map[model.Identity]model.AddrSet{id: at})
			sure = sure.Intersect(others)
		}
	}
	return sure, perhaps.Union(all.Subtract(sure))
}
