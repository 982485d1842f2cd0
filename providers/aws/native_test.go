package aws_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/providers/aws"
	"github.com/crosswall/crosswall/terraform"
)

var _ providers.Native = aws.Provider{}

// documents are lists of native objects by kind, as text; "" is a kind that was not read.
type documents map[string]string

// snapshot makes a snapshot of them.
func (d documents) snapshot(t testing.TB, gaps ...providers.Gap) providers.Snapshot {
	t.Helper()
	s := providers.Snapshot{Provider: "aws", Objects: map[string][]json.RawMessage{}, Gaps: gaps}
	for kind, text := range d {
		if text == "" {
			continue
		}
		list := []json.RawMessage{}
		if err := json.Unmarshal([]byte("["+text+"]"), &list); err != nil {
			t.Fatalf("%s: %v: %s", kind, err, text)
		}
		s.Objects[kind] = list
	}
	return s
}

// with returns the documents with others in place of some.
func (d documents) with(more documents) documents {
	out := maps.Clone(d)
	maps.Copy(out, more)
	return out
}

const (
	anyEgress = `[{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}], "Ipv6Ranges": [{"CidrIpv6": "::/0"}]}]`
	webGroup  = `{"GroupId": "sg-web", "GroupName": "web", "VpcId": "vpc-1", "OwnerId": "1", "IpPermissions": [], "IpPermissionsEgress": ` + anyEgress + `}`
	bothNICs  = `{"NetworkInterfaceId": "eni-web", "SubnetId": "subnet-web", "Groups": [{"GroupId": "sg-web"}], "PrivateIpAddresses": [{"PrivateIpAddress": "10.0.1.4"}]},
		{"NetworkInterfaceId": "eni-db", "SubnetId": "subnet-db", "Groups": [{"GroupId": "sg-db"}], "PrivateIpAddresses": [{"PrivateIpAddress": "10.0.2.4"}]}`
	openEntries = `{"RuleNumber": 100, "Egress": false, "RuleAction": "allow", "Protocol": "-1", "CidrBlock": "0.0.0.0/0"}, {"RuleNumber": 101, "Egress": false, "RuleAction": "allow", "Protocol": "-1", "Ipv6CidrBlock": "::/0"},
		{"RuleNumber": 100, "Egress": true, "RuleAction": "allow", "Protocol": "-1", "CidrBlock": "0.0.0.0/0"}, {"RuleNumber": 101, "Egress": true, "RuleAction": "allow", "Protocol": "-1", "Ipv6CidrBlock": "::/0"}`
	subnetWeb = `{"SubnetId": "subnet-web", "VpcId": "vpc-1", "CidrBlock": "10.0.1.0/24"}`
	subnetDB  = `{"SubnetId": "subnet-db", "VpcId": "vpc-1", "CidrBlock": "10.0.2.0/24"}`
)

// dbGroup is the group of the database with rules for ingress.
func dbGroup(ingress ...string) string {
	return `{"GroupId": "sg-db", "GroupName": "db", "VpcId": "vpc-1", "OwnerId": "1", "IpPermissions": [` + strings.Join(ingress, ",") + `], "IpPermissionsEgress": ` + anyEgress + `}`
}

// dbRule is a rule of it by itself.
func dbRule(id, fields string) string {
	return fmt.Sprintf(`{"SecurityGroupRuleId": %q, "GroupId": "sg-db", "GroupOwnerId": "1", "IsEgress": false, %s}`, id, fields)
}

// egressRules are those rules by themselves that belong to anyEgress.
const egressRules = `{"SecurityGroupRuleId": "sgr-w4", "GroupId": "sg-web", "IsEgress": true, "IpProtocol": "-1", "FromPort": -1, "ToPort": -1, "CidrIpv4": "0.0.0.0/0"},
	{"SecurityGroupRuleId": "sgr-w6", "GroupId": "sg-web", "IsEgress": true, "IpProtocol": "-1", "FromPort": -1, "ToPort": -1, "CidrIpv6": "::/0"},
	{"SecurityGroupRuleId": "sgr-d4", "GroupId": "sg-db", "IsEgress": true, "IpProtocol": "-1", "FromPort": -1, "ToPort": -1, "CidrIpv4": "0.0.0.0/0"},
	{"SecurityGroupRuleId": "sgr-d6", "GroupId": "sg-db", "IsEgress": true, "IpProtocol": "-1", "FromPort": -1, "ToPort": -1, "CidrIpv6": "::/0"}`

// acl is a network ACL on the subnets.
func acl(entries string, subnets ...string) string {
	for i, s := range subnets {
		subnets[i] = fmt.Sprintf(`{"SubnetId": %q}`, s)
	}
	return `{"NetworkAclId": "acl-1", "VpcId": "vpc-1", "IsDefault": true, "Associations": [` + strings.Join(subnets, ",") + `], "Entries": [` + entries + `]}`
}

// whole is an account of which everything was read: web and db, and nothing to db.
func whole() documents {
	return documents{"SecurityGroups": webGroup + "," + dbGroup(), "NetworkInterfaces": bothNICs, "Subnets": subnetWeb + "," + subnetDB,
		"NetworkAcls": acl(openEntries, "subnet-web", "subnet-db")}
}

// denied is one entry more, of a number, which refuses SSH.
func denied(number int) string {
	return fmt.Sprintf(`, {"RuleNumber": %d, "Egress": false, "RuleAction": "deny", "Protocol": "6", "PortRange": {"From": 22, "To": 22}, "CidrBlock": "0.0.0.0/0"}`, number)
}

// liveVPC is who there is for the rules of such accounts.
func liveVPC() model.Inventory {
	inv := vpc()
	inv.Groups = map[model.Group]model.Selector{
		"sg-web": model.Identities{"web"}, "sg-db": model.Identities{"db"}, "sg-elsewhere": model.Identities{"elsewhere"},
		"subnet-web": inv.Groups["aws_subnet.web"], "subnet-db": inv.Groups["subnet-0db"],
	}
	return inv
}

// permission is a bundle.
func permission(protocol string, from, to int, peers string) string {
	return fmt.Sprintf(`{"IpProtocol": %q, "FromPort": %d, "ToPort": %d, %s}`, protocol, from, to, peers)
}

