package audit_test

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
)

// connect is one connection from a stranger to whoever has a firewall: "203.0.113.9 tcp/22".
func connect(t *testing.T, o *audit.Opening, text string) model.Flow {
	t.Helper()
	w := strings.Fields(text)
	src, dst := netip.MustParseAddr(w[0]), netip.MustParseAddr("10.0.0.5")
	if src.Is6() {
		dst = netip.MustParseAddr("fd00::5")
	}
	p := packets(t, w[1])
	return model.Flow{Src: model.Endpoint{Addr: src}, Dst: model.Endpoint{ID: o.Here(), Addr: dst}, Protocol: p.Protocol, SrcPort: 40000, DstPort: p.Dst.First}
}

// TestOpenings: what one firewall lets in from the Internet, by its own rules.
func TestOpenings(t *testing.T) {
	for _, c := range []struct {
		name  string
		rules []string
		// open, unsure and shut are connections.
		open, unsure, shut []string
	}{
		{"everybody", []string{"allow tcp/22 from 0.0.0.0/0"}, []string{"203.0.113.9 tcp/22"}, nil, []string{"203.0.113.9 tcp/23", "2001:db8::9 tcp/22", "10.0.0.9 tcp/22"}},
		{"halves", []string{"allow tcp/22 from 0.0.0.0/1", "allow tcp/22 from 128.0.0.0/1"}, []string{"1.2.3.4 tcp/22", "203.0.113.9 tcp/22"}, nil, []string{"192.168.0.1 tcp/22"}},
		{"IPv6", []string{"allow any from ::/0"}, []string{"2001:db8::9 udp/53"}, nil, []string{"203.0.113.9 udp/53", "fd00::9 udp/53"}},
		{"a group has no strangers", []string{"allow tcp/22 from app", "allow tcp/23 from 198.51.100.0/24"}, []string{"198.51.100.9 tcp/23"}, nil, []string{"203.0.113.9 tcp/22"}},
		{"a group that nobody knows", []string{"allow tcp/22 from strange"}, nil, []string{"203.0.113.9 tcp/22"}, []string{"203.0.113.9 tcp/23"}},
		{"a block that is a variable", []string{"allow tcp/22 from ?198.51.100.0/24"}, nil, []string{"198.51.100.9 tcp/22"}, []string{"203.0.113.9 tcp/22"}},
		{"rules that were not read", []string{"allow any from ?0.0.0.0/0", "allow tcp/22 from ?198.51.100.0/24"}, nil, []string{"198.51.100.9 tcp/22"}, []string{"203.0.113.9 tcp/22", "198.51.100.9 tcp/23"}},
		{"trusted", []string{"allow tcp/22 from 192.0.2.0/23"}, []string{"192.0.3.9 tcp/22"}, nil, []string{"192.0.2.9 tcp/22"}},
		{"nobody listens to link-local strangers", []string{"allow tcp/22 from 169.254.0.0/16,224.0.0.0/4,8.0.0.0/8"}, []string{"8.8.8.8 tcp/22"}, nil, []string{"169.254.169.254 tcp/22", "224.0.0.1 tcp/22"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var e estate
			e.group(t, "web", c.rules...)
			e.member("app", "app")
			e.member("web", "web")
			s := audit.New(e.Reading, audit.Settings{Trusted: model.MustPrefixes("192.0.2.0/24"), WideIPv4: 24, WideIPv6: 48})
			o := openingOf(t, s, "web")
			for _, f := range c.open {
				if !o.Open.Contains(connect(t, o, f)) {
					t.Errorf("%s is not open", f)
				}
			}
			for _, f := range c.unsure {
				if o.Open.Contains(connect(t, o, f)) || !o.Unsure.Contains(connect(t, o, f)) {
					t.Errorf("%s is not unsure", f)
				}
			}
			for _, f := range c.shut {
				if o.Open.Union(o.Unsure).Contains(connect(t, o, f)) {
					t.Errorf("%s is not shut", f)
				}
			}
		})
	}
}

