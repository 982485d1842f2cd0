package main

import (
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
)

// diffJSON is the answer of diff as scripts read it. Fields may be added, never changed.
type diffJSON struct {
	Version int    `json:"version"`
	Want    string `json:"want"`
	Have    string `json:"have"`
	// Equal is true if both sides are known to admit the same connections.
	Equal  bool        `json:"equal"`
	Opened []entryJSON `json:"opened"`
	Closed []entryJSON `json:"closed"`
	// Unknown connections rest on what could not be resolved, or concern some addresses of a workload only:
	// those have a Change.
	Unknown   []entryJSON   `json:"unknown"`
	Workloads workloadsJSON `json:"workloads"`
	// Groups are the same changes in few entries, as people read them.
	Groups []groupJSON `json:"groups"`
	// TextOnly is how many rules differ without effect on traffic.
	TextOnly int `json:"textOnly"`
	// LeftOut counts, by the type of resource, what --owned-only left out; absent for nothing.
	LeftOut map[string]int `json:"leftOut,omitempty"`
	// Summary is the verdict in words.
	Summary  string        `json:"summary"`
	Findings []findingJSON `json:"findings"`
}

// workloadsJSON is the workloads that one side has only, and the connections to and from them.
type workloadsJSON struct {
	Added   []model.Identity `json:"added"`
	Removed []model.Identity `json:"removed"`
	Opened  []entryJSON      `json:"opened"`
	Closed  []entryJSON      `json:"closed"`
}

// groupJSON is traffic from each of some ends to each of others, outside blocks joined.
type groupJSON struct {
	// Change is opened, closed or unknown.
	Change string `json:"change"`
	// GaveUp is true for what is unknown because working it out came to its bound.
	GaveUp bool `json:"gaveUp,omitempty"`
	// SomeAddresses is true where the change is about some addresses of a workload only.
	SomeAddresses bool          `json:"someAddresses,omitempty"`
	From          []string      `json:"from"`
	To            []string      `json:"to"`
	Traffic       []portedEntry `json:"traffic"`
	Risk          risk          `json:"risk"`
	Example       string        `json:"example"`
	Because       []becauseJSON `json:"because"`
}

// entryJSON is traffic between two ends, each a workload or a CIDR block.
type entryJSON struct {
	From    string        `json:"from"`
	To      string        `json:"to"`
	Traffic []portedEntry `json:"traffic"`
	// FromAddresses and ToAddresses are the addresses of the workload that are meant; empty: all.
	FromAddresses string `json:"fromAddresses,omitempty"`
	ToAddresses   string `json:"toAddresses,omitempty"`
	// Family is IPv4 or IPv6 where the ends have both and one only is meant.
	Family string `json:"family,omitempty"`
	Risk   risk   `json:"risk"`
	// Example is a connection in words, Packet the same in numbers.
	Example string        `json:"example"`
	Packet  packetJSON    `json:"packet"`
	Because []becauseJSON `json:"because"`
	// Change is opened or closed, for entries of Unknown of which that is known.
	Change string `json:"change,omitempty"`
	// GaveUp is true for what is unknown because working it out came to its bound.
	GaveUp bool `json:"gaveUp,omitempty"`
	// Forced entries are what the target of a translation cannot express.
	Forced bool `json:"forced,omitempty"`
	// Assumed is true where an end is in several groups at once and no resource says that there is anybody who is.
	Assumed bool `json:"assumed,omitempty"`
}

// packetJSON is the first packet of a connection.
type packetJSON struct {
	SrcAddress string `json:"srcAddress"`
	DstAddress string `json:"dstAddress"`
	Protocol   int    `json:"protocol"`
	SrcPort    uint16 `json:"srcPort,omitempty"`
	DstPort    uint16 `json:"dstPort,omitempty"`
	ICMPType   *uint8 `json:"icmpType,omitempty"`
	ICMPCode   *uint8 `json:"icmpCode,omitempty"`
}

// becauseJSON is a rule that is responsible, or what else is.
type becauseJSON struct {
	// Side is "want" or "have", for plans "before" or "after".
	Side      string        `json:"side"`
	Verdict   string        `json:"verdict"`
	Direction string        `json:"direction,omitempty"` // absent where no rule was asked
	Layer     string        `json:"layer,omitempty"`
	Rule      string        `json:"rule,omitempty"`
	Origin    *model.Origin `json:"origin,omitempty"`
	Why       string        `json:"why,omitempty"`
	// Foreign is true for a rule of HAVE that crosswall did not write and that WANT does not have.
	Foreign bool `json:"foreign,omitempty"`
}

// json returns the diff for scripts.
func (d diff) json() diffJSON {
	out := diffJSON{
		Version: 1, Want: d.want.name, Have: d.have.name, Equal: d.equal(),
		Opened: []entryJSON{}, Closed: []entryJSON{}, Unknown: []entryJSON{},
		Groups: []groupJSON{}, Workloads: workloadsJSON{Added: orEmpty(d.added), Removed: orEmpty(d.removed), Opened: []entryJSON{}, Closed: []entryJSON{}},
		TextOnly: d.textOnly, LeftOut: d.leftOut, Summary: d.verdict(), Findings: findingsJSON(d.findings),
	}
	for _, e := range d.entries {
		out.Groups = append(out.Groups, d.groupJSON(e))
		pairs := d.pairsJSON(e)
		switch {
		case e.what == unknown || e.someAddrs && !d.byPlace:
			out.Unknown = append(out.Unknown, pairs...)
		case e.what == opened:
			out.Opened = append(out.Opened, pairs...)
		case e.what == closed:
			out.Closed = append(out.Closed, pairs...)
		case e.what == arrived:
			out.Workloads.Opened = append(out.Workloads.Opened, pairs...)
		case e.what == departed:
			out.Workloads.Closed = append(out.Workloads.Closed, pairs...)
		}
	}
	return out
}

