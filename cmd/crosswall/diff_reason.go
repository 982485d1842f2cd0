package main

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/crosswall/crosswall/model"
)

// diffReason is why connections of an entry pass or not on one side.
type diffReason struct {
	// admits tells the side that admits from the one that refuses.
	verdict model.Verdict
	have    bool // of HAVE, else of WANT
	layer   string
	// direction in which the rule is asked.
	direction model.Direction
	rule      string // name; may be empty
	origin    model.Origin
	why       string
	// about is the target where no rule decides; empty if one does.
	about string
	// isolates is whether the reason is that the policy at origin isolates the target.
	isolates bool
	// rewritten rules are not on the other side.
	rewritten bool
	// decides is the rule; nil where something else does.
	decides *model.Rule
}

// Bounds on the reasons of one entry: those that are kept, and the rules that are looked at for them.
const (
	mostReasons    = 20
	mostCandidates = 400
)

// reasoner finds reasons.
type reasoner struct {
	comparison
	shared   map[model.Identity]bool
	resolved map[*model.Rule]ruleEnds
}

// ruleEnds is whom a rule may be about.
type ruleEnds struct{ target, peer model.Endpoints }

func newReasoner(c comparison) *reasoner {
	return &reasoner{comparison: c, shared: c.sharedMembers(), resolved: map[*model.Rule]ruleEnds{}}
}

// sharedMembers are the members of both sides.
func (c comparison) sharedMembers() map[model.Identity]bool {
	out := map[model.Identity]bool{}
	for _, m := range c.inv.Members {
		out[m.ID] = !slices.Contains(c.added, m.ID) && !slices.Contains(c.removed, m.ID)
	}
	return out
}

// reasons returns why connections of an entry changed: what admits them on one side,
// and what refuses them on the other.
func (r *reasoner) reasons(e diffEntry, region model.Region) []diffReason {
	l := reasonList{}
	switch e.what {
	case unknown:
		l.add(r.doubts(e, false)...)
		l.add(r.doubts(e, true)...)
	case opened, closed:
		l.add(r.refusals(e, e.example)...)
		l.add(r.admissions(e, region, &l)...)
	case arrived, departed:
		l.add(r.admissions(e, region, &l)...)
	}
	return l.sorted()
}

// reasonList collects reasons, each once.
type reasonList struct {
	reasons []diffReason
	seen    map[string]bool
}

func (l *reasonList) add(rs ...diffReason) {
	if l.seen == nil {
		l.seen = map[string]bool{}
	}
	for _, r := range rs {
		key := fmt.Sprint(r.have, r.verdict, r.layer, r.direction, r.origin, r.rule, r.why)
		if !l.seen[key] && len(l.reasons) < mostReasons {
			l.seen[key] = true
			l.reasons = append(l.reasons, r)
		}
	}
}

// sorted returns the reasons with WANT's first, rules that differ before others.
func (l *reasonList) sorted() []diffReason {
	slices.SortStableFunc(l.reasons, func(a, b diffReason) int {
		return cmp.Or(cmp.Compare(btoi(a.have), btoi(b.have)), cmp.Compare(btoi(b.rewritten), btoi(a.rewritten)),
			cmp.Compare(a.direction, b.direction), a.origin.Compare(b.origin), cmp.Compare(a.rule, b.rule))
	})
	return l.reasons
}

// opponent returns one of the two sides.
func (c comparison) opponent(have bool) opponent {
	if have {
		return c.have
	}
	return c.want
}

// refusals says what refuses a connection on the side that does.
func (r *reasoner) refusals(e diffEntry, f model.Flow) []diffReason {
	have := !e.what.admits()
	side := r.opponent(have)
	d := side.policy.Explain(f, r.inv)
	var out []diffReason
	for _, packets := range []struct {
		steps []model.Step
		reply bool
	}{{d.Request, false}, {d.Reply, true}} {
		for _, s := range packets.steps {
			if s.Verdict == model.Denied {
				out = append(out, r.refusal(side, s, r.targetOf(f, s.Direction, packets.reply))...)
			}
		}
	}
	for i := range out {
		out[i].have = have
	}
	return out
}

