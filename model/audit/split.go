package audit

import (
	"net/netip"

	"github.com/crosswall/crosswall/model"
)

// SplitTrait returns the trait of a rule whose blocks are together every address of a family, of which none is by itself:
// 0.0.0.0/1 and 128.0.0.0/1. False: they are not.
func SplitTrait(blocks []netip.Prefix) (Trait, bool) {
	all := model.Prefixes(blocks...)
	for _, family := range []model.AddrSet{model.AllIPv4(), model.AllIPv6()} {
		if !all.Covers(family) {
			continue
		}
		split := true
		for _, b := range blocks {
			split = split && (b.Bits() != 0 || !model.Prefixes(b).Covers(family))
		}
		if split {
			return Trait{Code: SplitRanges, Text: "its blocks together are " + family.String() + ", and none of them is"}, true
		}
	}
	return Trait{}, false
}
