package azure

import (
	"fmt"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
)

// encoder writes one intent.
type encoder struct {
	in        providers.Intent
	everybody model.Endpoints
	addrs     map[model.Identity]model.AddrSet // of every member and of the outside
	handles   map[model.Identity]handle
	cache     map[grantKey]answer
	granted   map[grantKey]model.Region
	findings  []model.Finding
	losses    losses
}

type grantKey struct {
	id        model.Identity
	direction model.Direction
}

// answer is what the policy grants a segment in a direction.
type answer struct {
	grants   []model.Grant
	findings []model.Finding
}

func newEncoder(in providers.Intent) *encoder {
	addrs := providers.Held(in.Inventory)
	return &encoder{in: in, addrs: addrs, everybody: everybodyOf(addrs), handles: newHandles(in, addrs),
		cache: map[grantKey]answer{}, granted: map[grantKey]model.Region{}}
}

func (e *encoder) find(f model.Finding) { e.findings = append(e.findings, f) }

// grants returns what the policy grants at a segment.
func (e *encoder) grants(id model.Identity, d model.Direction) []model.Grant {
	k := grantKey{id, d}
	g, ok := e.cache[k]
	if !ok {
		g.grants, g.findings = e.in.Policy.Grants(e.in.Inventory, id, d)
		e.cache[k] = g
		e.findings = append(e.findings, g.findings...)
	}
	return g.grants
}

// isolated reports whether anything has to admit what the grants hold: if
// not, they are a single one of everything, by no rule.
func isolated(gs []model.Grant) bool {
	return len(gs) != 1 || len(gs[0].Rules) > 0 || !gs[0].Peer.IsAny() ||
		!slices.ContainsFunc(gs[0].Traffic, func(s model.Service) bool { return s.Protocol == model.AnyProtocol })
}

// segmentIDs returns the segments, sorted.
func (e *encoder) segmentIDs() []model.Identity {
	out := make([]model.Identity, len(e.in.Segments))
	for i, s := range e.in.Segments {
		out[i] = s.ID
	}
	return out
}

// perSegment reports whether the groups are for the interfaces of segments.
func (e *encoder) perSegment() bool { return !e.in.Site.Given || e.in.Site.PerSegment }

// securityGroups returns the groups to write, without rules, sorted by label.
func (e *encoder) securityGroups() []securityGroup {
	var out []securityGroup
	if e.perSegment() {
		for _, s := range e.in.Segments {
			out = append(out, securityGroup{label: label(string(s.ID)), segment: &s, segments: []providers.Segment{s}})
		}
		return out
	}
	for _, n := range e.in.Site.Subnets {
		g := securityGroup{label: label(n.Name), subnet: &n}
		for _, s := range e.in.Segments {
			if e.isIn(s, n) {
				g.segments = append(g.segments, s)
			}
		}
		if len(g.segments) > 0 {
			out = append(out, g)
		}
	}
	slices.SortFunc(out, func(a, b securityGroup) int { return strings.Compare(a.label, b.label) })
	return out
}

// fill writes the rules of a group.
func (e *encoder) fill(g *securityGroup) {
	for _, d := range directions() {
		for _, s := range g.segments {
			target := e.target(*g, s)
			gs := e.grants(s.ID, d)
			if !isolated(gs) {
				g.rules = append(g.rules, e.admitAll(s, d, target)...)
				continue
			}
			for _, grant := range gs {
				g.rules = append(g.rules, e.admit(s, d, target, grant)...)
			}
		}
		e.close(g, d)
	}
	g.rules = mergeEqual(g.rules)
	g.written = len(g.rules)
	e.shrink(g)
	nameRules(g.label, g.rules)
}

// target is how the rules of a group name one of its segments.
func (e *encoder) target(g securityGroup, s providers.Segment) naming {
	h := e.handles[s.ID]
	switch {
	case g.segment != nil:
		return naming{sides: []side{{}}, covers: model.EndpointsOf(s.ID)}
	case h.asg != nil:
		return naming{sides: []side{{asg: h.asg}}, covers: model.EndpointsOf(h.asg.members...)}
	case h.addrs.IsEmpty():
		e.unknownAddresses(s, s.ID)
		return naming{}
	}
	addrs := e.addrsIn(s, *g.subnet)
	return naming{sides: sidesAt(addrs), covers: model.EndpointsAt(addrs)}
}

// statement is a grant at a segment as it is written down.
type statement struct {
	segment       providers.Segment
	direction     model.Direction
	grant         model.Grant
	target, peers naming
	traffic       matched
}

