package azure

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
)

// losses collects what cannot be expressed, a finding per segment, direction
// and kind.
type losses struct {
	list        []loss
	anyProtocol bool
}

type loss struct {
	code      string
	grade     model.Grade
	segment   model.Identity
	direction model.Direction
	summary   string
	advice    string
	origin    model.Origin
	affects   model.Region
}

// add records a loss; of one kind at one segment and direction the regions are
// united. Empty regions are no loss.
func (l *losses) add(n loss, affects model.Region) {
	if affects.IsEmpty() {
		return
	}
	for i := range l.list {
		o := &l.list[i]
		if o.code == n.code && o.segment == n.segment && o.direction == n.direction {
			o.affects = o.affects.Union(affects)
			return
		}
	}
	n.affects = affects
	l.list = append(l.list, n)
}

// findings returns the losses as findings. The check finds the examples: all of
// them show in the rules.
func (l *losses) findings() []model.Finding {
	slices.SortStableFunc(l.list, func(a, b loss) int {
		return cmp.Or(cmp.Compare(a.code, b.code), cmp.Compare(a.segment, b.segment), cmp.Compare(a.direction, b.direction))
	})
	var out []model.Finding
	for _, n := range l.list {
		out = append(out, model.Finding{Severity: model.Warning, Code: n.code, Summary: n.summary, Advice: n.advice,
			Origin: n.origin, Grade: n.grade, Affects: n.affects})
	}
	if l.anyProtocol {
		out = append(out, model.Finding{Severity: model.Info, Code: "any-protocol",
			Summary: `any protocol is written as "*", which Azure documents as TCP, UDP and ICMP; its networks carry no others for sure`})
	}
	return out
}

// box is the connections between a segment's side and its peers.
func box(d model.Direction, target, peer model.Endpoints, t model.Traffic) model.Box {
	if d == model.Ingress {
		return model.Box{Src: peer, Dst: target, Traffic: t}
	}
	return model.Box{Src: target, Dst: peer, Traffic: t}
}

// between is what rules of a statement admit of some traffic, at whomever they name.
func (e *encoder) between(st statement, t ...model.Service) model.Region {
	if len(t) == 0 {
		return model.Region{}
	}
	return model.NewRegion(box(st.direction, e.held(st.target.covers), e.held(st.peers.covers), t))
}

// loss starts a loss of a statement. What is the connections that it is about.
func (st statement) loss(code string, g model.Grade, what string) loss {
	return loss{code: code, grade: g, segment: st.segment.ID, direction: st.direction, origin: grantOrigin(st.grant),
		summary: fmt.Sprintf("%s in the %s of %s", what, st.direction, st.segment.ID)}
}

// because ends the summary and gives advice.
func (l loss) because(text, advice string) loss {
	l.summary += " " + text
	l.advice = advice
	return l
}

// overshoot reports others, isolated themselves, whom the rules for a segment
// admit with it.
func (e *encoder) overshoot(st statement) {
	over := e.held(st.target.covers.Subtract(model.EndpointsOf(st.segment.ID)))
	if over.IsEmpty() {
		return
	}
	opened := model.Region{}
	for _, id := range append(e.segmentIDs(), model.Outside) {
		at := model.EndpointAt(id, over.At(id))
		if !at.IsEmpty() && isolated(e.grants(id, st.direction)) {
			also := model.NewRegion(box(st.direction, at, e.held(st.peers.covers), st.traffic.admits))
			opened = opened.Union(e.refused(also, id, st.direction))
		}
	}
	advice := "give the segment addresses of its own in the placement"
	if e.handles[st.segment.ID].asg != nil {
		advice = "give the segment an application security group of its own in the placement, or none to have one made"
	}
	n := st.loss("shared-target", model.Wider, "what is admitted").because("is admitted for whoever shares its "+e.sharedWhat(st.segment.ID), advice)
	e.losses.add(n, opened)
}

// refused returns the part of r that the policy does not grant at an endpoint.
func (e *encoder) refused(r model.Region, id model.Identity, d model.Direction) model.Region {
	if r.IsEmpty() {
		return r
	}
	k := grantKey{id, d}
	granted, ok := e.granted[k]
	if !ok {
		var boxes []model.Box
		for _, g := range e.grants(id, d) {
			boxes = append(boxes, box(d, model.EndpointsOf(id), g.Peer, g.Traffic))
		}
		granted = model.NewRegion(boxes...)
		e.granted[k] = granted
	}
	return r.Subtract(granted)
}

