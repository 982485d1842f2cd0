package standin

import (
	"fmt"
	"slices"
)

// Account is what one account holds in one region, in a form that a test can change by hand. Every
// field may be changed between two readings.
type Account struct {
	// Owner is the account's number.
	Owner      string
	VPCs       []*VPC
	Subnets    []*Subnet
	Groups     []*Group
	ACLs       []*ACL
	Lists      []*List
	Interfaces []*Interface
	// Regions are the regions that are enabled.
	Regions []string

	made int // counts what was created, for ids
}

// VPC is a network. IPv6 is empty where it has no IPv6 block.
type VPC struct{ ID, CIDR, IPv6 string }

// Subnet is a subnet. IPv6 is empty where it has no IPv6 block, Name where it has no tag of that name.
type Subnet struct{ ID, VPC, CIDR, IPv6, Name string }

// Group is a security group.
type Group struct {
	ID, Name, Description, VPC string
	Tags                       map[string]string
	Rules                      []*Rule
}

// Rule is a rule of a security group; one of CIDR, IPv6, List and Group is its peer.
type Rule struct {
	ID     string
	Egress bool
	// Protocol is as AWS prints it, "tcp", "-1". Ports are of no meaning for "-1"; those of ICMP are type and code.
	Protocol                             string
	From, To                             int
	CIDR, IPv6, List, Group, Description string
}

// ACL is a network ACL. The entries that AWS adds for whatever no entry matches are none of Entries.
type ACL struct {
	ID, VPC string
	Default bool
	Subnets []string
	Entries []*Entry
	Tags    map[string]string
}

// Entry is an entry of a network ACL; one of CIDR and IPv6 is set.
type Entry struct {
	Number int
	Egress bool
	// Action is "allow" or "deny", Protocol a number, or "-1" for all.
	Action, Protocol, CIDR, IPv6 string
	// From and To are ports, or ICMP type and code.
	From, To int
}

// List is a managed prefix list.
type List struct {
	ID, Name, Owner string
	CIDRs           []string
}

// Interface is a network interface, with the ids of its groups.
type Interface struct {
	ID, Subnet, VPC string
	Addrs           []string
	Groups          []string
}

// NewAccount returns an account that holds nothing but what AWS puts into a region: eu-west-1 is enabled.
func NewAccount(owner string) *Account { return &Account{Owner: owner, Regions: []string{"eu-west-1"}} }

// id returns an id that no other object has, the same in every run.
func (a *Account) id(kind string) string {
	a.made++
	return fmt.Sprintf("%s-0%016x", kind, a.made)
}

// AddVPC adds a network with what each has from the beginning: a default security group, whose members may talk to each
// other and to anybody, and a default network ACL that admits everything (Amazon VPC user guide, default
// security groups; default network ACL).
func (a *Account) AddVPC(v VPC) {
	a.VPCs = append(a.VPCs, &v)
	g := &Group{ID: a.id("sg"), Name: "default", Description: "default VPC security group", VPC: v.ID}
	g.Rules = []*Rule{{ID: a.id("sgr"), Protocol: "-1", Group: g.ID}, {ID: a.id("sgr"), Egress: true, Protocol: "-1", CIDR: "0.0.0.0/0"}}
	acl := &ACL{ID: a.id("acl"), VPC: v.ID, Default: true}
	for _, egress := range []bool{false, true} {
		acl.Entries = append(acl.Entries, &Entry{Number: 100, Egress: egress, Action: "allow", Protocol: "-1", CIDR: "0.0.0.0/0"})
		if v.IPv6 != "" {
			acl.Entries = append(acl.Entries, &Entry{Number: 101, Egress: egress, Action: "allow", Protocol: "-1", IPv6: "::/0"})
		}
	}
	if v.IPv6 != "" {
		g.Rules = append(g.Rules, &Rule{ID: a.id("sgr"), Egress: true, Protocol: "-1", IPv6: "::/0"})
	}
	a.Groups = append(a.Groups, g)
	a.ACLs = append(a.ACLs, acl)
}

// AddSubnet adds a subnet, under the default network ACL of its VPC.
func (a *Account) AddSubnet(s Subnet) {
	a.Subnets = append(a.Subnets, &s)
	if acl := a.defaultACL(s.VPC); acl != nil {
		acl.Subnets = append(acl.Subnets, s.ID)
	}
}

func (a *Account) defaultACL(vpc string) *ACL {
	for _, acl := range a.ACLs {
		if acl.Default && acl.VPC == vpc {
			return acl
		}
	}
	return nil
}

// Associate puts a network ACL on a subnet in place of the one that was there: a subnet always has one
// (Amazon VPC user guide, network ACLs). An empty id puts the default one there.
func (a *Account) Associate(subnet, acl string) error {
	var to *ACL
	for _, s := range a.Subnets {
		if s.ID == subnet && acl == "" {
			to = a.defaultACL(s.VPC)
		}
	}
	for _, x := range a.ACLs {
		if x.ID == acl {
			to = x
		}
	}
	if to == nil {
		return fmt.Errorf("no network ACL %q for subnet %s", acl, subnet)
	}
	for _, x := range a.ACLs {
		x.Subnets = slices.DeleteFunc(x.Subnets, func(id string) bool { return id == subnet })
	}
	to.Subnets = append(to.Subnets, subnet)
	return nil
}

// AddInterface adds an interface in a subnet, with groups by their ids.
func (a *Account) AddInterface(subnet string, addrs []string, groups ...string) error {
	for _, s := range a.Subnets {
		if s.ID == subnet {
			a.Interfaces = append(a.Interfaces, &Interface{ID: a.id("eni"), Subnet: subnet, VPC: s.VPC, Addrs: addrs, Groups: groups})
			return nil
		}
	}
	return fmt.Errorf("no subnet %q", subnet)
}

// GroupNamed returns the security group with a name, or with a tag of the key Name that says so; nil if there is none.
func (a *Account) GroupNamed(name string) *Group {
	for _, g := range a.Groups {
		if g.Name == name || g.Tags["Name"] == name {
			return g
		}
	}
	return nil
}

// ACLOn returns the network ACL of a subnet; nil if there is none.
func (a *Account) ACLOn(subnet string) *ACL {
	for _, acl := range a.ACLs {
		if slices.Contains(acl.Subnets, subnet) {
			return acl
		}
	}
	return nil
}
