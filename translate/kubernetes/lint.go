package kubernetes

import (
	"fmt"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
)

// lint reports what is valid and seldom meant.
func (b *builder) lint() {
	for _, p := range b.policies {
		b.lintTypes(p)
		b.lintDNSPattern(p)
		p.eachPeer(func(pr peer) { b.lintNameLabel(pr) })
	}
	b.lintReplies()
	b.lintDNS()
	if len(b.blocks) > 0 {
		b.rep.infoAt(b.blocks[0], "ipblock-pods",
			fmt.Sprintf("%s addresses of pods, which are taken to match; with some network plugins, Cilium for one, they do not by default",
				count(len(b.blocks), "ipBlock holds", "ipBlocks hold")), "name pods by labels, or ask for ipBlocks to match the outside only")
	}
	if len(b.sides[model.Ingress].isolated.all()) > 0 && b.opts.NodeAddrs.IsEmpty() {
		b.rep.infoAt(model.Origin{}, "own-node",
			"a pod is always reachable from the node it runs on; that traffic is not part of the answer", "")
	}
}

// lintTypes reports policyTypes that say other than the rules suggest.
func (b *builder) lintTypes(p *policy) {
	for _, d := range []model.Direction{model.Ingress, model.Egress} {
		if s := p.side(d); !s.isolates && len(s.rules) > 0 {
			b.rep.warnAt(s.origin, "dead-rules", fmt.Sprintf("the %s rules have no effect: policyTypes leaves that direction out", d),
				fmt.Sprintf("add %s to policyTypes, or take the rules out", strings.ToUpper(d.String()[:1])+d.String()[1:]))
		}
	}
	if p.typesGiven {
		return
	}
	switch {
	case len(p.egress.rules) > 0 && !p.ingress.given:
		b.rep.warnAt(p.egress.origin, "ingress-denied-too",
			"the policy has egress rules only, but without policyTypes it also denies all ingress", "write policyTypes: [Egress], or [Ingress, Egress] if that is meant")
	case p.egress.given && len(p.egress.rules) == 0:
		b.rep.warnAt(p.egress.origin, "egress-not-denied", "an empty egress list without policyTypes denies no egress",
			"add Egress to policyTypes to deny it, or take the list out")
	}
}

// lintDNSPattern reports the often copied rule that means to admit the cluster's DNS and
// admits something else: namespace and pod are two items of the list, which are
// alternatives, instead of one.
func (b *builder) lintDNSPattern(p *policy) {
	for _, r := range p.egress.rules {
		if !r.mentionsPort(53) {
			continue
		}
		lonelyNamespace := slices.IndexFunc(r.peers, func(pr peer) bool { return pr.namespaces != nil && pr.pods == nil })
		lonelyPods := slices.IndexFunc(r.peers, func(pr peer) bool {
			return pr.block == nil && pr.namespaces == nil && pr.pods != nil && len(pr.pods.requirements) > 0
		})
		if lonelyNamespace < 0 || lonelyPods < 0 || p.obj.namespace == "kube-system" {
			continue
		}
		b.rep.warnAt(r.peers[lonelyPods].origin, "dns-pattern",
			fmt.Sprintf("the namespace and the pods of this DNS rule are two items, so that pods %s of namespace %s are meant, not those of the DNS namespace",
				r.peers[lonelyPods].pods, p.obj.namespace),
			"write one item with namespaceSelector (kubernetes.io/metadata.name: kube-system) and podSelector (k8s-app: kube-dns)")
	}
}

// mentionsPort reports whether a port is among the rule's ports, or the rule has none.
func (r rule) mentionsPort(n uint16) bool {
	return len(r.ports) == 0 || slices.ContainsFunc(r.ports, func(p port) bool {
		return p.name == "" && p.numbers.Contains(n) || n == 53 && strings.HasPrefix(p.name, "dns")
	})
}

// lintNameLabel reports namespaces that are selected by the label "name",
// which Kubernetes does not set.
func (b *builder) lintNameLabel(pr peer) {
	if pr.namespaces == nil {
		return
	}
	for _, r := range pr.namespaces.requirements {
		if r.key != "name" || r.op != opIn {
			continue
		}
		for _, ns := range b.namespaces {
			if slices.Contains(r.values, ns.labels["name"]) {
				return
			}
		}
		b.rep.warnAt(pr.origin, "namespace-name-label",
			fmt.Sprintf("no namespace of the input has the label %s: Kubernetes does not set it", r),
			"select by "+nameLabel)
	}
}

// lintReplies reports egress rules that are there for replies, which need no rule: those that repeat the peers of an ingress rule without
// ports, which let pods open connections to any port, and those to the ports alone from which clients connect.
func (b *builder) lintReplies() {
	admitted, serving := map[string]bool{}, map[string]bool{}
	for _, p := range b.policies {
		if p.ingress.isolates {
			for _, r := range p.ingress.rules {
				admitted[replyKey(p, r)], serving[replyKey(p, rule{})] = true, true
			}
		}
	}
	for _, p := range b.policies {
		if !p.egress.isolates {
			continue
		}
		for _, r := range p.egress.rules {
			switch repeats := admitted[replyKey(p, r)]; {
			case repeats && len(r.ports) == 0 && len(r.peers) > 0:
				b.rep.warnAt(r.origin, "reply-only-egress",
					"an egress rule without ports repeats the peers of an ingress rule: replies need no rule, and this one opens every port of those peers",
					"take the rule out, or give its ports")
			case (repeats || len(r.peers) == 0 && serving[replyKey(p, rule{})]) && r.isForClientPorts():
				b.rep.warnAt(r.origin, "reply-only-egress",
					"an egress rule is for nothing but the ports from which clients connect: replies need no rule, and this one opens whatever listens there",
					"take the rule out, or give the ports of services")
			}
		}
	}
}

