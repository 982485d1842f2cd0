package providers

import (
	"net/netip"

	"github.com/crosswall/crosswall/model"
)

// Site is where workloads live in one cloud, as a placement says it.
type Site struct {
	// Given is whether there is a placement for this cloud at all.
	Given bool
	// Network is the VPC id (AWS), the network's name or self link (GCP) or the virtual network's
	// id (Azure). Empty: a variable of the module.
	Network string
	// Region, Project and ResourceGroup are passed to the resources that have
	// such a field. Empty: a variable where the cloud needs one.
	Region, Project, ResourceGroup string
	Subnets                        []Subnet
	// Homes says where each workload lives, by workload ID.
	Homes map[model.Identity]Home
	// Cluster is the managed Kubernetes service whose rules share the network: "eks", "gke",
	// "aks" or empty.
	Cluster string
	// PerSegment asks for one firewall object per segment where the cloud can also
	// have one per subnet (Azure).
	PerSegment bool
	// StrictPods is whether the firewall sees traffic between pods of one node too, and the
	// pods' own interfaces carry security groups: strict mode on EKS, intranode visibility on GKE.
	StrictPods bool
	// Allowances are admitted besides the policies.
	Allowances []Allowance
	Origin     model.Origin
}

// Allowance is traffic that a platform needs whatever the policies say.
type Allowance struct {
	// Direction is the side whose policies are overruled.
	Direction model.Direction
	// Rule is an Allow with a Reason; its Target and Peer may name workloads.
	Rule model.Rule
}

// Subnet is a subnet of the site.
type Subnet struct {
	Name string // as the placement calls it; unique in the site
	ID   string // cloud id or self link; empty: a variable of the module
	// Prefixes are canonical and do not overlap any other subnet's.
	Prefixes []netip.Prefix
	// Exclusive is the user's word that nothing but placed workloads holds
	// addresses in the subnet.
	Exclusive bool
	Origin    model.Origin
}

// Addrs returns the subnet's addresses.
func (s Subnet) Addrs() model.AddrSet { return model.Prefixes(s.Prefixes...) }

// Home is where the workloads of a segment live.
type Home struct {
	// Subnets names the subnets, sorted; empty if the home is given by addresses
	// outside every subnet, or by nothing.
	Subnets []string
	// Addrs is every address that the workloads may hold; empty: unknown.
	Addrs model.AddrSet
	// Exclusive is whether nobody but the workloads that one placement entry
	// puts here holds any of Addrs: no workload of another entry and no stranger. Workloads
	// of the same entry share Addrs, so that an address alone does not tell two
	// segments of one entry apart.
	Exclusive bool
	// Group is an existing identity to use in place of a new one: the security
	// group id, network tag or ASG id. Empty: make one.
	Group string
	// ServiceAccount identifies the workloads on GCP in place of a tag.
	ServiceAccount string
	// ClientPorts is the ephemeral range; zero: [model.DefaultClientPorts].
	ClientPorts model.PortRange
}

// SubnetNamed returns the subnet of that name.
func (s Site) SubnetNamed(name string) (Subnet, bool) {
	for _, n := range s.Subnets {
		if n.Name == name {
			return n, true
		}
	}
	return Subnet{}, false
}