// targetOf returns the end at which a step was taken.
func (r *reasoner) targetOf(f model.Flow, d model.Direction, reply bool) model.Endpoint {
	if (d == model.Ingress) != reply {
		return f.Dst
	}
	return f.Src
}

// refusal is a denying step in words: the rule, or else the policies that isolate the target.
func (r *reasoner) refusal(side opponent, s model.Step, target model.Endpoint) []diffReason {
	plain := r.stepReason(s)
	if s.Rule != nil {
		return []diffReason{plain}
	}
	plain.about = r.nameOf(target)
	var out []diffReason
	for _, i := range side.isolations {
		if i.Direction != s.Direction || !slices.ContainsFunc(r.workloads(target.ID), func(w model.Identity) bool { return slices.Contains(i.Workloads, w) }) {
			continue
		}
		isolates := plain
		isolates.origin = i.By
		isolates.rule = i.By.Object
		isolates.isolates = true
		isolates.why = fmt.Sprintf("isolates %s, and no rule for %s admits this", r.nameOf(target), s.Direction)
		out = append(out, isolates)
	}
	if len(out) == 0 {
		return []diffReason{plain}
	}
	return out
}

// stepReason is a step as a reason.
func (r *reasoner) stepReason(s model.Step) diffReason {
	out := diffReason{verdict: s.Verdict, layer: s.Layer, direction: s.Direction, why: s.Why}
	if s.Rule != nil {
		out.rule, out.origin = s.Rule.Name, s.Rule.Origin
	}
	return out
}

// nameOf names an end by its workloads.
func (r *reasoner) nameOf(e model.Endpoint) string {
	if e.ID == model.Outside {
		return e.Addr.String()
	}
	return workloadsText(r.workloads(e.ID))
}

// admissions finds the rules that admit what the other side refuses where they are asked. For each such rule what refuses
// its packets is added to the list too.
func (r *reasoner) admissions(e diffEntry, region model.Region, l *reasonList) []diffReason {
	have := e.what.admits()
	side := r.opponent(have)
	within := r.around(e)
	inside := region.Intersect(model.NewRegion(within))
	var first, others []diffReason
	looked := 0
	eachRule(side.policy, func(at ruleAt) {
		if at.Action != model.Allow || looked >= mostCandidates || len(first) >= mostReasons {
			return
		}
		ends := r.ends(at.Rule)
		src, dst := ends.target, ends.peer
		if at.direction == model.Ingress {
			src, dst = dst, src
		}
		if src, dst = src.Intersect(within.Src), dst.Intersect(within.Dst); src.IsEmpty() || dst.IsEmpty() {
			return
		}
		looked++
		box := model.NewRegion(model.Box{Src: src, Dst: dst, Traffic: at.Traffic})
		f, ok := box.Intersect(inside).Example()
		if !ok || !r.decides(e, side, at, f) {
			return
		}
		found := diffReason{decides: at.Rule, have: have, verdict: model.Allowed, layer: at.layer.Name, direction: at.direction, rule: at.Name, origin: at.Origin,
			why: at.Reason, rewritten: r.rewritten[keyOf(at, r.shared)] != 0}
		if e.what == opened || e.what == closed {
			l.add(r.refusals(e, f)...)
		}
		if found.rewritten {
			first = append(first, found)
		} else {
			others = append(others, found)
		}
	})
	if len(first)+len(others) == 0 {
		return r.unasked(e, side, have)
	}
	return append(first, others...)
}

// around returns the endpoints and the traffic of an entry.
func (r *reasoner) around(e diffEntry) model.Box {
	ends := func(s diffSide) model.Endpoints {
		var out []endpointsAt
		for _, c := range s.classes {
			for _, id := range c.members() {
				addrs := c.addrs
				if !c.outside && !e.someAddrs {
					addrs = r.inv.Addrs(id)
				}
				out = append(out, endpointsAt{id, addrs})
			}
		}
		return uniteEndpoints(out)
	}
	return model.Box{Src: ends(e.from), Dst: ends(e.to), Traffic: e.traffic.services()}
}

func (r *reasoner) ends(rule *model.Rule) ruleEnds {
	out, ok := r.resolved[rule]
	if !ok {
		out = ruleEnds{r.inv.Resolve(rule.Target).May, r.inv.Resolve(rule.Peer).May}
		r.resolved[rule] = out
	}
	return out
}

