package main

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"testing"

	gcpstandin "github.com/crosswall/crosswall/providers/gcp/live/standin"
	"github.com/crosswall/crosswall/terraform"
)

// gcpStage is the shop in a stand-in project of Google Cloud.
type gcpStage struct{ *gcpstandin.Project }

var _ stage = gcpStage{}

// newGCPStage has the network and the subnetworks of the shop's placement, what its translation makes, and
// a machine for each of its tags.
func newGCPStage(t testing.TB, m terraform.Module) gcpStage {
	t.Helper()
	p := &gcpstandin.Project{ID: "shop-prod", Networks: []*gcpstandin.Network{{Name: "shop"}}}
	for name, block := range map[string]string{"web": "10.0.1.0/24", "app": "10.0.2.0/24", "data": "10.0.3.0/24"} {
		p.Subnetworks = append(p.Subnetworks, &gcpstandin.Subnetwork{Name: name, Network: "shop", Region: "europe-west1", CIDR: block})
	}
	if err := p.Create(m); err != nil {
		t.Fatal(err)
	}
	for _, i := range []struct{ subnet, addr, tag string }{{"web", "10.0.1.10", "shop-frontend"}, {"app", "10.0.2.10", "shop-backend"}, {"app", "10.0.2.130", "kube-system-coredns"}, {"data", "10.0.3.10", "shop-database"}} {
		p.Instances = append(p.Instances, &gcpstandin.Instance{Name: "vm-" + i.tag, Zone: "europe-west1-b", Network: "shop", Subnetwork: i.subnet, Addr: i.addr, Tags: []string{i.tag}})
	}
	return gcpStage{p}
}

func (s gcpStage) source() string { return "gcp://shop-prod/shop" }

func (s gcpStage) ends() map[string]string {
	return map[string]string{"frontend": "10.0.1.10", "backend": "10.0.2.10", "dns": "10.0.2.130", "database": "10.0.3.10", "node": "10.0.16.5",
		"api": "10.0.15.4", "partner": "203.0.113.10", "stranger": "203.0.113.200"}
}

// at returns the machine at an address; nil if there is none.
func (s gcpStage) at(addr netip.Addr) *gcpstandin.Instance {
	for _, i := range s.Instances {
		if i.Addr == addr.String() || slices.ContainsFunc(i.Aliases, func(a string) bool { return within(a, addr) }) {
			return i
		}
	}
	return nil
}

func (s gcpStage) called(addr netip.Addr) []string {
	i := s.at(addr)
	switch {
	case i == nil && !slices.ContainsFunc(s.Subnetworks, func(n *gcpstandin.Subnetwork) bool { return within(n.CIDR, addr) }):
		return nil
	case i == nil:
		return []string{somebodyElse}
	}
	return slices.Concat([]string{i.Name}, i.Tags, i.SecureTags)
}

// imagine puts a machine with the tags that a label names where there is none.
func (s gcpStage) imagine(label string, at netip.Addr) (gone func()) {
	kept := s.Instances
	someone := gcpstandin.Instance{Addr: at.String()}
	for _, i := range kept {
		for _, tag := range i.Tags {
			if strings.Contains(label, tag) {
				someone.Tags = append(someone.Tags, tag)
			}
		}
		for _, tag := range i.SecureTags {
			if strings.Contains(label, tag) {
				someone.SecureTags = append(someone.SecureTags, tag)
			}
		}
	}
	if s.at(at) == nil && len(someone.Tags)+len(someone.SecureTags) > 0 {
		s.Instances = append(slices.Clone(kept), &someone)
	}
	return func() { s.Instances = kept }
}

// passes asks the rules at both ends, which are stateful (VPC firewall rules documentation).
func (s gcpStage) passes(x trial) bool {
	return s.admits(x.src, x.dst, true, x) && s.admits(x.dst, x.src, false, x)
}

// admits asks the rules for a machine in one direction, if there is a machine: VPC rules, then policies or the other way round, each list by
// priority, deny first where two are the same; and last the implied rules (firewall policies documentation, evaluation order).
func (s gcpStage) admits(own, peer netip.Addr, egress bool, x trial) bool {
	i := s.at(own)
	if i == nil {
		return true
	}
	steps := []func() string{func() string { return s.rules(i, peer, egress, x) }, func() string { return s.policies(peer, own, egress, x) }}
	if s.Networks[0].RulesLast {
		slices.Reverse(steps)
	}
	for _, step := range steps {
		if verdict := step(); verdict != "" {
			return verdict == "allow"
		}
	}
	return egress
}

