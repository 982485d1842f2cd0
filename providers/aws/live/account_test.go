package live_test

// everything has an object of each kind, with every field that the rules need, as the
// aws command prints it.
const everything = `{
"Vpcs": [
  {"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16", "IsDefault": false, "OwnerId": "111122223333", "State": "available", "Tags": [{"Key": "Name", "Value": "main"}]},
  {"VpcId": "vpc-2", "CidrBlock": "10.9.0.0/16", "IsDefault": true, "OwnerId": "111122223333", "State": "available", "Tags": []}],
"Subnets": [
  {"SubnetId": "subnet-a", "VpcId": "vpc-1", "CidrBlock": "10.0.1.0/24", "AvailabilityZone": "eu-west-1a", "State": "available", "Tags": [{"Key": "Name", "Value": "a"}],
   "Ipv6CidrBlockAssociationSet": [{"AssociationId": "x", "Ipv6CidrBlock": "2001:db8:1::/64", "Ipv6CidrBlockState": {"State": "associated"}}]},
  {"SubnetId": "subnet-b", "VpcId": "vpc-1", "CidrBlock": "10.0.2.0/24", "State": "available", "Tags": [], "Ipv6CidrBlockAssociationSet": []},
  {"SubnetId": "subnet-z", "VpcId": "vpc-2", "CidrBlock": "10.9.1.0/24", "State": "available", "Tags": [], "Ipv6CidrBlockAssociationSet": []}],
"NetworkInterfaces": [
  {"NetworkInterfaceId": "eni-1", "SubnetId": "subnet-a", "VpcId": "vpc-1", "Description": "", "InterfaceType": "interface", "Status": "in-use", "PrivateIpAddress": "10.0.1.10",
   "Groups": [{"GroupId": "sg-web", "GroupName": "web"}], "PrivateIpAddresses": [{"Primary": true, "PrivateIpAddress": "10.0.1.10"}, {"Primary": false, "PrivateIpAddress": "10.0.1.11"}],
   "Ipv6Addresses": [{"Ipv6Address": "2001:db8:1::10"}], "Ipv4Prefixes": [{"Ipv4Prefix": "10.0.1.64/28"}], "Ipv6Prefixes": [{"Ipv6Prefix": "2001:db8:1:0:1::/80"}],
   "AssociatedSubnets": [], "TagSet": [{"Key": "Name", "Value": "web"}]},
  {"NetworkInterfaceId": "eni-2", "SubnetId": "subnet-b", "VpcId": "vpc-1", "InterfaceType": "interface", "PrivateIpAddress": "10.0.2.20",
   "Groups": [{"GroupId": "sg-db", "GroupName": "db"}, {"GroupId": "sg-shared", "GroupName": "shared"}], "PrivateIpAddresses": [{"Primary": true, "PrivateIpAddress": "10.0.2.20"}],
   "Ipv6Addresses": [], "Ipv4Prefixes": [], "Ipv6Prefixes": [], "AssociatedSubnets": [], "TagSet": []}],
"SecurityGroups": [
  {"GroupId": "sg-web", "GroupName": "web", "Description": "web <servers> & more", "VpcId": "vpc-1", "OwnerId": "111122223333", "Tags": [{"Key": "Name", "Value": "web"}],
   "IpPermissions": [{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "0.0.0.0/0", "Description": "all"}], "Ipv6Ranges": [{"CidrIpv6": "::/0"}]},
     {"IpProtocol": "icmp", "FromPort": 8, "ToPort": -1, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}],
   "IpPermissionsEgress": [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]},
  {"GroupId": "sg-db", "GroupName": "db", "Description": "db", "VpcId": "vpc-1", "OwnerId": "111122223333", "Tags": [],
   "IpPermissions": [{"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "UserIdGroupPairs": [{"GroupId": "sg-web", "UserId": "111122223333"},
       {"GroupId": "sg-peer", "UserId": "444455556666", "VpcId": "vpc-9", "VpcPeeringConnectionId": "pcx-1", "PeeringStatus": "active"},
       {"GroupId": "sg-gone", "UserId": "444455556666", "VpcId": "vpc-9", "VpcPeeringConnectionId": "pcx-1", "PeeringStatus": "active"}],
     "PrefixListIds": [{"PrefixListId": "pl-1"}, {"PrefixListId": "pl-aws"}]}],
   "IpPermissionsEgress": []},
  {"GroupId": "sg-shared", "GroupName": "shared", "Description": "of another VPC, and associated", "VpcId": "vpc-2", "OwnerId": "111122223333", "Tags": [], "IpPermissions": [],
   "IpPermissionsEgress": [{"IpProtocol": "udp", "FromPort": 53, "ToPort": 53, "IpRanges": [{"CidrIp": "10.0.0.2/32"}]}]}],
"SecurityGroupRules": [
  {"SecurityGroupRuleId": "sgr-1", "GroupId": "sg-web", "GroupOwnerId": "111122223333", "IsEgress": false, "IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIpv4": "0.0.0.0/0", "Description": "all", "Tags": []},
  {"SecurityGroupRuleId": "sgr-2", "GroupId": "sg-web", "GroupOwnerId": "111122223333", "IsEgress": false, "IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIpv6": "::/0", "Tags": []},
  {"SecurityGroupRuleId": "sgr-3", "GroupId": "sg-web", "GroupOwnerId": "111122223333", "IsEgress": false, "IpProtocol": "icmp", "FromPort": 8, "ToPort": -1, "CidrIpv4": "10.0.0.0/8", "Tags": []},
  {"SecurityGroupRuleId": "sgr-4", "GroupId": "sg-web", "GroupOwnerId": "111122223333", "IsEgress": true, "IpProtocol": "-1", "FromPort": -1, "ToPort": -1, "CidrIpv4": "0.0.0.0/0", "Tags": []},
  {"SecurityGroupRuleId": "sgr-5", "GroupId": "sg-db", "GroupOwnerId": "111122223333", "IsEgress": false, "IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "ReferencedGroupInfo": {"GroupId": "sg-web", "UserId": "111122223333"}, "Tags": []},
  {"SecurityGroupRuleId": "sgr-6", "GroupId": "sg-db", "GroupOwnerId": "111122223333", "IsEgress": false, "IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "ReferencedGroupInfo": {"GroupId": "sg-peer", "UserId": "444455556666", "VpcId": "vpc-9", "VpcPeeringConnectionId": "pcx-1", "PeeringStatus": "active"}, "Tags": []},
  {"SecurityGroupRuleId": "sgr-7", "GroupId": "sg-db", "GroupOwnerId": "111122223333", "IsEgress": false, "IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "ReferencedGroupInfo": {"GroupId": "sg-gone", "UserId": "444455556666", "VpcId": "vpc-9", "VpcPeeringConnectionId": "pcx-1", "PeeringStatus": "active"}, "Tags": []},
  {"SecurityGroupRuleId": "sgr-8", "GroupId": "sg-db", "GroupOwnerId": "111122223333", "IsEgress": false, "IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "PrefixListId": "pl-1", "Tags": []},
  {"SecurityGroupRuleId": "sgr-9", "GroupId": "sg-db", "GroupOwnerId": "111122223333", "IsEgress": false, "IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "PrefixListId": "pl-aws", "Tags": []},
  {"SecurityGroupRuleId": "sgr-10", "GroupId": "sg-shared", "GroupOwnerId": "111122223333", "IsEgress": true, "IpProtocol": "udp", "FromPort": 53, "ToPort": 53, "CidrIpv4": "10.0.0.2/32", "Tags": [{"Key": "k", "Value": "v"}]}],
"NetworkAcls": [
  {"NetworkAclId": "acl-1", "VpcId": "vpc-1", "IsDefault": false, "OwnerId": "111122223333", "Tags": [], "Associations": [{"NetworkAclAssociationId": "aclassoc-1", "NetworkAclId": "acl-1", "SubnetId": "subnet-a"}],
   "Entries": [
    {"RuleNumber": 90, "Egress": false, "RuleAction": "deny", "Protocol": "6", "PortRange": {"From": 22, "To": 22}, "CidrBlock": "0.0.0.0/0"},
    {"RuleNumber": 100, "Egress": false, "RuleAction": "allow", "Protocol": "-1", "CidrBlock": "0.0.0.0/0"},
    {"RuleNumber": 101, "Egress": false, "RuleAction": "allow", "Protocol": "58", "IcmpTypeCode": {"Type": -1, "Code": -1}, "Ipv6CidrBlock": "::/0"},
    {"RuleNumber": 32767, "Egress": false, "RuleAction": "deny", "Protocol": "-1", "CidrBlock": "0.0.0.0/0"},
    {"RuleNumber": 32768, "Egress": false, "RuleAction": "deny", "Protocol": "-1", "Ipv6CidrBlock": "::/0"},
    {"RuleNumber": 100, "Egress": true, "RuleAction": "allow", "Protocol": "-1", "CidrBlock": "0.0.0.0/0"},
    {"RuleNumber": 32767, "Egress": true, "RuleAction": "deny", "Protocol": "-1", "CidrBlock": "0.0.0.0/0"}]},
  {"NetworkAclId": "acl-0", "VpcId": "vpc-1", "IsDefault": true, "OwnerId": "111122223333", "Tags": [], "Associations": [{"NetworkAclAssociationId": "aclassoc-2", "NetworkAclId": "acl-0", "SubnetId": "subnet-b"}],
   "Entries": [{"RuleNumber": 100, "Egress": false, "RuleAction": "allow", "Protocol": "-1", "CidrBlock": "0.0.0.0/0"}, {"RuleNumber": 100, "Egress": true, "RuleAction": "allow", "Protocol": "-1", "CidrBlock": "0.0.0.0/0"}]},
  {"NetworkAclId": "acl-9", "VpcId": "vpc-2", "IsDefault": true, "OwnerId": "111122223333", "Tags": [], "Associations": [{"NetworkAclAssociationId": "aclassoc-3", "NetworkAclId": "acl-9", "SubnetId": "subnet-z"}],
   "Entries": []}],
"PrefixLists": [
  {"PrefixListId": "pl-1", "PrefixListName": "office", "AddressFamily": "IPv4", "MaxEntries": 5, "OwnerId": "111122223333", "State": "create-complete", "Version": 1, "Tags": []},
  {"PrefixListId": "pl-aws", "PrefixListName": "com.amazonaws.eu-west-1.s3", "AddressFamily": "IPv4", "OwnerId": "AWS", "State": "create-complete", "Tags": []},
  {"PrefixListId": "pl-idle", "PrefixListName": "com.amazonaws.global.cloudfront", "AddressFamily": "IPv4", "OwnerId": "AWS", "State": "create-complete", "Tags": []}],
"PrefixListEntries": [
  {"PrefixListId": "pl-1", "Cidr": "192.0.2.0/24", "Description": "office"},
  {"PrefixListId": "pl-1", "Cidr": "198.51.100.0/24"},
  {"PrefixListId": "pl-aws", "Cidr": "52.218.0.0/17"}],
"VpcPeeringConnections": [
  {"VpcPeeringConnectionId": "pcx-1", "Status": {"Code": "active", "Message": "Active"}, "RequesterVpcInfo": {"VpcId": "vpc-1"}, "AccepterVpcInfo": {"VpcId": "vpc-9"}, "Tags": []}],
"StaleSecurityGroupSet": [
  {"GroupId": "sg-db", "GroupName": "db", "VpcId": "vpc-1", "StaleIpPermissionsEgress": [], "StaleIpPermissions": [
    {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "UserIdGroupPairs": [{"GroupId": "sg-gone", "VpcId": "vpc-9", "VpcPeeringConnectionId": "pcx-1", "PeeringStatus": "active"}]}]}],
"Regions": [
  {"RegionName": "eu-west-1", "OptInStatus": "opt-in-not-required"}, {"RegionName": "eu-south-1", "OptInStatus": "opted-in"}, {"RegionName": "af-south-1", "OptInStatus": "not-opted-in"}]
}`
