package audit_test

import (
	"testing"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
)

// Addresses are counted to the last one in small sets of IPv6 too.
func TestSizeCountsAddresses(t *testing.T) {
	for _, c := range []struct {
		addrs  string
		v4, v6 float64
	}{
		{"10.0.0.1/32", 1, 0},
		{"0.0.0.0/0", 1 << 32, 0},
		{"2001:db8::1/128", 0, 1},
		{"2600:1f18:0:1::/126", 0, 4},
		{"2600:1f18:0:1::/64", 0, 1 << 64},
		{"2600:1f18:0:1:ffff:ffff:ffff:ff00/120", 0, 256},
		{"2600:1f18::/48", 0, 1 << 80},
		{"::/0", 0, 1 << 128},
	} {
		if v4, v6 := audit.Size(model.MustPrefixes(c.addrs)); v4 != c.v4 || v6 != c.v6 {
			t.Errorf("%s has %v and %v addresses, and not %v and %v", c.addrs, v4, v6, c.v4, c.v6)
		}
	}
	last, second := model.MustPrefixes("2001:db8::ffff:ffff:ffff:ffff/128").Ranges()[0], model.MustPrefixes("2001:db8:0:1::1/128").Ranges()[0]
	if _, v6 := audit.Size(model.AddrRange(last.From(), second.To())); v6 != 3 {
		t.Errorf("%v addresses across networks, and not 3", v6)
	}
}

// Whoever is at an address of the estate's networks is no stranger; whoever is beside them is.
func TestWideLeavesOwnNetworksOut(t *testing.T) {
	own := audit.Subnet{Object: audit.Object{Key: "s"}, Addrs: model.MustPrefixes("203.0.112.0/22", "10.0.0.0/16")}
	s := audit.New(audit.Reading{Estate: audit.Estate{Subnets: []audit.Subnet{own}}}, audit.Defaults())
	for _, c := range []struct {
		from string
		wide bool
	}{
		{"203.0.112.0/22", false},
		{"203.0.114.0/23", false},
		{"203.0.112.0/21", true},
		{"198.51.0.0/16", true},
		{"198.51.100.0/24", false},
	} {
		if got := s.Wide(model.MustPrefixes(c.from)); got.IsEmpty() == c.wide {
			t.Errorf("of %s, %s is wide", c.from, got)
		}
	}
}
