package audit

import "github.com/crosswall/crosswall/model"

// Estate is the objects of a source as their owners know them. All lists may be in any order; [New] sorts them.
type Estate struct {
	Firewalls  []Firewall
	Networks   []Network
	Subnets    []Subnet
	Interfaces []Interface
	// Lists are the lists of addresses that rules name.
	Lists []List
	// Unread says of which kinds there may be objects that are not in the estate, and why: "configuration does not say which
	// interfaces there are". Checks that something is missing or unused say nothing of these.
	Unread map[Kind]string
	// Senders are public addresses at which a cloud itself connects to what is here, and nobody else: those of its health checks. Whoever is at one is no
	// stranger.
	Senders model.AddrSet
	// Traits are peculiarities of the whole: of a cluster whose network plugin enforces no policies.
	Traits []Trait
}

// Firewall is an object that holds rules.
type Firewall struct {
	Object
	State model.State
	// Ingress and Egress are its chains, as those of a [model.Layer]: packets that none of them is for, or that all pass on, are
	// admitted. Chains of rules that the cloud adds are among them. Their selectors name groups by Key or as the policy does.
	Ingress, Egress []model.Chain
	// Rules tells of each rule that somebody wrote, in the order in which they were written.
	Rules []Rule
	// Target is whom it is for: the members of a security group, the interfaces in its subnets.
	Target model.Selector
	// Standard is whether the cloud made it by itself: the default security group or ACL of a network.
	Standard Flag
	// Loose is whether its rules are objects of their own, and it is nothing but what holds them together.
	Loose bool
	// Partial says why it may have rules that were not read; empty: it has none.
	Partial string
	// Users are what it applies to, and what names it. NotAll says why there may be others; empty: there are none.
	Users  []User
	NotAll string
	// Quotas are the counts that the cloud limits.
	Quotas []Quota
	// Traits are peculiarities of the firewall as a whole, as those of a [Rule].
	Traits []Trait

	// told is the place of each rule in Rules; set by [New].
	told map[toldKey]int
}

// User is something that uses a firewall.
type User struct {
	// Kind is InterfaceKind or SubnetKind for what it applies to, NetworkKind for a network on which it applies to whatever there is, and the kind of firewall for one whose rules name it as a peer.
	// Empty for whatever else names it, to whatever end.
	Kind Kind
	// Key is that of the object; it need not be in the estate.
	Key model.Group
	// Label is what to call it; What sort of thing it is, in the cloud's own words: "lambda", "nat_gateway". Empty: not known.
	Label, What string
	// Unsure says why it is not known whether it uses the firewall; empty: it does.
	Unsure string
}

// Rule is a rule as it was written.
type Rule struct {
	// Origin is that of the model's rules that were made of it; there may be several, for one rule may list many peers.
	// It is unique among the rules of a firewall and direction.
	Origin    model.Origin
	Direction model.Direction
	// Name is what people call it; ID the cloud's. Empty: it has none.
	Name, ID string
	Link     string
	// Priority is its number; zero where it has none.
	Priority    int
	Description Text
	// Disabled rules are kept and not enforced: no rule of the model was made of them.
	Disabled bool
	// Logged is whether what it decides is logged.
	Logged Flag
	// Added is whether the cloud wrote it.
	Added bool
	// Traits are peculiarities of how it is written.
	Traits []Trait
	// Lists are the keys of the lists of addresses among its peers.
	Lists []model.Group
}

// List is addresses that rules name together: a prefix list, a service tag, an address group.
type List struct {
	Object
	// Addrs is the addresses that are known to be in it. NotAll says why there may be others; empty: there are none.
	Addrs  model.AddrSet
	NotAll string
	// Inside is whether it is all of the inside, whichever addresses that has, and nobody of the Internet: the service tag
	// VirtualNetwork.
	Inside bool
}

// seenLists is what lists are to whoever is at some addresses: their addresses, and perhaps any where it is not known which there
// are; and of the inside all that are given as inside.
func seenLists(lists []List, inside model.AddrSet) map[model.Group]model.Selector {
	out := map[model.Group]model.Selector{}
	for _, l := range lists {
		var s model.Selector = model.At{Addrs: l.Addrs}
		switch {
		case l.Inside:
			s = model.At{Addrs: inside}
		case l.NotAll != "":
			s = model.Or{s, model.Maybe{Selector: model.Any{}, Why: l.NotAll}}
		}
		out[l.Key] = s
	}
	return out
}

// Trait is a peculiarity of how something is written that its traffic does not show.
type Trait struct {
	Code TraitCode
	// Text says what is so, in a clause: "from_port 22 is ignored, as the protocol is -1".
	Text string
	// Origin is where it is, if elsewhere than what has it; zero: there.
	Origin model.Origin
}

// TraitCode names a trait.
type TraitCode string

