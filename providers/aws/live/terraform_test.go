package live_test

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/providers/aws"
	"github.com/crosswall/crosswall/providers/aws/live"
	"github.com/crosswall/crosswall/terraform"
	tfsource "github.com/crosswall/crosswall/translate/terraform"
)

// apply makes in an account what Terraform would make of configuration: the stand-in for
// terraform apply. It knows the resources and attributes that the tests use, and no others.
func apply(t *testing.T, m terraform.Module) account {
	t.Helper()
	a := applier{t: t, ids: map[string]string{}, account: account{"Vpcs": {{"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16", "OwnerId": "1"}}}}
	kinds := map[string]string{"aws_security_group": "sg-", "aws_subnet": "subnet-", "aws_network_acl": "acl-", "aws_ec2_managed_prefix_list": "pl-", "aws_network_interface": "eni-"}
	for i, r := range m.Resources {
		a.ids[r.Address()] = fmt.Sprintf("%s%04d", kinds[r.Type], i)
	}
	for _, r := range m.Resources {
		a.create(r)
	}
	for _, r := range m.Resources {
		a.attach(r)
	}
	return a.account
}

type applier struct {
	t *testing.T
	account
	ids map[string]string
}

func (a applier) id(v terraform.Value) string {
	if ref, ok := v.AsRef(); ok {
		return a.ids[strings.TrimSuffix(ref, ".id")]
	}
	s, _ := v.AsString()
	return s
}

func text(v terraform.Value) string {
	if n, ok := v.AsInt(); ok {
		return fmt.Sprint(n)
	}
	s, _ := v.AsString()
	return s
}

// create makes what stands by itself.
func (a applier) create(r terraform.Resource) {
	id := a.ids[r.Address()]
	switch r.Type {
	case "aws_security_group":
		a.account["SecurityGroups"] = append(a.account["SecurityGroups"], object{"GroupId": id, "GroupName": text(r.Get("name")), "VpcId": "vpc-1", "OwnerId": "1",
			"IpPermissions": []any{}, "IpPermissionsEgress": []any{}})
	case "aws_subnet":
		s := object{"SubnetId": id, "VpcId": "vpc-1", "CidrBlock": text(r.Get("cidr_block")), "Tags": []any{object{"Key": "Name", "Value": r.Name}}}
		if six := text(r.Get("ipv6_cidr_block")); six != "" {
			s["Ipv6CidrBlockAssociationSet"] = []any{object{"Ipv6CidrBlock": six, "Ipv6CidrBlockState": object{"State": "associated"}}}
		}
		a.account["Subnets"] = append(a.account["Subnets"], s)
	case "aws_network_acl":
		a.account["NetworkAcls"] = append(a.account["NetworkAcls"], object{"NetworkAclId": id, "VpcId": "vpc-1", "OwnerId": "1", "IsDefault": false, "Associations": []any{}, "Entries": []any{}})
	case "aws_ec2_managed_prefix_list":
		a.account["PrefixLists"] = append(a.account["PrefixLists"], object{"PrefixListId": id, "PrefixListName": text(r.Get("name")), "OwnerId": "1"})
		for _, b := range r.BlocksOf("entry") {
			a.account["PrefixListEntries"] = append(a.account["PrefixListEntries"], object{"PrefixListId": id, "Cidr": text(b.Body.Get("cidr"))})
		}
	case "aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule":
	default:
		a.t.Fatalf("the test does not know %s", r.Type)
	}
}

// find returns an object by its id.
func (a account) find(id string) object {
	for _, objects := range a {
		for _, o := range objects {
			for _, field := range []string{"GroupId", "NetworkAclId", "SubnetId", "SecurityGroupRuleId"} {
				if o[field] == id && (field != "GroupId" || o["GroupName"] != nil) {
					return o
				}
			}
		}
	}
	return nil
}

// attach makes what belongs to something.
func (a applier) attach(r terraform.Resource) {
	switch r.Type {
	case "aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule":
		a.authorize(a.id(r.Get("security_group_id")), r)
	case "aws_network_acl":
		acl := a.find(a.ids[r.Address()])
		subnets, _ := r.Get("subnet_ids").AsList()
		for _, s := range subnets {
			acl["Associations"] = append(acl["Associations"].([]any), object{"SubnetId": a.id(s)})
		}
		for _, dir := range []string{"ingress", "egress"} {
			for _, b := range r.BlocksOf(dir) {
				acl["Entries"] = append(acl["Entries"].([]any), entry(dir, b.Body))
			}
			acl["Entries"] = append(acl["Entries"].([]any), object{"RuleNumber": 32767, "Egress": dir == "egress", "RuleAction": "deny", "Protocol": "-1", "CidrBlock": "0.0.0.0/0"})
		}
	}
}

