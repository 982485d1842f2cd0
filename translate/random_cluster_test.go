package translate_test

import (
	"fmt"
	"net/netip"
	"slices"

	networkingv1 "k8s.io/api/networking/v1"

	"github.com/crosswall/crosswall/providers"
)

// cluster is a tiny cluster together with the network that it runs in. It is
// all that the oracles know: they never see what crosswall made of it.
type cluster struct {
	namespaces []namespace
	workloads  []*workload
	policies   []policy
	place      place
	// nameless workloads have no label of their own, so that placements cannot name them.
	nameless bool
	// shrink is how far rule lists are shortened, groupRules the quota of rules in a security group.
	shrink     providers.Shrink
	groupRules int
}

// namespace has the labels that its manifest gives it; the API server adds
// kubernetes.io/metadata.name.
type namespace struct {
	name   string
	labels map[string]string
	// hidden namespaces have no manifest, so that nobody knows their labels.
	hidden bool
}

// workload is pods with the same labels. A workload of kind Pod has one pod.
type workload struct {
	namespace, kind, name string
	labels                map[string]string
	ports                 []namedPort
	pods                  []*pod
	home                  int // index in place.homes
}

// id is the workload's name in reports: "shop/Deployment/frontend".
func (w *workload) id() string { return w.namespace + "/" + w.kind + "/" + w.name }

// namedPort is a port of a container.
type namedPort struct {
	name     string
	protocol int
	port     uint16
}

// pod is one running pod.
type pod struct {
	*workload
	addrs []netip.Addr
}

// policy is a NetworkPolicy and the choice between spellings that mean the
// same: missing, null and empty.
type policy struct {
	networkingv1.NetworkPolicy
	spelling int
}

// place is the network that the pods live in.
type place struct {
	cloud   string // aws, gcp or azure
	cluster string // eks, gke, aks or empty
	// perSegment, strict and style are the choices that one cloud or other offers.
	perSegment, strict, policyStyle bool
	given                           bool // whether there is a placement at all
	subnets                         []subnet
	homes                           []home
	allowances                      []allowance
	pmtud                           bool
}

type subnet struct {
	name, id  string
	cidrs     []netip.Prefix
	exclusive bool
}

// ref is how a module calls the subnet: by its id, or else by a variable.
func (s subnet) ref() string {
	if s.id == "" {
		return fmt.Sprintf("var.subnet_ids[%q]", s.name)
	}
	return s.id
}

func (s subnet) holds(a netip.Addr) bool {
	for _, c := range s.cidrs {
		if c.Contains(a) {
			return true
		}
	}
	return false
}

// home is an entry of the placement: some workloads and where they live.
type home struct {
	name           string
	subnets        []string       // where the pods are
	addrs          []netip.Prefix // empty: all of the subnets
	group          string         // existing identity
	serviceAccount string         // GCP only
	ephemeral      string         // linux, windows, any, a range, or nothing
}

// allowance is traffic that the platform needs; it overrules the policies of one side.
type allowance struct {
	name      string
	ingress   bool
	workloads []string // ids that it is for; empty: all
	peers     []netip.Prefix
	peerIDs   []string // workloads as peers
	protocol  int
	first     uint16 // ports; of no effect with ICMP
	last      uint16
	icmpType  uint8
}

// clientPorts is the range that connections of the home's pods start from.
func (h home) clientPorts() (first, last uint16) {
	switch h.ephemeral {
	case "", "any":
		return 1024, 65535
	case "linux":
		return 32768, 60999
	case "windows":
		return 49152, 65535
	}
	if _, err := fmt.Sscanf(h.ephemeral, "%d-%d", &first, &last); err != nil {
		panic(fmt.Sprintf("ephemeral range %q: %v", h.ephemeral, err))
	}
	return first, last
}

// end is one end of a packet: a pod at one of its addresses, or a stranger.
type end struct {
	pod  *pod // nil: a stranger
	addr netip.Addr
}

func (e end) String() string {
	if e.pod == nil {
		return "stranger " + e.addr.String()
	}
	return e.pod.id() + " " + e.addr.String()
}

// Protocol numbers, as IANA assigns them.
const (
	icmp   = 1
	tcp    = 6
	udp    = 17
	gre    = 47
	icmpv6 = 58
	sctp   = 132
)

// packet is the first packet of a connection.
type packet struct {
	src, dst         end
	protocol         int
	srcPort, dstPort uint16
	icmpType         uint8
	icmpCode         uint8
}

func (p packet) hasPorts() bool { return p.protocol == tcp || p.protocol == udp || p.protocol == sctp }

// reply is the packet that answers p; false where nothing does.
func (p packet) reply() (packet, bool) {
	r := packet{src: p.dst, dst: p.src, protocol: p.protocol, srcPort: p.dstPort, dstPort: p.srcPort}
	switch {
	case p.protocol == icmp && p.icmpType == 8: // echo request: RFC 792
		r.icmpType = 0
	case p.protocol == icmpv6 && p.icmpType == 128: // RFC 4443, section 4
		r.icmpType = 129
	case p.protocol == icmp || p.protocol == icmpv6:
		return packet{}, false
	}
	return r, true
}

func (p packet) String() string {
	s := fmt.Sprintf("%s > %s ", p.src, p.dst)
	switch {
	case p.hasPorts():
		return s + fmt.Sprintf("%s/%d from port %d", protocolName(p.protocol), p.dstPort, p.srcPort)
	case p.protocol == icmp || p.protocol == icmpv6:
		return s + fmt.Sprintf("%s type %d code %d", protocolName(p.protocol), p.icmpType, p.icmpCode)
	}
	return s + "protocol " + protocolName(p.protocol)
}

func protocolName(n int) string {
	switch n {
	case icmp:
		return "ICMP"
	case tcp:
		return "TCP"
	case udp:
		return "UDP"
	case gre:
		return "GRE"
	case icmpv6:
		return "ICMPv6"
	case sctp:
		return "SCTP"
	}
	return fmt.Sprint(n)
}

// pods lists every pod of the cluster.
func (c *cluster) pods() []*pod {
	var out []*pod
	for _, w := range c.workloads {
		out = append(out, w.pods...)
	}
	return out
}

// onOneNode reports whether the ends may be pods of one node, so that their
// traffic may meet no rule of the cloud: on EKS unless security groups are enforced
// strictly (EKS best practices, security groups for pods), on GKE without intranode
// visibility, and on AKS. Nodes and their pods are in one subnet.
func (p place) onOneNode(k packet) bool {
	if p.cluster == "" || p.strict || k.src.pod == nil || k.dst.pod == nil {
		return false
	}
	a, b := p.homes[k.src.pod.home].subnets, p.homes[k.dst.pod.home].subnets
	return slices.ContainsFunc(a, func(n string) bool { return slices.Contains(b, n) })
}

// subnetOf is the subnet that an address belongs to.
func (p place) subnetOf(a netip.Addr) (subnet, bool) {
	for _, s := range p.subnets {
		if s.holds(a) {
			return s, true
		}
	}
	return subnet{}, false
}
