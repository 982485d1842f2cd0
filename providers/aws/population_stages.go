package aws

import (
	"slices"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/terraform"
)

// stagesOf says what was read of security groups and of network ACLs. Configuration without either has nothing to say
// of it.
func stagesOf(m terraform.Module) []providers.Stage {
	var out []providers.Stage
	for _, s := range []struct {
		stage providers.Stage
		types []string
	}{
		{providers.Stage{Name: "security groups", Doubt: []string{groupChain}, Advice: "add what aws ec2 describe-security-groups prints"},
			[]string{groupType, "aws_default_security_group", ingressRuleType, egressRuleType, "aws_security_group_rule"}},
		{providers.Stage{Name: "network ACLs", Doubt: []string{aclLayer + unread}, Advice: "add what aws ec2 describe-network-acls prints"},
			[]string{aclType, "aws_default_network_acl", aclRuleType, aclAssociationType}},
	} {
		lost, found := false, slices.ContainsFunc(m.Resources, isLive) // what is live was looked for
		for _, r := range m.Resources {
			if !slices.Contains(s.types, r.Type) {
				continue
			}
			lost, found = lost || r.Name == unread, found || r.Name != unread
		}
		known := slices.ContainsFunc(m.Resources, func(r terraform.Resource) bool { return slices.Contains(s.types, r.Type) && r.Name != unread })
		switch {
		case lost && !known:
			s.stage.Unread = true
		case !found:
			continue
		default:
			s.stage.Doubt = nil
		}
		out = append(out, s.stage)
	}
	return out
}

// listedAddrs returns the addresses of the prefix lists that are known, which Decode has in rules in place of
// the lists.
func (d *decoder) listedAddrs() map[model.Group]model.Selector {
	quiet := newDecoder(d.module)
	quiet.alias = d.alias
	quiet.readPrefixLists() // Decode has reported what cannot be read
	return quiet.lists
}