// entry is an entry as EC2 keeps it: protocols are numbers, and only what counts is kept.
func entry(dir string, b terraform.Body) object {
	number := map[string]string{"tcp": "6", "udp": "17", "icmp": "1", "all": "-1"}
	protocol := text(b.Get("protocol"))
	if n, ok := number[protocol]; ok {
		protocol = n
	}
	e := object{"RuleNumber": text(b.Get("rule_no")), "Egress": dir == "egress", "RuleAction": text(b.Get("action")), "Protocol": protocol}
	for attr, field := range map[string]string{"cidr_block": "CidrBlock", "ipv6_cidr_block": "Ipv6CidrBlock"} {
		if v := text(b.Get(attr)); v != "" {
			e[field] = v
		}
	}
	switch protocol {
	case "6", "17":
		e["PortRange"] = object{"From": text(b.Get("from_port")), "To": text(b.Get("to_port"))}
	case "1", "58":
		e["IcmpTypeCode"] = object{"Type": text(b.Get("icmp_type")), "Code": text(b.Get("icmp_code"))}
	}
	return e
}

// authorize adds a rule to a group, in both forms.
func (a applier) authorize(group string, r terraform.Resource) {
	egress := strings.Contains(r.Type, "egress")
	rule := object{"SecurityGroupRuleId": "sgr-" + r.Name, "GroupId": group, "GroupOwnerId": "1", "IsEgress": egress, "IpProtocol": text(r.Get("ip_protocol"))}
	p := object{"IpProtocol": rule["IpProtocol"]}
	if from := text(r.Get("from_port")); from != "" {
		p["FromPort"], p["ToPort"] = from, text(r.Get("to_port"))
		rule["FromPort"], rule["ToPort"] = p["FromPort"], p["ToPort"]
	} else {
		rule["FromPort"], rule["ToPort"] = "-1", "-1"
	}
	switch {
	case text(r.Get("cidr_ipv4")) != "":
		rule["CidrIpv4"] = text(r.Get("cidr_ipv4"))
		p["IpRanges"] = []any{object{"CidrIp": rule["CidrIpv4"]}}
	case text(r.Get("cidr_ipv6")) != "":
		rule["CidrIpv6"] = text(r.Get("cidr_ipv6"))
		p["Ipv6Ranges"] = []any{object{"CidrIpv6": rule["CidrIpv6"]}}
	case !r.Get("prefix_list_id").IsAbsent():
		rule["PrefixListId"] = a.id(r.Get("prefix_list_id"))
		p["PrefixListIds"] = []any{object{"PrefixListId": rule["PrefixListId"]}}
	default:
		pair := object{"GroupId": a.id(r.Get("referenced_security_group_id")), "UserId": "1"}
		rule["ReferencedGroupInfo"] = pair
		p["UserIdGroupPairs"] = []any{pair}
	}
	a.account["SecurityGroupRules"] = append(a.account["SecurityGroupRules"], rule)
	list := "IpPermissions"
	if egress {
		list = "IpPermissionsEgress"
	}
	g := a.find(group)
	g[list] = append(g[list].([]any), p)
}

