package model

// Grant is traffic that a policy admits at one end, in the shape in which a rule says it.
type Grant struct {
	// Peer is the other end. It is not cut down to addresses in use: "any
	// endpoint in 10.0.0.0/8" stays that.
	Peer    Endpoints
	Traffic Traffic
	// Rules are the rules that say so, with their origins, in policy order. Empty when the target is
	// not isolated: then nothing has to admit it.
	Rules []Rule
}

// Grants returns what the policy admits at target in a direction, as a union
// of grants: the allow rules as they are written, equal ones merged, and
// a single grant of everything where no chain guards the target. Chains with
// deny or pass rules are compiled to disjoint grants. Unknown rules grant only what they surely admit and are
// reported. All layers are taken together.
func (p Policy) Grants(inv Inventory, target Identity, d Direction) ([]Grant, []Finding) {
	return nil, nil
}
