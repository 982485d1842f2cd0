package aws_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/providers/aws"
	"github.com/crosswall/crosswall/terraform"
)

var _ providers.Inspected = aws.Provider{}

// inspected describes configuration.
func inspected(t *testing.T, hcl string) audit.Estate {
	t.Helper()
	m, diags, err := terraform.Read(fstest.MapFS{"main.tf": {Data: []byte(hcl)}})
	if err != nil || diags.HasErrors() {
		t.Fatal(err, diags)
	}
	p, _ := aws.New(aws.Options{}).Decode(m)
	return aws.Provider{}.Inspect(m, p)
}

// inspectedLive describes native objects.
func inspectedLive(t *testing.T, d documents) audit.Estate {
	t.Helper()
	m, _ := aws.Provider{}.Resources(d.snapshot(t))
	p, _ := aws.New(aws.Options{}).Decode(m)
	return aws.Provider{}.Inspect(m, p)
}

// lines tells an estate in short: a line for each object, and those of its parts below it.
func lines(e audit.Estate) []string {
	var out []string
	add := func(format string, args ...any) { out = append(out, strings.TrimSpace(fmt.Sprintf(format, args...))) }
	for _, f := range e.Firewalls {
		add("%s %s standard=%s loose=%v", f.Kind, f.Label(), f.Standard, f.Loose)
		for _, d := range []model.Direction{model.Ingress, model.Egress} {
			for _, c := range f.Chains(d) {
				for _, r := range c.Rules {
					add("%s %s %s", f.Label(), d, audit.Describe(r, d))
				}
			}
		}
		for _, r := range f.Rules {
			for _, t := range r.Traits {
				add("%s %s %s %s", f.Label(), r.Direction, t.Code, r.ID)
			}
		}
		for _, u := range f.Users {
			add("%s used by %s %s (%s) %s", f.Label(), u.Kind, u.Label, u.What, u.Unsure)
		}
		for _, q := range f.Quotas {
			if q.Used > 0 && f.Kind == audit.SecurityGroup || q.Used > 1 {
				add("%s %d of %d %s", f.Label(), q.Used, q.Limit, q.Name)
			}
		}
		if f.NotAll != "" {
			add("%s not all", f.Label())
		}
		if f.Partial != "" {
			add("%s partial", f.Label())
		}
	}
	for _, n := range e.Networks {
		add("network %s %s standard=%s peers=%d", n.Label(), n.Addrs, n.Standard, len(n.Peers))
	}
	for _, n := range e.Subnets {
		add("subnet %s %s routed=%s public=%s %v", n.Label(), n.Addrs, n.Routed, n.GivesPublic, n.Firewalls)
	}
	for _, x := range e.Interfaces {
		add("interface %s %s public=%s [%s] %v %v %s %s", x.Label(), x.What, x.IsPublic, x.Public, x.Firewalls, x.Subnets, x.Owner, x.Forwards)
	}
	for _, l := range e.Lists {
		add("list %s %s %v", l.Label(), l.Addrs, l.NotAll != "")
	}
	return out
}

