package azure_test

import (
	"slices"
	"testing"

	"github.com/crosswall/crosswall/model"
)

// Exact translations, with the rules that Azure needs for them (cloud semantics
// sections 2, 3, 6 and 8).
func TestExact(t *testing.T) {
	any := model.AllTraffic()
	tests := []struct {
		name  string
		world *world
	}{
		{"deny all", shop()},
		{"segment to segment in one subnet: the subnet's group filters it", shop().
			allow(out, "shop-frontend", ids("shop-backend"), tcp(8080)).allow(in, "shop-backend", ids("shop-frontend"), tcp(8080))},
		{"segment to segment over two subnets", shop().
			allow(out, "shop-backend", ids("shop-db"), tcp(5432)).allow(in, "shop-db", ids("shop-backend"), tcp(5432))},
		{"among the pods of one segment", shop().
			allow(out, "shop-db", ids("shop-db"), tcp(7000)).allow(in, "shop-db", ids("shop-db"), tcp(7000))},
		{"ipBlock with except", shop().allow(out, "shop-backend",
			model.At{Addrs: model.MustPrefixes("203.0.113.0/24").Subtract(model.MustPrefixes("203.0.113.64/26"))}, tcp(443))},
		{"block of both families", shop().allow(in, "shop-frontend", cidrs("0.0.0.0/0", "2001:db8:9::/48"), tcp(443))},
		{"IPv4 only", shop().allow(in, "shop-frontend", cidrs("0.0.0.0/0"), tcp(443))},
		{"anybody", shop().allow(in, "shop-frontend", nil, tcp(80), tcp(443), udp(443))},
		{"any protocol", shop().allow(in, "shop-frontend", cidrs("198.51.100.0/24"), any)},
		{"ranges of ports", shop().allow(in, "shop-frontend", nil, model.Ports(model.TCP, 8000, 8100), model.Ports(model.UDP, 0, 65535))},
		{"source ports", shop().allow(in, "shop-frontend", nil,
			model.PortsBetween(model.UDP, model.PortRange{First: 5000, Last: 5010}, model.PortRange{First: 53, Last: 53}))},
		{"ICMP of IPv4", shop().allow(in, "shop-frontend", nil, model.AllOf(model.ICMP))},
		{"ESP and AH", shop().allow(in, "shop-frontend", cidrs("198.51.100.7/32"), model.AllOf(model.ESP), model.AllOf(model.AH))},
		{"probes of the load balancer", shop().allow(in, "shop-frontend", cidrs("168.63.129.16/32"), tcp(8080))},
		{"pods that an ipBlock must not match", shop().allow(in, "shop-backend",
			model.And{cidrs("10.0.0.0/8"), model.Not{Selector: ids("shop-frontend", "shop-db")}}, tcp(80))},
		{"unisolated beside isolated in one subnet", newWorld().subnet("app", true, "10.0.1.0/24").
			segment("shop-a", "app", "10.0.1.0/28").segment("shop-b", "app", "10.0.1.16/28").isolate(in, "shop-a")},
		{"nobody isolated", newWorld().subnet("app", true, "10.0.1.0/24").segment("shop-a", "app", "10.0.1.0/28")},
		{"isolated one way", newWorld().subnet("app", true, "10.0.1.0/24").segment("shop-a", "app", "10.0.1.0/28").
			isolate(out, "shop-a").allow(out, "shop-a", cidrs("10.9.0.0/16"), tcp(443))},
		{"a subnet that others share", newWorld().subnet("app", false, "10.0.1.0/24").
			segment("shop-a", "app").segment("shop-b", "app").isolate(in, "shop-a").isolate(out, "shop-a").
			allow(in, "shop-a", ids("shop-b"), tcp(80)).allow(out, "shop-a", cidrs("10.0.1.0/24"), tcp(443))},
		{"others beside addresses of one's own", newWorld().subnet("app", false, "10.0.1.0/24").
			home("shop-a", exclusively("app", "10.0.1.0/28")).home("shop-b", exclusively("app", "10.0.1.16/28")).
			isolate(in, "shop-a").allow(in, "shop-a", ids("shop-b"), tcp(80)).isolate(out, "shop-b")},
		{"an existing ASG", newWorld().subnet("app", true, "10.0.1.0/24").
			segment("shop-a", "app").group("/subscriptions/S/ASG/Web").segment("shop-b", "app").
			isolate(in, "shop-a", "shop-b").allow(in, "shop-b", ids("shop-a"), tcp(80))},
		{"a segment in two subnets", newWorld().subnet("app", true, "10.0.1.0/24").subnet("web", true, "10.0.3.0/24").
			home("shop-a", exclusively("app web", "10.0.1.0/28", "10.0.3.0/28")).segment("shop-b", "web", "10.0.3.16/28").
			isolate(in, "shop-a", "shop-b").allow(in, "shop-a", ids("shop-a", "shop-b"), tcp(80)).isolate(out, "shop-b")},
		{"per segment, by addresses", perSegment(shop().
			allow(out, "shop-backend", ids("shop-db"), tcp(5432)).allow(in, "shop-db", ids("shop-backend"), tcp(5432)))},
		{"per segment, by ASG", perSegment(newWorld().subnet("app", false, "10.0.1.0/24").segment("shop-a", "app").segment("shop-b", "app").
			isolate(in, "shop-a", "shop-b").allow(in, "shop-a", ids("shop-b"), tcp(80), model.AllOf(model.ICMP)))},
		{"without a placement", unplaced(newWorld().home("shop-a", noHome).home("shop-b", noHome).
			isolate(in, "shop-a", "shop-b").allow(in, "shop-a", ids("shop-b"), tcp(80)).allow(in, "shop-b", cidrs("10.0.0.0/8"), tcp(81)))},
		{"on AKS with an overlay, pods hold addresses of no subnet", aks(newWorld().subnet("nodes", false, "10.0.1.0/24").
			home("shop-a", exclusively("nodes", "10.244.0.0/24")))},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := prove(t, tt.world.intent())
			if !p.delta.Equal() {
				t.Errorf("not exact: %v", p.findings)
			}
			if got := losses(p.findings); len(got) > 0 {
				t.Errorf("losses %v", got)
			}
			if len(p.decoded) > 0 {
				t.Errorf("decoding its own module: %v", p.decoded)
			}
			validateResources(t, p.Module)
		})
	}
}

