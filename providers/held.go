package providers

import "github.com/crosswall/crosswall/model"

// Held returns the addresses that each member of an inventory, and [model.Outside], may
// hold, as [model.Inventory.Addrs] does for one identity: for those who ask of
// everybody often.
func Held(inv model.Inventory) map[model.Identity]model.AddrSet {
	all := model.AllAddrs()
	out := make(map[model.Identity]model.AddrSet, len(inv.Members)+1)
	out[model.Outside] = inv.Addrs(model.Outside)
	for _, m := range inv.Members {
		out[m.ID] = m.Addrs
		if m.Addrs.IsEmpty() {
			out[m.ID] = all
		}
	}
	return out
}