func (s gcpStage) rules(i *gcpstandin.Instance, peer netip.Addr, egress bool, x trial) string {
	best, verdict := 1<<31, ""
	for _, f := range s.Firewalls {
		if f.Egress != egress || f.Disabled || len(f.TargetTags) > 0 && !slices.ContainsFunc(f.TargetTags, func(t string) bool { return slices.Contains(i.Tags, t) }) || !s.named(f, peer) {
			continue
		}
		list, action := f.Allowed, "allow"
		if len(f.Denied) > 0 {
			list, action = f.Denied, "deny"
		}
		if slices.ContainsFunc(list, func(p gcpstandin.Ports) bool { return gcpPorts(p, x) }) && (f.Priority < best || f.Priority == best && action == "deny") {
			best, verdict = f.Priority, action
		}
	}
	return verdict
}

// named reports whether a rule names a peer, by its address or by a tag.
func (s gcpStage) named(f *gcpstandin.Firewall, peer netip.Addr) bool {
	ranges := f.Sources
	if f.Egress {
		ranges = f.Destinations
	}
	if slices.ContainsFunc(ranges, func(r string) bool { return within(r, peer) }) {
		return true
	}
	i := s.at(peer)
	return i != nil && slices.ContainsFunc(f.SourceTags, func(t string) bool { return slices.Contains(i.Tags, t) })
}

// policies asks the global policies of the network.
func (s gcpStage) policies(peer, own netip.Addr, egress bool, x trial) string {
	for _, y := range s.Policies {
		if !slices.Contains(y.Networks, "shop") {
			continue
		}
		best, verdict := 1<<31, ""
		for _, r := range y.Rules {
			src, dst := peer, own
			if egress {
				src, dst = own, peer
			}
			matches := r.Egress == egress && !r.Disabled && r.Priority < best && (len(r.TargetTags) == 0 || s.hasAny(own, r.TargetTags)) &&
				(len(r.Sources)+len(r.SourceTags) == 0 || slices.ContainsFunc(r.Sources, func(c string) bool { return within(c, src) }) || s.hasAny(src, r.SourceTags)) &&
				(len(r.Destinations) == 0 || slices.ContainsFunc(r.Destinations, func(c string) bool { return within(c, dst) })) &&
				slices.ContainsFunc(r.Ports, func(p gcpstandin.Ports) bool { return gcpPorts(p, x) })
			if matches {
				best, verdict = r.Priority, r.Action
			}
		}
		if verdict == "allow" || verdict == "deny" {
			return verdict
		}
	}
	return ""
}

// hasAny reports whether the machine at an address, if there is one, has one of some secure tags.
func (s gcpStage) hasAny(addr netip.Addr, tags []string) bool {
	i := s.at(addr)
	return i != nil && slices.ContainsFunc(tags, func(t string) bool { return slices.Contains(i.SecureTags, t) })
}

func gcpPorts(p gcpstandin.Ports, x trial) bool {
	if p.Protocol != "all" && p.Protocol != x.protocol {
		return false
	}
	return len(p.Ports) == 0 || slices.ContainsFunc(p.Ports, func(r string) bool {
		first, last, isRange := strings.Cut(r, "-")
		if !isRange {
			last = first
		}
		a, err := strconv.Atoi(first)
		b, err2 := strconv.Atoi(last)
		return err == nil && err2 == nil && a <= x.port && x.port <= b
	})
}

// gcpShown serves a project at a time.
type gcpShown struct{ stage gcpStage }

func (s *gcpShown) show(to gcpStage) { s.stage = to }

func serveGCP(t testing.TB) *gcpShown {
	shown := &gcpShown{}
	server := &gcpstandin.Server{Page: 3, Holds: func(id string) *gcpstandin.Project {
		if id != shown.stage.ID {
			return nil
		}
		return shown.stage.Project
	}}
	serveOn(t, server, map[string]string{"GOOGLE_COMPUTE_CUSTOM_ENDPOINT": "URL", "CLOUDSDK_API_ENDPOINT_OVERRIDES_COMPUTE": "", "GOOGLE_APPLICATION_CREDENTIALS": ""})
	t.Cleanup(func() {
		if wrong := server.Wrong(); len(wrong) > 0 {
			t.Errorf("Google Cloud would not have accepted: %v", wrong)
		}
	})
	return shown
}

