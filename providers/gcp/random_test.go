package gcp

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"testing"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
)

var (
	seed  = flag.Uint64("seed", 1, "first seed of the random worlds")
	cases = flag.Int("cases", 150, "how many random worlds")
)

// TestRandom puts small random worlds through Encode and asks, packet by packet: the
// policies themselves, read plainly; a simulator of Google Cloud over the resources;
// and what Decode makes of them.
func TestRandom(t *testing.T) {
	opened, refused, shorter := 0, 0, 0
	for i := range *cases {
		s := *seed + uint64(i)
		r := rand.New(rand.NewPCG(s, s))
		w, opts := randomWorld(r)
		p := prove(t, opts, w)
		if model.WorstSeverity(p.findings) == model.Error {
			refused++
			continue
		}
		for _, l := range p.out.Lists {
			if l.After > l.Before || l.After != len(p.lines()) || w.shrink == providers.ShrinkToFit && l.After < l.Before {
				t.Errorf("list %+v with %d rules", l, len(p.lines()))
			}
			if l.After < l.Before {
				shorter++
			}
		}
		sim, have, explained := newSimulator(p.out, w.site.Cluster == gkeCluster), p.have.Permitted(p.inv), p.explained()
		for _, f := range packets(w) {
			want, admitted := wanted(w, f), sim.admits(f)
			if admitted && !want {
				opened++
			}
			switch {
			case admitted != have.Allowed.Contains(f):
				t.Errorf("%s: simulator %t, Decode %t", f, admitted, !admitted)
			case want && !admitted:
				t.Errorf("%s: asked for and refused", f)
			case admitted && !want && !explained.Contains(f):
				t.Errorf("%s: admitted without a loss", f)
			}
		}
		if t.Failed() {
			t.Fatalf("seed %d: %+v\nrules\n%v", s, w, p.lines())
		}
	}
	if opened == 0 || refused == *cases || shorter == 0 {
		t.Errorf("%d worlds of which %d were refused and %d shortened, %d packets opened: the worlds are too plain to test anything",
			*cases, refused, shorter, opened)
	}
}

// The addresses and services of the random worlds.
var (
	pool     = []string{"10.0.0.0/32", "10.0.0.1/32", "10.0.0.2/31", "10.0.0.4/30", "10.0.0.2/32", "2001:db8::1/128", "2001:db8::2/127"}
	probes   = []string{"10.0.0.0", "10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.5", "10.0.0.9", "169.254.169.254", "2001:db8::1", "2001:db8::2", "2001:db8::9"}
	services = []string{"tcp/80", "tcp/80-81", "udp/53", "sctp/7", "icmp/8/0", "icmp", "icmpv6", "any", "gre"}
	traffics = []string{"tcp/80", "tcp/81", "tcp/82", "udp/53", "sctp/7", "sctp/8", "icmp/8/0", "icmp/3/4", "icmpv6/128/0", "gre", "esp"}
)

func randomWorld(r *rand.Rand) (*world, Options) {
	pick := func(from []string) string { return from[r.IntN(len(from))] }
	opts := Options{}
	ids := []string{"a", "b", "c", "d"}[:2+r.IntN(3)]
	identities := []string{"", "", "", "tag=n", "tag=m", "sa=s@p.example"}
	if r.IntN(3) == 0 {
		opts.Style = NetworkPolicy
		identities = []string{"", "", "tag=tagValues/1", "sa=s@p.example", "sa=u@p.example"}
	}
	if r.IntN(4) == 0 {
		opts.SCTPPorts = SCTPExact
	}
	var rows []string
	for _, id := range ids {
		row := id
		for range r.IntN(3) {
			row += " " + pick(pool)
		}
		rows = append(rows, row+" "+pick(identities))
	}
	w := newWorld(rows...)
	if r.IntN(3) == 0 {
		w.gke()
	}
	if r.IntN(2) == 0 {
		w.shrink = providers.ShrinkAlways
	}
	if r.IntN(3) == 0 {
		w.strangers = model.AllAddrs()
	}
	for range r.IntN(5) {
		peer := pick([]string{"any", "nobody", "!" + pick(ids), pick(ids), pick(ids), pick(ids) + "," + pick(ids), pick(pool), pick(pool) + "," + pick(ids), "10.0.0.0/29", "0.0.0.0/0", "169.254.169.254/32"})
		if r.IntN(2) == 0 {
			w.allow(fmt.Sprintf("in %s from %s", pick(ids), peer), pick(services), pick(services))
		} else {
			w.allow(fmt.Sprintf("out %s to %s", pick(ids), peer), pick(services))
		}
	}
	return w, opts
}

