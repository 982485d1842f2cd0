package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/crosswall/crosswall/model"
)

func TestParseAccounts(t *testing.T) {
	got, findings := parseAccounts("a.yaml", []byte(`accounts:
  - aws: {profile: prod, role: "arn:aws:iam::111122223333:role/reader", external-id: x y, regions: [eu-west-1, us-east-1]}
  - aws: {profile: prod, regions: all}
  - aws: {profile: prod, regions: eu-west-1}
  - aws: {}
  - gcp: {project: shop-prod}
  - gcp: {project: shop-prod, network: web}
  - azure: {subscription: 00000000-0000-0000-0000-000000000000, resource-group: shop}
  - source: aws://eu-west-1/vpc-1
  - source: aws://eu-west-1/vpc-1
`))
	if len(findings) > 0 {
		t.Fatal(findings)
	}
	role := "profile=prod&role=arn:aws:iam::111122223333:role/reader&external-id=x+y"
	want := []accountTarget{
		{source: "aws://eu-west-1?" + role}, {source: "aws://us-east-1?" + role}, {source: "aws://?profile=prod", regions: true}, {source: "aws://eu-west-1?profile=prod"}, {source: "aws://"},
		{source: "gcp://shop-prod"}, {source: "gcp://shop-prod/web"}, {source: "azure://00000000-0000-0000-0000-000000000000/shop"}, {source: "aws://eu-west-1/vpc-1"},
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

// TestParseAccountsFaults: each says where and what, all of them at once; a file without accounts is one, for it would be read in full.
func TestParseAccountsFaults(t *testing.T) {
	for text, says := range map[string][]string{
		"":                                   {"a.yaml: ", "the file is empty", "accounts:\n  - aws: {profile: prod"},
		"# nothing\n":                        {"the file is empty", "for example"},
		"accounts: [":                        {"a.yaml:1", "not YAML"},
		"- a\n":                              {"a.yaml:1:1", "must be a mapping"},
		"accounts:\n":                        {"a.yaml:1:1", "accounts is empty"},
		"accounts: []\n":                     {"a.yaml:1:11", "the list names no account"},
		"accounts: {aws: {}}\n":              {"a.yaml:1:11", "accounts must be a list"},
		"accounts: [x]\n":                    {"a.yaml:1:12", "accounts[0] must be a mapping"},
		"accounts: [{}]\n":                   {"a.yaml:1:12", "accounts[0] names none of aws, gcp, azure and source"},
		"accounts: [{aws: {regions: []}}]\n": {"a.yaml:1:28", "names no region"},
		"accounts: [{source: ./main.tf}]\n":  {"a.yaml:1:12", "is no account of a cloud"},
		"accounts:\n- aws: {profil: a}\n- gcp: {project: 7}\n- gcp: {}\n- azure: {subscription: a, subscription: b}\n- source: 'aws://Not-a-Region'\naccount: 1\n": {
			"a.yaml:2:9", "unknown field accounts[0].aws.profil", "a.yaml:3:18", "not the number 7", "a.yaml:4:8", "lacks the field project", "a.yaml:5:28", "given twice",
			"a.yaml:6:3", "no AWS region", "a.yaml:7:1", "unknown field account"},
		"accounts: [{source: 'aws://eu-west-1'}]\n---\naccounts: []\n": {"a.yaml:2:1", "is one YAML document"},
		"a: &a [*a]\naccounts: *a\n":                                   {"nested more than"},
		"a: \"\x00\"\n":                                                {"a.yaml", "not YAML"},
		"accounts:\n" + strings.Repeat("- &a {source: 'aws://eu-west-1'}\n", 1) + "- *b\n":      {"not YAML", "unknown anchor"},
		strings.Repeat("# 0123456789012345678901234567890123456789\n", 200_000) + "accounts:\n": {"a list of accounts may have"},
	} {
		targets, findings := parseAccounts("a.yaml", []byte(text))
		var all []string
		for _, f := range findings {
			all = append(all, f.String())
		}
		joined := strings.Join(all, "\n")
		for _, s := range says {
			if len(targets) > 0 || model.WorstSeverity(findings) != model.Error || !strings.Contains(joined, s) {
				t.Errorf("%.60q: want %q in\n%s", text, s, joined)
			}
		}
	}
}

func FuzzParseAccounts(f *testing.F) {
	f.Add("accounts:\n- aws: {profile: a, regions: all}\n- gcp: {project: b}\n- source: aws://eu-west-1\n")
	f.Add("accounts: [{azure: {subscription: &a x, resource-group: *a}}, {aws: {regions: [x, 1]}}]\n")
	f.Fuzz(func(t *testing.T, text string) {
		targets, findings := parseAccounts("a", []byte(text))
		if (len(targets) == 0) == (len(findings) == 0) {
			t.Errorf("%d accounts and %d faults", len(targets), len(findings))
		}
		for _, x := range targets {
			if _, ok, err := openLive(x.source); err != nil || !ok {
				t.Errorf("%q cannot be read: %v", x.source, err)
			}
		}
	})
}
