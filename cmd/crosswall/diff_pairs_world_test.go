package main

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
)

// The simulators of these tests judge one packet at a time by the text of the resources, as the clouds' documentation
// says of security groups, network ACLs, VPC firewall rules and network security groups. They share nothing with what reads
// Terraform for the command.

// pairEnd is an end of a connection: what it is called, as the answer names it, and its address. A stranger has no label.
type pairEnd struct {
	labels []string
	addr   netip.Addr
}

// pairPacket is the first packet of a connection.
type pairPacket struct {
	src, dst     pairEnd
	protocol     int
	sport, dport int // of protocols with ports
	typ, code    int // of ICMP
}

// newPairEnd splits what a member is called.
func newPairEnd(e model.Endpoint) pairEnd {
	if e.ID == model.Outside {
		return pairEnd{addr: e.Addr}
	}
	return pairEnd{labels: strings.Split(string(e.ID), " + "), addr: e.Addr}
}

func newPairPacket(f model.Flow) pairPacket {
	return pairPacket{src: newPairEnd(f.Src), dst: newPairEnd(f.Dst), protocol: int(f.Protocol),
		sport: int(f.SrcPort), dport: int(f.DstPort), typ: int(f.ICMPType), code: int(f.ICMPCode)}
}

// reply is the answer to a packet; false for ICMP that nothing answers.
func (p pairPacket) reply() (pairPacket, bool) {
	r := p
	r.src, r.dst, r.sport, r.dport = p.dst, p.src, p.dport, p.sport
	if p.protocol != 1 && p.protocol != 58 {
		return r, true
	}
	// Echo, timestamp, information and address mask (RFC 792, RFC 950, RFC 4443).
	answer, answered := map[[2]int]int{{1, 8}: 0, {1, 13}: 14, {1, 15}: 16, {1, 17}: 18, {58, 128}: 129}[[2]int{p.protocol, p.typ}]
	r.typ = answer
	return r, answered
}

// certainty is how sure it is that something matches or passes, least first.
type certainty int8

const (
	surelyNot certainty = iota
	perhapsSo
	surely
)

func sure(b bool) certainty {
	if b {
		return surely
	}
	return surelyNot
}

// outcomes are what a list may decide: a bit for each.
type outcomes uint8

const (
	decidesAllow outcomes = 1 << iota
	decidesDeny
	decidesNothing
)

// passes turns what is decided in the end into a certainty.
func (o outcomes) passes() certainty {
	switch o {
	case decidesAllow:
		return surely
	case decidesDeny:
		return surelyNot
	case decidesNothing:
	}
	return perhapsSo
}

// then asks the next list where nothing was decided.
func (o outcomes) then(next outcomes) outcomes {
	if o&decidesNothing == 0 {
		return o
	}
	return o&^decidesNothing | next
}

// pairVerdict is an entry of an ordered list.
type pairVerdict struct {
	matches certainty
	does    outcomes
}

// firstOf returns what the first entry that matches does.
func firstVerdict(list []pairVerdict) outcomes {
	var out outcomes
	for _, v := range list {
		if v.matches == surelyNot {
			continue
		}
		out |= v.does
		if v.matches == surely {
			return out
		}
	}
	return out | decidesNothing
}

// pairWorld judges packets.
type pairWorld interface {
	// passes reports whether a connection is made.
	passes(p pairPacket) certainty
}

// newPairWorld makes a world of one cloud's resources; other are those that it is compared with.
func newPairWorld(resources, other []pairResource) (pairWorld, error) {
	kinds := ""
	for _, r := range slices.Concat(resources, other) {
		if cloud, _, _ := strings.Cut(r.kind, "_"); !strings.Contains(kinds, cloud) {
			kinds += cloud
		}
	}
	switch kinds {
	case "aws":
		return awsPairs{resources, other}, nil
	case "google":
		return gcpPairs{resources, other}, nil
	case "azurerm":
		return azurePairs{resources, other}, nil
	}
	return nil, fmt.Errorf("resources of %q", kinds)
}

// atCIDR reports whether an address is in a block, whatever its host bits say.
func atCIDR(v any, a netip.Addr, v4 bool) certainty {
	text, ok := v.(string)
	switch {
	case !ok && v != nil:
		if a.Is4() == v4 {
			return perhapsSo
		}
		return surelyNot
	case text == "":
		return surelyNot
	}
	p, err := netip.ParsePrefix(text)
	return sure(err == nil && p.Contains(a))
}

// declares returns the resource of an address.
func declares(resources []pairResource, address string) (pairResource, bool) {
	return pairFile{resources: resources}.find(address)
}

// worn adds to what an end is called what a side's resources say that it has: an instance its groups or tags, an interface its
// application security groups.
func (e pairEnd) worn(resources []pairResource) pairEnd {
	out := pairEnd{labels: slices.Clone(e.labels), addr: e.addr}
	for _, l := range e.labels {
		r, _ := declares(resources, l)
		for _, v := range slices.Concat(pairList(r.values["vpc_security_group_ids"]), pairList(r.values["security_groups"])) {
			out.labels = append(out.labels, named(v))
		}
		for _, v := range pairList(r.values["tags"]) {
			out.labels = append(out.labels, "tag "+named(v))
		}
		for _, b := range pairBlocks(r.values, "network_interface") {
			out.labels = append(out.labels, "network "+named(b["network"]))
		}
		for _, a := range resources {
			if a.kind == "azurerm_network_interface_application_security_group_association" && named(a.values["network_interface_id"]) == l {
				out.labels = append(out.labels, named(a.values["application_security_group_id"]))
			}
		}
	}
	return out
}

// worn is a packet between ends with what a side says that they have.
func (p pairPacket) worn(resources []pairResource) pairPacket {
	p.src, p.dst = p.src.worn(resources), p.dst.worn(resources)
	return p
}
