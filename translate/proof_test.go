package translate

import (
	"testing"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/providers/all"
)

// A translation leaves its input as it was, so that one input serves many targets.
func TestToLeavesItsInputAlone(t *testing.T) {
	w := workload("shop/Deployment/a")
	in := Input{
		Policy: ingress(allow(model.Identities{w.ID}, model.Group("known"))), Workloads: []providers.Workload{w},
		Inventory: model.Inventory{Members: []model.Member{{ID: w.ID}}, Groups: map[model.Group]model.Selector{"known": model.Identities{w.ID}}},
	}
	for _, p := range all.Providers() {
		To(p, in, providers.Site{}, Options{})
		if len(in.Inventory.Groups) != 1 {
			t.Errorf("%s: the input's groups are now %v", p.Name(), in.Inventory.Groups)
		}
	}
}

// A difference computed from two evaluations is the model's own comparison.
func TestDifference(t *testing.T) {
	a := workload("shop/Deployment/a")
	inv := model.Inventory{Members: []model.Member{{ID: a.ID}}}
	one := ingress(allow(model.Identities{a.ID}, model.At{Addrs: model.MustPrefixes("10.0.0.0/8")}))
	two := ingress(allow(model.Identities{a.ID}, model.At{Addrs: model.MustPrefixes("10.0.0.0/9", "192.168.0.0/16")}),
		allow(model.Identities{a.ID}, model.Maybe{Selector: model.At{Addrs: model.MustPrefixes("172.16.0.0/12")}}))
	got, want := model.Difference(one.Permitted(inv), two.Permitted(inv)), model.Compare(one, two, inv)
	if want.Opened.IsEmpty() || want.Closed.IsEmpty() || want.Unknown.IsEmpty() {
		t.Fatal("the policies were to differ in every way")
	}
	if !got.Opened.Equal(want.Opened) || !got.Closed.Equal(want.Closed) || !got.Unknown.Equal(want.Unknown) {
		t.Errorf("%+v, want %+v", got, want)
	}
}
