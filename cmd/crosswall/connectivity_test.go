package main

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"

	"github.com/crosswall/crosswall/model"
)

// The listing is checked against Explain, which judges one packet at a time and shares no code with it: small
// random policies over three workloads, every pair of ends, boundary addresses and ports.
func TestListAgreesWithExplain(t *testing.T) {
	cases := 100
	if testing.Short() {
		cases = 20
	}
	const seed = 7
	t.Logf("seed %d", seed)
	for i := range cases {
		rng := rand.New(rand.NewPCG(seed, uint64(i)))
		p, inv := randomPolicy(rng)
		for _, v := range []view{viewSpec, viewStateless} {
			if why := disagreement(p, inv, v); why != "" {
				t.Fatalf("case %d, view %s: %s\npolicy: %+v\ninventory: %+v", i, v, why, p, inv)
			}
		}
	}
}

func randomPolicy(rng *rand.Rand) (model.Policy, model.Inventory) {
	v4, both := model.MustPrefixes("10.0.0.0/31"), model.MustPrefixes("10.0.0.0/31", "2001:db8::/127")
	inv := model.Inventory{
		Members: []model.Member{
			{ID: "a", Addrs: v4, ClientPorts: model.PortRange{First: 1000, Last: 1999}},
			{ID: "b", Addrs: both, ClientPorts: model.PortRange{First: 1000, Last: 1999}, Solo: true},
			{ID: "c", Addrs: both, ClientPorts: model.PortRange{First: 1000, Last: 1999}},
		},
		OutsideClientPorts: model.PortRange{First: 1000, Last: 1999},
	}
	pick := func(ss ...model.Selector) model.Selector { return ss[rng.IntN(len(ss))] }
	who := func() model.Selector {
		return pick(nil, model.Identities{"a"}, model.Identities{"b", "c"}, model.Identities{"a", "c"},
			model.At{Addrs: model.MustPrefixes("10.0.0.1/32")}, model.At{Addrs: model.MustPrefixes("198.51.100.0/24", "2001:db8::/128")},
			model.At{Addrs: model.AllIPv4()}, model.Maybe{Selector: model.Identities{"c"}, Why: "test"})
	}
	what := func() model.Traffic {
		all := []model.Traffic{
			{model.AllTraffic()}, {model.Ports(model.TCP, 80, 80)}, {model.Ports(model.TCP, 1000, 1999)},
			{model.Ports(model.TCP, 1500, 1999), model.Ports(model.UDP, 53, 53)}, {model.AllOf(model.ICMP)}, {model.AllOf(model.SCTP)},
		}
		return all[rng.IntN(len(all))]
	}
	chain := func() []model.Chain {
		c := model.Chain{Name: "policies", Order: model.AnyAllow, Default: model.Deny,
			Guard: model.Guard{Target: pick(model.Identities{"a"}, model.Identities{"a", "b", "c"}, model.Identities{}, model.Identities{"b"})}}
		for range rng.IntN(4) {
			c.Rules = append(c.Rules, model.Rule{Action: model.Allow, Target: pick(model.Identities{"a"}, model.Identities{"b"}, nil), Peer: who(), Traffic: what()})
		}
		return []model.Chain{c}
	}
	return model.Policy{Layers: []model.Layer{{Name: "kubernetes", State: model.Stateful, Ingress: chain(), Egress: chain()}}}, inv
}

// answer is what a listing says of one packet between two ends.
type answer string

const (
	saysNothing answer = "refused"
	saysUnknown answer = "unknown"
	saysPasses  answer = "passes"
)

// disagreement returns the first packet on which listing and Explain differ; "" for none.
func disagreement(p model.Policy, inv model.Inventory, v view) string {
	c := connect(p, inv, listOptions{view: v, self: true})
	alone := withoutState(p)
	for _, from := range []model.Identity{"a", "b", "c", model.Outside} {
		for _, to := range []model.Identity{"a", "b", "c", model.Outside} {
			if from == model.Outside && to == model.Outside || from == "b" && to == "b" {
				continue
			}
			for i, outside := range outsideSamples() {
				if i > 0 && from != model.Outside && to != model.Outside {
					break
				}
				for _, f := range packets() {
					if (from == model.Outside || to == model.Outside) && f.Protocol.IsICMP() && outside.Is4() != (f.Protocol == model.ICMP) {
						continue // not of the family
					}
					want := judged(p, alone, inv, v, pair{from, to, outside}, f)
					if got := c.says(pair{from, to, outside}, f); got != want {
						return fmt.Sprintf("%q to %q (outside at %s) %s: listed as %v, Explain says %v", from, to, outside, f, got, want)
					}
				}
			}
		}
	}
	return ""
}

