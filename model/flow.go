package model

import (
	"fmt"
	"net/netip"
	"strconv"
)

// Protocol is an IP protocol number as assigned by IANA, 0 to 255, or
// [AnyProtocol].
type Protocol int16

// The protocols that policies name. See
// https://www.iana.org/assignments/protocol-numbers.
const (
	// AnyProtocol in a [Service] stands for every protocol number.
	AnyProtocol Protocol = -1

	ICMP   Protocol = 1
	IPIP   Protocol = 4
	TCP    Protocol = 6
	UDP    Protocol = 17
	GRE    Protocol = 47
	ESP    Protocol = 50
	AH     Protocol = 51
	ICMPv6 Protocol = 58
	SCTP   Protocol = 132
)

// HasPorts reports whether packets of the protocol carry ports in the model:
// TCP, UDP and SCTP.
func (p Protocol) HasPorts() bool { return p == TCP || p == UDP || p == SCTP }

// IsICMP reports whether the protocol carries an ICMP type and code: ICMP and
// ICMPv6.
func (p Protocol) IsICMP() bool { return p == ICMP || p == ICMPv6 }

// String returns the usual upper-case name, "ANY" for [AnyProtocol], or the
// number in decimal where there is no usual name.
func (p Protocol) String() string {
	switch p {
	case AnyProtocol:
		return "ANY"
	case ICMP:
		return "ICMP"
	case IPIP:
		return "IPIP"
	case TCP:
		return "TCP"
	case UDP:
		return "UDP"
	case GRE:
		return "GRE"
	case ESP:
		return "ESP"
	case AH:
		return "AH"
	case ICMPv6:
		return "ICMPv6"
	case SCTP:
		return "SCTP"
	}
	return strconv.Itoa(int(p))
}

// Identity names who holds an address: a workload ("shop/Deployment/frontend"),
// a segment ("shop-frontend") or another group of endpoints that a policy can
// tell apart by something other than its address. Identities are compared byte
// by byte. The zero Identity is [Outside].
type Identity string

// Outside is the identity of every endpoint that is no workload or segment of
// the inventory: the internet, other machines of the network, nodes.
const Outside Identity = ""

// Endpoint is one end of a connection: who, at which address.
type Endpoint struct {
	ID   Identity
	Addr netip.Addr // never a zone, never an IPv4-mapped IPv6 address
}

// String returns "shop-frontend (10.0.1.4)", or the bare address for [Outside].
func (e Endpoint) String() string {
	if e.ID == Outside {
		return e.Addr.String()
	}
	return fmt.Sprintf("%s (%s)", e.ID, e.Addr)
}

// Flow is one connection attempt, seen as its first packet. Replies are
// derived from it with [Flow.Reply].
//
// Ports are meaningful for protocols with [Protocol.HasPorts], the ICMP fields
// for those with [Protocol.IsICMP]; elsewhere they are zero and ignored.
type Flow struct {
	Src, Dst           Endpoint
	Protocol           Protocol // never AnyProtocol
	SrcPort, DstPort   uint16
	ICMPType, ICMPCode uint8
}

// Reply returns the packet that answers the flow, and whether there is one.
// It swaps the ends and ports. An ICMP echo, timestamp, information or address mask
// request is answered by the matching reply type (RFC 792, RFC 950, RFC 4443 section 4); other ICMP
// messages are answered by nothing.
func (f Flow) Reply() (Flow, bool) {
	r := f
	r.Src, r.Dst = f.Dst, f.Src
	r.SrcPort, r.DstPort = f.DstPort, f.SrcPort
	if f.Protocol.IsICMP() {
		t, ok := icmpReply(f.Protocol, f.ICMPType)
		if !ok {
			return Flow{}, false
		}
		r.ICMPType, r.ICMPCode = t, f.ICMPCode
	}
	return r, true
}

// icmpReply returns the type that answers an ICMP request of type t.
func icmpReply(p Protocol, t uint8) (uint8, bool) {
	for _, q := range icmpQueries {
		if q.protocol == p && q.request == t {
			return q.reply, true
		}
	}
	return 0, false
}

// icmpQueries lists the ICMP messages that have a reply of their own.
var icmpQueries = [...]struct {
	protocol       Protocol
	request, reply uint8
}{
	{ICMP, 8, 0},       // echo, RFC 792
	{ICMP, 13, 14},     // timestamp, RFC 792
	{ICMP, 15, 16},     // information, RFC 792
	{ICMP, 17, 18},     // address mask, RFC 950
	{ICMPv6, 128, 129}, // echo, RFC 4443
}

// String returns the flow the way tests and reports spell it:
// "a (10.0.1.4) > b (10.0.2.8) tcp/8080 from port 40000".
func (f Flow) String() string {
	s := fmt.Sprintf("%s > %s ", f.Src, f.Dst)
	switch {
	case f.Protocol.HasPorts():
		return s + fmt.Sprintf("%s/%d from port %d", f.Protocol, f.DstPort, f.SrcPort)
	case f.Protocol.IsICMP():
		return s + fmt.Sprintf("%s type %d code %d", f.Protocol, f.ICMPType, f.ICMPCode)
	default:
		return s + "protocol " + f.Protocol.String()
	}
}
