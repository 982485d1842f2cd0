package tfsource_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
	tfsource "github.com/crosswall/crosswall/translate/terraform"
)

// crowdedAccount has groups with 60 rules each, and four times as many interfaces, each in two of them; the
// interface number moved, if there is one, is in one group less.
func crowdedAccount(groups, moved int) providers.Snapshot {
	o := objects{"Subnets": {}, "NetworkAcls": {}, "Vpcs": {}}
	for g := range groups {
		var rules []string
		for r := range 59 {
			rules = append(rules, fmt.Sprintf(`{"IpProtocol":"tcp","FromPort":%d,"ToPort":%[1]d,"IpRanges":[{"CidrIp":"10.%d.%d.0/24"}]}`, 1000+r, g%256, r))
		}
		o.add("SecurityGroups", `{"GroupId":"sg-%016x","GroupName":"g%d","VpcId":"vpc-1","OwnerId":"1","IpPermissions":[%s],"IpPermissionsEgress":[{"IpProtocol":"-1","IpRanges":[{"CidrIp":"0.0.0.0/0"}]}]}`, g, g, strings.Join(rules, ","))
	}
	for i := range groups * 4 {
		in := fmt.Sprintf(`{"GroupId":"sg-%016x"}`, i%groups)
		if i != moved {
			in += fmt.Sprintf(`,{"GroupId":"sg-%016x"}`, i*7%groups)
		}
		o.add("NetworkInterfaces", `{"NetworkInterfaceId":"eni-%016x","SubnetId":"subnet-1","VpcId":"vpc-1","PrivateIpAddress":"10.%d.%d.%d","Groups":[%s]}`, i, i>>16, i>>8&255, i&255, in)
	}
	return providers.Snapshot{Provider: "aws", Objects: o}
}

// BenchmarkMembership compares two snapshots of an account in which one interface has lost a group.
func BenchmarkMembership(b *testing.B) {
	for _, groups := range []int{500, 1000, 2000, 5000} {
		b.Run(fmt.Sprintf("groups=%d/interfaces=%d", groups, groups*4), func(b *testing.B) {
			before, after := crowdedAccount(groups, -1), crowdedAccount(groups, 77)
			var inv model.Inventory
			for b.Loop() {
				want, _ := reader("want").Objects(before)
				have, _ := reader("have").Objects(after)
				x, y, _ := tfsource.Merge(want, have)
				inv = x.Inventory
				d := model.Compare(x.Policy, y.Policy, inv)
				if f, some := d.Closed.Example(); !some || f.Dst.ID != "eni-000000000000004d" || !d.Opened.IsEmpty() || !d.Unknown.IsEmpty() {
					b.Fatalf("closed %v, opened %t, unknown %t", f, !d.Opened.IsEmpty(), !d.Unknown.IsEmpty())
				}
			}
			var mem runtime.MemStats
			runtime.ReadMemStats(&mem)
			b.ReportMetric(float64(mem.Sys)/(1<<20), "MiB-from-system")
			b.ReportMetric(float64(len(inv.Members)), "members")
		})
	}
}
