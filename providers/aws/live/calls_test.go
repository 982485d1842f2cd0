package live_test

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/crosswall/crosswall/providers/aws/live"
)

// The list of calls is that of the documentation and that of the calls which are made.
func TestCalls(t *testing.T) {
	f := serve(t, parsed(t, everything))
	o := quick()
	o.RoleARN = "arn:aws:iam::111122223333:role/r"
	if s, err := live.Read(context.Background(), o); err != nil || len(s.Gaps) > 0 {
		t.Fatal(err, s.Gaps)
	}
	if _, err := live.Regions(context.Background(), o); err != nil {
		t.Fatal(err)
	}
	var operations, permissions []string
	for _, c := range live.Calls() {
		operations = append(operations, c.Operation)
		permissions = append(permissions, c.Permission)
		if service, operation, ok := strings.Cut(c.Permission, ":"); !ok || operation != c.Operation || service != "ec2" && service != "sts" {
			t.Errorf("%s needs %s", c.Operation, c.Permission)
		}
	}
	if !slices.IsSorted(permissions) {
		t.Errorf("not sorted: %v", permissions)
	}
	slices.Sort(operations)
	if made := f.made(); !slices.Equal(made, operations) {
		t.Errorf("made  %v\nlisted %v", made, operations)
	}
	text, err := os.ReadFile(filepath.Join("..", "..", "..", "docs", "permissions-aws.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range live.Calls() {
		if row := "| `" + c.Permission + "` | " + c.Operation + " | " + c.Why + " |\n"; !strings.Contains(string(text), row) {
			t.Errorf("the documentation lacks %s", row)
		}
	}
	if rows := strings.Count(string(text), "\n| `"); rows != len(permissions) {
		t.Errorf("the documentation has %d rows, want %d", rows, len(permissions))
	}
	_, code, _ := strings.Cut(string(text), "```json\n")
	code, _, _ = strings.Cut(code, "```")
	var policy struct {
		Statement []struct {
			Effect, Resource string
			Action           []string
		}
	}
	if err := json.Unmarshal([]byte(code), &policy); err != nil || len(policy.Statement) != 1 {
		t.Fatal(err, policy)
	}
	want := slices.DeleteFunc(slices.Clone(permissions), func(p string) bool { return strings.HasPrefix(p, "sts:") })
	if got := policy.Statement[0].Action; !slices.Equal(got, want) {
		t.Errorf("the policy allows %v, want %v", got, want)
	}
	for _, p := range permissions {
		_, operation, _ := strings.Cut(p, ":")
		if !strings.HasPrefix(operation, "Describe") && !strings.HasPrefix(operation, "Get") && operation != "AssumeRole" {
			t.Errorf("%s does not read", p)
		}
	}
}

// Calls that need not be made are not made.
func TestNoNeedlessCalls(t *testing.T) {
	f := serve(t, account{"Vpcs": {{"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16"}}})
	if s, err := live.Read(context.Background(), quick()); err != nil || len(s.Gaps) > 0 {
		t.Fatal(err, s.Gaps)
	}
	want := []string{"DescribeManagedPrefixLists", "DescribeNetworkAcls", "DescribeNetworkInterfaces", "DescribeSecurityGroupRules", "DescribeSecurityGroups", "DescribeSubnets", "DescribeVpcs"}
	if made := f.made(); !slices.Equal(made, want) || len(f.Calls()) != len(want) {
		t.Errorf("%d calls: %v", len(f.Calls()), made)
	}
}