const (
	fromWeb    = `"UserIdGroupPairs": [{"GroupId": "sg-web", "UserId": "1"}]`
	fromSubnet = `"IpRanges": [{"CidrIp": "10.0.1.0/24"}]`
	peered     = `"UserIdGroupPairs": [{"GroupId": "sg-web", "UserId": "1", "VpcPeeringConnectionId": "pcx-1", "PeeringStatus": "%s"}]`
)

func groups(ingress ...string) documents {
	return documents{"SecurityGroups": webGroup + "," + dbGroup(ingress...)}
}

// TestNative: one row per way in which an account says something, with packets that pass (+), do
// not (-), or may (?).
func TestNative(t *testing.T) {
	pg := permission("tcp", 5432, 5432, fromWeb)
	anything := permission("-1", -1, -1, fromSubnet)
	pgRule := dbRule("sgr-1", `"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "ReferencedGroupInfo": {"GroupId": "sg-web", "UserId": "1"}`)
	for _, c := range []struct {
		name     string
		change   documents
		gap      string // kind of a gap, or "kind object"
		packets  []string
		findings []string // codes beside those of severity Info
	}{
		{"nothing", nil, "", []string{"- web > db tcp/5432", "+ web > out tcp/443", "+ db > imds tcp/80"}, nil},
		// cloud-semantics 1.1: protocols and ports of groups
		{"a group", groups(pg), "", []string{"+ web > db tcp/5432", "- web > db tcp/5433", "- out > db tcp/5432", "- db > web tcp/5432"}, nil},
		{"a range", groups(permission("tcp", 80, 90, fromSubnet)), "", []string{"+ web > db tcp/80", "+ web > db tcp/90", "- web > db tcp/91", "- web > db udp/80"}, nil},
		{"a range with host bits", groups(permission("tcp", 80, 80, `"IpRanges": [{"CidrIp": "10.0.1.77/24"}]`)), "", []string{"+ web > db tcp/80"}, nil},
		{"IPv6", groups(permission("tcp", 80, 80, `"Ipv6Ranges": [{"CidrIpv6": "fd00:1::/64"}]`)), "", []string{"+ web6 > db6 tcp/80", "- web > db tcp/80"}, nil},
		{"all, ports null", groups(`{"IpProtocol": "-1", "FromPort": null, "ToPort": null, "IpRanges": [{"CidrIp": "10.0.1.0/24"}], "PrefixListIds": []}`), "",
			[]string{"+ web > db tcp/80", "+ web > db icmp/8/0", "+ web > db 47", "- out > db tcp/80"}, nil},
		{"all, ports -1", groups(permission("-1", -1, -1, fromSubnet)), "", []string{"+ web > db tcp/80", "+ web > db 132"}, nil},
		{"another protocol has no ports", groups(permission("132", 5000, 5001, fromSubnet)), "", []string{"+ web > db sctp/80", "- web > db tcp/5000"}, nil},
		{"a number that has a name", groups(permission("17", 53, 53, fromSubnet)), "", []string{"+ web > db udp/53", "- web > db udp/54"}, nil},
		{"an ICMP message", groups(permission("icmp", 8, 0, fromSubnet)), "", []string{"+ web > db icmp/8/0", "- web > db icmp/3/4", "- web > db tcp/80"}, nil},
		{"an ICMP type, any code", groups(permission("icmp", 3, -1, fromSubnet)), "", []string{"+ web > db icmp/3/4", "- web > db icmp/8/0"}, nil},
		{"any ICMP", groups(permission("icmp", -1, -1, fromSubnet)), "", []string{"+ web > db icmp/3/4", "+ web > db icmp/8/0"}, nil},
		{"ICMPv6 without ports", groups(`{"IpProtocol": "icmpv6", "Ipv6Ranges": [{"CidrIpv6": "::/0"}]}`), "", []string{"+ web6 > db6 icmpv6/128/0"}, nil},
		{"TCP without ports", groups(`{"IpProtocol": "tcp", ` + fromSubnet + `}`), "", []string{"? web > db tcp/80", "- web > db udp/80"}, []string{"unknown-value"}},
		{"no protocol", groups(`{"FromPort": 80, "ToPort": 80, ` + fromSubnet + `}`), "", []string{"? web > db tcp/80", "? web > db udp/99"}, []string{"unknown-value"}},
		{"a bundle of peers", groups(permission("tcp", 80, 80, `"IpRanges": [{"CidrIp": "192.0.2.0/24"}, {"CidrIp": "10.9.0.0/16"}], `+fromWeb)), "", []string{"+ web > db tcp/80", "+ out > db tcp/80"}, nil},
		{"a field that is not known", groups(permission("tcp", 80, 80, fromSubnet+`, "SourcePort": 1`)), "", []string{"? web > db tcp/80", "- web > db tcp/81"}, []string{"unknown-value"}},
		{"not readable", groups(`{"IpProtocol": "tcp", "FromPort": "a", ` + fromSubnet + `}`), "", []string{"? web > db tcp/80"}, []string{"unknown-value"}},
		{"rules not printed", documents{"SecurityGroups": webGroup + `, {"GroupId": "sg-db", "GroupName": "db"}`}, "", []string{"? web > db tcp/80", "? db > out tcp/80"}, []string{"not-read", "unknown-value"}},
		// The two forms of rules
		{"rules by themselves", documents{"SecurityGroups": "", "SecurityGroupRules": pgRule + "," + egressRules}, "",
			[]string{"+ web > db tcp/5432", "- web > db tcp/5433", "+ web > out tcp/80"}, []string{"not-read"}},
		{"both agree", groups(pg).with(documents{"SecurityGroupRules": pgRule + "," + egressRules}), "", []string{"+ web > db tcp/5432", "- web > db tcp/1"}, nil},
		{"a rule in one only", groups(pg).with(documents{"SecurityGroupRules": egressRules}), "", []string{"? web > db tcp/5432", "- web > db tcp/1", "+ web > out tcp/1"}, []string{"contradiction", "unknown-value"}},
		{"a rule in the other only", groups().with(documents{"SecurityGroupRules": pgRule + "," + egressRules}), "", []string{"? web > db tcp/5432", "- web > db tcp/1"}, []string{"contradiction", "unknown-value"}},
		{"rules by themselves in part", groups(pg).with(documents{"SecurityGroupRules": egressRules}), "SecurityGroupRules", []string{"+ web > db tcp/5432", "- web > db tcp/1"}, []string{"not-read"}},
		{"rules of one group in part", groups(pg).with(documents{"SecurityGroupRules": egressRules}), "SecurityGroupRules sg-db", []string{"+ web > db tcp/5432", "- web > db tcp/1"}, []string{"not-read"}},
		{"a group in part", groups(pg), "SecurityGroups sg-db", []string{"+ web > db tcp/5432", "? web > db tcp/1"}, []string{"not-read", "unknown-value"}},
		{"a rule with two peers", groups().with(documents{"SecurityGroupRules": egressRules + "," + dbRule("sgr-1", `"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "CidrIpv4": "10.0.0.0/8", "PrefixListId": "pl-1"`)}), "",
			[]string{"? web > db tcp/80", "- web > db tcp/81"}, []string{"unknown-value"}},
		{"a rule without a direction", groups().with(documents{"SecurityGroups": "", "SecurityGroupRules": egressRules + `,{"SecurityGroupRuleId": "sgr-1", "GroupId": "sg-db", "IpProtocol": "-1", "CidrIpv4": "10.0.0.0/8"}`}), "",
			[]string{"? web > db tcp/80"}, []string{"not-read", "unknown-value", "unreadable-object"}},
		// cloud-semantics 3: references to groups of other VPCs; stale ones match nothing
		{"peered", groups(permission("tcp", 80, 80, fmt.Sprintf(peered, "active"))).with(documents{"StaleSecurityGroupSet": " "}), "", []string{"+ web > db tcp/80"}, nil},
		{"peered, staleness not read", groups(permission("tcp", 80, 80, fmt.Sprintf(peered, "active"))), "", []string{"? web > db tcp/80"}, []string{"not-read", "unknown-value"}},
		{"peering deleted", groups(permission("tcp", 80, 80, fmt.Sprintf(peered, "deleted"))), "", []string{"- web > db tcp/80"}, nil},
		{"peering pending", groups(permission("tcp", 80, 80, fmt.Sprintf(peered, "pending-acceptance"))).with(documents{"StaleSecurityGroupSet": " "}), "", []string{"? web > db tcp/80"}, []string{"unknown-value"}},
		{"peering gone", groups(permission("tcp", 80, 80, fmt.Sprintf(peered, ""))).with(documents{"VpcPeeringConnections": " ", "StaleSecurityGroupSet": " "}), "", []string{"- web > db tcp/80"}, nil},
		{"peering newly gone", groups(permission("tcp", 80, 80, fmt.Sprintf(peered, "active"))).with(documents{"StaleSecurityGroupSet": " ",
			"VpcPeeringConnections": `{"VpcPeeringConnectionId": "pcx-1", "Status": {"Code": "deleted"}}`}), "", []string{"- web > db tcp/80"}, nil},
		{"stale", groups(permission("tcp", 80, 80, fmt.Sprintf(peered, "active")), permission("tcp", 81, 81, fmt.Sprintf(peered, "active"))).with(documents{"StaleSecurityGroupSet": `{"GroupId": "sg-db", "StaleIpPermissions": [
			{"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "UserIdGroupPairs": [{"GroupId": "sg-web"}]}]}`}), "", []string{"- web > db tcp/80", "+ web > db tcp/81"}, nil},
		{"peered, and no such peering", groups(permission("tcp", 80, 80, fmt.Sprintf(peered, "active"))).with(documents{"VpcPeeringConnections": " ", "StaleSecurityGroupSet": " "}), "", []string{"? web > db tcp/80"}, []string{"contradiction", "unknown-value"}},
		{"another account", groups(permission("tcp", 80, 80, `"UserIdGroupPairs": [{"GroupId": "sg-elsewhere", "UserId": "2"}]`)), "", []string{"- web > db tcp/80"}, nil},
		{"a group without an id", groups(permission("tcp", 80, 80, `"UserIdGroupPairs": [{"GroupName": "web", "UserId": "1"}]`)), "", []string{"? web > db tcp/80", "- web > db tcp/81"}, []string{"unknown-value"}},
		// Prefix lists
		{"a prefix list", groups(permission("tcp", 80, 80, `"PrefixListIds": [{"PrefixListId": "pl-1"}]`)).with(documents{"PrefixLists": `{"PrefixListId": "pl-1", "PrefixListName": "n"}`,
			"PrefixListEntries": `{"PrefixListId": "pl-1", "Cidr": "10.0.1.0/24"}, {"PrefixListId": "pl-2", "Cidr": "192.0.2.0/24"}`}), "", []string{"+ web > db tcp/80", "- out > db tcp/80"}, nil},
		{"a prefix list with its addresses", groups(permission("tcp", 80, 80, `"PrefixListIds": [{"PrefixListId": "pl-1"}]`)).with(documents{"PrefixLists": `{"PrefixListId": "pl-1", "PrefixListName": "n", "Cidrs": ["10.0.1.0/24"]}`}), "",
			[]string{"+ web > db tcp/80", "- out > db tcp/80"}, nil},
		{"a prefix list not read", groups(permission("tcp", 80, 80, `"PrefixListIds": [{"PrefixListId": "pl-1"}]`)), "", []string{"? web > db tcp/80", "- web > db tcp/81"}, []string{"not-read"}},
		{"a prefix list whose entries were not read", groups(permission("tcp", 80, 80, `"PrefixListIds": [{"PrefixListId": "pl-1"}]`)).with(documents{"PrefixLists": `{"PrefixListId": "pl-1"}`, "PrefixListEntries": " "}), "PrefixListEntries pl-1",
			[]string{"? web > db tcp/80", "- web > db tcp/81"}, []string{"not-read"}},
		// cloud-semantics 1.1 and 2: network ACLs
		{"first match", groups(permission("-1", -1, -1, fromSubnet)).with(documents{"NetworkAcls": acl(`{"RuleNumber": 90, "Egress": false, "RuleAction": "deny", "Protocol": "6", "PortRange": {"From": 22, "To": 22}, "CidrBlock": "0.0.0.0/0"},`+openEntries, "subnet-web", "subnet-db")}), "",
			[]string{"- web > db tcp/22", "+ web > db tcp/23", "+ web > db udp/22"}, nil},
		{"the default deny", groups(permission("-1", -1, -1, fromSubnet)).with(documents{"NetworkAcls": acl(`{"RuleNumber": 32767, "Egress": false, "RuleAction": "deny", "Protocol": "-1", "CidrBlock": "0.0.0.0/0"}, {"RuleNumber": 32768, "Egress": false, "RuleAction": "deny", "Protocol": "-1", "Ipv6CidrBlock": "::/0"}`, "subnet-db")}), "",
			[]string{"- web > db tcp/22"}, nil},
		{"any ICMP of an ACL", groups(permission("-1", -1, -1, fromSubnet)).with(documents{"NetworkAcls": acl(`{"RuleNumber": 90, "Egress": false, "RuleAction": "deny", "Protocol": "1", "IcmpTypeCode": {"Type": -1, "Code": -1}, "CidrBlock": "0.0.0.0/0"},`+openEntries, "subnet-web", "subnet-db")}), "",
			[]string{"- web > db icmp/8/0", "+ web > db tcp/1"}, nil},
		{"ICMP without a message", groups(permission("-1", -1, -1, fromSubnet)).with(documents{"NetworkAcls": acl(`{"RuleNumber": 90, "Egress": false, "RuleAction": "deny", "Protocol": "1", "CidrBlock": "0.0.0.0/0"},`+openEntries, "subnet-web", "subnet-db")}), "",
			[]string{"? web > db icmp/8/0", "+ web > db tcp/1"}, []string{"unknown-value"}},
		{"an entry with a field that is not known", groups(permission("-1", -1, -1, fromSubnet)).with(documents{"NetworkAcls": acl(`{"RuleNumber": 90, "Egress": false, "RuleAction": "deny", "Protocol": "-1", "CidrBlock": "0.0.0.0/0", "Schedule": "nights"},`+openEntries, "subnet-web", "subnet-db")}), "",
			[]string{"? web > db tcp/1"}, []string{"unknown-value"}},
		{"an entry without a direction", groups(permission("-1", -1, -1, fromSubnet)).with(documents{"NetworkAcls": acl(`{"RuleNumber": 90, "RuleAction": "deny", "Protocol": "-1", "CidrBlock": "0.0.0.0/0"},`+openEntries, "subnet-web", "subnet-db")}), "",
			[]string{"? web > db tcp/1"}, []string{"unknown-value", "unreadable-object"}},
		{"entries not printed", groups(permission("-1", -1, -1, fromSubnet)).with(documents{"NetworkAcls": `{"NetworkAclId": "acl-1", "VpcId": "vpc-1", "IsDefault": true, "Associations": [{"SubnetId": "subnet-db"}]}`}), "",
			[]string{"? web > db tcp/1"}, []string{"unknown-value", "unreadable-object"}},
		{"the default ACL is on subnets without an association", groups(permission("-1", -1, -1, fromSubnet)).with(documents{"NetworkAcls": acl("")}), "", []string{"- web > db tcp/1"}, nil},
		{"inside a subnet no ACL is asked", groups(permission("-1", -1, -1, `"IpRanges": [{"CidrIp": "10.0.0.0/8"}]`)).with(documents{"NetworkAcls": acl("", "subnet-web", "subnet-db")}), "", []string{"- web > db tcp/1", "+ db > db tcp/1"}, nil},
		{"no ACL of the subnet's VPC", groups(permission("-1", -1, -1, fromSubnet)).with(documents{"NetworkAcls": " "}), "", []string{"? web > db tcp/1"}, []string{"not-read"}},
		{"ACLs not read", groups(permission("tcp", 1, 1, fromSubnet)).with(documents{"NetworkAcls": ""}), "", []string{"? web > db tcp/1", "- web > db tcp/2"}, []string{"not-read"}},
		{"ACLs denied", groups(permission("tcp", 1, 1, fromSubnet)).with(documents{"NetworkAcls": ""}), "NetworkAcls", []string{"? web > db tcp/1", "- web > db tcp/2"}, []string{"not-read"}},
		{"ACLs and subnets not read", groups(permission("tcp", 1, 1, fromSubnet)).with(documents{"NetworkAcls": "", "Subnets": ""}), "", []string{"? web > db tcp/1", "- web > db tcp/2"}, []string{"not-read"}},
		// cloud-semantics 2: an ACL is on the subnets of its associations, and a subnet under one ACL
		{"associations not printed", groups(anything).with(documents{"NetworkAcls": `{"NetworkAclId": "acl-1", "VpcId": "vpc-1", "IsDefault": true, "Entries": []}`}), "", []string{"? web > db tcp/1"}, []string{"not-read", "unknown-value", "unreadable-object"}},
		{"associations null", groups(anything).with(documents{"NetworkAcls": `{"NetworkAclId": "acl-1", "VpcId": "vpc-1", "IsDefault": true, "Associations": null, "Entries": []}`}), "", []string{"? web > db tcp/1"}, []string{"not-read", "unknown-value", "unreadable-object"}},
		{"associations of another ACL not printed", groups(anything).with(documents{"NetworkAcls": acl(openEntries, "subnet-web") + `, {"NetworkAclId": "acl-2", "VpcId": "vpc-1", "Entries": []}`}), "", []string{"? web > db tcp/1"}, []string{"not-read", "unknown-value", "unreadable-object"}},
		{"an association without a subnet", groups(anything).with(documents{"NetworkAcls": acl(openEntries, "subnet-web", "")}), "", []string{"? web > db tcp/1"}, []string{"not-read", "unknown-value", "unreadable-object"}},
		{"a subnet under two ACLs", groups(anything).with(documents{"NetworkAcls": acl(openEntries, "subnet-web", "subnet-db") + `, {"NetworkAclId": "acl-2", "VpcId": "vpc-1", "Associations": [{"SubnetId": "subnet-db"}], "Entries": []}`}), "",
			[]string{"? web > db tcp/1"}, []string{"contradiction"}},
		{"a subnet under one ACL twice", groups(anything).with(documents{"NetworkAcls": acl(openEntries, "subnet-web", "subnet-db", "subnet-db")}), "", []string{"+ web > db tcp/1"}, nil},
		// cloud-semantics 2: a number is that of one entry, from 1 to 32766
		{"one number twice", groups(anything).with(documents{"NetworkAcls": acl(openEntries+`, {"RuleNumber": 100, "Egress": false, "RuleAction": "deny", "Protocol": "6", "PortRange": {"From": 22, "To": 22}, "CidrBlock": "0.0.0.0/0"}`, "subnet-web", "subnet-db")}), "",
			[]string{"? web > db tcp/22", "? web > db tcp/23"}, []string{"contradiction"}},
		{"one number twice, the other way round", groups(anything).with(documents{"NetworkAcls": acl(`{"RuleNumber": 100, "Egress": false, "RuleAction": "deny", "Protocol": "6", "PortRange": {"From": 22, "To": 22}, "CidrBlock": "0.0.0.0/0"}, `+openEntries, "subnet-web", "subnet-db")}), "",
			[]string{"? web > db tcp/22", "? web > db tcp/23"}, []string{"contradiction"}},
		{"the same entry twice", groups(anything).with(documents{"NetworkAcls": acl(openEntries+`, {"Protocol": "-1", "RuleNumber": 100, "Egress": false, "RuleAction": "allow", "CidrBlock": "0.0.0.0/0"}`, "subnet-web", "subnet-db")}), "", []string{"+ web > db tcp/22"}, nil},
		{"a number that is too high", groups(anything).with(documents{"NetworkAcls": acl(openEntries+denied(40000), "subnet-web", "subnet-db")}), "", []string{"? web > db tcp/22", "+ web > db tcp/23"}, []string{"unknown-value"}},
		{"a number that is too low", groups(anything).with(documents{"NetworkAcls": acl(openEntries+denied(0), "subnet-web", "subnet-db")}), "", []string{"? web > db tcp/22", "+ web > db tcp/23"}, []string{"unknown-value"}},
		{"the number of the default deny, which says something else", groups(anything).with(documents{"NetworkAcls": acl(openEntries+denied(32767), "subnet-web", "subnet-db")}), "", []string{"? web > db tcp/22", "+ web > db tcp/23"}, []string{"unknown-value"}},
		{"a default that allows", groups(anything).with(documents{"NetworkAcls": acl(`{"RuleNumber": 32767, "Egress": false, "RuleAction": "allow", "Protocol": "-1", "CidrBlock": "0.0.0.0/0"}, {"RuleNumber": 9, "Egress": true, "RuleAction": "allow", "Protocol": "-1", "CidrBlock": "0.0.0.0/0"}`, "subnet-web", "subnet-db")}), "", []string{"? web > db tcp/22"}, []string{"unknown-value"}},
		// What else is missing
		{"interfaces not read", groups(pg).with(documents{"NetworkInterfaces": ""}), "", []string{"+ web > db tcp/5432"}, []string{"not-read"}},
		{"interfaces of instances", groups(pg).with(documents{"NetworkInterfaces": "", "Reservations": `{"ReservationId": "r-1", "Instances": [{"InstanceId": "i-1", "NetworkInterfaces": [` + bothNICs + `]}]}`}), "",
			[]string{"+ web > db tcp/5432"}, []string{"not-read"}},
		{"an interface with a group that was not read", documents{"NetworkInterfaces": bothNICs, "SecurityGroups": webGroup}, "", []string{"? web > db tcp/5432", "? db > out tcp/1", "+ web > out tcp/1"}, []string{"not-read", "unknown-value"}},
		{"groups not read, interfaces read", documents{"SecurityGroups": ""}, "", []string{"? web > db tcp/1", "? out > db tcp/1"}, []string{"not-read", "unknown-value"}},
		{"nothing but ACLs", documents{"SecurityGroups": "", "NetworkInterfaces": ""}, "", []string{"? web > db tcp/1", "? out > db tcp/1"}, []string{"not-read"}},
		{"groups in part", groups(pg), "SecurityGroups", []string{"+ web > db tcp/5432", "- web > db tcp/1"}, []string{"not-read"}},
		{"groups in part, interfaces not read", groups(pg).with(documents{"NetworkInterfaces": ""}), "SecurityGroups", []string{"+ web > db tcp/5432", "? web > db tcp/1"}, []string{"not-read"}},
		{"the same twice", groups(pg).with(documents{"SecurityGroups": webGroup + "," + dbGroup(pg) + "," + dbGroup(pg)}), "", []string{"+ web > db tcp/5432", "- web > db tcp/1"}, nil},
		{"twice, and not the same", groups(pg).with(documents{"SecurityGroups": webGroup + "," + dbGroup(pg) + "," + dbGroup()}), "", []string{"+ web > db tcp/5432", "? web > db tcp/1"}, []string{"contradiction", "not-read", "unknown-value"}},
		{"an object without an id", groups(pg).with(documents{"NetworkAcls": acl(openEntries, "subnet-web", "subnet-db") + `, {"Entries": []}`}), "", []string{"+ web > db tcp/5432"}, []string{"unreadable-object"}},
		{"VPC Block Public Access", groups().with(documents{"Subnets": subnetWeb + `, {"SubnetId": "subnet-db", "VpcId": "vpc-1", "CidrBlock": "10.0.2.0/24", "BlockPublicAccessStates": {"InternetGatewayBlockMode": "block-bidirectional"}}`}), "",
			nil, []string{"not-modelled"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var gaps []providers.Gap
			if c.gap != "" {
				kind, id, _ := strings.Cut(c.gap, " ")
				gaps = append(gaps, providers.Gap{Kind: kind, Object: id, Call: "Describe", Why: "denied"})
			}
			m, fs := aws.New(aws.Options{}).Resources(whole().with(c.change).snapshot(t, gaps...))
			p, more := aws.New(aws.Options{}).Decode(m)
			if err := p.Validate(); err != nil {
				t.Error(err)
			}
			for _, s := range c.packets {
				want := map[byte]model.Verdict{'+': model.Allowed, '-': model.Denied, '?': model.Undecided}[s[0]]
				if d := p.Explain(packet(t, s[2:]), liveVPC()); d.Verdict != want {
					t.Errorf("%s: %v\n%+v", s, d.Verdict, d.Request)
				}
			}
			var codes []string
			for _, f := range append(fs, more...) {
				if f.Severity > model.Info {
					codes = append(codes, f.Code)
				}
			}
			slices.Sort(codes)
			if codes = slices.Compact(codes); !slices.Equal(codes, c.findings) {
				t.Errorf("findings %v, want %v: %v %v", codes, c.findings, fs, more)
			}
		})
	}
}

