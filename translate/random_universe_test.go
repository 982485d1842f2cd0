package translate_test

import (
	"net/netip"
	"slices"

	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// maxPackets bounds the packets that are judged in one case; more are sampled.
const maxPackets = 500

// universe draws the packets of a case: between every two ends of which one is
// a pod, on ports at and beside everything that is mentioned.
func universe(d dice, c *cluster) []packet {
	strangers := strangers(d, c)
	var ends []end
	for _, p := range c.pods() {
		for _, a := range p.addrs {
			ends = append(ends, end{p, a})
		}
	}
	ends = append(ends, strangers...)
	kinds := kinds(d, c)
	var out []packet
	for _, src := range ends {
		for _, dst := range ends {
			if src.pod == nil && dst.pod == nil || src.addr.Is4() != dst.addr.Is4() || src.addr == dst.addr || src.pod != nil && src.pod == dst.pod {
				continue
			}
			if src.pod == nil && c.place.exemptSource(src.addr) {
				continue
			}
			for _, k := range kinds {
				if k.protocol == icmp && src.addr.Is6() || k.protocol == icmpv6 && src.addr.Is4() {
					continue
				}
				k.src, k.dst = src, dst
				if k.hasPorts() {
					k.srcPort = c.clientPort(d, src)
				}
				out = append(out, k)
			}
		}
	}
	d.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out[:min(len(out), maxPackets)]
}

// clientPort draws a port that connections of an end start from, often the
// first or the last of the range.
func (c *cluster) clientPort(d dice, e end) uint16 {
	first, last := uint16(1024), uint16(65535)
	if e.pod != nil && c.place.given {
		first, last = c.place.homes[e.pod.home].clientPorts()
	}
	return pick(d, []uint16{first, last, first + uint16(d.IntN(int(last-first)+1))})
}

// strangers draws addresses that no pod holds: in subnets that are not
// exclusive, at and beside the ends of every block, and far away.
func strangers(d dice, c *cluster) []end {
	near := c.blockEdges()
	for _, s := range c.place.subnets {
		for _, p := range s.cidrs {
			near = append(near, lastAddr(p), p.Addr().Next())
		}
	}
	d.Shuffle(len(near), func(i, j int) { near[i], near[j] = near[j], near[i] })
	far := []netip.Addr{netip.MustParseAddr("8.8.8.8"), netip.MustParseAddr("10.0.9.9"), netip.MustParseAddr("2001:db8:aaaa::1")}
	if e := c.place.unfiltered(); len(e) > 0 && d.in(30) {
		far = append(far, pick(d, e))
	}
	var out []end
	for _, a := range append(near[:min(len(near), 8)], far...) {
		if c.strange(a) && !slices.Contains(out, end{addr: a}) {
			out = append(out, end{addr: a})
		}
	}
	return out
}

// strange reports whether a stranger may hold the address.
func (c *cluster) strange(a netip.Addr) bool {
	if !a.IsValid() || a.IsUnspecified() || a.IsMulticast() {
		return false
	}
	if s, ok := c.place.subnetOf(a); ok && s.exclusive {
		return false
	}
	for _, p := range c.pods() {
		if slices.Contains(p.addrs, a) {
			return false
		}
	}
	return true
}

// blockEdges lists the first and last address of every block that policies and
// allowances mention, and those beside them.
func (c *cluster) blockEdges() []netip.Addr {
	var out []netip.Addr
	add := func(s string) {
		p := netip.MustParsePrefix(s)
		last := lastAddr(p)
		out = append(out, p.Addr(), p.Addr().Prev(), last, last.Next())
	}
	for _, np := range c.policies {
		for _, p := range np.peers() {
			if p.IPBlock != nil {
				add(p.IPBlock.CIDR)
				for _, x := range p.IPBlock.Except {
					add(x)
				}
			}
		}
	}
	for _, a := range c.place.allowances {
		for _, p := range a.peers {
			add(p.String())
		}
	}
	return slices.DeleteFunc(out, func(a netip.Addr) bool { return !a.IsValid() })
}

func lastAddr(p netip.Prefix) netip.Addr {
	a := p.Addr().AsSlice()
	for i := p.Bits(); i < len(a)*8; i++ {
		a[i/8] |= 0x80 >> (i % 8)
	}
	last, _ := netip.AddrFromSlice(a)
	return last
}

func (p policy) peers() []networkingv1.NetworkPolicyPeer {
	var out []networkingv1.NetworkPolicyPeer
	for _, r := range p.Spec.Ingress {
		out = append(out, r.From...)
	}
	for _, r := range p.Spec.Egress {
		out = append(out, r.To...)
	}
	return out
}

func (p policy) ports() []networkingv1.NetworkPolicyPort {
	var out []networkingv1.NetworkPolicyPort
	for _, r := range p.Spec.Ingress {
		out = append(out, r.Ports...)
	}
	for _, r := range p.Spec.Egress {
		out = append(out, r.Ports...)
	}
	return out
}

// kinds draws traffic: each transport protocol on ports at and beside those that
// are mentioned, pings, an ICMP error and a protocol without ports.
func kinds(d dice, c *cluster) []packet {
	ports := c.portEdges()
	d.Shuffle(len(ports), func(i, j int) { ports[i], ports[j] = ports[j], ports[i] })
	var out []packet
	for i, n := range ports[:min(len(ports), 10)] {
		out = append(out, packet{protocol: tcp, dstPort: n}, packet{protocol: udp, dstPort: n})
		if i < 3 {
			out = append(out, packet{protocol: sctp, dstPort: n})
		}
	}
	return append(out,
		packet{protocol: icmp, icmpType: 8}, packet{protocol: icmpv6, icmpType: 128},
		packet{protocol: icmp, icmpType: 3, icmpCode: 4}, packet{protocol: icmpv6, icmpType: 2},
		packet{protocol: icmp, icmpType: 3, icmpCode: 1}, packet{protocol: gre})
}

func (c *cluster) portEdges() []uint16 {
	seen := map[uint16]bool{}
	add := func(n int) {
		if n >= 0 && n <= 65535 {
			seen[uint16(n)] = true
		}
	}
	around := func(first, last int) { add(first - 1); add(first); add(last); add(last + 1) }
	for _, p := range c.policies {
		for _, n := range p.ports() {
			switch {
			case n.Port == nil || n.Port.Type == intstr.String:
			case n.EndPort != nil:
				around(int(n.Port.IntVal), int(*n.EndPort))
			default:
				around(int(n.Port.IntVal), int(n.Port.IntVal))
			}
		}
	}
	for _, w := range c.workloads {
		for _, n := range w.ports {
			around(int(n.port), int(n.port))
		}
	}
	for _, a := range c.place.allowances {
		if a.first > 0 {
			around(int(a.first), int(a.last))
		}
	}
	add(1024)
	add(40000) // a client's port: what a forged reply would go to
	var out []uint16
	for n := range seen {
		out = append(out, n)
	}
	slices.Sort(out)
	return out
}

// unfiltered lists addresses whose services the cloud never filters.
//
// AWS: VPC user guide, "Infrastructure security"; GCP: VPC documentation, "Always allowed
// traffic"; Azure: virtual network documentation, "Azure platform considerations".
func (p place) unfiltered() []netip.Addr {
	var of []string
	switch p.cloud {
	case "aws":
		of = []string{"169.254.169.253", "169.254.169.254", "169.254.170.2", "169.254.169.123",
			"fd00:ec2::253", "fd00:ec2::254", "fd00:ec2::123"}
	case "gcp":
		of = []string{"169.254.169.254"}
	case "azure":
		of = []string{"168.63.129.16", "169.254.169.254"}
	}
	var out []netip.Addr
	for _, a := range of {
		out = append(out, netip.MustParseAddr(a))
	}
	return out
}

// neverFilters reports whether the packet gets to such a service whatever the
// rules say. Azure says so of some ports only (Microsoft, "What is IP address
// 168.63.129.16").
func (p place) neverFilters(k packet) bool {
	if !slices.Contains(p.unfiltered(), k.dst.addr) {
		return false
	}
	if p.cloud != "azure" {
		return true
	}
	if k.dst.addr == netip.MustParseAddr("169.254.169.254") {
		return k.protocol == tcp && k.dstPort == 80
	}
	return k.protocol == tcp && (k.dstPort == 53 || k.dstPort == 80 || k.dstPort == 32526) ||
		k.protocol == udp && (k.dstPort == 53 || k.dstPort == 67)
}

// exemptSource reports whether an address never opens connections, so that
// packets from it are not worth asking about. The probes of Azure's load balancers do come
// from 168.63.129.16, and are filtered.
func (p place) exemptSource(a netip.Addr) bool {
	return slices.Contains(p.unfiltered(), a) && a != netip.MustParseAddr("168.63.129.16")
}
