package aws

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"

	"github.com/crosswall/crosswall/model"
)

func tcpBlock(cidr string, first, last int) block {
	return block{match{model.TCP, first, last}, netip.MustParsePrefix(cidr)}
}

func TestWiden(t *testing.T) {
	for _, c := range []struct {
		name   string
		list   []block
		excess int
		want   string
	}{
		{"two neighbours", []block{tcpBlock("192.0.2.0/32", 80, 80), tcpBlock("192.0.2.3/32", 80, 80), tcpBlock("198.51.100.0/24", 80, 80)}, 1,
			"tcp/80 with 192.0.2.0/30 for 2 of them, which also admits 192.0.2.1/32, 192.0.2.2/32"},
		{"ports", []block{tcpBlock("192.0.2.0/24", 80, 80), tcpBlock("192.0.2.0/24", 83, 83)}, 1,
			"tcp/80-83 with 192.0.2.0/24 for 2 of them, which also admits port 81-82"},
		{"no more than is needed", []block{tcpBlock("192.0.2.0/32", 80, 80), tcpBlock("192.0.2.2/32", 80, 80), tcpBlock("192.0.2.128/32", 80, 80), tcpBlock("192.0.2.255/32", 80, 80)}, 1,
			"tcp/80 with 192.0.2.0/30 for 2 of them, which also admits 192.0.2.1/32, 192.0.2.3/32"},
		{"IPv6", []block{tcpBlock("2001:db8::/64", 80, 80), tcpBlock("2001:db8:0:3::/64", 80, 80)}, 1,
			"tcp/80 with 2001:db8::/62 for 2 of them, which also admits 2001:db8:0:1::/64, 2001:db8:0:2::/64"},
		{"nothing near", []block{tcpBlock("10.0.0.0/24", 80, 80), tcpBlock("192.0.2.0/24", 80, 80)}, 1, ""},
		{"different traffic", []block{tcpBlock("192.0.2.0/25", 80, 80), tcpBlock("192.0.2.128/25", 443, 443)}, 1, ""},
	} {
		var texts []string
		for _, j := range widen(c.list, c.excess) {
			texts = append(texts, j.text())
		}
		if got := strings.Join(texts, "; "); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

// TestWidenRandomly: with the joins the list is as short as it has to be, still admits all that it did, and
// nothing comes in that is not said.
func TestWidenRandomly(t *testing.T) {
	const seed = 3
	t.Logf("seed %d", seed)
	d := rand.New(rand.NewPCG(seed, 0))
	found := 0
	for c := range 500 {
		var list []block
		seen := map[block]bool{}
		for range 2 + d.IntN(12) {
			port := 80 + d.IntN(4)
			b := tcpBlock(fmt.Sprintf("192.0.2.%d/32", d.IntN(32)), port, port)
			if !seen[b] {
				seen[b] = true
				list = append(list, b)
			}
		}
		excess := 1 + d.IntN(len(list))
		joins := widen(list, excess)
		if joins == nil {
			continue
		}
		found++
		left := len(joins)
		for _, b := range list {
			covered := false
			for _, j := range joins {
				covered = covered || j.to.covers(b)
			}
			if !covered {
				left++
			}
		}
		if left > len(list)-excess {
			t.Fatalf("case %d: %v, %d too many: %d left with %+v", c, list, excess, left, joins)
		}
		for _, j := range joins {
			for p := j.to.match.first; p <= j.to.match.last; p++ {
				for a := range 32 {
					addr := netip.AddrFrom4([4]byte{192, 0, 2, byte(a)})
					if j.to.prefix.Contains(addr) && !seen[tcpBlock(addr.String()+"/32", p, p)] && !j.says(addr, p) {
						t.Fatalf("case %d: %v: %+v also admits %s port %d", c, list, j, addr, p)
					}
				}
			}
		}
	}
	if found < 100 {
		t.Errorf("joins were found in %d cases", found)
	}
}

// says reports whether the join says that it brings in a packet.
func (j join) says(a netip.Addr, port int) bool {
	if j.addrs.Contains(a) {
		return true
	}
	for _, r := range j.ports {
		if int(r.First) <= port && port <= int(r.Last) {
			return true
		}
	}
	return false
}