const (
	// PortsIgnored says: ports are given with a protocol for which the cloud takes no account of them.
	PortsIgnored TraitCode = "ports-ignored"
	// PortsOfAll says: ports are given with every protocol, and it is not known whether packets without ports are the rule's. Rules of
	// the model about them have the origin of those about ports; see [Opening].
	PortsOfAll TraitCode = "ports-of-all"
	// PortZero says: from 0 to 0 of a protocol with ports, which is port 0 alone.
	PortZero TraitCode = "port-zero"
	// HostBits says: a CIDR block with bits beyond its prefix length.
	HostBits TraitCode = "host-bits"
	// SplitRanges says: blocks given together are everybody of a family, and none of them is; see [SplitTrait].
	SplitRanges TraitCode = "split-ranges"
	// PeersOmitted says: no peer is given, for which the cloud takes everybody.
	PeersOmitted TraitCode = "peers-omitted"
	// PeersJoined says: ranges and tags or accounts are given, of which a peer needs one and not all.
	PeersJoined TraitCode = "peers-joined"
	// SourcePorts says: source ports are restricted.
	SourcePorts TraitCode = "source-ports"
	// StaleReference says: it names a group that is gone, or in a network that is no longer a peer.
	StaleReference TraitCode = "stale-reference"
	// ProbesRefused says: it refuses the probes of load balancers, and no rule that is asked before admits them.
	ProbesRefused TraitCode = "probes-refused"
	// LogsTrimmed says: what is logged leaves out a part.
	LogsTrimmed TraitCode = "logs-trimmed"
	// SameNumber says: another rule of its list has its number.
	SameNumber TraitCode = "same-number"
	// MessageOmitted says: no ICMP type and code are given, for which the cloud's tool takes 0, echo reply alone.
	MessageOmitted TraitCode = "message-omitted"
	// PartOfInternet says: its peers are, besides addresses that are given, some of the Internet that the cloud knows, and never all of it: those of
	// a country, of a domain, of a list of threats, of a service.
	PartOfInternet TraitCode = "part-of-internet"
	// OpenByOmission says: of a firewall that the cloud makes, and that admits everybody because nobody is given to admit.
	OpenByOmission TraitCode = "open-by-omission"
)

// Quota is a count that a cloud limits.
type Quota struct {
	// Name says what is counted: "inbound rules, IPv4".
	Name        string
	Used, Limit int
	// Adjustable is whether the limit can be raised on request.
	Adjustable bool
}

// Network is a network.
type Network struct {
	Object
	// Addrs is its address space; empty: not known.
	Addrs model.AddrSet
	// Standard is whether the cloud made it by itself; Legacy whether it is of a kind without subnets.
	Standard, Legacy Flag
	// Now is the chains of everything that lies on it, where there are several orders in which that could be asked, and Others the same
	// in these orders. Empty where the order decides nothing.
	Now    Ordering
	Others []Ordering
	// Peers are the networks whose addresses it reaches, by Key or by what their owner calls them.
	Peers []Peer
}

// Ordering is chains in some order.
type Ordering struct {
	// Text says what the order is, in a clause: "VPC firewall rules are asked before the network firewall policy".
	Text            string
	Ingress, Egress []model.Chain
	// Fixed is whether nobody can choose it; it shows what decides by being asked first.
	Fixed bool
}

// Peer is a network that another is joined to.
type Peer struct {
	Key   model.Group
	Label string
	// Addrs is the peer's address space; empty: not known.
	Addrs model.AddrSet
}

// Subnet is a subnet.
type Subnet struct {
	Object
	// Addrs is every address in it; empty: not known.
	Addrs model.AddrSet
	// Firewalls are the keys of the firewalls that it has by itself: its network ACL, its NSG. NotAll says why there may be others.
	Firewalls []model.Group
	NotAll    string
	// Routed is whether the Internet has a way to addresses in it: a route to an Internet gateway.
	Routed Flag
	// GivesPublic is whether machines started in it get public addresses.
	GivesPublic Flag
	// Role is what the cloud reserves it for: "gateway"; empty: nothing.
	Role string
	// Logged is whether its traffic is logged by flow logs of its own.
	Logged Flag
}

// Interface is something with addresses.
type Interface struct {
	Object
	// Addrs is every address of its own; empty: not known. Public are its public ones, whether
	// its own or translated.
	Addrs, Public model.AddrSet
	// PublicIn is every address of the versions of IP in which it has public ones, besides those of Public; empty: only Public tells.
	PublicIn model.AddrSet
	// IsPublic is whether it has a public address at which it takes connections: a NAT gateway takes none.
	IsPublic Flag
	// Closed is whether its public addresses take in nothing where no firewall is for it, as those of Azure of SKU Standard.
	Closed Flag
	// What sort of thing has it, in the cloud's own words: "interface", "nat_gateway", "lambda"; empty: not known.
	What string
	// Owner is who made it where that is no user: "amazon-elb". Empty: a user, or not known.
	Owner string
	// Firewalls are the keys of those that it has by itself, Subnets those of the subnets it is in.
	Firewalls, Subnets []model.Group
	// NotAll says why there may be other Firewalls.
	NotAll string
	// Past is whether the firewalls of its subnets are surely not in force for it, as for private endpoints of Azure.
	Past bool
	// Balanced is whether a load balancer that probes it sends to it.
	Balanced Flag
	// Forwards is whether it may carry packets of others.
	Forwards Flag
	// Groups are the groups of the policy that it is in, where rules of a firewall are for some groups alone: its network, its tags. Nil: not
	// told. GroupsNotAll says why it may be in others; empty: it is not.
	Groups       []model.Group
	GroupsNotAll string
}

// Reading is what a source holds.
type Reading struct {
	// Policy is every layer together, over the members of Inventory.
	Policy model.Policy
	// Inventory has the members, and binds every group that the chains of Estate name.
	Inventory model.Inventory
	Estate    Estate
	// Services are addresses at which the cloud has services that no layer filters, and so no member.
	Services model.AddrSet
}
