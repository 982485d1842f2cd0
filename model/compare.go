package model

// Delta is how two policies differ in traffic.
type Delta struct {
	// Opened connections are refused by the first policy and admitted by the
	// second, Closed ones the other way round.
	Opened, Closed Region
	// Unknown connections are those on which either policy rests on something
	// unknown.
	Unknown Region
}

// Equal reports whether both policies are known to admit the same connections.
func (d Delta) Equal() bool { return d.Opened.IsEmpty() && d.Closed.IsEmpty() && d.Unknown.IsEmpty() }

// Compare returns how have differs from want over the inventory's universe.
func Compare(want, have Policy, inv Inventory) Delta {
	universe := inv.Universe()
	w, h := want.permittedIn(inv, universe), have.permittedIn(inv, universe)
	unknown := w.Unknown.Union(h.Unknown)
	return Delta{
		Opened:  h.Allowed.Subtract(w.Allowed).Subtract(unknown),
		Closed:  w.Allowed.Subtract(h.Allowed).Subtract(unknown),
		Unknown: unknown,
	}
}
