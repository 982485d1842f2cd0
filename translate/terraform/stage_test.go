package tfsource_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/providers/gcp"
	tfsource "github.com/crosswall/crosswall/translate/terraform"
)

// with returns a snapshot with other objects of a kind; nil: not read.
func with(s providers.Snapshot, kind string, objects ...json.RawMessage) providers.Snapshot {
	out := providers.Snapshot{Provider: s.Provider, Scope: s.Scope, Objects: map[string][]json.RawMessage{}}
	for k, v := range s.Objects {
		out.Objects[k] = v
	}
	if delete(out.Objects, kind); objects != nil {
		out.Objects[kind] = objects
	}
	return out
}

// only returns a snapshot of one kind.
func only(s providers.Snapshot, kind string) providers.Snapshot {
	return providers.Snapshot{Provider: s.Provider, Scope: s.Scope, Objects: map[string][]json.RawMessage{kind: s.Objects[kind]}}
}

// What neither side has read is set aside, loudly; what one side has read is unknown in the other.
func TestReadOnNeitherSide(t *testing.T) {
	narrow, wide := world{labels: []string{"a"}, rules: []worldRule{{"", "a", 80}}}, world{labels: []string{"a"}, rules: []worldRule{{"", "a", 80}, {"", "a", 81}}}
	people := population{10: {"a"}, 11: {"a"}}
	acl := json.RawMessage(`{"NetworkAclId":"acl-1","VpcId":"vpc-1","IsDefault":true,"Associations":[{"SubnetId":"subnet-1"}],"Entries":[{"CidrBlock":"0.0.0.0/0","Egress":false,"Protocol":"-1","RuleAction":"allow","RuleNumber":100},{"CidrBlock":"0.0.0.0/0","Egress":true,"Protocol":"-1","RuleAction":"allow","RuleNumber":100}]}`)
	aws := func(w world) providers.Snapshot { return only(w.awsObjects(people), "SecurityGroups") }
	cloud := func(w world) providers.Snapshot { return w.gcpObjects(people) }
	effective := json.RawMessage(`{"network":"https://www.googleapis.com/compute/v1/projects/p/global/networks/main","region":"r","firewallPolicys":[]}`)
	code := sg("a") + sgRule("ingress", "r", "aws_security_group.a.id", tcp(80, `cidr_ipv4 = "0.0.0.0/0"`)...)
	for _, row := range []struct {
		name       string
		want, have tfsource.Input
		// differs is the signs of what differs; aside what is set aside.
		differs, aside string
	}{
		{"security groups alone", objectsOf(t, aws(narrow)), objectsOf(t, aws(narrow)), "", "network ACLs"},
		{"security groups alone, another port", objectsOf(t, aws(narrow)), objectsOf(t, aws(wide)), "+", "network ACLs"},
		{"configuration without network ACLs", folder(t, code), objectsOf(t, aws(narrow)), "", "network ACLs"},
		{"configuration with a network ACL", folder(t, code+nacl()), objectsOf(t, aws(narrow)), "?", ""},
		{"network ACLs on one side", objectsOf(t, with(aws(narrow), "NetworkAcls", acl)), objectsOf(t, aws(narrow)), "?", ""},
		{"VPC firewall rules without policies", objectsOf(t, cloud(narrow)), objectsOf(t, cloud(narrow)), "", "global firewall policies, hierarchical firewall policies, regional firewall policies, system firewall policies"},
		{"VPC firewall rules without policies, another port", objectsOf(t, cloud(narrow)), objectsOf(t, cloud(wide)), "+", "global firewall policies, hierarchical firewall policies, regional firewall policies, system firewall policies"},
		{"policies on one side", objectsOf(t, with(cloud(narrow), gcp.KindEffective, effective)), objectsOf(t, cloud(narrow)), "?", ""},
	} {
		a, b, findings := tfsource.Merge(row.want, row.have)
		d := model.Compare(a.Policy, b.Policy, a.Inventory)
		signs := ""
		for _, r := range []struct {
			sign string
			model.Region
		}{{"+", d.Opened}, {"-", d.Closed}, {"?", d.Unknown}} {
			if !r.IsEmpty() {
				signs += r.sign
			}
		}
		var aside []string
		for _, f := range findings {
			if name, _, ok := strings.Cut(f.Summary, " were read on neither side"); ok && f.Code == tfsource.CodeIncomplete && f.Severity == model.Warning {
				aside = append(aside, name)
			}
		}
		if got := strings.Join(aside, ", "); signs != row.differs || got != row.aside {
			t.Errorf("%s: differs %q, want %q; set aside %q, want %q", row.name, signs, row.differs, got, row.aside)
		}
	}
}

func objectsOf(t testing.TB, s providers.Snapshot) tfsource.Input {
	t.Helper()
	in, findings := reader("x").Objects(s)
	if model.WorstSeverity(findings) == model.Error {
		t.Fatal(findings)
	}
	return in
}

// A prefix list that configuration names by its id is the one of the account, whose addresses are known there
// (VPC user guide, managed prefix lists).
func TestPrefixListByID(t *testing.T) {
	live := func(cidr string) tfsource.Input {
		o := objects{"Subnets": {}, "NetworkAcls": {}, "Vpcs": {}, "NetworkInterfaces": {}}
		o.add("SecurityGroups", `{"GroupId":"sg-a","GroupName":"a","VpcId":"vpc-1","OwnerId":"1","IpPermissions":[{"IpProtocol":"tcp","FromPort":80,"ToPort":80,"PrefixListIds":[{"PrefixListId":"pl-1"}]}],"IpPermissionsEgress":[{"IpProtocol":"-1","IpRanges":[{"CidrIp":"0.0.0.0/0"}]}]}`)
		o.add("PrefixLists", `{"PrefixListId":"pl-1","PrefixListName":"p","AddressFamily":"IPv4"}`)
		o.add("PrefixListEntries", `{"PrefixListId":"pl-1","Cidr":%q}`, cidr)
		return objectsOf(t, providers.Snapshot{Provider: "aws", Objects: o})
	}
	code := func(peer string) tfsource.Input {
		return folder(t, sg("a")+sgRule("ingress", "r", "aws_security_group.a.id", tcp(80, peer)...))
	}
	differ(t, code(`prefix_list_id = "pl-1"`), live("198.51.100.0/24"))
	differ(t, code(`cidr_ipv4 = "198.51.100.0/25"`), live("198.51.100.0/24"), "+ 198.51.100.200 > aws_security_group.a tcp/80", "= 198.51.100.1 > aws_security_group.a tcp/80")
	differ(t, code(`prefix_list_id = "pl-2"`), live("198.51.100.0/24"), "+ 198.51.100.1 > aws_security_group.a tcp/80", "- pl-2@203.0.113.1 > aws_security_group.a tcp/80")
}
