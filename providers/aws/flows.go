package aws

import (
	"net/netip"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
)

// flow is traffic that the policy admits from some addresses to others, in the
// shape of the rules that say so.
type flow struct {
	src, dst flowEnd
	service  model.Service
	// client is the range that the source's connections originate from.
	client model.PortRange
	why    []string
}

// flowEnd is one end of a flow by address.
type flowEnd struct {
	// used is the addresses at which the end may really be.
	used model.AddrSet
	// written is the addresses to write down: used, or what a rule says where that
	// takes fewer CIDR blocks and stands for used, with what AWS never filters where that does. Blocks that
	// AWS never filters are left out.
	written []netip.Prefix
}

// endAt makes an end of the addresses that rules give to an identity.
func (e *encoder) endAt(id model.Identity, said model.AddrSet) flowEnd {
	used := said.Intersect(e.addrs[id])
	written := e.inFewBlocks(used)
	if id == model.Outside {
		if said = e.inFewBlocks(said); len(said.Prefixes()) < len(written.Prefixes()) {
			written = said
		}
	}
	return flowEnd{used, e.filtered(written)}
}

// eachFlow calls do with every flow that the policy admits: each pair of what the
// source may send and the destination may receive. Strangers may send and receive
// anything as far as the policy goes, and what only concerns strangers is none of
// its business.
func (e *encoder) eachFlow(do func(flow)) {
	ids := []model.Identity{model.Outside}
	for _, m := range e.in.Inventory.Members {
		ids = append(ids, m.ID)
	}
	for _, src := range ids {
		for _, out := range e.endGrants(src, model.Egress) {
			for _, dst := range ids {
				if src == model.Outside && dst == model.Outside {
					continue
				}
				if !out.Peer.At(dst).Overlaps(e.addrs[dst]) {
					continue
				}
				for _, in := range e.endGrants(dst, model.Ingress) {
					e.pair(pair{src, dst, out, in}, do)
				}
			}
		}
	}
	e.strangerFlows(do)
}

// endGrants is grantsOf for members, and everything for strangers.
func (e *encoder) endGrants(id model.Identity, d model.Direction) []model.Grant {
	if id == model.Outside {
		return []model.Grant{{Peer: model.AnyEndpoint(), Traffic: model.Traffic{model.AllTraffic()}}}
	}
	return e.grantsOf(id, d)
}

// pair is a grant of the source and one of the destination.
type pair struct {
	src, dst model.Identity
	out, in  model.Grant
}

// pair calls do with what both grants admit.
func (e *encoder) pair(p pair, do func(flow)) {
	from, to := p.in.Peer.At(p.src), p.out.Peer.At(p.dst)
	if !from.Overlaps(e.addrs[p.src]) || !to.Overlaps(e.addrs[p.dst]) {
		return // as most pairs are: no block is worked out for them
	}
	f := flow{src: e.endAt(p.src, from), dst: e.endAt(p.dst, to), client: e.clientPorts(p.src, p.dst)}
	f.why = append(f.why, reasonsOf(p.out, p.src, model.Egress)...)
	f.why = append(f.why, reasonsOf(p.in, p.dst, model.Ingress)...)
	for _, s := range p.out.Traffic {
		for _, t := range p.in.Traffic {
			if both, ok := intersect(s, t); ok {
				f.service = both
				do(f)
			}
		}
	}
}

// clientPorts returns the range that connections from src to dst come from. On
// EKS the packets of pods to strangers may have the node's address and one of its ports, which the CNI
// draws from all that are not privileged, whatever range the pod's kernel uses (amazon-vpc-cni-k8s,
// AWS_VPC_K8S_CNI_RANDOMIZESNAT and AWS_VPC_K8S_CNI_EXTERNALSNAT); pods with groups in strict mode
// keep theirs.
func (e *encoder) clientPorts(src, dst model.Identity) model.PortRange {
	if dst == model.Outside && e.onNodes() {
		return model.DefaultClientPorts()
	}
	return e.in.Inventory.ClientPorts(src)
}

// strangerFlows calls do with what the site's allowances admit between
// strangers, such as nodes that pull images: an ACL filters the strangers in its
// subnet too.
func (e *encoder) strangerFlows(do func(flow)) {
	for _, a := range e.in.Site.Allowances {
		target := e.in.Inventory.Resolve(a.Rule.Target).Must.At(model.Outside)
		peer := e.in.Inventory.Resolve(a.Rule.Peer).Must.At(model.Outside)
		f := flow{
			src:    e.endAt(model.Outside, target),
			dst:    e.endAt(model.Outside, peer),
			client: e.in.Inventory.ClientPorts(model.Outside),
			why:    providers.Reasons([]model.Rule{a.Rule}),
		}
		if a.Direction == model.Ingress {
			f.src, f.dst = f.dst, f.src
		}
		if f.src.used.IsEmpty() || f.dst.used.IsEmpty() {
			continue
		}
		for _, s := range a.Rule.Traffic {
			f.service = s
			do(f)
		}
	}
}

// intersect returns the packets of both services; false when there are none.
func intersect(a, b model.Service) (model.Service, bool) {
	switch {
	case a.Protocol == model.AnyProtocol:
		return b, true
	case b.Protocol == model.AnyProtocol:
		return a, true
	case a.Protocol != b.Protocol:
		return model.Service{}, false
	case a.Protocol.HasPorts():
		src, dst := overlap(a.Src, b.Src), overlap(a.Dst, b.Dst)
		return model.PortsBetween(a.Protocol, src, dst), src.First <= src.Last && dst.First <= dst.Last
	case a.Protocol.IsICMP():
		return intersectICMP(a, b)
	}
	return a, true
}

func intersectICMP(a, b model.Service) (model.Service, bool) {
	if a.Type == model.AnyICMP {
		return b, true
	}
	if b.Type == model.AnyICMP {
		return a, true
	}
	if a.Code == model.AnyICMP {
		a.Code = b.Code
	}
	return a, a.Type == b.Type && (b.Code == model.AnyICMP || a.Code == b.Code)
}

// overlap returns the ports in both ranges; it is reversed when there are none.
func overlap(a, b model.PortRange) model.PortRange {
	return model.PortRange{First: max(a.First, b.First), Last: min(a.Last, b.Last)}
}

// replyMatch returns what an ACL has to let through for the answers to f:
// they go to the port that the client sent from, and are of another type for ICMP.
// False when nothing answers.
func (f flow) replyMatch() (match, bool) {
	s := f.service
	switch {
	case s.Protocol.HasPorts():
		ports := overlap(f.client, s.Src)
		return matchOf(model.PortsBetween(s.Protocol, s.Dst, ports)), ports.First <= ports.Last
	case s.Protocol.IsICMP() && s.Type != model.AnyICMP:
		reply, ok := model.Flow{Protocol: s.Protocol, ICMPType: uint8(s.Type)}.Reply()
		return matchOf(model.ICMPMessage(s.Protocol, int16(reply.ICMPType), s.Code)), ok
	}
	return matchOf(s), true
}

// possible reports whether the source can send such packets at all: not from
// ports outside its client range.
func (f flow) possible() bool {
	ports := overlap(f.client, f.service.Src)
	return !f.service.Protocol.HasPorts() || ports.First <= ports.Last
}
