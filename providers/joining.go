package providers

// Joining is how a party goes together with others of its cloud where resources do not say who is in which. The zero Joining is
// JoinsNone.
type Joining uint8

const (
	// JoinsNone is a party whose endpoints have no other of the sort: a network, a subnet, a service tag, an interface. An endpoint
	// of a network may have any tags there, but is in no other network.
	JoinsNone Joining = iota
	// JoinsAny is a party that an endpoint may be in together with any others: a security group, a network tag, an
	// application security group.
	JoinsAny
	// JoinsOther is a party that an endpoint may be in together with those that are JoinsAny, but with no other
	// that is JoinsOther unless a resource says so: a service account, of which a machine has one; the groups of a
	// segment, as a translation puts each endpoint into those of one segment.
	JoinsOther
)
