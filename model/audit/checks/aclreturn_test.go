package checks

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
)

// here is the machine in the subnet that packets are sent from and to.
const inSubnet = model.Identity("machine")

// randomACL is a network ACL of entries from a small world, so that they meet.
func randomACL(r *rand.Rand) audit.Firewall {
	f := audit.Firewall{Object: audit.Object{Provider: "aws", Kind: audit.NetworkACL, Key: "acl", ID: "acl"}, State: model.Stateless,
		Users: []audit.User{{Kind: audit.SubnetKind, Key: "subnet", Label: "subnet"}}}
	blocks := []string{"0.0.0.0/0", "10.0.0.0/8", "10.1.0.0/16", "198.51.100.0/24", "::/0", "fd00::/8"}
	ports := []model.PortRange{{First: 0, Last: 65535}, {First: 443, Last: 443}, {First: 8080, Last: 8080}, {First: 1024, Last: 65535}, {First: 32768, Last: 65535},
		{First: 32768, Last: 61000}, {First: 49152, Last: 65535}, {First: 0, Last: 1023}, {First: 3389, Last: 3389}, {First: 40000, Last: 50000}}
	chain := func() []model.Chain {
		c := model.Chain{Name: "acl", Order: model.FirstMatch, Default: model.Deny}
		for n := range r.IntN(5) {
			s := model.AllTraffic()
			p := ports[r.IntN(len(ports))]
			switch r.IntN(4) {
			case 0, 1:
				s = model.Ports(model.TCP, p.First, p.Last)
			case 2:
				s = model.Ports(model.UDP, p.First, p.Last)
			}
			var peer model.Selector = model.At{Addrs: model.MustPrefixes(blocks[r.IntN(len(blocks))])}
			if r.IntN(8) == 0 {
				peer = model.Maybe{Selector: peer, Why: "by lot"}
			}
			c.Rules = append(c.Rules, model.Rule{Action: []model.Action{model.Allow, model.Allow, model.Deny}[r.IntN(3)], Priority: n + 1,
				Peer: peer, Traffic: model.Traffic{s}, Origin: model.Origin{Object: "acl", Path: fmt.Sprint(n)}})
		}
		return []model.Chain{c}
	}
	f.Ingress, f.Egress = chain(), chain()
	return f
}

// TestReturnGaps asks the model, which knows nothing of ephemeral ports but evaluates every packet, about each gap that is
// found in random network ACLs: the request must pass and the reply must not, from every port that is said to miss it. And where TCP requests pass
// to a port that is for requests, and neither Linux nor Windows clients get a reply at some port that they share, a gap must be found.
func TestReturnGaps(t *testing.T) {
	for seed := range uint64(1000) {
		r := rand.New(rand.NewPCG(seed, 1))
		f := randomACL(r)
		s := audit.New(audit.Reading{Estate: audit.Estate{Firewalls: []audit.Firewall{f}}}, audit.Defaults())
		v, ok := viewACL(s, &s.Estate.Firewalls[0])
		if !ok {
			t.Fatalf("seed %d: no view", seed)
		}
		gaps := v.returnGaps(s, clientsOf(s))
		in, out := f.Ingress, f.Egress
		for _, c := range []*model.Chain{&in[0], &out[0]} {
			c.Guard = model.Guard{Target: model.Identities{inSubnet}}
		}
		stateless := model.Policy{Layers: []model.Layer{{Name: "acl", State: model.Stateless, Ingress: in, Egress: out}}}
		stateful := model.Policy{Layers: []model.Layer{{Name: "acl", State: model.Stateful, Ingress: in, Egress: out}}}
		inv := model.Inventory{Members: []model.Member{{ID: inSubnet}}}
		for _, g := range gaps {
			for _, b := range g.requests.Boxes() {
				peer, asked := b.Src.At(model.Outside), b.Traffic[0].Dst
				if g.direction == model.Egress {
					peer = b.Dst.At(model.Outside)
				}
				for _, port := range ends(g.missing) {
					flow := flowOf(g.direction, peer.Prefixes()[0].Addr(), g.protocol, port, asked.Last)
					if got := stateful.Explain(flow, inv).Verdict; got != model.Allowed {
						t.Fatalf("seed %d: the request %s of a gap is %s", seed, flow, got)
					}
					if got := stateless.Explain(flow, inv).Verdict; got != model.Denied {
						t.Fatalf("seed %d: the reply to %s is refused as a gap, and the connection is %s", seed, flow, got)
					}
				}
			}
		}
		for _, peer := range []string{"10.1.2.3", "10.9.9.9", "198.51.100.7", "192.0.2.1", "fd00::1", "2001:db8::1"} {
			for _, d := range []model.Direction{model.Ingress, model.Egress} {
				a := netip.MustParseAddr(peer)
				flow := flowOf(d, a, model.TCP, 55000, 443)
				if stateful.Explain(flow, inv).Verdict != model.Allowed || stateless.Explain(flow, inv).Verdict != model.Denied {
					continue
				}
				found := false
				for _, g := range gaps {
					found = found || g.direction == d && g.protocol == model.TCP && g.peers.Contains(a) && !g.asked.intersect(portsFrom(443, 443)).isEmpty() && !g.missing.intersect(portsFrom(55000, 55000)).isEmpty()
				}
				if !found {
					t.Fatalf("seed %d: %s passes and its reply does not, and no gap says so", seed, flow)
				}
			}
		}
	}
}

