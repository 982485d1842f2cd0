package checks_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"
	"time"

	"github.com/crosswall/crosswall/model/audit"
	"github.com/crosswall/crosswall/model/audit/checks"
	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/providers/all"
	"github.com/crosswall/crosswall/providers/azure"
	"github.com/crosswall/crosswall/providers/gcp"
	tfsource "github.com/crosswall/crosswall/translate/terraform"
)

// BenchmarkWhole reads what a cloud's API has of growing numbers of rules, and asks all checks: of AWS in groups of 50 rules with an interface each and a network ACL
// for every 40 of them, of Google Cloud on one network, of Azure in groups of 50. Growth is to be near linear.
func BenchmarkWhole(b *testing.B) {
	for _, c := range []struct {
		cloud string
		rules []int
		made  func(*rand.Rand, int) providers.Snapshot
	}{
		{"aws", []int{10, 1000, 10_000, 100_000}, awsAccount},
		{"gcp", []int{10, 1000, 10_000, 100_000}, gcpProject},
		{"azure", []int{10, 1000, 10_000, 100_000}, azureSubscription},
	} {
		for _, rules := range c.rules {
			taken := c.made(rand.New(rand.NewPCG(11, 11)), rules)
			b.Run(fmt.Sprintf("%s/rules=%d/read", c.cloud, rules), func(b *testing.B) {
				measured(b, rules, func() { readTaken(b, taken) })
			})
			b.Run(fmt.Sprintf("%s/rules=%d/audit", c.cloud, rules), func(b *testing.B) {
				r := readTaken(b, taken)
				measured(b, rules, func() {
					b.ReportMetric(float64(len(audit.Run(audit.New(r, audit.Defaults()), checks.All()))), "findings")
				})
			})
		}
	}
}

func readTaken(b *testing.B, taken providers.Snapshot) audit.Reading {
	in, _ := tfsource.Reader{Providers: all.Providers(), Inspect: true}.Objects(taken)
	r, _ := tfsource.Audited(in)
	if len(r.Estate.Firewalls) == 0 {
		b.Fatal("no firewalls were read")
	}
	return r
}

// measured runs f, and reports the time for each rule and the most memory that was in use.
func measured(b *testing.B, rules int, f func()) {
	b.Helper()
	done, peak := make(chan struct{}), make(chan uint64)
	go func() {
		var most uint64
		for {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			most = max(most, m.HeapInuse)
			select {
			case <-done:
				peak <- most
				return
			case <-time.After(50 * time.Millisecond):
			}
		}
	}()
	for b.Loop() {
		f()
	}
	close(done)
	b.ReportMetric(float64(<-peak)/(1<<20), "MiB-peak")
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/float64(rules), "us/rule")
}

func raw(b []json.RawMessage, format string, args ...any) []json.RawMessage {
	return append(b, json.RawMessage(fmt.Sprintf(format, args...)))
}

// blockFor draws a block: mostly inside, sometimes an office, seldom everybody.
func blockFor(r *rand.Rand) string {
	switch n := r.IntN(100); {
	case n < 60:
		return fmt.Sprintf("10.%d.%d.0/24", r.IntN(8), r.IntN(256))
	case n < 97:
		return fmt.Sprintf("198.51.%d.%d/32", r.IntN(100), r.IntN(256))
	}
	return "0.0.0.0/0"
}

var benchPorts = []int{22, 53, 80, 389, 443, 1433, 2049, 3306, 5432, 6379, 8080, 8443, 9092, 9200}

