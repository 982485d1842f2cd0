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
	return Difference(want.permittedIn(inv, universe), have.permittedIn(inv, universe))
}

// Difference is [Compare] of policies that were evaluated already, over one
// inventory: evaluating is what takes the time.
func Difference(want, have Permitted) Delta {
	unknown := want.Unknown.Union(have.Unknown)
	return Delta{
		Opened:  have.Allowed.Subtract(want.Allowed).Subtract(unknown),
		Closed:  want.Allowed.Subtract(have.Allowed).Subtract(unknown),
		Unknown: unknown,
	}
}
