package aws_test

import (
	"testing"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers/aws"
)

// TestEncodedIsExact: what is written admits what the policy admits, groups and
// ACLs together, and the ACLs alone never refuse any of it.
func TestEncodedIsExact(t *testing.T) {
	for _, c := range []struct {
		name  string
		world world
	}{
		{"nothing isolated", shop()},
		{"deny all", shop(deny(model.Ingress, "front"), deny(model.Egress, "front"), deny(model.Ingress, "back"),
			deny(model.Egress, "back"), deny(model.Ingress, "data"), deny(model.Egress, "data"))},
		{"one segment isolated", shop(in("back", "front", tcp(8080)))},
		{"both ends", shop(in("back", "front", tcp(8080)), out("front", "back", tcp(8080)))},
		{"ends that agree in part", shop(in("back", "front", ports(8000, 8100)), out("front", "back", ports(8050, 9000)))},
		{"egress only", shop(out("front", "back", tcp(8080), udp(53)))},
		{"from the internet", shop(in("front", "any", tcp(443)), in("back", "front", tcp(80)), in("data", "back", tcp(5432)))},
		{"to a partner", shop(out("back", "203.0.113.0/24", tcp(443)), in("back", "front", tcp(80)))},
		{"except", shop(in("front", "192.0.2.0/25 192.0.2.192/26", tcp(443)))},
		{"a block that holds a segment", shop(in("data", "10.0.0.0/16", tcp(5432)))},
		{"strangers only", shopIPv4(in("front", "strangers", tcp(443)))},
		{"all but one segment", shopIPv4(in("data", "not front", tcp(5432)))},
		{"any protocol", shop(in("back", "front", anything()))},
		{"all of SCTP", shop(in("back", "front", model.AllOf(model.SCTP)))},
		{"other protocols", shop(in("back", "front", model.AllOf(model.GRE), model.AllOf(model.ESP)))},
		{"echo", shop(in("back", "any", echo(), echo6()), out("front", "back", echo(), echo6()))},
		{"all of ICMP", shop(in("back", "any", model.AllOf(model.ICMP), model.AllOf(model.ICMPv6)))},
		{"path MTU discovery", shop(in("back", "any", model.ICMPMessage(model.ICMP, 3, 4), model.ICMPMessage(model.ICMPv6, 2, 0)))},
		{"IPv6 only", shop(in("back", "2001:db8::/32", tcp(443)))},
		{"self", shop(in("back", "back", tcp(7946)))},
		{"without a placement", world{segments: []segment{nowhere("front"), nowhere("back")},
			rules: []rule{in("back", "front", tcp(80)), out("front", "10.0.0.0/8", tcp(80))}}},
		{"two segments in one subnet", world{
			segments: []segment{{id: "a", subnet: "app", cidrs: []string{"10.0.1.0/24"}}, {id: "b", subnet: "app", cidrs: []string{"10.0.1.0/24"}}},
			rules:    []rule{in("a", "b", tcp(80)), in("b", "any", tcp(443))}}},
		{"strangers in the subnets", world{shared: true, segments: shop().segments,
			rules: []rule{in("back", "front", tcp(8080)), in("front", "any", tcp(443)), out("back", "10.0.0.0/16", tcp(5432))}}},
		{"linux clients", world{segments: []segment{
			{id: "a", subnet: "a", cidrs: []string{"10.0.1.0/24"}, ports: model.PortRange{First: 32768, Last: 60999}}, at("b", "10.0.2.0/24")},
			rules: []rule{in("b", "a", tcp(80)), in("a", "b", tcp(80))}}},
		{"existing groups", world{segments: []segment{
			{id: "a", subnet: "a", cidrs: []string{"10.0.1.0/24"}, group: "sg-0aaa"}, at("b", "10.0.2.0/24")},
			rules: []rule{in("b", "a", tcp(80)), in("a", "b", tcp(80)), out("a", "a", anything())}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := c.world.encode(t, aws.Options{NACLEntries: 40})
			e.mustBeExact(t)
			if f, ok := e.aclOnly().Closed.Example(); ok {
				t.Errorf("the network ACLs alone refuse %v", f)
			}
			for _, f := range e.findings {
				if f.Grade != 0 || f.Severity == model.Error {
					t.Errorf("unexpected loss: %v", f)
				}
			}
		})
	}
}