// clientPortsFrom and clientPortCount tell a range of the ports from which clients connect from one of services: Linux takes 32768-60999, Windows
// 49152-65535, and the node ports of Kubernetes are fewer.
const (
	clientPortsFrom = 1024
	clientPortCount = 4096
)

// isForClientPorts reports whether all ports of a rule are ranges of those from which clients connect.
func (r rule) isForClientPorts() bool {
	return len(r.ports) > 0 && !slices.ContainsFunc(r.ports, func(p port) bool {
		return p.name != "" || p.numbers.First < clientPortsFrom || int(p.numbers.Last)-int(p.numbers.First) < clientPortCount-1
	})
}

func replyKey(p *policy, r rule) string {
	keys := make([]string, len(r.peers))
	for i, pr := range r.peers {
		keys[i] = pr.key()
	}
	slices.Sort(keys)
	return strings.Join(append(keys, p.obj.namespace, p.subject.key()), "|")
}

// lintDNS reports workloads that may not ask for names, or by one protocol alone: answers that do not fit a datagram come by TCP (RFC 7766).
func (b *builder) lintDNS() {
	mute, half := map[*policy][]*workload{}, map[*policy][]*workload{}
	udp, tcp := b.askers()
	for _, w := range b.all {
		p := b.sides[model.Egress].by[w]
		switch {
		case p == nil || udp[w] && tcp[w]:
		case udp[w] || tcp[w]:
			half[p] = append(half[p], w)
		default:
			mute[p] = append(mute[p], w)
		}
	}
	for _, p := range b.policies {
		if ws := mute[p]; len(ws) > 0 {
			b.rep.infoAt(p.origin, "dns-blocked",
				fmt.Sprintf("%s%s isolated for egress without a rule for DNS (UDP and TCP port 53)", ws[0].id, andOthers(len(ws)-1)),
				"allow it, unless they need no names")
		}
		if ws := half[p]; len(ws) > 0 {
			with := "one of UDP and TCP"
			switch {
			case !slices.ContainsFunc(ws, func(w *workload) bool { return tcp[w] }):
				with = "UDP"
			case !slices.ContainsFunc(ws, func(w *workload) bool { return udp[w] }):
				with = "TCP"
			}
			b.rep.infoAt(p.origin, "dns-one-protocol",
				fmt.Sprintf("%s%s isolated for egress with a rule for DNS (port 53) over %s alone", ws[0].id, andOthers(len(ws)-1), with),
				"allow both: answers that do not fit a datagram come by TCP, and names are asked for by UDP first")
		}
	}
}

// askers returns the workloads that may ask some name server over UDP, and over TCP.
func (b *builder) askers() (udp, tcp map[*workload]bool) {
	udp, tcp = map[*workload]bool{}, map[*workload]bool{}
	for _, p := range b.policies {
		if !p.egress.isolates {
			continue
		}
		for _, r := range p.egress.rules {
			if !r.reachesDNS() {
				continue
			}
			overUDP, overTCP := b.admits(p, r, model.UDP, 53), b.admits(p, r, model.TCP, 53)
			for _, w := range b.subject(p).all() {
				udp[w] = udp[w] || overUDP
				tcp[w] = tcp[w] || overTCP
			}
		}
	}
	return udp, tcp
}

// reachesDNS reports whether a name server may be among the rule's peers. Without
// a port that says so, pods of the own namespace are taken for something else.
func (r rule) reachesDNS() bool {
	return len(r.ports) > 0 || len(r.peers) == 0 ||
		slices.ContainsFunc(r.peers, func(pr peer) bool { return pr.block != nil || pr.namespaces != nil })
}

// admits reports whether a rule of a policy admits a port by number, or may by name.
func (b *builder) admits(p *policy, r rule, proto model.Protocol, n uint16) bool {
	return len(r.ports) == 0 || slices.ContainsFunc(r.ports, func(q port) bool {
		return q.protocol == proto && (q.name == "" && q.numbers.Contains(n) || q.name != "" && b.mayBe(p, r, q, n))
	})
}

// mayBe reports whether a named port may be a number at somebody whom a rule names. Of pods that were read it is known.
func (b *builder) mayBe(p *policy, r rule, q port, n uint16) bool {
	return len(r.peers) == 0 || slices.ContainsFunc(r.peers, func(pr peer) bool {
		if pr.block != nil {
			return true
		}
		pods := b.podsOf(p, pr)
		return pods.isEmpty() || slices.ContainsFunc(b.portGroups(pods, nil, []port{q}), func(g portGroup) bool {
			return slices.ContainsFunc(slices.Concat(g.sure, g.unsure), func(s model.Service) bool { return s.Dst.Contains(n) })
		})
	})
}
