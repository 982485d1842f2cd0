package model

// Selector names endpoints in a rule. It is a closed sum: [Any], [At],
// [Identities], [Group], [And], [Or], [Not] and [Maybe]. What it stands for is worked
// out by [Inventory.Resolve]. A nil Selector means [Any] wherever a field allows it.
type Selector interface{ selector() }

// Any is every endpoint.
type Any struct{}

// At is every endpoint, whoever it is, at the addresses.
type At struct{ Addrs AddrSet }

// Identities is the endpoints with one of the identities, at whatever address.
// No identities: nobody.
type Identities []Identity

// Group is the members of a named group: a security group, a network tag, an
// application security group, a subnet. The inventory knows the members; a
// group that it does not know resolves to unknown.
type Group string

// And is the endpoints that all of its selectors name. No selectors: everybody.
type And []Selector

// Or is the endpoints that any of its selectors names. No selectors: nobody.
type Or []Selector

// Not is the endpoints that its selector does not name.
type Not struct{ Selector Selector }

// Maybe stands for endpoints of which it is unknown whether they are named: a
// label that exists at run time only, a value that is known after apply.
// Why says what is unknown, for the finding.
type Maybe struct {
	Selector Selector
	Why      string
}

func (Any) selector()        {}
func (At) selector()         {}
func (Identities) selector() {}
func (Group) selector()      {}
func (And) selector()        {}
func (Or) selector()         {}
func (Not) selector()        {}
func (Maybe) selector()      {}
