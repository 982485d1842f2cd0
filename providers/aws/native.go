package aws

import (
	"bytes"
	"encoding/json"

	"github.com/crosswall/crosswall/providers"
)

// The kinds of native objects: the lists that the aws command prints, under the names that
// they have there (AWS CLI command reference, ec2).
const (
	kindGroups       = "SecurityGroups"
	kindGroupRules   = "SecurityGroupRules"
	kindStale        = "StaleSecurityGroupSet"
	kindPeerings     = "VpcPeeringConnections"
	kindLists        = "PrefixLists"
	kindListEntries  = "PrefixListEntries"
	kindACLs         = "NetworkAcls"
	kindVPCs         = "Vpcs"
	kindSubnets      = "Subnets"
	kindInterfaces   = "NetworkInterfaces"
	kindReservations = "Reservations"
)

// Types of resources that only reading knows.
const (
	interfaceType = "aws_network_interface"
	listType      = "aws_ec2_managed_prefix_list"
	peeringType   = "aws_vpc_peering_connection"

	ingressRuleType = "aws_vpc_security_group_ingress_rule"
	egressRuleType  = "aws_vpc_security_group_egress_rule"
)

// Kinds lists the objects of the EC2 API that [Provider.Resources] makes use of. Those of
// PrefixListEntries are the entries that get-managed-prefix-list-entries prints, each with the
// PrefixListId of its list, which that command leaves out. PrefixLists may also be those of
// describe-prefix-lists, which have their addresses. Reservations, and the
// instances in them, count for their interfaces where NetworkInterfaces were not read.
func (Provider) Kinds() []providers.Kind {
	return []providers.Kind{
		{Name: kindGroups, Command: "aws ec2 describe-security-groups", Why: "which security groups there are, and their rules"},
		{Name: kindGroupRules, Command: "aws ec2 describe-security-group-rules", Why: "the ids of security group rules"},
		{Name: kindStale, Command: "aws ec2 describe-stale-security-groups", Why: "which rules name groups of peered VPCs that are gone"},
		{Name: kindPeerings, Command: "aws ec2 describe-vpc-peering-connections", Why: "which VPC peering connections are active"},
		{Name: kindLists, Command: "aws ec2 describe-managed-prefix-lists", Why: "which prefix lists there are"}, // or describe-prefix-lists
		{Name: kindListEntries, Why: "the addresses of prefix lists"},
		{Name: kindACLs, Command: "aws ec2 describe-network-acls", Why: "what network ACLs refuse, and on which subnets"},
		{Name: kindVPCs, Command: "aws ec2 describe-vpcs", Why: "which VPCs there are"},
		{Name: kindSubnets, Command: "aws ec2 describe-subnets", Why: "which addresses are in a subnet"},
		{Name: kindInterfaces, Command: "aws ec2 describe-network-interfaces", Why: "which addresses are in a security group, and which groups an interface has at once"},
		{Name: kindReservations, Command: "aws ec2 describe-instances", Why: "the interfaces of instances"},
	}
}

// kindNamed returns the kind of a name; false where there is none.
func kindNamed(name string) (providers.Kind, bool) {
	for _, k := range (Provider{}).Kinds() {
		if k.Name == name {
			return k, true
		}
	}
	return providers.Kind{}, false
}

// Sniff tells a document by the names at its top: the one list that a command prints, with or without
// a NextToken, or an object by its id and by what no other kind has.
func (Provider) Sniff(document []byte) (providers.Kind, bool) {
	top := namesAtTop(document)
	for name, objects := range top {
		if k, ok := kindNamed(name); ok && objects && onlyLists(top) {
			return k, true
		}
	}
	has := func(names ...string) bool {
		for _, n := range names {
			if _, ok := top[n]; !ok {
				return false
			}
		}
		return true
	}
	name := ""
	switch {
	case has("SecurityGroupRuleId"):
		name = kindGroupRules
	case has("GroupId", "StaleIpPermissions"), has("GroupId", "StaleIpPermissionsEgress"):
		name = kindStale
	case has("GroupId", "IpPermissions"), has("GroupId", "IpPermissionsEgress"):
		name = kindGroups
	case has("NetworkAclId", "Entries"):
		name = kindACLs
	case has("InstanceId"):
	case has("NetworkInterfaceId", "SubnetId"):
		name = kindInterfaces
	case has("SubnetId", "VpcId", "CidrBlock"), has("SubnetId", "VpcId", "Ipv6CidrBlockAssociationSet"):
		name = kindSubnets
	case has("VpcPeeringConnectionId", "AccepterVpcInfo"), has("VpcPeeringConnectionId", "RequesterVpcInfo"):
		name = kindPeerings
	case has("VpcId", "CidrBlock", "IsDefault"), has("VpcId", "CidrBlock", "DhcpOptionsId"):
		name = kindVPCs
	case has("PrefixListId", "Cidr"):
		name = kindListEntries
	case has("PrefixListId", "PrefixListName", "PrefixListArn"), has("PrefixListId", "PrefixListName", "AddressFamily"), has("PrefixListId", "PrefixListName", "Cidrs"):
		name = kindLists
	case has("ReservationId", "Instances"):
		name = kindReservations
	}
	return kindNamed(name)
}

// onlyLists reports whether names at the top are of what commands print, and nothing else: an
// instance has lists called SecurityGroups and NetworkInterfaces too.
func onlyLists(top map[string]bool) bool {
	for name := range top {
		if _, ok := kindNamed(name); !ok && name != "NextToken" && name != "ResponseMetadata" {
			return false
		}
	}
	return true
}

// namesAtTop returns the names of a JSON object as far as it goes, or of the first object of a list; true
// for those whose value is a list that is empty or begins with an object.
func namesAtTop(document []byte) map[string]bool {
	out := map[string]bool{}
	dec := json.NewDecoder(bytes.NewReader(document))
	t, err := dec.Token()
	if t == json.Delim('[') {
		t, err = dec.Token()
	}
	if err != nil || t != json.Delim('{') {
		return out
	}
	for {
		t, err := dec.Token()
		name, ok := t.(string)
		if err != nil || !ok {
			return out // cut off, or its end
		}
		out[name] = false
		if objects, more := skipValue(dec); more {
			out[name] = objects
		} else {
			out[name] = objects
			return out
		}
	}
}

// skipValue reads past the next value, and says whether it is a list of objects; more is false
// where the document ends in it.
func skipValue(dec *json.Decoder) (objects, more bool) {
	for depth, at := 0, 0; ; at++ {
		t, err := dec.Token()
		if err != nil {
			return objects, false
		}
		switch t {
		case json.Delim('['):
			objects = objects || at == 0
			depth++
		case json.Delim('{'):
			depth++
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
		if at == 1 && objects {
			objects = t == json.Delim('{') || t == json.Delim(']')
		}
		if depth == 0 {
			return objects, true
		}
	}
}