// TestInspect: one row per fact, with lines that must be there, and words that no line may have.
func TestInspect(t *testing.T) {
	for _, c := range []struct {
		name, hcl  string
		want, none []string
	}{
		{"a group with inline rules", `resource "aws_security_group" "w" {
  ingress {
    protocol    = "tcp"
    from_port   = 443
    to_port     = 443
    cidr_blocks = ["10.0.0.1/8"]
    self        = true
  }
}`, []string{"security group aws_security_group.w standard=no loose=false", "aws_security_group.w ingress allow tcp/443 from 10.0.0.0/8", "aws_security_group.w ingress host-bits",
			"aws_security_group.w 2 of 60 inbound rules, IPv4", "aws_security_group.w not all"}, []string{"partial", "2 of 60 inbound rules, IPv6"}},
		{"the default group and the default ACL", "resource \"aws_default_security_group\" \"d\" {}\nresource \"aws_default_network_acl\" \"d\" {\n  default_network_acl_id = \"acl-1\"\n}",
			[]string{"security group aws_default_security_group.d standard=yes loose=false", "network ACL aws_default_network_acl.d standard=yes loose=false", "aws_default_network_acl.d not all"}, nil},
		{"a rule of a group elsewhere", "resource \"aws_security_group_rule\" \"r\" {\n  security_group_id = \"sg-0123\"\n  type = \"ingress\"\n  protocol = \"-1\"\n  from_port = 22\n  to_port = 22\n  cidr_blocks = [\"10.0.0.0/8\"]\n}",
			[]string{"security group sg-0123 standard=unknown loose=true", "sg-0123 ingress allow any from 10.0.0.0/8", "sg-0123 ingress ports-ignored", "sg-0123 partial"}, nil},
		{"a rule of a group that is not known", "variable \"g\" {}\nresource \"aws_vpc_security_group_ingress_rule\" \"r\" {\n  security_group_id = var.g\n  ip_protocol = \"tcp\"\n  from_port = 22\n  to_port = 22\n  cidr_ipv4 = \"0.0.0.0/0\"\n}",
			[]string{"ingress allow tcp/22 from 0.0.0.0/0"}, nil},
		{"who uses a group", `resource "aws_security_group" "w" {}
resource "aws_security_group" "v" {}
resource "aws_instance" "i" {
  vpc_security_group_ids = [aws_security_group.w.id]
}
resource "aws_lambda_function" "f" {
  vpc_config {
    security_group_ids = [aws_security_group.w.id]
  }
}
resource "aws_vpc_security_group_egress_rule" "r" {
  security_group_id            = aws_security_group.v.id
  referenced_security_group_id = aws_security_group.w.id
  ip_protocol                  = "-1"
}
output "w" {
  value = [aws_security_group.w.arn]
}`, []string{"aws_security_group.w used by interface aws_instance.i (aws_instance)", "aws_security_group.w used by interface aws_lambda_function.f vpc_config[0] (aws_lambda_function)",
			"aws_security_group.w used by security group aws_security_group.v (aws_vpc_security_group_egress_rule)", "aws_security_group.w used by  output.w (output)"}, []string{"aws_security_group.v used by"}},
		{"prefix lists", `resource "aws_ec2_managed_prefix_list" "l" {
  max_entries = 7
  entry {
    cidr = "198.51.100.0/24"
  }
}
resource "aws_security_group" "w" {
  egress {
    protocol        = "tcp"
    from_port       = 443
    to_port         = 443
    prefix_list_ids = [aws_ec2_managed_prefix_list.l.id, "pl-elsewhere"]
  }
}`, []string{"list aws_ec2_managed_prefix_list.l 198.51.100.0/24 false", "list pl-elsewhere no address true",
			"aws_security_group.w 8 of 60 outbound rules, IPv6, or more: it is not known for how many rules a prefix list counts"}, nil},
		{"an ACL by resources of their own", `resource "aws_network_acl" "a" {
  subnet_ids = [aws_subnet.s.id]
}
resource "aws_subnet" "s" {
  cidr_block = "10.0.1.0/24"
}
resource "aws_network_acl_rule" "r" {
  network_acl_id = aws_network_acl.a.id
  rule_number    = 100
  rule_action    = "allow"
  protocol       = "icmp"
  cidr_block     = "10.0.0.0/8"
  icmp_code      = -1
}
resource "aws_network_acl_rule" "t" {
  network_acl_id = aws_network_acl.a.id
  rule_number    = 100
  rule_action    = "deny"
  protocol       = "-1"
  from_port      = 1
  to_port        = 2
  cidr_block     = "10.0.0.0/8"
}`, []string{"aws_network_acl.a used by subnet aws_subnet.s ()", "aws_network_acl.a ingress message-omitted", "aws_network_acl.a ingress same-number", "aws_network_acl.a ingress ports-ignored",
			"aws_network_acl.a 3 of 20 inbound entries, IPv4, with the default deny", "subnet aws_subnet.s 10.0.1.0/24 routed=unknown public=no [aws_network_acl.a]"}, []string{"not all"}},
		{"routes", `resource "aws_vpc" "v" {
  cidr_block = "10.0.0.0/16"
}
resource "aws_internet_gateway" "g" {}
resource "aws_subnet" "out" {
  vpc_id                  = aws_vpc.v.id
  map_public_ip_on_launch = true
}
resource "aws_subnet" "in" {
  vpc_id = aws_vpc.v.id
}
resource "aws_route_table" "out" {}
resource "aws_route" "r" {
  route_table_id         = aws_route_table.out.id
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = aws_internet_gateway.g.id
}
resource "aws_route_table" "in" {
  route {
    cidr_block     = "0.0.0.0/0"
    nat_gateway_id = "nat-1"
  }
}
resource "aws_route_table_association" "out" {
  subnet_id      = aws_subnet.out.id
  route_table_id = aws_route_table.out.id
}
resource "aws_route_table_association" "in" {
  subnet_id      = aws_subnet.in.id
  route_table_id = aws_route_table.in.id
}`, []string{"network aws_vpc.v 10.0.0.0/16 standard=no peers=0", "subnet aws_subnet.out no address routed=yes public=yes []", "subnet aws_subnet.in no address routed=no public=no []"}, nil},
		{"a route to a gateway of which it is not known what it is", `variable "gateway" {
  type = string
}
resource "aws_subnet" "a" {}
resource "aws_subnet" "b" {}
resource "aws_route_table" "a" {
  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = var.gateway
  }
}
resource "aws_route_table" "b" {
  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = data.terraform_remote_state.network.outputs.gateway
  }
}
resource "aws_route_table_association" "a" {
  subnet_id      = aws_subnet.a.id
  route_table_id = aws_route_table.a.id
}
resource "aws_route_table_association" "b" {
  subnet_id      = aws_subnet.b.id
  route_table_id = aws_route_table.b.id
}`, []string{"subnet aws_subnet.a no address routed=unknown public=no []", "subnet aws_subnet.b no address routed=unknown public=no []"}, nil},
		{"who is public", `resource "aws_subnet" "s" {
  map_public_ip_on_launch = true
}
resource "aws_instance" "by_subnet" {
  subnet_id              = aws_subnet.s.id
  vpc_security_group_ids = ["sg-1"]
}
resource "aws_instance" "by_address" {
  vpc_security_group_ids = ["sg-1"]
}
resource "aws_eip" "e" {
  instance = aws_instance.by_address.id
}
resource "aws_lb" "l" {
  security_groups = ["sg-1"]
}
resource "aws_lb" "inside" {
  internal        = true
  security_groups = ["sg-1"]
}
resource "aws_nat_gateway" "n" {
  subnet_id = aws_subnet.s.id
}
resource "aws_db_instance" "d" {
  vpc_security_group_ids = ["sg-1"]
}
resource "aws_instance" "may" {
  vpc_security_group_ids      = ["sg-1"]
  associate_public_ip_address = false
}`, []string{"interface aws_instance.by_subnet aws_instance public=yes [no address] [sg-1] [aws_subnet.s]  unknown", "interface aws_instance.by_address aws_instance public=yes [no address] [sg-1] []  unknown",
			"interface aws_lb.l aws_lb public=yes [no address] [sg-1] []  unknown", "interface aws_lb.inside aws_lb public=no [no address] [sg-1] []  unknown", "interface aws_nat_gateway.n nat_gateway public=no [no address] [] [aws_subnet.s]  unknown",
			"interface aws_db_instance.d aws_db_instance public=no [no address] [sg-1] []  unknown", "interface aws_instance.may aws_instance public=unknown [no address] [sg-1] []  unknown"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) { has(t, lines(inspected(t, c.hcl)), c.want, c.none) })
	}
}

