package azure_test

import (
	"fmt"
	"testing"

	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/providers/azure"
)

// manyRules is a subscription with a group of 60 rules on each of its subnets, and four interfaces in each.
func manyRules(b *testing.B, groups int) providers.Snapshot {
	b.Helper()
	o := map[string][]obj{}
	var subnets []obj
	for i := range groups {
		name := fmt.Sprintf("net/virtualNetworks/v/subnets/s%d", i)
		var rules []obj
		for j := range 60 {
			rules = append(rules, nsgRule(fmt.Sprintf("%d Inbound Allow Tcp 10.%d.%d.0/24:* *:%d", 100+j, j, i%250, 1000+j)))
		}
		o[azure.KindSecurityGroups] = append(o[azure.KindSecurityGroups], nsg(fmt.Sprintf("shop/networkSecurityGroups/g%d", i), obj{"subnets": []obj{ref(name)}}, rules...))
		at := fmt.Sprintf("10.%d.%d.%d", 100+i/4096, i/16%256, i%16*16)
		subnets = append(subnets, arm(name, obj{"addressPrefix": at + "/28", "networkSecurityGroup": ref(fmt.Sprintf("shop/networkSecurityGroups/g%d", i))}))
		for j := range 4 {
			o[azure.KindInterfaces] = append(o[azure.KindInterfaces], arm(fmt.Sprintf("shop/networkInterfaces/n%d-%d", i, j), obj{"ipConfigurations": []obj{
				{"name": "ip", "properties": obj{"privateIPAddress": fmt.Sprintf("10.%d.%d.%d", 100+i/4096, i/16%256, i%16*16+j+4), "subnet": ref(name)}}}}))
		}
	}
	o[azure.KindNetworks] = []obj{arm("net/virtualNetworks/v", obj{"addressSpace": obj{"addressPrefixes": []string{"10.0.0.0/8"}}, "subnets": subnets})}
	return snapshot(b, o)
}

// BenchmarkNative reads and decodes subscriptions of 100 and of 1,000 groups.
func BenchmarkNative(b *testing.B) {
	for _, groups := range []int{100, 1000} {
		b.Run(fmt.Sprintf("groups=%d", groups), func(b *testing.B) {
			s := manyRules(b, groups)
			p := azure.New(azure.Options{})
			b.ReportAllocs()
			for b.Loop() {
				m, _ := p.Resources(s)
				policy, _ := p.Decode(m)
				p.Population(m, policy)
			}
		})
	}
}