// shop is configuration of three groups in two subnets with network ACLs.
const shop = `
resource "aws_subnet" "front" {
  cidr_block = "10.0.1.0/24"
  ipv6_cidr_block = "2001:db8:1::/64"
  tags = { Name = "front" }
}
resource "aws_subnet" "back" {
  cidr_block = "10.0.2.0/24"
  tags = { Name = "back" }
}
resource "aws_security_group" "web" {
  name = "web"
}
resource "aws_security_group" "app" {
  name = "app"
}
resource "aws_security_group" "db" {
  name = "db"
}
resource "aws_ec2_managed_prefix_list" "office" {
  name = "office"
  address_family = "IPv4"
  max_entries = 2
  entry {
    cidr = "192.0.2.0/25"
  }
  entry {
    cidr = "198.51.100.0/24"
  }
}
resource "aws_vpc_security_group_ingress_rule" "web_https" {
  security_group_id = aws_security_group.web.id
  ip_protocol = "tcp"
  from_port = 443
  to_port = 443
  cidr_ipv4 = "0.0.0.0/0"
}
resource "aws_vpc_security_group_egress_rule" "web_out" {
  security_group_id = aws_security_group.web.id
  ip_protocol = "tcp"
  from_port = 8000
  to_port = 8999
  referenced_security_group_id = aws_security_group.app.id
}
resource "aws_vpc_security_group_ingress_rule" "app_in" {
  security_group_id = aws_security_group.app.id
  ip_protocol = "tcp"
  from_port = 8080
  to_port = 8080
  referenced_security_group_id = aws_security_group.web.id
}
resource "aws_vpc_security_group_ingress_rule" "app_ssh" {
  security_group_id = aws_security_group.app.id
  ip_protocol = "tcp"
  from_port = 22
  to_port = 22
  prefix_list_id = aws_ec2_managed_prefix_list.office.id
}
resource "aws_vpc_security_group_egress_rule" "app_out" {
  security_group_id = aws_security_group.app.id
  ip_protocol = "-1"
  cidr_ipv4 = "0.0.0.0/0"
}
resource "aws_vpc_security_group_ingress_rule" "db_in" {
  security_group_id = aws_security_group.db.id
  ip_protocol = "tcp"
  from_port = 5432
  to_port = 5432
  cidr_ipv4 = "10.0.2.0/24"
}
resource "aws_vpc_security_group_ingress_rule" "db_ping" {
  security_group_id = aws_security_group.db.id
  ip_protocol = "icmp"
  from_port = 8
  to_port = -1
  cidr_ipv4 = "10.0.0.0/16"
}
resource "aws_network_acl" "front" {
  subnet_ids = [aws_subnet.front.id]
  ingress {
    rule_no = 90
    action = "deny"
    protocol = "tcp"
    from_port = 443
    to_port = 443
    cidr_block = "203.0.113.0/24"
  }
  ingress {
    rule_no = 100
    action = "allow"
    protocol = "tcp"
    from_port = 443
    to_port = 443
    cidr_block = "0.0.0.0/0"
  }
  ingress {
    rule_no = 110
    action = "allow"
    protocol = "tcp"
    from_port = 1024
    to_port = 65535
    cidr_block = "10.0.0.0/16"
  }
  egress {
    rule_no = 100
    action = "allow"
    protocol = "-1"
    from_port = 0
    to_port = 0
    cidr_block = "0.0.0.0/0"
  }
}
resource "aws_network_acl" "back" {
  subnet_ids = [aws_subnet.back.id]
  ingress {
    rule_no = 100
    action = "allow"
    protocol = "-1"
    from_port = 0
    to_port = 0
    cidr_block = "0.0.0.0/0"
  }
  egress {
    rule_no = 100
    action = "allow"
    protocol = "-1"
    from_port = 0
    to_port = 0
    cidr_block = "0.0.0.0/0"
  }
}
`

// written reads configuration.
func written(t *testing.T, hcl string) (terraform.Module, tfsource.Input) {
	t.Helper()
	fsys := fstest.MapFS{"main.tf": {Data: []byte(hcl)}}
	m, _, err := terraform.Read(fsys)
	if err != nil {
		t.Fatal(err)
	}
	in, fs, err := reader().Folder(fsys)
	if err != nil || model.WorstSeverity(fs) > model.Info {
		t.Fatal(err, fs)
	}
	return m, in
}

func reader() tfsource.Reader {
	return tfsource.Reader{Providers: []providers.Provider{aws.New(aws.Options{})}}
}

// asLive reads an account over the API.
func asLive(t *testing.T, a account) tfsource.Input {
	t.Helper()
	serve(t, a)
	s, err := live.Read(context.Background(), quick())
	if err != nil || len(s.Gaps) > 0 {
		t.Fatal(err, s.Gaps)
	}
	in, fs := reader().Objects(s)
	if model.WorstSeverity(fs) > model.Info {
		t.Fatal(fs)
	}
	return in
}