// packets is every packet of a small universe.
func packets(w *world) []model.Flow {
	inv := w.inventory()
	var ends []model.Endpoint
	for _, id := range append(memberIDs(inv), model.Outside) {
		for _, a := range probes {
			if addr := netip.MustParseAddr(a); inv.Addrs(id).Contains(addr) {
				ends = append(ends, model.Endpoint{ID: id, Addr: addr})
			}
		}
	}
	var out []model.Flow
	for _, src := range ends {
		for _, dst := range ends {
			if src.ID == dst.ID && src.ID == model.Outside || src.Addr.Is4() != dst.Addr.Is4() {
				continue
			}
			for _, s := range traffics {
				v := trafficOf(s)[0]
				f := model.Flow{Src: src, Dst: dst, Protocol: v.Protocol, DstPort: v.Dst.First}
				if v.Protocol.HasPorts() {
					f.SrcPort = 40000
				}
				if v.Protocol.IsICMP() {
					f.ICMPType, f.ICMPCode = uint8(v.Type), uint8(v.Code)
					if v.Protocol == model.ICMP != src.Addr.Is4() {
						continue // there is no such packet
					}
				}
				if !v.Protocol.HasPorts() {
					f.DstPort = 0
				}
				out = append(out, f)
			}
		}
	}
	return out
}

func memberIDs(inv model.Inventory) []model.Identity {
	var out []model.Identity
	for _, m := range inv.Members {
		out = append(out, m.ID)
	}
	return out
}

// wanted reads the policies of a world plainly.
func wanted(w *world, f model.Flow) bool {
	judge := func(rules []model.Rule, isolated model.Identities, own, peer model.Endpoint) bool {
		selected := false
		for _, id := range isolated {
			selected = selected || id == own.ID
		}
		if !selected {
			return true
		}
		for _, r := range rules {
			if names(r.Target, own) && names(r.Peer, peer) && r.Traffic.Contains(f) {
				return true
			}
		}
		return false
	}
	metadata := f.Dst.Addr == netip.MustParseAddr("169.254.169.254")
	return (metadata || judge(w.out, w.alone[model.Egress], f.Src, f.Dst)) && judge(w.in, w.alone[model.Ingress], f.Dst, f.Src)
}

// names reads the selectors that rows are made of.
func names(s model.Selector, e model.Endpoint) bool {
	switch s := s.(type) {
	case model.Or:
		for _, t := range s {
			if names(t, e) {
				return true
			}
		}
	case model.Not:
		return !names(s.Selector, e)
	case model.Any:
		return true
	case model.At:
		return s.Addrs.Contains(e.Addr)
	case model.Identities:
		for _, id := range s {
			if id == e.ID {
				return true
			}
		}
	}
	return false
}

// TestRandomShrunk puts worlds with many rules through Encode as the policies spell them and as
// short as can be. Both decode to the same traffic, so that nothing is lost or opened by
// shortening, losses included.
func TestRandomShrunk(t *testing.T) {
	saved := 0
	for i := range *cases / 5 {
		s := *seed + uint64(i)
		r := rand.New(rand.NewPCG(s, s))
		w, opts := randomWorld(r)
		crowd(r, w)
		w.shrink = providers.ShrinkToFit
		written := prove(t, opts, w)
		w.shrink = providers.ShrinkAlways
		shrunk := prove(t, opts, w)
		if model.WorstSeverity(written.findings) == model.Error {
			continue
		}
		shrunk.mustBeHonest(t)
		d := model.Compare(written.have, shrunk.have, written.inv)
		for what, region := range map[string]model.Region{"opened": d.Opened, "closed": d.Closed, "unknown": d.Unknown} {
			if x, ok := region.Example(); ok {
				t.Errorf("%s by shortening: %s", what, x)
			}
		}
		for _, q := range shrunk.out.Quotas {
			if q.Used > q.Limit {
				t.Errorf("over quota: %+v", q)
			}
		}
		saved += len(written.lines()) - len(shrunk.lines())
		if t.Failed() {
			t.Fatalf("seed %d: %+v\nwritten\n%v\nshrunk\n%v", s, w, written.lines(), shrunk.lines())
		}
	}
	if saved <= 0 {
		t.Error("nothing became shorter")
	}
}

// crowd adds rules to a world, such that many are alike in part.
func crowd(r *rand.Rand, w *world) {
	pick := func(from []string) string { return from[r.IntN(len(from))] }
	var ids []string
	for _, s := range w.segs {
		ids = append(ids, string(s.ID))
	}
	for range 10 + r.IntN(20) {
		peer := pick([]string{"any", pick(ids), pick(ids), pick(pool), pick(pool), pick(pool), pick(pool) + "," + pick(ids), "10.0.0.0/29", "0.0.0.0/0", "::/0"})
		if r.IntN(2) == 0 {
			w.allow(fmt.Sprintf("in %s from %s", pick(ids), peer), pick(services), pick(services))
		} else {
			w.allow(fmt.Sprintf("out %s to %s", pick(ids), peer), pick(services))
		}
	}
}