// flowOf is a request of a direction, with a peer.
func flowOf(d model.Direction, peer netip.Addr, p model.Protocol, from, to uint16) model.Flow {
	near := netip.MustParseAddr("172.16.0.9")
	if peer.Is6() {
		near = netip.MustParseAddr("2001:db8:ffff::9")
	}
	out := model.Flow{Src: model.Endpoint{Addr: peer}, Dst: model.Endpoint{ID: inSubnet, Addr: near}, Protocol: p, SrcPort: from, DstPort: to}
	if d == model.Egress {
		out.Src, out.Dst = out.Dst, out.Src
	}
	return out
}

// TestPortSet holds the arithmetic of port sets against that of single ports.
func TestPortSet(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 2))
		set := func() (portSet, map[uint16]bool) {
			var s portSet
			in := map[uint16]bool{}
			for range r.IntN(4) {
				first := uint16(r.IntN(40))
				last := first + uint16(r.IntN(10))
				if r.IntN(5) == 0 {
					first, last = 65530, 65535
				}
				s = s.union(portsFrom(first, last))
				for p := int(first); p <= int(last); p++ {
					in[uint16(p)] = true
				}
			}
			return s, in
		}
		a, inA := set()
		b, inB := set()
		for _, c := range []struct {
			name string
			got  portSet
			in   func(p uint16) bool
		}{
			{"union", a.union(b), func(p uint16) bool { return inA[p] || inB[p] }},
			{"intersect", a.intersect(b), func(p uint16) bool { return inA[p] && inB[p] }},
			{"minus", a.minus(b), func(p uint16) bool { return inA[p] && !inB[p] }},
		} {
			n := 0
			for _, p := range slices.Concat(upTo(0, 64), upTo(65500, 65535)) {
				have := false
				for _, x := range c.got {
					have = have || x.Contains(uint16(p))
				}
				if have {
					n++
				}
				if have != c.in(uint16(p)) {
					t.Fatalf("seed %d: %s of %s and %s: port %d is %v", seed, c.name, a, b, p, have)
				}
			}
			if n != c.got.count() {
				t.Fatalf("seed %d: %s counts %d ports and has %d", seed, c.name, c.got.count(), n)
			}
		}
	}
}

// ends are the first and the last ports of ranges.
func ends(s portSet) []uint16 {
	var out []uint16
	for _, p := range s {
		out = append(out, p.First, p.Last)
	}
	return out
}

// upTo is the ports from first to last.
func upTo(first, last int) []int {
	var out []int
	for p := first; p <= last; p++ {
		out = append(out, p)
	}
	return out
}
