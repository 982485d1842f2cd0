package live

// Call is an operation of an AWS API that reading makes.
type Call struct {
	// Operation is its name in the API: "DescribeSecurityGroups".
	Operation string
	// Permission is the IAM action that allows it: "ec2:DescribeSecurityGroups".
	Permission string
	// Why says what it is for.
	Why string
}

// Calls returns every operation that [Read] and [Regions] may call, sorted by permission: the
// permissions that they need, and no others.
func Calls() []Call {
	return []Call{
		{"DescribeManagedPrefixLists", "ec2:DescribeManagedPrefixLists", "prefix lists"},
		{"DescribeNetworkAcls", "ec2:DescribeNetworkAcls", "network ACLs with their entries and subnets"},
		{"DescribeNetworkInterfaces", "ec2:DescribeNetworkInterfaces", "which addresses have which security groups"},
		{"DescribeRegions", "ec2:DescribeRegions", "which regions are enabled, where all are asked for"},
		{"DescribeSecurityGroupRules", "ec2:DescribeSecurityGroupRules", "the ids of rules"},
		{"DescribeSecurityGroups", "ec2:DescribeSecurityGroups", "security groups and their rules"},
		{"DescribeStaleSecurityGroups", "ec2:DescribeStaleSecurityGroups", "rules that name groups of peered VPCs that are gone, where rules name such groups"},
		{"DescribeSubnets", "ec2:DescribeSubnets", "the addresses of subnets"},
		{"DescribeVpcPeeringConnections", "ec2:DescribeVpcPeeringConnections", "whether connections are active, where rules name groups of peered VPCs"},
		{"DescribeVpcs", "ec2:DescribeVpcs", "whether the VPC is there"},
		{"GetManagedPrefixListEntries", "ec2:GetManagedPrefixListEntries", "the addresses of prefix lists"},
		{"AssumeRole", "sts:AssumeRole", "the role, where one is named"},
	}
}
