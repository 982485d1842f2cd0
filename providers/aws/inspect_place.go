package aws

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
	"github.com/crosswall/crosswall/terraform"
)

func isSubnet(r terraform.Resource) bool {
	return r.Type == "aws_subnet" || r.Type == "aws_default_subnet"
}

func isVPC(r terraform.Resource) bool { return r.Type == "aws_vpc" || r.Type == "aws_default_vpc" }

// inspectNetworks describes the VPCs.
func (i *inspector) inspectNetworks() {
	blocks := map[model.Group][]netip.Prefix{}
	note := func(vpc model.Group, vs ...terraform.Value) {
		for _, v := range vs {
			if text, ok := v.AsString(); ok {
				if p, err := netip.ParsePrefix(text); err == nil {
					blocks[vpc] = append(blocks[vpc], p)
				}
			}
		}
	}
	for _, r := range i.module.Resources {
		switch {
		case isVPC(r):
			note(i.nameOf(r), r.Get("cidr_block"), r.Get("ipv6_cidr_block"))
			for _, b := range r.BlocksOf("cidr_block_associations") {
				note(i.nameOf(r), b.Body.Get("cidr_block"))
			}
		case r.Type == "aws_vpc_ipv4_cidr_block_association" || r.Type == "aws_vpc_ipv6_cidr_block_association":
			if vpc, why := i.nameIn(r.Get("vpc_id")); why == "" {
				note(vpc, r.Get("cidr_block"), r.Get("ipv6_cidr_block"))
			}
		}
	}
	peers := i.peersOf(blocks)
	for _, r := range i.module.Resources {
		if !isVPC(r) {
			continue
		}
		n := audit.Network{Object: i.object(r, audit.NetworkKind), Standard: audit.No, Legacy: audit.No}
		if is, ok := r.Get("default").AsBool(); r.Type == "aws_default_vpc" || ok && is {
			n.Standard = audit.Yes
		} else if isLive(r) && !ok {
			n.Standard = audit.Unknown
		}
		n.Addrs, n.Peers = model.Prefixes(blocks[n.Key]...), peers[n.Key]
		i.estate.Networks = append(i.estate.Networks, n)
	}
}

// peersOf returns the VPCs that each VPC is peered with.
func (i *inspector) peersOf(blocks map[model.Group][]netip.Prefix) map[model.Group][]audit.Peer {
	out := map[model.Group][]audit.Peer{}
	for _, r := range i.module.Resources {
		if r.Type != peeringType {
			continue
		}
		one, why := i.nameIn(r.Get("vpc_id"))
		two, why2 := i.nameIn(r.Get("peer_vpc_id"))
		add := func(vpc, peer model.Group, told terraform.Value) {
			texts, _ := told.AsStrings()
			prefixes, _ := addrBlocks(texts)
			out[vpc] = append(out[vpc], audit.Peer{Key: peer, Label: i.labelOf(peer), Addrs: model.Prefixes(append(prefixes, blocks[peer]...)...)})
		}
		if why == "" && why2 == "" {
			add(one, two, r.Get("peer_cidr_blocks"))
			add(two, one, r.Get("cidr_blocks"))
		}
	}
	for _, ps := range out {
		slices.SortFunc(ps, func(a, b audit.Peer) int { return cmp.Compare(a.Key, b.Key) })
	}
	return out
}

// inspectSubnets describes the subnets; on has the ACLs of each.
func (i *inspector) inspectSubnets(on map[model.Group][]model.Group) {
	routed := i.routes()
	i.networks = map[model.Group]model.Group{}
	for _, r := range i.module.Resources {
		if !isSubnet(r) {
			continue
		}
		n := audit.Subnet{Object: i.object(r, audit.SubnetKind), Firewalls: on[i.nameOf(r)], Routed: routed[i.nameOf(r)]}
		if place, ok := subnetPlace(r); ok {
			n.Addrs = model.Inventory{}.Resolve(place).Must.Rest()
		}
		if len(n.Firewalls) == 0 {
			n.NotAll = "its network ACL was not read"
		}
		switch gives, ok := r.Get("map_public_ip_on_launch").AsBool(); {
		case ok:
			n.GivesPublic = audit.FlagOf(gives)
		case r.Get("map_public_ip_on_launch").IsNull() && !isLive(r):
			// The default of aws_subnet is false, and AWS gives default subnets true (documentation of both).
			n.GivesPublic = audit.FlagOf(r.Type == "aws_default_subnet")
		}
		i.networks[n.Key] = n.Network
		i.estate.Subnets = append(i.estate.Subnets, n)
	}
}

// routes says of each subnet whether its route table leads to an internet gateway, where the module tells.
func (i *inspector) routes() map[model.Group]audit.Flag {
	tables := map[model.Group]audit.Flag{}
	gateways := map[model.Group]bool{}
	for _, r := range i.module.Resources {
		if r.Type == "aws_internet_gateway" {
			gateways[i.nameOf(r)] = true
		}
	}
	leads := func(b terraform.Body) audit.Flag {
		v := b.Get("gateway_id")
		if isUnset(v) {
			return audit.No // it leads to something else
		}
		name, why := i.nameIn(v)
		text := string(name)
		switch {
		case why != "":
			return audit.Unknown
		case gateways[name] || strings.HasPrefix(text, "igw-") || strings.Contains(text, "aws_internet_gateway."):
			return audit.Yes
		case text == "local" || strings.HasPrefix(text, "vgw-") || strings.Contains(text, "aws_vpn_gateway."):
			return audit.No
		}
		return audit.Unknown
	}
	for _, r := range i.module.Resources {
		switch r.Type {
		case "aws_route_table", "aws_default_route_table":
			flags := []audit.Flag{}
			for _, b := range r.BlocksOf("route") {
				flags = append(flags, leads(b.Body))
			}
			// Inline routes are all that the table has (documentation of aws_route_table); a table without may have some elsewhere.
			if r.Open("route") || len(flags) == 0 {
				flags = append(flags, audit.Unknown)
			}
			tables[i.nameOf(r)] = anyOf(flags)
		}
	}
	for _, r := range i.module.Resources {
		if r.Type == "aws_route" && leads(r.Body) == audit.Yes && r.Uncertain == "" {
			if table, why := i.nameIn(r.Get("route_table_id")); why == "" {
				tables[table] = audit.Yes
			}
		}
	}
	out := map[model.Group]audit.Flag{}
	for _, r := range i.module.Resources {
		if r.Type != "aws_route_table_association" || r.Uncertain != "" {
			continue
		}
		subnet, why := i.nameIn(r.Get("subnet_id"))
		table, why2 := i.nameIn(r.Get("route_table_id"))
		if why == "" && why2 == "" {
			out[subnet] = tables[table]
		}
	}
	return out
}

// anyOf is Yes where one is, Unknown where one may be, and No elsewhere.
func anyOf(flags []audit.Flag) audit.Flag {
	out := audit.No
	for _, f := range flags {
		switch f {
		case audit.Yes:
			return audit.Yes
		case audit.Unknown:
			out = audit.Unknown
		case audit.No:
		}
	}
	return out
}
