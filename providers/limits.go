package providers

// Limits is what a cloud's firewall can do, as data: the support matrix and the
// checks are made from it.
type Limits struct {
	// Title is the cloud's name for people: "AWS".
	Title string
	// Enforcers are the cloud's kinds of firewall, in the order that a packet
	// leaving a workload meets them.
	Enforcers []Enforcer
	// Quotas are the counts that a translation is checked against.
	Quotas []QuotaLimit
}

// Enforcer is one kind of firewall and how well it carries each feature.
type Enforcer struct {
	Name  string // "security group for pods"
	Order string // "any rule admits"
	// Stateless enforcers judge replies by themselves; Denies is whether rules
	// can refuse.
	Stateless, Denies bool
	// Cells has one entry for every [Feature].
	Cells map[Feature]Cell
}

// Cell is one cell of the support matrix.
type Cell struct {
	Fit Fit
	Why string // for Approximate and None; what is lost
}

// Fit is how well a feature can be carried. The zero Fit is invalid.
type Fit uint8

const (
	// Precise carries the feature as it is.
	Precise Fit = iota + 1
	// Approximate carries it wider, narrower or only after expansion.
	Approximate
	// None cannot carry it.
	None
	// Open is not settled by the vendor's documentation; the translation takes the safe side and says so.
	Open
)

// String returns "exact", "approximate", "no" or "uncertain".
func (f Fit) String() string {
	switch f {
	case Precise:
		return "exact"
	case Approximate:
		return "approximate"
	case None:
		return "no"
	case Open:
		return "uncertain"
	}
	return "invalid"
}

// Feature is something that a network policy can say.
type Feature string

// The features of the support matrix.
const (
	SubjectSelector Feature = "subject podSelector"
	PeerSelector    Feature = "pod and namespace peers"
	IPBlock         Feature = "ipBlock"
	Except          Feature = "except"
	PortRanges      Feature = "port and endPort"
	NamedPort       Feature = "named port"
	SCTPPort        Feature = "SCTP port"
	AnyTraffic      Feature = "no ports (any protocol)"
	EgressAllow     Feature = "egress allow"
	DefaultDeny     Feature = "default deny"
	IPv6            Feature = "IPv6"
	UnionOfPolicies Feature = "union of policies"
	Replies         Feature = "replies"
	SameNode        Feature = "peers on the same node"
	AdminDeny       Feature = "admin policy Deny"
	AdminPass       Feature = "admin policy Pass"
	AdminAccept     Feature = "admin policy Accept"
	DomainNames     Feature = "domain names"
)

// Features lists every feature in the order of the support matrix.
func Features() []Feature {
	return []Feature{SubjectSelector, PeerSelector, IPBlock, Except, PortRanges, NamedPort, SCTPPort,
		AnyTraffic, EgressAllow, DefaultDeny, IPv6, UnionOfPolicies, Replies, SameNode, AdminDeny,
		AdminPass, AdminAccept, DomainNames}
}

// QuotaLimit is a default quota of the cloud.
type QuotaLimit struct {
	Name  string // "rules per security group, direction and family"
	Limit int    // what a user can use of it
	// Raised is what the vendor grants on request; equal to Limit where it is fixed.
	Raised int
	Source string // vendor's page
}
