package azure

import (
	"strings"

	"github.com/crosswall/crosswall/providers"
)

// fillJoins says that an interface may be in several application security groups (Azure limits: 20 per IP configuration), but
// in one of those by which a translation tells its segments apart.
func (b *populationBuilder) fillJoins() {
	for i, p := range b.out.Parties {
		if strings.HasPrefix(p.Address, typeAppGroup+".") || strings.HasPrefix(p.Address, "data."+typeAppGroup+".") ||
			strings.Contains(p.ID, "/applicationsecuritygroups/") {
			b.out.Parties[i].Joins = providers.JoinsAny
		}
	}
	for _, values := range providers.SegmentValues(b.module, outputAppGroups) {
		for _, v := range values {
			if i, ok := b.partyAt(v); ok && b.out.Parties[i].Made {
				b.out.Parties[i].Joins = providers.JoinsOther
			}
		}
	}
}
