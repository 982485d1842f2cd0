package translate

import (
	"fmt"
	"strings"
	"testing"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
)

func workload(id string) providers.Workload {
	parts := strings.Split(id, "/")
	return providers.Workload{ID: model.Identity(id), Namespace: parts[0], Kind: parts[1], Name: parts[2]}
}

func ingress(rules ...model.Rule) model.Policy {
	return model.Policy{Layers: []model.Layer{{Name: "kubernetes", State: model.Stateful,
		Ingress: []model.Chain{{Name: "np", Order: model.AnyAllow, Default: model.Deny, Rules: rules}}}}}
}

func allow(target, peer model.Selector) model.Rule {
	return model.Rule{Action: model.Allow, Target: target, Peer: peer, Traffic: model.Traffic{model.AllTraffic()}}
}

func TestSegments(t *testing.T) {
	a, b, c := workload("shop/Deployment/a"), workload("shop/Deployment/b"), workload("shop/Deployment/c")
	ids := func(ws ...providers.Workload) model.Identities {
		var out model.Identities
		for _, w := range ws {
			out = append(out, w.ID)
		}
		return out
	}
	here := providers.Home{Subnets: []string{"web"}, Addrs: model.MustPrefixes("10.0.1.0/24"), Exclusive: true}
	there := providers.Home{Subnets: []string{"db"}, Addrs: model.MustPrefixes("10.0.2.0/24"), Exclusive: true}
	for _, tt := range []struct {
		name   string
		policy model.Policy
		homes  map[model.Identity]providers.Home
		want   string
	}{
		{"no policy tells them apart", ingress(), nil, "shop-a[a b c]"},
		{"one is a target", ingress(allow(ids(b), nil)), nil, "shop-a[a c] shop-b[b]"},
		{"one is a peer", ingress(allow(nil, ids(c))), nil, "shop-a[a b] shop-c[c]"},
		{"named together", ingress(allow(ids(a, b), nil)), nil, "shop-a[a b] shop-c[c]"},
		{"named together, in another order", ingress(allow(ids(a, b), ids(b, a))), nil, "shop-a[a b] shop-c[c]"},
		{"overlapping sets", ingress(allow(ids(a, b), nil), allow(ids(b, c), nil)), nil, "shop-a[a] shop-b[b] shop-c[c]"},
		{"inside compound selectors", ingress(allow(model.Not{Selector: model.Maybe{Selector: model.Or{ids(a)}}}, nil)), nil, "shop-a[a] shop-b[b c]"},
		{"in two homes", ingress(), map[model.Identity]providers.Home{a.ID: here, b.ID: here, c.ID: there}, "shop-a[a b] shop-c[c]"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, s := range Segments(tt.policy, []providers.Workload{a, b, c}, tt.homes) {
				var names []string
				for _, w := range s.Workloads {
					names = append(names, w.Name)
				}
				got = append(got, fmt.Sprintf("%s%v", s.ID, names))
			}
			if g := strings.Join(got, " "); g != tt.want {
				t.Errorf("got %s, want %s", g, tt.want)
			}
		})
	}
}

func TestSegmentIDs(t *testing.T) {
	long := "shop/Deployment/" + strings.Repeat("x", 70)
	for _, tt := range []struct{ name, id, want string }{
		{"plain", "shop/Deployment/web", "shop-web"},
		{"dots and case", "Shop/Pod/Web.v1", "shop-web-v1"},
		{"leading digit", "1st/Pod/web", "w-1st-web"},
		{"long", long, "shop-" + strings.Repeat("x", 26) + "-"},
	} {
		segs := Segments(ingress(), []providers.Workload{workload(tt.id)}, nil)
		if got := string(segs[0].ID); !strings.HasPrefix(got, tt.want) || len(got) > maxSegmentID {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
	same := []providers.Workload{workload("shop/Deployment/web"), workload("shop/StatefulSet/web")}
	segs := Segments(ingress(allow(model.Identities{same[0].ID}, nil)), same, nil)
	if len(segs) != 2 || segs[0].ID == segs[1].ID {
		t.Errorf("two kinds of one name got %v", segs)
	}
}

// An address tells who it is only where no other segment holds it.
func TestSegmentsThatShareAddressesAreNotExclusive(t *testing.T) {
	a, b := workload("shop/Deployment/a"), workload("shop/Deployment/b")
	home := providers.Home{Addrs: model.MustPrefixes("10.0.1.0/24"), Exclusive: true}
	homes := map[model.Identity]providers.Home{a.ID: home, b.ID: home}
	for _, s := range Segments(ingress(allow(model.Identities{a.ID}, nil)), []providers.Workload{a, b}, homes) {
		if s.Home.Exclusive {
			t.Errorf("%s shares its addresses and is called exclusive", s.ID)
		}
	}
	for _, s := range Segments(ingress(), []providers.Workload{a, b}, homes) {
		if !s.Home.Exclusive {
			t.Errorf("%s is alone and not called exclusive", s.ID)
		}
	}
}
