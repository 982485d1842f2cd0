package tfsource_test

import (
	"testing"

	"github.com/crosswall/crosswall/model"
	tfsource "github.com/crosswall/crosswall/translate/terraform"
)

// A VPC has a default security group whether configuration names it or not. Configuration that adopts it takes its rules away, and
// configuration that gives it up leaves those that there are (documentation of aws_default_security_group).
func TestMergeDefaultGroup(t *testing.T) {
	const (
		vpc   = "resource \"aws_vpc\" \"v\" {\n  cidr_block = \"10.0.0.0/16\"\n}\n"
		rules = "  ingress {\n    from_port = 0\n    to_port = 0\n    protocol = \"-1\"\n    self = true\n  }\n"
	)
	group := func(of, rules string) string {
		return "resource \"aws_default_security_group\" \"d\" {\n  vpc_id = " + of + "\n" + rules + "}\n"
	}
	const ours, theirs = "aws_vpc.v.id", `"vpc-1"`
	egress := "  egress {\n    from_port = 0\n    to_port = 0\n    protocol = \"-1\"\n    cidr_blocks = [\"0.0.0.0/0\"]\n  }\n"
	for _, row := range []struct {
		name, a, b string
		// tells is "+" where anything is opened, "-" closed, "?" unknown.
		tells string
	}{
		{"adopted, and its rules taken away", vpc, vpc + group(ours, ""), "?"},
		{"given up", vpc + group(ours, rules+egress), vpc, "?"},
		{"of a VPC elsewhere", sg("web"), sg("web") + group(theirs, ""), "?"},
		{"with its VPC", sg("web"), sg("web") + vpc + group(ours, rules+egress), "+"},
		{"with its VPC, without rules", sg("web"), sg("web") + vpc + group(ours, ""), ""},
		{"emptied", vpc + group(ours, rules+egress), vpc + group(ours, ""), "-"},
		{"the same", vpc + group(ours, rules), vpc + group(ours, rules), ""},
	} {
		a, b, _ := tfsource.Merge(configuration(t, row.a), configuration(t, row.b))
		d := model.Compare(a.Policy, b.Policy, a.Inventory)
		got := ""
		for _, r := range []struct {
			sign string
			model.Region
		}{{"+", d.Opened}, {"-", d.Closed}, {"?", d.Unknown}} {
			if !r.IsEmpty() {
				got += r.sign
			}
		}
		if got != row.tells {
			t.Errorf("%s: %q, want %q", row.name, got, row.tells)
		}
	}
}
