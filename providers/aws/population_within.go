package aws

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/terraform"
)

// Resources that give a VPC more address blocks, and a group to more VPCs.
const (
	moreIPv4Type     = "aws_vpc_ipv4_cidr_block_association"
	moreIPv6Type     = "aws_vpc_ipv6_cidr_block_association"
	moreNetworksType = "aws_vpc_security_group_vpc_association"
)

// placeWithin says of parties whose addresses are not known in which address blocks they are: interfaces have addresses of their subnet, and these are
// of the VPC's blocks (VPC user guide, "VPC CIDR blocks"); a security group is for interfaces in its VPC (EC2 API, CreateSecurityGroup) and in those that it
// is associated with.
func (d *decoder) placeWithin(out *providers.Population) {
	spaces := d.spaces()
	of := map[model.Group]model.AddrSet{}
	for _, r := range d.module.Resources {
		if r.Type == groupType || r.Type == "aws_default_security_group" {
			vpc, _ := d.nameIn(r.Get("vpc_id"))
			of[d.nameOf(r)] = spaces[vpc]
		}
	}
	for _, r := range d.module.Resources {
		if r.Type != moreNetworksType {
			continue
		}
		name, _ := d.nameIn(r.Get("security_group_id"))
		if _, here := of[name]; !here {
			clear(of) // it may be any of them
		}
		delete(of, name)
	}
	for i, p := range out.Parties {
		switch {
		case !p.Addrs.IsEmpty():
		case p.Name == somebodyElse:
			out.Parties[i].Within = d.underACLs(spaces)
		case p.Made || p.ComesAlong:
			out.Parties[i].Within = of[p.Groups[0]]
		}
	}
}

// underACLs is the blocks of every VPC that has a network ACL; empty where not all of them are known.
func (d *decoder) underACLs(spaces map[model.Group]model.AddrSet) model.AddrSet {
	var out model.AddrSet
	for _, r := range d.module.Resources {
		if r.Type != aclType && r.Type != "aws_default_network_acl" {
			continue
		}
		vpc, _ := d.nameIn(r.Get("vpc_id"))
		if ref, ok := r.Get("default_network_acl_id").AsRef(); ok {
			vpc, _ = d.nameIn(terraform.Ref(strings.TrimSuffix(ref, ".default_network_acl_id")))
		}
		if spaces[vpc].IsEmpty() {
			return model.AddrSet{}
		}
		out = out.Union(spaces[vpc])
	}
	return out
}

// spaces returns the address blocks of the VPCs that configuration makes, all of a family where a block of it is not known; VPCs of which that is
// not known are left out.
func (d *decoder) spaces() map[model.Group]model.AddrSet {
	out := map[model.Group]model.AddrSet{}
	for _, r := range d.module.Resources {
		if r.Type == vpcType && !isLive(r) && r.Uncertain == "" {
			// Every VPC has an IPv4 block; one of IPv6 it has if it asks for one (documentation of aws_vpc).
			space := blockOr(r.Get("cidr_block"), model.AllIPv4())
			if asksForIPv6(r) {
				space = space.Union(blockOr(r.Get("ipv6_cidr_block"), model.AllIPv6()))
			}
			out[d.nameOf(r)] = space
		}
	}
	for _, r := range d.module.Resources {
		var more model.AddrSet
		switch r.Type {
		case moreIPv4Type:
			more = blockOr(r.Get("cidr_block"), model.AllIPv4())
		case moreIPv6Type:
			more = blockOr(r.Get("ipv6_cidr_block"), model.AllIPv6())
		default:
			continue
		}
		vpc, _ := d.nameIn(r.Get("vpc_id"))
		_, here := out[vpc]
		for name := range out {
			if !here || name == vpc { // one that is named in another way may be any
				out[name] = out[name].Union(more)
			}
		}
	}
	return out
}

// asksForIPv6 reports whether a VPC has an IPv6 block, or may have one. One that is set by AWS alone is told by what asks for it.
func asksForIPv6(r terraform.Resource) bool {
	asked, known := r.Get("assign_generated_ipv6_cidr_block").AsBool()
	if asked || !known && !r.Get("assign_generated_ipv6_cidr_block").IsNull() {
		return true
	}
	return slices.ContainsFunc([]string{"ipv6_cidr_block", "ipv6_ipam_pool_id"}, func(attr string) bool { return !isUnset(r.Get(attr)) })
}

// blockOr returns the addresses of a block, or others where it is not known.
func blockOr(v terraform.Value, others model.AddrSet) model.AddrSet {
	text, _ := v.AsString()
	p, err := netip.ParsePrefix(text)
	if err != nil {
		return others
	}
	return model.Prefixes(p)
}