type pair struct {
	from, to model.Identity
	outside  netip.Addr // where an end is the outside
}

func outsideSamples() []netip.Addr {
	var out []netip.Addr
	for _, s := range []string{"10.0.0.1", "10.0.0.2", "198.51.100.7", "2001:db8::", "2001:db8::1"} {
		out = append(out, netip.MustParseAddr(s))
	}
	return out
}

func packets() []model.Flow {
	var out []model.Flow
	for _, port := range []uint16{53, 80, 81, 1499, 1500} {
		for _, p := range []model.Protocol{model.TCP, model.UDP} {
			out = append(out, model.Flow{Protocol: p, DstPort: port})
		}
	}
	return append(out, model.Flow{Protocol: model.SCTP, DstPort: 80}, model.Flow{Protocol: model.ICMP, ICMPType: 8}, model.Flow{Protocol: model.ICMPv6, ICMPType: 128}, model.Flow{Protocol: model.GRE})
}

// verdict is what may be said of one packet: whether it passes, and what of its
// replies.
type verdict struct {
	answer  answer
	replies replies
}

// judged asks Explain about every combination of addresses and a few client ports. What passes for all
// passes; what passes for none is refused; all else is unknown.
func judged(p, alone model.Policy, inv model.Inventory, v view, w pair, f model.Flow) verdict {
	var allowed, denied, undecided, alike, refusedReplies, openReplies int
	for _, src := range addrsOf(inv, w.from, w.outside) {
		for _, dst := range addrsOf(inv, w.to, w.outside) {
			if src.BitLen() != dst.BitLen() || f.Protocol == model.ICMP && !src.Is4() || f.Protocol == model.ICMPv6 && src.Is4() {
				continue
			}
			for _, port := range []uint16{1499, 1500} {
				g := f
				g.Src, g.Dst = model.Endpoint{ID: w.from, Addr: src}, model.Endpoint{ID: w.to, Addr: dst}
				if f.Protocol.HasPorts() {
					g.SrcPort = port
				}
				switch p.Explain(g, inv).Verdict {
				case model.Allowed:
					allowed++
				case model.Denied:
					denied++
				case model.Undecided:
					undecided++
				}
				switch alone.Explain(g, inv).Verdict {
				case model.Allowed:
					alike++
				case model.Denied:
					refusedReplies++
				case model.Undecided:
					openReplies++
				}
			}
		}
	}
	switch {
	case allowed == 0 && undecided == 0:
		return verdict{answer: saysNothing}
	case denied > 0 || undecided > 0:
		return verdict{answer: saysUnknown}
	case v == viewSpec:
		return verdict{answer: saysPasses}
	case refusedReplies > 0:
		return verdict{saysPasses, noReplies}
	case openReplies > 0:
		return verdict{answer: saysUnknown}
	}
	for _, c := range p.Layers[0].Egress {
		if inv.Resolve(c.Guard.Target).May.At(w.to).Overlaps(inv.Addrs(w.to)) {
			return verdict{saysPasses, explicitReplies}
		}
	}
	for _, c := range p.Layers[0].Ingress {
		if inv.Resolve(c.Guard.Target).May.At(w.from).Overlaps(inv.Addrs(w.from)) {
			return verdict{saysPasses, explicitReplies}
		}
	}
	return verdict{saysPasses, implicitReplies}
}

func addrsOf(inv model.Inventory, id model.Identity, outside netip.Addr) []netip.Addr {
	if id == model.Outside {
		return []netip.Addr{outside}
	}
	var out []netip.Addr
	for _, r := range inv.Addrs(id).Ranges() {
		for a := r.From(); r.Contains(a); a = a.Next() {
			out = append(out, a)
		}
	}
	return out
}

