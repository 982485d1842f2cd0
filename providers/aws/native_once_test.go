package aws_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"runtime"
	"testing"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/providers/aws"
	"github.com/crosswall/crosswall/terraform"
)

// What is read once is read the same, and let go of: nothing else keeps the objects in memory.
func TestNativeReadOnce(t *testing.T) {
	read := func(once bool) (providers.Snapshot, terraform.Module, []model.Finding) {
		s := bigAccount(7, 20)
		s.ReadOnce = once
		// White space and what cannot be read take nothing from the rules behind them.
		rules := s.Objects["SecurityGroupRules"]
		rules[3] = append(rules[3], "  \n "...)
		rules[5] = json.RawMessage(`{"SecurityGroupRuleId": "sgr-x", "GroupId": "sg-0000000000000000", "IsEgress": true, "New": 1}`)
		rules[8] = json.RawMessage(`{`)
		m, fs := aws.New(aws.Options{}).Resources(s)
		return s, m, fs
	}
	kept, want, said := read(false)
	spent, got, saidOnce := read(true)
	if !sameModule(got, want) || len(got.Resources) < 7*59 {
		t.Errorf("read once it is another module, of %d resources, want %d", len(got.Resources), len(want.Resources))
	}
	if !reflect.DeepEqual(saidOnce, said) || len(said) == 0 {
		t.Errorf("read once the findings are %v, want %v", saidOnce, said)
	}
	for _, kind := range []string{"SecurityGroups", "SecurityGroupRules", "NetworkInterfaces"} {
		if len(kept.Objects[kind]) == 0 {
			t.Errorf("%s are gone, and were to be kept", kind)
		}
		if left, read := spent.Objects[kind]; !read || len(left) > 0 {
			t.Errorf("%d %s are left, read %t", len(left), kind, read)
		}
	}
}

// Groups that are on no interface have the addresses that nobody has, which are many: they share them.
func TestPopulationIdle(t *testing.T) {
	const groups, interfaces = 400, 2000
	s := providers.Snapshot{Provider: "aws", Objects: map[string][]json.RawMessage{"Subnets": {}, "NetworkAcls": {}, "SecurityGroupRules": {}}}
	for g := range groups {
		s.Objects["SecurityGroups"] = append(s.Objects["SecurityGroups"],
			json.RawMessage(fmt.Sprintf(`{"GroupId":"sg-%d","GroupName":"g%[1]d","VpcId":"vpc-1","IpPermissions":[],"IpPermissionsEgress":[]}`, g)))
	}
	for i := range interfaces {
		s.Objects["NetworkInterfaces"] = append(s.Objects["NetworkInterfaces"],
			json.RawMessage(fmt.Sprintf(`{"NetworkInterfaceId":"eni-%d","SubnetId":"subnet-1","VpcId":"vpc-1","Groups":[{"GroupId":"sg-0"}],"PrivateIpAddress":"10.0.%d.%d"}`, i, i/100, i%100*2)))
	}
	p := aws.New(aws.Options{})
	m, _ := p.Resources(s)
	policy, _ := p.Decode(m)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	who := p.Population(m, policy)
	runtime.ReadMemStats(&after)
	idle := 0
	for _, x := range who.Parties {
		if x.Idle {
			idle++
		}
	}
	if idle != groups-1 {
		t.Errorf("%d groups are idle, want %d", idle, groups-1)
	}
	if mib := (after.TotalAlloc - before.TotalAlloc) >> 20; mib > 20 { // 50 if each had its own
		t.Errorf("%d MiB for %d idle groups", mib, idle)
	}
}
