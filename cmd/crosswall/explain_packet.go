package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/crosswall/crosswall/model"
)

// packetOptions say what is sent.
type packetOptions struct {
	protocol           string
	port               string
	icmpType, icmpCode int
	set                func(flag string) bool
}

func (o *packetOptions) add(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&o.port, "port", "", "destination port")
	f.StringVar(&o.protocol, "protocol", "tcp", "tcp, udp, sctp, icmp, icmpv6 or a protocol number")
	f.IntVar(&o.icmpType, "icmp-type", 0, "ICMP type (default: echo request)")
	f.IntVar(&o.icmpCode, "icmp-code", 0, "ICMP code")
	mustComplete(cmd, "protocol", []string{"tcp", "udp", "sctp", "icmp", "icmpv6"})
	o.set = f.Changed
}

// packet is what is sent, source ports aside.
type packet struct{ service model.Service }

// read checks the flags against each other.
func (o *packetOptions) read() (packet, error) {
	p, err := parseProtocol(o.protocol)
	if err != nil {
		return packet{}, err
	}
	if o.set("icmp-type") && !o.set("protocol") {
		p = model.ICMP
	}
	switch {
	case (o.set("icmp-type") || o.set("icmp-code")) && !p.IsICMP():
		return packet{}, fmt.Errorf("%s has no ICMP type: leave out --icmp-type and --icmp-code", o.protocol)
	case o.set("icmp-code") && !o.set("icmp-type"):
		return packet{}, errors.New("--icmp-code needs --icmp-type")
	case o.port != "" && !p.HasPorts():
		return packet{}, fmt.Errorf("%s has no ports: leave out --port", p)
	case p.HasPorts():
		return o.toPort(p)
	case p.IsICMP():
		return o.message(p)
	}
	return packet{model.AllOf(p)}, nil
}

func (o *packetOptions) toPort(p model.Protocol) (packet, error) {
	if o.port == "" {
		return packet{}, errors.New("name the port that is called: --port N")
	}
	n, err := strconv.ParseUint(o.port, 10, 16)
	if err != nil || n == 0 {
		return packet{}, fmt.Errorf("--port %q: want a number from 1 to 65535; names of ports stand for several numbers", o.port)
	}
	return packet{model.Ports(p, uint16(n), uint16(n))}, nil
}

// message returns an ICMP message, an echo request unless told otherwise (RFC 792, RFC
// 4443).
func (o *packetOptions) message(p model.Protocol) (packet, error) {
	typ := 8
	if p == model.ICMPv6 {
		typ = 128
	}
	if o.set("icmp-type") {
		typ = o.icmpType
	}
	if typ < 0 || typ > 255 || o.icmpCode < 0 || o.icmpCode > 255 {
		return packet{}, errors.New("ICMP types and codes are 0 to 255")
	}
	return packet{model.ICMPMessage(p, int16(typ), int16(o.icmpCode))}, nil
}

// parseProtocol reads a protocol's name or number.
func parseProtocol(s string) (model.Protocol, error) {
	for p := range model.Protocol(256) {
		if strings.EqualFold(p.String(), s) {
			return p, nil
		}
	}
	if n, err := strconv.ParseUint(s, 10, 8); err == nil {
		return model.Protocol(n), nil
	}
	return 0, fmt.Errorf("unknown protocol %q: want tcp, udp, sctp, icmp, icmpv6 or a number from 0 to 255", s)
}

// from returns the traffic of a client that calls from the ports.
func (p packet) from(ports model.PortRange) model.Traffic {
	s := p.service
	if s.Protocol.HasPorts() {
		s.Src = ports
	}
	return model.Traffic{s}
}

// String names the packet: "tcp/5432".
func (p packet) String() string { return p.service.String() }

// what names the part of the packet that a rule may lack.
func (p packet) what() string {
	switch {
	case p.service.Protocol.HasPorts():
		return "port"
	case p.service.Protocol.IsICMP():
		return "message"
	}
	return "protocol"
}
