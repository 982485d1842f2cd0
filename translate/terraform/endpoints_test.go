package tfsource_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/crosswall/crosswall/model"
	tfsource "github.com/crosswall/crosswall/translate/terraform"
)

// awsState is a state of the groups web, which may be reached from anywhere on 443, and db, which web may reach on
// 5432, with interfaces "id address group...": what AWS documents as the union of the rules of all
// groups of an interface (VPC user guide, security groups).
func awsState(interfaces ...string) string {
	group := func(id, name, ingress string) string {
		return fmt.Sprintf(`{"mode": "managed", "type": "aws_security_group", "name": %q, "instances": [{"attributes": {"id": %q, "name": %[1]q, "ingress": [%[3]s],
			"egress": [{"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"]}]}}]}`, name, id, ingress)
	}
	parts := []string{
		group("sg-web", "web", `{"protocol": "tcp", "from_port": 443, "to_port": 443, "cidr_blocks": ["0.0.0.0/0"]}`),
		group("sg-db", "db", `{"protocol": "tcp", "from_port": 5432, "to_port": 5432, "security_groups": ["sg-web"]}`),
	}
	for _, line := range interfaces {
		f := strings.Fields(line)
		parts = append(parts, fmt.Sprintf(`{"mode": "managed", "type": "aws_network_interface", "name": %q, "instances": [{"attributes": {"id": "eni-%[1]s", "private_ips": [%[2]q], "ipv6_addresses": [], "security_groups": ["%[3]s"]}}]}`,
			f[0], f[1], strings.Join(f[2:], `", "`)))
	}
	return `{"version": 4, "terraform_version": "1.9.0", "serial": 1, "lineage": "x", "resources": [` + strings.Join(parts, ",") + `]}`
}

// An interface that gains or loses a security group opens and closes its own traffic, and nobody else's.
func TestAWSMembership(t *testing.T) {
	const one, two = "aws_network_interface.a", "aws_network_interface.b"
	base := []string{"a 10.0.1.4 sg-web", "b 10.0.1.5 sg-web", "c 10.0.2.4 sg-db"}
	for _, row := range []struct {
		name string
		have []string
		rows []string
	}{
		{"nothing", base, nil},
		{"another interface in a group", append(base, "d 10.0.1.6 sg-web"), nil},
		{"an interface that is gone", base[1:], nil},
		{"one group more", []string{"a 10.0.1.4 sg-web sg-db", "b 10.0.1.5 sg-web", "c 10.0.2.4 sg-db"},
			[]string{"+ aws_security_group.web@10.0.1.5 > " + one + "@10.0.1.4 tcp/5432", "= aws_security_group.web@10.0.1.4 > aws_security_group.web@10.0.1.5 tcp/5432", "= 192.0.2.1 > " + one + "@10.0.1.4 tcp/443"}},
		{"another group", []string{"a 10.0.1.4 sg-db", "b 10.0.1.5 sg-web", "c 10.0.2.4 sg-db"},
			[]string{"- 192.0.2.1 > " + one + "@10.0.1.4 tcp/443", "+ aws_security_group.web@10.0.1.5 > " + one + "@10.0.1.4 tcp/5432",
				"- " + one + "@10.0.1.4 > aws_security_group.db@10.0.2.4 tcp/5432", "= aws_security_group.web@10.0.1.5 > aws_security_group.db@10.0.2.4 tcp/5432"}},
		{"two that moved alike", []string{"a 10.0.1.4 sg-db", "b 10.0.1.5 sg-db", "c 10.0.2.4 sg-db"},
			[]string{"- 192.0.2.1 > " + one + ", " + two + "@10.0.1.5 tcp/443", "+ aws_security_group.web > " + one + ", " + two + "@10.0.1.5 tcp/5432", "= " + one + ", " + two + "@10.0.1.4 > " + one + ", " + two + "@10.0.1.5 tcp/5432"}},
		{"a group of which no rules are known", []string{"a 10.0.1.4 sg-web sg-other", "b 10.0.1.5 sg-web", "c 10.0.2.4 sg-db"},
			[]string{"? 192.0.2.1 > " + one + "@10.0.1.4 tcp/80", "= 192.0.2.1 > aws_security_group.web@10.0.1.5 tcp/443"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			differ(t, document(t, awsState(base...)), document(t, awsState(row.have...)), row.rows...)
		})
	}
}

var _ = model.Allowed
var _ tfsource.Kind