// What a rule is called, whatever form it was read in.
func TestNativeOrigins(t *testing.T) {
	rules := dbRule("sgr-1", `"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "CidrIpv4": "10.0.1.0/24"`) + "," + egressRules
	for _, c := range []struct {
		name   string
		change documents
		packet string
		want   string
	}{
		{"by its id", groups(permission("tcp", 80, 80, fromSubnet)).with(documents{"SecurityGroupRules": rules}), "web > db tcp/80", "sg-db sgr-1"},
		{"by its content", groups(permission("tcp", 80, 80, fromSubnet)), "web > db tcp/80", "sg-db ingress_tcp_80_80_10.0.1.0/24"},
		{"by its number", groups(permission("tcp", 80, 80, fromSubnet)), "web > db tcp/80", "acl-1 ingress rule 100"},
	} {
		m, _ := aws.New(aws.Options{}).Resources(whole().with(c.change).snapshot(t))
		p, _ := aws.New(aws.Options{}).Decode(m)
		text := fmt.Sprintf("%+v", p.Explain(packet(t, c.packet), liveVPC()).Request)
		found := false
		for _, chain := range providers.ChainsOf(p) {
			for _, r := range chain.Rules {
				found = found || r.Origin.String() == c.want
			}
		}
		if !found {
			t.Errorf("%s: no rule is called %q: %s", c.name, c.want, text)
		}
	}
}

