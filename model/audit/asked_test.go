package audit_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
)

// opened is what a firewall with some rules opens of TCP 22, target by target: "10.0.0.4/32 from IPv4".
func opened(rules ...model.Rule) []string {
	f := audit.Firewall{Object: audit.Object{Provider: "x", Kind: audit.NetworkSecurityGroup, Key: "g", Name: "g"}, State: model.Stateful,
		Target:  model.Group("here"),
		Ingress: []model.Chain{{Order: model.FirstMatch, Default: model.Deny, Rules: rules}}}
	inv := model.Inventory{Members: []model.Member{{ID: "a", Addrs: model.MustPrefixes("10.0.0.0/24")}},
		Groups: map[model.Group]model.Selector{"here": model.Identities{"a"}, "web": model.Identities{"a"}}}
	s := audit.New(audit.Reading{Inventory: inv, Estate: audit.Estate{Firewalls: []audit.Firewall{f}}}, audit.Settings{})
	var out []string
	for _, o := range s.Openings() {
		for sure, part := range map[string]model.Region{"": o.Open, " perhaps": o.Unsure} {
			var at model.AddrSet
			for b := range part.All() {
				at = at.Union(b.Dst.At(o.Here()))
			}
			if !at.IsEmpty() {
				out = append(out, fmt.Sprintf("%s at %s%s", audit.SelectorText(o.Target), places(at), sure))
			}
		}
	}
	slices.Sort(out)
	return out
}

func places(at model.AddrSet) string {
	if at.Equal(model.AllIPv4()) { // the family of the strangers
		return "all"
	}
	return at.String()
}

// ssh is a rule about SSH from everybody on IPv4; the priority is the place.
func ssh(priority int, a model.Action, to model.Selector) model.Rule {
	return model.Rule{Priority: priority, Action: a, Target: to, Peer: model.At{Addrs: model.AllIPv4()},
		Traffic: model.Traffic{model.Ports(model.TCP, 22, 22)}, Origin: model.Origin{Line: priority}}
}

func to(cidrs ...string) model.Selector { return model.At{Addrs: model.MustPrefixes(cidrs...)} }

// What rules open for whom, where they name addresses and groups as their targets.
func TestOpeningsByTarget(t *testing.T) {
	perhaps := func(s model.Selector) model.Selector { return model.Maybe{Selector: s, Why: "it is not known"} }
	tests := []struct {
		name  string
		rules []model.Rule
		want  string
	}{
		{"everybody", []model.Rule{ssh(1, model.Allow, nil)}, "anybody at all"},
		{"nobody", []model.Rule{ssh(1, model.Deny, nil), ssh(2, model.Allow, nil)}, ""},
		{"one address", []model.Rule{ssh(1, model.Allow, to("10.0.0.4/32"))}, "10.0.0.4/32 at 10.0.0.4/32"},
		{"an address that is denied by a wider block", []model.Rule{ssh(1, model.Deny, to("10.0.0.0/28")), ssh(2, model.Allow, to("10.0.0.4/32"))}, ""},
		{"a block that is denied in halves", []model.Rule{ssh(1, model.Deny, to("10.0.0.0/25")), ssh(2, model.Deny, to("10.0.0.128/25")), ssh(3, model.Allow, to("10.0.0.0/24"))}, ""},
		{"a block of which a part is denied", []model.Rule{ssh(1, model.Deny, to("10.0.0.0/25")), ssh(2, model.Allow, to("10.0.0.0/24"))}, "10.0.0.0/24 at 10.0.0.128/25"},
		{"everybody but some", []model.Rule{ssh(1, model.Deny, to("10.0.0.0/25")), ssh(2, model.Allow, nil)}, "anybody at 10.0.0.128/25"},
		{"everybody but all there are", []model.Rule{ssh(1, model.Deny, to("10.0.0.0/8")), ssh(2, model.Allow, nil)}, ""},
		{"what is open for all is told once", []model.Rule{ssh(1, model.Allow, nil), ssh(2, model.Allow, to("10.0.0.4/32"))}, "anybody at all"},
		{"an exception from a deny for all", []model.Rule{ssh(1, model.Allow, to("10.0.0.4/32")), ssh(2, model.Deny, to("10.0.0.0/25")), ssh(3, model.Allow, nil)},
			"10.0.0.4/32 at 10.0.0.4/32; anybody at 10.0.0.128/25"},
		{"a group", []model.Rule{ssh(1, model.Allow, model.Group("web"))}, "web at all"},
		{"a group that is denied first", []model.Rule{ssh(1, model.Deny, model.Group("web")), ssh(2, model.Allow, model.Group("web"))}, ""},
		{"a group at addresses that are denied", []model.Rule{ssh(1, model.Deny, to("10.0.0.0/24")), ssh(2, model.Allow, model.Group("web"))}, ""},
		{"perhaps everybody", []model.Rule{ssh(1, model.Allow, perhaps(model.Any{}))}, "anybody at all perhaps"},
		{"perhaps nobody", []model.Rule{ssh(1, model.Deny, perhaps(model.Any{})), ssh(2, model.Allow, nil)}, "anybody at all perhaps"},
		{"the members, by their name", []model.Rule{ssh(1, model.Allow, model.Group("here"))}, "anybody at all"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := strings.Join(opened(tt.rules...), "; "); got != tt.want {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
		})
	}
}
