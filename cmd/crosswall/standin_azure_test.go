package main

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"testing"

	azurestandin "github.com/crosswall/crosswall/providers/azure/live/standin"
	"github.com/crosswall/crosswall/terraform"
)

// azureStage is the shop in a stand-in subscription of Azure.
type azureStage struct{ *azurestandin.Subscription }

var _ stage = azureStage{}

const azureSubscription = "00000000-0000-0000-0000-000000000000"

// newAzureStage has the network and the subnets of the shop's placement, what its translation makes, and
// an interface for each of its workloads.
func newAzureStage(t testing.TB, m terraform.Module) azureStage {
	t.Helper()
	s := &azurestandin.Subscription{ID: azureSubscription, ResourceGroup: "shop", Location: "westeurope", Network: "shop", Space: []string{"10.0.0.0/16"}}
	for _, n := range []struct{ name, block string }{{"web", "10.0.1.0/24"}, {"app", "10.0.2.0/24"}, {"data", "10.0.3.0/24"}, {"nodes", "10.0.16.0/20"}} {
		s.Subnets = append(s.Subnets, &azurestandin.Subnet{Name: n.name, Prefixes: []string{n.block}})
	}
	if err := s.Create(m); err != nil {
		t.Fatal(err)
	}
	for _, i := range []struct{ name, subnet, addr string }{{"frontend", "web", "10.0.1.10"}, {"backend", "app", "10.0.2.10"}, {"dns", "app", "10.0.2.130"}, {"database", "data", "10.0.3.10"}} {
		s.Interfaces = append(s.Interfaces, &azurestandin.Interface{Name: "nic-" + i.name, Subnet: i.subnet, Addr: i.addr})
	}
	return azureStage{s}
}

func (s azureStage) source() string { return "azure://" + azureSubscription + "/shop" }

func (s azureStage) ends() map[string]string {
	return map[string]string{"frontend": "10.0.1.10", "backend": "10.0.2.10", "dns": "10.0.2.130", "database": "10.0.3.10", "node": "10.0.16.5",
		"partner": "203.0.113.10", "stranger": "203.0.113.200", "idle": "10.0.2.77"}
}

func (s azureStage) at(addr netip.Addr) *azurestandin.Interface {
	for _, i := range s.Interfaces {
		if i.Addr == addr.String() {
			return i
		}
	}
	return nil
}

func (s azureStage) subnetOf(addr netip.Addr) *azurestandin.Subnet {
	for _, n := range s.Subnets {
		if slices.ContainsFunc(n.Prefixes, func(p string) bool { return within(p, addr) }) {
			return n
		}
	}
	return nil
}

func (s azureStage) called(addr netip.Addr) []string {
	const nobody = somebodyElse + " in the virtual network" // who is never outside
	i := s.at(addr)
	switch {
	case i != nil && (i.Group != "" || len(i.AppGroups) > 0):
		return append([]string{i.Name}, i.AppGroups...)
	case i != nil:
		return []string{i.Name, nobody}
	case s.subnetOf(addr) != nil:
		return []string{nobody}
	}
	return nil
}

// imagine puts an interface with the application security group that a label names where there is none.
func (s azureStage) imagine(label string, at netip.Addr) (gone func()) {
	kept := s.Interfaces
	for _, name := range s.AppGroups {
		if s.at(at) == nil && strings.Contains(label, "application_security_group.shop/"+name) {
			s.Subscription.Interfaces = append(slices.Clone(kept), &azurestandin.Interface{Addr: at.String(), AppGroups: []string{s.AppGroupID(name)}})
		}
	}
	return func() { s.Subscription.Interfaces = kept }
}

// passes asks the admin rules, then the groups of interface and subnet, at both ends; both groups must allow
// (network security groups, how they filter traffic; security admin rules).
func (s azureStage) passes(x trial) bool {
	return s.end(x.src, "Outbound", x) && s.end(x.dst, "Inbound", x)
}

