package translate_test

import (
	"fmt"
	"net/netip"
	"slices"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// This file is the plain evaluator of Kubernetes network policies. It was
// written from the API's documentation alone and shares no code with the
// packages that it judges: no model, no selector library.
//
//	isolated(pod, direction) = some policy of the pod's namespace selects it and has the direction
//	admitted(packet)         = at each end: not isolated, or some such policy has a rule for it
//
// https://kubernetes.io/docs/concepts/services-networking/network-policies/

type direction string

const (
	egress  direction = "egress"
	ingress direction = "ingress"
)

// kubeAdmits reports whether a new connection passes, and why.
func kubeAdmits(c *cluster, p packet) (bool, string) {
	if c.place.neverFilters(p) {
		return true, "the cloud never filters this address"
	}
	out, whyOut := kubeSide(c, p, egress)
	in, whyIn := kubeSide(c, p, ingress)
	return out && in, "egress: " + whyOut + "; ingress: " + whyIn
}

// kubeSide is the word of one end: the source's egress or the destination's ingress.
func kubeSide(c *cluster, p packet, d direction) (bool, string) {
	self, peer := p.src, p.dst
	if d == ingress {
		self, peer = p.dst, p.src
	}
	if self.pod == nil {
		return true, "not a pod"
	}
	for _, a := range c.place.allowances {
		if a.ingress == (d == ingress) && a.covers(self, peer, p) {
			return true, "platform allowance " + a.name
		}
	}
	if c.place.pmtud && p.tooBig() {
		return true, "path MTU discovery"
	}
	isolated := ""
	for i := range c.policies {
		np := &c.policies[i].NetworkPolicy
		if np.Namespace != self.pod.namespace || !labelsMatch(np.Spec.PodSelector, self.pod.labels) || !hasType(np, d) {
			continue
		}
		isolated = np.Name
		for n, r := range rulesOf(np, d) {
			if portsAdmit(r.ports, p) && c.peersAdmit(np.Namespace, r.peers, peer) {
				return true, fmt.Sprintf("policy %s rule %d", np.Name, n)
			}
		}
	}
	if isolated == "" {
		return true, "not isolated"
	}
	return false, "isolated by " + isolated
}

// hasType applies the defaults of policyTypes: without any, ingress always
// counts, and egress if there are egress rules.
func hasType(np *networkingv1.NetworkPolicy, d direction) bool {
	if len(np.Spec.PolicyTypes) == 0 {
		return d == ingress || len(np.Spec.Egress) > 0
	}
	if d == ingress {
		return slices.Contains(np.Spec.PolicyTypes, networkingv1.PolicyTypeIngress)
	}
	return slices.Contains(np.Spec.PolicyTypes, networkingv1.PolicyTypeEgress)
}

// kubeRule is an ingress or egress rule.
type kubeRule struct {
	peers []networkingv1.NetworkPolicyPeer
	ports []networkingv1.NetworkPolicyPort
}

func rulesOf(np *networkingv1.NetworkPolicy, d direction) []kubeRule {
	var out []kubeRule
	if d == ingress {
		for _, r := range np.Spec.Ingress {
			out = append(out, kubeRule{r.From, r.Ports})
		}
		return out
	}
	for _, r := range np.Spec.Egress {
		out = append(out, kubeRule{r.To, r.Ports})
	}
	return out
}

// peersAdmit: no peers means everybody, inside and outside.
func (c *cluster) peersAdmit(ns string, peers []networkingv1.NetworkPolicyPeer, e end) bool {
	if len(peers) == 0 {
		return true
	}
	for _, p := range peers {
		if c.peerIs(ns, p, e) {
			return true
		}
	}
	return false
}

func (c *cluster) peerIs(ns string, p networkingv1.NetworkPolicyPeer, e end) bool {
	if p.IPBlock != nil {
		if !netip.MustParsePrefix(p.IPBlock.CIDR).Contains(e.addr) {
			return false
		}
		for _, x := range p.IPBlock.Except {
			if netip.MustParsePrefix(x).Contains(e.addr) {
				return false
			}
		}
		return true
	}
	if e.pod == nil {
		return false
	}
	if p.NamespaceSelector == nil {
		if e.pod.namespace != ns {
			return false
		}
	} else if !labelsMatch(*p.NamespaceSelector, c.namespaceLabels(e.pod.namespace)) {
		return false
	}
	return p.PodSelector == nil || labelsMatch(*p.PodSelector, e.pod.labels)
}

// namespaceLabels are the manifest's and the one that every namespace has.
func (c *cluster) namespaceLabels(name string) map[string]string {
	out := map[string]string{"kubernetes.io/metadata.name": name}
	for _, n := range c.namespaces {
		if n.name == name {
			for k, v := range n.labels {
				out[k] = v
			}
		}
	}
	return out
}

// portsAdmit: no ports means every protocol. A name is looked up at the pod
// that the packet goes to, whichever side the policy is for.
func portsAdmit(ports []networkingv1.NetworkPolicyPort, p packet) bool {
	if len(ports) == 0 {
		return true
	}
	for _, n := range ports {
		if portIs(n, p) {
			return true
		}
	}
	return false
}

func portIs(n networkingv1.NetworkPolicyPort, p packet) bool {
	proto := tcp
	if n.Protocol != nil {
		switch *n.Protocol {
		case corev1.ProtocolUDP:
			proto = udp
		case corev1.ProtocolSCTP:
			proto = sctp
		}
	}
	switch {
	case p.protocol != proto:
		return false
	case n.Port == nil:
		return true
	case n.Port.Type == intstr.String:
		if p.dst.pod == nil {
			return false
		}
		for _, c := range p.dst.pod.ports {
			if c.name == n.Port.StrVal && c.protocol == proto && c.port == p.dstPort {
				return true
			}
		}
		return false
	case n.EndPort != nil:
		return n.Port.IntVal <= int32(p.dstPort) && int32(p.dstPort) <= *n.EndPort
	}
	return n.Port.IntVal == int32(p.dstPort)
}

// labelsMatch: an empty selector matches everything; NotIn and DoesNotExist match an absent key.
func labelsMatch(s metav1.LabelSelector, labels map[string]string) bool {
	for k, want := range s.MatchLabels {
		if got, ok := labels[k]; !ok || got != want {
			return false
		}
	}
	for _, e := range s.MatchExpressions {
		got, ok := labels[e.Key]
		in := ok && slices.Contains(e.Values, got)
		switch e.Operator {
		case metav1.LabelSelectorOpIn:
			if !in {
				return false
			}
		case metav1.LabelSelectorOpNotIn:
			if in {
				return false
			}
		case metav1.LabelSelectorOpExists:
			if !ok {
				return false
			}
		case metav1.LabelSelectorOpDoesNotExist:
			if ok {
				return false
			}
		}
	}
	return true
}

func (a allowance) covers(self, peer end, p packet) bool {
	if len(a.workloads) > 0 && !slices.Contains(a.workloads, self.pod.id()) {
		return false
	}
	switch {
	case a.protocol != p.protocol:
		return false
	case p.hasPorts() && (p.dstPort < a.first || p.dstPort > a.last):
		return false
	case !p.hasPorts() && p.icmpType != a.icmpType:
		return false
	}
	if peer.pod != nil && slices.Contains(a.peerIDs, peer.pod.id()) {
		return true
	}
	for _, c := range a.peers {
		if c.Contains(peer.addr) {
			return true
		}
	}
	return false
}

// tooBig: "fragmentation needed" of RFC 792 and "packet too big" of RFC 4443,
// without which path MTU discovery fails.
func (p packet) tooBig() bool {
	return p.protocol == icmp && p.icmpType == 3 && p.icmpCode == 4 || p.protocol == icmpv6 && p.icmpType == 2
}
