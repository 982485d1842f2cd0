package model

import (
	"fmt"
	"math"
	"math/rand/v2"
	"net/netip"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"slices"
	"testing"
	"time"
)

// The generators of long lists. Each draws from small pools, as real lists do,
// and is a function of its seed.

// kinds are the generators by the name that benchmarks give them.
var kinds = []struct {
	name string
	draw func(r *rand.Rand, n int) []Rule
}{
	{"cloud", cloudRules},
	{"acl", aclRules},
	{"fw", firewallRules},
}

func somePrefix(r *rand.Rand, from, to int) netip.Prefix {
	bits := from + r.IntN(to-from+1)
	return netip.PrefixFrom(netip.AddrFrom4([4]byte{byte(10 + r.IntN(4)), byte(r.Uint32()), byte(r.Uint32()), byte(r.Uint32())}), bits).Masked()
}

func somePorts(r *rand.Rand, wild, single int) Service {
	p := pick(gen{r}, []Protocol{TCP, TCP, TCP, UDP})
	switch n := r.IntN(100); {
	case n < wild:
		return AllOf(p)
	case n < wild+single:
		port := uint16(1 + r.IntN(1000))
		return Ports(p, port, port)
	}
	first := uint16(r.IntN(60000))
	return Ports(p, first, first+uint16(r.IntN(5000)))
}

func someAction(r *rand.Rand, denies int) Action {
	if r.IntN(100) < denies {
		return Deny
	}
	return Allow
}

// cloudRules are rules between groups and blocks of a network: 30% deny.
func cloudRules(r *rand.Rand, n int) []Rule {
	groups := make([]Identity, 20+n/50)
	for i := range groups {
		groups[i] = Identity(fmt.Sprintf("team-%d/app-%d", i%17, i))
	}
	blocks := make([]Selector, 20+n/10)
	for i := range blocks {
		blocks[i] = At{Prefixes(somePrefix(r, 14, 32))}
	}
	end := func() Selector {
		if r.IntN(3) == 0 {
			return Identities{groups[r.IntN(len(groups))]}
		}
		return blocks[r.IntN(len(blocks))]
	}
	rules := make([]Rule, n)
	for i := range rules {
		rules[i] = Rule{Action: someAction(r, 30), Target: end(), Peer: end(), Traffic: Traffic{somePorts(r, 15, 65)}}
		if i > 0 && r.IntN(10) == 0 { // an exception from an earlier rule, too late to be one
			rules[i] = rules[r.IntN(i)]
			rules[i].Action = someAction(r, 30)
			rules[i].Traffic = Traffic{somePorts(r, 15, 65)}
		}
	}
	return rules
}

// aclRules are like the ACL seeds of ClassBench (Taylor and Turner, 2005): long
// prefixes at both ends, single ports.
func aclRules(r *rand.Rand, n int) []Rule {
	dst := make([]Selector, 10+n/20)
	for i := range dst {
		dst[i] = At{Prefixes(somePrefix(r, 24, 32))}
	}
	rules := make([]Rule, n)
	for i := range rules {
		rules[i] = Rule{Action: someAction(r, 20), Target: dst[r.IntN(len(dst))], Peer: At{Prefixes(somePrefix(r, 16, 32))},
			Traffic: Traffic{somePorts(r, 5, 80)}}
		if i > 0 && r.IntN(10) == 0 { // written again, for all ports of some protocol
			rules[i] = rules[r.IntN(i)]
			rules[i].Traffic = Traffic{somePorts(r, 60, 20)}
		}
	}
	return rules
}

// firewallRules are like its firewall seeds: many wildcards and port ranges, so that
// almost every rule overlaps many.
func firewallRules(r *rand.Rand, n int) []Rule {
	end := func() Selector {
		switch k := r.IntN(10); {
		case k < 2:
			return nil
		case k < 4:
			return At{Prefixes(somePrefix(r, 12, 20))}
		}
		return At{Prefixes(somePrefix(r, 20, 32))}
	}
	rules := make([]Rule, n)
	for i := range rules {
		rules[i] = Rule{Action: someAction(r, 30), Target: end(), Peer: end(), Traffic: Traffic{somePorts(r, 10, 60)}}
		if rules[i].Target == nil && rules[i].Peer == nil {
			rules[i].Target = At{Prefixes(somePrefix(r, 20, 28))}
		}
	}
	return rules
}

func listOf(rules []Rule) List {
	return NewList(Chain{Name: "list", Order: FirstMatch, Default: Deny, Rules: rules}, Ingress, Inventory{})
}

