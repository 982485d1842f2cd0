package audit

import "github.com/crosswall/crosswall/model"

// Kind is what sort of thing an object is, in words that clouds share where they mean the same.
type Kind string

const (
	// SecurityGroup is a security group of AWS.
	SecurityGroup Kind = "security group"
	// NetworkACL is a network ACL of AWS.
	NetworkACL Kind = "network ACL"
	// FirewallRules are the VPC firewall rules of a network of Google Cloud.
	FirewallRules Kind = "VPC firewall rules"
	// FirewallPolicy is a hierarchical or network firewall policy of Google Cloud.
	FirewallPolicy Kind = "firewall policy"
	// NetworkSecurityGroup is a network security group of Azure.
	NetworkSecurityGroup Kind = "network security group"
	// AdminRules are the security admin rules of an Azure network manager.
	AdminRules Kind = "security admin rules"
	// NetworkPolicy is a policy of Kubernetes, of a namespace or of an administrator.
	NetworkPolicy Kind = "network policy"
	// NetworkKind is a VPC, a VPC network or a virtual network.
	NetworkKind Kind = "network"
	// SubnetKind is a part of a network.
	SubnetKind Kind = "subnet"
	// InterfaceKind is what has addresses: a network interface, a machine, a workload.
	InterfaceKind Kind = "interface"
	// NamespaceKind is a namespace of a cluster; workloads have it as their network.
	NamespaceKind Kind = "namespace"
	// ClusterKind is a cluster.
	ClusterKind Kind = "cluster"
	// PrefixListKind is addresses that rules name together.
	PrefixListKind Kind = "prefix list"
)

// Flag is whether something is so. The zero Flag is unknown.
type Flag uint8

const (
	// Unknown is a thing that was not read or that the source does not say.
	Unknown Flag = iota
	// No is a thing that is surely not so.
	No
	// Yes is a thing that is surely so.
	Yes
)

// FlagOf returns Yes or No.
func FlagOf(b bool) Flag {
	if b {
		return Yes
	}
	return No
}

// String returns "unknown", "no" or "yes".
func (f Flag) String() string {
	switch f {
	case Yes:
		return "yes"
	case No:
		return "no"
	case Unknown:
	}
	return "unknown"
}

// Text is words that somebody gave a thing. The zero Text is known to be empty.
type Text struct {
	Value string
	// Unknown is whether there may be words that were not read.
	Unknown bool
}

// Object is what a thing is called.
type Object struct {
	// Provider is the provider's name, "aws", or "kubernetes".
	Provider string
	Kind     Kind
	// Key is what the estate, and selectors of the policy, call it; unique in an estate. Never empty.
	Key model.Group
	// Name is what people call it; ID the cloud's id or path; Address that of its Terraform resource. Empty where there is none
	// or it is not known, but one of the three is not.
	Name, ID, Address string
	Origin            model.Origin
	// Link leads to it in the cloud's console; empty: it is not known where that is.
	Link string
	// Network is the Key of its network; empty: not known, or it has none.
	Network     model.Group
	Description Text
	// Tags are its tags or labels. Untold is whether it may have others.
	Tags   map[string]string
	Untold bool
}

// Label is what to call it in a sentence: its address, else its name and id.
func (o Object) Label() string {
	switch {
	case o.Address != "":
		return o.Address
	case o.Name != "" && o.ID != "" && o.Name != o.ID:
		return o.Name + " (" + o.ID + ")"
	case o.Name != "":
		return o.Name
	case o.ID != "":
		return o.ID
	}
	return string(o.Key)
}
