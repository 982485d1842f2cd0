package placement

import (
	"fmt"

	"github.com/crosswall/crosswall/model"
)

// markExclusive sets Home.Exclusive: no other entry and no stranger holds any of the
// addresses. Entries that match no workload count: somebody lives there, if not
// among the workloads that were read.
func markExclusive(s *section) {
	var alone model.AddrSet // what no stranger holds, by the word of the user
	for _, n := range s.site.Subnets {
		if n.Exclusive {
			alone = alone.Union(n.Addrs())
		}
	}
	for _, h := range homesByAddress(s.entries) {
		for _, i := range h.entries {
			e := &s.entries[i]
			e.home.Exclusive = !h.shared && len(h.entries) == 1 && (e.claims || alone.Covers(h.addrs))
		}
	}
}

// checkClaims reports addresses that an entry claims for itself and another entry has too.
func (r reader) checkClaims(s section) {
	homes := homesByAddress(s.entries)
	for k, h := range homes {
		for _, i := range h.entries {
			if !s.entries[i].claims {
				continue
			}
			if j, ok := rival(homes, k, i); ok {
				e, o := s.entries[i], s.entries[j]
				r.Fault(codeExclusive, e.origin,
					fmt.Sprintf("%s is exclusive, and %s holds %s too", e.name, o.name, e.home.Addrs.Intersect(o.home.Addrs)),
					"remove `exclusive: true` or correct the addresses")
			}
		}
	}
}

// rival returns an entry that holds addresses of entry i, which lives in home k.
func rival(homes []addressHome, k, i int) (int, bool) {
	for _, j := range homes[k].entries {
		if j != i {
			return j, true
		}
	}
	if o := homes[k].overlaps; o >= 0 {
		return homes[o].entries[0], true
	}
	return 0, false
}

// addressHome is the entries that have the same addresses, for there may
// be thousands of entries in a handful of subnets.
type addressHome struct {
	addrs   model.AddrSet
	entries []int
	// overlaps is another home with some of the addresses, -1 for none; shared is
	// whether another home may have some. They differ where addresses are unknown.
	overlaps int
	shared   bool
}

func homesByAddress(es []entry) []addressHome {
	var out []addressHome
	var blocks []block
	seen := map[string]int{}
	unknown := false
	for i, e := range es {
		key := e.home.Addrs.String()
		k, ok := seen[key]
		if !ok {
			k = len(out)
			seen[key] = k
			out = append(out, addressHome{addrs: e.home.Addrs, overlaps: -1})
			for _, p := range e.home.Addrs.Prefixes() {
				blocks = append(blocks, block{p, k})
			}
		}
		unknown = unknown || e.home.Addrs.IsEmpty()
		out[k].entries = append(out[k].entries, i)
	}
	overlapping(blocks, func(a, b block) {
		if a.owner != b.owner {
			out[a.owner].overlaps, out[b.owner].overlaps = b.owner, a.owner
		}
	})
	for k := range out {
		out[k].shared = unknown || out[k].overlaps >= 0
	}
	return out
}
