package live_test

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers/azure/live"
)

// flow reads "198.51.100.1 > 10.0.1.4 tcp/443".
func flow(t *testing.T, text string) model.Flow {
	t.Helper()
	f := strings.Fields(text)
	out := model.Flow{Src: model.Endpoint{Addr: netip.MustParseAddr(f[0])}, Dst: model.Endpoint{Addr: netip.MustParseAddr(f[2])}, SrcPort: 40000, Protocol: model.TCP}
	switch f[3] {
	case "tcp/443":
		out.DstPort = 443
	case "tcp/80":
		out.DstPort = 80
	default:
		t.Fatalf("%q is no such flow", text)
	}
	return out
}

func TestParse(t *testing.T) {
	for _, c := range []struct{ source, subscription, group string }{
		{"azure://0000-11AA", "0000-11aa", ""},
		{"azure://0000-11aa/", "0000-11aa", ""},
		{"azure://0000-11aa/Shop_1.(x)", "0000-11aa", "Shop_1.(x)"},
		{"azure://", "", ""},
		{"azure:///shop", "", ""},
		{"azure://a b", "", ""},
		{"azure://user:secret@x", "", ""},
		{"azure://0000/shop/more", "", ""},
		{"azure://0000/shop?x=y", "", ""},
		{"azure://0000/shop.", "", ""},
		{"aws://eu-west-1", "", ""},
	} {
		o, err := live.Parse(c.source)
		if (err == nil) != (c.subscription != "") || o.Subscription != c.subscription || o.ResourceGroup != c.group {
			t.Errorf("%s: %q %q %v", c.source, o.Subscription, o.ResourceGroup, err)
		}
		if again, err2 := live.Parse(o.Scope()); err == nil && (err2 != nil || again.Subscription != c.subscription || again.ResourceGroup != c.group) {
			t.Errorf("%s: its scope %s does not read back: %v", c.source, o.Scope(), err2)
		}
	}
}

// Plain http is for loopback hosts alone, and an endpoint is a host and nothing else.
func TestEndpoint(t *testing.T) {
	for _, c := range []struct{ endpoint, want string }{
		{"http://management.example", "not encrypted"},
		{"http://192.0.2.1:80", "not encrypted"},
		{"http://localhost.example", "not encrypted"},
		{"https://user:hunter2@management.example", "nothing else"},
		{"https://management.example/path", "nothing else"},
		{"ftp://127.0.0.1", "no URL"},
		{"127.0.0.1:80", "no URL"},
		{"::", "no URL"},
	} {
		_, err := live.Read(t.Context(), live.Options{Subscription: "s", Endpoint: c.endpoint})
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v, want %q", c.endpoint, err, c.want)
		}
	}
	s := serve(t, account())
	t.Setenv("CROSSWALL_ARM_ENDPOINT", s.server.URL+"/")
	o := s.options()
	o.Endpoint = ""
	if got, err := live.Read(t.Context(), o); err != nil || len(got.Gaps) > 0 {
		t.Errorf("by the variable: %v %v", err, got.Gaps)
	}
	if _, err := live.Read(t.Context(), live.Options{Endpoint: s.server.URL}); err == nil {
		t.Error("no subscription, and no error")
	}
}