// What Azure cannot say (cloud semantics sections 6, 10 and 11): the code and
// grade of the loss, and a packet for which it holds.
func TestLosses(t *testing.T) {
	shared := func() *world {
		return newWorld().subnet("app", true, "10.0.1.0/24").segment("shop-a", "app").segment("shop-b", "app").segment("shop-c", "app").
			isolate(in, "shop-a", "shop-b", "shop-c")
	}
	tests := []struct {
		name  string
		world *world
		want  []string
	}{
		{"SCTP is not widened to any protocol", shop().allow(in, "shop-db", cidrs("10.9.0.0/16"), model.Ports(model.SCTP, 3868, 3868), tcp(80)),
			[]string{"sctp narrower"}},
		{"GRE", shop().allow(in, "shop-db", nil, model.AllOf(model.GRE)), []string{"protocol narrower"}},
		{"ICMP types", shop().allow(in, "shop-db", nil, model.ICMPMessage(model.ICMP, 3, 4)), []string{"icmp-type wider"}},
		{"ICMPv6", shop().allow(in, "shop-db", nil, model.AllOf(model.ICMPv6)), []string{"icmpv6 narrower"}},
		{"ICMP between ASGs", shared().allow(in, "shop-a", ids("shop-b"), model.AllOf(model.ICMP)), nil},
		{"ICMP between ASGs of both families", newWorld().subnet("app", true, "10.0.1.0/24", "2001:db8::/64").segment("shop-a", "app").
			segment("shop-b", "app").isolate(in, "shop-a").allow(in, "shop-a", ids("shop-b"), model.AllOf(model.ICMP), tcp(80)), []string{"icmp-family narrower"}},
		{"one ASG for two segments", newWorld().subnet("app", true, "10.0.1.0/24").
			segment("shop-a", "app").group("asg-1").segment("shop-b", "app").group("asg-1").segment("shop-c", "app", "10.0.1.16/28").
			isolate(in, "shop-a", "shop-b", "shop-c").allow(in, "shop-a", cidrs("10.9.0.0/16"), tcp(80)).allow(in, "shop-c", ids("shop-b"), tcp(81)),
			[]string{"shared-peer wider", "shared-target wider"}},
		{"an ipBlock over pods that share the addresses of strangers", newWorld().subnet("app", false, "10.0.1.0/24").segment("shop-a", "app").
			segment("shop-b", "app").isolate(in, "shop-a").
			allow(in, "shop-a", model.And{cidrs("10.0.0.0/8"), model.Not{Selector: ids("shop-b")}}, tcp(80)),
			[]string{"shared-peer wider"}},
		{"AKS: pods that share a subnet", aks(shared().allow(in, "shop-a", ids("shop-b"), tcp(80)).isolate(out, "shop-a")),
			[]string{"pods-on-one-node wider", "shared-peer wider", "shared-target wider"}},
		{"AKS: pods beside strangers", aks(newWorld().subnet("nodes", false, "10.0.1.0/24").segment("shop-a", "nodes").
			isolate(in, "shop-a").allow(in, "shop-a", cidrs("10.9.0.0/16"), tcp(80))),
			[]string{"address-shared narrower", "pods-on-one-node wider"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := prove(t, tt.world.intent())
			if got := losses(p.findings); !slices.Equal(got, tt.want) {
				t.Errorf("losses %v, want %v", got, tt.want)
			}
			for _, f := range p.findings {
				if f.Grade == 0 {
					continue
				}
				// What is Wider or Narrower is so of some packet that it is about.
				real := map[model.Grade]model.Region{model.Wider: p.delta.Opened.Union(p.Unseen), model.Narrower: p.delta.Closed}[f.Grade]
				if real.Intersect(f.Affects).IsEmpty() {
					t.Errorf("%s: the check finds no such packet", f.Code)
				}
			}
			validateResources(t, p.Module)
		})
	}
}