// TestOpeningsInOrder: rules that are asked in order, as those of network ACLs, NSGs and VPC firewalls are.
func TestOpeningsInOrder(t *testing.T) {
	for _, c := range []struct {
		name       string
		order      model.Order
		rules      []string
		open, shut []string
	}{
		{"denied above", model.FirstMatch, []string{"90 deny tcp/22 from 0.0.0.0/0", "100 allow any from 0.0.0.0/0"}, []string{"203.0.113.9 tcp/23"}, []string{"203.0.113.9 tcp/22"}},
		{"denied below", model.FirstMatch, []string{"100 allow any from 0.0.0.0/0", "110 deny tcp/22 from 0.0.0.0/0"}, []string{"203.0.113.9 tcp/22"}, nil},
		{"denied in part", model.FirstMatch, []string{"90 deny any from 203.0.113.0/24", "100 allow tcp/22 from 0.0.0.0/0"}, []string{"198.51.100.9 tcp/22"}, []string{"203.0.113.9 tcp/22"}},
		{"written out of order", model.FirstMatch, []string{"100 allow any from 0.0.0.0/0", "90 deny tcp/22 from 0.0.0.0/0"}, nil, []string{"203.0.113.9 tcp/22"}},
		{"equals, where deny wins", model.PriorityDenyWins, []string{"100 allow any from 0.0.0.0/0", "100 deny tcp/22 from 0.0.0.0/0"}, []string{"203.0.113.9 tcp/23"}, []string{"203.0.113.9 tcp/22"}},
		{"equals, where the first wins", model.FirstMatch, []string{"100 allow any from 0.0.0.0/0", "100 deny tcp/22 from 0.0.0.0/0"}, []string{"203.0.113.9 tcp/22"}, nil},
		{"passed on to nothing", model.FirstMatch, []string{"90 pass tcp/22 from 0.0.0.0/0", "100 allow any from 0.0.0.0/0"}, []string{"203.0.113.9 tcp/23"}, []string{"203.0.113.9 tcp/22"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := audit.Firewall{State: model.Stateful, Object: object(audit.NetworkACL, "acl"), Ingress: []model.Chain{{Name: "acl", Order: c.order, Default: model.Deny, Rules: rules(t, c.rules)}}}
			s := audit.New(audit.Reading{Estate: audit.Estate{Firewalls: []audit.Firewall{f}}}, audit.Defaults())
			o := openingOf(t, s, "acl")
			for _, f := range c.open {
				if !o.Open.Contains(connect(t, o, f)) {
					t.Errorf("%s is not open", f)
				}
			}
			for _, f := range c.shut {
				if o.Open.Union(o.Unsure).Contains(connect(t, o, f)) {
					t.Errorf("%s is not shut", f)
				}
			}
		})
	}
}

// TestTargets: rules for some of a firewall's members are looked at by themselves, with those for all.
func TestTargets(t *testing.T) {
	chain := model.Chain{Name: "net", Order: model.PriorityDenyWins, Default: model.Deny, Rules: []model.Rule{
		rule(t, 0, "100 deny tcp/22 from 0.0.0.0/0"), rule(t, 1, "200 allow tcp/22-23 from 0.0.0.0/0"), rule(t, 2, "50 allow tcp/22 from 0.0.0.0/0")}}
	chain.Rules[1].Target, chain.Rules[2].Target = model.Group("tag:web"), model.Group("tag:ssh")
	f := audit.Firewall{State: model.Stateful, Object: object(audit.FirewallRules, "net"), Ingress: []model.Chain{chain}}
	s := audit.New(audit.Reading{Estate: audit.Estate{Firewalls: []audit.Firewall{f}}}, audit.Defaults())
	got := map[string]string{}
	for _, o := range s.Openings() {
		got[audit.SelectorText(o.Target)] = audit.TrafficOf(o.Open).String()
	}
	if want := map[string]string{"tag:web": "tcp/23", "tag:ssh": "tcp/22"}; fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("open is %v, not %v", got, want)
	}
}

