package model

import "slices"

// Blocker is one reason why a connection does not pass. To let it pass, every
// one of them has to go.
type Blocker struct {
	Layer     string
	Chain     string
	Direction Direction
	// Reply is whether the answer is refused, and not the request.
	Reply bool
	// Rule refuses the packet. Nil: no rule of the chain admits it, and the chain's default
	// is to refuse; then Lack and Near say how close its rules come.
	Rule *Rule
	// Sure is false where it is unknown whether the rule, or the default, is
	// asked about the packet.
	Sure bool
	Lack Lack
	// Near are the rules that would admit the packet but for its traffic or
	// but for its peer: first those that name the peer with traffic of the same kind, then
	// those that lack the peer, each in policy order. Rules that name the peer with
	// traffic of other kinds are here only if there are no others.
	Near []Near
}

// Lack is what a chain of rules lacks to admit a packet. The zero Lack is
// "nothing", of blockers that are rules.
type Lack uint8

const (
	// LacksRules means: no rule of the chain is about the target at all.
	LacksRules Lack = iota + 1
	// LacksBoth means: there are rules about the target, but none names the peer and none the
	// traffic.
	LacksBoth
	// LacksPeer means: rules admit the traffic, but none names this peer.
	LacksPeer
	// LacksTraffic means: rules name the peer, but not this port, protocol or
	// message.
	LacksTraffic
)

// String returns "" for the zero Lack, or what is lacking: "rules", "peer and
// traffic", "peer", "traffic".
func (l Lack) String() string {
	switch l {
	case LacksRules:
		return "rules"
	case LacksBoth:
		return "peer and traffic"
	case LacksPeer:
		return "peer"
	case LacksTraffic:
		return "traffic"
	}
	return ""
}

// Near is a rule that almost admits a packet.
type Near struct {
	Rule Rule
	// Lack is LacksTraffic or LacksPeer.
	Lack Lack
}

// Blockers returns every reason why a connection is not sure to pass, in the
// order in which it meets them: in each layer and direction the rule that refuses, those
// behind it that would refuse in its place, and a default that does. There
// is none for a connection that passes.
func (p Policy) Blockers(f Flow, inv Inventory) []Blocker {
	var out []Blocker
	reply, answered := f.Reply()
	for _, h := range p.hops() {
		packet := f
		if h.reply {
			if !answered {
				continue
			}
			packet = reply
		}
		if h.layer.explain(h.direction, packet, inv).Verdict == Allowed {
			continue
		}
		target, peer := packet.Src, packet.Dst
		if h.direction == Ingress {
			target, peer = peer, target
		}
		w := blockerWalk{judge: judge{chains: h.layer.Chains(h.direction), target: target, peer: peer, packet: packet, inv: inv}, hop: h}
		w.chain(0, true)
		out = append(out, w.found...)
	}
	return out
}

// blockerWalk collects the blockers of one hop.
type blockerWalk struct {
	judge
	hop
	found []Blocker
}

// chain asks chain i and those after it; sure is whether the packet gets there
// for sure once the blockers before are gone.
func (w *blockerWalk) chain(i int, sure bool) {
	if i == len(w.chains) {
		return
	}
	c := w.chains[i]
	switch min(w.inv.match(c.Guard.Target, w.target), w.inv.match(c.Guard.Peer, w.peer)) {
	case no:
		w.chain(i+1, sure)
	case perhaps:
		w.rules(i, false)
		w.chain(i+1, false)
	case yes:
		w.rules(i, sure)
	}
}

// rules asks the rules of chain i until one admits the packet for sure.
func (w *blockerWalk) rules(i int, sure bool) {
	c := w.chains[i]
	rules := c.InTurn()
	for k, r := range rules {
		m := w.matches(r)
		if m == no {
			continue
		}
		switch r.Action {
		case Deny:
			w.block(i, &rules[k], sure && m == yes)
		case Allow:
			if m == yes {
				return
			}
			sure = false
		case Pass:
			w.chain(i+1, sure && m == yes)
			if m == yes {
				return
			}
			sure = false
		}
	}
	switch c.Default {
	case Deny:
		w.block(i, nil, sure)
	case Pass:
		w.chain(i+1, sure)
	case Allow:
	}
}

// block adds a blocker; one that is met on two ways is added once.
func (w *blockerWalk) block(i int, r *Rule, sure bool) {
	c := w.chains[i]
	b := Blocker{Layer: w.layer.Name, Chain: c.Name, Direction: w.direction, Reply: w.reply, Rule: r, Sure: sure}
	for _, o := range w.found {
		if o.Chain == c.Name && (o.Rule == nil) == (r == nil) && (r == nil || o.Rule.sameAs(*r)) {
			return
		}
	}
	if r == nil {
		b.Lack, b.Near = w.nearest(c)
	}
	w.found = append(w.found, b)
}

// nearest says how close the chain's rules come to admitting the packet.
func (w *blockerWalk) nearest(c Chain) (Lack, []Near) {
	lack := LacksRules
	var traffic, peers, unlike []Near
	for _, r := range c.InTurn() {
		if r.Action != Allow || w.inv.match(r.Target, w.target) == no {
			continue
		}
		named, right := w.inv.match(r.Peer, w.peer) != no, r.Traffic.Contains(w.packet)
		switch {
		case named && right: // perhaps
		case named && r.Traffic.resembles(w.packet):
			traffic = append(traffic, Near{r, LacksTraffic})
		case named:
			unlike = append(unlike, Near{r, LacksTraffic})
		case right:
			peers = append(peers, Near{r, LacksPeer})
		}
		lack = LacksBoth
	}
	switch {
	case len(traffic) > 0, len(unlike) > 0:
		lack = LacksTraffic
	case len(peers) > 0:
		lack = LacksPeer
	}
	if len(traffic)+len(peers) == 0 {
		return lack, unlike
	}
	return lack, slices.Concat(traffic, peers)
}

// resembles reports whether any of the services is of the packet's kind: a
// protocol with ports like its own, ICMP of either family, or its protocol.
func (t Traffic) resembles(f Flow) bool {
	return slices.ContainsFunc(t, func(s Service) bool {
		return s.Protocol == f.Protocol || s.Protocol.HasPorts() && f.Protocol.HasPorts() || s.Protocol.IsICMP() && f.Protocol.IsICMP()
	})
}
