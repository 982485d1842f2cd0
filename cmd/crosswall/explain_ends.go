package main

import (
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
)

// endpoint is one end of the connection that is asked about.
type endpoint struct {
	model.EndpointEntry
	// workload is nil for addresses outside.
	workload *providers.Workload
	// label names the end for people.
	label string
	// note says what the answer does not cover; empty: nothing.
	note string
}

// silence is streams that nobody reads.
func silence() *streams { return &streams{in: strings.NewReader(""), out: io.Discard, err: io.Discard} }

// end finds what --from or --to names.
func (sc scene) end(flag, text string) (endpoint, error) {
	if a, ok := parseAddrs(text); ok {
		return sc.outside(flag, text, a)
	}
	name, at, pinned := sc.split(text)
	w, err := sc.named(name)
	if err != nil {
		return endpoint{}, badInput("--%s %s: %w", flag, text, err)
	}
	e := endpoint{workload: &w, label: string(w.ID)}
	e.ID = sc.identity(w.ID)
	if sc.segments != nil && len(sc.segmentOf(w.ID).Workloads) > 1 {
		e.label += " (segment " + string(e.ID) + ")"
	}
	e.Addrs = sc.inv.Addrs(e.ID)
	if !pinned {
		return e, nil
	}
	a, ok := parseAddrs(at)
	if !ok {
		return endpoint{}, badInput("--%s %s: %q is no address or block", flag, text, at)
	}
	if !e.Addrs.Covers(a) {
		return endpoint{}, badInput("--%s %s: %s holds addresses of %s only", flag, text, w.ID, rangeText(e.Addrs))
	}
	e.Addrs, e.label = a, e.label+" at "+addrsText(a)
	return e, nil
}

// split takes the address from the end of a name: web@10.0.0.1. Names of service accounts have an "@" of their own.
func (sc scene) split(text string) (name, at string, pinned bool) {
	i := strings.LastIndexByte(text, '@')
	if i < 0 {
		return text, "", false
	}
	if _, ok := parseAddrs(text[i+1:]); !ok {
		if _, err := sc.named(text); err == nil {
			return text, "", false
		}
	}
	return text[:i], text[i+1:], true
}

// outside is addresses of nobody known. A single address that one workload is
// known to hold is that workload: policies see it as such.
func (sc scene) outside(flag, text string, a model.AddrSet) (endpoint, error) {
	holders := sc.holders(a, func(m model.Member) bool { return !m.Addrs.IsEmpty() })
	free := a.Intersect(sc.inv.Addrs(model.Outside))
	if owners := sc.holders(a, sc.isKnown); isSingle(a) && len(owners) > 0 {
		if len(owners) > 1 {
			return endpoint{}, badInput("--%s %s: several workloads may hold the address: name %s", flag, text, firstNames(owners, 5))
		}
		return sc.end(flag, owners[0]+"@"+text)
	}
	if free.IsEmpty() {
		return endpoint{}, badInput("--%s %s: the placement keeps these addresses for workloads: name the workload", flag, text)
	}
	e := endpoint{EndpointEntry: model.EndpointEntry{ID: model.Outside, Addrs: free}, label: addrsText(free)}
	if len(holders) > 0 {
		outside := "outside the cluster"
		if sc.called != nil {
			outside = "an address of somebody else"
		}
		e.note = fmt.Sprintf("%s is taken as %s; %s may hold such an address too: name the %s to ask about it",
			addrsText(free), outside, firstNames(holders, 3), sc.noun())
	}
	return e, nil
}

// isKnown reports whether the addresses of a member are its own: those that running pods
// report, or a home that strangers are kept out of. Everything else is where it may be.
func (sc scene) isKnown(m model.Member) bool {
	if sc.segments != nil {
		return !m.Addrs.IsEmpty() && !sc.inv.Addrs(model.Outside).Overlaps(m.Addrs)
	}
	const most = 8 // bits: pods that are neighbours make up small blocks
	return !m.Addrs.IsEmpty() && !slices.ContainsFunc(m.Addrs.Prefixes(), func(p netip.Prefix) bool { return p.Addr().BitLen()-p.Bits() > most })
}

func isSingle(a model.AddrSet) bool {
	p := a.Prefixes()
	return len(p) == 1 && p[0].IsSingleIP()
}

// addrsText is rangeText, but for a single address.
func addrsText(a model.AddrSet) string {
	if isSingle(a) {
		return a.Prefixes()[0].Addr().String()
	}
	return rangeText(a)
}

