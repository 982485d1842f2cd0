package azure_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
)

var (
	seedFlag  = flag.Uint64("azure.seed", 1, "seed of the random worlds")
	casesFlag = flag.Int("azure.cases", 60, "number of random worlds")
)

// Random worlds: the simulator agrees with what Decode says of the emitted
// resources, and with the policy but for reported losses.
func TestRandomWorlds(t *testing.T) {
	t.Logf("-azure.seed %d -azure.cases %d", *seedFlag, *casesFlag)
	shorter := 0
	for i := range *casesFlag {
		rnd := rand.New(rand.NewPCG(*seedFlag, uint64(i)))
		w := randomWorld(rnd)
		if !t.Run(fmt.Sprint(i), func(t *testing.T) { shorter += checkPackets(t, w, rnd) }) {
			t.Fatalf("case %d of seed %d:\n%s", i, *seedFlag, w)
		}
	}
	if shorter == 0 {
		t.Error("no list became shorter: the worlds are too plain to test anything")
	}
}

func (w *world) String() string {
	return fmt.Sprintf("site %+v\nsegments %+v\npolicy %+v", w.site, w.segments, w.policy)
}

// packetsPerWorld bounds how many packets are judged three times over.
const packetsPerWorld = 400

// checkPackets returns how many rules were saved.
func checkPackets(t *testing.T, w *world, rnd *rand.Rand) int {
	p := prove(t, w.intent())
	saved := 0
	for _, l := range p.Lists {
		saved += l.Before - l.After
		if l.After > l.Before || w.shrink == providers.ShrinkToFit && l.After != l.Before {
			t.Errorf("list %+v", l)
		}
	}
	validateResources(t, p.Module)
	sim := simulate(w, p.Module)
	all := packets(w, p)
	rnd.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	for _, f := range all[:min(len(all), packetsPerWorld)] {
		passes, known := sim.judge(f)
		have := p.have.Explain(f, p.inventory).Verdict
		if known != (have != model.Undecided) || known && passes != (have == model.Allowed) {
			t.Fatalf("%s: the simulator says %t (known %t), Decode %s", f, passes, known, have)
		}
		want := p.want.Explain(f, p.inventory).Verdict == model.Allowed
		if known && passes != want && !p.lossAt(f) {
			t.Fatalf("%s: passes %t, wanted %t, and no loss says so", f, passes, want)
		}
	}
	return saved
}

// lossAt reports whether a loss is about a packet.
func (p proof) lossAt(f model.Flow) bool {
	return slices.ContainsFunc(p.findings, func(n model.Finding) bool { return n.Affects.Contains(f) })
}

// packets returns packets between all endpoints worth a look that are in the
// universe: segments and strangers at the edges of every block, known services and
// others.
func packets(w *world, p proof) []model.Flow {
	universe := p.inventory.Universe()
	var addrs []netip.Addr
	for _, text := range []string{"10.0.1.0", "10.0.1.15", "10.0.1.16", "10.0.1.31", "10.0.1.200", "10.0.2.0", "10.0.2.15", "10.0.2.77",
		"10.244.0.9", "10.9.0.1", "203.0.113.5", "203.0.113.70", "168.63.129.16", "2001:db8:1::5", "2001:db8:9::1"} {
		addrs = append(addrs, netip.MustParseAddr(text))
	}
	ids := []model.Identity{model.Outside}
	for _, s := range w.segments {
		ids = append(ids, s.ID)
	}
	var ends []model.Endpoint
	for _, id := range ids {
		for _, a := range addrs {
			if p.inventory.Addrs(id).Contains(a) {
				ends = append(ends, model.Endpoint{ID: id, Addr: a})
			}
		}
	}
	templates := []model.Flow{{Protocol: model.TCP, SrcPort: 40000, DstPort: 80}, {Protocol: model.TCP, SrcPort: 5000, DstPort: 443},
		{Protocol: model.UDP, SrcPort: 40000, DstPort: 53}, {Protocol: model.SCTP, SrcPort: 40000, DstPort: 80},
		{Protocol: model.ICMP, ICMPType: 8}, {Protocol: model.ICMPv6, ICMPType: 128}, {Protocol: model.GRE}, {Protocol: model.ESP}}
	var out []model.Flow
	for _, src := range ends {
		for _, dst := range ends {
			for _, f := range templates {
				f.Src, f.Dst = src, dst
				if universe.Contains(f) {
					out = append(out, f)
				}
			}
		}
	}
	return out
}

