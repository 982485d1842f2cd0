package gcp

import (
	"fmt"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/terraform"
)

// gkeCluster is what [providers.Site] calls Google's managed Kubernetes.
const gkeCluster = "gke"

// encoder turns one intent into rules.
type encoder struct {
	opts Options
	in   providers.Intent
	// everybody is Outside and the members; held is the addresses of each.
	everybody []model.Identity
	held      map[model.Identity]model.AddrSet
	segments  map[model.Identity]*segment
	// behind lists the segments whose machines have an identity, sorted.
	behind   map[machineID][]model.Identity
	rules    []rule
	findings []model.Finding
}

// segment is a segment with what rules need to know of it.
type segment struct {
	providers.Segment
	machine machineID
	// addrs is empty when the addresses are not known.
	addrs           model.AddrSet
	ingress, egress []model.Grant
}

func newEncoder(o Options, in providers.Intent) *encoder {
	e := &encoder{
		opts: o, in: in,
		everybody: []model.Identity{model.Outside},
		held:      providers.Held(in.Inventory),
		segments:  map[model.Identity]*segment{},
		behind:    map[machineID][]model.Identity{},
	}
	for _, m := range in.Inventory.Members {
		e.everybody = append(e.everybody, m.ID)
	}
	return e
}

func (e *encoder) run() providers.Output {
	e.identifyAll()
	if e.failed() {
		return providers.Output{} // what follows would rest on the faults
	}
	for _, s := range e.in.Segments {
		e.ingress(e.segments[s.ID])
		e.egress(e.segments[s.ID])
	}
	e.remarks()
	if e.failed() {
		return providers.Output{}
	}
	return e.write(mergeEqual(e.rules))
}

// write shortens the rules as far as is asked for, and writes them.
func (e *encoder) write(rules []rule) providers.Output {
	size := e.size(rules)
	rules = e.shortened(rules)
	size.After = len(rules)
	out := providers.Output{Groups: e.groups(), Lists: []providers.ListSize{size}}
	named := nameRules(e.in.Site.Network, rules)
	out.Quotas = quotas(named)
	if !e.module(named, &out) {
		return providers.Output{}
	}
	return out
}

// size is the length of the one list that all rules of a network are.
func (e *encoder) size(rules []rule) providers.ListSize {
	s := providers.ListSize{Name: e.listName(), Before: len(rules), After: len(rules)}
	for _, g := range e.in.Segments {
		s.Segments = append(s.Segments, string(g.ID))
	}
	return s
}

// listName is how reports and lock files call the rules of the network.
func (e *encoder) listName() string {
	if e.opts.Style == NetworkPolicy {
		return "network firewall policy " + e.policyName()
	}
	return "VPC firewall rules"
}

// identifyAll finds out how rules name each segment, and what policies
// admit there.
func (e *encoder) identifyAll() {
	known := map[model.Identity]model.AddrSet{}
	for _, m := range e.in.Inventory.Members {
		known[m.ID] = m.Addrs
	}
	for _, s := range e.in.Segments {
		machine, err := identify(e.opts.Style, s)
		if err != nil {
			e.report(model.Finding{Severity: model.Error, Code: "segment-identity", Summary: err.Error(), Origin: e.in.Site.Origin,
				Advice: "correct the placement of " + workloadNames(s)})
			continue
		}
		seg := &segment{Segment: s, machine: machine, addrs: known[s.ID]}
		var found []model.Finding
		seg.ingress, found = e.in.Policy.Grants(e.in.Inventory, s.ID, model.Ingress)
		e.findings = append(e.findings, found...)
		seg.egress, found = e.in.Policy.Grants(e.in.Inventory, s.ID, model.Egress)
		e.findings = append(e.findings, found...)
		e.segments[s.ID] = seg
		e.behind[machine] = append(e.behind[machine], s.ID)
	}
}

// ingress writes the rules at the receiving end. What no rule admits is refused by
// Google Cloud itself, but last of all: a rule of our own says so before the rules that
// a network may have besides, those of GKE and of the network named default among
// them.
func (e *encoder) ingress(s *segment) {
	if g, ok := openGrant(s.ingress); ok {
		e.allow(s, model.Ingress, g)
		return
	}
	for _, g := range s.ingress {
		e.allow(s, model.Ingress, g)
	}
	e.deny(s, model.Ingress)
}

// egress writes the rules at the sending end. What no rule refuses is admitted
// by Google Cloud itself; a rule of our own is needed where a segment
// with the same identity is isolated.
func (e *encoder) egress(s *segment) {
	g, open := openGrant(s.egress)
	switch {
	case open && slices.ContainsFunc(e.behind[s.machine], e.egressIsolated):
		e.allow(s, model.Egress, g)
	case !open:
		for _, g := range s.egress {
			e.allow(s, model.Egress, g)
		}
		e.deny(s, model.Egress)
	}
}

func (e *encoder) egressIsolated(id model.Identity) bool {
	_, open := openGrant(e.segments[id].egress)
	return !open
}

// openGrant returns a grant of everything, if there is one.
func openGrant(gs []model.Grant) (model.Grant, bool) {
	for _, g := range gs {
		everything := slices.ContainsFunc(g.Traffic, func(s model.Service) bool { return s.Protocol == model.AnyProtocol })
		if g.Peer.IsAny() && everything {
			return g, true
		}
	}
	return model.Grant{}, false
}

// gke reports whether the segments are pods on GKE.
func (e *encoder) gke() bool { return e.in.Site.Cluster == gkeCluster }

