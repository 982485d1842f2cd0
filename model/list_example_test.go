package model_test

import (
	"fmt"
	"net/netip"

	"github.com/crosswall/crosswall/model"
)

// acl is a network ACL: numbered entries, the first that matches decides.
func acl(rules ...model.Rule) model.List {
	return model.NewList(model.Chain{Name: "acl", Order: model.FirstMatch, Default: model.Deny, Rules: rules},
		model.Ingress, model.Inventory{})
}

func from(cidr string, a model.Action, port uint16) model.Rule {
	return model.Rule{Name: fmt.Sprintf("%s %s %d", a, cidr, port), Action: a,
		Peer: model.At{Addrs: model.MustPrefixes(cidr)}, Traffic: model.Traffic{model.Ports(model.TCP, port, port)}}
}

func ExampleCompareLists() {
	want := acl(from("10.0.0.0/8", model.Allow, 443), from("10.9.0.0/16", model.Deny, 22), from("10.0.0.0/8", model.Allow, 22))
	have := acl(from("10.0.0.0/9", model.Allow, 443), from("10.128.0.0/9", model.Allow, 443),
		from("10.0.0.0/8", model.Allow, 22), from("10.9.0.0/16", model.Deny, 22))
	delta, err := model.CompareLists(want, have, model.ListOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range delta.Changes {
		list := want
		if c.Side == model.Have {
			list = have
		}
		fmt.Println(c.Side, list.Rules()[c.Rule].Name+":", c.Effect)
		if c.Example != nil {
			fmt.Printf("  %v: %v, now %v\n", c.Example, c.Want.Action, c.Have.Action)
		}
	}
	// Output:
	// want allow 10.0.0.0/8 443: no effect
	// want deny 10.9.0.0/16 22: differs
	//   10.9.0.4 > 203.0.113.10 TCP/22 from port 40000: deny, now allow
	// have allow 10.0.0.0/9 443: no effect
	// have allow 10.128.0.0/9 443: no effect
	// have deny 10.9.0.0/16 22: no effect
}

func ExampleIndex_Shadowed() {
	x, err := acl(from("10.0.0.0/9", model.Allow, 443), from("10.128.0.0/9", model.Deny, 443), from("10.0.0.0/8", model.Allow, 443)).Index()
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, p := range x.Shadowed(model.Effort{}).Rules {
		fmt.Println("rule", p.Rule, "never decides, because of rules", p.By)
	}
	// Output: rule 2 never decides, because of rules [0 1]
}

func ExampleIndex_First() {
	x, err := acl(from("10.0.0.0/8", model.Allow, 443)).Index()
	if err != nil {
		fmt.Println(err)
		return
	}
	f := model.Flow{Src: model.Endpoint{Addr: netip.MustParseAddr("10.1.2.3")}, Dst: model.Endpoint{Addr: netip.MustParseAddr("192.0.2.1")},
		Protocol: model.TCP, SrcPort: 40000, DstPort: 443}
	m := x.First(f)
	fmt.Println(m.Action, "by rule", m.Rule)
	f.DstPort = 22
	m = x.First(f)
	fmt.Println(m.Action, "by default:", m.Rule == model.ByDefault)
	// Output:
	// allow by rule 0
	// deny by default: true
}
