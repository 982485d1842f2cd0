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

// originOf is where the first rule of a grant comes from.
func originOf(g model.Grant) model.Origin {
	if len(g.Rules) == 0 {
		return model.Origin{}
	}
	return g.Rules[0].Origin
}
