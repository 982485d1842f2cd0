package azure

import "github.com/crosswall/crosswall/providers"

// Limits returns what network security groups can do. Microsoft's pages as in the
// package comment, and for AKS "Azure CNI Overlay" and "Network concepts for AKS".
func (Provider) Limits() providers.Limits {
	return providers.Limits{
		Title: "Azure",
		Enforcers: []providers.Enforcer{{
			Name:   "network security group",
			Order:  "ascending priority, first match",
			Denies: true,
			Cells:  cells(),
		}},
		Quotas: quotaLimits(),
	}
}

func cells() map[providers.Feature]providers.Cell {
	precise := func(why string) providers.Cell { return providers.Cell{Fit: providers.Precise, Why: why} }
	approximate := func(why string) providers.Cell { return providers.Cell{Fit: providers.Approximate, Why: why} }
	none := func(why string) providers.Cell { return providers.Cell{Fit: providers.None, Why: why} }
	return map[providers.Feature]providers.Cell{
		providers.SubjectSelector: approximate("groups act on subnets and network interfaces; exact where a segment has addresses or an ASG of its own"),
		providers.PeerSelector:    approximate("peers are the addresses that the placement gives, or an application security group; on AKS addresses only"),
		providers.IPBlock:         precise("of the source after address translation"),
		providers.Except:          precise("by subtraction of blocks"),
		providers.PortRanges:      precise(""),
		providers.NamedPort:       approximate("resolved to numbers, which pods of one segment must share"),
		providers.SCTPPort:        none("no word for SCTP; any protocol would be much wider, so that nothing is admitted"),
		providers.AnyTraffic:      approximate("* is documented as TCP, UDP and ICMP"),
		providers.EgressAllow:     precise("platform services of the host are never filtered"),
		providers.DefaultDeny:     precise("by explicit rules in both directions, in front of those that admit the virtual network and the internet"),
		providers.IPv6:            precise("a rule holds one family"),
		providers.UnionOfPolicies: precise("all allows come before the one deny"),
		providers.Replies:         precise(""),
		providers.SameNode:        none("traffic inside a node never leaves it; reported with an example"),
		providers.AdminDeny:       precise("compiled to disjoint allows"),
		providers.AdminPass:       approximate("compiled away; only Virtual Network Manager has tiers"),
		providers.AdminAccept:     approximate("compiled away; only Virtual Network Manager has tiers"),
		providers.DomainNames:     none("rules know addresses, service tags and application security groups"),
	}
}

func quotaLimits() []providers.QuotaLimit {
	const source = "https://learn.microsoft.com/azure/azure-resource-manager/management/azure-subscription-service-limits#networking-limits"
	limit := func(name string, n int) providers.QuotaLimit {
		return providers.QuotaLimit{Name: name, Limit: n, Raised: n, Source: source}
	}
	return []providers.QuotaLimit{
		limit("rules per network security group", maxRules),
		limit("source addresses per network security group", maxAddresses),
		limit("destination addresses per network security group", maxAddresses),
		limit("application security groups per network security group", maxAppGroups),
		limit("application security groups per side of a rule", 10),
		limit("application security groups per IP configuration", 20),
		limit("IP configurations per application security group", 4000),
		limit("application security groups per subscription", 3000),
		limit("network security groups per subscription", 5000),
		{Name: "characters of a rule's name", Limit: maxRuleName, Raised: 80,
			Source: "https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules"},
		{Name: "characters of a rule's description", Limit: maxDescription, Raised: maxDescription,
			Source: "https://registry.terraform.io/providers/hashicorp/azurerm/latest/docs/resources/network_security_rule"},
	}
}
