package gcp

import "github.com/crosswall/crosswall/providers"

var _ providers.Owning = Provider{}

// Firewall holds of VPC firewall rules, and of firewall policies with their rules and associations. See [providers.Owning].
func (Provider) Firewall(resourceType string) bool {
	switch resourceType {
	case typeFirewall, typePolicy, typePolicyRule, typeAssociation, typeRegionalPolicy, typeRegionalRule, typeRegionalAssociation,
		typeHierarchy, typeHierarchyRule, typeHierarchyAssociation, typeSystemPolicy, typeSystemRule, typeSystemAssociation:
		return true
	}
	return false
}

// Holder returns the attribute that names the policy of a rule or an association. See [providers.Owning].
func (Provider) Holder(resourceType string) string {
	switch resourceType {
	case typePolicyRule, typeAssociation, typeRegionalRule, typeRegionalAssociation,
		typeHierarchyRule, typeHierarchyAssociation, typeSystemRule, typeSystemAssociation:
		return "firewall_policy"
	}
	return ""
}