// TestCauses: the rules responsible for a part are those that admit some of it.
func TestCauses(t *testing.T) {
	var e estate
	e.group(t, "web", "allow tcp/22 from 0.0.0.0/1", "allow tcp/22 from 10.0.0.0/8", "allow tcp/20-30 from 128.0.0.0/1", "allow udp/22 from 0.0.0.0/0", "allow tcp/22 from app")
	e.member("app", "app")
	o := openingOf(t, e.subject(), "web")
	sure, _ := o.Within(model.Traffic{packets(t, "tcp/22")})
	var got []string
	for _, r := range o.Causes(sure) {
		got = append(got, audit.Describe(r, model.Ingress))
	}
	if want := "[allow tcp/22 from 0.0.0.0/1 allow tcp/20-30 from 128.0.0.0/1]"; fmt.Sprint(got) != want {
		t.Errorf("causes are %v, not %v", got, want)
	}
}

// TestCausesInOrder: rules below one that refuses what they allow are not responsible; those below one that allows it are, as they would do so
// without it. Of rules that may match, those count without which it would not be open.
func TestCausesInOrder(t *testing.T) {
	chain := model.Chain{Name: "net", Order: model.PriorityDenyWins, Default: model.Deny, Rules: []model.Rule{
		rule(t, 0, "100 allow tcp/22 from 0.0.0.0/0"), rule(t, 1, "200 allow tcp/20-30 from 0.0.0.0/1"), rule(t, 2, "300 allow tcp/22 from 0.0.0.0/0"),
		rule(t, 3, "300 deny any from 0.0.0.0/0"), rule(t, 4, "400 allow tcp/22 from 0.0.0.0/0"), rule(t, 5, "150 allow tcp/22 from 0.0.0.0/0")}}
	chain.Rules[5].Peer = model.Maybe{Selector: model.Any{}, Why: "a variable"}
	f := audit.Firewall{State: model.Stateful, Object: object(audit.FirewallRules, "net"), Ingress: []model.Chain{chain}}
	s := audit.New(audit.Reading{Estate: audit.Estate{Firewalls: []audit.Firewall{f}}}, audit.Defaults())
	o := &s.Openings()[0]
	for part, want := range map[string]string{
		"sure":   "[100: allow tcp/22 from 0.0.0.0/0 200: allow tcp/20-30 from 0.0.0.0/1]",
		"unsure": "[150: allow tcp/22 from addresses that are not known]",
	} {
		region := o.Open
		if part == "unsure" {
			region = o.Unsure
		}
		var got []string
		for _, r := range o.Causes(region) {
			got = append(got, audit.Describe(r, model.Ingress))
		}
		if fmt.Sprint(got) != want {
			t.Errorf("of what is %s open, %v are responsible, not %v", part, got, want)
		}
	}
}

// TestWide: how wide a range is counts, not how it is written.
func TestWide(t *testing.T) {
	for _, c := range []struct{ addrs, want string }{
		{"0.0.0.0/0", "0.0.0.0/0"},
		{"0.0.0.0/1,128.0.0.0/1", "0.0.0.0/0"},
		{"203.0.113.0/24", "no address"},
		{"203.0.112.0/24,203.0.113.0/24", "203.0.112.0/23"},
		{"203.0.113.128/25,203.0.114.0/24", "203.0.113.128/25, 203.0.114.0/24"}, // 384 side by side
		{"203.0.111.0/24,203.0.113.0/24", "no address"},
		{"198.51.100.7/32,8.0.0.0/8", "8.0.0.0/8"},
		{"2001:db8::/48", "no address"},
		{"2001:db8::/47", "2001:db8::/47"},
		{"2001:db8::/48,2001:db8:1::/48,198.51.100.0/24", "2001:db8::/47"},
	} {
		s := audit.New(audit.Reading{}, audit.Defaults())
		if got := s.Wide(model.MustPrefixes(strings.Split(c.addrs, ",")...)).String(); got != c.want {
			t.Errorf("%s: wide is %s, not %s", c.addrs, got, c.want)
		}
	}
	if strict := audit.New(audit.Reading{}, audit.Settings{}); strict.Wide(model.MustPrefixes("198.51.100.7/32")).IsEmpty() {
		t.Error("without settings a single address is not wide")
	}
}