// has holds lines against those that are wanted and words that are not.
func has(t *testing.T, got, want, none []string) {
	t.Helper()
	for _, w := range want {
		if !slices.ContainsFunc(got, func(l string) bool { return l == w || strings.HasSuffix(l, w) }) {
			t.Errorf("no line is %q", w)
		}
	}
	for _, n := range none {
		if slices.ContainsFunc(got, func(l string) bool { return strings.Contains(l, n) }) {
			t.Errorf("a line has %q", n)
		}
	}
	if t.Failed() {
		t.Log(strings.Join(got, "\n"))
	}
}

// TestInspectLive: the same for what accounts hold.
func TestInspectLive(t *testing.T) {
	d := documents{
		"Vpcs": `{"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16", "IsDefault": true, "CidrBlockAssociationSet": [{"CidrBlock": "10.0.0.0/16"}, {"CidrBlock": "100.64.0.0/16"}], "Ipv6CidrBlockAssociationSet": [{"Ipv6CidrBlock": "2001:db8::/56"}]}`,
		"VpcPeeringConnections": `{"VpcPeeringConnectionId": "pcx-1", "Status": {"Code": "active"}, "RequesterVpcInfo": {"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16"}, "AccepterVpcInfo": {"VpcId": "vpc-9", "CidrBlock": "10.9.0.0/16"}},
			{"VpcPeeringConnectionId": "pcx-2", "Status": {"Code": "deleted"}, "RequesterVpcInfo": {"VpcId": "vpc-1"}, "AccepterVpcInfo": {"VpcId": "vpc-8"}}`,
		"StaleSecurityGroupSet": "",
		"Subnets":               `{"SubnetId": "subnet-1", "VpcId": "vpc-1", "CidrBlock": "10.0.1.0/24", "AvailabilityZone": "eu-west-1b", "MapPublicIpOnLaunch": true}`,
		"NetworkInterfaces": `{"NetworkInterfaceId": "eni-1", "SubnetId": "subnet-1", "VpcId": "vpc-1", "InterfaceType": "interface", "RequesterId": "amazon-elb", "Description": "ELB app/x", "SourceDestCheck": true,
			"Association": {"PublicIp": "198.51.100.1"}, "PrivateIpAddresses": [{"PrivateIpAddress": "10.0.1.4", "Association": {"PublicIp": "198.51.100.1"}}], "Groups": [{"GroupId": "sg-1"}]},
			{"NetworkInterfaceId": "eni-2", "SubnetId": "subnet-1", "VpcId": "vpc-1", "InterfaceType": "nat_gateway", "SourceDestCheck": false, "PrivateIpAddress": "10.0.1.5", "Groups": []},
			{"NetworkInterfaceId": "eni-3", "SubnetId": "subnet-1", "VpcId": "vpc-1", "PrivateIpAddress": "10.0.1.6", "Description": "RDSNetworkInterface", "Ipv6Addresses": [{"Ipv6Address": "2001:db8::6"}], "Groups": [{"GroupId": "sg-1"}]}`,
		"SecurityGroups": `{"GroupId": "sg-1", "GroupName": "web", "Description": "web", "VpcId": "vpc-1", "OwnerId": "1", "IpPermissionsEgress": [],
			"IpPermissions": [{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]},
				{"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "UserIdGroupPairs": [{"GroupId": "sg-gone", "UserId": "1", "VpcPeeringConnectionId": "pcx-2"}]}]}`,
		"NetworkAcls": `{"NetworkAclId": "acl-1", "VpcId": "vpc-1", "IsDefault": true, "Associations": [{"SubnetId": "subnet-1"}], "Entries": [` + openEntries + `]}`,
	}
	e := inspectedLive(t, d)
	has(t, lines(e), []string{
		"security group web (sg-1) standard=no loose=false", "web (sg-1) ingress allow tcp/443 from 0.0.0.0/0", "web (sg-1) ingress stale-reference",
		"web (sg-1) 2 of 60 inbound rules, IPv4", "web (sg-1) used by interface eni-1 (interface)", "network ACL acl-1 standard=yes loose=false", "acl-1 used by subnet subnet-1 ()",
		"network vpc-1 10.0.0.0/16, 100.64.0.0/16, 2001:db8::/56 standard=yes peers=1", "subnet subnet-1 10.0.1.0/24 routed=unknown public=yes [acl-1]",
		"interface eni-1 interface public=yes [198.51.100.1/32] [sg-1] [subnet-1] amazon-elb no", "interface eni-2 nat_gateway public=no [no address] [] [subnet-1]  yes",
		"interface eni-3 aws_network_interface public=yes [2001:db8::6/128] [sg-1] [subnet-1] amazon-rds unknown",
	}, []string{"not all", "partial", "sg-gone"})
	for _, f := range e.Firewalls {
		if want := map[string]string{"sg-1": "https://eu-west-1.console.aws.amazon.com/ec2/home?region=eu-west-1#SecurityGroup:groupId=sg-1",
			"acl-1": "https://eu-west-1.console.aws.amazon.com/vpcconsole/home?region=eu-west-1#NetworkAclDetails:networkAclId=acl-1"}[f.ID]; f.Link != want {
			t.Errorf("%s links to %q, want %q", f.Label(), f.Link, want)
		}
	}
	if len(e.Unread) > 0 {
		t.Errorf("everything was read, and it says %v", e.Unread)
	}
	delete(d, "NetworkInterfaces")
	delete(d, "NetworkAcls")
	e = inspectedLive(t, d)
	has(t, lines(e), []string{"web (sg-1) not all"}, []string{"network ACL "})
	if e.Unread[audit.InterfaceKind] == "" || e.Unread[audit.NetworkACL] == "" || e.Unread[audit.SecurityGroup] != "" {
		t.Errorf("interfaces and ACLs were not read, and it says %v", e.Unread)
	}
}