// Whoever is behind a group, by the interfaces that have it.
func TestNativePopulation(t *testing.T) {
	const nics = `{"NetworkInterfaceId": "eni-1", "Groups": [{"GroupId": "sg-web"}], "PrivateIpAddress": "10.0.1.4", "PrivateIpAddresses": [{"PrivateIpAddress": "10.0.1.4"}, {"PrivateIpAddress": "10.0.1.5"}], "Ipv6Addresses": [{"Ipv6Address": "fd00:1::4"}]},
		{"NetworkInterfaceId": "eni-2", "Groups": [{"GroupId": "sg-web"}, {"GroupId": "sg-db"}], "PrivateIpAddress": "10.0.2.4", "Ipv4Prefixes": [{"Ipv4Prefix": "10.0.2.64/28"}]},
		{"NetworkInterfaceId": "eni-3", "Groups": [], "PrivateIpAddress": "10.0.3.4"}`
	population := func(d documents) map[string]providers.Party {
		p := aws.New(aws.Options{})
		m, _ := p.Resources(d.snapshot(t))
		policy, _ := p.Decode(m)
		out := map[string]providers.Party{}
		who := p.Population(m, policy)
		for _, party := range who.Parties {
			out[party.Label] = party
		}
		out["taken"] = providers.Party{Addrs: who.Taken}
		out["endpoints"] = providers.Party{Label: fmt.Sprint(len(who.Endpoints))}
		return out
	}
	who := population(whole().with(documents{"NetworkInterfaces": nics}))
	web, db := who["web (sg-web)"], who["db (sg-db)"]
	for _, row := range []struct{ what, got, want string }{
		{"web", web.Addrs.String(), model.MustPrefixes("10.0.1.4/31", "fd00:1::4/128", "10.0.2.4/32", "10.0.2.64/28").String()},
		{"db", db.Addrs.String(), model.MustPrefixes("10.0.2.4/32", "10.0.2.64/28").String()},
		{"taken", who["taken"].Addrs.String(), web.Addrs.String()},
		{"marks", fmt.Sprint(web.Mark, db.Mark), "true true"}, // interfaces stand for both
		{"endpoints", who["endpoints"].Label, "3"},
		{"id", web.ID, "sg-web"},
		{"name", web.Name, "security group web"},
	} {
		if row.got != row.want {
			t.Errorf("%s: %s, want %s", row.what, row.got, row.want)
		}
	}
	who = population(whole().with(documents{"NetworkInterfaces": ""}))
	if web := who["web (sg-web)"]; !web.Addrs.IsEmpty() || web.Mark || !who["taken"].Addrs.IsEmpty() {
		t.Errorf("interfaces are not known, and groups have addresses: %+v", web)
	}
}

