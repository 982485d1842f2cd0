package checks_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/crosswall/crosswall/model/audit"
	"github.com/crosswall/crosswall/model/audit/checks"
)

// TestACLFixesEndTheFinding adds to each source of a fixture the entry that a finding proposes: the finding must go, and nothing worse may come.
func TestACLFixesEndTheFinding(t *testing.T) {
	tried := 0
	for _, id := range []string{"AWS022", "AWS024"} {
		archive, err := txtar.ParseFile("testdata/" + id + ".txtar")
		if err != nil {
			t.Fatal(err)
		}
		at := slices.IndexFunc(checks.All(), func(c audit.Check) bool { return c.ID == id })
		only := checks.All()[at : at+1]
		for _, f := range archive.Files {
			if !strings.HasSuffix(f.Name, ".tf") {
				continue
			}
			for _, finding := range audit.Run(audit.New(readingOf(t, f), audit.Defaults()), only) {
				for _, fix := range finding.Fixes {
					end := strings.LastIndex(string(f.Data), "}")
					mended := txtar.File{Name: f.Name, Data: []byte(string(f.Data)[:end] + fix.Text + "\n}\n")}
					after := audit.Run(audit.New(readingOf(t, mended), audit.Defaults()), only)
					tried++
					for _, left := range after {
						if left.Fingerprint == finding.Fingerprint || left.Subject == finding.Subject && left.Severity >= finding.Severity && left.Open.Covers(finding.Open) {
							t.Errorf("%s: %s: the fix does not end it: %s\n%s\nleft: %s", id, f.Name, finding.Summary, fix.Text, left.Summary)
						}
					}
				}
			}
		}
	}
	if tried < 20 {
		t.Errorf("only %d fixes were tried", tried)
	}
}

// TestACLCommands: what is live is changed by commands.
func TestACLCommands(t *testing.T) {
	const acl = `"NetworkAcls": [{"NetworkAclId": "acl-1", "VpcId": "vpc-1", "IsDefault": false, "Associations": [{"SubnetId": "subnet-1"}], "Entries": [%s]}], "Subnets": [{"SubnetId": "subnet-1", "VpcId": "vpc-1", "CidrBlock": "10.0.1.0/24"}]`
	entry := func(number int, egress bool, action, rest string) string {
		return fmt.Sprintf(`{"RuleNumber": %d, "Egress": %v, "RuleAction": %q, %s}`, number, egress, action, rest)
	}
	const web, all, all6 = `"Protocol": "6", "PortRange": {"From": 443, "To": 443}, "CidrBlock": "10.2.0.0/16"`, `"Protocol": "-1", "CidrBlock": "0.0.0.0/0"`, `"Protocol": "-1", "Ipv6CidrBlock": "::/0"`
	const web6 = `"Protocol": "6", "PortRange": {"From": 443, "To": 443}, "Ipv6CidrBlock": "::/0"`
	const inside = `"Protocol": "-1", "CidrBlock": "10.0.1.0/25"`
	for _, c := range []struct {
		check, name string
		entries     []string
		want        string
	}{
		{"AWS022", "after all others", []string{entry(100, false, "allow", web), entry(100, true, "allow", web)},
			"aws ec2 create-network-acl-entry --network-acl-id acl-1 --egress --rule-number 110 --protocol tcp --port-range From=32768,To=65535 --cidr-block 10.2.0.0/16 --rule-action allow"},
		{"AWS022", "before the deny in the way", []string{entry(100, false, "allow", web), entry(99, true, "allow", web), entry(100, true, "deny", all)},
			"aws ec2 create-network-acl-entry --network-acl-id acl-1 --egress --rule-number 98 --protocol tcp --port-range From=32768,To=65535 --cidr-block 10.2.0.0/16 --rule-action allow"},
		{"AWS022", "IPv6", []string{entry(100, false, "allow", web6)},
			"aws ec2 create-network-acl-entry --network-acl-id acl-1 --egress --rule-number 10 --protocol tcp --port-range From=1024,To=65535 --ipv6-cidr-block ::/0 --rule-action allow"},
		{"AWS024", "ICMPv6", []string{entry(100, false, "allow", web6), entry(100, true, "allow", all6)},
			"aws ec2 create-network-acl-entry --network-acl-id acl-1 --ingress --rule-number 110 --protocol 58 --icmp-type-code Code=0,Type=2 --ipv6-cidr-block ::/0 --rule-action allow"},
		{"AWS025", "dead", []string{entry(100, false, "deny", all), entry(200, false, "allow", web)},
			"aws ec2 delete-network-acl-entry --network-acl-id acl-1 --ingress --rule-number 200"},
		{"SEM010", "inside", []string{entry(100, true, "deny", inside), entry(200, false, "allow", all)},
			"aws ec2 delete-network-acl-entry --network-acl-id acl-1 --egress --rule-number 100"},
	} {
		t.Run(c.check+" "+c.name, func(t *testing.T) {
			at := slices.IndexFunc(checks.All(), func(k audit.Check) bool { return k.ID == c.check })
			source := fmt.Sprintf(`{"apiVersion": "crosswall.dev/snapshot/v1alpha1", "provider": "aws", "objects": {`+acl+`}}`, strings.Join(c.entries, ", "))
			var got []string
			for _, f := range audit.Run(audit.New(readingOf(t, txtar.File{Name: "live.json", Data: []byte(source)}), audit.Defaults()), checks.All()[at:at+1]) {
				for _, x := range f.Fixes {
					got = append(got, x.Text)
				}
			}
			if !slices.Contains(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
