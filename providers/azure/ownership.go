package azure

import (
	"strings"

	"github.com/crosswall/crosswall/providers"
)

var _ providers.Owning = Provider{}

// Firewall holds of network security groups, their rules and associations, application security groups, and
// security admin rules. See [providers.Owning].
func (Provider) Firewall(resourceType string) bool {
	switch resourceType {
	case typeGroup, typeRule, typeAppGroup, typeSubnetGroup, typeInterfaceGroup, typeMembership:
		return true
	}
	return strings.HasPrefix(resourceType, "azurerm_network_manager_")
}

// Holder returns the attribute that names the group of a rule or an association. See [providers.Owning].
func (Provider) Holder(resourceType string) string {
	switch resourceType {
	case typeRule:
		return "network_security_group_name"
	case typeSubnetGroup, typeInterfaceGroup:
		return "network_security_group_id"
	case typeMembership:
		return "application_security_group_id"
	}
	return ""
}
