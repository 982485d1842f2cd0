package azure

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
)

// Names are fit for Azure and Terraform, and keep things apart that are apart
// (cloud semantics section 7).
func TestLabel(t *testing.T) {
	for in, want := range map[string]string{
		"app": "app", "app-2": "app-2",
		"App": "x-app-[0-9a-f]{8}", "2nd": "x-2nd-[0-9a-f]{8}", "a_b": "x-a-b-[0-9a-f]{8}", "": "x-[0-9a-f]{8}", "é": "x-[0-9a-f]{8}",
		strings.Repeat("n", 70): "x-n{49}-[0-9a-f]{8}",
	} {
		if got := label(in); !regexp.MustCompile("^"+want+"$").MatchString(got) || len(got) > maxLabel {
			t.Errorf("label(%q) = %q, want %s", in, got, want)
		}
	}
	if label("a_b") == label("a.b") {
		t.Error("two subnets have one label")
	}
}

func TestRuleNames(t *testing.T) {
	long := strings.Repeat("long-", 10)
	rules := []rule{
		{direction: model.Ingress, access: model.Allow, protocol: "Tcp", subject: "shop-db", counterpart: "10.0.0.0/8", dstPorts: []model.PortRange{{First: 80, Last: 80}}},
		{direction: model.Ingress, access: model.Allow, protocol: "Tcp", subject: long, counterpart: long, dstPorts: []model.PortRange{{First: 80, Last: 90}}},
		{direction: model.Egress, access: model.Deny, protocol: "*", subject: "all"},
	}
	nameRules("app", rules)
	for i, want := range []string{"allow-in-shop-db-tcp-80-from-10-0-0-0-8-[0-9a-f]{8}", "allow-in-long-long-.*-[0-9a-f]{8}", "deny-out-all-any-[0-9a-f]{8}"} {
		if n := rules[i].name; len(n) > maxRuleName || !regexp.MustCompile("^"+want+"$").MatchString(n) {
			t.Errorf("name %q, want %s", n, want)
		}
	}
	again := slices.Clone(rules[2:])
	nameRules("app", again)
	if again[0].name != rules[2].name {
		t.Errorf("the name depends on other rules: %q, %q", rules[2].name, again[0].name)
	}
}

// Descriptions name the policies in 140 bytes of ASCII.
func TestDescribe(t *testing.T) {
	tests := []struct {
		rule rule
		want string
	}{
		{rule{}, ""},
		{rule{reasons: []string{"NetworkPolicy b", "NetworkPolicy a", "NetworkPolicy a"}}, "NetworkPolicy a; NetworkPolicy b"},
		{rule{reasons: []string{"probes “of” it"}}, "probes ?of? it"},
	}
	for _, tt := range tests {
		if got := describe(tt.rule); got != tt.want {
			t.Errorf("describe = %q, want %q", got, tt.want)
		}
	}
	many := rule{}
	for i := range 20 {
		many.reasons = append(many.reasons, fmt.Sprint("NetworkPolicy policy-", i))
	}
	if d := describe(many); len(d) > maxDescription || !strings.HasSuffix(d, " ...") {
		t.Errorf("description of %d bytes: %q", len(d), d)
	}
	if len(comment(many)) != 20 {
		t.Errorf("comment %q", comment(many))
	}
}

// Traffic in Azure's words (cloud semantics section 6).
func TestMatches(t *testing.T) {
	tcp := func(a, b uint16) model.Service { return model.Ports(model.TCP, a, b) }
	from := model.PortsBetween(model.TCP, model.PortRange{First: 53, Last: 53}, model.AllPorts())
	tests := []struct {
		traffic model.Traffic
		want    string
	}{
		{nil, ""},
		{model.Traffic{tcp(80, 80)}, "Tcp 80"},
		{model.Traffic{tcp(80, 80), tcp(81, 90), tcp(85, 100), tcp(200, 200)}, "Tcp 80-100,200"},
		{model.Traffic{tcp(0, 65535)}, "Tcp *"},
		{model.Traffic{tcp(0, 100), tcp(101, 65535)}, "Tcp *"},
		{model.Traffic{tcp(80, 80), from}, "Tcp 80; Tcp * from 53"},
		{model.Traffic{tcp(80, 80), model.Ports(model.UDP, 53, 53)}, "Tcp 80; Udp 53"},
		{model.Traffic{tcp(80, 80), model.AllTraffic()}, "* *"},
		{model.Traffic{model.AllOf(model.ICMP), model.AllOf(model.ESP), model.AllOf(model.AH)}, "Ah *; Esp *; Icmp *"},
		{model.Traffic{model.AllOf(model.ICMPv6), model.AllOf(model.SCTP), model.AllOf(model.GRE)}, ""},
	}
	for _, tt := range tests {
		var got []string
		for _, m := range matchesOf(tt.traffic).matches {
			text := m.protocol + " " + portsText(m.dstPorts)
			if len(m.srcPorts) > 0 {
				text += " from " + portsText(m.srcPorts)
			}
			got = append(got, text)
		}
		if strings.Join(got, "; ") != tt.want {
			t.Errorf("%s: %q, want %q", tt.traffic, strings.Join(got, "; "), tt.want)
		}
	}
}

// The platform's band holds a hundred rules; the others find room among the
// policies'. Whoever was in the band before stays.
func TestPlatformOverflow(t *testing.T) {
	number := func(n int, earlier map[string]int) map[string]int {
		g := securityGroup{subnet: &providers.Subnet{Name: "app"}}
		for i := range n {
			g.rules = append(g.rules, rule{direction: model.Ingress, access: model.Allow, protocol: "Tcp", band: bandPlatform,
				dstPorts: []model.PortRange{{First: uint16(i), Last: uint16(i)}}})
		}
		nameRules("app", g.rules)
		e := newEncoder(providers.Intent{Numbers: providers.Numbering{g.listName(model.Ingress): earlier}})
		e.number(&g)
		if len(e.findings) > 0 {
			t.Fatal(e.findings)
		}
		out := map[string]int{}
		taken := map[int]bool{}
		for _, r := range g.rules {
			if taken[r.priority] {
				t.Errorf("priority %d twice", r.priority)
			}
			taken[r.priority] = true
			out[r.name] = r.priority
		}
		return out
	}
	inBand := func(numbers map[string]int) int {
		n := 0
		for _, p := range numbers {
			if p <= platformLast {
				n++
			}
		}
		return n
	}
	few := number(100, nil)
	if n := inBand(few); n != 100 {
		t.Errorf("%d of 100 rules in the band", n)
	}
	if n := inBand(number(150, nil)); n != 100 {
		t.Errorf("%d of 150 rules in the band", n)
	}
	many := number(150, few)
	for name, p := range few {
		if many[name] != p {
			t.Errorf("%s was %d, is %d", name, p, many[name])
		}
	}
}