// admitAll admits everything to or from a segment that no policy isolates.
func (e *encoder) admitAll(s providers.Segment, d model.Direction, target naming) []rule {
	everything := model.Grant{Peer: model.AnyEndpoint(), Traffic: model.Traffic{model.AllTraffic()}}
	st := statement{segment: s, direction: d, grant: everything, target: target, peers: e.name(everything.Peer), traffic: matchesOf(everything.Traffic)}
	out := e.rules(st)
	for i := range out {
		out[i].reasons = []string{fmt.Sprintf("no policy isolates %s for %s", s.ID, d)}
	}
	e.overshoot(st)
	e.losses.anyProtocol = true
	return out
}

// admit writes a grant to a segment.
func (e *encoder) admit(s providers.Segment, d model.Direction, target naming, g model.Grant) []rule {
	if d == model.Egress && neverFiltered(g.Rules) {
		return nil
	}
	st := statement{segment: s, direction: d, grant: g, target: target, peers: e.name(g.Peer), traffic: matchesOf(g.Traffic)}
	for _, id := range st.peers.lost {
		e.unknownAddresses(s, id)
	}
	if d == model.Ingress {
		st.peers.sides = splitProbes(st.peers.sides)
	}
	out := e.rules(st)
	if slices.ContainsFunc(out, icmpOfBothFamilies) && e.icmpTwinLoss(st) {
		out = slices.DeleteFunc(out, icmpOfBothFamilies)
	}
	e.overshoot(st)
	e.peerLoss(st)
	e.trafficLoss(st)
	return out
}

// rules writes a statement down: a rule for each pair of sides and each
// protocol.
func (e *encoder) rules(st statement) []rule {
	var out []rule
	for _, t := range st.target.sides {
		for _, p := range st.peers.sides {
			for _, m := range st.traffic.matches {
				if r, ok := newRule(st.direction, t, p, m); ok {
					r.subject, r.counterpart = string(st.segment.ID), counterpart(p)
					r.reasons, r.band = providers.Reasons(st.grant.Rules), bandOf(st.grant.Rules)
					out = append(out, r)
				}
			}
		}
	}
	return out
}

// icmpOfBothFamilies reports whether a rule admits ICMP and ICMPv6 alike, as
// neither side says which family it is of.
func icmpOfBothFamilies(r rule) bool {
	return r.protocol == azureProtocol(model.ICMP) && r.target.family() == bothFamilies && r.peer.family() == bothFamilies
}

// newRule joins two sides and a protocol, if they have a family in common. A
// protocol of one family between sides of both is held to its family by a CIDR where there is
// a "*" to replace.
func newRule(d model.Direction, target, peer side, m match) (rule, bool) {
	f, ok := target.family().meet(peer.family())
	if ok {
		_, ok = f.meet(m.family)
	}
	if !ok {
		return rule{}, false
	}
	if m.family != bothFamilies && target.family() == bothFamilies && peer.family() == bothFamilies {
		if peer.isAny() {
			peer = peer.only(m.family)
		} else {
			target = target.only(m.family)
		}
	}
	return rule{direction: d, access: model.Allow, protocol: m.protocol, target: target, peer: peer,
		srcPorts: m.srcPorts, dstPorts: m.dstPorts}, true
}

// counterpart is the peer's part of a rule's name.
func counterpart(s side) string {
	switch {
	case s.asg != nil && s.asg.label != "":
		return s.asg.label
	case s.asg != nil:
		return "group"
	case s.tag != "":
		return s.tag
	case s.addrs.IsEmpty():
		return ""
	}
	if ps := s.addrs.Prefixes(); len(ps) == 1 {
		return ps[0].String()
	}
	return plural(len(s.addrs.Prefixes()), "block")
}

// bandOf returns where rules for a grant go: with the platform's if every rule
// behind the grant is the platform's.
func bandOf(rules []model.Rule) band {
	if len(rules) == 0 || slices.ContainsFunc(rules, func(r model.Rule) bool { return r.Reason == "" }) {
		return bandAllow
	}
	return bandPlatform
}

// mergeEqual joins rules that say the same for different reasons, and sorts
// them by direction, band and content.
func mergeEqual(rules []rule) []rule {
	at := map[string]int{}
	var out []rule
	for _, r := range rules {
		k := r.key()
		i, ok := at[k]
		if !ok {
			at[k] = len(out)
			out = append(out, r)
			continue
		}
		out[i].reasons = append(out[i].reasons, r.reasons...)
		out[i].band = max(out[i].band, min(r.band, bandAllow))
	}
	slices.SortStableFunc(out, compareRules)
	return out
}
