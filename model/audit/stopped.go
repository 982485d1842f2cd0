package audit

import (
	"slices"
	"strings"

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
		n := newNarrower(s.Policy, s.Inventory)
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
}

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
	left = s.refused(left, n, false)
	left = s.refused(left, n, true)
	var out []Stopped
	for _, q := range left {
		outside := model.EndpointsOf(model.Outside)
		likely := q.Asked.Intersect(model.NewRegion(model.Box{Src: outside, Dst: model.AnyEndpoint(), Traffic: model.Traffic{model.AllTraffic()}},
			model.Box{Src: model.AnyEndpoint(), Dst: outside, Traffic: model.Traffic{model.AllTraffic()}}))
		var ok bool
		if q.Example, ok = likely.Example(); !ok {
			if q.Example, ok = q.Asked.Example(); !ok {
				continue
			}
		}
		blockers := s.Policy.Blockers(q.Example, s.Inventory)
		if len(blockers) == 0 || q.blocksItself(blockers) {
			continue
		}
		q.By = blockers[0]
		out = append(out, q.Stopped)
	}
	return out
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
			own := s.Inventory.Resolve(model.And{orAny(f.Target), orAny(r.Target)}).May
			peers := s.Inventory.Resolve(orAny(r.Peer)).May
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

// refused leaves the requests of which nothing passes: of strangers alone where the peers are wide, or of everybody.
func (s *Subject) refused(qs []request, n *narrower, everybody bool) []request {
	ids := map[model.Identity]bool{}
	var all []model.Box
	boxes := make([][]model.Box, len(qs))
	for i, q := range qs {
		if everybody && !q.wide {
			continue // was asked for all of them
		}
		for _, b := range q.boxes {
			if q.wide && !everybody {
				strangers := model.EndpointsOf(model.Outside)
				if q.Direction == model.Ingress {
					b.Src = b.Src.Intersect(strangers)
				} else {
					b.Dst = b.Dst.Intersect(strangers)
				}
			}
			boxes[i] = append(boxes[i], b)
			s.addIDs(ids, b.Src)
			s.addIDs(ids, b.Dst)
		}
		all = append(all, boxes[i]...)
	}
	if len(all) == 0 {
		return qs
	}
	inv, list := s.members(ids)
	region := model.NewRegion(all...)
	p := n.to(list).PermittedWithin(inv, region)
	passes := p.Allowed.Union(p.Unknown).Union(p.GaveUp)
	universe := inv.Universe()
	var out []request
	for i, q := range qs {
		if everybody && !q.wide {
			out = append(out, q)
			continue
		}
		asked := model.NewRegion(boxes[i]...)
		if !asked.Intersect(passes).IsEmpty() {
			continue
		}
		q.Asked = asked.Intersect(universe)
		if q.Asked.IsEmpty() && !(q.wide && !everybody) {
			continue // nobody is there
		}
		out = append(out, q)
	}
	return out
}

// addIDs notes the members among endpoints, all of them where everybody at some addresses is.
func (s *Subject) addIDs(ids map[model.Identity]bool, e model.Endpoints) {
	if !e.Rest().IsEmpty() {
		for _, m := range s.Inventory.Members {
			ids[m.ID] = ids[m.ID] || !e.At(m.ID).IsEmpty()
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
	inv := s.Inventory
	inv.Members = nil
	var list []model.Identity
	for _, m := range s.Inventory.Members {
		if ids[m.ID] {
			inv.Members = append(inv.Members, m)
			list = append(list, m.ID)
		}
	}
	slices.SortFunc(list, func(a, b model.Identity) int { return strings.Compare(string(a), string(b)) })
	return inv, list
}
