package providers

import (
	"testing"

	"github.com/crosswall/crosswall/model"
)

func TestHeld(t *testing.T) {
	a := model.MustPrefixes("10.0.1.0/24")
	for _, inv := range []model.Inventory{
		{},
		{Members: []model.Member{{ID: "a", Addrs: a}, {ID: "b"}}},
		{Members: []model.Member{{ID: "a", Addrs: a}}, Outside: model.AllIPv6()},
	} {
		held := Held(inv)
		if len(held) != len(inv.Members)+1 {
			t.Errorf("%d entries for %d members", len(held), len(inv.Members))
		}
		for id, got := range held {
			if want := inv.Addrs(id); !got.Equal(want) {
				t.Errorf("%q holds %s, want %s", id, got, want)
			}
		}
	}
}