// withChanges changes one rule in a hundred: its traffic, its action, or away with
// it.
func withChanges(r *rand.Rand, rules []Rule) []Rule {
	out := slices.Clone(rules)
	for range max(1, len(rules)/100) {
		i := r.IntN(len(out))
		switch r.IntN(3) {
		case 0:
			out[i].Traffic = Traffic{somePorts(r, 15, 65)}
		case 1:
			out[i].Action = Deny + Allow - out[i].Action
		default:
			out = slices.Delete(out, i, i+1)
		}
	}
	return out
}

// reordered moves half of the rules past neighbours, as long as the list stays
// the same: past rules of the same action or without a packet in common.
func reordered(r *rand.Rand, rules []Rule) []Rule {
	out := slices.Clone(rules)
	region := func(n Rule) Box {
		var inv Inventory
		return Box{inv.Resolve(n.Peer).Must, inv.Resolve(n.Target).Must, n.Traffic}
	}
	for range len(out) / 2 {
		i := r.IntN(max(1, len(out)-1))
		for range 1 + r.IntN(20) {
			if i+1 >= len(out) || out[i].Action != out[i+1].Action && boxesMeet(region(out[i]), region(out[i+1])) {
				break
			}
			out[i], out[i+1] = out[i+1], out[i]
			i++
		}
	}
	return out
}

func boxesMeet(a, b Box) bool {
	for _, s := range a.Traffic {
		for _, o := range b.Traffic {
			if (s.Protocol == o.Protocol || s.Protocol == AnyProtocol || o.Protocol == AnyProtocol) &&
				s.Dst.First <= o.Dst.Last && o.Dst.First <= s.Dst.Last &&
				!a.Src.Intersect(b.Src).IsEmpty() && !a.Dst.Intersect(b.Dst).IsEmpty() {
				return true
			}
		}
	}
	return false
}

// rewritten splits a tenth of the rules in two halves of their ports.
func rewritten(r *rand.Rand, rules []Rule) []Rule {
	var out []Rule
	for _, n := range rules {
		s := n.Traffic[0]
		if r.IntN(10) > 0 || s.Dst.First == s.Dst.Last {
			out = append(out, n)
			continue
		}
		mid := s.Dst.First + (s.Dst.Last-s.Dst.First)/2
		low, high := n, n
		low.Traffic = Traffic{PortsBetween(s.Protocol, s.Src, PortRange{s.Dst.First, mid})}
		high.Traffic = Traffic{PortsBetween(s.Protocol, s.Src, PortRange{mid + 1, s.Dst.Last})}
		out = append(out, high, low)
	}
	return out
}

func listSizes() []int { return []int{10, 1_000, 10_000, 100_000} }

// eachList runs a benchmark for lists of every kind and size. It reports the exponent with which the
// time grows from the size before.
func eachList(b *testing.B, run func(b *testing.B, r *rand.Rand, rules []Rule)) {
	for _, k := range kinds {
		before, took := 0, 0.0
		for _, n := range listSizes() {
			b.Run(fmt.Sprintf("kind=%s/rules=%d", k.name, n), func(b *testing.B) {
				r := rand.New(rand.NewPCG(uint64(n), 7))
				rules := k.draw(r, n)
				b.ReportAllocs()
				run(b, r, rules)
				each := float64(b.Elapsed()) / float64(b.N)
				if before > 10 { // short lists cost what they cost
					b.ReportMetric(math.Log(each/took)/math.Log(float64(n)/float64(before)), "exponent")
				}
				before, took = n, each
			})
		}
	}
}

// reportPeak runs a step once more and reports how much more memory was in use at a time than before,
// for each rule. The collector runs early for it, so that garbage hardly counts.
func reportPeak(b *testing.B, rules int, step func()) {
	b.StopTimer()
	const inUse = "/memory/classes/heap/objects:bytes"
	read := func() uint64 {
		s := []metrics.Sample{{Name: inUse}}
		metrics.Read(s)
		return s[0].Value.Uint64()
	}
	defer debug.SetGCPercent(debug.SetGCPercent(2))
	runtime.GC()
	base, peak := read(), uint64(0)
	done, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			peak = max(peak, read())
			select {
			case <-done:
				return
			case <-time.After(time.Millisecond):
			}
		}
	}()
	step()
	close(done)
	<-stopped
	b.ReportMetric(float64(max(peak, base)-base)/float64(rules), "peak-B/rule")
}

