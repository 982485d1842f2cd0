package providers

import "github.com/crosswall/crosswall/terraform"

// Related is a [Populated] provider that says what its parties are called by those who made them, so
// that a party can be found again where neither address nor id is the same: in
// another account, in another cloud.
type Related interface {
	Populated
	// Relate says so of a population that Population returned for the module.
	Relate(terraform.Module, Population) Relation
}

// Relation is what a population has in common with others.
type Relation struct {
	// Kin has an entry for each of the parties, in their order.
	Kin []Kin
	// Grounds are the subnets whose addresses are known, as parties that hold them, sorted by label. The Groups of
	// such a party are those that whoever holds one of the addresses is in. They are no parties of the
	// population.
	Grounds []Ground
}

// Ground is a subnet as a party.
type Ground struct {
	Party
	Kin
}

// Kin is what a party is called by its users.
type Kin struct {
	// Called is the name that people gave it, by a tag or as a name, without what a cloud or a
	// tool adds to it. Empty: none. It need not be unique.
	Called string
	// Kind is what sort of thing it is, in the cloud's own words: parties of one cloud with the same Kind and
	// Called are the same if nothing else tells. Empty: the name is none to go by within a cloud.
	Kind string
	// Native is the name of the [Kind] of objects that it is one of: in a snapshot without that kind it may be
	// there all the same. Empty: it is no object by itself.
	Native string
	// Rest is whether the party is everybody in the network, or in the subnet, who is in no other: no rules
	// are written for it.
	Rest bool
	// Own is whether the party is the cloud's own machinery, which other clouds do not have.
	Own bool
}
