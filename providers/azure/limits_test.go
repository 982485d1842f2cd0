package azure_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/providers/azure"
)

// Each cell of the support matrix (cloud semantics section 11, column Azure NSG):
// what is exact is carried and checked back exactly; what is not has a
// finding, or is exact only in a home that makes it so.
func TestCells(t *testing.T) {
	shared := func() *world {
		return aks(newWorld().subnet("nodes", true, "10.0.1.0/24").segment("shop-a", "nodes").segment("shop-b", "nodes").isolate(in, "shop-a", "shop-b"))
	}
	admin := func(first model.Rule) *world {
		w := shop().allow(in, "shop-backend", ids("shop-frontend"), tcp(8080)).allow(in, "shop-backend", ids("shop-db"), tcp(8080))
		tier := model.Chain{Name: "admin", Order: model.FirstMatch, Default: model.Pass, Rules: []model.Rule{first}}
		w.policy.Ingress = append([]model.Chain{tier}, w.policy.Ingress...)
		return w
	}
	to := func(a model.Action, peer model.Selector, t ...model.Service) model.Rule {
		return model.Rule{Action: a, Target: ids("shop-backend"), Peer: peer, Traffic: t}
	}
	tests := []struct {
		feature providers.Feature
		world   *world
		finding string // none: exact
	}{
		{providers.SubjectSelector, shop().allow(in, "shop-backend", cidrs("10.9.0.0/16"), tcp(80)), ""},
		{providers.SubjectSelector, shared().allow(in, "shop-a", cidrs("10.9.0.0/16"), tcp(80)), "shared-target"},
		{providers.PeerSelector, shop().allow(in, "shop-db", ids("shop-backend"), tcp(80)), ""},
		{providers.PeerSelector, aks(newWorld().subnet("nodes", true, "10.0.1.0/24").segment("shop-a", "nodes", "10.0.1.0/28").
			home("shop-b", shareable("nodes", "10.0.1.16/28")).home("shop-c", shareable("nodes", "10.0.1.16/28")).
			isolate(in, "shop-a").allow(in, "shop-a", ids("shop-b"), tcp(80))), "shared-peer"},
		{providers.IPBlock, shop().allow(in, "shop-frontend", cidrs("203.0.113.0/24"), tcp(80)).allow(out, "shop-frontend", cidrs("10.0.0.0/8"), tcp(80)), ""},
		{providers.Except, shop().allow(in, "shop-frontend", model.At{Addrs: model.AllIPv4().Subtract(model.MustPrefixes("10.0.0.0/8"))}, tcp(80)), ""},
		{providers.PortRanges, shop().allow(in, "shop-frontend", nil, model.Ports(model.TCP, 30000, 32767), udp(53)), ""},
		{providers.SCTPPort, shop().allow(in, "shop-frontend", nil, model.Ports(model.SCTP, 3868, 3868)), "sctp"},
		{providers.AnyTraffic, shop().allow(in, "shop-frontend", cidrs("203.0.113.0/24"), model.AllTraffic()), "any-protocol"},
		{providers.EgressAllow, shop().allow(out, "shop-frontend", ids("shop-backend"), tcp(80)), ""},
		{providers.DefaultDeny, shop(), ""},
		{providers.IPv6, shop().allow(in, "shop-frontend", cidrs("2001:db8::/32", "::/0"), tcp(80)).allow(in, "shop-db", ids("shop-backend"), tcp(80)), ""},
		{providers.UnionOfPolicies, shop().allow(in, "shop-db", cidrs("10.0.0.0/8"), tcp(80)).allow(in, "shop-db", cidrs("10.0.1.0/24"), udp(53)).
			allow(in, "shop-db", cidrs("10.0.0.0/8"), model.Ports(model.TCP, 1, 100)), ""},
		{providers.Replies, shop().allow(out, "shop-backend", ids("shop-db"), tcp(5432)).allow(in, "shop-db", ids("shop-backend"), tcp(5432)), ""},
		{providers.SameNode, shared(), "pods-on-one-node"},
		{providers.AdminDeny, admin(to(model.Deny, ids("shop-db"), model.AllTraffic())), ""},
		{providers.AdminDeny, admin(to(model.Deny, ids("shop-frontend"), tcp(8080))), ""},
		{providers.AdminPass, admin(to(model.Pass, ids("shop-frontend"), tcp(8080))), ""},
		{providers.AdminAccept, admin(to(model.Allow, cidrs("203.0.113.0/24"), tcp(22))), ""},
	}
	// What an intent cannot show.
	justified := map[providers.Feature]string{
		providers.NamedPort:   "an intent has numbers: names are resolved before",
		providers.DomainNames: "an intent has addresses",
	}
	az := azure.New(azure.Options{})
	cells := az.Limits().Enforcers[0].Cells
	shown := map[providers.Feature]bool{}
	for _, tt := range tests {
		t.Run(fmt.Sprint(tt.feature, " ", tt.finding), func(t *testing.T) {
			p := prove(t, tt.world.intent())
			shown[tt.feature] = true
			if tt.finding == "" && (!p.delta.Equal() || len(losses(p.findings)) > 0) {
				t.Errorf("not exact: %v", p.findings)
			}
			if tt.finding != "" && !slices.Contains(codes(p.findings), tt.finding) {
				t.Errorf("no %s in %v", tt.finding, p.findings)
			}
			if tt.finding != "" && cells[tt.feature].Fit == providers.Precise {
				t.Error("the matrix says that this is exact")
			}
		})
	}
	for _, f := range providers.Features() {
		if !shown[f] && justified[f] == "" {
			t.Errorf("%s: neither shown nor justified", f)
		}
		if c := cells[f]; c.Fit == 0 || c.Fit != providers.Precise && c.Why == "" {
			t.Errorf("%s: %+v", f, c)
		}
	}
}

// shareable is a home whose addresses others may hold.
func shareable(subnet string, cidrs ...string) providers.Home {
	h := exclusively(subnet, cidrs...)
	h.Exclusive = false
	return h
}
