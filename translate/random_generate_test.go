package translate_test

import (
	"fmt"
	"math/rand/v2"
	"net/netip"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/crosswall/crosswall/providers"
)

// mode is a cloud and the choices that its placement makes.
type mode struct {
	name, cloud, cluster string
	// strict, perSegment and policyStyle are as in place; accounts gives workloads service
	// accounts; unplaced gives no placement at all.
	strict, perSegment, policyStyle, accounts, unplaced bool
}

// modes lists what the tester goes through, case by case.
func modes() []mode {
	return []mode{
		{name: "aws pods", cloud: "aws", cluster: "eks", strict: true},
		{name: "gcp tags", cloud: "gcp"},
		{name: "azure subnet", cloud: "azure"},
		{name: "aws machines", cloud: "aws"},
		{name: "gcp accounts", cloud: "gcp", accounts: true},
		{name: "azure segment", cloud: "azure", perSegment: true},
		{name: "aws unplaced", cloud: "aws", unplaced: true},
		{name: "gcp gke", cloud: "gcp", cluster: "gke", strict: true},
		{name: "azure aks", cloud: "azure", cluster: "aks"},
		{name: "aws nodes", cloud: "aws", cluster: "eks"},
		{name: "gcp policy", cloud: "gcp", policyStyle: true, accounts: true},
		{name: "gcp gke nodes", cloud: "gcp", cluster: "gke"},
		{name: "azure unplaced", cloud: "azure", perSegment: true, unplaced: true},
	}
}

// dice draws what a case is made of.
type dice struct{ *rand.Rand }

// roll returns the dice of one case; the same seed and number give the same case.
func roll(seed, number uint64) dice { return dice{rand.New(rand.NewPCG(seed, number))} }

// in reports true n times out of 100.
func (d dice) in(n int) bool { return d.IntN(100) < n }

func pick[T any](d dice, of []T) T { return of[d.IntN(len(of))] }

// generate draws a cluster for a mode.
func generate(d dice, m mode) *cluster {
	g := &generator{dice: d, cluster: &cluster{}}
	g.namespaces = []namespace{{name: "shop", labels: map[string]string{"team": "red"}}, {name: "ops"}}
	if d.in(30) {
		g.namespaces[1].labels = map[string]string{"team": pick(d, []string{"red", "blue"})}
	}
	g.drawPlace(m)
	g.nameless = (m.unplaced || len(g.place.homes) == 1) && g.in(50)
	g.drawWorkloads()
	g.drawPolicies()
	if !m.unplaced {
		g.drawAllowances()
	}
	g.shrink = pick(d, []providers.Shrink{providers.ShrinkToFit, providers.ShrinkAlways})
	g.groupRules = pick(d, []int{60, 60, 8, 3})
	return g.cluster
}

type generator struct {
	dice
	*cluster
}

// drawPlace draws one to three subnets and some homes in them: some have the
// subnet to themselves, some share it, some have a block of their own in it.
func (g *generator) drawPlace(m mode) {
	g.place = place{cloud: m.cloud, cluster: m.cluster, perSegment: m.perSegment, strict: m.strict,
		policyStyle: m.policyStyle, given: !m.unplaced}
	g.place.pmtud = g.place.given && m.cloud == "aws" && g.in(80)
	for i := range 1 + g.IntN(3) {
		s := subnet{name: fmt.Sprintf("net%d", i), exclusive: g.in(70)}
		if g.in(85) {
			s.id = subnetID(m.cloud, i)
		}
		s.cidrs = append(s.cidrs, netip.MustParsePrefix(fmt.Sprintf("10.0.%d.0/24", i+1)))
		if g.in(40) {
			s.cidrs = append(s.cidrs, netip.MustParsePrefix(fmt.Sprintf("2001:db8:%d::/64", i+1)))
		}
		g.place.subnets = append(g.place.subnets, s)
	}
	for i := range 1 + g.IntN(4) {
		s := pick(g.dice, g.place.subnets)
		h := home{name: fmt.Sprintf("home%d", i), subnets: []string{s.name},
			ephemeral: pick(g.dice, []string{"", "", "linux", "windows", "any", "20000-20999"})}
		own := g.in(65)
		if own {
			h.addrs = blocks(s, i)
		}
		if second := pick(g.dice, g.place.subnets); second.name != s.name && g.in(30) {
			h.subnets = append(h.subnets, second.name)
			if own {
				h.addrs = append(h.addrs, blocks(second, i)...)
			}
		}
		switch {
		case m.accounts:
			h.serviceAccount = fmt.Sprintf("sa%d@shop.iam.gserviceaccount.com", i)
		case g.in(20) && m.cluster != "aks":
			h.group = groupID(m.cloud, pick(g.dice, []int{i, i, 0}))
		}
		g.place.homes = append(g.place.homes, h)
	}
}