// What was translated and made is equal to the files, to the manifests and to a snapshot of it.
func TestStandInGCPEqual(t *testing.T) {
	folder, m := translated(t, shop, "gcp")
	s := newGCPStage(t, m)
	serveGCP(t).show(s)
	equalThreeWays(t, s, folder)
}

// One change at a time, and what it does to traffic.
func TestStandInGCPPlanted(t *testing.T) {
	_, m := translated(t, shop, "gcp")
	shown := serveGCP(t)
	plant(t, func(t *testing.T) gcpStage { return newGCPStage(t, m) }, shown.show, []planted[gcpStage]{
		{"nothing", func(*testing.T, gcpStage) {}, nil},
		{"a port of the backend widened on both sides", func(t *testing.T, s gcpStage) {
			s.rule(t, allowing("shop-backend", "9000")).Allowed[0].Ports = []string{"9000-9001"}
			s.rule(t, allowing("shop-frontend", "9000")).Allowed[0].Ports = []string{"9000-9001"}
		}, []string{"+ frontend > backend tcp/9001"}},
		{"a port widened on one side only", func(t *testing.T, s gcpStage) {
			s.rule(t, allowing("shop-backend", "9000")).Allowed[0].Ports = []string{"9000", "9001"}
		}, nil},
		{"a port written as a range of one", func(t *testing.T, s gcpStage) {
			s.rule(t, allowing("shop-database", "5432")).Allowed[0].Ports = []string{"5432-5432"}
		}, nil},
		{"a rule removed", func(t *testing.T, s gcpStage) { s.drop(s.rule(t, allowing("shop-database", "5432"))) },
			[]string{"- backend > database tcp/5432", "- backend > database tcp/5432 from 2000"}},
		{"a rule disabled", func(t *testing.T, s gcpStage) { s.rule(t, allowing("shop-database", "5432")).Disabled = true },
			[]string{"- backend > database tcp/5432", "- backend > database tcp/5432 from 2000"}},
		{"a source tag in place of the address of its only machine", func(t *testing.T, s gcpStage) {
			f := s.rule(t, allowing("shop-database", "5432"))
			f.SourceTags, f.Sources = nil, []string{"10.0.2.10/32"}
		}, nil},
		{"a source tag in place of a subnet", func(t *testing.T, s gcpStage) {
			f := s.rule(t, allowing("shop-database", "5432"))
			f.SourceTags, f.Sources = nil, []string{"10.0.2.0/24"}
		}, []string{"+ dns > database tcp/5432", "+ dns > database tcp/5432 from 2000"}},
		{"a range beside a source tag", func(t *testing.T, s gcpStage) {
			s.rule(t, allowing("shop-database", "5432")).Sources = []string{"10.0.16.0/20"}
		}, []string{"+ node > database tcp/5432", "+ node > database tcp/5432 from 2000"}},
		{"a deny put above an allow", func(t *testing.T, s gcpStage) {
			s.add(gcpstandin.Firewall{Name: "planted", Priority: 700, Sources: []string{"203.0.113.0/24"}, Denied: []gcpstandin.Ports{{Protocol: "tcp", Ports: []string{"8080"}}}})
		}, []string{"- partner > dns tcp/8080", "- partner > frontend tcp/8080", "- stranger > dns tcp/8080", "- stranger > frontend tcp/8080"}},
		{"a deny of the same priority as an allow", func(t *testing.T, s gcpStage) {
			s.add(gcpstandin.Firewall{Name: "planted", Priority: 800, TargetTags: []string{"shop-frontend"}, Sources: []string{"203.0.113.200/32"}, Denied: []gcpstandin.Ports{{Protocol: "all"}}})
		}, []string{"- stranger > frontend tcp/8080"}},
		{"an allow of the same priority as a deny", func(t *testing.T, s gcpStage) {
			s.add(gcpstandin.Firewall{Name: "planted", Priority: 900, TargetTags: []string{"shop-database"}, Sources: []string{"0.0.0.0/0"}, Allowed: []gcpstandin.Ports{{Protocol: "tcp", Ports: []string{"22"}}}})
		}, nil},
		{"an allow put above a deny", func(t *testing.T, s gcpStage) {
			s.add(gcpstandin.Firewall{Name: "planted", Priority: 850, TargetTags: []string{"shop-database"}, Sources: []string{"10.0.16.0/20"}, Allowed: []gcpstandin.Ports{{Protocol: "tcp", Ports: []string{"22"}}}})
		}, []string{"+ node > database tcp/22"}},
		{"priorities of an allow and a deny swapped", func(t *testing.T, s gcpStage) {
			s.rule(t, allowing("shop-database", "5432")).Priority = 950
		}, []string{"- backend > database tcp/5432", "- backend > database tcp/5432 from 2000"}},
		{"another priority in the same order", func(t *testing.T, s gcpStage) {
			s.rule(t, allowing("shop-database", "5432")).Priority = 801
		}, nil},
		{"a tag removed from a machine", func(t *testing.T, s gcpStage) { s.at(netip.MustParseAddr("10.0.3.10")).Tags = nil },
			untagged()},
		{"a policy associated that denies before the rules", func(t *testing.T, s gcpStage) {
			s.Networks[0].RulesLast = true
			s.associate(gcpstandin.PolicyRule{Priority: 10, Action: "deny", Sources: []string{"203.0.113.0/24"}, Ports: []gcpstandin.Ports{{Protocol: "tcp", Ports: []string{"8080"}}}})
		}, []string{"- partner > dns tcp/8080", "- partner > frontend tcp/8080", "- stranger > dns tcp/8080", "- stranger > frontend tcp/8080"}},
		{"a policy associated that is asked after rules that decide", func(t *testing.T, s gcpStage) {
			s.associate(gcpstandin.PolicyRule{Priority: 10, Action: "deny", Sources: []string{"203.0.113.0/24"}, Ports: []gcpstandin.Ports{{Protocol: "tcp", Ports: []string{"8080"}}}})
		}, nil},
		{"a policy associated that goes on to the rules", func(t *testing.T, s gcpStage) {
			s.Networks[0].RulesLast = true
			s.associate(gcpstandin.PolicyRule{Priority: 10, Action: "goto_next", Sources: []string{"203.0.113.0/24"}, Ports: []gcpstandin.Ports{{Protocol: "all"}}})
		}, nil},
		{"a policy associated whose rule is disabled", func(t *testing.T, s gcpStage) {
			s.Networks[0].RulesLast = true
			s.associate(gcpstandin.PolicyRule{Priority: 10, Action: "deny", Disabled: true, Sources: []string{"0.0.0.0/0"}, Ports: []gcpstandin.Ports{{Protocol: "all"}}})
		}, nil},
	})
}