// TestNativePlaceless: interfaces and subnets that do not say all of where and what they are. There is a finding, what
// they do say stands in the module as far as it goes, and no group has addresses for certain.
func TestNativePlaceless(t *testing.T) {
	nic := func(fields string) string { return bothNICs + `, {"NetworkInterfaceId": "eni-x", ` + fields + `}` }
	const place = `"PrivateIpAddress": "10.0.2.9"`
	for _, c := range []struct{ name, nics, code string }{
		{"groups not printed", nic(place), "not-read"},
		{"groups null", nic(`"Groups": null, ` + place), "not-read"},
		{"a group without an id", nic(`"Groups": [{"GroupName": "db"}], ` + place), "unreadable-object"},
		{"a group without anything", nic(`"Groups": [{"GroupId": "sg-web"}, {}], ` + place), "unreadable-object"},
		{"no address", nic(`"Groups": [{"GroupId": "sg-db"}]`), "not-read"},
		{"an address that is none", nic(`"Groups": [{"GroupId": "sg-db"}], "PrivateIpAddress": "10.0.2.300"`), "unreadable-object"},
		{"a second address that is none", nic(`"Groups": [{"GroupId": "sg-db"}], ` + place + `, "PrivateIpAddresses": [{}]`), "unreadable-object"},
		{"a prefix that is none", nic(`"Groups": [{"GroupId": "sg-db"}], ` + place + `, "Ipv4Prefixes": [{"Ipv4Prefix": "10.0.2.0/33"}]`), "unreadable-object"},
	} {
		p := aws.New(aws.Options{})
		m, fs := p.Resources(whole().with(documents{"NetworkInterfaces": c.nics}).snapshot(t))
		if !slices.ContainsFunc(fs, func(f model.Finding) bool {
			return f.Severity == model.Warning && f.Code == c.code && f.Origin.Object == "eni-x"
		}) {
			t.Errorf("%s: findings %v, want %s", c.name, fs, c.code)
		}
		policy, _ := p.Decode(m)
		for _, party := range p.Population(m, policy).Parties {
			if party.Mark || !party.Addrs.IsEmpty() {
				t.Errorf("%s: %s is taken to be at %v", c.name, party.Label, party.Addrs)
			}
		}
	}
	for _, c := range []struct{ name, subnet, place string }{
		{"no block", `"Ipv6CidrBlockAssociationSet": []`, "all IPv4"},
		{"a block that is none", `"CidrBlock": "10.0.1.0/33"`, "all IPv4"},
		{"a block of the other family", `"CidrBlock": "fd00::/64"`, "all IPv4"},
		{"an IPv6 block and no other", `"Ipv6CidrBlockAssociationSet": [{"Ipv6CidrBlock": "fd00:1::/64"}]`, "both"},
		{"an IPv6 block that is none", `"CidrBlock": "10.0.1.0/24", "Ipv6CidrBlockAssociationSet": [{"Ipv6CidrBlock": "fd00:1::/129"}]`, "both"},
		{"an IPv6 block that may be in use", `"CidrBlock": "10.0.1.0/24", "Ipv6CidrBlockAssociationSet": [{"Ipv6CidrBlock": "fd00:1::/64", "Ipv6CidrBlockState": {"State": "disassociating"}}]`, "both"},
		{"IPv6 alone, and no block", `"Ipv6Native": true`, "all IPv6"},
	} {
		p := aws.New(aws.Options{})
		m, fs := p.Resources(whole().with(documents{"Subnets": subnetDB + `, {"SubnetId": "subnet-web", "VpcId": "vpc-1", ` + c.subnet + `}`}).snapshot(t))
		if !slices.ContainsFunc(fs, func(f model.Finding) bool { return f.Code == "unreadable-object" && f.Origin.Object == "subnet-web" }) {
			t.Errorf("%s: findings %v", c.name, fs)
		}
		policy, _ := p.Decode(m)
		got := p.Population(m, policy).Places["subnet-web"]
		parts, ok := got.(model.Or)
		if !ok {
			t.Fatalf("%s: %v", c.name, got)
		}
		unsure, isUnsure := parts[len(parts)-1].(model.Maybe)
		want := map[string]int{"all IPv4": 1, "all IPv6": 1, "both": 2}[c.place]
		if !isUnsure || len(parts) != want || (c.place == "all IPv6") != (fmt.Sprint(unsure.Selector) == fmt.Sprint(model.At{Addrs: model.AllIPv6()})) && c.place != "both" {
			t.Errorf("%s: %v, want %s", c.name, got, c.place)
		}
	}
	p := aws.New(aws.Options{})
	if _, fs := p.Resources(whole().with(documents{"Subnets": subnetDB + `, {"SubnetId": "subnet-web", "VpcId": "vpc-1", "Ipv6Native": true, "Ipv6CidrBlockAssociationSet": [{"Ipv6CidrBlock": "fd00:1::/64"}]}`}).snapshot(t)); len(fs) > 0 {
		t.Errorf("IPv6 alone: %v", fs)
	}
}