// effect is the change from the first side to the second.
func (w diffKind) effect() string {
	switch {
	case w == unknown:
		return "unknown"
	case w.admits():
		return "opened"
	}
	return "closed"
}

// groupJSON writes an entry as it is.
func (d diff) groupJSON(e diffEntry) groupJSON {
	return groupJSON{Change: e.what.effect(), GaveUp: e.gaveUp, SomeAddresses: e.someAddrs, From: e.from.names(), To: e.to.names(), Traffic: e.traffic.entries(), Risk: e.risk,
		Example: d.exampleText(e.example), Because: d.becauseJSON(e.because)}
}

// names lists workloads and blocks.
func (s diffSide) names() []string {
	var out []string
	for _, w := range s.workloads {
		out = append(out, string(w))
	}
	for _, p := range s.outside.Prefixes() {
		out = append(out, p.String())
	}
	return out
}

func orEmpty(ids []model.Identity) []model.Identity {
	if ids == nil {
		return []model.Identity{}
	}
	return ids
}

// pairsJSON writes an entry end by end.
func (d diff) pairsJSON(e diffEntry) []entryJSON {
	like := entryJSON{Traffic: e.traffic.entries(), Risk: e.risk, Forced: e.forced, GaveUp: e.gaveUp}
	if e.someAddrs && e.what != unknown && !d.byPlace {
		like.Change = e.what.effect()
	}
	var out []entryJSON
	seen := map[[2]string]bool{}
	for _, from := range e.from.classes {
		for _, to := range e.to.classes {
			if from.v6 != to.v6 {
				continue
			}
			for _, src := range d.endsOf(from, e) {
				for _, dst := range d.endsOf(to, e) {
					names := [2]string{src.name + "@" + src.at, dst.name + "@" + dst.at}
					if seen[names] || src.name == dst.name && d.isSolo(src.ID, dst.ID) {
						continue
					}
					seen[names] = true
					j := like
					j.Assumed = len(d.assumed[src.ID]) > 0 || len(d.assumed[dst.ID]) > 0
					j.From, j.To, j.FromAddresses, j.ToAddresses = src.name, dst.name, src.at, dst.at
					if src.ID != model.Outside && dst.ID != model.Outside && d.hasFamily(src.ID, !from.v6) && d.hasFamily(dst.ID, !from.v6) {
						j.Family = e.family
					}
					f := e.examples[from.v6]
					f.Src, f.Dst = src.Endpoint, dst.Endpoint
					if f.Protocol.HasPorts() && !from.ports.Contains(f.SrcPort) {
						f.SrcPort = from.ports.First
					}
					j.setExample(d.exampleText(f), f)
					j.Because = d.becauseJSON(d.reasoner.ofPair(e, f))
					out = append(out, j)
				}
			}
		}
	}
	return out
}

// namedEnd is one end of an entry by itself.
type namedEnd struct {
	model.Endpoint // a member or the outside, at an example address
	name, at       string
}

// endsOf takes a class apart: workloads and blocks.
func (d diff) endsOf(c endClass, e diffEntry) []namedEnd {
	var out []namedEnd
	for _, part := range c.blocks {
		for _, p := range part.Prefixes() {
			if held := model.Prefixes(p).Intersect(c.addrs); !held.IsEmpty() {
				out = append(out, namedEnd{model.Endpoint{Addr: anAddress(held)}, p.String(), ""})
			}
		}
	}
	for _, id := range c.ids {
		addrs := d.addrsIn(c, id, e.someAddrs)
		at := ""
		if e.someAddrs && !addrs.Equal(d.inv.Addrs(id)) {
			at = addrs.String()
		}
		for _, w := range d.workloads(id) {
			out = append(out, namedEnd{model.Endpoint{ID: id, Addr: anAddress(usual(addrs, c))}, string(w), at})
		}
	}
	slices.SortFunc(out, func(a, b namedEnd) int { return strings.Compare(a.name, b.name) })
	return out
}

func (e *entryJSON) setExample(text string, f model.Flow) {
	e.Example = text
	e.Packet = packetJSON{SrcAddress: f.Src.Addr.String(), DstAddress: f.Dst.Addr.String(), Protocol: int(f.Protocol)}
	if f.Protocol.HasPorts() {
		e.Packet.SrcPort, e.Packet.DstPort = f.SrcPort, f.DstPort
	}
	if f.Protocol.IsICMP() {
		e.Packet.ICMPType, e.Packet.ICMPCode = &f.ICMPType, &f.ICMPCode
	}
}

func (d diff) becauseJSON(rs []diffReason) []becauseJSON {
	out := make([]becauseJSON, len(rs))
	for i, r := range rs {
		out[i] = becauseJSON{Side: d.opponent(r.have).label, Verdict: r.verdict.String(),
			Layer: r.layer, Rule: r.rule, Why: r.why, Foreign: d.isForeign(r)}
		if r.direction != 0 {
			out[i].Direction = r.direction.String()
		}
		if r.origin != (model.Origin{}) {
			o := r.origin
			out[i].Origin = &o
		}
	}
	return out
}
