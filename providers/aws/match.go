package aws

import (
	"cmp"
	"fmt"
	"net/netip"
	"strconv"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/terraform"
)

// match is what a security group rule or an ACL entry can say of a packet: the
// protocol and, by protocol, destination ports or an ICMP message. It is
// comparable, so that equal rules are found by map.
type match struct {
	protocol model.Protocol // or AnyProtocol
	// first and last are destination ports, both included, for TCP and UDP; type
	// and code, or -1 for any, for ICMP and ICMPv6; 0 for all other protocols.
	first, last int
}

// matchOf returns the narrowest match that holds the service.
func matchOf(s model.Service) match {
	switch {
	case s.Protocol == model.TCP || s.Protocol == model.UDP:
		return match{s.Protocol, int(s.Dst.First), int(s.Dst.Last)}
	case s.Protocol.IsICMP() && s.Type == model.AnyICMP:
		return match{s.Protocol, -1, -1}
	case s.Protocol.IsICMP():
		return match{s.Protocol, int(s.Type), int(s.Code)}
	}
	return match{protocol: s.Protocol}
}

// service returns the packets that are matched.
func (m match) service() model.Service {
	switch {
	case m.hasPorts():
		return model.Ports(m.protocol, uint16(m.first), uint16(m.last))
	case m.protocol.IsICMP():
		return model.ICMPMessage(m.protocol, int16(m.first), int16(m.last))
	}
	return model.AllOf(m.protocol)
}

// hasPorts reports whether AWS matches ports of the protocol: TCP and UDP only.
// Of every other protocol all ports match (EC2 API, IpPermission and NetworkAclEntry).
func (m match) hasPorts() bool { return m.protocol == model.TCP || m.protocol == model.UDP }

// compare orders matches by protocol and then by what is narrower to read.
func (m match) compare(o match) int {
	return cmp.Or(cmp.Compare(m.protocol, o.protocol), cmp.Compare(m.first, o.first), cmp.Compare(m.last, o.last))
}

// covers reports whether every packet that o matches is matched by m.
func (m match) covers(o match) bool {
	switch {
	case m.protocol == model.AnyProtocol:
		return true
	case m.protocol != o.protocol:
		return false
	case m.hasPorts():
		return m.first <= o.first && o.last <= m.last
	case m.protocol.IsICMP():
		return m.first == -1 || m.first == o.first && (m.last == -1 || m.last == o.last)
	}
	return true
}

// overlaps reports whether some packet is matched by both.
func (m match) overlaps(o match) bool {
	_, ok := intersect(m.service(), o.service())
	return ok
}

// fits reports whether packets of the protocol exist in the family of the
// prefix: ICMP is IPv4's, ICMPv6 is IPv6's.
func (m match) fits(p netip.Prefix) bool {
	switch m.protocol {
	case model.ICMP:
		return p.Addr().Is4()
	case model.ICMPv6:
		return p.Addr().Is6()
	}
	return true
}

// label returns the match as a part of a resource name: "tcp-8080", "icmp-3-4",
// "protocol-50", "any".
func (m match) label() string {
	switch {
	case m.protocol == model.AnyProtocol:
		return "any"
	case m.hasPorts():
		s := protocolText(m.protocol)
		switch {
		case m.first == 0 && m.last == 65535:
			return s
		case m.first == m.last:
			return fmt.Sprintf("%s-%d", s, m.first)
		}
		return fmt.Sprintf("%s-%d-%d", s, m.first, m.last)
	case m.protocol.IsICMP():
		s := protocolText(m.protocol)
		if m.first >= 0 {
			s += fmt.Sprintf("-%d", m.first)
			if m.last >= 0 {
				s += fmt.Sprintf("-%d", m.last)
			}
		}
		return s
	}
	return "protocol-" + strconv.Itoa(int(m.protocol))
}

// groupAttrs returns the attributes of a security group rule: no ports with -1 and
// with protocols other than TCP, UDP and ICMP (documentation of
// aws_vpc_security_group_ingress_rule).
func (m match) groupAttrs() []terraform.Attr {
	attrs := []terraform.Attr{{Name: "ip_protocol", Value: terraform.String(protocolText(m.protocol))}}
	if m.hasPorts() || m.protocol.IsICMP() {
		attrs = append(attrs,
			terraform.Attr{Name: "from_port", Value: terraform.Int(int64(m.first))},
			terraform.Attr{Name: "to_port", Value: terraform.Int(int64(m.last))})
	}
	return attrs
}

// aclAttrs returns the attributes of an ACL entry. ICMPv6 goes by its number, the
// only form that the API has.
func (m match) aclAttrs() []terraform.Attr {
	text := protocolText(m.protocol)
	if m.protocol == model.ICMPv6 {
		text = "58"
	}
	attrs := []terraform.Attr{{Name: "protocol", Value: terraform.String(text)}}
	first, last := "from_port", "to_port"
	if m.protocol.IsICMP() {
		first, last = "icmp_type", "icmp_code"
	}
	if m.hasPorts() || m.protocol.IsICMP() {
		attrs = append(attrs,
			terraform.Attr{Name: first, Value: terraform.Int(int64(m.first))},
			terraform.Attr{Name: last, Value: terraform.Int(int64(m.last))})
	}
	return attrs
}

// protocolText returns the protocol as security group rules spell it: "-1" for
// all, a name for the four that have one, else the number.
func protocolText(p model.Protocol) string {
	switch p {
	case model.TCP:
		return "tcp"
	case model.UDP:
		return "udp"
	case model.ICMP:
		return "icmp"
	case model.ICMPv6:
		return "icmpv6"
	}
	return strconv.Itoa(int(p))
}

// parseProtocol reads a protocol as AWS and its Terraform provider accept it:
// a name, a number, or "-1" or "all" for every protocol.
func parseProtocol(s string) (model.Protocol, bool) {
	switch s {
	case "-1", "all":
		return model.AnyProtocol, true
	case "tcp":
		return model.TCP, true
	case "udp":
		return model.UDP, true
	case "icmp":
		return model.ICMP, true
	case "icmpv6", "ipv6-icmp":
		return model.ICMPv6, true
	case "sctp":
		return model.SCTP, true
	case "esp":
		return model.ESP, true
	case "ah":
		return model.AH, true
	case "gre":
		return model.GRE, true
	}
	n, err := strconv.ParseUint(s, 10, 8)
	return model.Protocol(n), err == nil
}