// awsAccount is groups of 50 rules, half of which name other groups.
func awsAccount(r *rand.Rand, rules int) providers.Snapshot {
	groups := max(1, rules/50)
	each := rules / groups
	var sgs, enis, subnets, acls []json.RawMessage
	for g := range groups {
		perms := ""
		for i := range each {
			port := benchPorts[r.IntN(len(benchPorts))] + i*100
			peer := fmt.Sprintf(`"IpRanges":[{"CidrIp":%q}]`, blockFor(r))
			if i%2 == 0 {
				peer = fmt.Sprintf(`"UserIdGroupPairs":[{"GroupId":"sg-%05d"}]`, r.IntN(groups))
			}
			if perms != "" {
				perms += ","
			}
			perms += fmt.Sprintf(`{"IpProtocol":"tcp","FromPort":%d,"ToPort":%d,%s}`, port, port, peer)
		}
		sgs = raw(sgs, `{"GroupId":"sg-%05d","GroupName":"g%d","Description":"g","VpcId":"vpc-1","OwnerId":"1","Tags":[{"Key":"a","Value":"b"}],"IpPermissions":[%s],"IpPermissionsEgress":[{"IpProtocol":"-1","IpRanges":[{"CidrIp":"0.0.0.0/0"}]}]}`, g, g, perms)
		enis = raw(enis, `{"NetworkInterfaceId":"eni-%05d","SubnetId":"subnet-%04d","VpcId":"vpc-1","InterfaceType":"interface","PrivateIpAddress":"10.%d.%d.%d","Groups":[{"GroupId":"sg-%05d"}]}`,
			g, g/40, g/40/256, g/40%256, 4+g%40, g)
		if g%40 == 0 {
			n := g / 40
			subnets = raw(subnets, `{"SubnetId":"subnet-%04d","VpcId":"vpc-1","CidrBlock":"10.%d.%d.0/24","MapPublicIpOnLaunch":false}`, n, n/256, n%256)
			acls = raw(acls, `{"NetworkAclId":"acl-%04d","VpcId":"vpc-1","IsDefault":false,"Associations":[{"SubnetId":"subnet-%04d","NetworkAclId":"acl-%04d"}],"Entries":[
				{"RuleNumber":100,"Protocol":"-1","RuleAction":"allow","Egress":false,"CidrBlock":"0.0.0.0/0"},{"RuleNumber":100,"Protocol":"-1","RuleAction":"allow","Egress":true,"CidrBlock":"0.0.0.0/0"}]}`, n, n, n)
		}
	}
	return providers.Snapshot{Provider: "aws", Objects: map[string][]json.RawMessage{"SecurityGroups": sgs, "NetworkInterfaces": enis, "Subnets": subnets, "NetworkAcls": acls}}
}

// gcpProject is rules of one network for 200 tags.
func gcpProject(r *rand.Rand, rules int) providers.Snapshot {
	var out []json.RawMessage
	for i := range rules {
		action := "allowed"
		if r.IntN(10) == 0 {
			action = "denied"
		}
		out = raw(out, `{"kind":"compute#firewall","name":"r%d","selfLink":"https://www.googleapis.com/compute/v1/projects/p/global/firewalls/r%d","network":"https://www.googleapis.com/compute/v1/projects/p/global/networks/n",
			"direction":"INGRESS","priority":%d,"sourceRanges":[%q],"targetTags":["t%d"],%q:[{"IPProtocol":"tcp","ports":["%d"]}]}`,
			i, i, 1000+r.IntN(5000), blockFor(r), r.IntN(200), action, benchPorts[r.IntN(len(benchPorts))])
	}
	return providers.Snapshot{Provider: "gcp", Account: "p", Objects: map[string][]json.RawMessage{gcp.KindFirewall: out}}
}

// azureSubscription is groups of 50 rules, each with a network interface.
func azureSubscription(r *rand.Rand, rules int) providers.Snapshot {
	const id = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/networkSecurityGroups/"
	groups := max(1, rules/50)
	var out []json.RawMessage
	for g := range groups {
		text := ""
		for i := range rules / groups {
			if text != "" {
				text += ","
			}
			text += fmt.Sprintf(`{"id":"%sn%d/securityRules/r%d","name":"r%d","properties":{"priority":%d,"direction":"Inbound","access":%q,"protocol":"Tcp","sourcePortRange":"*","destinationPortRange":"%d","sourceAddressPrefix":%q,"destinationAddressPrefix":"*"}}`,
				id, g, i, i, 100+i, []string{"Allow", "Allow", "Allow", "Deny"}[r.IntN(4)], benchPorts[r.IntN(len(benchPorts))], blockFor(r))
		}
		out = raw(out, `{"id":"%sn%d","name":"n%d","type":"Microsoft.Network/networkSecurityGroups","location":"westeurope","properties":{"securityRules":[%s]}}`, id, g, g, text)
	}
	return providers.Snapshot{Provider: "azure", Account: "s", Objects: map[string][]json.RawMessage{azure.KindSecurityGroups: out}}
}
