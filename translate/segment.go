package translate

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"maps"
	"net/netip"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
)

// Segments groups workloads that no rule of the policy tells apart and that
// live in the same home. Every set of identities that the policy names is a
// union of segments. The result is sorted by ID; the IDs follow from the
// first workload of each, so that they stay when rules change.
func Segments(p model.Policy, ws []providers.Workload, homes map[model.Identity]providers.Home) []providers.Segment {
	marks := map[model.Identity]*strings.Builder{}
	for _, w := range ws {
		b := &strings.Builder{}
		h := homes[w.ID]
		fmt.Fprintf(b, "%q %s %q %q %s %t|", h.Subnets, h.Addrs, h.Group, h.ServiceAccount, h.ClientPorts, h.Exclusive)
		marks[w.ID] = b
	}
	seen := map[string]bool{}
	rewrite(p, func(ids model.Identities) model.Selector {
		sorted := slices.Sorted(slices.Values(ids))
		if k := fmt.Sprintf("%q", sorted); !seen[k] {
			seen[k] = true
			for _, id := range slices.Compact(sorted) {
				if b := marks[id]; b != nil {
					fmt.Fprintf(b, "%d,", len(seen))
				}
			}
		}
		return ids
	})

	byMark := map[string][]providers.Workload{}
	for _, w := range ws {
		k := marks[w.ID].String()
		byMark[k] = append(byMark[k], w)
	}
	out := make([]providers.Segment, 0, len(byMark))
	for _, members := range byMark {
		slices.SortFunc(members, func(a, b providers.Workload) int { return cmp.Compare(a.ID, b.ID) })
		out = append(out, providers.Segment{Workloads: members, Home: homes[members[0].ID]})
	}
	slices.SortFunc(out, func(a, b providers.Segment) int { return cmp.Compare(a.Workloads[0].ID, b.Workloads[0].ID) })
	nameSegments(out)
	alone(out)
	slices.SortFunc(out, func(a, b providers.Segment) int { return cmp.Compare(a.ID, b.ID) })
	return out
}

// alone takes back the word that an address tells who it is where segments
// share addresses.
func alone(segs []providers.Segment) {
	shared := make([]bool, len(segs))
	for i := range segs {
		for j := range i {
			if segs[i].Home.Addrs.Overlaps(segs[j].Home.Addrs) {
				shared[i], shared[j] = true, true
			}
		}
	}
	for i := range segs {
		segs[i].Home.Exclusive = segs[i].Home.Exclusive && !shared[i]
	}
}

// maxSegmentID leaves room for prefixes and suffixes in the shortest names of all
// clouds (GCP: 63).
const maxSegmentID = 40

// nameSegments gives each segment an ID that is fit for every cloud: the
// namespace and name of its first workload. How many others there are is no part of it, for a
// security group or a network tag that is renamed has to be put on every machine anew. A name
// that is taken or too long gets a hash of the first workload's ID.
func nameSegments(segs []providers.Segment) {
	taken := map[model.Identity]int{}
	plain := make([]string, len(segs))
	for i, s := range segs {
		w := s.Workloads[0]
		plain[i] = sanitise(w.Namespace + "-" + w.Name)
		taken[model.Identity(plain[i])]++
	}
	for i := range segs {
		id := plain[i]
		if len(id) > maxSegmentID || taken[model.Identity(id)] > 1 {
			h := fnv.New32a()
			h.Write([]byte(segs[i].Workloads[0].ID))
			id = strings.TrimRight(id[:min(len(id), maxSegmentID-9)], "-") + fmt.Sprintf("-%08x", h.Sum32())
		}
		segs[i].ID = model.Identity(id)
	}
}

// sanitise maps text to lower-case letters, digits and single dashes, starting
// with a letter and ending with none but a letter or digit.
func sanitise(s string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(s) {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			b.WriteRune(r)
		case !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	out := strings.Trim(b.String(), "-")
	if out == "" || out[0] < 'a' || out[0] > 'z' {
		out = "w-" + out
	}
	return strings.TrimRight(out, "-")
}

// ofSegments rewrites a policy over workloads to one over segments. Identities that
// are in no segment stay as they are.
func ofSegments(p model.Policy, segs []providers.Segment) model.Policy {
	of := map[model.Identity]model.Identity{}
	for _, s := range segs {
		for _, w := range s.Workloads {
			of[w.ID] = s.ID
		}
	}
	return rewrite(p, func(ids model.Identities) model.Selector {
		out := make(model.Identities, 0, len(ids))
		for _, id := range ids {
			if s, ok := of[id]; ok {
				id = s
			}
			out = append(out, id)
		}
		slices.Sort(out)
		return slices.Compact(out)
	})
}

// segmentInventory says who the segments are: where they live, and which
// addresses are left for strangers.
func segmentInventory(in model.Inventory, segs []providers.Segment, site providers.Site) model.Inventory {
	byID := map[model.Identity]model.Member{}
	for _, m := range in.Members {
		byID[m.ID] = m
	}
	out := model.Inventory{Groups: maps.Clone(in.Groups), OutsideClientPorts: in.OutsideClientPorts}
	for _, s := range segs {
		first := byID[s.Workloads[0].ID]
		m := model.Member{ID: s.ID, Addrs: s.Home.Addrs, ClientPorts: s.Home.ClientPorts}
		m.Solo = len(s.Workloads) == 1 && first.Solo
		if m.Addrs.IsEmpty() && !site.Given {
			for _, w := range s.Workloads {
				m.Addrs = m.Addrs.Union(byID[w.ID].Addrs)
			}
		}
		out.Members = append(out.Members, m)
	}
	var taken []netip.Prefix
	for _, h := range site.Homes {
		if h.Exclusive {
			taken = append(taken, h.Addrs.Prefixes()...)
		}
	}
	for _, n := range site.Subnets {
		if n.Exclusive {
			taken = append(taken, n.Addrs().Prefixes()...)
		}
	}
	out.Outside = model.AllAddrs().Subtract(model.Prefixes(taken...))
	return out
}
