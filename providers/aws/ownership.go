package aws

import (
	"strings"

	"github.com/crosswall/crosswall/providers"
)

var _ providers.Owning = Provider{}

// Firewall holds of security groups, network ACLs, their rules and what attaches them. See [providers.Owning].
func (Provider) Firewall(resourceType string) bool {
	return strings.Contains(resourceType, "security_group") || strings.Contains(resourceType, "network_acl")
}

// Holder returns the attribute that names the group or the list of a rule or an attachment. See [providers.Owning].
func (Provider) Holder(resourceType string) string {
	switch resourceType {
	case "aws_security_group_rule", ingressRuleType, egressRuleType,
		"aws_network_interface_sg_attachment", "aws_vpc_endpoint_security_group_association", "aws_vpc_security_group_vpc_association":
		return "security_group_id"
	case aclRuleType, aclAssociationType:
		return "network_acl_id"
	}
	return ""
}