// Subnets of two VPCs with the same addresses cannot be told apart.
func TestNativeOverlap(t *testing.T) {
	d := whole().with(documents{"Subnets": subnetWeb + "," + subnetDB + `, {"SubnetId": "subnet-z", "VpcId": "vpc-2", "CidrBlock": "10.0.2.0/25"}`,
		"NetworkAcls": acl(openEntries, "subnet-web", "subnet-db") + `, {"NetworkAclId": "acl-z", "VpcId": "vpc-2", "IsDefault": true, "Associations": [{"SubnetId": "subnet-z"}], "Entries": []}`})
	p := aws.New(aws.Options{})
	m, fs := p.Resources(d.snapshot(t))
	if model.WorstSeverity(fs) != model.Warning || fs[0].Code != "overlapping-vpcs" {
		t.Error(fs)
	}
	policy, _ := p.Decode(m)
	for subnet, s := range p.Population(m, policy).Places {
		if _, unsure := s.(model.Maybe); unsure == (subnet == "subnet-web") {
			t.Errorf("%s: %v", subnet, s)
		}
	}
}

// A document says what it is, whole or cut off.
func TestSniff(t *testing.T) {
	for _, row := range []struct{ text, want string }{
		{`{"SecurityGroups": [{"GroupId": "sg-1"`, "SecurityGroups"},
		{`{"SecurityGroups": []}`, "SecurityGroups"},
		{`{"SecurityGroups": [`, "SecurityGroups"},
		{`{"NextToken": "x", "NetworkAcls": [{}]}`, "NetworkAcls"},
		{"\n {\"PrefixLists\": [{\"PrefixListId\": \"pl-1\"}]}", "PrefixLists"},
		{`{"Reservations": [{"Groups": [], "Instances": [{"InstanceId"`, "Reservations"},
		{webGroup, "SecurityGroups"},
		{"[" + webGroup + "," + webGroup, "SecurityGroups"},
		{dbRule("sgr-1", `"IpProtocol": "-1"`), "SecurityGroupRules"},
		{acl(openEntries), "NetworkAcls"},
		{subnetWeb, "Subnets"},
		{`{"NetworkInterfaceId": "eni-1", "SubnetId": "subnet-1", "VpcId": "vpc-1", "Groups": []}`, "NetworkInterfaces"},
		{`{"CidrBlock": "10.0.0.0/16", "DhcpOptionsId": "d", "VpcId": "vpc-1", "IsDefault": true}`, "Vpcs"},
		{`{"PrefixListId": "pl-1", "Cidr": "10.0.0.0/8"}`, "PrefixListEntries"},
		{`{"Cidrs": [], "PrefixListId": "pl-1", "PrefixListName": "n"}`, "PrefixLists"},
		{`{"AccepterVpcInfo": {}, "VpcPeeringConnectionId": "pcx-1"}`, "VpcPeeringConnections"},
		{`{"GroupId": "sg-1", "StaleIpPermissions": []}`, "StaleSecurityGroupSet"},
		// Others that have something of the same name
		{`{"SecurityGroups": ["sg-1"]}`, ""},
		{`{"InstanceId": "i-1", "SecurityGroups": [{"GroupId": "sg-1"}], "NetworkInterfaces": [{}], "SubnetId": "s", "VpcId": "v"}`, ""},
		{`{"SecurityGroups": [{"GroupId": "sg-1"}], "LoadBalancerArn": "a"}`, ""},
		{`{"Entries": [{"Cidr": "10.0.0.0/8"}]}`, ""},
		{`{"GroupId": "sg-1", "GroupName": "a"}`, ""},
		{`{"apiVersion": "v1", "kind": "List", "items": []}`, ""},
		{`{"SecurityGroups": {"GroupId": "sg-1"}}`, ""},
		{`[]`, ""}, {`{}`, ""}, {`null`, ""}, {``, ""}, {`{"a`, ""}, {`[1, 2]`, ""}, {`"SecurityGroups"`, ""},
	} {
		k, ok := aws.Provider{}.Sniff([]byte(row.text))
		if k.Name != row.want || ok != (row.want != "") {
			t.Errorf("%s: %q %v, want %q", row.text, k.Name, ok, row.want)
		}
	}
}