func (s azureStage) end(own netip.Addr, direction string, x trial) bool {
	n := s.subnetOf(own)
	if n == nil {
		return true
	}
	switch s.admin(direction, x) {
	case "AlwaysAllow":
		return true
	case "Deny":
		return false
	}
	groups := []string{n.Group}
	if i := s.at(own); i != nil {
		groups = append(groups, i.Group)
	}
	for _, id := range groups {
		if g := s.GroupWith(id); g != nil && !s.groupAllows(g, direction, x) {
			return false
		}
	}
	return true
}

func (s azureStage) admin(direction string, x trial) string {
	best, verdict := 1<<31, ""
	for _, r := range s.AdminRules {
		if r.Direction == direction && azureProtocol(r.Protocol, x) && s.has(r.Sources, nil, x.src) && s.has(r.Destinations, nil, x.dst) && azurePorts(r.Ports, x) && r.Priority < best {
			best, verdict = r.Priority, r.Access
		}
	}
	return verdict
}

// groupAllows asks the rules of a group by priority, and then the default rules.
func (s azureStage) groupAllows(g *azurestandin.Group, direction string, x trial) bool {
	best, allows := 1<<31, false
	for _, r := range g.Rules {
		if r.Direction == direction && azureProtocol(r.Protocol, x) && s.has(r.Sources, r.SourceAppGroups, x.src) && s.has(r.Destinations, r.DestAppGroups, x.dst) && azurePorts(r.Ports, x) && r.Priority < best {
			best, allows = r.Priority, r.Access == "Allow"
		}
	}
	if best < 1<<31 {
		return allows
	}
	inside := within(s.Space[0], x.src) && within(s.Space[0], x.dst)
	return inside || direction == "Outbound" && !within(s.Space[0], x.dst)
}

// has reports whether one side of a rule names an address.
func (s azureStage) has(prefixes, groups []string, a netip.Addr) bool {
	for _, p := range prefixes {
		switch {
		case p == "*", p == a.String(), within(p, a),
			p == "VirtualNetwork" && within(s.Space[0], a), p == "Internet" && !within(s.Space[0], a):
			return true
		}
	}
	i := s.at(a)
	return i != nil && slices.ContainsFunc(groups, func(g string) bool { return slices.Contains(i.AppGroups, g) })
}

func azureProtocol(p string, x trial) bool {
	return p == "*" || p == "Any" || strings.EqualFold(p, x.protocol)
}

func azurePorts(ranges []string, x trial) bool {
	return slices.ContainsFunc(ranges, func(r string) bool {
		first, last, isRange := strings.Cut(r, "-")
		if !isRange {
			last = first
		}
		a, err := strconv.Atoi(first)
		b, err2 := strconv.Atoi(last)
		return r == "*" || x.protocol != "icmp" && err == nil && err2 == nil && a <= x.port && x.port <= b
	})
}

// azureShown serves a subscription at a time.
type azureShown struct{ stage azureStage }

func (s *azureShown) show(to azureStage) { s.stage = to }

func serveAzure(t testing.TB) *azureShown {
	shown := &azureShown{}
	server := &azurestandin.Server{Page: 2, Holds: func(id string) azurestandin.Objects {
		if id != shown.stage.ID {
			return nil
		}
		return shown.stage.Objects()
	}}
	serveOn(t, server, map[string]string{"CROSSWALL_ARM_ENDPOINT": "URL", "AZURE_AUTHORITY_HOST": ""})
	t.Cleanup(func() {
		if wrong := server.Wrong(); len(wrong) > 0 {
			t.Errorf("Azure would not have accepted: %v", wrong)
		}
	})
	return shown
}

// What was translated and made is equal to the files, to the manifests and to a snapshot of it.
func TestStandInAzureEqual(t *testing.T) {
	folder, m := translated(t, shop, "azure")
	s := newAzureStage(t, m)
	serveAzure(t).show(s)
	equalThreeWays(t, s, folder)
}

