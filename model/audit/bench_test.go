package audit_test

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
	"github.com/crosswall/crosswall/model/audit/checks"
)

// BenchmarkAudit asks all checks about accounts that are like those of AWS: 50 rules a security group, an interface or two a group, and
// a network ACL a subnet. Growth is to be near linear in the number of groups.
func BenchmarkAudit(b *testing.B) {
	benchmarkAudit(b, checks.All())
}

// BenchmarkExposure asks the checks of exposure, of the inside and of egress alone.
func BenchmarkExposure(b *testing.B) {
	benchmarkAudit(b, slices.DeleteFunc(checks.All(), func(c audit.Check) bool {
		return !strings.HasPrefix(c.ID, "EXP") && !strings.HasPrefix(c.ID, "INT") && !strings.HasPrefix(c.ID, "EGR")
	}))
}

func benchmarkAudit(b *testing.B, asked []audit.Check) {
	for _, groups := range []int{100, 1000, 2000} {
		b.Run(fmt.Sprintf("groups=%d", groups), func(b *testing.B) {
			reading := account(rand.New(rand.NewPCG(7, 7)), groups, 50)
			b.ReportAllocs()
			for b.Loop() {
				found := audit.Run(audit.New(reading, audit.Defaults()), asked)
				b.ReportMetric(float64(len(found)), "findings")
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/float64(groups*50), "us/rule")
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			b.ReportMetric(float64(m.Sys)/(1<<20), "MiB-sys")
		})
	}
}

// account makes an account from small pools, as real ones draw from.
func account(r *rand.Rand, groups, rules int) audit.Reading {
	a := &maker{Rand: r, subnets: 1 + groups/50}
	a.reading.Inventory.Groups = map[model.Group]model.Selector{}
	for range 400 {
		a.offices = append(a.offices, netip.PrefixFrom(netip.AddrFrom4([4]byte{byte(20 + r.IntN(150)), byte(r.Uint32()), byte(r.Uint32()), byte(r.Uint32())}), 24+r.IntN(9)).Masked())
	}
	for n := range groups {
		a.addGroup(n, groups, rules)
	}
	for n := range a.subnets {
		a.addSubnet(n)
	}
	for n := range groups {
		a.addInterface(n, groups)
	}
	a.layers()
	return a.reading
}

type maker struct {
	*rand.Rand
	reading audit.Reading
	subnets int
	offices []netip.Prefix
	guards  model.Or
	in, out []model.Rule
	acls    []model.Layer
}

func groupKey(n int) model.Group  { return model.Group(fmt.Sprintf("sg-%05d", n)) }
func subnetKey(n int) model.Group { return model.Group(fmt.Sprintf("subnet-%04d", n)) }

func (a *maker) addGroup(n, groups, rules int) {
	k := groupKey(n)
	f := audit.Firewall{State: model.Stateful, Target: k, Object: audit.Object{Provider: "aws", Kind: audit.SecurityGroup, Key: k, ID: string(k), Origin: model.Origin{Object: string(k)}}}
	var in, out []model.Rule
	for i := range rules {
		d := model.Ingress
		if i%5 == 4 {
			d = model.Egress
		}
		peer, traffic := a.rule(groups)
		one := model.Rule{Action: model.Allow, Target: k, Peer: peer, Traffic: traffic, Origin: model.Origin{Object: string(k), Path: fmt.Sprintf("sgr-%d", i)}}
		f.Rules = append(f.Rules, audit.Rule{Origin: one.Origin, Direction: d, ID: one.Origin.Path, Description: audit.Text{Value: "made"}})
		if d == model.Egress {
			out = append(out, one)
		} else {
			in = append(in, one)
		}
	}
	chain := func(rules []model.Rule) []model.Chain {
		return []model.Chain{{Name: "security groups", Guard: model.Guard{Target: k}, Order: model.AnyAllow, Default: model.Deny, Rules: rules}}
	}
	f.Ingress, f.Egress = chain(in), chain(out)
	f.Users = []audit.User{{Kind: audit.InterfaceKind, Key: model.Group(fmt.Sprintf("eni-%05d", n)), Label: fmt.Sprintf("eni-%05d", n)}}
	a.guards, a.in, a.out = append(a.guards, k), append(a.in, in...), append(a.out, out...)
	a.reading.Estate.Firewalls = append(a.reading.Estate.Firewalls, f)
}

