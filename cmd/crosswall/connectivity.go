package main

import (
	"cmp"
	"slices"

	"github.com/crosswall/crosswall/model"
)

// end is one end of a listed connection: a workload, or addresses of the
// outside.
type end struct {
	id    model.Identity // Outside for addresses
	addrs model.AddrSet  // every address that the end may hold
}

// replies says what admits the replies of a connection when nothing remembers
// the request: the stateless what-if reading of a policy.
type replies string

const (
	// unasked is for the reading of Kubernetes, in which replies need no admission.
	unasked replies = ""
	// explicitReplies are admitted by rules of the opposite direction.
	explicitReplies replies = "explicit"
	// implicitReplies pass because nothing isolates the opposite direction.
	implicitReplies replies = "implicit"
	// noReplies are refused, at least to some port from which the client may call: the connection
	// works because the firewall is stateful, and only then.
	noReplies replies = "none"
)

// connection is traffic from one end to another. The same traffic passes at all addresses of the ends.
type connection struct {
	from, to end
	traffic  trafficSet
	replies  replies
	// everything is all the traffic that there could be between the ends.
	everything trafficSet
	// sure is whether the traffic is known to pass.
	sure bool
	// fromAt and toAt are the addresses at which a party is meant; empty: all that it may hold. family is
	// "IPv4" or "IPv6" where parties have both and the traffic passes in one.
	fromAt, toAt model.AddrSet
	family       string
	// said is what the traffic reads like, where that was worked out; nil elsewhere.
	said *saying
}

// saying is traffic for people and for scripts.
type saying struct {
	text    string
	entries []trafficEntry
}

// spelt returns what the traffic reads like, and keeps it.
func (c *connection) spelt() *saying {
	if c.said == nil {
		c.said = &saying{c.traffic.text(c.everything), c.traffic.entries(c.everything)}
	}
	return c.said
}

// connectivity is who may connect to whom.
type connectivity struct {
	workloads []model.Identity // sorted
	// segments are the workloads that the policy does not tell apart, each sorted, in the order
	// of their first.
	segments [][]model.Identity
	// known connections pass; unknown ones do or do not, depending on something that could
	// not be resolved, or on which address a workload turns out to hold.
	known, unknown []connection
	// parties are the same connections in few rows where the ends are parties of a cloud; nil for workloads.
	parties *diff
}

// connect works out who may connect to whom.
func connect(p model.Policy, inv model.Inventory, opt listOptions) connectivity {
	// Whether a workload has one pod or more decides on its traffic to itself alone. Left out here, it lets workloads
	// that no policy tells apart share their answer.
	solo := map[model.Identity]bool{}
	inv.Members = slices.Clone(inv.Members)
	var out connectivity
	for i, m := range inv.Members {
		solo[m.ID] = m.Solo
		inv.Members[i].Solo = false
		out.workloads = append(out.workloads, m.ID)
	}
	slices.Sort(out.workloads)

	var all []connection
	all, out.segments = connections(p, inv, opt)
	for _, c := range all {
		if c.from.id == c.to.id && (solo[c.from.id] || !opt.self) {
			continue
		}
		if c.sure {
			out.known = append(out.known, c)
		} else {
			out.unknown = append(out.unknown, c)
		}
	}
	sortConnections(out.known)
	sortConnections(out.unknown)
	return out
}

// connections returns the connections of any policy, and the segments: by the rules that
// name each workload where the policy only allows, by the regions that it admits elsewhere.
func connections(p model.Policy, inv model.Inventory, opt listOptions) ([]connection, [][]model.Identity) {
	var segments [][]model.Identity
	d, ok := directoryFor(p, inv, opt.view)
	if !ok {
		a := newAnalysis(p, inv, opt.view)
		for _, g := range a.groups {
			segments = append(segments, g.ids)
		}
		return a.connections(), sortedSegments(segments)
	}
	for _, g := range d.groups {
		segments = append(segments, g.ids)
	}
	out := d.members(opt.self)
	if opt.joined {
		return append(out, d.joined()...), sortedSegments(segments)
	}
	return append(out, d.split()...), sortedSegments(segments)
}

func sortedSegments(segments [][]model.Identity) [][]model.Identity {
	for _, s := range segments {
		slices.Sort(s)
	}
	slices.SortFunc(segments, func(a, b []model.Identity) int { return cmp.Compare(a[0], b[0]) })
	return segments
}

// sortConnections sorts by from and to, workloads before addresses.
func sortConnections(cs []connection) {
	slices.SortStableFunc(cs, func(a, b connection) int {
		return cmp.Or(a.from.compare(b.from), a.to.compare(b.to), cmp.Compare(a.replies, b.replies))
	})
}

func (e end) compare(o end) int {
	if (e.id == model.Outside) != (o.id == model.Outside) {
		if e.id == model.Outside {
			return 1
		}
		return -1
	}
	if c := cmp.Compare(e.id, o.id); c != 0 || e.id != model.Outside {
		return c
	}
	return e.addrs.Ranges()[0].From().Compare(o.addrs.Ranges()[0].From())
}

// text writes the traffic of the connection on one line.
func (c connection) text() string { return c.spelt().text }
