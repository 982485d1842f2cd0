package standin

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Objects returns what the account holds as the API does: the rules of security groups in both forms, and the entries
// with which every network ACL ends.
func (a *Account) Objects() Objects {
	out := Objects{"SecurityGroupRules": {}, "PrefixListEntries": {}, "VpcPeeringConnections": {}, "StaleSecurityGroupSet": {}}
	for _, v := range a.VPCs {
		o := Object{"VpcId": v.ID, "CidrBlock": v.CIDR, "OwnerId": a.Owner, "IsDefault": false, "State": "available"}
		if v.IPv6 != "" {
			o["Ipv6CidrBlockAssociationSet"] = associated(v.IPv6)
		}
		out["Vpcs"] = append(out["Vpcs"], o)
	}
	for _, s := range a.Subnets {
		o := Object{"SubnetId": s.ID, "VpcId": s.VPC, "CidrBlock": s.CIDR, "OwnerId": a.Owner, "State": "available"}
		if s.IPv6 != "" {
			o["Ipv6CidrBlockAssociationSet"] = associated(s.IPv6)
		}
		if s.Name != "" {
			o["Tags"] = tags(map[string]string{"Name": s.Name})
		}
		out["Subnets"] = append(out["Subnets"], o)
	}
	for _, g := range a.Groups {
		out["SecurityGroups"] = append(out["SecurityGroups"], a.group(g))
		for _, r := range g.Rules {
			out["SecurityGroupRules"] = append(out["SecurityGroupRules"], a.rule(g, r))
		}
	}
	for _, acl := range a.ACLs {
		out["NetworkAcls"] = append(out["NetworkAcls"], a.acl(acl))
	}
	for _, l := range a.Lists {
		out["PrefixLists"] = append(out["PrefixLists"], Object{"PrefixListId": l.ID, "PrefixListName": l.Name, "OwnerId": l.Owner, "State": "create-complete"})
		for _, c := range l.CIDRs {
			out["PrefixListEntries"] = append(out["PrefixListEntries"], Object{"PrefixListId": l.ID, "Cidr": c})
		}
	}
	for _, i := range a.Interfaces {
		out["NetworkInterfaces"] = append(out["NetworkInterfaces"], a.networkInterface(i))
	}
	for _, r := range a.Regions {
		out["Regions"] = append(out["Regions"], Object{"RegionName": r, "OptInStatus": "opted-in"})
	}
	return out
}

func associated(block string) []any {
	return []any{Object{"Ipv6CidrBlock": block, "Ipv6CidrBlockState": Object{"State": "associated"}}}
}

func tags(m map[string]string) []any {
	out := []any{}
	for _, k := range slices.Sorted(maps.Keys(m)) {
		out = append(out, Object{"Key": k, "Value": m[k]})
	}
	return out
}

// group is a group with its rules in the bundled form: one bundle for each protocol and range of
// ports (EC2 API reference, IpPermission).
func (a *Account) group(g *Group) Object {
	in, out := []any{}, []any{}
	bundles := map[string]Object{}
	for _, r := range g.Rules {
		key := fmt.Sprint(r.Egress, r.Protocol, r.From, r.To)
		b, ok := bundles[key]
		if !ok {
			b = Object{"IpProtocol": r.Protocol}
			if r.Protocol != "-1" {
				b["FromPort"], b["ToPort"] = r.From, r.To
			}
			bundles[key] = b
			if r.Egress {
				out = append(out, b)
			} else {
				in = append(in, b)
			}
		}
		list, peer := a.peer(r)
		if r.Description != "" {
			peer["Description"] = r.Description
		}
		old, _ := b[list].([]any)
		b[list] = append(old, peer)
	}
	return Object{"GroupId": g.ID, "GroupName": g.Name, "Description": g.Description, "VpcId": g.VPC, "OwnerId": a.Owner, "Tags": tags(g.Tags),
		"IpPermissions": in, "IpPermissionsEgress": out}
}

