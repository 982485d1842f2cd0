package azure

import (
	"cmp"
	"slices"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
)

// match is the part of a rule that says which packets: what Azure can say at
// once of a protocol and its ports.
type match struct {
	protocol           string
	family             family            // that the protocol is of
	srcPorts, dstPorts []model.PortRange // nil: all
}

// matched is traffic in Azure's words.
type matched struct {
	matches []match
	// sctp and none are the services that Azure has no word for.
	sctp, none model.Traffic
	// icmp is all of ICMP where a part was asked for: Azure takes it as a whole.
	icmp model.Traffic
	// icmpv6 is the ICMPv6 that was asked for. Microsoft does not say whether
	// "Icmp" holds it, so that no rule is written for it.
	icmpv6 model.Traffic
	// any is whether "*" was used.
	any bool
	// admits is what the words surely admit.
	admits model.Traffic
}

// matchesOf puts traffic in Azure's words. Protocol is one of Tcp, Udp, Icmp, Esp,
// Ah and * (azurerm_network_security_rule); ICMP has neither type nor code.
func matchesOf(t model.Traffic) matched {
	var m matched
	if slices.ContainsFunc(t, func(s model.Service) bool { return s.Protocol == model.AnyProtocol }) {
		return matched{matches: []match{{protocol: "*"}}, any: true, admits: model.Traffic{model.AllTraffic()}}
	}
	ports := map[portKey][]model.PortRange{}
	whole := map[model.Protocol]bool{}
	for _, s := range t {
		switch s.Protocol {
		case model.TCP, model.UDP:
			k := portKey{s.Protocol, s.Src}
			ports[k] = append(ports[k], s.Dst)
			m.admits = append(m.admits, s)
		case model.ICMP, model.ESP, model.AH:
			whole[s.Protocol] = true
			m.admits = append(m.admits, model.AllOf(s.Protocol))
			if s.Protocol.IsICMP() && s.Type != model.AnyICMP {
				m.icmp = append(m.icmp, model.AllOf(s.Protocol))
			}
		case model.ICMPv6:
			m.icmpv6 = append(m.icmpv6, s)
		case model.SCTP:
			m.sctp = append(m.sctp, s)
		default:
			m.none = append(m.none, s)
		}
	}
	for k, dst := range ports {
		p := match{protocol: azureProtocol(k.protocol), dstPorts: mergePorts(dst)}
		if !k.src.IsAll() {
			p.srcPorts = []model.PortRange{k.src}
		}
		m.matches = append(m.matches, p)
	}
	for p := range whole {
		n := match{protocol: azureProtocol(p)}
		if p == model.ICMP {
			n.family = family4
		}
		m.matches = append(m.matches, n)
	}
	slices.SortFunc(m.matches, func(a, b match) int {
		return cmp.Or(cmp.Compare(a.protocol, b.protocol), cmp.Compare(a.family, b.family),
			cmp.Compare(portsText(a.srcPorts), portsText(b.srcPorts)))
	})
	return m
}

type portKey struct {
	protocol model.Protocol
	src      model.PortRange
}

// azureProtocol returns Azure's word; "" where there is none.
func azureProtocol(p model.Protocol) string {
	switch p {
	case model.AnyProtocol:
		return "*"
	case model.TCP:
		return "Tcp"
	case model.UDP:
		return "Udp"
	case model.ICMP:
		return "Icmp"
	case model.ESP:
		return "Esp"
	case model.AH:
		return "Ah"
	}
	return ""
}

// mergePorts returns the fewest ranges with the same ports, sorted; nil for
// all ports.
func mergePorts(rs []model.PortRange) []model.PortRange {
	out := providers.MergePorts(rs)
	if len(out) == 1 && out[0].IsAll() {
		return nil
	}
	return out
}
