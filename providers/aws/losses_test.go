package aws_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers/aws"
	"github.com/crosswall/crosswall/terraform"
)

// TestLosses: what AWS cannot say is graded, says which connections it may touch,
// and holds every difference that checking back finds.
func TestLosses(t *testing.T) {
	fromPort := model.PortsBetween(model.TCP, model.PortRange{First: 2000, Last: 3000}, model.PortRange{First: 80, Last: 80})
	for _, c := range []struct {
		name  string
		world world
		code  string
		grade model.Grade
	}{
		{"SCTP ports", shop(in("back", "front", sctp(9))), "sctp-ports", model.Wider},
		{"source ports", shop(in("back", "front", fromPort)), "source-ports", model.Wider},
		{"one of two at an address", world{segments: []segment{
			{id: "a", subnet: "app", cidrs: []string{"10.0.1.0/24"}}, {id: "b", subnet: "app", cidrs: []string{"10.0.1.0/24"}}, at("c", "10.0.2.0/24")},
			rules: []rule{in("c", "strangers", tcp(80))}, shared: true}, "shared-address", model.Wider},
		{"too many blocks around a subnet", shop(in("front", "strangers", tcp(443))), "shared-address", model.Wider},
		{"a shared group", world{segments: []segment{
			{id: "a", group: "sg-1"}, {id: "b", group: "sg-1"}, nowhere("c")}, rules: []rule{in("a", "c", tcp(80)), deny(model.Ingress, "b")}},
			"shared-group", model.Wider},
		{"a reference to a shared group", world{segments: []segment{
			{id: "a", group: "sg-1"}, {id: "b", group: "sg-1"}, nowhere("c")}, rules: []rule{in("c", "a", tcp(80))}}, "shared-address", model.Wider},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := c.world.encode(t, aws.Options{NACLEntries: 40})
			f := e.finding(c.code)
			if f == nil || f.Grade != c.grade || f.Advice == "" {
				t.Fatalf("no loss %s with grade and advice: %v", c.code, e.findings)
			}
			d := e.delta()
			if d.Opened.IsEmpty() {
				t.Error("a loss is reported and nothing is opened")
			}
			rest := d.Opened.Union(d.Closed).Union(d.Unknown)
			for _, f := range e.findings {
				rest = rest.Subtract(f.Affects)
			}
			if f, ok := rest.Example(); ok {
				t.Errorf("no loss tells of %v", f)
			}
		})
	}
}

// TestPeerWithoutAddress: a peer that has no group and no known address is left
// out and reported, never replaced by everybody.
func TestPeerWithoutAddress(t *testing.T) {
	it := shop(in("back", "host", tcp(80))).intent()
	it.Inventory.Members = append(it.Inventory.Members, model.Member{ID: "host"})
	out, fs := aws.New(aws.Options{}).Encode(it)
	i := slices.IndexFunc(fs, func(f model.Finding) bool { return f.Code == "unknown-address" })
	if i < 0 || fs[i].Grade != model.Narrower || fs[i].Affects.IsEmpty() {
		t.Errorf("no loss: %v", fs)
	}
	for _, r := range out.Module.Resources {
		if strings.HasPrefix(r.Name, "back_") && strings.Contains(r.Type, "ingress") {
			t.Errorf("unexpected rule %s", r.Address())
		}
	}
}

// TestPeerByAddress: a peer without a group is named by its addresses.
func TestPeerByAddress(t *testing.T) {
	it := shop(in("back", "host", tcp(80))).intent()
	it.Inventory.Members = append(it.Inventory.Members, model.Member{ID: "host", Addrs: model.MustPrefixes("10.0.9.0/28")})
	out, fs := aws.New(aws.Options{}).Encode(it)
	for _, f := range fs {
		if f.Code == "unknown-address" {
			t.Errorf("unexpected: %v", f)
		}
	}
	if !slices.ContainsFunc(out.Module.Resources, func(r terraform.Resource) bool { return r.Name == "back_tcp-80_from_10-0-9-0_28" }) {
		t.Error("no rule for the peer's addresses")
	}
}

// TestCoveredRulesMakeRoom: rules that others cover go before a quota is exceeded.
func TestCoveredRulesMakeRoom(t *testing.T) {
	w := world{segments: []segment{nowhere("b")}, rules: []rule{in("b", "192.0.2.0/24", anything())}}
	for i := range 70 {
		w.rules = append(w.rules, in("b", fmt.Sprintf("192.0.2.%d/32", i), tcp(80)))
	}
	e := w.encode(t, aws.Options{})
	if f := e.finding("quota"); f != nil {
		t.Error(f)
	}
	e.mustBeExact(t)
}

// TestWithoutPlacement: groups are a module with a variable, and the missing ACLs
// are mentioned with the lines to add.
func TestWithoutPlacement(t *testing.T) {
	e := world{segments: []segment{nowhere("a")}}.encode(t, aws.Options{})
	f := e.finding("no-network-acls")
	if f == nil || f.Severity != model.Info || !strings.Contains(f.Advice, "subnets:") {
		t.Errorf("finding: %v", f)
	}
	if len(e.Module.Variables) != 1 || e.Module.Variables[0].Name != "vpc_id" || len(e.resources("aws_network_acl")) != 0 {
		t.Errorf("variables %v\n%s", e.Module.Variables, e.text())
	}
}

// TestSubnetVariable: subnets without an id are a variable, by name.
func TestSubnetVariable(t *testing.T) {
	it := shop(in("back", "front", tcp(80))).intent()
	for i := range it.Site.Subnets {
		it.Site.Subnets[i].ID = ""
	}
	out, _ := aws.New(aws.Options{}).Encode(it)
	p, fs := aws.New(aws.Options{}).Decode(out.Module)
	if model.WorstSeverity(fs) > model.Info {
		t.Errorf("findings: %v", fs)
	}
	known := it.Inventory
	known.Groups = out.Groups
	if d := model.Compare(it.Policy, p, known); !d.Equal() {
		t.Error("not exact")
	}
	if _, ok := out.Groups[`var.subnet_ids["net-back"]`]; !ok || len(out.Module.Variables) != 2 {
		t.Errorf("groups %v, variables %v", out.Groups, out.Module.Variables)
	}
}