// blocks is the i-th block of each of the subnet's ranges.
func blocks(s subnet, i int) []netip.Prefix {
	n := s.cidrs[0].Addr().As4()
	n[3] = byte(16 * (i + 1))
	out := []netip.Prefix{netip.PrefixFrom(netip.AddrFrom4(n), 28)}
	for _, c := range s.cidrs[1:] {
		a := c.Addr().As16()
		a[9] = byte(i + 1)
		out = append(out, netip.PrefixFrom(netip.AddrFrom16(a), 80))
	}
	return out
}

func subnetID(cloud string, i int) string {
	switch cloud {
	case "aws":
		return fmt.Sprintf("subnet-0%d", i)
	case "azure":
		return fmt.Sprintf("/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/vnet/subnets/net%d", i)
	}
	return fmt.Sprintf("projects/p/regions/r/subnetworks/net%d", i)
}

func groupID(cloud string, i int) string {
	switch cloud {
	case "aws":
		return fmt.Sprintf("sg-0%d", i)
	case "azure":
		return fmt.Sprintf("/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/applicationSecurityGroups/asg%d", i)
	}
	return fmt.Sprintf("tag%d", i)
}

func (g *generator) drawWorkloads() {
	for i := range 2 + g.IntN(4) {
		w := &workload{namespace: pick(g.dice, []string{"shop", "shop", "ops"}), kind: "Pod", name: fmt.Sprintf("w%d", i),
			home: g.IntN(len(g.place.homes))}
		w.labels = map[string]string{"app": pick(g.dice, []string{"web", "api", "db"})}
		if !g.nameless {
			w.labels["id"] = w.name
		}
		if g.in(50) {
			w.labels["tier"] = pick(g.dice, []string{"front", "back"})
		}
		for _, n := range []string{"http", "dns", "raw"} {
			if g.in(40) {
				w.ports = append(w.ports, namedPort{n, pick(g.dice, []int{tcp, tcp, udp, sctp}), pick(g.dice, []uint16{53, 80, 8080, 9000})})
			}
		}
		pods := 1
		if g.in(40) {
			w.kind, pods = "Deployment", 2
		}
		for j := range pods {
			w.pods = append(w.pods, &pod{workload: w, addrs: g.podAddrs(w.home, 3+2*i+j)})
		}
		g.workloads = append(g.workloads, w)
	}
}

// podAddrs is the n-th address of each family that the home has, in one of its
// subnets.
func (g *generator) podAddrs(h, n int) []netip.Addr {
	s, _ := g.place.subnetNamed(pick(g.dice, g.place.homes[h].subnets))
	from := s.cidrs
	if own := g.place.homes[h].addrs; len(own) > 0 {
		from = nil
		for _, c := range own {
			if s.holds(c.Addr()) {
				from = append(from, c)
			}
		}
	}
	var out []netip.Addr
	for _, c := range from {
		a := c.Addr().AsSlice()
		a[len(a)-1] += byte(n % 16)
		b, _ := netip.AddrFromSlice(a)
		out = append(out, b)
	}
	return out
}

func (p place) subnetNamed(name string) (subnet, bool) {
	for _, s := range p.subnets {
		if s.name == name {
			return s, true
		}
	}
	return subnet{}, false
}