// says looks a packet up in the listing.
func (c connectivity) says(w pair, f model.Flow) verdict {
	out := verdict{answer: saysNothing}
	found := 0
	for _, cs := range [][]connection{c.known, c.unknown} {
		for _, n := range cs {
			if !n.from.is(w.from, w.outside) || !n.to.is(w.to, w.outside) || !n.traffic.holds(f) {
				continue
			}
			found++
			out = verdict{saysUnknown, unasked}
			if n.sure {
				out = verdict{saysPasses, n.replies}
			}
		}
	}
	if found > 1 {
		return verdict{answer: "listed twice"}
	}
	return out
}

func (e end) is(id model.Identity, outside netip.Addr) bool {
	return e.id == id && (id != model.Outside || e.addrs.Contains(outside))
}

func (t trafficSet) holds(f model.Flow) bool {
	at := model.Endpoint{Addr: netip.MustParseAddr("192.0.2.1")}
	f.Src, f.Dst = at, at
	return t.region.Contains(f)
}

// Ranges of a listing are the same or disjoint, also between its parts.
func TestListedRangesAreDisjoint(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 50 {
		p, inv := randomPolicy(rng)
		c := connect(p, inv, listOptions{view: viewSpec})
		var ranges []model.AddrSet
		for _, n := range slices.Concat(connectionsJSON(c.known), connectionsJSON(c.unknown)) {
			for _, name := range []string{n.From, n.To} {
				if block, err := netip.ParsePrefix(name); err == nil {
					ranges = append(ranges, model.Prefixes(block))
				}
			}
		}
		for i, a := range ranges {
			for _, b := range ranges[:i] {
				if a.Overlaps(b) && !a.Equal(b) {
					t.Fatalf("%s and %s overlap", a, b)
				}
			}
		}
	}
}

func TestRangeText(t *testing.T) {
	for _, row := range []struct {
		set  model.AddrSet
		want string
	}{
		{model.AllIPv4(), "0.0.0.0/0"},
		{model.AllAddrs(), "0.0.0.0/0, ::/0"},
		{model.MustPrefixes("10.0.0.0/24", "10.0.2.0/24"), "10.0.0.0/24, 10.0.2.0/24"},
		{model.AllIPv4().Subtract(model.MustPrefixes("10.0.0.0/8")), "0.0.0.0/0 except 10.0.0.0/8"},
		{model.MustPrefixes("203.0.113.0/24").Subtract(model.MustPrefixes("203.0.113.64/26")), "203.0.113.0/24 except 203.0.113.64/26"},
		{model.MustPrefixes("192.0.2.1/32"), "192.0.2.1/32"},
		{model.MustPrefixes("2001:db8::/33"), "2001:db8::/33"},
	} {
		if got := rangeText(row.set); got != row.want {
			t.Errorf("%v: got %q, want %q", row.set, got, row.want)
		}
	}
}

func TestTrafficText(t *testing.T) {
	all := trafficOf(model.Traffic{model.AllTraffic()})
	for _, row := range []struct {
		set  trafficSet
		want string
	}{
		{all, "any"},
		{trafficOf(model.Traffic{model.Ports(model.TCP, 443, 443), model.Ports(model.TCP, 80, 80)}), "tcp/80,443"},
		{trafficOf(model.Traffic{model.Ports(model.TCP, 80, 89), model.Ports(model.TCP, 90, 99)}), "tcp/80-99"},
		{trafficOf(model.Traffic{model.AllOf(model.UDP), model.AllOf(model.TCP)}), "tcp, udp"},
		{trafficOf(model.Traffic{model.ICMPMessage(model.ICMP, 8, model.AnyICMP), model.ICMPMessage(model.ICMP, 3, 4)}), "icmp type 3/4,8"},
		{all.subtract(trafficOf(model.Traffic{model.AllOf(model.SCTP)})), "any but sctp"},
		{all.subtract(trafficOf(model.Traffic{model.Ports(model.TCP, 22, 22)})), "any but tcp/22"},
		{trafficOf(model.Traffic{model.AllOf(99)}), "99"},
	} {
		if got := row.set.text(all); got != row.want {
			t.Errorf("got %q, want %q", got, row.want)
		}
	}
}
