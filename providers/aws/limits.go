package aws

import "github.com/crosswall/crosswall/providers"

const quotaPage = "https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html"

// Names of the enforcers.
const (
	podGroups  = "security group for pods (strict)"
	nodeGroups = "security group on nodes"
	networkACL = "network ACL"
)

// Limits returns what AWS can carry. See [providers.Limits].
func (p Provider) Limits() providers.Limits {
	o := New(p.opts).opts
	return providers.Limits{
		Title: "AWS",
		Enforcers: []providers.Enforcer{
			{Name: podGroups, Order: "any rule admits", Cells: podCells()},
			{Name: nodeGroups, Order: "any rule admits", Cells: nodeCells()},
			{Name: networkACL, Order: "lowest number decides", Stateless: true, Denies: true, Cells: aclCells()},
		},
		Quotas: []providers.QuotaLimit{
			{Name: "rules per security group, direction and family", Limit: o.GroupRules, Raised: 1000, Source: quotaPage},
			{Name: "security groups per network interface", Limit: 5, Raised: 16, Source: quotaPage},
			{Name: "security groups per region", Limit: maxGroups, Raised: maxGroups, Source: quotaPage},
			{Name: "entries per network ACL, direction and family, beside the default deny",
				Limit: o.NACLEntries - 1, Raised: maxACLEntries - 1, Source: quotaPage},
			{Name: "network ACLs per VPC", Limit: maxACLs, Raised: maxACLs, Source: quotaPage},
		},
	}
}

func precise(why string) providers.Cell { return providers.Cell{Fit: providers.Precise, Why: why} }
func approximate(why string) providers.Cell {
	return providers.Cell{Fit: providers.Approximate, Why: why}
}
func none(why string) providers.Cell { return providers.Cell{Fit: providers.None, Why: why} }

// podCells is security groups on the branch interfaces of pods, in strict mode.
func podCells() map[providers.Feature]providers.Cell {
	return map[providers.Feature]providers.Cell{
		providers.SubjectSelector: precise("a SecurityGroupPolicy binds the group to the pods"),
		providers.PeerSelector:    precise("one group per segment, named by reference; at most 5 groups per pod"),
		providers.IPBlock:         precise(""),
		providers.Except:          precise("subtracted from the CIDR block"),
		providers.PortRanges:      precise(""),
		providers.NamedPort:       precise("resolved for each pod"),
		providers.SCTPPort:        approximate("ports are not matched: all of SCTP is admitted"),
		providers.AnyTraffic:      precise("protocol -1"),
		providers.EgressAllow:     precise(""),
		providers.DefaultDeny:     precise("a group without rules"),
		providers.IPv6:            precise(""),
		providers.UnionOfPolicies: precise("rules only ever add"),
		providers.Replies:         precise("connections are tracked"),
		providers.SameNode:        precise("branch interfaces of one node are filtered too"),
		providers.AdminDeny:       precise("compiled to what remains admitted: a group cannot deny"),
		providers.AdminPass:       precise("compiled away"),
		providers.AdminAccept:     precise("compiled to rules that admit"),
		providers.DomainNames:     none("rules know addresses and groups only"),
	}
}

// nodeCells is security groups on the interfaces of nodes.
func nodeCells() map[providers.Feature]providers.Cell {
	return map[providers.Feature]providers.Cell{
		providers.SubjectSelector: approximate("all pods of a node share its groups"),
		providers.PeerSelector:    approximate("a group names nodes, with every pod on them"),
		providers.IPBlock:         precise("for the pods of a node together; the source is seen after SNAT"),
		providers.Except:          precise("subtracted from the CIDR block; for the pods of a node together"),
		providers.PortRanges:      precise("for the pods of a node together"),
		providers.NamedPort:       approximate("pods of a node may give the name different numbers"),
		providers.SCTPPort:        approximate("ports are not matched: all of SCTP is admitted"),
		providers.AnyTraffic:      precise("protocol -1"),
		providers.EgressAllow:     approximate("whatever any pod of the node may send, all may"),
		providers.DefaultDeny:     approximate("holds for all pods of a node or for none"),
		providers.IPv6:            precise(""),
		providers.UnionOfPolicies: precise("rules only ever add"),
		providers.Replies:         precise("connections are tracked"),
		providers.SameNode:        none("packets between pods of one node do not pass its interface"),
		providers.AdminDeny:       precise("compiled to what remains admitted: a group cannot deny"),
		providers.AdminPass:       precise("compiled away"),
		providers.AdminAccept:     precise("compiled to rules that admit"),
		providers.DomainNames:     none("rules know addresses and groups only"),
	}
}

// aclCells is network ACLs.
func aclCells() map[providers.Feature]providers.Cell {
	return map[providers.Feature]providers.Cell{
		providers.SubjectSelector: approximate("one list for everything in the subnet"),
		providers.PeerSelector:    approximate("peers are CIDR blocks"),
		providers.IPBlock:         precise("for the subnet as a whole; the source is seen after SNAT"),
		providers.Except:          precise("subtracted from the CIDR block"),
		providers.PortRanges:      precise("requests; replies open the clients' ephemeral ports"),
		providers.NamedPort:       approximate("pods of a subnet may give the name different numbers"),
		providers.SCTPPort:        approximate("ports are not matched: all of SCTP is admitted"),
		providers.AnyTraffic:      precise("protocol -1"),
		providers.EgressAllow:     approximate("whatever anything in the subnet may send, all may"),
		providers.DefaultDeny:     precise("at the subnet's edge"),
		providers.IPv6:            precise(""),
		providers.UnionOfPolicies: precise("entries of all policies are joined; some may deny what later ones would admit"),
		providers.Replies:         approximate("return entries admit new connections to the clients' ephemeral ports"),
		providers.SameNode:        none("packets inside a subnet do not pass its ACL"),
		providers.AdminDeny:       precise("compiled to what remains admitted, at the subnet's edge"),
		providers.AdminPass:       precise("compiled away"),
		providers.AdminAccept:     precise("compiled to entries that admit"),
		providers.DomainNames:     none("entries know addresses only"),
	}
}