// What Terraform made and nobody touched admits what Terraform says; of what somebody
// changed, that traffic differs, and no other.
func TestLiveAgainstTerraform(t *testing.T) {
	pick := func(a account, kind string, fields ...string) object {
		for _, o := range a[kind] {
			if o[fields[0]] == fields[1] {
				return o
			}
		}
		t.Fatalf("no %s %v", kind, fields)
		return nil
	}
	group := func(a account, name string) object { return pick(a, "SecurityGroups", "GroupName", name) }
	// rule changes a rule in both forms: the first of the group whose rule has the id.
	rule := func(a account, id string, change func(rule, bundle object)) {
		r := pick(a, "SecurityGroupRules", "SecurityGroupRuleId", "sgr-"+id)
		list := "IpPermissions"
		if r["IsEgress"] == true {
			list = "IpPermissionsEgress"
		}
		for _, b := range a.find(r["GroupId"].(string))[list].([]any) {
			if b := b.(object); b["IpProtocol"] == r["IpProtocol"] && b["FromPort"] == r["FromPort"] || b["FromPort"] == nil && r["FromPort"] == "-1" {
				change(r, b)
			}
		}
	}
	remove := func(a account, id string) {
		r := pick(a, "SecurityGroupRules", "SecurityGroupRuleId", "sgr-"+id)
		list := "IpPermissions"
		if r["IsEgress"] == true {
			list = "IpPermissionsEgress"
		}
		g := a.find(r["GroupId"].(string))
		g[list] = slices.DeleteFunc(g[list].([]any), func(b any) bool { return b.(object)["FromPort"] == r["FromPort"] || r["FromPort"] == "-1" })
		a["SecurityGroupRules"] = slices.DeleteFunc(a["SecurityGroupRules"], func(o object) bool { return o["SecurityGroupRuleId"] == r["SecurityGroupRuleId"] })
	}
	authorize := func(a account, name string, r terraform.Resource) {
		applier{t: t, account: a}.authorize(group(a, name)["GroupId"].(string), r)
	}
	aclOf := func(a account, i int) []any { return a["NetworkAcls"][i]["Entries"].([]any) }
	for _, row := range []struct {
		name   string
		change func(account)
		want   []string // "+ from > to tcp/1" opened, "- ..." closed; and, "= ..." the same; none: equal
	}{
		{"nothing", func(account) {}, nil},
		{"a port widened", func(a account) { rule(a, "app_in", func(r, b object) { r["ToPort"], b["ToPort"] = "8081", "8081" }) },
			[]string{"+ aws_security_group.web > aws_security_group.app tcp/8081", "= aws_security_group.web > aws_security_group.app tcp/8080", "= aws_security_group.db > aws_security_group.app tcp/8081"}},
		{"a port narrowed", func(a account) { rule(a, "web_out", func(r, b object) { r["ToPort"], b["ToPort"] = "8079", "8079" }) },
			[]string{"- aws_security_group.web > aws_security_group.app tcp/8080"}},
		{"a range widened", func(a account) {
			rule(a, "db_in", func(r, b object) {
				r["CidrIpv4"] = "10.0.0.0/16"
				b["IpRanges"] = []any{object{"CidrIp": "10.0.0.0/16"}}
			})
		}, []string{"+ aws_security_group.app@10.0.7.1 > aws_security_group.db tcp/5432", "= aws_security_group.app@10.0.2.1 > aws_security_group.db tcp/5432"}},
		{"an ICMP code", func(a account) { rule(a, "db_ping", func(r, b object) { r["ToPort"], b["ToPort"] = "0", "0" }) },
			[]string{"- aws_security_group.app@10.0.2.1 > aws_security_group.db icmp/8/1", "= aws_security_group.app@10.0.2.1 > aws_security_group.db icmp/8/0"}},
		{"a rule removed", func(a account) { remove(a, "app_ssh") }, []string{"- 192.0.2.1 > aws_security_group.app tcp/22"}},
		{"an egress rule removed", func(a account) { remove(a, "app_out") }, []string{"- aws_security_group.app > 192.0.2.1 udp/53"}},
		{"an IPv6 twin", func(a account) {
			authorize(a, "web", terraform.Resource{Type: "aws_vpc_security_group_ingress_rule", Name: "six", Body: terraform.Body{Attrs: []terraform.Attr{
				{Name: "ip_protocol", Value: terraform.String("tcp")}, {Name: "from_port", Value: terraform.Int(443)}, {Name: "to_port", Value: terraform.Int(443)}, {Name: "cidr_ipv6", Value: terraform.String("::/0")}}}})
		}, []string{"+ 2001:db8:9::1 > aws_security_group.web@2001:db8:7::1 tcp/443"}},
		{"a rule that another one covers", func(a account) {
			authorize(a, "web", terraform.Resource{Type: "aws_vpc_security_group_ingress_rule", Name: "more", Body: terraform.Body{Attrs: []terraform.Attr{
				{Name: "ip_protocol", Value: terraform.String("tcp")}, {Name: "from_port", Value: terraform.Int(443)}, {Name: "to_port", Value: terraform.Int(443)}, {Name: "cidr_ipv4", Value: terraform.String("10.0.0.0/8")}}}})
		}, nil},
		{"another description", func(a account) {
			rule(a, "web_https", func(r, b object) { r["Description"] = "x"; b["IpRanges"].([]any)[0].(object)["Description"] = "x" })
		}, nil},
		{"an entry of the prefix list", func(a account) {
			a["PrefixListEntries"] = append(a["PrefixListEntries"], object{"PrefixListId": a["PrefixLists"][0]["PrefixListId"], "Cidr": "192.0.2.128/25"})
		}, []string{"+ 192.0.2.200 > aws_security_group.app@10.0.7.1 tcp/22"}},
		{"a deny removed", func(a account) { a["NetworkAcls"][0]["Entries"] = aclOf(a, 0)[1:] },
			[]string{"+ 203.0.113.1 > aws_security_group.web@10.0.1.4 tcp/443", "= 203.0.113.1 > aws_security_group.web@10.0.7.1 tcp/443"}},
		{"two entries in another order", func(a account) { aclOf(a, 0)[0].(object)["RuleNumber"] = "105" },
			[]string{"+ 203.0.113.1 > aws_security_group.web@10.0.1.4 tcp/443"}},
		{"other numbers in the same order", func(a account) { aclOf(a, 0)[0].(object)["RuleNumber"] = "10" }, nil},
		{"the return entry removed", func(a account) {
			a["NetworkAcls"][0]["Entries"] = slices.DeleteFunc(aclOf(a, 0), func(e any) bool { return e.(object)["RuleNumber"] == "110" })
		}, []string{"- aws_security_group.web@10.0.1.4 > aws_security_group.app@10.0.2.4 tcp/8080"}},
		{"an ACL taken from a subnet", func(a account) {
			acl := a["NetworkAcls"][0]
			a["NetworkAcls"] = append(a["NetworkAcls"], object{"NetworkAclId": "acl-default", "VpcId": "vpc-1", "IsDefault": true, "Associations": acl["Associations"],
				"Entries": []any{object{"RuleNumber": "100", "Egress": false, "RuleAction": "allow", "Protocol": "-1", "CidrBlock": "0.0.0.0/0"}, object{"RuleNumber": "100", "Egress": true, "RuleAction": "allow", "Protocol": "-1", "CidrBlock": "0.0.0.0/0"}}})
			acl["Associations"] = []any{}
		}, []string{"+ 203.0.113.1 > aws_security_group.web@10.0.1.4 tcp/443"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			m, want := written(t, shop)
			a := apply(t, m)
			row.change(a)
			left, right, _ := tfsource.Merge(want, asLive(t, a))
			d := model.Compare(left.Policy, right.Policy, left.Inventory)
			if !d.Unknown.IsEmpty() {
				f, _ := d.Unknown.Example()
				t.Errorf("unknown: %v", f)
			}
			if len(row.want) == 0 && !d.Equal() {
				opened, _ := d.Opened.Example()
				closed, _ := d.Closed.Example()
				t.Errorf("opened %v, closed %v", opened, closed)
			}
			for _, s := range row.want {
				f := flow(t, s[2:])
				got := "="
				switch {
				case d.Opened.Contains(f):
					got = "+"
				case d.Closed.Contains(f):
					got = "-"
				}
				if got != s[:1] {
					t.Errorf("%s: got %s", s, got)
				}
			}
		})
	}
}

