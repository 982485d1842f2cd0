package gcp

import (
	"fmt"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
)

// losses reports what the rules for a grant admit beside it.
func (e *encoder) losses(s *segment, d model.Direction, p peers, g model.Grant) {
	self, admitted := model.EndpointsOf(s.ID), e.admitted(p)
	carried := slices.Clone(g.Traffic)
	wanted := region(d, self, admitted, g.Traffic)
	for _, w := range e.opts.widenings(g.Traffic) {
		carried = append(carried, w.traffic...)
		e.lose(g, model.Finding{Code: w.code, Advice: w.advice,
			Summary: fmt.Sprintf("%s: %s (asked for: %s)", s.ID, w.summary, g.Traffic),
			Affects: region(d, self, admitted, w.traffic).Subtract(wanted)})
	}
	e.lose(g, e.strayFinding(s, d, p, region(d, self, p.strays, carried)))
	e.lose(g, model.Finding{Code: "shared-target",
		Summary: fmt.Sprintf("rules for %s (%s) are applied to other segments with the same %s too", s.ID, d, s.machine),
		Advice:  "give the segments different tags or service accounts, or live with it: the narrowest policy among them does not hold",
		Affects: region(d, e.others(s, e.within(s, d)), admitted, carried)})
	e.reportSCTP(s, g)
}

func (e *encoder) strayFinding(s *segment, d model.Direction, p peers, affects model.Region) model.Finding {
	f := model.Finding{Code: "peer-by-address", Affects: affects,
		Summary: fmt.Sprintf("ingress of %s admits %s by address, and others hold these addresses: %s", s.ID, p.ranges, p.strays),
		Advice:  "give the workloads addresses of their own in the placement (a subnet with exclusive: true, or addresses)"}
	if d == model.Egress {
		f.Code = "egress-to-group"
		f.Summary = fmt.Sprintf("egress of %s admits %s by address, because Google Cloud has no destination tags, and others hold these addresses: %s",
			s.ID, p.ranges, p.strays)
	}
	return f
}

// reportSCTP says that ports were written on SCTP, which may be refused.
func (e *encoder) reportSCTP(s *segment, g model.Grant) {
	onPorts := func(v model.Service) bool { return v.Protocol == model.SCTP && !v.Dst.IsAll() }
	if e.opts.SCTPPorts == SCTPExact && slices.ContainsFunc(g.Traffic, onPorts) {
		e.report(model.Finding{Severity: model.Warning, Code: "sctp-ports-untested", Origin: origin(g),
			Summary: fmt.Sprintf("%s: the rule has SCTP ports, which Google Cloud documents for TCP and UDP only and may refuse", s.ID),
			Advice:  "leave SCTP ports out if terraform apply fails on the rule"})
	}
}

// others returns the endpoints of the other segments with s's identity at
// which rules for s are enforced.
func (e *encoder) others(s *segment, within model.AddrSet) model.Endpoints {
	out := model.Endpoints{}
	for _, id := range e.behind[s.machine] {
		held := e.held[id]
		if !within.IsEmpty() {
			held = held.Intersect(within)
		}
		if id != s.ID && !held.IsEmpty() {
			out = out.Union(model.EndpointAt(id, held))
		}
	}
	return out
}

// lose reports a wider result of a grant, unless it touches nothing. What is said in the
// same words of the same place is one finding, which touches all of it.
func (e *encoder) lose(g model.Grant, f model.Finding) {
	if f.Affects.IsEmpty() {
		return
	}
	f.Severity, f.Grade, f.Origin = model.Warning, model.Wider, origin(g)
	if i := slices.IndexFunc(e.findings, func(o model.Finding) bool {
		return o.Code == f.Code && o.Origin == f.Origin && o.Summary == f.Summary
	}); i >= 0 {
		e.findings[i].Affects = e.findings[i].Affects.Union(f.Affects)
		return
	}
	if packet, ok := f.Affects.Example(); ok {
		f.Example = &packet
	}
	e.report(f)
}

// region is the connections between targets and peers, for a direction.
func region(d model.Direction, targets, peers model.Endpoints, t model.Traffic) model.Region {
	if d == model.Egress {
		return model.NewRegion(model.Box{Src: targets, Dst: peers, Traffic: t})
	}
	return model.NewRegion(model.Box{Src: peers, Dst: targets, Traffic: t})
}

