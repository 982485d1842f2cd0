package aws

import (
	"fmt"

	"github.com/crosswall/crosswall/model"
)

// reportPeers reports endpoints that the rules of a grant admit or miss
// against its word.
func (e *encoder) reportPeers(x edge, g model.Grant, p peers) {
	if !p.extra.IsEmpty() {
		e.report(model.Finding{
			Severity: model.Warning, Code: "shared-address",
			Summary: fmt.Sprintf("%s rules of %s name peers by address and admit %s with them", x.dir, x.id, p.extra),
			Advice:  "place these workloads at addresses of their own, in few CIDR blocks",
			Origin:  originOf(g), Grade: model.Wider,
			Affects: model.NewRegion(x.box(p.extra, written(g.Traffic))),
		})
	}
	if !p.missing.IsEmpty() {
		e.report(model.Finding{
			Severity: model.Warning, Code: "unknown-address",
			Summary: fmt.Sprintf("%s rules of %s cannot name %s: neither a security group nor an address is known", x.dir, x.id, p.missing),
			Advice:  "say in the placement where these workloads live",
			Origin:  originOf(g), Grade: model.Narrower,
			Affects: model.NewRegion(x.box(p.missing, g.Traffic)),
		})
	}
}

// written is the traffic that rules name for t, wider where they cannot say all
// of it.
func written(t model.Traffic) model.Traffic {
	out := make(model.Traffic, len(t))
	for i, s := range t {
		out[i] = matchOf(s).service()
	}
	return out
}

// reportService reports what a rule cannot say of a service. Security groups
// match ports of TCP and UDP only, and no source ports (EC2 API, IpPermission).
func (e *encoder) reportService(x edge, g model.Grant, s model.Service) {
	f := model.Finding{Severity: model.Warning, Grade: model.Wider, Origin: originOf(g)}
	switch {
	case !s.Protocol.HasPorts():
		return
	case s.Protocol == model.SCTP && !(s.Src.IsAll() && s.Dst.IsAll()):
		f.Code = "sctp-ports"
		f.Summary = fmt.Sprintf("AWS does not match SCTP ports: %s of %s for %s admits all of SCTP", x.dir, x.id, s)
		f.Advice = "accept it with --allow-wider, or move the service to TCP"
	case !s.Src.IsAll():
		f.Code = "source-ports"
		f.Summary = fmt.Sprintf("AWS does not match source ports: %s of %s for %s admits any source port", x.dir, x.id, s)
		f.Advice = "leave the source ports out of the policy"
	default:
		return
	}
	f.Affects = model.NewRegion(x.box(g.Peer, model.Traffic{matchOf(s).service()}))
	e.report(f)
}

// reportNodes reports what is lost where security groups are enforced on nodes
// and not on the pods' own interfaces: nodes send packets between their own pods
// directly, and pods share their node's groups (EKS user guide and best practices,
// security groups for pods).
func (e *encoder) reportNodes() {
	if e.in.Site.Cluster != "eks" || e.in.Site.StrictPods {
		return
	}
	all := model.Traffic{model.AllTraffic()}
	var boxes []model.Box
	for i, s := range e.in.Segments {
		for _, t := range e.in.Segments[i:] {
			if mayShareNode(s.Home.Subnets, t.Home.Subnets) {
				a, b := model.EndpointsOf(s.ID), model.EndpointsOf(t.ID)
				boxes = append(boxes, model.Box{Src: a, Dst: b, Traffic: all}, model.Box{Src: b, Dst: a, Traffic: all})
			}
		}
	}
	permitted := e.in.Policy.Permitted(e.in.Inventory)
	opened := model.NewRegion(boxes...).Intersect(e.in.Inventory.Universe()).Subtract(permitted.Allowed)
	if opened.IsEmpty() {
		return
	}
	f := model.Finding{
		Severity: model.Warning, Code: "pods-on-one-node",
		Summary: "security groups are not enforced between pods on one node, and pods without a branch interface share the groups of their node",
		Advice:  "use security groups for pods with POD_SECURITY_GROUP_ENFORCING_MODE=strict and say so in the placement, or place segments in subnets of their own",
		Origin:  e.in.Site.Origin, Grade: model.Wider, Affects: opened,
	}
	if example, ok := opened.Example(); ok {
		f.Example = &example
	}
	e.report(f)
}

// mayShareNode reports whether pods of two homes can be on one node: a node,
// and the interfaces of its pods, are in one subnet. A home without subnets
// may be anywhere.
func mayShareNode(a, b []string) bool {
	if len(a) == 0 || len(b) == 0 {
		return true
	}
	for _, n := range a {
		for _, m := range b {
			if n == m {
				return true
			}
		}
	}
	return false
}

// originOf is where the first rule of a grant comes from.
func originOf(g model.Grant) model.Origin {
	if len(g.Rules) == 0 {
		return model.Origin{}
	}
	return g.Rules[0].Origin
}