// One change at a time, and what it does to traffic.
func TestStandInAzurePlanted(t *testing.T) {
	_, m := translated(t, shop, "azure")
	shown := serveAzure(t)
	plant(t, func(t *testing.T) azureStage { return newAzureStage(t, m) }, shown.show, []planted[azureStage]{
		{"nothing", func(*testing.T, azureStage) {}, nil},
		{"a port of the backend widened on both sides", func(t *testing.T, s azureStage) {
			s.rule(t, "app", "Inbound", "9000").Ports = []string{"9000-9001"}
			s.rule(t, "web", "Outbound", "9000").Ports = []string{"9000", "9001"}
		}, []string{"+ frontend > backend tcp/9001", "+ frontend > idle tcp/9001"}},
		{"a port widened on one side only", func(t *testing.T, s azureStage) {
			s.rule(t, "app", "Inbound", "9000").Ports = []string{"9000-9001"}
		}, nil},
		{"two halves in place of a block", func(t *testing.T, s azureStage) {
			s.rule(t, "data", "Inbound", "5432").Sources = []string{"10.0.2.0/26", "10.0.2.64/26"}
		}, nil},
		{"a rule removed", func(t *testing.T, s azureStage) {
			s.drop(t, "data", s.rule(t, "data", "Inbound", "5432"))
		}, noDatabase()},
		{"the partner's other half opened", func(t *testing.T, s azureStage) {
			s.rule(t, "app", "Outbound", "443").Destinations = []string{"203.0.113.0/24"}
		}, []string{"+ backend > stranger tcp/443", "+ idle > stranger tcp/443"}},
		{"a tag in place of a block", func(t *testing.T, s azureStage) {
			s.rule(t, "data", "Inbound", "5432").Sources = []string{"VirtualNetwork"}
		}, []string{"+ dns > database tcp/5432", "+ dns > database tcp/5432 from 2000", "+ node > database tcp/5432", "+ node > database tcp/5432 from 2000"}},
		{"priorities of an allow and a deny swapped", func(t *testing.T, s azureStage) {
			allow := s.rule(t, "data", "Inbound", "5432")
			for _, r := range s.group(t, "data").Rules {
				if r.Direction == "Inbound" && r.Access == "Deny" {
					r.Priority, allow.Priority = allow.Priority, r.Priority
				}
			}
		}, noDatabase()},
		{"another priority in the same order", func(t *testing.T, s azureStage) { s.rule(t, "data", "Inbound", "5432").Priority = 4000 }, nil},
		{"a deny put above an allow", func(t *testing.T, s azureStage) {
			s.add(t, "web", azurestandin.Rule{Priority: 100, Access: "Deny", Protocol: "*", Sources: []string{"203.0.113.0/24"}, Ports: []string{"*"}})
		}, []string{"- partner > frontend tcp/8080", "- stranger > frontend tcp/8080"}},
		{"a deny put below an allow", func(t *testing.T, s azureStage) {
			s.add(t, "web", azurestandin.Rule{Priority: 4095, Access: "Deny", Protocol: "*", Sources: []string{"203.0.113.0/24"}, Ports: []string{"*"}})
		}, nil},
		{"a group detached from its subnet", func(t *testing.T, s azureStage) { s.SubnetNamed("data").Group = "" }, unguarded()},
		{"a group without rules on an interface", func(t *testing.T, s azureStage) { s.guard(t, "10.0.3.10") }, nil},
		{"a group that denies on an interface", func(t *testing.T, s azureStage) {
			s.guard(t, "10.0.3.10")
			s.add(t, "planted", azurestandin.Rule{Priority: 100, Access: "Deny", Protocol: "Tcp", Sources: []string{"10.0.2.10/32"}, Ports: []string{"5432"}})
		}, []string{"- backend > database tcp/5432", "- backend > database tcp/5432 from 2000"}},
		{"an application security group in place of the addresses", func(t *testing.T, s azureStage) { s.nameBackend(t) },
			[]string{"- idle > database tcp/5432", "- idle > database tcp/5432 from 2000"}},
		{"an admin rule that always allows", func(t *testing.T, s azureStage) { s.overrule("AlwaysAllow") }, []string{"+ node > database tcp/22"}},
		{"an admin rule that leaves it to the groups", func(t *testing.T, s azureStage) { s.overrule("Allow") }, nil},
		{"another description", func(t *testing.T, s azureStage) { s.rule(t, "data", "Inbound", "5432").Description = "for the backend" }, nil},
	})
}