// sharedWhat is what several segments are named by.
func (e *encoder) sharedWhat(id model.Identity) string {
	if e.handles[id].asg != nil {
		return "application security group"
	}
	return "addresses"
}

// peerLoss reports peers whom the rules name too many or too few of.
func (e *encoder) peerLoss(st statement) {
	self, named, asked := e.held(model.EndpointsOf(st.segment.ID)), st.peers.covers, st.grant.Peer
	if more := e.held(named.Subtract(asked)); !more.IsEmpty() {
		over := model.NewRegion(box(st.direction, self, more, st.traffic.admits))
		e.losses.add(st.loss("shared-peer", model.Wider, "peers").because("are named by addresses or groups that others share",
			"give the peers addresses of their own in the placement"), e.refused(over, st.segment.ID, st.direction))
	}
	if fewer := e.held(asked.Subtract(named)); !fewer.IsEmpty() && len(st.peers.lost) == 0 {
		e.losses.add(st.loss("unnamed-peer", model.Narrower, "some peers").because("have no address or group to name them by",
			"give the peers addresses in the placement"), model.NewRegion(box(st.direction, self, fewer, st.grant.Traffic)))
	}
}

// trafficLoss reports traffic that Azure has no word for, or only a wider one.
func (e *encoder) trafficLoss(st statement) {
	m := st.traffic
	e.losses.anyProtocol = e.losses.anyProtocol || m.any
	asked := func(t model.Traffic) model.Region {
		if len(t) == 0 {
			return model.Region{}
		}
		return model.NewRegion(box(st.direction, e.held(model.EndpointsOf(st.segment.ID)), e.held(st.grant.Peer), t))
	}
	e.losses.add(st.loss("sctp", model.Narrower, "SCTP").because(
		"is not admitted: network security groups do not know it, and their only word for it would be any protocol",
		"carry the traffic over TCP or UDP"), asked(m.sctp))
	e.losses.add(st.loss("protocol", model.Narrower, "protocols other than TCP, UDP, ICMP, ESP and AH").because(
		"are not admitted: network security groups do not know them",
		"carry the traffic over TCP or UDP"), asked(m.none))
	e.losses.add(st.loss("icmp-type", model.Wider, "ICMP").because("is admitted whatever its type: network security groups know neither types nor codes",
		"admit all ICMP in the policy, or none"), e.refused(e.between(st, m.icmp...), st.segment.ID, st.direction))
	e.losses.add(st.loss("icmpv6", model.Narrower, "ICMPv6").because("is not admitted: Microsoft does not say whether Icmp holds it",
		"admit any protocol between these ends, if ICMPv6 has to pass"), asked(m.icmpv6))
}

// icmpTwinLoss reports whether rules between ASGs would admit ICMPv6, perhaps,
// with ICMP, as such rules are of both families. Then they are not written, which is
// the loss.
func (e *encoder) icmpTwinLoss(st statement) bool {
	v6 := model.EndpointsAt(model.AllIPv6())
	if e.between(st, model.AllOf(model.ICMPv6)).Intersect(model.NewRegion(model.Box{Src: v6, Dst: v6, Traffic: model.Traffic{model.AllTraffic()}})).IsEmpty() {
		return false
	}
	e.losses.add(st.loss("icmp-family", model.Narrower, "ICMP").because("is not admitted between application security groups: that would admit ICMPv6, perhaps",
		"give the segments addresses of their own in the placement"), e.between(st, model.AllOf(model.ICMP)))
	return true
}

// grantOrigin returns the first origin of a grant's rules.
func grantOrigin(g model.Grant) model.Origin {
	if len(g.Rules) == 0 {
		return model.Origin{}
	}
	return g.Rules[0].Origin
}

// unknownAddresses refuses a segment whose peer cannot be named.
func (e *encoder) unknownAddresses(s providers.Segment, id model.Identity) {
	h, ok := e.handles[id]
	advice := "give it addresses"
	if ok {
		advice = "add to the placement:\n" + placementLines(h.segment, "addresses: [CIDR]")
	}
	e.find(model.Finding{Severity: model.Error, Code: "no-addresses", Origin: originOf(s),
		Summary: fmt.Sprintf("rules of %s must name %s by its addresses, which the placement does not say", s.ID, id), Advice: advice})
}
