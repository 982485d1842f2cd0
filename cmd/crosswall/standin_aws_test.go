package main

import (
	"maps"
	"net/netip"
	"slices"
	"strings"
	"testing"

	awsstandin "github.com/crosswall/crosswall/providers/aws/live/standin"
	"github.com/crosswall/crosswall/terraform"
)

// awsStage is the shop in a stand-in account of AWS.
type awsStage struct {
	*awsstandin.Account
	more map[string]string // ends besides those of every stage
}

const (
	awsVPC     = "vpc-0a1b2c3d4e5f60718"
	awsWeb     = "subnet-0a11111111111111a"
	awsApp     = "subnet-0b22222222222222b"
	awsData    = "subnet-0c33333333333333c"
	awsLive    = "aws://eu-west-1/" + awsVPC
	awsProject = "111122223333"
)

// newAWSStage has the VPC and the subnets of the shop's placement, what its translation makes, and an interface for
// each of its groups.
func newAWSStage(t testing.TB, m terraform.Module) awsStage {
	t.Helper()
	a := awsstandin.NewAccount(awsProject)
	a.AddVPC(awsstandin.VPC{ID: awsVPC, CIDR: "10.0.0.0/16", IPv6: "2001:db8::/56"})
	for _, s := range []awsstandin.Subnet{{ID: awsWeb, CIDR: "10.0.1.0/24", IPv6: "2001:db8:0:1::/64", Name: "web"},
		{ID: awsApp, CIDR: "10.0.2.0/24", Name: "app"}, {ID: awsData, CIDR: "10.0.3.0/24", Name: "data"}} {
		s.VPC = awsVPC
		a.AddSubnet(s)
	}
	if _, err := a.Create(m); err != nil {
		t.Fatal(err)
	}
	s := awsStage{a, map[string]string{}}
	for _, i := range []struct {
		subnet string
		addrs  []string
		group  string
	}{
		{awsWeb, []string{"10.0.1.10", "2001:db8:0:1::10"}, "shop-frontend"}, {awsApp, []string{"10.0.2.10"}, "shop-backend"},
		{awsApp, []string{"10.0.2.130"}, "kube-system-coredns"}, {awsData, []string{"10.0.3.10"}, "shop-database"},
	} {
		if err := a.AddInterface(i.subnet, i.addrs, s.group(t, i.group).ID); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

func (s awsStage) source() string { return awsLive }

func (s awsStage) ends() map[string]string {
	out := map[string]string{"frontend": "10.0.1.10", "backend": "10.0.2.10", "dns": "10.0.2.130", "database": "10.0.3.10", "node": "10.0.16.5",
		"api": "10.0.15.4", "partner": "203.0.113.10", "stranger": "203.0.113.200", "idle": "10.0.2.77",
		"frontend6": "2001:db8:0:1::10", "stranger6": "2001:db8:ffff::1", "neighbour6": "2001:db8:0:1::77"}
	maps.Copy(out, s.more)
	return out
}

func (s awsStage) group(t testing.TB, name string) *awsstandin.Group {
	t.Helper()
	g := s.GroupNamed(name)
	if g == nil {
		t.Fatalf("no group %s", name)
	}
	return g
}

// rule returns the rule of a group that says something.
func (s awsStage) rule(t testing.TB, group string, is func(r *awsstandin.Rule) bool) *awsstandin.Rule {
	t.Helper()
	for _, r := range s.group(t, group).Rules {
		if is(r) {
			return r
		}
	}
	t.Fatalf("%s has no such rule", group)
	return nil
}

// drop removes the rules of a group that say something.
func (s awsStage) drop(t testing.TB, group string, is func(r *awsstandin.Rule) bool) {
	t.Helper()
	g := s.group(t, group)
	n := len(g.Rules)
	if g.Rules = slices.DeleteFunc(g.Rules, is); len(g.Rules) == n {
		t.Fatalf("%s has no such rule", group)
	}
}

// admit adds a rule.
func (s awsStage) admit(t testing.TB, group string, r awsstandin.Rule) {
	t.Helper()
	r.ID = "sgr-planted" + r.CIDR + r.IPv6 + r.Group
	if err := s.group(t, group).Authorize(&r); err != nil {
		t.Fatal(err)
	}
}

// entry returns the entry of a subnet's network ACL with a number.
func (s awsStage) entry(t testing.TB, subnet string, is func(*awsstandin.Entry) bool) *awsstandin.Entry {
	t.Helper()
	for _, e := range s.ACLOn(subnet).Entries {
		if is(e) {
			return e
		}
	}
	t.Fatalf("no such entry on %s", subnet)
	return nil
}

// insert adds an entry to a subnet's network ACL.
func (s awsStage) insert(subnet string, e awsstandin.Entry) {
	acl := s.ACLOn(subnet)
	acl.Entries = append(acl.Entries, &e)
}

// worn returns the interface at an address; nil if there is none.
func (s awsStage) at(addr netip.Addr) *awsstandin.Interface {
	for _, i := range s.Interfaces {
		if slices.Contains(i.Addrs, addr.String()) {
			return i
		}
	}
	return nil
}

func (s awsStage) called(addr netip.Addr) []string {
	i := s.at(addr)
	switch {
	case i == nil && s.subnetOf(addr) == "":
		return nil
	case i == nil:
		return []string{somebodyElse}
	}
	out := []string{i.ID}
	for _, g := range s.Groups {
		if slices.Contains(i.Groups, g.ID) {
			out = append(out, g.ID)
		}
	}
	return out
}

// imagine puts an interface with the groups that a label names where there is none: diff tells of whoever
// would get a group, too.
func (s awsStage) imagine(label string, at netip.Addr) (gone func()) {
	kept := s.Interfaces
	var groups []string
	for _, g := range s.Groups {
		if strings.Contains(label, g.ID) {
			groups = append(groups, g.ID)
		}
	}
	if s.at(at) == nil && len(groups) > 0 {
		s.Interfaces = append(slices.Clone(kept), &awsstandin.Interface{Addrs: []string{at.String()}, Groups: groups})
	}
	return func() { s.Interfaces = kept }
}

// passes asks the groups of both ends, and the network ACLs of both subnets in both directions (Amazon VPC user guide,
// security groups; network ACLs).
func (s awsStage) passes(x trial) bool {
	from, to := s.subnetOf(x.src), s.subnetOf(x.dst)
	if !s.groupsAdmit(x.src, x.dst, true, x) || !s.groupsAdmit(x.dst, x.src, false, x) {
		return false
	}
	if from == to {
		return true // network ACLs are asked on the way into and out of a subnet
	}
	if !s.aclAdmits(from, true, x.dst, x) || !s.aclAdmits(to, false, x.src, x) {
		return false
	}
	if x.protocol != "tcp" && x.protocol != "udp" {
		return true // nothing answers the messages that are tried
	}
	reply := x
	reply.port, reply.srcPort = x.srcPort, x.port
	return s.aclAdmits(to, true, x.src, reply) && s.aclAdmits(from, false, x.dst, reply)
}

// subnetOf is the id of the subnet of an address; empty: none of the VPC.
func (s awsStage) subnetOf(addr netip.Addr) string {
	for _, n := range s.Subnets {
		for _, block := range []string{n.CIDR, n.IPv6} {
			if p, err := netip.ParsePrefix(block); err == nil && p.Contains(addr) {
				return n.ID
			}
		}
	}
	return ""
}

// groupsAdmit asks the groups of the interface at an address, if there is one: any rule of any of them will do.
func (s awsStage) groupsAdmit(own, peer netip.Addr, egress bool, x trial) bool {
	i := s.at(own)
	if i == nil || len(i.Groups) == 0 {
		return true
	}
	for _, g := range s.Groups {
		if slices.Contains(i.Groups, g.ID) && slices.ContainsFunc(g.Rules, func(r *awsstandin.Rule) bool { return r.Egress == egress && s.ruleMatches(r, peer, x) }) {
			return true
		}
	}
	return false
}

func (s awsStage) ruleMatches(r *awsstandin.Rule, peer netip.Addr, x trial) bool {
	named := within(r.CIDR, peer) || within(r.IPv6, peer)
	if i := s.at(peer); i != nil && r.Group != "" {
		named = named || slices.Contains(i.Groups, r.Group)
	}
	for _, l := range s.Lists {
		named = named || l.ID == r.List && slices.ContainsFunc(l.CIDRs, func(c string) bool { return within(c, peer) })
	}
	switch {
	case !named:
		return false
	case r.Protocol == "-1":
		return true
	case r.Protocol != x.protocol:
		return false
	case x.protocol == "icmp":
		return (r.From == -1 || r.From == x.port) && (r.From == -1 || r.To == -1 || r.To == x.code)
	}
	return r.From <= x.port && x.port <= r.To
}

// aclAdmits asks the network ACL of a subnet: the matching entry with the lowest number decides.
func (s awsStage) aclAdmits(subnet string, egress bool, peer netip.Addr, x trial) bool {
	if subnet == "" {
		return true
	}
	number := map[string]string{"tcp": "6", "udp": "17", "icmp": "1", "icmpv6": "58"}[x.protocol]
	var best *awsstandin.Entry
	for _, e := range s.ACLOn(subnet).Entries {
		matches := e.Egress == egress && (within(e.CIDR, peer) || within(e.IPv6, peer)) && (e.Protocol == "-1" || e.Protocol == number)
		switch {
		case !matches || best != nil && best.Number < e.Number:
			continue
		case e.Protocol == "6" || e.Protocol == "17":
			matches = e.From <= x.port && x.port <= e.To
		case e.Protocol == "1" || e.Protocol == "58":
			matches = (e.From == -1 || e.From == x.port) && (e.From == -1 || e.To == -1 || e.To == x.code)
		}
		if matches {
			best = e
		}
	}
	return best != nil && best.Action == "allow"
}

func within(block string, a netip.Addr) bool {
	p, err := netip.ParsePrefix(block)
	return err == nil && p.Contains(a)
}

// awsShown serves an account at a time.
type awsShown struct{ stage awsStage }

func (s *awsShown) show(to awsStage) { s.stage = to }

func serveAWS(t testing.TB) *awsShown {
	shown := &awsShown{}
	server := &awsstandin.Server{Page: 7, Holds: func(string, string) awsstandin.Objects { return shown.stage.Objects() }}
	serveOn(t, server, awsEnvironment(t))
	t.Cleanup(func() {
		if wrong := server.Wrong(); len(wrong) > 0 {
			t.Errorf("AWS would not have accepted: %v", wrong)
		}
	})
	return shown
}

// What was translated and made is equal to the files, to the manifests and to a snapshot of it.
func TestStandInAWSEqual(t *testing.T) {
	folder, m := translated(t, shop, "aws")
	s := newAWSStage(t, m)
	serveAWS(t).show(s)
	equalThreeWays(t, s, folder)
}

// One change at a time, and what it does to traffic.
func TestStandInAWSPlanted(t *testing.T) {
	_, m := translated(t, shop, "aws")
	type r = awsstandin.Rule
	type e = awsstandin.Entry
	shown := serveAWS(t)
	plant(t, func(t *testing.T) awsStage { return newAWSStage(t, m) }, shown.show, []planted[awsStage]{
		{"nothing", func(*testing.T, awsStage) {}, nil},
		{"a port of the backend widened", func(t *testing.T, s awsStage) {
			s.rule(t, "shop-backend", func(x *r) bool { return x.From == 9000 }).To = 9001
			s.rule(t, "shop-frontend", func(x *r) bool { return x.From == 9000 }).To = 9001
		}, []string{"+ frontend > backend tcp/9001"}},
		{"a port widened on one side only", func(t *testing.T, s awsStage) {
			s.rule(t, "shop-backend", func(x *r) bool { return x.From == 9000 }).To = 9001
		}, nil},
		{"the partner's other half opened", func(t *testing.T, s awsStage) {
			s.rule(t, "shop-backend", func(x *r) bool { return x.CIDR == "203.0.113.0/25" }).CIDR = "203.0.113.0/24"
		}, []string{"+ backend > stranger tcp/443"}},
		{"the partner's rule removed", func(t *testing.T, s awsStage) {
			s.drop(t, "shop-backend", func(x *r) bool { return x.CIDR == "203.0.113.0/25" })
		}, []string{"- backend > partner tcp/443"}},
		{"a rule moved from a group to the address of its only member", func(t *testing.T, s awsStage) {
			x := s.rule(t, "shop-database", func(x *r) bool { return x.From == 5432 })
			x.Group, x.CIDR = "", "10.0.2.10/32"
		}, nil},
		{"a rule moved from a group to the group's subnet", func(t *testing.T, s awsStage) {
			x := s.rule(t, "shop-database", func(x *r) bool { return x.From == 5432 })
			x.Group, x.CIDR = "", "10.0.2.0/24"
		}, []string{"+ idle > database tcp/5432"}},
		{"a rule moved from a group to another address", func(t *testing.T, s awsStage) {
			x := s.rule(t, "shop-database", func(x *r) bool { return x.From == 5432 })
			x.Group, x.CIDR = "", "10.0.2.99/32"
		}, []string{"- backend > database tcp/5432"}},
		{"a rule that names another group", func(t *testing.T, s awsStage) {
			s.rule(t, "shop-database", func(x *r) bool { return x.From == 5432 }).Group = s.group(t, "shop-frontend").ID
		}, []string{"- backend > database tcp/5432"}},
		{"every protocol in place of a port that the network ACL alone admits", func(t *testing.T, s awsStage) {
			x := s.rule(t, "shop-database", func(x *r) bool { return x.From == 5432 })
			x.Protocol, x.From, x.To = "-1", -1, -1
		}, nil},
		{"another description", func(t *testing.T, s awsStage) {
			s.rule(t, "shop-database", func(x *r) bool { return x.From == 5432 }).Description = "for the backend"
		}, nil},
		{"a return entry removed", func(t *testing.T, s awsStage) {
			acl := s.ACLOn(awsData)
			acl.Entries = slices.DeleteFunc(acl.Entries, func(x *e) bool { return x.Egress && x.CIDR == "10.0.2.0/25" })
		}, []string{"- backend > database tcp/5432"}},
		{"a return entry narrowed", func(t *testing.T, s awsStage) {
			s.entry(t, awsData, func(x *e) bool { return x.Egress && x.CIDR == "10.0.2.0/25" }).From = 50000
		}, []string{"- backend > database tcp/5432"}},
		{"a deny put below an allow", func(t *testing.T, s awsStage) {
			s.insert(awsData, e{Number: 9700, Action: "deny", Protocol: "6", CIDR: "10.0.2.0/24", From: 5432, To: 5432})
		}, nil},
		{"a deny put above an allow", func(t *testing.T, s awsStage) {
			s.insert(awsData, e{Number: 9000, Action: "deny", Protocol: "6", CIDR: "10.0.2.0/24", From: 5432, To: 5432})
		}, []string{"- backend > database tcp/5432"}},
		{"entries in the same order under other numbers", func(t *testing.T, s awsStage) {
			for _, x := range s.ACLOn(awsData).Entries {
				x.Number = x.Number/2 + 1
			}
		}, nil},
		{"an entry put behind another that decides", func(t *testing.T, s awsStage) {
			s.insert(awsWeb, e{Number: 4000, Action: "deny", Protocol: "-1", CIDR: "10.0.15.0/28"})
		}, []string{"- api > frontend icmp/3/4", "- frontend > api tcp/443"}},
		{"an IPv6 twin that the network ACL keeps within the subnet", func(t *testing.T, s awsStage) {
			s.admit(t, "shop-frontend", r{Protocol: "tcp", From: 8080, To: 8080, IPv6: "::/0"})
		}, []string{"+ neighbour6 > frontend6 tcp/8080"}},
		{"an IPv6 twin for another subnet", func(t *testing.T, s awsStage) {
			s.admit(t, "shop-frontend", r{Protocol: "tcp", From: 8080, To: 8080, IPv6: "2001:db8:0:2::/64"})
		}, nil},
		{"an IPv6 twin in the group and in the network ACL", func(t *testing.T, s awsStage) {
			s.admit(t, "shop-frontend", r{Protocol: "tcp", From: 8080, To: 8080, IPv6: "::/0"})
			s.insert(awsWeb, e{Number: 50, Action: "allow", Protocol: "6", IPv6: "::/0", From: 8080, To: 8080})
			s.insert(awsWeb, e{Number: 50, Egress: true, Action: "allow", Protocol: "6", IPv6: "::/0", From: 1024, To: 65535})
		}, []string{"+ neighbour6 > frontend6 tcp/8080", "+ stranger6 > frontend6 tcp/8080", "+ stranger6 > neighbour6 tcp/8080"}},
		{"every code of an ICMP type", func(t *testing.T, s awsStage) {
			s.rule(t, "shop-frontend", func(x *r) bool { return !x.Egress && x.Protocol == "icmp" }).To = -1
			s.entry(t, awsWeb, func(x *e) bool { return !x.Egress && x.Protocol == "1" }).To = -1
		}, []string{"+ api > frontend icmp/3/1", "+ dns > frontend icmp/3/1", "+ idle > frontend icmp/3/1", "+ node > frontend icmp/3/1", "+ partner > frontend icmp/3/1", "+ stranger > frontend icmp/3/1"}},
		{"the default network ACL on a subnet", func(t *testing.T, s awsStage) {
			if err := s.Associate(awsData, ""); err != nil {
				t.Fatal(err)
			}
		}, []string{"+ backend > database tcp/5432 from 2000"}},
		{"a prefix list in place of the block", func(t *testing.T, s awsStage) { s.listPartner(t, "203.0.113.0/25") }, nil},
		{"a prefix list with one entry more", func(t *testing.T, s awsStage) { s.listPartner(t, "203.0.113.0/25", "203.0.113.192/26") },
			[]string{"+ backend > stranger tcp/443"}},
	})
}

// Who is in a group counts as much as its rules.
func TestStandInAWSMembers(t *testing.T) {
	_, m := translated(t, shop, "aws")
	shown := serveAWS(t)
	opened := func(who, sign string) []string {
		var out []string
		for _, port := range []string{"5432", "5432 from 2000", "8080", "9000", "9001"} {
			out = append(out, sign+" "+who+" > node tcp/"+port)
		}
		return out
	}
	everything := func(a, b string) []string { // but what all members of the database's group may
		var out []string
		for _, what := range tried {
			if what != "icmp/3/4" {
				out = append(out, "+ "+a+" > "+b+" "+what, "+ "+b+" > "+a+" "+what)
			}
		}
		return out
	}
	plant(t, func(t *testing.T) awsStage {
		s := newAWSStage(t, m)
		if err := s.AddInterface(awsData, []string{"10.0.3.77"}, s.group(t, "shop-database").ID, s.group(t, "default").ID); err != nil {
			t.Fatal(err)
		}
		s.more["batch"] = "10.0.3.77"
		return s
	}, shown.show, []planted[awsStage]{
		{"nothing", func(*testing.T, awsStage) {}, nil},
		{"a group removed from an interface", func(t *testing.T, s awsStage) {
			i := s.at(netip.MustParseAddr("10.0.3.77"))
			i.Groups = i.Groups[:1]
		}, opened("batch", "-")},
		{"a group added to an interface", func(t *testing.T, s awsStage) {
			i := s.at(netip.MustParseAddr("10.0.3.10"))
			i.Groups = append(i.Groups, s.group(t, "default").ID)
		}, append(opened("database", "+"), everything("batch", "database")...)},
		{"the groups of an interface in another order", func(t *testing.T, s awsStage) {
			slices.Reverse(s.at(netip.MustParseAddr("10.0.3.77")).Groups)
		}, nil},
	})
}

// listPartner lets the backend's rule for the partner name a prefix list.
func (s awsStage) listPartner(t testing.TB, cidrs ...string) {
	t.Helper()
	s.Lists = append(s.Lists, &awsstandin.List{ID: "pl-0planted", Name: "partner", Owner: awsProject, CIDRs: cidrs})
	x := s.rule(t, "shop-backend", func(x *awsstandin.Rule) bool { return x.CIDR == "203.0.113.0/25" })
	x.CIDR, x.List = "", "pl-0planted"
}