func (g *generator) drawPolicies() {
	if g.in(25) { // most clusters that care begin with denying everything
		for _, n := range g.namespaces {
			p := policy{}
			p.Name, p.Namespace = "deny-all", n.name
			p.Spec.PolicyTypes = []networkingv1.PolicyType{"Ingress", "Egress"}
			g.policies = append(g.policies, p)
		}
	}
	for i := range 1 + g.IntN(4) {
		p := policy{spelling: g.IntN(3)}
		p.Name, p.Namespace = fmt.Sprintf("p%d", i), pick(g.dice, []string{"shop", "shop", "ops"})
		p.Spec.PodSelector = g.drawSelector(30)
		p.Spec.PolicyTypes = pick(g.dice, [][]networkingv1.PolicyType{
			nil, {}, {"Ingress"}, {"Egress"}, {"Ingress", "Egress"}, {"Ingress", "Egress"},
		})
		if n := g.IntN(4) - 1; n >= 0 {
			p.Spec.Ingress = []networkingv1.NetworkPolicyIngressRule{}
			for range n {
				p.Spec.Ingress = append(p.Spec.Ingress, networkingv1.NetworkPolicyIngressRule{From: g.drawPeers(), Ports: g.drawPorts()})
			}
		}
		if n := g.IntN(4) - 1; n >= 0 {
			p.Spec.Egress = []networkingv1.NetworkPolicyEgressRule{}
			for range n {
				p.Spec.Egress = append(p.Spec.Egress, networkingv1.NetworkPolicyEgressRule{To: g.drawPeers(), Ports: g.drawPorts()})
			}
		}
		g.policies = append(g.policies, p)
	}
}

// drawSelector draws a pod selector; it is the empty one so many times out of 100.
func (g *generator) drawSelector(empty int) metav1.LabelSelector {
	var s metav1.LabelSelector
	if g.in(empty) {
		return s
	}
	if g.in(60) {
		s.MatchLabels = map[string]string{"app": pick(g.dice, []string{"web", "api", "db"})}
	}
	if g.in(50) {
		s.MatchExpressions = append(s.MatchExpressions, g.drawExpression())
	}
	return s
}

func (g *generator) drawExpression() metav1.LabelSelectorRequirement {
	e := metav1.LabelSelectorRequirement{Key: pick(g.dice, []string{"app", "tier", "tier", "nobody"}),
		Operator: pick(g.dice, []metav1.LabelSelectorOperator{"In", "NotIn", "NotIn", "Exists", "DoesNotExist"})}
	if e.Operator == "In" || e.Operator == "NotIn" {
		e.Values = pick(g.dice, [][]string{{"web"}, {"web", "db"}, {"front"}, {"back", "api"}, {"front", "back"}})
	}
	return e
}

func (g *generator) drawNamespaceSelector() metav1.LabelSelector {
	return pick(g.dice, []metav1.LabelSelector{
		{},
		{MatchLabels: map[string]string{"team": "red"}},
		{MatchLabels: map[string]string{"kubernetes.io/metadata.name": "ops"}},
		{MatchExpressions: []metav1.LabelSelectorRequirement{{Key: "team", Operator: "NotIn", Values: []string{"blue"}}}},
		{MatchExpressions: []metav1.LabelSelectorRequirement{{Key: "team", Operator: "DoesNotExist"}}},
	})
}

func (g *generator) drawPeers() []networkingv1.NetworkPolicyPeer {
	if g.in(15) {
		return pick(g.dice, [][]networkingv1.NetworkPolicyPeer{nil, {}})
	}
	var out []networkingv1.NetworkPolicyPeer
	for range 1 + g.IntN(2) {
		out = append(out, g.drawPeer())
	}
	return out
}

func (g *generator) drawPeer() networkingv1.NetworkPolicyPeer {
	var p networkingv1.NetworkPolicyPeer
	switch n := g.IntN(100); {
	case n < 35:
		p.IPBlock = g.drawIPBlock()
	case n < 65:
		s := g.drawSelector(20)
		p.PodSelector = &s
	case n < 80:
		s := g.drawNamespaceSelector()
		p.NamespaceSelector = &s
	default:
		pods, spaces := g.drawSelector(20), g.drawNamespaceSelector()
		p.PodSelector, p.NamespaceSelector = &pods, &spaces
	}
	return p
}