// holders names the workloads that may hold some of the addresses, of the members
// that count; one workload stands for its segment.
func (sc scene) holders(a model.AddrSet, counts func(model.Member) bool) []string {
	var out []string
	for _, m := range sc.inv.Members {
		if !counts(m) || !m.Addrs.Overlaps(a) {
			continue
		}
		for _, w := range sc.workloads {
			if sc.identity(w.ID) == m.ID {
				out = append(out, string(w.ID))
				break
			}
		}
	}
	slices.Sort(out)
	return out
}

// parseAddrs reads an address or a block; host bits are ignored.
func parseAddrs(s string) (model.AddrSet, bool) {
	if a, err := netip.ParseAddr(s); err == nil && a.Zone() == "" {
		return model.Addrs(a), true
	}
	if p, err := netip.ParsePrefix(s); err == nil {
		return model.Prefixes(p), true
	}
	return model.AddrSet{}, false
}

// identity returns who a workload is in the scene: itself, or its segment.
func (sc scene) identity(id model.Identity) model.Identity {
	if sc.segments == nil {
		return id
	}
	return sc.segmentOf(id).ID
}

func (sc scene) segmentOf(id model.Identity) providers.Segment {
	for _, s := range sc.segments {
		for _, w := range s.Workloads {
			if w.ID == id {
				return s
			}
		}
	}
	return providers.Segment{}
}

// named finds a workload by its name, or a party of a cloud by any that it has.
func (sc scene) named(name string) (providers.Workload, error) {
	if sc.called == nil {
		return findWorkload(sc.workloads, name)
	}
	var ids []string
	for _, w := range sc.workloads {
		if string(w.ID) == name {
			return w, nil
		}
		if slices.Contains(sc.called[w.ID], name) {
			ids = append(ids, string(w.ID))
		}
	}
	switch len(ids) {
	case 0:
		w, err := findWorkload(sc.workloads, name)
		if err != nil {
			err = fmt.Errorf("%s", strings.Replace(err.Error(), "no such workload", "no such group", 1))
		}
		return w, err
	case 1:
		return findWorkload(sc.workloads, ids[0])
	}
	return providers.Workload{}, fmt.Errorf("%d groups are called that: name %s", len(ids), firstNames(ids, 5))
}

// findWorkload finds a workload by its full name, or by a shorter one that no
// other has: name, Kind/name, namespace/name.
func findWorkload(ws []providers.Workload, name string) (providers.Workload, error) {
	var found []providers.Workload
	for _, w := range ws {
		switch name {
		case string(w.ID):
			return w, nil
		case w.Name, w.Kind + "/" + w.Name, w.Namespace + "/" + w.Name:
			found = append(found, w)
		}
	}
	switch len(found) {
	case 0:
		return providers.Workload{}, fmt.Errorf("no such workload%s", didYouMean(ws, name))
	case 1:
		return found[0], nil
	}
	var names []string
	for _, w := range found {
		names = append(names, string(w.ID))
	}
	return providers.Workload{}, fmt.Errorf("%d workloads are called that: name %s", len(found), firstNames(names, 5))
}

// didYouMean suggests the workloads whose names are nearest.
func didYouMean(ws []providers.Workload, name string) string {
	best, names := 3+len(name)/4, []string{}
	for _, w := range ws {
		d := min(distance(name, w.Name), distance(name, w.Namespace+"/"+w.Name), distance(name, string(w.ID)))
		if d < best {
			best, names = d, nil
		}
		if d == best {
			names = append(names, string(w.ID))
		}
	}
	switch {
	case len(names) > 0:
		return "; did you mean " + firstNames(names, 3) + "?"
	case len(ws) == 0:
		return ": the sources have none"
	}
	var all []string
	for _, w := range ws {
		all = append(all, string(w.ID))
	}
	return "; there are " + firstNames(all, 5)
}

// firstNames joins names as "a, b or c", the first few of many.
func firstNames(names []string, most int) string {
	if len(names) > most {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
	}
	return orList(names)
}

// distance is how many letters have to be changed, added or left out to make
// one word of the other (Levenshtein).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		left := row[0]
		row[0] = i + 1
		for j := range len(b) {
			up := row[j+1]
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			row[j+1] = min(up+1, row[j]+1, left+cost)
			left = up
		}
	}
	return row[len(b)]
}
