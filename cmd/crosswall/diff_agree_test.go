package main

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/crosswall/crosswall/model"
)

// Diff is checked against Explain, which judges one packet at a time: small random policies with a layer that remembers and
// one that does not, rules that deny, addresses that tell pods of one workload apart, unknown selectors. Every packet is
// in the entries that it should be in and in no others, every example is what its entry says, and no two entries have
// a packet in common.
func TestDiffAgreesWithExplain(t *testing.T) {
	cases := 60
	if testing.Short() {
		cases = 15
	}
	const seed = 11
	t.Logf("seed %d", seed)
	entries := map[diffKind]int{}
	for i := range cases {
		rng := rand.New(rand.NewPCG(seed, uint64(i)))
		_, inv := randomPolicy(rng)
		p, q := layeredPolicy(rng), layeredPolicy(rng)
		d := newDiff(compareInputs(opponent{name: "p", label: "want", policy: p}, opponent{name: "q", label: "have", policy: q}, inv, inv))
		for _, e := range d.entries {
			entries[e.what]++
		}
		if why := diffDisagreement(d, p, q, inv); why != "" {
			t.Fatalf("case %d: %s\nwant: %+v\nhave: %+v\nentries: %s", i, why, p, q, d.text())
		}
	}
	for _, k := range []diffKind{opened, closed, unknown} {
		if entries[k] == 0 {
			t.Errorf("no entry was %s; the test shows little", k.noun())
		}
	}
}

// layeredPolicy draws a policy of a stateful layer, or of a stateful and a stateless one.
func layeredPolicy(rng *rand.Rand) model.Policy {
	p, _ := randomPolicy(rng)
	if rng.IntN(2) == 0 {
		return p
	}
	list := func() []model.Chain {
		c := model.Chain{Name: "list", Order: model.FirstMatch, Default: model.Deny}
		for range 1 + rng.IntN(4) {
			c.Rules = append(c.Rules, model.Rule{
				Action: []model.Action{model.Allow, model.Allow, model.Deny}[rng.IntN(3)],
				Peer: []model.Selector{nil, model.At{Addrs: model.MustPrefixes("10.0.0.0/31")}, model.At{Addrs: model.MustPrefixes("198.51.100.0/24")},
					model.At{Addrs: model.AllIPv4()}, model.At{Addrs: model.AllIPv6()}}[rng.IntN(5)],
				Traffic: []model.Traffic{{model.AllTraffic()}, {model.Ports(model.TCP, 80, 80)}, {model.Ports(model.TCP, 1000, 1999)},
					{model.Ports(model.TCP, 1500, 1999)}, {model.AllOf(model.ICMP)}}[rng.IntN(5)],
			})
		}
		c.Rules = append(c.Rules, model.Rule{Action: model.Allow, Traffic: model.Traffic{model.AllTraffic()}})
		return []model.Chain{c}
	}
	p.Layers = append(p.Layers, model.Layer{Name: "subnet", State: model.Stateless, Ingress: list(), Egress: list()})
	return p
}

func diffDisagreement(d diff, p, q model.Policy, inv model.Inventory) string {
	for _, e := range d.entries {
		if got := kindOfPacket(p, q, inv, e.example); got != e.what.noun() {
			return fmt.Sprintf("the example %s is %s, not %s", e.example, got, e.what.noun())
		}
	}
	json := d.json()
	for _, f := range diffPackets(inv) {
		want := kindOfPacket(p, q, inv, f)
		said := map[string]int{}
		for kind, entries := range map[string][]entryJSON{"opened": json.Opened, "closed": json.Closed, "unknown": json.Unknown} {
			for _, e := range entries {
				if e.holds(f) {
					if kind == "unknown" && e.Change != "" {
						said[e.Change]++
						continue
					}
					said[kind]++
				}
			}
		}
		got := "the same"
		for kind := range said {
			got = kind
		}
		if len(said) > 1 || said[got] > 1 || got != want {
			return fmt.Sprintf("%s is %s, and the answer says %v", f, want, said)
		}
	}
	return ""
}

// kindOfPacket says what became of a packet, by Explain.
func kindOfPacket(p, q model.Policy, inv model.Inventory, f model.Flow) string {
	was, is := p.Explain(f, inv).Verdict, q.Explain(f, inv).Verdict
	switch {
	case was == model.Undecided || is == model.Undecided:
		return "unknown"
	case was == is:
		return "the same"
	case is == model.Allowed:
		return "opened"
	}
	return "closed"
}

func diffPackets(inv model.Inventory) []model.Flow {
	var ends []model.Endpoint
	for _, id := range []model.Identity{"a", "b", "c"} {
		for _, a := range addrsOf(inv, id, netip.Addr{}) {
			ends = append(ends, model.Endpoint{ID: id, Addr: a})
		}
	}
	for _, a := range outsideSamples() {
		ends = append(ends, model.Endpoint{Addr: a})
	}
	var out []model.Flow
	for _, src := range ends {
		for _, dst := range ends {
			if src.ID == model.Outside && dst.ID == model.Outside || src.ID == "b" && dst.ID == "b" || src.Addr.BitLen() != dst.Addr.BitLen() {
				continue
			}
			for _, f := range packets() {
				f.Src, f.Dst = src, dst
				if f.Protocol == model.ICMP && !src.Addr.Is4() || f.Protocol == model.ICMPv6 && src.Addr.Is4() {
					continue
				}
				if !f.Protocol.HasPorts() {
					out = append(out, f)
					continue
				}
				for _, port := range []uint16{1499, 1500} {
					f.SrcPort = port
					out = append(out, f)
				}
			}
		}
	}
	return out
}

// holds reports whether a packet is in an entry as it is printed.
func (e entryJSON) holds(f model.Flow) bool {
	for _, end := range []struct {
		name, at string
		is       model.Endpoint
	}{{e.From, e.FromAddresses, f.Src}, {e.To, e.ToAddresses, f.Dst}} {
		block, err := netip.ParsePrefix(end.name)
		switch {
		case err == nil && (end.is.ID != model.Outside || !block.Contains(end.is.Addr)):
			return false
		case err != nil && model.Identity(end.name) != end.is.ID:
			return false
		case end.at != "" && !inBlocks(end.at, end.is.Addr):
			return false
		}
	}
	if e.Family != "" && (e.Family == "IPv6") != f.Src.Addr.Is6() {
		return false
	}
	return slices.ContainsFunc(e.Traffic, func(t portedEntry) bool {
		if t.SourcePorts != "" && !inPorts(t.SourcePorts, int(f.SrcPort)) {
			return false
		}
		return t.Protocol == "ANY" || t.Protocol == f.Protocol.String() && (t.Ports == "" || inPorts(t.Ports, int(f.DstPort))) &&
			(t.Types == "" || inPorts(t.Types, int(f.ICMPType)))
	})
}

func inBlocks(list string, a netip.Addr) bool {
	return slices.ContainsFunc(strings.Split(list, ", "), func(p string) bool {
		block, err := netip.ParsePrefix(p)
		return err == nil && block.Contains(a)
	})
}
