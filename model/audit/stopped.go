package audit

import (
	"fmt"
	"maps"
	"slices"

	"github.com/crosswall/crosswall/model"
)

// Stopped is a rule that allows something of which nothing passes, because another layer, or the other end, refuses all of it.
type Stopped struct {
	Firewall  *Firewall
	Direction model.Direction
	// Rules are what the model made of the rule as it was written.
	Rules []model.Rule
	// Asked is what the rule allows between those who are there.
	Asked model.Region
	// Example is a packet of Asked, and By the first reason why it does not pass.
	Example model.Flow
	By      model.Blocker
	// Unsure says why it may pass all the same; empty: it does not.
	Unsure string
}

// Stops returns the rules of which nothing passes, by firewall, in the order in which they are written. Rules whose own firewall refuses all
// that they allow are not among them, nor are those for nobody.
func (s *Subject) Stops() []Stopped {
	if s.stops == nil {
		s.stops = []Stopped{}
		all := s.everybody()
		n := newNarrower(all.policy, all.Inventory)
		for some := range slices.Chunk(indexes(len(s.Estate.Firewalls)), batch) {
			s.stops = append(s.stops, s.stopsOf(some, n)...)
		}
	}
	return s.stops
}

func indexes(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

// request is a rule as it was written, and what it allows.
type request struct {
	Stopped
	boxes []model.Box
	// wide is whether the peers are everybody at some addresses.
	wide bool
	// tried is a packet that does not pass; nil: there is none to try.
	tried *model.Flow
}

// mostProofs is for how many rules of a subject it is worked out that nothing passes, and mostJudges how many rules are asked about them together:
// most rules take milliseconds, one of everybody at some addresses as long as the account is large. Accounts that have more such rules are told of
// the others by packets that were tried.
const (
	mostProofs = 500
	mostJudges = 500_000
)

// stopsOf looks at some firewalls. What passes is asked once for all of their rules: first for strangers, of whom most rules are about, and
// then, for those rules of which nothing passes, for everybody.
func (s *Subject) stopsOf(firewalls []int, n *narrower) []Stopped {
	var left []request
	for _, i := range firewalls {
		f := &s.Estate.Firewalls[i]
		for _, d := range []model.Direction{model.Ingress, model.Egress} {
			left = append(left, s.requestsOf(f, d)...)
		}
	}
	var out []Stopped
	for _, q := range s.unproven(left, n) {
		if s.proofs < mostProofs && s.judges < mostJudges {
			s.proofs++
			var ok bool
			if q.Asked, ok = s.refused(q, n); !ok {
				continue
			}
			q.Example = exampleOfRefused(q.Asked)
		} else if q.tried == nil {
			continue // nobody is there
		} else {
			q.Example, q.Unsure = *q.tried, "none of the packets that were tried passes; there are too many such rules to work out each"
		}
		ids := map[model.Identity]bool{q.Example.Src.ID: true, q.Example.Dst.ID: true}
		inv, list := s.members(ids)
		blockers := n.to(n.about(list, endsOf(q.Example))).Blockers(q.Example, inv)
		if len(blockers) == 0 || q.blocksItself(blockers) {
			continue
		}
		q.By = mostSure(blockers)
		out = append(out, q.Stopped)
	}
	return out
}

// exampleOfRefused returns a packet of what is refused, one of strangers if there is one: those are what most rules are about.
func exampleOfRefused(asked model.Region) model.Flow {
	outside := model.EndpointsOf(model.Outside)
	f, ok := asked.Intersect(model.NewRegion(model.Box{Src: outside, Dst: model.AnyEndpoint(), Traffic: model.Traffic{model.AllTraffic()}},
		model.Box{Src: model.AnyEndpoint(), Dst: outside, Traffic: model.Traffic{model.AllTraffic()}})).Example()
	if !ok {
		f, _ = asked.Example() // there is one: the region is not empty
	}
	return f
}

// mostSure is the first reason that is surely one: what was not read may refuse too, and is no reason to name. Else the first that is of rules
// that were read.
func mostSure(blockers []model.Blocker) model.Blocker {
	if i := slices.IndexFunc(blockers, func(b model.Blocker) bool { return b.Sure }); i >= 0 {
		return blockers[i]
	}
	return blockers[max(0, slices.IndexFunc(blockers, func(b model.Blocker) bool { return b.Rule == nil || Doubt(*b.Rule) == "" }))]
}

// blocksItself reports whether the rule's own firewall is a reason why nothing passes.
func (q request) blocksItself(blockers []model.Blocker) bool {
	for _, b := range blockers {
		if b.Direction == q.Direction && !b.Reply && b.Rule != nil {
			if _, own := q.Firewall.RuleAt(q.Direction, b.Rule.Origin); own {
				return true
			}
		}
		for _, c := range q.Firewall.Chains(q.Direction) {
			if b.Direction == q.Direction && !b.Reply && b.Rule == nil && c.Name == b.Chain && q.Firewall.State == model.Stateless {
				return true
			}
		}
	}
	return false
}

// requestsOf returns what the rules of a firewall ask for.
func (s *Subject) requestsOf(f *Firewall, d model.Direction) []request {
	var out []request
	filtered := model.EndpointsAt(model.AllAddrs().Subtract(Unheld()).Subtract(s.Services))
	here := filtered.Intersect(s.heldUnder(f))
	at := map[model.Origin]int{}
	for _, c := range f.Chains(d) {
		for _, r := range c.Rules {
			told, ok := f.RuleAt(d, r.Origin)
			if r.Action != model.Allow || ok && told.Added || r.Reason != "" {
				continue
			}
			i, seen := at[r.Origin]
			if !seen {
				i = len(out)
				at[r.Origin] = i
				out = append(out, request{Stopped: Stopped{Firewall: f, Direction: d}})
			}
			q := &out[i]
			q.Rules = append(q.Rules, r)
			own := s.everybody().Resolve(model.And{orAny(f.Target), orAny(r.Target)}).May
			peers := s.everybody().Resolve(orAny(r.Peer)).May
			q.wide = q.wide || !peers.Rest().IsEmpty() // before what nobody holds is taken away
			if q.Unsure == "" {
				q.Unsure = f.NotAll
			}
			b := model.Box{Src: peers.Intersect(filtered), Dst: own.Intersect(here), Traffic: r.Traffic}
			if d == model.Egress {
				b.Src, b.Dst = b.Dst, b.Src
			}
			q.boxes = append(q.boxes, b)
		}
	}
	return out
}

// heldUnder returns where the interfaces are that have a firewall, as far as they are known: others that it may be for do not make a rule
// right for these. Everywhere, where none is known, or not where all of them are.
func (s *Subject) heldUnder(f *Firewall) model.Endpoints {
	var at model.AddrSet
	for _, x := range s.Under(f.Key) {
		if x.Addrs.IsEmpty() {
			return model.AnyEndpoint()
		}
		at = at.Union(x.Addrs)
	}
	if at.IsEmpty() {
		return model.AnyEndpoint()
	}
	return model.EndpointsAt(at)
}

// unproven leaves the requests of which no packet was found that passes, by trying one of each part: of nearly all rules one does.
func (s *Subject) unproven(qs []request, n *narrower) []request {
	policies, kept := map[string]model.Policy{}, 0
	judging := func(f model.Flow) model.Policy {
		of := n.about([]model.Identity{f.Src.ID, f.Dst.ID}, endsOf(f))
		key := fmt.Sprint(slices.Sorted(maps.Keys(of)))
		p, ok := policies[key]
		if !ok {
			p = n.to(of)
			if kept += rulesOf(p); kept > mostKept {
				clear(policies)
				kept = rulesOf(p)
			}
			policies[key] = p
		}
		return p
	}
	passes := func(q *request, b model.Box) bool {
		tried := 0
		for _, src := range s.someOf(b.Src) {
			for _, dst := range s.someOf(b.Dst) {
				flow, ok := model.NewRegion(model.Box{Src: src.endpoints(), Dst: dst.endpoints(), Traffic: b.Traffic}).Example()
				if !ok {
					continue // of two families
				}
				if judging(flow).Explain(flow, s.everybody().Inventory).Verdict != model.Denied {
					return true
				}
				if q.tried == nil {
					q.tried = &flow
				}
				if tried++; tried == mostTried {
					return false
				}
			}
		}
		return false
	}
	var out []request
	for _, q := range qs {
		if !slices.ContainsFunc(q.boxes, func(b model.Box) bool { return passes(&q, b) }) {
			out = append(out, q)
		}
	}
	return out
}

// mostKept is how many rules of policies are kept for packets to come. The policies about the groups that thousands of rules of one firewall name have all of
// its rules each.
const mostKept = 200_000

// rulesOf counts the rules of a policy.
func rulesOf(p model.Policy) int {
	n := 0
	for _, l := range p.Layers {
		for _, c := range slices.Concat(l.Ingress, l.Egress) {
			n += len(c.Rules)
		}
	}
	return n
}

// endsOf is the two ends of a packet.
func endsOf(f model.Flow) model.Endpoints {
	end := func(e model.Endpoint) model.Endpoints { return model.EndpointAt(e.ID, model.Addrs(e.Addr)) }
	return end(f.Src).Union(end(f.Dst))
}

// mostTried is how many packets of a part of a request are tried.
const mostTried = 12

// someone is an identity at some addresses that it may hold, of one family.
type someone struct {
	id model.Identity
	at model.AddrSet
}

func (x someone) endpoints() model.Endpoints { return model.EndpointAt(x.id, x.at) }

// someOf returns a few of some endpoints, strangers first where they are among them.
func (s *Subject) someOf(e model.Endpoints) []someone {
	var out []someone
	try := func(id model.Identity) {
		at := e.At(id)
		if id == model.Outside {
			at = at.Intersect(s.everybody().Addrs(id))
		} else if held := s.addrsOf(id); !held.IsEmpty() {
			at = at.Intersect(held)
		}
		for _, part := range []model.AddrSet{at.V4(), at.V6()} {
			if !part.IsEmpty() {
				out = append(out, someone{id, part})
			}
		}
	}
	try(model.Outside)
	for _, n := range e.Entries() {
		if len(out) >= mostTried {
			break
		}
		if n.ID != model.Outside {
			try(n.ID)
		}
	}
	return out
}

// refused returns what a request asks for between those who are there, if nothing of it passes.
func (s *Subject) refused(q request, n *narrower) (model.Region, bool) {
	if q.wide {
		// Of everybody at some addresses strangers are asked about first, for something of theirs passes more often than not.
		if asked, ok := s.allRefused(q.among(model.EndpointsOf(model.Outside)), n); !ok && !asked.IsEmpty() {
			return asked, false
		}
	}
	asked, ok := s.allRefused(q.boxes, n)
	return asked, ok && !asked.IsEmpty()
}

// among is a request whose peers are some endpoints alone.
func (q request) among(peers model.Endpoints) []model.Box {
	out := slices.Clone(q.boxes)
	for i := range out {
		if q.Direction == model.Ingress {
			out[i].Src = out[i].Src.Intersect(peers)
		} else {
			out[i].Dst = out[i].Dst.Intersect(peers)
		}
	}
	return out
}

// allRefused returns what boxes hold between those who are there, and whether nothing of it passes.
func (s *Subject) allRefused(boxes []model.Box, n *narrower) (model.Region, bool) {
	ids := map[model.Identity]bool{}
	for _, b := range boxes {
		s.addIDs(ids, b.Src)
		s.addIDs(ids, b.Dst)
	}
	inv, list := s.members(ids)
	asked := model.NewRegion(boxes...).Intersect(inv.Universe())
	var ends model.Endpoints
	for _, b := range boxes {
		ends = ends.Union(b.Src).Union(b.Dst)
	}
	policy := n.to(n.about(list, ends))
	s.judges += rulesOf(policy)
	p := policy.PermittedWithin(inv, asked)
	return asked, asked.Intersect(p.Allowed.Union(p.Unknown).Union(p.GaveUp)).IsEmpty()
}

// addIDs notes the members among endpoints; where everybody at some addresses is among them, all that may have one of those.
func (s *Subject) addIDs(ids map[model.Identity]bool, e model.Endpoints) {
	if !e.Rest().IsEmpty() {
		for _, m := range s.everybody().Members {
			at := e.At(m.ID)
			if !at.IsEmpty() && (m.Addrs.IsEmpty() || m.Addrs.Overlaps(at)) {
				ids[m.ID] = true
			}
		}
		return
	}
	for _, n := range e.Entries() {
		if n.ID != model.Outside && !n.Addrs.IsEmpty() {
			ids[n.ID] = true
		}
	}
}

// members is the inventory with some members alone.
func (s *Subject) members(ids map[model.Identity]bool) (model.Inventory, []model.Identity) {
	if s.places == nil {
		s.places = map[model.Identity]int{}
		for i, m := range s.everybody().Members {
			s.places[m.ID] = i
		}
	}
	inv := s.everybody().Inventory
	all := inv.Members
	inv.Members = nil
	list := slices.Sorted(maps.Keys(ids))
	for _, id := range list {
		if i, ok := s.places[id]; ok {
			inv.Members = append(inv.Members, all[i])
		}
	}
	return inv, list
}