// randomWorld returns a site of one or two subnets, up to four segments in homes of
// all kinds, and a few rules.
func randomWorld(rnd *rand.Rand) *world {
	w := newWorld().subnet("app", rnd.IntN(2) == 0, "10.0.1.0/24", "2001:db8:1::/64").subnet("data", rnd.IntN(2) == 0, "10.0.2.0/24")
	names := []model.Identity{"shop-a", "shop-b", "shop-c", "shop-d"}[:1+rnd.IntN(4)]
	blocks := [][]string{{"10.0.1.0/28", "2001:db8:1::/80"}, {"10.0.1.16/28"}, {"10.0.2.0/28"}, {"10.244.0.0/24"}}
	for i, id := range names {
		subnet := []string{"app", "app", "data", "app"}[i]
		switch rnd.IntN(4) {
		case 0:
			w.segment(string(id), subnet)
		case 1:
			w.segment(string(id), subnet).group("asg-" + fmt.Sprint(rnd.IntN(2)))
		default:
			w.home(string(id), providers.Home{Subnets: []string{subnet}, Addrs: model.MustPrefixes(blocks[i]...), Exclusive: true})
		}
	}
	unshare(w)
	if rnd.IntN(2) == 0 {
		w.shrink = providers.ShrinkAlways
	}
	switch rnd.IntN(4) {
	case 0:
		perSegment(w)
	case 1:
		aks(w)
	}
	for _, d := range []model.Direction{in, out} {
		isolated := slices.DeleteFunc(slices.Clone(names), func(model.Identity) bool { return rnd.IntN(3) == 0 })
		w.isolate(d, isolated...)
		for range rnd.IntN(4) {
			if len(isolated) > 0 {
				w.allow(d, string(isolated[rnd.IntN(len(isolated))]), randomPeer(rnd, names), randomTraffic(rnd)...)
			}
		}
	}
	return w
}

// unshare takes back the word that addresses are a segment's own where another
// segment's home holds them too.
func unshare(w *world) {
	for i := range w.segments {
		for j := range w.segments {
			if i != j && w.segments[i].Home.Addrs.Overlaps(w.segments[j].Home.Addrs) {
				w.segments[i].Home.Exclusive = false
			}
		}
	}
}

func randomPeer(rnd *rand.Rand, names []model.Identity) model.Selector {
	some := slices.DeleteFunc(slices.Clone(names), func(model.Identity) bool { return rnd.IntN(2) == 0 })
	peers := []model.Selector{nil, model.Identities(some), cidrs("10.0.0.0/8"), cidrs("0.0.0.0/0"), cidrs("168.63.129.16/32", "2001:db8:9::/64"),
		model.At{Addrs: model.MustPrefixes("203.0.113.0/24").Subtract(model.MustPrefixes("203.0.113.64/26"))},
		model.And{cidrs("10.0.0.0/8"), model.Not{Selector: model.Identities(some)}},
		model.Or{model.Identities(some), cidrs("203.0.113.0/24")}, cidrs("10.0.1.16/28")}
	return peers[rnd.IntN(len(peers))]
}

func randomTraffic(rnd *rand.Rand) []model.Service {
	all := []model.Service{tcp(80), tcp(443), udp(53), model.Ports(model.TCP, 0, 65535), model.Ports(model.SCTP, 80, 80), model.AllTraffic(),
		model.AllOf(model.ICMP), model.ICMPMessage(model.ICMP, 8, 0), model.AllOf(model.ICMPv6), model.AllOf(model.ESP), model.AllOf(model.GRE),
		model.PortsBetween(model.TCP, model.PortRange{First: 5000, Last: 5001}, model.PortRange{First: 443, Last: 444})}
	rnd.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all[:1+rnd.IntN(3)]
}

// Random worlds with many rules, as the policies spell them and as short as can be: both decode
// to the same traffic, so that nothing is lost or opened by shortening, losses included.
func TestRandomShrunk(t *testing.T) {
	saved := 0
	for i := range *casesFlag / 4 {
		rnd := rand.New(rand.NewPCG(*seedFlag, uint64(i)+1<<32))
		w := randomWorld(rnd)
		crowded(rnd, w)
		w.shrink = providers.ShrinkToFit
		written := prove(t, w.intent())
		w.shrink = providers.ShrinkAlways
		shrunk := prove(t, w.intent())
		validateResources(t, shrunk.Module)
		d := model.Compare(written.have, shrunk.have, written.inventory)
		for what, region := range map[string]model.Region{"opened": d.Opened, "closed": d.Closed, "unknown": d.Unknown} {
			if x, ok := region.Example(); ok {
				t.Errorf("%s by shortening: %s", what, x)
			}
		}
		for _, l := range shrunk.Lists {
			saved += l.Before - l.After
		}
		if t.Failed() {
			t.Fatalf("case %d of seed %d:\n%s", i, *seedFlag, w)
		}
	}
	if saved <= 0 {
		t.Error("nothing became shorter")
	}
}

// crowded adds rules for the segments that are isolated, such that many are alike in part.
func crowded(rnd *rand.Rand, w *world) {
	var names []model.Identity
	for _, s := range w.segments {
		names = append(names, s.ID)
	}
	for _, d := range []model.Direction{in, out} {
		chains := map[model.Direction][]model.Chain{in: w.policy.Ingress, out: w.policy.Egress}[d]
		isolated, _ := chains[0].Guard.Target.(model.Identities)
		for range 15 {
			if len(isolated) > 0 {
				w.allow(d, string(isolated[rnd.IntN(len(isolated))]), randomPeer(rnd, names), randomTraffic(rnd)...)
			}
		}
	}
}