// Two readings of an account, where the interfaces say who has which address.
func TestLiveAgainstLive(t *testing.T) {
	before := func() account {
		m, _ := written(t, shop)
		a := apply(t, m)
		nic := func(id, subnet, addr string, groups ...string) object {
			var list []any
			for _, g := range groups {
				for _, o := range a["SecurityGroups"] {
					if o["GroupName"] == g {
						list = append(list, object{"GroupId": o["GroupId"]})
					}
				}
			}
			return object{"NetworkInterfaceId": id, "SubnetId": a["Subnets"][map[string]int{"front": 0, "back": 1}[subnet]]["SubnetId"], "VpcId": "vpc-1", "Groups": list,
				"PrivateIpAddress": addr, "PrivateIpAddresses": []any{object{"PrivateIpAddress": addr}}}
		}
		a["NetworkInterfaces"] = []object{nic("eni-1", "front", "10.0.1.10", "web"), nic("eni-2", "back", "10.0.2.10", "app"), nic("eni-3", "back", "10.0.2.20", "db")}
		return a
	}
	inPlace := func(a account, cidr string) {
		for _, r := range a["SecurityGroupRules"] {
			if r["SecurityGroupRuleId"] == "sgr-app_in" {
				delete(r, "ReferencedGroupInfo")
				r["CidrIpv4"] = cidr
				for _, b := range a.find(r["GroupId"].(string))["IpPermissions"].([]any) {
					if b := b.(object); b["FromPort"] == "8080" {
						delete(b, "UserIdGroupPairs")
						b["IpRanges"] = []any{object{"CidrIp": cidr}}
					}
				}
			}
		}
	}
	for _, row := range []struct {
		name   string
		change func(account)
		want   []string
	}{
		{"nothing", func(account) {}, nil},
		{"a rule moved from a group to the address of its only member", func(a account) { inPlace(a, "10.0.1.10/32") }, nil},
		{"a rule moved from a group to its subnet", func(a account) { inPlace(a, "10.0.1.0/24") }, []string{"+ 10.0.1.11 > app@10.0.2.10 tcp/8080", "= web@10.0.1.10 > app@10.0.2.10 tcp/8080"}},
		{"a rule moved to another address", func(a account) { inPlace(a, "10.0.1.99/32") }, []string{"- web@10.0.1.10 > app@10.0.2.10 tcp/8080", "+ 10.0.1.99 > app@10.0.2.10 tcp/8080"}},
		{"a second address", func(a account) {
			a["NetworkInterfaces"][0]["PrivateIpAddresses"] = append(a["NetworkInterfaces"][0]["PrivateIpAddresses"].([]any), object{"PrivateIpAddress": "10.0.1.12"})
			inPlace(a, "10.0.1.10/32")
		}, []string{"- web@10.0.1.12 > app@10.0.2.10 tcp/8080", "= web@10.0.1.10 > app@10.0.2.10 tcp/8080"}},
		{"the numbers of resources", func(a account) {
			for i, o := range a["SecurityGroupRules"] {
				o["SecurityGroupRuleId"] = fmt.Sprint("sgr-", i)
			}
		}, nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			old, now := before(), before()
			row.change(now)
			left, right, _ := tfsource.Merge(asLive(t, old), asLive(t, now))
			d := model.Compare(left.Policy, right.Policy, left.Inventory)
			if !d.Unknown.IsEmpty() || len(row.want) == 0 && !d.Equal() {
				opened, _ := d.Opened.Example()
				closed, _ := d.Closed.Example()
				unknown, _ := d.Unknown.Example()
				t.Errorf("opened %v, closed %v, unknown %v", opened, closed, unknown)
			}
			for _, s := range row.want {
				f := flow(t, s[2:])
				for _, o := range old["SecurityGroups"] {
					label := func(id model.Identity) model.Identity {
						if string(id) == o["GroupName"] {
							return model.Identity(fmt.Sprintf("%s (%s)", o["GroupName"], o["GroupId"]))
						}
						return id
					}
					f.Src.ID, f.Dst.ID = label(f.Src.ID), label(f.Dst.ID)
				}
				if got := map[bool]string{d.Opened.Contains(f): "+", d.Closed.Contains(f): "-"}[true]; got != strings.Trim(s[:1], "=") {
					t.Errorf("%s: got %q", s, got)
				}
			}
		})
	}
}

