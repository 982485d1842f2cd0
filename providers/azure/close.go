package azure

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
)

// close ends a direction of a group. Where policies isolate nobody there is
// nothing to refuse. Where segments have the group for themselves, everything
// else is refused. Where others share the subnet, only what concerns isolated
// segments is refused, and the others may talk with segments, who answer for
// themselves; otherwise the others are left to the rules that every NSG ends
// with, so that the subnet's group neither cuts them off nor opens them.
func (e *encoder) close(g *securityGroup, d model.Direction) {
	var closed []providers.Segment
	for _, s := range g.segments {
		if isolated(e.grants(s.ID, d)) {
			closed = append(closed, s)
		}
	}
	others := e.bystanders(*g)
	if len(closed) > 0 {
		refusal := rule{direction: d, access: model.Deny, protocol: "*", band: bandDeny, subject: "all",
			reasons: []string{"policies isolate what is here for " + d.String() + ": whatever they do not admit is refused"}}
		targets := []side{{}}
		if !others.IsEmpty() {
			targets, refusal.band, refusal.subject = e.targets(*g, closed), bandIsolate, "isolated"
		}
		for _, t := range targets {
			refusal.target = t
			g.rules = append(g.rules, refusal)
		}
	}
	if !others.IsEmpty() {
		e.admitBystanders(g, d)
		e.cutBystanders(*g, d, closed, others)
	}
}

// reportProbes names the segments that a load balancer would take for dead: those
// that refuse its probes, which every group without rules of its own admits ("Network security
// groups", default rule AllowAzureLoadBalancerInBound).
func (e *encoder) reportProbes() {
	var refuse []providers.Segment
	for _, s := range e.in.Segments {
		if !slices.ContainsFunc(e.grants(s.ID, model.Ingress), func(g model.Grant) bool { return g.Peer.At(model.Outside).Contains(probeSource()) }) {
			refuse = append(refuse, s)
		}
	}
	if len(refuse) == 0 {
		return
	}
	e.find(model.Finding{Severity: model.Info, Code: "load-balancer-probes", Origin: e.in.Site.Origin,
		Summary: "policies refuse the health probes of Azure's load balancers to " + segmentList(refuse),
		Advice: "if any of them is behind a load balancer, add to the placement, with the probe's port:\nazure:\n  platform:\n    allow:\n" +
			"      - {name: probes, reason: load balancer, direction: ingress, peers: [168.63.129.16/32], ports: [{protocol: TCP, port: 80}]}"})
}

// bystanders returns the addresses behind the group of a subnet that endpoints
// which are no segment may hold.
func (e *encoder) bystanders(g securityGroup) model.AddrSet {
	if g.subnet == nil {
		return model.AddrSet{}
	}
	held := e.addrs[model.Outside]
	for _, m := range e.in.Inventory.Members {
		if _, ok := e.handles[m.ID]; !ok {
			held = held.Union(e.addrs[m.ID])
		}
	}
	return g.subnet.Addrs().Intersect(held)
}

// targets names segments together, by their ASGs and their addresses.
func (e *encoder) targets(g securityGroup, segments []providers.Segment) []side {
	var groups []side
	var addrs model.AddrSet
	for _, s := range segments {
		h := e.handles[s.ID]
		if h.asg != nil {
			groups = append(groups, side{asg: h.asg})
		} else {
			addrs = addrs.Union(e.addrsIn(s, *g.subnet))
		}
	}
	return append(sidesAt(addrs), distinctGroups(groups)...)
}

// admitBystanders admits traffic between segments and whoever else is in the
// subnet.
func (e *encoder) admitBystanders(g *securityGroup, d model.Direction) {
	peers := e.name(model.EndpointsOf(e.segmentIDs()...))
	for _, t := range sidesAt(g.subnet.Addrs()) {
		for _, p := range peers.sides {
			if r, ok := newRule(d, t, p, match{protocol: "*"}); ok {
				r.band, r.subject, r.counterpart = bandBystander, "others", "segments"
				r.reasons = []string{"others in subnet " + g.subnet.Name + " are no policy's matter: the segments answer for themselves"}
				g.rules = append(g.rules, r)
			}
		}
	}
	e.find(model.Finding{Severity: model.Warning, Code: "shared-subnet", Origin: g.subnet.Origin,
		Summary: fmt.Sprintf("subnet %s may hold machines that are not placed: from and to them the group admits what concerns the segments, "+
			"and otherwise what every NSG admits: the virtual network, the load balancer's probes and, outwards, the internet", g.subnet.Name),
		Advice: "if a machine there serves the internet, add a rule for it; " +
			"if nothing else is there, say exclusive: true of the subnet and give its segments addresses"})
}

// cutBystanders reports others who hold addresses by which isolated segments
// are named.
func (e *encoder) cutBystanders(g securityGroup, d model.Direction, closed []providers.Segment, others model.AddrSet) {
	for _, s := range closed {
		if e.handles[s.ID].asg != nil {
			continue
		}
		shared := e.addrsIn(s, *g.subnet).Intersect(others)
		if shared.IsEmpty() {
			continue
		}
		e.losses.add(loss{code: "address-shared", grade: model.Narrower, segment: s.ID, direction: d, origin: originOf(s),
			summary: fmt.Sprintf("whoever else holds an address of %s is isolated for %s with it", s.ID, d),
			advice:  "give the segment addresses of its own in the placement"},
			model.NewRegion(box(d, model.EndpointAt(model.Outside, shared), e.held(model.AnyEndpoint()), model.Traffic{model.AllTraffic()})))
	}
}

// segmentList names segments, sorted.
func segmentList(segments []providers.Segment) string {
	names := make([]string, len(segments))
	for i, s := range segments {
		names[i] = string(s.ID)
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}

// compareRules orders rules by direction, inbound first, then band, subject and content.
func compareRules(a, b rule) int {
	return cmp.Or(-cmp.Compare(a.direction, b.direction), cmp.Compare(a.band, b.band),
		cmp.Compare(a.subject, b.subject), cmp.Compare(a.key(), b.key()))
}