// TestAtLarge: from which part of a family on it makes no difference what is missing.
func TestAtLarge(t *testing.T) {
	s := audit.New(audit.Reading{}, audit.Defaults())
	for _, c := range []struct {
		addrs        string
		large        bool
		whole4, all6 bool
	}{
		{"0.0.0.0/0", true, true, false},
		{"::/0", true, false, true},
		{"0.0.0.0/1", true, false, false},
		{"128.0.0.0/2", true, false, false},
		{"203.0.0.0/8", false, false, false},
		{"2001:db8::/32", false, false, false},
		{"10.0.0.0/8,172.16.0.0/12", false, false, false},
		// Of IPv6 nobody holds more than 2000::/3.
		{"2000::/3", true, false, true},
		{"2000::/4", true, false, false},
		{"2400::/6", true, false, false},
		{"2400::/12", false, false, false},
		{"4000::/2", false, false, false},
	} {
		a := model.MustPrefixes(strings.Split(c.addrs, ",")...)
		v4, v6 := s.Whole(a)
		if s.AtLarge(a) != c.large || v4 != c.whole4 || v6 != c.all6 {
			t.Errorf("%s: at large %t, whole %t and %t", c.addrs, s.AtLarge(a), v4, v6)
		}
		if says4, says6 := s.SaysWhole(a); says4 != c.whole4 || says6 != (c.addrs == "::/0") {
			t.Errorf("%s: says whole %t and %t", c.addrs, says4, says6)
		}
	}
}

// TestKeep holds what is kept of random openings, by the strangers that may send a packet, against looking at packet after packet.
func TestKeep(t *testing.T) {
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 1))
	for range 200 {
		var e estate
		var texts []string
		for range 1 + r.IntN(6) {
			first := r.IntN(20)
			texts = append(texts, fmt.Sprintf("allow %s from 8.8.%d.0/%d", []string{fmt.Sprintf("tcp/%d-%d", first, first+r.IntN(8)), "tcp", "any", "udp/5"}[r.IntN(4)], r.IntN(4), 23+r.IntN(4)))
		}
		e.group(t, "web", texts...)
		s := e.subject()
		o := openingOf(t, s, "web")
		kept := o.Keep(o.Open, s.Wide)
		for range 100 {
			f := connect(t, o, fmt.Sprintf("8.8.%d.%d %s/%d", r.IntN(4), r.IntN(256), []string{"tcp", "udp"}[r.IntN(2)], r.IntN(30)))
			var senders model.AddrSet
			for b := range o.Open.All() {
				if b.Traffic.Contains(f) {
					senders = senders.Union(b.Src.At(model.Outside))
				}
			}
			if want := s.Wide(senders).Contains(f.Src.Addr); kept.Contains(f) != want {
				t.Fatalf("seed %d, rules %q: %v kept %t, and %t is right, as %v may send it", seed, texts, f, !want, want, senders)
			}
		}
	}
}

// TestOverlap holds services that have a packet in common against regions.
func TestOverlap(t *testing.T) {
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 2))
	some := func() model.Traffic {
		var out model.Traffic
		for range 1 + r.IntN(3) {
			first := uint16(r.IntN(10))
			out = append(out, []model.Service{model.Ports(model.TCP, first, first+uint16(r.IntN(5))), model.AllOf(model.UDP), model.AllTraffic(), model.AllOf(model.ICMP),
				model.ICMPMessage(model.ICMP, int16(r.IntN(3)), model.AnyICMP), model.ICMPMessage(model.ICMP, int16(r.IntN(3)), int16(r.IntN(2))),
				model.PortsBetween(model.TCP, model.PortRange{First: 5, Last: 9}, model.PortRange{First: first, Last: first + 3})}[r.IntN(7)])
		}
		return out
	}
	all := func(t model.Traffic) model.Region {
		return model.NewRegion(model.Box{Src: model.AnyEndpoint(), Dst: model.AnyEndpoint(), Traffic: t})
	}
	for range 2000 {
		a, b := some(), some()
		if got, want := all(audit.Overlap(a, b)), all(a).Intersect(all(b)); !got.Equal(want) {
			t.Fatalf("seed %d: %v and %v have %v in common, not %v", seed, a, b, audit.TrafficOf(want), audit.Overlap(a, b))
		}
	}
}