// A state has the rules of a group, and the entries of an ACL, twice: inline, and as the resources that made them. They count once.
func TestInspectState(t *testing.T) {
	m, diags, err := terraform.ReadState(strings.NewReader(`{"version": 4, "terraform_version": "1.9.0", "resources": [
		{"mode": "managed", "type": "aws_security_group", "name": "w", "provider": "provider[\"registry.terraform.io/hashicorp/aws\"]", "instances": [{"attributes": {"id": "sg-1", "name": "w", "vpc_id": "vpc-1",
			"arn": "arn:aws:ec2:us-east-2:1:security-group/sg-1", "tags_all": {"owner": "x"}, "ingress": [{"protocol": "tcp", "from_port": 443, "to_port": 443, "cidr_blocks": ["10.0.0.0/8"], "self": false}], "egress": []}}]},
		{"mode": "managed", "type": "aws_vpc_security_group_ingress_rule", "name": "r", "provider": "provider[\"registry.terraform.io/hashicorp/aws\"]", "instances": [{"attributes": {"id": "sgr-1", "security_group_rule_id": "sgr-1",
			"security_group_id": "sg-1", "ip_protocol": "tcp", "from_port": 443, "to_port": 443, "cidr_ipv4": "10.0.0.0/8"}}]},
		{"mode": "managed", "type": "aws_instance", "name": "in", "provider": "provider[\"registry.terraform.io/hashicorp/aws\"]", "instances": [{"attributes": {"id": "i-1", "public_ip": "", "private_ip": "10.0.1.7",
			"secondary_private_ips": [], "ipv6_addresses": [], "primary_network_interface_id": "eni-7", "subnet_id": "subnet-1", "vpc_security_group_ids": ["sg-1"]}}]},
		{"mode": "managed", "type": "aws_instance", "name": "out", "provider": "provider[\"registry.terraform.io/hashicorp/aws\"]", "instances": [{"attributes": {"id": "i-2", "public_ip": "198.51.100.9", "private_ip": "10.0.1.8",
			"secondary_private_ips": [], "ipv6_addresses": [], "primary_network_interface_id": "eni-8", "subnet_id": "subnet-1", "vpc_security_group_ids": ["sg-1"]}}]},
		{"mode": "managed", "type": "aws_network_acl", "name": "a", "provider": "provider[\"registry.terraform.io/hashicorp/aws\"]", "instances": [{"attributes": {"id": "acl-1", "vpc_id": "vpc-1", "subnet_ids": ["subnet-1"],
			"ingress": [{"rule_no": 100, "action": "allow", "protocol": "6", "from_port": 443, "to_port": 443, "cidr_block": "10.0.0.0/8", "ipv6_cidr_block": "", "icmp_type": 0, "icmp_code": 0}], "egress": []}}]},
		{"mode": "managed", "type": "aws_network_acl_rule", "name": "r", "provider": "provider[\"registry.terraform.io/hashicorp/aws\"]", "instances": [{"attributes": {"id": "nacl-1", "network_acl_id": "acl-1", "egress": false,
			"rule_number": 100, "rule_action": "allow", "protocol": "6", "from_port": 443, "to_port": 443, "cidr_block": "10.0.0.0/8", "ipv6_cidr_block": ""}}]}]}`))
	if err != nil || diags.HasErrors() {
		t.Fatal(err, diags)
	}
	p, _ := aws.New(aws.Options{}).Decode(m)
	e := aws.Provider{}.Inspect(m, p)
	has(t, lines(e), []string{"aws_security_group.w 1 of 60 inbound rules, IPv4", "interface aws_instance.in aws_instance public=no [no address] [sg-1] [subnet-1]  unknown",
		"interface aws_instance.out aws_instance public=yes [198.51.100.9/32] [sg-1] [subnet-1]  unknown"}, []string{"2 of 60", "same-number", "3 of 20"})
	for _, f := range e.Firewalls {
		if len(f.Rules) != 1 {
			t.Errorf("%s has %d rules", f.Label(), len(f.Rules))
		}
	}
	if f := e.Firewalls[0]; f.Tags["owner"] != "x" || f.Untold || !strings.HasSuffix(f.Link, "groupId=sg-1") || f.Rules[0].ID != "sgr-1" {
		t.Errorf("%+v", f.Object)
	}
}