// Who is in an application security group counts as much as the rules.
func TestStandInAzureMembers(t *testing.T) {
	_, m := translated(t, shop, "azure")
	shown := serveAzure(t)
	plant(t, func(t *testing.T) azureStage {
		s := newAzureStage(t, m)
		s.nameBackend(t)
		return s
	}, shown.show, []planted[azureStage]{
		{"nothing", func(*testing.T, azureStage) {}, nil},
		{"an interface leaves its application security group", func(t *testing.T, s azureStage) { s.at(netip.MustParseAddr("10.0.2.10")).AppGroups = nil },
			[]string{"- backend > database tcp/5432", "- backend > database tcp/5432 from 2000"}},
	})
}

func (s azureStage) group(t testing.TB, name string) *azurestandin.Group {
	t.Helper()
	n := s.SubnetNamed(name)
	if n == nil {
		return s.GroupWith(s.GroupID(name))
	}
	g := s.GroupWith(n.Group)
	if g == nil {
		t.Fatalf("no group on %s", name)
	}
	return g
}

// rule returns the allowing rule of a subnet's group for a port.
func (s azureStage) rule(t testing.TB, subnet, direction, port string) *azurestandin.Rule {
	t.Helper()
	for _, r := range s.group(t, subnet).Rules {
		if r.Direction == direction && r.Access == "Allow" && slices.Equal(r.Ports, []string{port}) {
			return r
		}
	}
	t.Fatalf("no rule on %s for %s", subnet, port)
	return nil
}

func (s azureStage) drop(t testing.TB, subnet string, r *azurestandin.Rule) {
	g := s.group(t, subnet)
	g.Rules = slices.DeleteFunc(g.Rules, func(o *azurestandin.Rule) bool { return o == r })
}

// add adds an inbound rule to a subnet's group, or to the group of a name.
func (s azureStage) add(t testing.TB, group string, r azurestandin.Rule) {
	t.Helper()
	r.Name, r.Direction, r.Destinations, r.SourcePorts = "planted", "Inbound", []string{"*"}, []string{"*"}
	if err := s.group(t, group).Add(&r); err != nil {
		t.Fatal(err)
	}
}

// guard puts a group without rules on the interface at an address.
func (s azureStage) guard(t testing.TB, addr string) {
	s.Subscription.Groups = append(s.Groups, &azurestandin.Group{Name: "planted"})
	s.at(netip.MustParseAddr(addr)).Group = s.GroupID("planted")
}

// nameBackend lets the database's rule name the backend by an application security group.
func (s azureStage) nameBackend(t testing.TB) {
	t.Helper()
	s.Subscription.AppGroups = append(s.AppGroups, "backend")
	s.at(netip.MustParseAddr("10.0.2.10")).AppGroups = []string{s.AppGroupID("backend")}
	r := s.rule(t, "data", "Inbound", "5432")
	r.Sources, r.SourceAppGroups = nil, []string{s.AppGroupID("backend")}
}

// overrule puts an admin rule about SSH from nodes to the database on the network.
func (s azureStage) overrule(access string) {
	s.Subscription.AdminRules = append(s.AdminRules, &azurestandin.AdminRule{Name: "planted", Priority: 1, Direction: "Inbound", Access: access, Protocol: "Tcp",
		Sources: []string{"10.0.16.0/20"}, Destinations: []string{"10.0.3.0/24"}, Ports: []string{"22"}})
}

// noDatabase is what is closed where nobody reaches the database any more.
func noDatabase() []string {
	return []string{"- backend > database tcp/5432", "- backend > database tcp/5432 from 2000", "- idle > database tcp/5432", "- idle > database tcp/5432 from 2000"}
}

// unguarded is what becomes of the database without a group on its subnet: nothing is filtered there.
func unguarded() []string {
	out := []string{"+ database > frontend tcp/8080"}
	for _, what := range tried {
		if what != "tcp/53" && what != "udp/53" {
			out = append(out, "+ database > dns "+what)
		}
		for _, other := range []string{"node", "partner", "stranger"} {
			out = append(out, "+ database > "+other+" "+what, "+ "+other+" > database "+what)
		}
		out = append(out, "+ dns > database "+what)
	}
	return out
}