// peer is the peer of a rule, and the list of a bundle that it belongs to.
func (a *Account) peer(r *Rule) (string, Object) {
	switch {
	case r.CIDR != "":
		return "IpRanges", Object{"CidrIp": r.CIDR}
	case r.IPv6 != "":
		return "Ipv6Ranges", Object{"CidrIpv6": r.IPv6}
	case r.List != "":
		return "PrefixListIds", Object{"PrefixListId": r.List}
	}
	return "UserIdGroupPairs", Object{"GroupId": r.Group, "UserId": a.Owner}
}

// rule is a rule by itself. Where ports mean nothing they are -1 (EC2 API reference, SecurityGroupRule).
func (a *Account) rule(g *Group, r *Rule) Object {
	o := Object{"SecurityGroupRuleId": r.ID, "GroupId": g.ID, "GroupOwnerId": a.Owner, "IsEgress": r.Egress, "IpProtocol": r.Protocol, "FromPort": r.From, "ToPort": r.To}
	if r.Protocol == "-1" {
		o["FromPort"], o["ToPort"] = -1, -1
	}
	if r.Description != "" {
		o["Description"] = r.Description
	}
	switch {
	case r.CIDR != "":
		o["CidrIpv4"] = r.CIDR
	case r.IPv6 != "":
		o["CidrIpv6"] = r.IPv6
	case r.List != "":
		o["PrefixListId"] = r.List
	default:
		o["ReferencedGroupInfo"] = Object{"GroupId": r.Group, "UserId": a.Owner}
	}
	return o
}

// hasIPv6 reports whether a VPC has an IPv6 block.
func (a *Account) hasIPv6(vpc string) bool {
	return slices.ContainsFunc(a.VPCs, func(v *VPC) bool { return v.ID == vpc && v.IPv6 != "" })
}

// acl is a network ACL with the entries for whatever no other matches (Amazon VPC user guide, network ACL rules).
func (a *Account) acl(acl *ACL) Object {
	entries, associations := []any{}, []any{}
	for _, e := range acl.Entries {
		entries = append(entries, entry(e))
	}
	for _, egress := range []bool{false, true} {
		entries = append(entries, entry(&Entry{Number: 32767, Egress: egress, Action: "deny", Protocol: "-1", CIDR: "0.0.0.0/0"}))
		if a.hasIPv6(acl.VPC) {
			entries = append(entries, entry(&Entry{Number: 32768, Egress: egress, Action: "deny", Protocol: "-1", IPv6: "::/0"}))
		}
	}
	for _, s := range acl.Subnets {
		associations = append(associations, Object{"NetworkAclAssociationId": "aclassoc-" + strings.TrimPrefix(s, "subnet-"), "NetworkAclId": acl.ID, "SubnetId": s})
	}
	return Object{"NetworkAclId": acl.ID, "VpcId": acl.VPC, "OwnerId": a.Owner, "IsDefault": acl.Default, "Tags": tags(acl.Tags), "Entries": entries, "Associations": associations}
}

func entry(e *Entry) Object {
	o := Object{"RuleNumber": e.Number, "Egress": e.Egress, "RuleAction": e.Action, "Protocol": e.Protocol}
	if e.CIDR != "" {
		o["CidrBlock"] = e.CIDR
	} else {
		o["Ipv6CidrBlock"] = e.IPv6
	}
	switch e.Protocol {
	case "6", "17":
		o["PortRange"] = Object{"From": e.From, "To": e.To}
	case "1", "58":
		o["IcmpTypeCode"] = Object{"Type": e.From, "Code": e.To}
	}
	return o
}

func (a *Account) networkInterface(i *Interface) Object {
	groups, four, six := []any{}, []any{}, []any{}
	for _, id := range i.Groups {
		groups = append(groups, Object{"GroupId": id})
	}
	o := Object{"NetworkInterfaceId": i.ID, "SubnetId": i.Subnet, "VpcId": i.VPC, "OwnerId": a.Owner, "InterfaceType": "interface", "Status": "in-use"}
	for _, addr := range i.Addrs {
		if strings.Contains(addr, ":") {
			six = append(six, Object{"Ipv6Address": addr})
			continue
		}
		if len(four) == 0 {
			o["PrivateIpAddress"] = addr
		}
		four = append(four, Object{"PrivateIpAddress": addr, "Primary": len(four) == 0})
	}
	o["Groups"], o["PrivateIpAddresses"], o["Ipv6Addresses"] = groups, four, six
	return o
}