// within returns the addresses to which ingress rules for a segment are
// limited, because its identity is others' too; empty: to none.
func (e *encoder) within(s *segment, d model.Direction) model.AddrSet {
	if d == model.Ingress && (e.gke() || len(e.behind[s.machine]) > 1) {
		return s.addrs
	}
	return model.AddrSet{}
}

// prefix is the first part of the names of rules for a segment.
func (e *encoder) prefix(s *segment, within model.AddrSet) string {
	if len(e.behind[s.machine]) > 1 && within.IsEmpty() {
		return namePart(s.machine.name)
	}
	return namePart(string(s.ID))
}

// allow writes the rules for a grant and reports what they cannot say.
func (e *encoder) allow(s *segment, d model.Direction, g model.Grant) {
	p := e.peersOf(s, d, g.Peer)
	e.reportMissing(s, d, p, g)
	within := e.within(s, d)
	r := rule{prefix: e.prefix(s, within), direction: d, action: model.Allow, targets: []machineID{s.machine}, notes: providers.Reasons(g.Rules)}
	if len(r.notes) == 0 {
		r.notes = []string{fmt.Sprintf("No policy isolates %s in this direction", s.ID)}
	}
	for _, f := range []family{family4, family6} {
		if s.addrs.IsEmpty() || !f.of(s.addrs).IsEmpty() {
			e.spread(r, spread{f, f.of(p.ranges), f.of(within), g.Traffic})
		}
	}
	e.allowSources(r, p.sources, within, g.Traffic)
	e.losses(s, d, p, g)
}

// allowSources writes the rules whose peers are named by identity. They have no family
// unless destination ranges give them one.
func (e *encoder) allowSources(r rule, sources []machineID, within model.AddrSet, t model.Traffic) {
	families := []family{anyFamily}
	if !within.IsEmpty() {
		families = []family{family4, family6}
	}
	for chunk := range slices.Chunk(sources, r.kind().mostSources()) {
		r.sources = chunk
		for _, f := range families {
			if f == anyFamily || !f.of(within).IsEmpty() {
				e.spread(r, spread{f, model.AddrSet{}, f.of(within), t})
			}
		}
	}
}

// deny refuses what no allow admits, in both families.
func (e *encoder) deny(s *segment, d model.Direction) {
	within := e.within(s, d)
	prefix := e.prefix(s, within)
	r := rule{prefix: prefix, direction: d, action: model.Deny, targets: []machineID{s.machine},
		notes: []string{fmt.Sprintf("Policies isolate %s: whatever they do not admit is refused (%s)", prefix, d)}}
	for _, f := range []family{family4, family6} {
		if within.IsEmpty() || !f.of(within).IsEmpty() {
			e.spread(r, spread{f, f.of(model.AllAddrs()), f.of(within), model.Traffic{model.AllTraffic()}})
		}
	}
}

// spread is what a rule holds before it is cut to the limits of one rule.
type spread struct {
	family         family
	ranges, within model.AddrSet
	traffic        model.Traffic
}

// spread adds r as often as its ranges, destinations and ports need. A rule
// with neither ranges nor sources, or without traffic in the family, is none.
func (e *encoder) spread(r rule, sp spread) {
	ranges := slices.Collect(slices.Chunk(sp.ranges.Prefixes(), rangesPerRule))
	withins := slices.Collect(slices.Chunk(sp.within.Prefixes(), rangesPerRule))
	if len(r.sources) > 0 {
		ranges = append(ranges, nil)
	}
	if len(withins) == 0 {
		withins = append(withins, nil)
	}
	for _, services := range splitPorts(e.opts.services(sp.traffic, sp.family)) {
		for _, r.ranges = range ranges {
			for _, r.within = range withins {
				r.services = services
				e.rules = append(e.rules, r)
			}
		}
	}
}

func (e *encoder) report(f model.Finding) { e.findings = append(e.findings, f) }

// failed reports whether an error was found.
func (e *encoder) failed() bool { return model.WorstSeverity(e.findings) == model.Error }

// groups says which segments stand behind the groups that Decode names. On GKE
// sources stay unknown: they are nodes.
func (e *encoder) groups() map[model.Group]model.Selector {
	all := model.Identities{}
	for _, s := range e.in.Segments {
		all = append(all, s.ID)
	}
	out := map[model.Group]model.Selector{
		networkGroup(networkKey(e.network(), e.project())): all,
	}
	for machine, ids := range e.behind {
		out[machine.targets()] = model.Identities(ids)
		if !e.gke() {
			out[machine.sources()] = model.Identities(ids)
		}
	}
	return out
}

// network is the value by which resources name the network, and project that of
// their project, absent where the provider's is to be used.
func (e *encoder) network() terraform.Value {
	if e.in.Site.Network == "" {
		return terraform.Ref("var.network")
	}
	return terraform.String(e.in.Site.Network)
}

func (e *encoder) project() terraform.Value {
	if e.in.Site.Project == "" {
		return terraform.Value{}
	}
	return terraform.String(e.in.Site.Project)
}

// workloadNames lists a segment's workloads for people, the first few of
// many.
func workloadNames(s providers.Segment) string {
	const few = 3
	var names []string
	for _, w := range s.Workloads[:min(few, len(s.Workloads))] {
		names = append(names, string(w.ID))
	}
	if n := len(s.Workloads) - few; n > 0 {
		names = append(names, fmt.Sprintf("%d more", n))
	}
	return strings.Join(names, ", ")
}