// What is refused, each with the lines to add.
func TestRefused(t *testing.T) {
	many := shop()
	for i := range 1100 {
		many.allow(in, "shop-db", ids("shop-backend"), model.PortsBetween(model.TCP, model.PortRange{First: uint16(2000 + 2*i), Last: uint16(2000 + 2*i)}, model.PortRange{First: 80, Last: 80}))
	}
	tests := []struct {
		name   string
		world  *world
		code   string
		advice string
	}{
		{"no subnets", func() *world {
			w := newWorld().home("shop-a", exclusively("", "10.0.1.0/28"))
			return w.isolate(in, "shop-a")
		}(),
			"no-subnets", "subnets:"},
		{"isolated in no subnet", newWorld().subnet("app", true, "10.0.1.0/24").home("shop-a", exclusively("", "10.8.0.0/28")).isolate(in, "shop-a"),
			"unplaced-segment", "- namespace: shop\n      podSelector: {matchLabels: {app: \"a\"}}\n      subnets: [NAME]"},
		{"a peer without addresses on AKS", aks(newWorld().subnet("app", true, "10.0.1.0/24").segment("shop-a", "app", "10.0.1.0/28").
			home("shop-b", noHome).isolate(in, "shop-a").allow(in, "shop-a", ids("shop-b"), tcp(80))), "no-addresses", "addresses: [CIDR]"},
		{"per segment on AKS", aks(perSegment(shop())), "aks-interfaces", "firewall: subnet"},
		{"more rules than an NSG takes", many, "quota", "NetworkPolicy shop/shop-db"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			refused(t, tt.world, tt.code, tt.advice)
		})
	}
}
