package aws_test

import (
	"encoding/json"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/providers/aws"
)

// bigAccount has groups with 60 rules each, in both forms, and interfaces.
func bigAccount(groups, interfaces int) providers.Snapshot {
	s := providers.Snapshot{Provider: "aws", Objects: map[string][]json.RawMessage{"Subnets": {}, "NetworkAcls": {}}}
	add := func(kind, format string, args ...any) {
		s.Objects[kind] = append(s.Objects[kind], json.RawMessage(fmt.Sprintf(format, args...)))
	}
	for g := range groups {
		var bundles []string
		for r := range 59 {
			cidr := fmt.Sprintf("10.%d.%d.0/24", g%256, r)
			bundles = append(bundles, fmt.Sprintf(`{"IpProtocol":"tcp","FromPort":%d,"ToPort":%d,"IpRanges":[{"CidrIp":%q}]}`, 1000+r, 1000+r, cidr))
			add("SecurityGroupRules", `{"SecurityGroupRuleId":"sgr-%016x","GroupId":"sg-%016x","GroupOwnerId":"111122223333","IsEgress":false,"IpProtocol":"tcp","FromPort":%d,"ToPort":%d,"CidrIpv4":%q,"Tags":[]}`, g*60+r, g, 1000+r, 1000+r, cidr)
		}
		add("SecurityGroupRules", `{"SecurityGroupRuleId":"sgr-%016x","GroupId":"sg-%016x","GroupOwnerId":"111122223333","IsEgress":true,"IpProtocol":"-1","FromPort":-1,"ToPort":-1,"CidrIpv4":"0.0.0.0/0","Tags":[]}`, g*60+59, g)
		add("SecurityGroups", `{"GroupId":"sg-%016x","GroupName":"g%d","VpcId":"vpc-1","OwnerId":"111122223333","IpPermissions":[%s],"IpPermissionsEgress":[{"IpProtocol":"-1","IpRanges":[{"CidrIp":"0.0.0.0/0"}]}]}`, g, g, strings.Join(bundles, ","))
	}
	for i := range interfaces {
		add("NetworkInterfaces", `{"NetworkInterfaceId":"eni-%016x","SubnetId":"subnet-1","VpcId":"vpc-1","Groups":[{"GroupId":"sg-%016x"},{"GroupId":"sg-%016x"}],"PrivateIpAddress":"10.%d.%d.%d","TagSet":[{"Key":"Name","Value":"n%d"}]}`,
			i, i%groups, (i*7)%groups, i>>16, i>>8&255, i&255, i)
	}
	return s
}

// BenchmarkResources reads and decodes an account of 5,000 groups with 60 rules each and 20,000 interfaces.
func BenchmarkResources(b *testing.B) {
	p := aws.New(aws.Options{})
	s := bigAccount(5000, 20000)
	b.ReportAllocs()
	var who providers.Population
	var policy model.Policy
	for b.Loop() {
		m, fs := p.Resources(s)
		policy, _ = p.Decode(m)
		who = p.Population(m, policy)
		if len(fs) > 0 {
			b.Fatal(fs)
		}
	}
	b.StopTimer()
	if n := len(policy.Layers[0].Ingress[1].Rules); n != 5000*59 || len(who.Parties) != 5000 {
		b.Fatalf("%d rules, %d parties", n, len(who.Parties))
	}
	runtime.GC()
	var mem runtime.MemStats
	runtime.ReadMemStats(&mem)
	b.ReportMetric(float64(mem.HeapAlloc)/(1<<20), "MiB-kept")
	b.ReportMetric(float64(mem.Sys)/(1<<20), "MiB-from-system")
	runtime.KeepAlive(s)
}