// flow reads "web > db@10.0.2.1 tcp/5432": groups by their resource, at an address of theirs, or addresses outside.
func flow(t *testing.T, s string) model.Flow {
	t.Helper()
	f := strings.Fields(s)
	end := func(text, otherwise string) model.Endpoint {
		if a, err := netip.ParseAddr(text); err == nil {
			return model.Endpoint{Addr: a}
		}
		name, at, pinned := strings.Cut(text, "@")
		if !pinned {
			at = otherwise
		}
		return model.Endpoint{ID: model.Identity(name), Addr: netip.MustParseAddr(at)}
	}
	out := model.Flow{Src: end(f[0], "10.0.7.8"), Dst: end(f[2], "10.0.7.9"), SrcPort: 40000}
	part := strings.Split(f[3], "/")
	port := func(i int) int {
		n, err := strconv.Atoi(part[i])
		if err != nil {
			t.Fatal(s, err)
		}
		return n
	}
	switch part[0] {
	case "tcp":
		out.Protocol, out.DstPort = model.TCP, uint16(port(1))
	case "udp":
		out.Protocol, out.DstPort = model.UDP, uint16(port(1))
	case "icmp":
		out.Protocol, out.SrcPort, out.ICMPType, out.ICMPCode = model.ICMP, 0, uint8(port(1)), uint8(port(2))
	}
	return out
}
