package main

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
)

// openJSON is a part of the traffic that a finding is about.
type openJSON struct {
	From    []string      `json:"from"`
	To      []string      `json:"to"`
	Traffic []portedEntry `json:"traffic"`
}

// mostOpen is how many parts of its traffic a finding tells.
const mostOpen = 200

// openParts tells a region over an inventory, the same ends and the same traffic once; true where there is more than is told.
func openParts(r model.Region, inv model.Inventory) ([]openJSON, bool) {
	type key struct{ from, to string }
	var order []key
	traffic := map[key]model.Traffic{}
	ends := map[key][2]model.Endpoints{}
	boxes, more := r.BoxesUpTo(mostOpen)
	for _, b := range boxes {
		k := key{b.Src.String(), b.Dst.String()}
		if _, ok := ends[k]; !ok {
			order = append(order, k)
			ends[k] = [2]model.Endpoints{b.Src, b.Dst}
		}
		traffic[k] = append(traffic[k], b.Traffic...)
	}
	out := make([]openJSON, len(order))
	for i, k := range order {
		out[i] = openJSON{From: endNames(ends[k][0], inv), To: endNames(ends[k][1], inv), Traffic: exactly(traffic[k]).entries()}
	}
	return joinSources(out), more
}

// joinSources makes one part of those that differ in their sources alone.
func joinSources(parts []openJSON) []openJSON {
	var out []openJSON
	for _, p := range parts {
		i := slices.IndexFunc(out, func(o openJSON) bool { return slices.Equal(o.To, p.To) && slices.Equal(o.Traffic, p.Traffic) })
		if i < 0 {
			out = append(out, p)
			continue
		}
		for _, f := range p.From {
			if !slices.Contains(out[i].From, f) {
				out[i].From = append(out[i].From, f)
			}
		}
	}
	return out
}

// exactly is traffic with its source ports, where these are other than those from which clients call anyhow.
func exactly(t model.Traffic) exactTraffic {
	t = slices.Clone(t)
	for i, s := range t {
		if s.Protocol.HasPorts() && s.Src == model.DefaultClientPorts() {
			t[i].Src = model.AllPorts()
		}
	}
	set := trafficSet{model.NewRegion(model.Box{Src: fixedEnd(), Dst: fixedEnd(), Traffic: t})}
	return exactTraffic{set: set, everything: trafficOf(model.Traffic{model.AllTraffic()})}
}

// endNames names endpoints: workloads and groups by their names, with addresses where they are meant at some of those that they
// hold only, strangers by their addresses.
func endNames(e model.Endpoints, inv model.Inventory) []string {
	if e.IsAny() {
		return []string{"anybody"}
	}
	var out []string
	strangers := e.At(model.Outside)
	for _, p := range strangers.Prefixes() {
		out = append(out, p.String())
	}
	for _, entry := range e.Entries() {
		if entry.ID == model.Outside || entry.Addrs.IsEmpty() {
			continue
		}
		name := string(entry.ID)
		out = append(out, name+atSome(entry.Addrs, inv.Addrs(entry.ID)))
	}
	return out
}

// atSome tells the addresses at which something is meant that may hold others too: "" for all, or all of a family.
func atSome(at, all model.AddrSet) string {
	if at.Covers(all) || at.Equal(all.V4()) || at.Equal(all.V6()) {
		return ""
	}
	if out := all.Subtract(at); len(out.Prefixes()) < len(at.Prefixes()) {
		return " but at " + out.String()
	}
	return " at " + at.String()
}

// openText is a region over an inventory in a few lines for people.
func openText(r model.Region, inv model.Inventory, most int) []string {
	parts, more := openParts(r, inv)
	var out []string
	for i, p := range parts {
		if i == most {
			more = true
			break
		}
		out = append(out, shortEnds(p.From)+" > "+shortEnds(p.To)+" "+shortEntries(p.Traffic))
	}
	if more {
		out = append(out, "and more")
	}
	return out
}

