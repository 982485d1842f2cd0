package model_test

import (
	"fmt"
	"net/netip"

	"github.com/crosswall/crosswall/model"
)

// A question about a workload at any of its addresses, and about any port that
// its kernel may call from, has one answer or is told apart by case.
func ExamplePolicy_ExplainAll() {
	p := shop(5432)
	p.Layers[0].Ingress[0].Rules[0].Peer = model.At{Addrs: model.MustPrefixes("10.0.1.0/25")}
	inv := inventory()
	for _, c := range p.ExplainAll(model.Question{
		From:    model.EndpointEntry{ID: "frontend", Addrs: inv.Addrs("frontend")},
		To:      model.EndpointEntry{ID: "db", Addrs: inv.Addrs("db")},
		Traffic: model.Traffic{model.PortsBetween(model.TCP, inv.ClientPorts("frontend"), model.PortRange{First: 5432, Last: 5432})},
	}, inv) {
		fmt.Println(c.Decision.Verdict, c.Connections.Boxes()[0].Src)
	}
	// Output:
	// allow frontend at 10.0.1.0/25
	// deny frontend at 10.0.1.128/25
}

func ExamplePolicy_Blockers() {
	f := model.Flow{
		Src:      model.Endpoint{ID: "frontend", Addr: netip.MustParseAddr("10.0.1.7")},
		Dst:      model.Endpoint{ID: "db", Addr: netip.MustParseAddr("10.0.2.9")},
		Protocol: model.TCP, SrcPort: 40000, DstPort: 22,
	}
	for _, b := range shop(5432).Blockers(f, inventory()) {
		fmt.Println(b.Layer, b.Direction, "lacks", b.Lack)
		for _, n := range b.Near {
			fmt.Println("close:", n.Rule.Name, "allows", n.Rule.Traffic)
		}
	}
	// Output:
	// kubernetes ingress lacks traffic
	// close: db-from-frontend allows tcp/5432
}
