package aws

import (
	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
)

// Unfiltered returns the traffic that neither security groups nor network ACLs
// of AWS ever see, as allowances of both directions: whoever compares a policy
// with what AWS enforces has to add them to the policy. No rule is written
// for them, and Decode admits them.
//
// Listed are the addresses that AWS documents (VPC user guide, "Internetwork traffic privacy" and
// "Control traffic to subnets using network ACLs"; "IPv6 on AWS", supporting
// VPC services). Not listed, for want of an address that is the same
// everywhere: the resolver at the VPC's base address plus two, the
// default router of each subnet, DHCP, and Windows licence activation.
func (Provider) Unfiltered() []providers.Allowance {
	var out []providers.Allowance
	for _, d := range []model.Direction{model.Egress, model.Ingress} {
		for _, r := range unfilteredRules() {
			out = append(out, providers.Allowance{Direction: d, Rule: r})
		}
	}
	return out
}

// unfilteredRules returns one rule per service of the platform.
func unfilteredRules() []model.Rule {
	var out []model.Rule
	for _, s := range []struct {
		name  string
		addrs model.AddrSet
	}{
		{"Amazon DNS", model.MustPrefixes("169.254.169.253/32", "fd00:ec2::253/128")},
		{"instance metadata", model.MustPrefixes("169.254.169.254/32", "fd00:ec2::254/128")},
		{"Amazon Time Sync", model.MustPrefixes("169.254.169.123/32", "fd00:ec2::123/128")},
		{"ECS task metadata", model.MustPrefixes("169.254.170.2/32")},
	} {
		out = append(out, model.Rule{
			Name:    s.name,
			Action:  model.Allow,
			Peer:    model.At{Addrs: s.addrs},
			Traffic: model.Traffic{model.AllTraffic()},
			Reason:  "AWS never filters traffic with " + s.name,
		})
	}
	return out
}

// unfilteredAddrs returns the addresses of all of them.
func unfilteredAddrs() model.AddrSet {
	var out model.AddrSet
	for _, r := range unfilteredRules() {
		if at, ok := r.Peer.(model.At); ok {
			out = out.Union(at.Addrs)
		}
	}
	return out
}

// unfilteredChain admits what AWS never filters, and passes on the rest.
func unfilteredChain() model.Chain {
	return model.Chain{
		Name:    "never filtered by AWS",
		Order:   model.AnyAllow,
		Rules:   unfilteredRules(),
		Default: model.Pass,
	}
}
