package model

// Permitted is the answer of [Policy.Permitted].
type Permitted struct {
	// Allowed connections pass for sure. Unknown ones pass or not, depending on
	// what could not be resolved. The two are disjoint; whatever is in neither is denied.
	Allowed, Unknown Region
}

// Universe returns every connection worth asking about: at least one end a
// member, addresses that its ends may hold, from a client port of its source.
func (inv Inventory) Universe() Region { return Region{} }

// Permitted returns the connections of the inventory's universe that the policy admits.
func (p Policy) Permitted(inv Inventory) Permitted { return Permitted{} }

// Delta is how two policies differ in traffic.
type Delta struct {
	// Opened connections are refused by the first policy and admitted by the second, Closed ones the
	// other way round.
	Opened, Closed Region
	// Unknown connections are those on which either policy rests on something unknown.
	Unknown Region
}

// Equal reports whether both policies are known to admit the same connections.
func (d Delta) Equal() bool { return d.Opened.IsEmpty() && d.Closed.IsEmpty() && d.Unknown.IsEmpty() }

// Compare returns how have differs from want over the inventory's universe.
func Compare(want, have Policy, inv Inventory) Delta { return Delta{} }
