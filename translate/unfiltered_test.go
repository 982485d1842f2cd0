package translate

import (
	"fmt"
	"strings"
	"testing"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/providers/all"
)

// What no cloud filters is said wherever a policy refuses it (cloud semantics, section 4), and as a warning
// where a policy takes it out of a block that it admits.
func TestNeverFiltered(t *testing.T) {
	isolated := func(peers ...model.Selector) model.Policy {
		c := model.Chain{Name: "np", Order: model.AnyAllow, Default: model.Deny}
		for _, p := range peers {
			c.Rules = append(c.Rules, model.Rule{Action: model.Allow, Peer: p, Traffic: model.Traffic{model.AllTraffic()},
				Origin: model.Origin{Object: "NetworkPolicy shop/a"}})
		}
		return model.Policy{Layers: []model.Layer{{Name: "kubernetes", State: model.Stateful, Egress: []model.Chain{c}}}}
	}
	everywhereBut := func(cidrs ...string) model.Selector {
		return model.At{Addrs: model.AllIPv4().Subtract(model.MustPrefixes(cidrs...))}
	}
	for _, tt := range []struct {
		name   string
		policy model.Policy
		want   string // severity; empty: nothing is said
	}{
		{"no policy isolates egress", ingress(), ""},
		{"all is admitted", isolated(model.Any{}), ""},
		{"nothing is admitted", isolated(), "info"},
		{"private addresses are admitted", isolated(model.At{Addrs: model.MustPrefixes("10.0.0.0/8", "192.168.0.0/16")}), "info"},
		{"all but the metadata service", isolated(everywhereBut("169.254.169.254/32")), "warning"},
		{"all but link-local addresses", isolated(everywhereBut("10.0.0.0/8", "169.254.0.0/16")), "warning"},
		{"the same inside a compound selector", isolated(model.Or{everywhereBut("169.254.0.0/16")}), "warning"},
		{"excepted here and admitted there", isolated(everywhereBut("169.254.0.0/16"), model.Any{}), ""},
	} {
		for _, p := range all.Providers() {
			t.Run(fmt.Sprintf("%s/%s", tt.name, p.Name()), func(t *testing.T) {
				w := workload("shop/Deployment/a")
				in := Input{Policy: tt.policy, Workloads: []providers.Workload{w}, Inventory: model.Inventory{Members: []model.Member{{ID: w.ID}}}}
				got, where := "", ""
				for _, f := range To(p, in, providers.Site{}, Options{AllowWider: true}).Findings {
					if f.Code == "never-filtered" {
						got, where = f.Severity.String(), f.Origin.Object
						if f.Example == nil || !strings.Contains(f.Summary, f.Example.String()) || !strings.Contains(f.Summary, "shop-a") {
							t.Errorf("summary %q, example %v", f.Summary, f.Example)
						}
					}
				}
				if got != tt.want || (where != "") != (got == "warning") {
					t.Errorf("%q from %q, want %q", got, where, tt.want)
				}
			})
		}
	}
}
