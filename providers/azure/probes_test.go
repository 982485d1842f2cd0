package azure_test

import (
	"strings"
	"testing"

	"github.com/crosswall/crosswall/model"
)

// A refusal at the end of a group keeps load balancers from probing (cloud semantics, section 4), which
// is said of the segments that do not admit the probes.
func TestRefusedProbes(t *testing.T) {
	probes := cidrs("168.63.129.16/32")
	base := func() *world {
		return newWorld().subnet("app", true, "10.0.1.0/24").segment("shop-a", "app", "10.0.1.0/28")
	}
	for _, tt := range []struct {
		name  string
		world *world
		want  bool
	}{
		{"not isolated", base(), false},
		{"isolated for egress", base().isolate(out, "shop-a"), false},
		{"isolated", base().isolate(in, "shop-a"), true},
		{"isolated but for others", base().isolate(in, "shop-a").allow(in, "shop-a", cidrs("10.0.0.0/8"), tcp(80)), true},
		{"isolated but for probes", base().isolate(in, "shop-a").allow(in, "shop-a", probes, tcp(80)), false},
		{"per segment", perSegment(base().isolate(in, "shop-a")), true},
	} {
		said := false
		for _, f := range prove(t, tt.world.intent()).findings {
			if f.Code == "load-balancer-probes" {
				said = f.Severity == model.Info && strings.Contains(f.Summary, "shop-a")
			}
		}
		if said != tt.want {
			t.Errorf("%s: said %t, want %t", tt.name, said, tt.want)
		}
	}
}

// The refusal at the end of a group does not change when a segment joins it: names, priorities and
// descriptions follow from what a rule does.
func TestRefusalIsStable(t *testing.T) {
	base := func() *world {
		return newWorld().subnet("app", true, "10.0.1.0/24").segment("shop-a", "app", "10.0.1.0/28").isolate(in, "shop-a")
	}
	texts := func(w *world) map[string]string {
		m := map[string]string{}
		for _, r := range prove(t, w.intent()).Module.Resources {
			if a, _ := r.Get("access").AsString(); a == "Deny" {
				m[r.Address()], _ = r.Get("description").AsString()
			}
		}
		return m
	}
	before := texts(base())
	after := texts(base().segment("shop-b", "app", "10.0.1.16/28").isolate(in, "shop-b"))
	if len(before) != 1 {
		t.Fatalf("refusals %v", before)
	}
	for address, d := range before {
		if after[address] != d {
			t.Errorf("%s was %q and is %q", address, d, after[address])
		}
	}
}