// Every kind is described, each once.
func TestKinds(t *testing.T) {
	seen := map[string]bool{}
	for _, k := range (aws.Provider{}).Kinds() {
		if k.Name == "" || k.Why == "" || seen[k.Name] {
			t.Errorf("%+v", k)
		}
		seen[k.Name] = true
	}
}

// FuzzResources reads whatever objects hold into a valid policy that is the same each time.
func FuzzResources(f *testing.F) {
	for kind, text := range whole().with(documents{"SecurityGroupRules": egressRules, "PrefixLists": `{"PrefixListId": "pl-1", "Cidrs": ["10.0.0.0/8"]}`,
		"StaleSecurityGroupSet": `{"GroupId": "sg-db", "StaleIpPermissions": [{"IpProtocol": "tcp", "UserIdGroupPairs": [{"GroupId": "sg-web"}]}]}`,
		"Reservations":          `{"ReservationId": "r", "Instances": [{"NetworkInterfaces": [` + bothNICs + `]}]}`}) {
		f.Add(kind, "["+text+"]", "")
		f.Add(kind, "["+text+"]", kind)
	}
	f.Add("SecurityGroups", `[{"GroupId": "(not read)", "IpPermissions": [{}, null, 1, {"IpProtocol": "TCP ", "FromPort": -5, "ToPort": 70000, "IpRanges": [{"CidrIp": "x"}, {}]}], "IpPermissionsEgress": null}]`, "")
	f.Add("NetworkAcls", `[{"NetworkAclId": "a", "IsDefault": null, "Associations": null, "Entries": [{"Egress": true, "RuleNumber": 1.5, "Protocol": {}, "PortRange": {}, "IcmpTypeCode": {"Type": 999}}]}]`, "")
	f.Fuzz(func(t *testing.T, kind, text, gap string) {
		var list []json.RawMessage
		if json.Unmarshal([]byte(text), &list) != nil {
			return
		}
		s := whole().snapshot(t)
		s.Objects[kind] = list
		if gap != "" {
			s.Gaps = []providers.Gap{{Kind: gap, Call: "x"}}
		}
		p := aws.New(aws.Options{})
		m, fs := p.Resources(s)
		policy, more := p.Decode(m)
		if err := policy.Validate(); err != nil {
			t.Error(err)
		}
		p.Population(m, policy)
		slices.Reverse(s.Objects[kind])
		again, fs2 := p.Resources(s)
		if kind != "PrefixListEntries" && !sameModule(m, again) && !contradictory(fs) {
			t.Errorf("in another order it is another module: %v %v %v", fs, more, fs2)
		}
	})
}

