package gcp

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
)

// family is the address family of a rule, which holds IPv4 or IPv6 ranges and never both
// (Google Cloud, Use VPC firewall rules).
type family uint8

const (
	// anyFamily is that of rules without a range.
	anyFamily family = iota
	family4
	family6
)

// of returns the addresses of the family.
func (f family) of(a model.AddrSet) model.AddrSet {
	switch f {
	case family4:
		return a.V4()
	case family6:
		return a.V6()
	case anyFamily:
	}
	return a
}

// service is an allow or deny block, or a layer4_configs block: a protocol and
// its destination ports, all of them when there are none.
type service struct {
	protocol model.Protocol
	ports    []model.PortRange
}

func (s service) String() string {
	return protocolName(s.protocol) + "/" + strings.Join(s.portTexts(), ",")
}

// portTexts spells the ports as the API does.
func (s service) portTexts() []string {
	out := make([]string, len(s.ports))
	for i, p := range s.ports {
		out[i] = p.String()
	}
	return out
}

// traffic is what a service matches.
func (s service) traffic() model.Traffic {
	if len(s.ports) == 0 {
		return model.Traffic{model.AllOf(s.protocol)}
	}
	var out model.Traffic
	for _, p := range s.ports {
		out = append(out, model.Ports(s.protocol, p.First, p.Last))
	}
	return out
}

// allProtocols is the protocol that stands for all.
const allProtocols = "all"

// protocolNames are the names that the API takes beside numbers
// (google.golang.org/api/compute/v1, FirewallAllowed.IPProtocol). ICMPv6 has
// none.
func protocolNames() map[string]model.Protocol {
	return map[string]model.Protocol{
		allProtocols: model.AnyProtocol, "tcp": model.TCP, "udp": model.UDP, "icmp": model.ICMP,
		"esp": model.ESP, "ah": model.AH, "sctp": model.SCTP, "ipip": model.IPIP,
	}
}

func protocolName(p model.Protocol) string {
	for name, q := range protocolNames() {
		if p == q {
			return name
		}
	}
	return strconv.Itoa(int(p))
}

// services writes traffic down for rules of a family. What a rule cannot match is left
// out, so that the result may be wider than the traffic, never narrower; see
// [widenings]. ICMP over IPv6 and ICMPv6 over IPv4 do not exist and are dropped.
func (o Options) services(t model.Traffic, f family) []service {
	ports := map[model.Protocol][]model.PortRange{}
	for _, s := range t {
		switch {
		case s.Protocol == model.AnyProtocol:
			return []service{{protocol: model.AnyProtocol}}
		case s.Protocol == model.ICMP && f == family6, s.Protocol == model.ICMPv6 && f == family4:
			continue
		case s.Protocol.HasPorts() && (s.Protocol != model.SCTP || o.SCTPPorts == SCTPExact):
			ports[s.Protocol] = append(ports[s.Protocol], s.Dst)
		default:
			ports[s.Protocol] = append(ports[s.Protocol], model.AllPorts())
		}
	}
	var out []service
	for p, rs := range ports {
		out = append(out, service{p, mergePorts(rs)})
	}
	slices.SortFunc(out, func(a, b service) int { return cmp.Compare(protocolName(a.protocol), protocolName(b.protocol)) })
	return out
}

// mergePorts returns the fewest ranges with the same ports; nil stands for every port.
func mergePorts(rs []model.PortRange) []model.PortRange {
	out := providers.MergePorts(rs)
	if len(out) == 1 && out[0].IsAll() {
		return nil
	}
	return out
}

// splitPorts cuts services into lists that each hold at most maxPorts ports.
func splitPorts(services []service) [][]service {
	var out [][]service
	var now []service
	room := maxPorts
	for _, s := range services {
		ports := s.ports
		for len(ports) > room {
			if room > 0 {
				now = append(now, service{s.protocol, ports[:room]})
			}
			out, ports = append(out, now), ports[room:]
			now, room = nil, maxPorts
		}
		now = append(now, service{s.protocol, ports})
		room -= len(ports)
	}
	if len(now) > 0 {
		out = append(out, now)
	}
	return out
}

// widening is what rules admit beside what traffic asks for, and why.
type widening struct {
	code, summary, advice string
	// traffic holds what is admitted in place of what was asked for.
	traffic model.Traffic
}

// widenings lists what [Options.services] leaves out.
func (o Options) widenings(t model.Traffic) []widening {
	var sctp, icmp, ports model.Traffic
	for _, s := range t {
		switch {
		case s.Protocol == model.SCTP && o.SCTPPorts == SCTPWhole && !(s.Src.IsAll() && s.Dst.IsAll()):
			sctp = model.Traffic{model.AllOf(model.SCTP)}
		case s.Protocol.IsICMP() && s.Type != model.AnyICMP:
			icmp = append(icmp, model.AllOf(s.Protocol))
		case s.Protocol.HasPorts() && !s.Src.IsAll():
			ports = append(ports, model.PortsBetween(s.Protocol, model.AllPorts(), s.Dst))
		}
	}
	all := []widening{
		{"sctp-ports", "all SCTP ports are admitted, because Google Cloud documents ports for TCP and UDP only",
			"if your project accepts SCTP ports in firewall rules, ask for them", sctp},
		{"icmp-type", "all ICMP messages are admitted, because Google Cloud's firewall has no ICMP types and codes", "", icmp},
		{"source-port", "all source ports are admitted, because Google Cloud's firewall has no source ports", "", ports},
	}
	return slices.DeleteFunc(all, func(w widening) bool { return len(w.traffic) == 0 })
}
