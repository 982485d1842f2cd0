package model

import (
	"fmt"
	"strconv"
	"strings"
)

// ParseService reads what [Service.String] prints: "tcp/8080", "tcp/8000-8100", "udp", "udp/53 from 1024-65535", "icmp type 3 code 4",
// a protocol by its number, "any". Ports are from 0 to 65535, both ends of a range included. The error says what was expected.
func ParseService(text string) (Service, error) {
	words := strings.Fields(strings.ToLower(text))
	if len(words) == 0 {
		return Service{}, fmt.Errorf("%q is no traffic; write tcp/443, udp/53, icmp or any", text)
	}
	name, ports, hasPorts := strings.Cut(words[0], "/")
	p, ok := protocolNamed(name)
	if !ok {
		return Service{}, fmt.Errorf("%q is no protocol; write tcp, udp, sctp, icmp, icmpv6, any, or a number from 0 to 255", name)
	}
	s := AllOf(p)
	if p == AnyProtocol {
		s = AllTraffic()
	}
	var err error
	if hasPorts {
		if !p.HasPorts() {
			return Service{}, fmt.Errorf("%q: %s has no ports", text, name)
		}
		if s.Dst, err = parsePorts(ports); err != nil {
			return Service{}, fmt.Errorf("%q: %w", text, err)
		}
	}
	if err := s.parseRest(words[1:]); err != nil {
		return Service{}, fmt.Errorf("%q: %w", text, err)
	}
	return s, nil
}

// parseRest reads source ports, or a message of ICMP.
func (s *Service) parseRest(words []string) error {
	for len(words) > 0 {
		if len(words) == 1 {
			return fmt.Errorf("something is missing after %q", words[0])
		}
		var err error
		switch head := words[0]; {
		case head == "from" && s.Protocol.HasPorts():
			s.Src, err = parsePorts(words[1])
		case head == "type" && s.Protocol.IsICMP() && s.Type == AnyICMP:
			s.Type, err = parseByte(words[1])
		case head == "code" && s.Protocol.IsICMP() && s.Type != AnyICMP && s.Code == AnyICMP:
			s.Code, err = parseByte(words[1])
		default:
			err = fmt.Errorf("%q is not expected here", head)
		}
		if err != nil {
			return err
		}
		words = words[2:]
	}
	return nil
}

// protocolNamed returns the protocol that [Protocol.String] calls so, in lower case.
func protocolNamed(name string) (Protocol, bool) {
	for p := AnyProtocol; p <= 255; p++ {
		if strings.ToLower(p.String()) == name {
			return p, true
		}
	}
	n, err := strconv.ParseUint(name, 10, 8)
	return Protocol(n), err == nil
}

func parsePorts(text string) (PortRange, error) {
	first, last, isRange := strings.Cut(text, "-")
	from, err := strconv.ParseUint(first, 10, 16)
	to := from
	if err == nil && isRange {
		to, err = strconv.ParseUint(last, 10, 16)
	}
	if err != nil || from > to {
		return PortRange{}, fmt.Errorf("%q is no port and no range of ports", text)
	}
	return PortRange{First: uint16(from), Last: uint16(to)}, nil
}

func parseByte(text string) (int16, error) {
	n, err := strconv.ParseUint(text, 10, 8)
	if err != nil {
		return 0, fmt.Errorf("%q is no number from 0 to 255", text)
	}
	return int16(n), nil
}
