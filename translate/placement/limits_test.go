package placement

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/translate/strictyaml"
)

// A file of faults is refused in a report of bounded size, and no error is lost behind
// warnings.
func TestFindingsAreBounded(t *testing.T) {
	_, fs := Read("place.yaml", []byte(file("aws:\n  subnets: ["+strings.Repeat("1,", 100_000)+"]\n")))
	if len(fs) != strictyaml.MaxFindings+1 {
		t.Errorf("%d findings", len(fs))
	}
	wantFinding(t, fs, codeMore, "99500 more")
	_, fs = Read("place.yaml", []byte(file("aws: {workloads: ["+strings.Repeat("{},", 1000)+"{subnets: [none]}]}")))
	wantFinding(t, fs, codeSubnet, "error")
}

// Large files take time in proportion.
func TestLargePlacement(t *testing.T) {
	var b strings.Builder
	b.WriteString(file("aws:\n  subnets:\n"))
	for i := range 3000 {
		fmt.Fprintf(&b, "    - {name: s%d, exclusive: true, cidrs: [10.%d.%d.0/24]}\n", i, i/256, i%256)
	}
	b.WriteString("  workloads:\n")
	var ws []providers.Workload
	for i := range 3000 {
		fmt.Fprintf(&b, "    - {podSelector: {matchLabels: {app: w%d}}, subnets: [s%d]}\n", i, i)
		ws = append(ws, pod(fmt.Sprintf("shop/Deployment/w%d", i), fmt.Sprintf("app=w%d", i)))
	}
	start := time.Now()
	s, _ := mustSite(t, b.String(), "aws", ws...)
	for id, h := range s.Homes {
		if !h.Exclusive {
			t.Fatalf("%s is not alone at %s", id, h.Addrs)
		}
	}
	Init(ws, cloudNames())
	if d := time.Since(start); d > 60*time.Second {
		t.Errorf("took %s", d)
	}
}

// The sweep over sorted blocks finds the pairs that trying every pair finds.
func TestOverlappingAgainstAllPairs(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	for range 2000 {
		var blocks []block
		for i := range 1 + rng.IntN(8) {
			a := netip.AddrFrom4([4]byte{10, 0, 0, byte(rng.IntN(16))})
			if rng.IntN(3) == 0 {
				a = netip.AddrFrom16([16]byte{15: byte(rng.IntN(16))})
			}
			p, err := a.Prefix(a.BitLen() - rng.IntN(5))
			if err != nil {
				t.Fatal(err)
			}
			blocks = append(blocks, block{p, i})
		}
		want := map[[2]int]bool{}
		for i, a := range blocks {
			for j, b := range blocks[:i] {
				if a.prefix.Overlaps(b.prefix) {
					want[[2]int{j, i}] = true
				}
			}
		}
		got := map[[2]int]bool{}
		overlapping(blocks, func(a, b block) {
			if a.prefix.Bits() > b.prefix.Bits() {
				t.Errorf("%s is not outside %s", a.prefix, b.prefix)
			}
			got[[2]int{min(a.owner, b.owner), max(a.owner, b.owner)}] = true
		})
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("%v: pairs %v, want %v", blocks, got, want)
		}
	}
}

// Home.Exclusive against its definition, over small random placements: no other entry
// and, subnets that are not exclusive having strangers, no stranger holds an address.
func TestExclusiveAgainstDefinition(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	for range 500 {
		text := "gcp:\n  subnets:\n"
		var strangers model.AddrSet
		for i := range 3 {
			exclusive := rng.IntN(2) == 0
			cidr := fmt.Sprintf("10.0.%d.0/29", i)
			text += fmt.Sprintf("    - {name: s%d, cidrs: [%s], exclusive: %v}\n", i, cidr, exclusive)
			if !exclusive {
				strangers = strangers.Union(model.MustPrefixes(cidr))
			}
		}
		text += "  workloads:\n"
		n := 1 + rng.IntN(4)
		for i := range n {
			k := rng.IntN(3)
			text += fmt.Sprintf("    - {namespace: n%d, subnets: [s%d]", i, k)
			if rng.IntN(2) == 0 {
				text += fmt.Sprintf(", addresses: [10.0.%d.%d/31]", k, 2*rng.IntN(4))
			}
			text += "}\n"
		}
		var ws []providers.Workload
		for i := range n {
			ws = append(ws, pod(fmt.Sprintf("n%d/Pod/a", i), ""))
		}
		s, _ := mustSite(t, file(text), "gcp", ws...)
		for _, w := range ws {
			want := !s.Homes[w.ID].Addrs.Overlaps(strangers)
			for _, o := range ws {
				want = want && (o.ID == w.ID || !s.Homes[o.ID].Addrs.Overlaps(s.Homes[w.ID].Addrs))
			}
			if got := s.Homes[w.ID].Exclusive; got != want {
				t.Fatalf("%s: exclusive %v, want %v in\n%s", w.ID, got, want, text)
			}
		}
	}
}