// TestConsoleLinks: the console of a region is at an address of its partition.
func TestConsoleLinks(t *testing.T) {
	for arn, want := range map[string]string{
		"arn:aws:ec2:us-east-1:1:security-group/sg-1":            "https://us-east-1.console.aws.amazon.com/ec2/home?region=us-east-1#SecurityGroup:groupId=sg-1",
		"arn:aws-cn:ec2:cn-north-1:1:security-group/sg-1":        "https://cn-north-1.console.amazonaws.cn/ec2/home?region=cn-north-1#SecurityGroup:groupId=sg-1",
		"arn:aws-us-gov:ec2:us-gov-west-1:1:security-group/sg-1": "https://us-gov-west-1.console.amazonaws-us-gov.com/ec2/home?region=us-gov-west-1#SecurityGroup:groupId=sg-1",
		"arn:aws-iso:ec2:us-iso-east-1:1:security-group/sg-1":    "",
		"arn:aws:ec2:evil.example/?x=:1:security-group/sg-1":     "", // would be another site's address
		"no arn": "",
	} {
		e := inspectedLive(t, documents{"SecurityGroups": fmt.Sprintf(`{"GroupId": "sg-1", "GroupName": "web", "SecurityGroupArn": %q, "IpPermissions": [], "IpPermissionsEgress": []}`, arn)})
		if got := e.Firewalls[0].Link; got != want {
			t.Errorf("%s: %q, want %q", arn, got, want)
		}
	}
}
