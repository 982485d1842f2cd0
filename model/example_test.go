package model_test

import (
	"fmt"
	"net/netip"

	"github.com/crosswall/crosswall/model"
)

// shop lets the frontend reach the database on one port, and nobody else.
func shop(port uint16) model.Policy {
	return model.Policy{Layers: []model.Layer{{
		Name:  "kubernetes",
		State: model.Stateful,
		Ingress: []model.Chain{{
			Name:    "network policies",
			Guard:   model.Guard{Target: model.Identities{"db"}},
			Order:   model.AnyAllow,
			Default: model.Deny,
			Rules: []model.Rule{{
				Name:    "db-from-frontend",
				Action:  model.Allow,
				Target:  model.Identities{"db"},
				Peer:    model.Identities{"frontend"},
				Traffic: model.Traffic{model.Ports(model.TCP, port, port)},
			}},
		}},
	}}}
}

func inventory() model.Inventory {
	return model.Inventory{Members: []model.Member{
		{ID: "frontend", Addrs: model.MustPrefixes("10.0.1.0/24"), Solo: true},
		{ID: "db", Addrs: model.MustPrefixes("10.0.2.0/24"), Solo: true},
	}}
}

func ExamplePolicy_Explain() {
	d := shop(5432).Explain(model.Flow{
		Src:      model.Endpoint{ID: "frontend", Addr: netip.MustParseAddr("10.0.1.7")},
		Dst:      model.Endpoint{ID: "db", Addr: netip.MustParseAddr("10.0.2.9")},
		Protocol: model.TCP, SrcPort: 40000, DstPort: 22,
	}, inventory())
	fmt.Println(d.Verdict)
	for _, s := range d.Request {
		fmt.Printf("%s %s: %s, %s\n", s.Layer, s.Direction, s.Verdict, s.Why)
	}
	// Output:
	// deny
	// kubernetes egress: allow, nothing here judges this packet
	// kubernetes ingress: deny, network policies: no rule matches, the default is deny
}

func ExampleCompare() {
	d := model.Compare(shop(5432), shop(5433), inventory())
	for _, b := range d.Opened.Boxes() {
		fmt.Println("opened:", b.Src, ">", b.Dst, b.Traffic)
	}
	example, _ := d.Closed.Example()
	fmt.Println("closed, for example:", example)
	// Output:
	// opened: frontend at 10.0.1.0/24 > db at 10.0.2.0/24 tcp/5433 from 1024-65535
	// closed, for example: frontend (10.0.1.4) > db (10.0.2.4) TCP/5432 from port 40000
}

func ExampleNewRegion() {
	web := model.Box{Src: model.AnyEndpoint(), Dst: model.EndpointsOf("web"), Traffic: model.Traffic{model.Ports(model.TCP, 80, 90)}}
	admin := web
	admin.Traffic = model.Traffic{model.Ports(model.TCP, 85, 85)}
	for _, b := range model.NewRegion(web).Subtract(model.NewRegion(admin)).Boxes() {
		fmt.Println(b.Src, ">", b.Dst, b.Traffic)
	}
	// Output: any > web tcp/80-84, tcp/86-90
}

func ExamplePolicy_Grants() {
	grants, _ := shop(5432).Grants(inventory(), "db", model.Ingress)
	for _, g := range grants {
		fmt.Println(g.Peer, g.Traffic, "because of", g.Rules[0].Name)
	}
	// Output: frontend tcp/5432 because of db-from-frontend
}