// decides reports whether the rule is what admits a connection in its chain, where the other side refuses it.
func (r *reasoner) decides(e diffEntry, side opponent, at ruleAt, f model.Flow) bool {
	if e.what == opened || e.what == closed {
		other := r.opponent(!e.what.admits())
		d := other.policy.Explain(f, r.inv)
		if !refusesAt(slices.Concat(d.Request, d.Reply), at, other.policy) {
			return false
		}
	}
	if at.chain.Order == model.AnyAllow {
		return true // every rule that matches admits
	}
	return slices.ContainsFunc(side.policy.Explain(f, r.inv).Request, func(s model.Step) bool {
		return s.Layer == at.layer.Name && s.Direction == at.direction && s.Rule != nil && s.Rule.Name == at.Name && s.Rule.Origin == at.Origin
	})
}

// refusesAt reports whether a step where the rule is asked refuses: in the layer of that name where both
// policies have it, else in that direction.
func refusesAt(steps []model.Step, at ruleAt, other model.Policy) bool {
	same := slices.ContainsFunc(other.Layers, func(l model.Layer) bool { return l.Name == at.layer.Name })
	return slices.ContainsFunc(steps, func(s model.Step) bool {
		return s.Verdict == model.Denied && s.Direction == at.direction && (!same || s.Layer == at.layer.Name)
	})
}

// ofPair returns those of an entry's reasons that are about one of its connections.
func (r *reasoner) ofPair(e diffEntry, f model.Flow) []diffReason {
	l := reasonList{}
	for _, n := range e.because {
		switch {
		case n.about != "" && n.about != r.nameOf(r.targetOf(f, n.direction, false)):
		case n.decides != nil && !r.names(n, f):
		default:
			l.add(n)
		}
	}
	admits, refuses := false, e.what == arrived || e.what == departed
	for _, n := range l.reasons {
		admits, refuses = admits || n.verdict == model.Allowed, refuses || n.verdict == model.Denied
	}
	if e.what != unknown && !refuses {
		l.add(r.refusals(e, f)...)
	}
	if e.what != unknown && !admits {
		e.example = f
		l.add(r.unasked(e, r.opponent(e.what.admits()), e.what.admits())...)
	}
	return l.sorted()
}

// names reports whether a rule may be about a connection.
func (r *reasoner) names(n diffReason, f model.Flow) bool {
	target, peer := r.targetOf(f, n.direction, false), f.Src
	if target == f.Src {
		peer = f.Dst
	}
	ends := r.ends(n.decides)
	return ends.target.Contains(target) && ends.peer.Contains(peer)
}

// unasked says why a connection passes that no rule admits where the other side refuses it.
func (r *reasoner) unasked(e diffEntry, side opponent, have bool) []diffReason {
	if r.unseen.Contains(e.example) {
		return []diffReason{{verdict: model.Allowed, have: have, why: "it meets no rule: traffic inside one machine"}}
	}
	refused := map[model.Direction]bool{}
	other := r.opponent(!have)
	for _, s := range other.policy.Explain(e.example, r.inv).Request {
		if s.Verdict == model.Denied {
			refused[s.Direction] = true
		}
	}
	oneSided := e.what == arrived || e.what == departed
	var out []diffReason
	for _, s := range side.policy.Explain(e.example, r.inv).Request {
		target := r.targetOf(e.example, s.Direction, false)
		if !oneSided && !refused[s.Direction] && len(refused) > 0 || oneSided && target.ID == model.Outside {
			continue
		}
		found := r.stepReason(s)
		found.have = have
		if s.Chain == "" {
			found.about = r.nameOf(target)
			found.why = fmt.Sprintf("nothing isolates %s for %s", r.nameOf(target), s.Direction)
		}
		out = append(out, found)
	}
	return out
}

// doubts says what is unknown about a connection on one side.
func (r *reasoner) doubts(e diffEntry, have bool) []diffReason {
	d := r.opponent(have).policy.Explain(e.example, r.inv)
	var out []diffReason
	for _, s := range slices.Concat(d.Request, d.Reply) {
		if s.Verdict == model.Undecided {
			found := r.stepReason(s)
			found.have = have
			out = append(out, found)
		}
	}
	return out
}