// origin is where a grant comes from; the zero Origin where no policy wrote
// it.
func origin(g model.Grant) model.Origin {
	if len(g.Rules) == 0 {
		return model.Origin{}
	}
	return g.Rules[0].Origin
}

// reportMissing says which peers would have to be named by an address that nobody
// gave.
func (e *encoder) reportMissing(s *segment, d model.Direction, p peers, g model.Grant) {
	why := "Google Cloud's firewall names the destinations of egress by address only"
	if d == model.Ingress {
		why = "a rule cannot name them by tag: "
		if e.gke() {
			why += "on GKE a source tag stands for nodes and not for pods"
		} else {
			why += "they have another kind of identity than " + string(s.ID) + ", or share it with workloads that are not admitted"
		}
	}
	for _, id := range p.missing {
		e.report(model.Finding{Severity: model.Error, Code: "peer-addresses", Origin: origin(g),
			Summary: fmt.Sprintf("%s of %s: the addresses of %s are needed, because %s", d, s.ID, id, why),
			Advice:  "add to the placement:\n" + e.placementLines(id)})
	}
}

// placementLines is what a placement says of a segment's addresses.
func (e *encoder) placementLines(id model.Identity) string {
	lines := []string{"gcp:", "  workloads:"}
	seg, ok := e.segments[id]
	if !ok {
		return strings.Join(append(lines, fmt.Sprintf("    - name: %s", id), "      addresses: [CIDR]"), "\n")
	}
	for _, w := range seg.Workloads {
		lines = append(lines, entryLines(w)...)
	}
	return strings.Join(lines, "\n")
}

func entryLines(w providers.Workload) []string {
	var labels []string
	for _, k := range sortedKeys(w.Labels) {
		labels = append(labels, fmt.Sprintf("%q: %q", k, w.Labels[k]))
	}
	return []string{
		"    - namespace: " + w.Namespace,
		"      podSelector: {matchLabels: {" + strings.Join(labels, ", ") + "}}",
		"      addresses: [CIDR] # of " + string(w.ID),
	}
}

// remarks reports what holds for the whole site.
func (e *encoder) remarks() {
	e.remarkStages()
	var egress, tagless bool
	for _, s := range e.segments {
		_, out := openGrant(s.egress)
		egress = egress || !out
		tagless = tagless || s.Home.Group == "" && s.Home.ServiceAccount == ""
	}
	if !e.gke() {
		return
	}
	if egress {
		e.remark(model.Warning, "node-egress",
			"egress rules are applied to nodes: what the nodes themselves send is refused too unless a rule admits it",
			"let the placement say what nodes need: platform: {presets: [gke]}")
	}
	if tagless {
		e.remark(model.Info, "node-tags",
			"the network tags of this module are to be set on node pools; a segment without a tag of its own is told apart only if its pods have nodes of their own",
			"set networkTag or serviceAccount in the placement where segments share nodes")
	}
}

// remarkStages says when a network firewall policy is not asked at all: in
// the default order VPC firewall rules come before it, and what they allow is
// settled (firewall policy evaluation order, AFTER_CLASSIC_FIREWALL).
func (e *encoder) remarkStages() {
	if e.opts.Style != NetworkPolicy {
		return
	}
	severity, more := model.Info, ""
	if e.othersAdmit() {
		severity, more = model.Warning, ", and this network is known to have such rules"
	}
	e.remark(severity, "stage-order",
		"a VPC firewall rule that allows is asked before the network firewall policy and hides what the policy refuses"+more,
		"remove such rules, or set network_firewall_policy_enforcement_order = \"BEFORE_CLASSIC_FIREWALL\" on the network")
}

// othersAdmit reports whether the network is known to have ingress rules that
// nobody asked for: GKE's, or those of the network that every project starts with
// (default-allow-internal and its like, at 65534).
func (e *encoder) othersAdmit() bool {
	return e.gke() || lastSegment(e.in.Site.Network) == "default"
}

func (e *encoder) remark(s model.Severity, code, summary, advice string) {
	e.report(model.Finding{Severity: s, Code: code, Summary: summary, Advice: advice, Origin: e.in.Site.Origin})
}