// rule draws who may be talked to, and by what.
func (a *maker) rule(groups int) (model.Selector, model.Traffic) {
	ports := []uint16{22, 53, 80, 389, 443, 1433, 2049, 3306, 3389, 5432, 6379, 8080, 8443, 9092, 9200, 27017}
	port := ports[a.IntN(len(ports))]
	traffic := model.Traffic{model.Ports(model.TCP, port, port)}
	if a.IntN(10) == 0 {
		first := uint16(1024 + a.IntN(50000))
		traffic = model.Traffic{model.Ports(model.TCP, first, first+uint16(a.IntN(2000)))}
	}
	switch n := a.IntN(100); {
	case n < 35:
		return groupKey(a.IntN(groups)), traffic
	case n < 70:
		return model.At{Addrs: model.Prefixes(netip.PrefixFrom(netip.AddrFrom4([4]byte{10, byte(a.IntN(8)), byte(a.IntN(256)), 0}), 20+a.IntN(5)))}, traffic
	case n < 90:
		return model.At{Addrs: model.Prefixes(a.offices[a.IntN(len(a.offices))])}, traffic
	case n < 99:
		return model.At{Addrs: model.AllIPv4()}, model.Traffic{model.Ports(model.TCP, 443, 443)}
	}
	return model.At{Addrs: model.AllIPv4()}, traffic
}

func (a *maker) addSubnet(n int) {
	k, key := subnetKey(n), model.Group(fmt.Sprintf("acl-%04d", n))
	addrs := model.Prefixes(netip.PrefixFrom(netip.AddrFrom4([4]byte{10, byte(n / 256), byte(n), 0}), 24))
	rules := []model.Rule{
		{Action: model.Deny, Priority: 90, Peer: model.At{Addrs: model.Prefixes(a.offices[n%len(a.offices)])}, Traffic: model.Traffic{model.AllTraffic()}, Origin: model.Origin{Object: string(key), Path: "rule 90"}},
		{Action: model.Allow, Priority: 100, Peer: model.At{Addrs: model.AllIPv4()}, Traffic: model.Traffic{model.AllTraffic()}, Origin: model.Origin{Object: string(key), Path: "rule 100"}},
	}
	chain := func(guard model.Selector) []model.Chain {
		return []model.Chain{{Name: string(key), Guard: model.Guard{Target: guard}, Order: model.FirstMatch, Default: model.Deny, Rules: rules}}
	}
	f := audit.Firewall{State: model.Stateless, Target: model.Or{k}, Ingress: chain(nil), Egress: chain(nil), Object: audit.Object{Provider: "aws", Kind: audit.NetworkACL, Key: key, ID: string(key), Origin: model.Origin{Object: string(key)}},
		Users: []audit.User{{Kind: audit.SubnetKind, Key: k, Label: string(k)}}}
	a.reading.Estate.Firewalls = append(a.reading.Estate.Firewalls, f)
	a.reading.Estate.Subnets = append(a.reading.Estate.Subnets, audit.Subnet{Addrs: addrs, Firewalls: []model.Group{key}, Routed: audit.FlagOf(n%2 == 0),
		Object: audit.Object{Provider: "aws", Kind: audit.SubnetKind, Key: k, ID: string(k), Origin: model.Origin{Object: string(k)}}})
	a.acls = append(a.acls, model.Layer{Name: string(key), State: model.Stateless, Ingress: chain(k), Egress: chain(k)})
	a.reading.Inventory.Groups[k] = model.Identities{}
}

func (a *maker) addInterface(n, groups int) {
	id, subnet := model.Identity(fmt.Sprintf("eni-%05d", n)), n%a.subnets
	of := []model.Group{groupKey(n)}
	if other := groupKey(a.IntN(groups)); other != of[0] && n%3 == 0 {
		of = append(of, other)
	}
	addr := model.Addrs(netip.AddrFrom4([4]byte{10, byte(subnet / 256), byte(subnet), byte(4 + n/a.subnets)}))
	x := audit.Interface{Object: audit.Object{Provider: "aws", Kind: audit.InterfaceKind, Key: model.Group(id), ID: string(id), Origin: model.Origin{Object: string(id)}},
		Addrs: addr, IsPublic: audit.FlagOf(n%4 == 0), What: "interface", Firewalls: of, Subnets: []model.Group{subnetKey(subnet)}}
	a.reading.Estate.Interfaces = append(a.reading.Estate.Interfaces, x)
	inv := &a.reading.Inventory
	inv.Members = append(inv.Members, model.Member{ID: id, Addrs: addr})
	for _, g := range append(of, x.Subnets...) {
		ids, _ := inv.Groups[g].(model.Identities)
		inv.Groups[g] = append(ids, id)
	}
}

func (a *maker) layers() {
	chain := func(rules []model.Rule) []model.Chain {
		return []model.Chain{{Name: "security groups", Guard: model.Guard{Target: a.guards}, Order: model.AnyAllow, Default: model.Deny, Rules: rules}}
	}
	a.reading.Policy.Layers = append([]model.Layer{{Name: "security groups", State: model.Stateful, Ingress: chain(a.in), Egress: chain(a.out)}}, a.acls...)
}
