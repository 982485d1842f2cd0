package aws

import (
	"slices"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/terraform"
)

// isStandard reports whether a resource is the security group that AWS makes with a VPC and that cannot be deleted. It is
// there whether configuration names it or not.
func isStandard(r terraform.Resource) bool { return r.Type == "aws_default_security_group" }

// vpcType is the resource type of VPCs.
const vpcType = "aws_vpc"

// inOwnNetwork reports whether a resource is in a VPC that the module makes.
func (d *decoder) inOwnNetwork(r terraform.Resource) bool {
	in, why := d.nameIn(r.Get("vpc_id"))
	return why == "" && slices.ContainsFunc(d.module.Resources, func(o terraform.Resource) bool { return o.Type == vpcType && !isLive(o) && d.nameOf(o) == in })
}

// withoutResource is the default security group of a VPC for who does not have the resource. An account has it as AWS makes
// it. Configuration that adopts it takes the rules away, and configuration that gives it up leaves those that there are
// (documentation of aws_default_security_group), so that which they are without it is not known.
func withoutResource(r terraform.Resource, g model.Group, m terraform.Module) model.Layer {
	if isLive(r) {
		return standardGroup(g, m)
	}
	l := bareGroup(g, unfilteredChain())
	l.Ingress, l.Egress = slices.Clone(l.Ingress), slices.Clone(l.Egress)
	left := model.Rule{Target: g, Peer: model.Maybe{Selector: model.Any{}, Why: "the rules of the default security group are those that AWS gives it, or that were left"},
		Action: model.Allow, Traffic: model.Traffic{model.AllTraffic()}, Origin: model.Origin{Object: "the default security group, which is not written here"}}
	l.Ingress[1].Rules, l.Egress[1].Rules = []model.Rule{left}, []model.Rule{left}
	return l
}

// standardGroup is the default security group of a VPC as AWS makes it: its members may talk to each other
// and to anybody, by IPv6 where the VPC has it (Amazon VPC user guide, default security groups).
func standardGroup(g model.Group, m terraform.Module) model.Layer {
	allow := func(peer model.Selector, name string) model.Rule {
		return model.Rule{Target: g, Peer: peer, Action: model.Allow, Traffic: model.Traffic{model.AllTraffic()}, Origin: model.Origin{Object: name}}
	}
	out := model.AllIPv4()
	if slices.ContainsFunc(m.Resources, hasIPv6) {
		out = model.AllAddrs()
	}
	l := bareGroup(g, unfilteredChain())
	l.Ingress, l.Egress = slices.Clone(l.Ingress), slices.Clone(l.Egress)
	l.Ingress[1].Rules = []model.Rule{allow(g, "the default security group admits its members")}
	l.Egress[1].Rules = []model.Rule{allow(model.At{Addrs: out}, "the default security group lets out everything")}
	return l
}

// hasIPv6 reports whether a resource is a subnet with an IPv6 block.
func hasIPv6(r terraform.Resource) bool {
	return (r.Type == "aws_subnet" || r.Type == "aws_default_subnet") && !isUnset(r.Get("ipv6_cidr_block"))
}
