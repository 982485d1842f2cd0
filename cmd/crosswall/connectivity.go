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
}

// connectivity is who may connect to whom.
type connectivity struct {
	workloads []model.Identity // sorted
	// known connections pass; unknown ones do or do not, depending on something that could
	// not be resolved, or on which address a workload turns out to hold.
	known, unknown []connection
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

	a := newAnalysis(p, inv, opt.view)
	for _, c := range a.connections() {
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
func (c connection) text() string { return c.traffic.text(c.everything) }