// drawIPBlock draws a block around or inside the subnets, or far from them, at times
// with a hole or two.
func (g *generator) drawIPBlock() *networkingv1.IPBlock {
	of := []netip.Prefix{
		netip.MustParsePrefix("0.0.0.0/0"), netip.MustParsePrefix("::/0"), netip.MustParsePrefix("10.0.0.0/8"),
		netip.MustParsePrefix("203.0.113.0/24"), netip.MustParsePrefix("2001:db8:ffff::/48"), netip.MustParsePrefix("2001:db8::/32"),
	}
	for _, s := range g.place.subnets {
		of = append(of, s.cidrs...)
		of = append(of, g.below(s.cidrs[0], 1+g.IntN(5)))
	}
	c := pick(g.dice, of)
	b := &networkingv1.IPBlock{CIDR: c.String()}
	for range max(0, g.IntN(4)-1) {
		b.Except = append(b.Except, g.below(c, 1+g.IntN(8)).String())
	}
	return b
}

// below is a block of c with so many more bits, at times one that holds a pod.
func (g *generator) below(c netip.Prefix, bits int) netip.Prefix {
	bits = min(c.Bits()+bits, c.Addr().BitLen())
	a := c.Addr().AsSlice()
	for i := c.Bits(); i < bits; i++ {
		if g.in(50) {
			a[i/8] |= 0x80 >> (i % 8)
		}
	}
	b, _ := netip.AddrFromSlice(a)
	for _, p := range g.cluster.pods() {
		for _, x := range p.addrs {
			if c.Contains(x) && g.in(30) {
				b = x
			}
		}
	}
	return netip.PrefixFrom(b, bits).Masked()
}

func (g *generator) drawPorts() []networkingv1.NetworkPolicyPort {
	if g.in(25) {
		return pick(g.dice, [][]networkingv1.NetworkPolicyPort{nil, {}})
	}
	var out []networkingv1.NetworkPolicyPort
	for range 1 + g.IntN(2) {
		out = append(out, g.drawPort())
	}
	return out
}

func (g *generator) drawPort() networkingv1.NetworkPolicyPort {
	var p networkingv1.NetworkPolicyPort
	if g.in(60) {
		proto := pick(g.dice, []corev1.Protocol{"TCP", "TCP", "UDP", "UDP", "SCTP"})
		p.Protocol = &proto
	}
	switch n := g.IntN(100); {
	case n < 15: // the protocol alone
	case n < 35:
		name := intstr.FromString(pick(g.dice, []string{"http", "dns", "raw"}))
		p.Port = &name
	default:
		port := intstr.FromInt32(pick(g.dice, []int32{1, 53, 80, 443, 1024, 8080, 32768, 65535}))
		p.Port = &port
		if g.in(30) {
			last := min(65535, port.IntVal+pick(g.dice, []int32{0, 1, 20, 2000, 65535}))
			p.EndPort = &last
		}
	}
	return p
}

func (g *generator) drawAllowances() {
	for i := range max(0, g.IntN(4)-1) {
		a := allowance{name: fmt.Sprintf("platform%d", i), ingress: g.in(60), protocol: tcp}
		if g.in(50) && !g.nameless {
			a.workloads = []string{pick(g.dice, g.workloads).id()}
		}
		switch n := g.IntN(10); {
		case n < 3:
			a.protocol = udp
		case n < 6:
			a.protocol, a.icmpType = icmp, 8
		case n < 7:
			a.protocol, a.icmpType = icmpv6, 128
		}
		a.first = pick(g.dice, []uint16{53, 443, 9100})
		a.last = a.first + pick(g.dice, []uint16{0, 10})
		if g.in(70) || g.nameless {
			a.peers = []netip.Prefix{pick(g.dice, []netip.Prefix{
				netip.MustParsePrefix("10.0.9.0/24"), netip.MustParsePrefix("10.0.1.0/25"),
				netip.MustParsePrefix("0.0.0.0/0"), netip.MustParsePrefix("::/0")})}
		} else {
			a.peerIDs = []string{pick(g.dice, g.workloads).id()}
		}
		g.place.allowances = append(g.place.allowances, a)
	}
}