func contradictory(fs []model.Finding) bool {
	return slices.ContainsFunc(fs, func(f model.Finding) bool { return f.Code == "contradiction" || f.Code == "unreadable-object" })
}

func sameModule(a, b terraform.Module) bool {
	return slices.EqualFunc(a.Resources, b.Resources, func(x, y terraform.Resource) bool {
		return x.Address() == y.Address() && x.Uncertain == y.Uncertain && slices.EqualFunc(x.Attrs, y.Attrs, func(p, q terraform.Attr) bool {
			return p.Name == q.Name && p.Value.Equal(q.Value)
		}) && len(x.Blocks) == len(y.Blocks)
	})
}

// Objects that are no JSON, or more than one value, take nothing from those behind them.
func TestNativeMalformed(t *testing.T) {
	good := json.RawMessage(dbRule("sgr-1", `"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "CidrIpv4": "10.0.0.0/8"`))
	for _, bad := range []string{"", " ", "{", "}", `{"GroupId": "sg-db"} {"GroupId": "sg-web"}`, `null`, `[1]`, `"x"`, `{"GroupId": 1}`, "{}\n{}\n", `{"SecurityGroupRuleId": "sgr-0", "New": 1}`} {
		s := whole().with(documents{"SecurityGroups": ""}).snapshot(t)
		s.Objects["SecurityGroupRules"] = []json.RawMessage{good, json.RawMessage(bad), good, json.RawMessage(bad), json.RawMessage(strings.Replace(string(good), "sgr-1", "sgr-2", 1))}
		m, fs := aws.New(aws.Options{}).Resources(s)
		var rules []string
		for _, r := range m.Resources {
			if r.Type == "aws_vpc_security_group_ingress_rule" {
				rules = append(rules, r.Name)
			}
		}
		if !slices.Equal(rules, []string{"sgr-1"}) || !contradictory(fs) {
			t.Errorf("%q: rules %v, %v", bad, rules, fs)
		}
	}
}
