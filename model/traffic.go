package model

import (
	"errors"
	"fmt"
	"strings"
)

// PortRange is a range of ports, both ends included. The zero PortRange is
// port 0 alone; [AllPorts] is every port.
type PortRange struct{ First, Last uint16 }

// AllPorts returns the range of every port, 0 to 65535.
func AllPorts() PortRange { return PortRange{0, 65535} }

// IsAll reports whether the range holds every port.
func (r PortRange) IsAll() bool { return r == AllPorts() }

// Contains reports whether port is in the range.
func (r PortRange) Contains(port uint16) bool { return r.First <= port && port <= r.Last }

// String returns "80" or "8000-8100".
func (r PortRange) String() string {
	if r.First == r.Last {
		return fmt.Sprint(r.First)
	}
	return fmt.Sprintf("%d-%d", r.First, r.Last)
}

// AnyICMP stands for every ICMP type, or every code, in a [Service].
const AnyICMP int16 = -1

// Service is traffic of one protocol, or of all. Build it with [AllTraffic],
// [AllOf], [Ports], [PortsBetween] or [ICMPMessage]: the zero Service is
// protocol 0 (IPv6 hop-by-hop) and seldom what is meant.
type Service struct {
	// Protocol is the protocol, or AnyProtocol, which takes no account of the
	// other fields.
	Protocol Protocol
	// Src and Dst are the source and destination ports of the packet; they
	// count for protocols with ports only.
	Src, Dst PortRange
	// Type and Code are the ICMP message, or AnyICMP; they count for ICMP and
	// ICMPv6 only. AnyICMP as Type takes no account of Code.
	Type, Code int16
}

// AllTraffic returns every packet of every protocol.
func AllTraffic() Service { return AllOf(AnyProtocol) }

// AllOf returns every packet of a protocol.
func AllOf(p Protocol) Service {
	return Service{Protocol: p, Src: AllPorts(), Dst: AllPorts(), Type: AnyICMP, Code: AnyICMP}
}

// Ports returns the packets of p to destination ports first to last, both
// included, from any source port.
func Ports(p Protocol, first, last uint16) Service {
	return PortsBetween(p, AllPorts(), PortRange{first, last})
}

// PortsBetween returns the packets of p from the source ports src to the
// destination ports dst.
func PortsBetween(p Protocol, src, dst PortRange) Service {
	return Service{Protocol: p, Src: src, Dst: dst, Type: AnyICMP, Code: AnyICMP}
}

// ICMPMessage returns the ICMP or ICMPv6 messages of a type and code, each of which
// may be [AnyICMP].
func ICMPMessage(p Protocol, typ, code int16) Service {
	s := AllOf(p)
	s.Type, s.Code = typ, code
	return s
}

// Validate reports reversed port ranges and numbers outside their field.
func (s Service) Validate() error {
	var errs []error
	if s.Protocol < AnyProtocol || s.Protocol > 255 {
		errs = append(errs, fmt.Errorf("protocol %d is outside 0 to 255", s.Protocol))
	}
	if s.Protocol.HasPorts() {
		for _, r := range []PortRange{s.Src, s.Dst} {
			if r.First > r.Last {
				errs = append(errs, fmt.Errorf("port range %s is reversed", r))
			}
		}
	}
	if s.Protocol.IsICMP() {
		for _, v := range []int16{s.Type, s.Code} {
			if v < AnyICMP || v > 255 {
				errs = append(errs, fmt.Errorf("ICMP type or code %d is outside 0 to 255", v))
			}
		}
	}
	return errors.Join(errs...)
}

// Contains reports whether the flow's packet is of this service; its endpoints
// do not count.
func (s Service) Contains(f Flow) bool {
	switch {
	case s.Protocol == AnyProtocol:
		return true
	case s.Protocol != f.Protocol:
		return false
	case s.Protocol.HasPorts():
		return s.Src.Contains(f.SrcPort) && s.Dst.Contains(f.DstPort)
	case s.Protocol.IsICMP():
		return s.Type == AnyICMP ||
			s.Type == int16(f.ICMPType) && (s.Code == AnyICMP || s.Code == int16(f.ICMPCode))
	}
	return true
}

// String returns "tcp/8080", "udp/53 from 1024-65535", "icmp type 3 code 4",
// "sctp" or "any".
func (s Service) String() string {
	name := strings.ToLower(s.Protocol.String())
	switch {
	case s.Protocol.HasPorts():
		if !s.Dst.IsAll() {
			name += "/" + s.Dst.String()
		}
		if !s.Src.IsAll() {
			name += " from " + s.Src.String()
		}
	case s.Protocol.IsICMP() && s.Type != AnyICMP:
		name += fmt.Sprintf(" type %d", s.Type)
		if s.Code != AnyICMP {
			name += fmt.Sprintf(" code %d", s.Code)
		}
	}
	return name
}

// Traffic is the union of its services. Empty or nil Traffic is no packet at
// all, never every packet: write Traffic{AllTraffic()} for that.
type Traffic []Service

// Contains reports whether the flow's packet is of any of the services.
func (t Traffic) Contains(f Flow) bool {
	for _, s := range t {
		if s.Contains(f) {
			return true
		}
	}
	return false
}

// String joins the services with ", "; it returns "nothing" when there are
// none.
func (t Traffic) String() string {
	if len(t) == 0 {
		return "nothing"
	}
	parts := make([]string, len(t))
	for i, s := range t {
		parts[i] = s.String()
	}
	return strings.Join(parts, ", ")
}