// shortEntries is traffic for people: of nearly all protocols, which it is not.
func shortEntries(entries []portedEntry) string {
	var bare model.Traffic
	var others []portedEntry
	for _, e := range entries {
		if e.number != model.AnyProtocol && e.Ports == "" && e.Types == "" && e.SourcePorts == "" {
			bare = append(bare, model.AllOf(e.number))
		} else {
			others = append(others, e)
		}
	}
	words := audit.TrafficWords(bare)
	if len(words) >= len(bare) {
		return joinEntries(entries)
	}
	if len(others) > 0 {
		return joinEntries(others) + ", " + strings.Join(words, ", ")
	}
	return strings.Join(words, ", ")
}

// shortList joins the first few names.
func shortList(names []string) string {
	const most = 8
	if len(names) > most {
		return strings.Join(names[:most], ", ") + " and " + count(len(names)-most, "other")
	}
	return strings.Join(names, ", ")
}

// fewBlocks is how many blocks a whole family or the Internet may lack to be told as a whole.
const fewBlocks = 8

// shortEnds joins the first few names of ends; blocks that are nearly a whole family, or the whole Internet, are one.
func shortEnds(names []string) string {
	var others []string
	var at model.AddrSet
	for _, n := range names {
		if a, ok := parseAddrs(n); ok {
			at = at.Union(a)
		} else {
			others = append(others, n)
		}
	}
	var out []string
	for _, part := range [][]toldAddrs{
		{{"any IPv4 address", model.AllIPv4(), at.V4()}, {"the IPv4 Internet", audit.Internet().V4(), at.V4()}, {at: at.V4()}},
		{{"any IPv6 address", model.AllIPv6(), at.V6()}, {"the IPv6 Internet", audit.Internet().V6(), at.V6()}, {at: at.V6()}},
	} {
		best := slices.MinFunc(part, func(a, b toldAddrs) int { return cmp.Compare(a.length(), b.length()) })
		if blocks := publicBlocks(best.at); len(blocks) > 0 && len(blocks) < best.length() {
			out = append(out, shortList(blocks)+" on the Internet")
			continue
		}
		out = append(out, best.words(len(others) == 0 && best.at.Equal(at))...)
	}
	return shortList(append(out, others...))
}

// publicBlocks are the blocks that addresses of the Internet are of it; none where there are others among them, or too many.
func publicBlocks(at model.AddrSet) []string {
	const most = 200
	if len(at.Ranges()) > most || !audit.Internet().Covers(at) {
		return nil
	}
	var out []string
	for _, p := range audit.Blocks(at, audit.Internet()) {
		out = append(out, p.String())
	}
	return out
}

// toldAddrs is a way to tell addresses: as a whole that has a name, without some blocks and with some others. Without a name it is their blocks.
type toldAddrs struct {
	name      string
	whole, at model.AddrSet
}

func (x toldAddrs) lacks() model.AddrSet  { return x.whole.Subtract(x.at) }
func (x toldAddrs) beside() model.AddrSet { return x.at.Subtract(x.whole) }

// length is how many things are told; the most there can be where the name would mislead.
func (x toldAddrs) length() int {
	if x.name == "" {
		return len(x.at.Prefixes())
	}
	lacks := len(x.lacks().Prefixes())
	if lacks > fewBlocks || x.at.IsEmpty() {
		return math.MaxInt
	}
	return 1 + lacks + len(x.beside().Prefixes())
}

// words are what is told; alone: nothing else is.
func (x toldAddrs) words(alone bool) []string {
	var out []string
	if x.name != "" {
		text := x.name
		if lacks := x.lacks(); !lacks.IsEmpty() && alone && x.beside().IsEmpty() {
			text += " but " + lacks.String()
		} else if !lacks.IsEmpty() {
			text += " (but " + lacks.String() + ")"
		}
		out = append(out, text)
	}
	for _, p := range x.beside().Prefixes() {
		out = append(out, p.String())
	}
	return out
}
