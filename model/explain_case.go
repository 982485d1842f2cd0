package model

import (
	"cmp"
	"slices"
)

// Question asks about all connections from one party to another at once: a
// workload at any address that it may hold, a block of strangers, from any port of a client.
type Question struct {
	// From and To are the ends. Addrs is taken as it is: empty is no address
	// and so no connection.
	From, To EndpointEntry
	// Traffic is of the request, source ports included.
	Traffic Traffic
}

// Region returns the connections asked about: those of the question whose
// ICMP is of the addresses' family.
func (q Question) Region() Region {
	v4, v6 := EndpointsAt(AllIPv4()), EndpointsAt(AllIPv6())
	all := NewRegion(Box{EndpointAt(q.From.ID, q.From.Addrs), EndpointAt(q.To.ID, q.To.Addrs), q.Traffic})
	return all.Subtract(NewRegion(Box{v4, v4, Traffic{AllOf(ICMPv6)}}, Box{v6, v6, Traffic{AllOf(ICMP)}}))
}

// Case is connections of a [Question] about which every layer says the same.
type Case struct {
	// Connections is never empty, and no connection is in two cases.
	Connections Region
	// Example is one of them.
	Example Flow
	// Decision is that of the example. The verdicts, of the whole and of each
	// step, are those of every connection of the case; where rules other than the step's decide
	// so on some of them, they are in its Also.
	Decision Decision
}

// ExplainAll answers a question exactly: one case where the same holds for
// every connection asked about, several where it depends on the addresses or
// the client's port. Cases are sorted: allowed, undecided, denied, and among these
// the one first that holds the typical connection, the example of all that is asked about. There is none when nothing was asked about.
func (p Policy) ExplainAll(q Question, inv Inventory) []Case {
	all := q.Region()
	if all.IsEmpty() {
		return nil
	}
	cases := []Region{all}
	traces := make([]trace, 0, 4*len(p.Layers))
	for _, h := range p.hops() {
		t := traceOf(h, q, all, inv)
		traces = append(traces, t)
		cases = t.split(cases)
	}
	var out []Case
	for _, r := range cases {
		example, _ := r.Example() // split leaves out empty regions
		c := Case{Connections: r, Example: example, Decision: p.Explain(example, inv)}
		c.addAlso(p.hops(), traces)
		out = append(out, c)
	}
	typical, _ := all.Example()
	slices.SortFunc(out, func(a, b Case) int {
		return cmp.Or(cmp.Compare(a.Decision.Verdict.rank(), b.Decision.Verdict.rank()),
			-cmp.Compare(fitOf(a.Connections.Contains(typical)), fitOf(b.Connections.Contains(typical))), a.Example.compare(b.Example))
	})
	return out
}

// rank sorts what passes first.
func (v Verdict) rank() int {
	switch v {
	case Allowed:
		return 0
	case Undecided:
		return 1
	case Denied:
	}
	return 2
}

// compare orders flows by the fields in which connections of one question can
// differ.
func (f Flow) compare(g Flow) int {
	return cmp.Or(f.Src.Addr.Compare(g.Src.Addr), f.Dst.Addr.Compare(g.Dst.Addr), cmp.Compare(f.Protocol, g.Protocol),
		cmp.Compare(f.DstPort, g.DstPort), cmp.Compare(f.SrcPort, g.SrcPort),
		cmp.Compare(f.ICMPType, g.ICMPType), cmp.Compare(f.ICMPCode, g.ICMPCode))
}

// addAlso fills in the rules that decide on connections other than the
// example.
func (c *Case) addAlso(hops []hop, traces []trace) {
	_, answered := c.Example.Reply()
	request, reply := 0, 0
	for i, h := range hops {
		var s *Step
		switch {
		case !h.reply:
			s = &c.Decision.Request[request]
			request++
		case answered:
			s = &c.Decision.Reply[reply]
			reply++
		default:
			continue
		}
		s.Also = traces[i].also(c.Connections, *s)
	}
}
