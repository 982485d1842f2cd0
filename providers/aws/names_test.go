package aws

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/crosswall/crosswall/model"
)

// TestDescription: the characters and length that AWS allows in every
// description (VPC user guide, security groups; EC2 API, IpRange).
func TestDescription(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"NetworkPolicy shop/db spec.ingress[0].from[1]", "NetworkPolicy shop/db spec.ingress[0].from[1]"},
		{`a "b" <c> & 'd' 100% e|f`, "a -b- -c- - -d- 100- e-f"},
		{"für\nalle ", "f-r-alle"},
		{strings.Repeat("x", 300), strings.Repeat("x", 252) + "..."},
		{strings.Repeat("x", 255), strings.Repeat("x", 255)},
	} {
		if got := description(c.in); got != c.want {
			t.Errorf("%q: got %q, want %q", c.in, got, c.want)
		}
	}
}

func TestIdentifier(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"shop-frontend", "shop-frontend"},
		{"app_a", "app_a"},
		{"private a", "private-a-"},
		{"1a", "n1a-"},
		{"", "n-"},
		{"größe", "gr--e-"},
	} {
		got := identifier(c.in)
		if c.in == c.want && got != c.want || !strings.HasPrefix(got, c.want) {
			t.Errorf("%q: got %q, want %q and what tells it apart", c.in, got, c.want)
		}
	}
	if identifier("a b") == identifier("a.b") {
		t.Error("two texts, one identifier")
	}
}

func TestNamerKeepsKeysApart(t *testing.T) {
	n := namer{}
	a, b := n.name("t", "x", "key a"), n.name("t", "x", "key b")
	if a == b || n.name("t", "x", "key a") != a || n.name("u", "x", "key b") != "x" {
		t.Errorf("names %q and %q", a, b)
	}
}

func TestLabels(t *testing.T) {
	for _, c := range []struct {
		s     model.Service
		label string
		peer  string
		want  string
	}{
		{model.Ports(model.TCP, 80, 80), "tcp-80", "10.0.0.0/8", "10-0-0-0_8"},
		{model.Ports(model.UDP, 80, 90), "udp-80-90", "2001:db8::/32", "2001-db8--_32"},
		{model.AllOf(model.TCP), "tcp", "0.0.0.0/0", "any_ipv4"},
		{model.Ports(model.SCTP, 9, 9), "protocol-132", "::/0", "any_ipv6"},
		{model.ICMPMessage(model.ICMP, 3, 4), "icmp-3-4", "0.0.0.0/1", "0-0-0-0_1"},
		{model.ICMPMessage(model.ICMPv6, 128, model.AnyICMP), "icmpv6-128", "10.0.0.1/32", "10-0-0-1_32"},
		{model.AllOf(model.ICMP), "icmp", "::1/128", "--1_128"},
		{model.AllTraffic(), "any", "fd00::/8", "fd00--_8"},
	} {
		if got := matchOf(c.s).label(); got != c.label {
			t.Errorf("%v: got %q, want %q", c.s, got, c.label)
		}
		if got := prefixLabel(netip.MustParsePrefix(c.peer)); got != c.want {
			t.Errorf("%s: got %q, want %q", c.peer, got, c.want)
		}
	}
}

// TestCovers against what the services themselves contain.
func TestCovers(t *testing.T) {
	services := []model.Service{
		model.AllTraffic(), model.AllOf(model.TCP), model.Ports(model.TCP, 80, 80), model.Ports(model.TCP, 70, 90),
		model.Ports(model.UDP, 80, 80), model.AllOf(model.SCTP), model.AllOf(model.GRE), model.AllOf(model.ICMP),
		model.ICMPMessage(model.ICMP, 8, model.AnyICMP), model.ICMPMessage(model.ICMP, 8, 0), model.ICMPMessage(model.ICMP, 3, 4),
		model.ICMPMessage(model.ICMPv6, 8, 0),
	}
	all := model.AnyEndpoint()
	region := func(s model.Service) model.Region {
		return model.NewRegion(model.Box{Src: all, Dst: all, Traffic: model.Traffic{s}})
	}
	for _, a := range services {
		for _, b := range services {
			if got, want := matchOf(a).covers(matchOf(b)), region(b).Subtract(region(a)).IsEmpty(); got != want {
				t.Errorf("%v covers %v: %v, want %v", a, b, got, want)
			}
			both, ok := intersect(a, b)
			want := region(a).Intersect(region(b))
			if ok == want.IsEmpty() || ok && !region(both).Equal(want) {
				t.Errorf("%v and %v: %v %v, want %v", a, b, both, ok, want.Boxes())
			}
		}
	}
}
