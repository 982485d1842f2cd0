package aws

import (
	"slices"

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

// reportResolver says, where policies isolate anybody for egress, what passes besides
// that has no address to name.
func (e *encoder) reportResolver() {
	for _, s := range e.in.Segments {
		if slices.ContainsFunc(e.grantsOf(s.ID, model.Egress), func(g model.Grant) bool { return len(g.Rules) == 0 }) {
			continue
		}
		e.report(model.Finding{
			Severity: model.Info, Code: "vpc-resolver",
			Summary: "AWS filters neither DNS queries to the resolver of the VPC (its base address plus two) nor DHCP and the default router of a subnet, " +
				"whatever policies refuse",
			Advice: "use Route 53 Resolver DNS Firewall to refuse names",
			Origin: e.in.Site.Origin,
		})
		return
	}
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

// inFewBlocks returns the addresses, with those that AWS never filters where that takes
// fewer CIDR blocks: 0.0.0.0/0 without the metadata service is 32 blocks that do what 0.0.0.0/0
// does, for no rule refuses that service.
func (e *encoder) inFewBlocks(a model.AddrSet) model.AddrSet {
	if more := a.Union(e.exempt); len(more.Prefixes()) < len(a.Prefixes()) {
		return more
	}
	return a
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