func BenchmarkListBuild(b *testing.B) {
	eachList(b, func(b *testing.B, _ *rand.Rand, rules []Rule) {
		for b.Loop() {
			if _, err := listOf(rules).Index(); err != nil {
				b.Fatal(err)
			}
		}
		var x *Index
		reportPeak(b, len(rules), func() { x = mustIndex(b, listOf(rules)) })
		runtime.KeepAlive(x)
	})
}

func benchmarkCompare(b *testing.B, edit func(*rand.Rand, []Rule) []Rule, wanted func(ListDelta) bool) {
	eachList(b, func(b *testing.B, r *rand.Rand, rules []Rule) {
		want, have := listOf(rules), listOf(edit(r, rules))
		var d ListDelta
		for b.Loop() {
			var err error
			if d, err = CompareLists(want, have, ListOptions{}); err != nil {
				b.Fatal(err)
			}
		}
		if !wanted(d) {
			for _, c := range d.Changes {
				if c.Effect != NoEffect {
					b.Fatalf("%+v", c)
				}
			}
			b.Fatal("nothing changed")
		}
		gaveUp := 0
		for _, c := range d.Changes {
			if c.Effect == GaveUp {
				gaveUp++
			}
		}
		b.ReportMetric(float64(d.Tests)/float64(len(rules)), "tests/rule")
		b.ReportMetric(float64(len(d.Changes)), "changes")
		b.ReportMetric(float64(gaveUp), "unknown")
		reportPeak(b, len(rules), func() {
			if _, err := CompareLists(want, have, ListOptions{}); err != nil {
				b.Fatal(err)
			}
		})
	})
}

func BenchmarkListCompareChanged(b *testing.B) {
	benchmarkCompare(b, withChanges, func(d ListDelta) bool { return len(d.Changes) > 0 })
}

func BenchmarkListComparePermuted(b *testing.B) {
	benchmarkCompare(b, reordered, ListDelta.Equal)
}

func BenchmarkListCompareRewritten(b *testing.B) {
	benchmarkCompare(b, rewritten, ListDelta.Equal)
}

func benchmarkNeedless(b *testing.B, ask func(*Index, Effort) Needless) {
	eachList(b, func(b *testing.B, _ *rand.Rand, rules []Rule) {
		x := mustIndex(b, listOf(rules))
		var n Needless
		for b.Loop() {
			n = ask(x, Effort{})
		}
		b.ReportMetric(float64(n.Tests)/float64(len(rules)), "tests/rule")
		b.ReportMetric(float64(len(n.Rules)), "found")
		b.ReportMetric(float64(len(n.Unknown)), "unknown")
		reportPeak(b, len(rules), func() { ask(x, Effort{}) })
	})
}

func BenchmarkListShadowed(b *testing.B)  { benchmarkNeedless(b, (*Index).Shadowed) }
func BenchmarkListRedundant(b *testing.B) { benchmarkNeedless(b, (*Index).Redundant) }

func BenchmarkListFirst(b *testing.B) {
	eachList(b, func(b *testing.B, r *rand.Rand, rules []Rule) {
		x := mustIndex(b, listOf(rules))
		flows := make([]Flow, 1024)
		for i := range flows {
			flows[i] = Flow{Src: Endpoint{Outside, somePrefix(r, 32, 32).Addr()}, Dst: Endpoint{Outside, somePrefix(r, 32, 32).Addr()},
				Protocol: TCP, SrcPort: 40000, DstPort: uint16(r.IntN(1000))}
			if i%2 == 0 { // half of the packets are meant by a rule
				b := &x.trees[space4].boxes[r.IntN(len(x.trees[space4].boxes))]
				flows[i] = x.space.example(space4, &b.cell)
			}
		}
		i, hits := 0, 0
		for b.Loop() {
			if x.First(flows[i%len(flows)]).Rule >= 0 {
				hits++
			}
			i++
		}
		b.ReportMetric(float64(hits)/float64(i), "hits")
	})
}

// A fleet has many short lists, each compared with what it should be.
func BenchmarkListPairOfSixty(b *testing.B) {
	for _, k := range kinds {
		b.Run("kind="+k.name, func(b *testing.B) {
			r := rand.New(rand.NewPCG(60, 7))
			rules := k.draw(r, 60)
			want, have := listOf(rules), listOf(withChanges(r, rules))
			b.ReportAllocs()
			for b.Loop() {
				if d, err := CompareLists(want, have, ListOptions{}); err != nil || len(d.Changes) == 0 {
					b.Fatal(d, err)
				}
			}
		})
	}
}
