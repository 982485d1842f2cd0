package model_test

import (
	"fmt"

	"github.com/crosswall/crosswall/model"
)

// A network ACL that lists what is open, subnet by subnet, becomes one wide allow with a
// deny above.
func ExampleMinimise() {
	acl := model.Chain{Order: model.FirstMatch, Default: model.Deny}
	for i, cidr := range []string{"10.0.0.0/24", "10.0.1.0/24", "10.0.2.0/24", "10.0.4.0/22"} {
		acl.Rules = append(acl.Rules, model.Rule{
			Action: model.Allow, Priority: 100 + i,
			Peer:    model.At{Addrs: model.MustPrefixes(cidr)},
			Traffic: model.Traffic{model.Ports(model.TCP, 443, 443)},
		})
	}
	m := model.Minimise(acl, model.MinimiseOptions{})
	for _, r := range m.Rules() {
		fmt.Println(r.Priority, r.Action, r.Peer.(model.At).Addrs, r.Traffic)
	}
	fmt.Println(m.Before, "entries before, no list has fewer than", m.LowerBound)
	// Output:
	// 1 deny 10.0.3.0/24 tcp/443
	// 2 allow 10.0.0.0/21 tcp/443
	// 4 entries before, no list has fewer than 2
}
