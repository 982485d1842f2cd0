package tfsource_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
	tfsource "github.com/crosswall/crosswall/translate/terraform"
)

// Two clouds: who is paired, and who is not compared.
func TestMergeAcrossClouds(t *testing.T) {
	const (
		asg    = "resource \"azurerm_application_security_group\" \"x\" {\n  name = \"DB\"\n}\n"
		tagged = "source_ranges = [\"0.0.0.0/0\"]\n  target_tags = [\"db\"]\n  allow {\n    protocol = \"tcp\"\n    ports = [\"80\"]\n  }"
		other  = "source_ranges = [\"0.0.0.0/0\"]\n  target_tags = [\"api\"]\n  allow {\n    protocol = \"tcp\"\n    ports = [\"80\"]\n  }"
		mail   = "name = \"db\"\n  tags = {\n    Name = \"mail\"\n  }"
	)
	any4 := `cidr_ipv4 = "0.0.0.0/0"`
	for _, row := range []struct {
		name, a, b string
		// members are who is compared, unpaired who is not.
		members, unpaired string
	}{
		{"a group and a tag of one name", sg("db") + ingress("r", 80, any4), firewall("f", tagged), "db, network main", ""},
		{"a group and an application group, whatever the case", sg("db") + ingress("r", 80, any4), asg, "db", ""},
		{"a group and a tag of other names", sg("db") + ingress("r", 80, any4), firewall("f", other), "network main", "aws_security_group.db, tag api"},
		{"the tag Name goes before the name", strings.Replace(sg("db"), `name = "db"`, mail, 1), firewall("f", tagged), "network main", "aws_security_group.db, tag db"},
		{"two of one name are no pair", sg("db") + strings.ReplaceAll(sg("dc"), `name = "dc"`, `name = "db"`), firewall("f", tagged), "network main", "aws_security_group.db, aws_security_group.dc, tag db"},
		{"one cloud pairs as ever", sg("db"), sg("db"), "aws_security_group.db", ""},
	} {
		a, b, findings := tfsource.Merge(configuration(t, row.a), configuration(t, row.b))
		var ids, unpaired []string
		for _, m := range a.Inventory.Members {
			ids = append(ids, string(m.ID))
		}
		for _, f := range findings {
			if f.Code == tfsource.CodeUnpaired && f.Severity == model.Warning {
				unpaired = append(unpaired, f.Origin.Object)
			}
		}
		slices.Sort(unpaired)
		if got := strings.Join(ids, ", "); got != row.members || strings.Join(unpaired, ", ") != row.unpaired {
			t.Errorf("%s: compared %q, want %q; not compared %q, want %q", row.name, got, row.members, unpaired, row.unpaired)
		}
		for _, p := range []model.Policy{a.Policy, b.Policy} {
			if err := p.Validate(); err != nil {
				t.Errorf("%s: %v", row.name, err)
			}
		}
	}
}

func configuration(t *testing.T, text string) tfsource.Input {
	t.Helper()
	in, findings, err := reader("").Folder(fstest.MapFS{"main.tf": &fstest.MapFile{Data: []byte(text)}})
	if err != nil || model.WorstSeverity(findings) == model.Error {
		t.Fatal(err, findings)
	}
	return in
}

// What a snapshot did not look for is perhaps there: it is not gone.
func TestUnreadIsNotGone(t *testing.T) {
	group := func(id, name string) json.RawMessage {
		return json.RawMessage(`{"GroupId":"` + id + `","GroupName":"` + name + `","VpcId":"vpc-1","IpPermissions":[{"IpProtocol":"tcp","FromPort":80,"ToPort":80,"IpRanges":[{"CidrIp":"0.0.0.0/0"}]}],"IpPermissionsEgress":[]}`)
	}
	objects := func(groups ...json.RawMessage) map[string][]json.RawMessage {
		return map[string][]json.RawMessage{"SecurityGroups": groups, "NetworkAcls": {}, "Subnets": {}, "NetworkInterfaces": {}, "Vpcs": {}}
	}
	one := providers.Snapshot{Provider: "aws", Objects: objects(group("sg-1", "a"), group("sg-2", "b"))}
	for _, row := range []struct {
		name            string
		gaps            []providers.Gap
		closed, unknown bool
	}{
		{"all were read", nil, true, false},
		{"one page is missing", []providers.Gap{{Kind: "SecurityGroups", Call: "DescribeSecurityGroups", Why: "throttled"}}, false, true},
		{"something of another object is missing", []providers.Gap{{Kind: "SecurityGroups", Object: "sg-1", Call: "x", Why: "y"}}, true, true},
	} {
		other := providers.Snapshot{Provider: "aws", Objects: objects(group("sg-1", "a")), Gaps: row.gaps}
		want, _ := reader("").Objects(one)
		have, _ := reader("").Objects(other)
		a, b, _ := tfsource.Merge(want, have)
		d := model.Compare(a.Policy, b.Policy, a.Inventory)
		if d.Closed.IsEmpty() == row.closed || d.Unknown.IsEmpty() == row.unknown {
			t.Errorf("%s: closed %t, unknown %t", row.name, !d.Closed.IsEmpty(), !d.Unknown.IsEmpty())
		}
	}
}
