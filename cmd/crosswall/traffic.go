package main

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
)

// trafficSet is a set of services that takes no account of source ports: what
// a listing says about a pair. It borrows the exact algebra of regions by looking at one fixed pair of ends.
type trafficSet struct{ region model.Region }

// fixedEnd is the end at which trafficSets live. Any address would do.
func fixedEnd() model.Endpoints {
	return model.EndpointsAt(model.Addrs(netip.AddrFrom4([4]byte{192, 0, 2, 1})))
}

// trafficOf returns the set of the services, whatever their source ports.
func trafficOf(t model.Traffic) trafficSet {
	plain := make(model.Traffic, len(t))
	for i, s := range t {
		s.Src = model.AllPorts()
		plain[i] = s
	}
	return trafficSet{model.NewRegion(model.Box{Src: fixedEnd(), Dst: fixedEnd(), Traffic: plain})}
}

func (t trafficSet) union(o trafficSet) trafficSet { return trafficSet{t.region.Union(o.region)} }
func (t trafficSet) intersect(o trafficSet) trafficSet {
	return trafficSet{t.region.Intersect(o.region)}
}
func (t trafficSet) subtract(o trafficSet) trafficSet { return trafficSet{t.region.Subtract(o.region)} }
func (t trafficSet) isEmpty() bool                    { return t.region.IsEmpty() }
func (t trafficSet) covers(o trafficSet) bool         { return t.region.Covers(o.region) }

// trafficEntry is one protocol of a listing. Its JSON form is relied on by scripts.
type trafficEntry struct {
	// Protocol is the protocol's name or number; "ANY" for every protocol.
	Protocol string `json:"protocol"`
	// Ports lists destination ports, "80,443,8000-8100"; empty: all, or the protocol has none.
	Ports string `json:"ports,omitempty"`
	// Types lists ICMP types, "0,8-10", with codes where they count, "3/4,8/1-255";
	// empty: all, or the protocol has none.
	Types string `json:"types,omitempty"`

	number model.Protocol
}

// String returns the entry for people: "tcp/80,443", "icmp", "any".
func (e trafficEntry) String() string {
	s := strings.ToLower(e.Protocol)
	if e.Ports != "" {
		s += "/" + e.Ports
	}
	if e.Types != "" {
		s += " type " + e.Types
	}
	return s
}

// entries returns the set as one entry a protocol, TCP, UDP, SCTP and ICMP
// first. Where the set holds all of everything it is the one entry ANY.
func (t trafficSet) entries(everything trafficSet) []trafficEntry {
	if t.covers(everything) {
		return []trafficEntry{{Protocol: model.AnyProtocol.String(), number: model.AnyProtocol}}
	}
	byProtocol := map[model.Protocol][]model.Service{}
	for _, b := range t.region.Boxes() {
		for _, s := range b.Traffic {
			if s.Protocol == model.AnyProtocol {
				return []trafficEntry{{Protocol: s.Protocol.String(), number: s.Protocol}}
			}
			byProtocol[s.Protocol] = append(byProtocol[s.Protocol], s)
		}
	}
	out := make([]trafficEntry, 0, len(byProtocol))
	for p, services := range byProtocol {
		out = append(out, entryOf(p, services))
	}
	slices.SortFunc(out, func(a, b trafficEntry) int {
		return cmp.Or(cmp.Compare(protocolRank(a.number), protocolRank(b.number)), cmp.Compare(a.number, b.number))
	})
	return out
}

// entryOf joins the services of one protocol.
func entryOf(p model.Protocol, services []model.Service) trafficEntry {
	e := trafficEntry{Protocol: p.String(), number: p}
	slices.SortFunc(services, func(a, b model.Service) int {
		return cmp.Or(cmp.Compare(a.Dst.First, b.Dst.First), cmp.Compare(a.Type, b.Type), cmp.Compare(a.Code, b.Code))
	})
	var parts []string
	for i := 0; i < len(services); i++ {
		s := services[i]
		switch {
		case p.HasPorts() && s.Dst.IsAll(), p.IsICMP() && s.Type == model.AnyICMP:
			return e
		case p.HasPorts():
			parts = append(parts, s.Dst.String())
		case p.IsICMP() && s.Code == model.AnyICMP:
			first := s.Type
			for i+1 < len(services) && services[i+1].Type == services[i].Type+1 && services[i+1].Code == model.AnyICMP {
				i++
			}
			parts = append(parts, model.PortRange{First: uint16(first), Last: uint16(services[i].Type)}.String())
		case p.IsICMP():
			first := s.Code
			for i+1 < len(services) && services[i+1].Type == s.Type && services[i+1].Code == services[i].Code+1 {
				i++
			}
			parts = append(parts, fmt.Sprintf("%d/%s", s.Type, model.PortRange{First: uint16(first), Last: uint16(services[i].Code)}))
		}
	}
	if p.HasPorts() {
		e.Ports = strings.Join(parts, ",")
	} else {
		e.Types = strings.Join(parts, ",")
	}
	return e
}

// protocolRank puts the protocols that policies name before all others.
func protocolRank(p model.Protocol) int {
	for i, known := range [...]model.Protocol{model.TCP, model.UDP, model.SCTP, model.ICMP, model.ICMPv6} {
		if p == known {
			return i
		}
	}
	return 100
}

// text writes the set on one line. A set of most protocols is told by what it
// lacks of everything.
func (t trafficSet) text(everything trafficSet) string {
	entries := t.entries(everything)
	if len(entries) > 128 {
		return "any but " + entriesText(everything.subtract(t).entries(everything))
	}
	return entriesText(entries)
}

func entriesText(entries []trafficEntry) string {
	parts := make([]string, len(entries))
	for i, e := range entries {
		parts[i] = e.String()
	}
	return strings.Join(parts, ", ")
}
