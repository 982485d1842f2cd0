package checks_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
	"github.com/crosswall/crosswall/model/audit/checks"
)

const (
	awsRules = `{"SecurityGroups": [{"GroupId": "sg-1", "GroupName": "web", "VpcId": "vpc-1", "Description": "web", "OwnerId": "123456789012"}], "SecurityGroupRules": [%s]}`
	awsRule  = `{"SecurityGroupRuleId": "%s", "GroupId": "sg-1", "IsEgress": false, "IpProtocol": "tcp", "FromPort": %d, "ToPort": %d, "CidrIpv4": "%s"}`
	gcpRule  = `{"kind": "compute#firewall", "name": "ssh", "network": "https://www.googleapis.com/compute/v1/projects/p/global/networks/net", "selfLink": "https://www.googleapis.com/compute/v1/projects/p/global/firewalls/ssh", "priority": 1000, "direction": "INGRESS", %s "allowed": [{"IPProtocol": "tcp", "ports": ["22"]}]}`
	azRule   = `{"id": "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/networkSecurityGroups/web", "name": "web", "type": "Microsoft.Network/networkSecurityGroups", "location": "westeurope", "defaultSecurityRules": [],
		"securityRules": [{"name": "ssh", "priority": 100, "direction": "Inbound", "access": "Allow", "protocol": "Tcp", "sourcePortRange": "*", "destinationPortRange": "%s", "sourceAddressPrefix": "%s", "destinationAddressPrefix": "*"}]}`
)

// TestRemovals: a command that removes a rule is given where the rule admits nothing else and nobody else of the Internet.
func TestRemovals(t *testing.T) {
	for _, c := range []struct{ name, check, source, want string }{
		{"SSH alone", "EXP010", fmt.Sprintf(awsRules, fmt.Sprintf(awsRule, "sgr-1", 22, 22, "0.0.0.0/0")),
			"aws ec2 revoke-security-group-ingress --group-id sg-1 --security-group-rule-ids sgr-1"},
		{"SSH by two rules", "EXP010", fmt.Sprintf(awsRules, fmt.Sprintf(awsRule, "sgr-1", 22, 22, "0.0.0.0/1")+", "+fmt.Sprintf(awsRule, "sgr-2", 22, 22, "128.0.0.0/1")),
			"aws ec2 revoke-security-group-ingress --group-id sg-1 --security-group-rule-ids sgr-1\naws ec2 revoke-security-group-ingress --group-id sg-1 --security-group-rule-ids sgr-2"},
		{"SSH by two rules, of which one admits more", "EXP010", fmt.Sprintf(awsRules, fmt.Sprintf(awsRule, "sgr-1", 22, 22, "0.0.0.0/0")+", "+fmt.Sprintf(awsRule, "sgr-2", 20, 30, "0.0.0.0/0")), ""},
		{"every port", "EXP001", fmt.Sprintf(awsRules, fmt.Sprintf(awsRule, "sgr-1", 0, 65535, "0.0.0.0/0")+", "+fmt.Sprintf(awsRule, "sgr-2", 443, 443, "0.0.0.0/0")),
			"aws ec2 revoke-security-group-ingress --group-id sg-1 --security-group-rule-ids sgr-1"},
		{"SSH in a range", "EXP010", fmt.Sprintf(awsRules, fmt.Sprintf(awsRule, "sgr-1", 20, 30, "0.0.0.0/0")), ""},
		{"an address", "EXP021", fmt.Sprintf(awsRules, fmt.Sprintf(awsRule, "sgr-1", 20, 30, "198.51.100.7/32")),
			"aws ec2 revoke-security-group-ingress --group-id sg-1 --security-group-rule-ids sgr-1"},
		{"a VPC firewall rule", "EXP010", fmt.Sprintf(gcpRule, `"sourceRanges": ["0.0.0.0/0"],`), "gcloud compute firewall-rules delete ssh --project p"},
		{"a VPC firewall rule for a tag besides", "EXP010", fmt.Sprintf(gcpRule, `"sourceRanges": ["0.0.0.0/0"], "sourceTags": ["bastion"],`), ""},
		{"one of two addresses of a VPC firewall rule", "EXP021", fmt.Sprintf(gcpRule, `"sourceRanges": ["198.51.100.7/32", "203.0.113.7/32"],`), ""},
		{"a rule of an NSG", "EXP010", fmt.Sprintf(azRule, "22", "Internet"),
			`az network nsg rule delete --ids "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/networkSecurityGroups/web/securityRules/ssh"`},
		{"a range in a rule of an NSG", "EXP010", fmt.Sprintf(azRule, "20-30", "*"), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			only := slices.DeleteFunc(checks.All(), func(k audit.Check) bool { return k.ID != c.check })
			found := audit.Run(audit.New(readingOf(t, txtar.File{Name: "source.json", Data: []byte(c.source)}), audit.Defaults()), only)
			if len(found) == 0 {
				t.Fatal("nothing is found")
			}
			got := ""
			for _, f := range found[0].Fixes {
				got += f.Text
			}
			if got != c.want {
				t.Errorf("the fix is %q, not %q", got, c.want)
			}
		})
	}
}

// TestEditsOfConfiguration: of what was read as configuration, the change is told by where it is and what goes; of a plan there is none.
func TestEditsOfConfiguration(t *testing.T) {
	const rule = `resource "aws_security_group_rule" "r" {
  type              = "ingress"
  security_group_id = "sg-1"
  protocol          = "tcp"
  from_port         = %d
  to_port           = %d
  cidr_blocks       = ["0.0.0.0/0"]
  self              = true
}
`
	for _, c := range []struct {
		name, source string
		want         int
	}{
		{"SSH", fmt.Sprintf(rule, 22, 22), 1},
		{"SSH in a range, which whoever has the files refuses", fmt.Sprintf(rule, 20, 30), 1},
		{"SSH by two rules", fmt.Sprintf(rule, 22, 22) + strings.Replace(strings.Replace(fmt.Sprintf(rule, 22, 22), `"r"`, `"s"`, 1), `cidr_blocks       = ["0.0.0.0/0"]`, `ipv6_cidr_blocks  = ["::/0"]`, 1), 2},
		{"SSH by two rules, of which one admits more", fmt.Sprintf(rule, 22, 22) + strings.Replace(fmt.Sprintf(rule, 22, 23), `"r"`, `"s"`, 1), 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			only := slices.DeleteFunc(checks.All(), func(k audit.Check) bool { return k.ID != "EXP010" })
			found := audit.Run(audit.New(readingOf(t, txtar.File{Name: "source.tf", Data: []byte(c.source)}), audit.Defaults()), only)
			var edits []audit.Edit
			for _, f := range found {
				for _, x := range f.Fixes {
					edits = append(edits, x.Edits...)
				}
			}
			if len(found) == 0 || len(edits) != c.want {
				t.Fatalf("%d findings, %d edits", len(found), len(edits))
			}
			for _, e := range edits {
				if c, ok := e.(audit.Close); ok { // of a rule that admits other traffic, ports
					if len(c.Traffic) == 0 || c.Direction != model.Ingress || c.Addrs.IsEmpty() || c.Keep.Overlaps(c.Addrs) || c.Origin.Line == 0 {
						t.Errorf("%#v", e)
					}
					continue
				}
				b, ok := e.(audit.Bar)
				if !ok || b.Direction != model.Ingress || b.Addrs.IsEmpty() || b.Addrs.Overlaps(audit.Private()) || b.Keep.Overlaps(b.Addrs) || b.Origin.Line == 0 {
					t.Errorf("%#v", e)
				}
			}
		})
	}
}