// rule returns the rule that a test looks for.
func (s gcpStage) rule(t testing.TB, is func(*gcpstandin.Firewall) bool) *gcpstandin.Firewall {
	t.Helper()
	i := slices.IndexFunc(s.Firewalls, is)
	if i < 0 {
		t.Fatal("no such rule")
	}
	return s.Firewalls[i]
}

// allowing looks for the rule that lets machines with a tag use a port, or be used on it.
func allowing(tag, port string) func(*gcpstandin.Firewall) bool {
	return func(f *gcpstandin.Firewall) bool {
		return slices.Contains(f.TargetTags, tag) && slices.ContainsFunc(f.Allowed, func(p gcpstandin.Ports) bool { return slices.Contains(p.Ports, port) })
	}
}

func (s gcpStage) drop(f *gcpstandin.Firewall) {
	s.Project.Firewalls = slices.DeleteFunc(s.Firewalls, func(o *gcpstandin.Firewall) bool { return o == f })
}

func (s gcpStage) add(f gcpstandin.Firewall) {
	f.Network = "shop"
	s.Firewalls = append(s.Firewalls, &f)
}

// associate puts a policy with one rule on the network.
func (s gcpStage) associate(r gcpstandin.PolicyRule) {
	s.Policies = append(s.Policies, &gcpstandin.Policy{Name: "planted", Networks: []string{"shop"}, Rules: []*gcpstandin.PolicyRule{&r}})
}

// untagged is what becomes of the database without its tag: the implied rules are left, which let out everything and let in
// nothing (VPC firewall rules documentation, implied rules).
func untagged() []string {
	out := []string{"- backend > database tcp/5432", "- backend > database tcp/5432 from 2000"}
	for _, what := range tried {
		for _, to := range []string{"api", "dns", "node", "partner", "stranger"} {
			if to != "dns" || what != "tcp/53" && what != "udp/53" {
				out = append(out, "+ database > "+to+" "+what)
			}
		}
	}
	return append(out, "+ database > frontend tcp/8080")
}
