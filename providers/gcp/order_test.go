package gcp

import (
	"slices"
	"testing"

	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/terraform"
)

// TestAllowsComeFirst wants every refusal to wait for what is admitted to or from the same
// machines, and a policy to be associated when it is complete: while Terraform is at work nothing
// that is admitted is cut off.
func TestAllowsComeFirst(t *testing.T) {
	for _, o := range []Options{{}, {Style: NetworkPolicy}} {
		for _, shrink := range []providers.Shrink{providers.ShrinkToFit, providers.ShrinkAlways} {
			w := newWorld("a 10.0.1.0/24", "b 10.0.2.0/24", "c 10.0.3.0/24").allow("in a from b", "tcp/80").allow("in b from 192.0.2.0/24", "udp/53").
				allow("out a to b", "tcp/80").isolate("in c")
			w.shrink = shrink
			m := prove(t, o, w).out.Module
			denies, rules := 0, 0
			for _, r := range m.Resources {
				if r.Type == typeAssociation {
					continue
				}
				if r.Type != typePolicy {
					rules++
				}
				if !refuses(r) {
					continue
				}
				denies++
				for _, p := range m.Resources {
					want := !refuses(p) && p.Type == r.Type && p.Get("direction").Equal(r.Get("direction")) && sharesTarget(p, r)
					if got := slices.Contains(waitsFor(r), p.Address()); got != want {
						t.Errorf("%s %v: %s waits for %s: %t", o.Style, shrink, r.Address(), p.Address(), got)
					}
				}
			}
			if denies < 4 {
				t.Errorf("%d refusals", denies)
			}
			for _, r := range m.Resources {
				if r.Type == typeAssociation && len(waitsFor(r)) != rules {
					t.Errorf("the association waits for %d of %d rules", len(waitsFor(r)), rules)
				}
			}
		}
	}
}

func refuses(r terraform.Resource) bool {
	action, _ := r.Get("action").AsString()
	return action == "deny" || len(r.BlocksOf("deny")) > 0
}

func waitsFor(r terraform.Resource) []string {
	var out []string
	vs, _ := r.Get("depends_on").AsList()
	for _, v := range vs {
		ref, _ := v.AsRef()
		out = append(out, ref)
	}
	return out
}

// sharesTarget reports whether rules are applied to some machines in common.
func sharesTarget(a, b terraform.Resource) bool {
	targets := func(r terraform.Resource) []terraform.Value {
		vs, _ := r.Get("target_tags").AsList()
		for _, k := range r.BlocksOf("target_secure_tags") {
			vs = append(vs, k.Body.Get("name"))
		}
		return vs
	}
	return slices.ContainsFunc(targets(a), func(v terraform.Value) bool {
		return slices.ContainsFunc(targets(b), v.Equal)
	})
}
