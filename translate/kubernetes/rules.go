package kubernetes

import (
	"fmt"
	"slices"

	"github.com/crosswall/crosswall/model"
)

// ruleBuilder turns one item of ingress or egress into rules of the model: one
// for each peer, and for each set of workloads at which its named ports are the same numbers.
type ruleBuilder struct {
	*builder
	p         *policy
	r         rule
	subject   selection
	direction model.Direction
	name      string
}

// target is who gets the rule.
type target struct {
	selector model.Selector
	traffic  model.Traffic
}

// end is a peer in the model's terms.
type end struct {
	name     string
	origin   model.Origin
	selector model.Selector // nil: any
	pods     selection      // if it names pods
	peer     *peer          // nil: any
}

func (b ruleBuilder) add() {
	ends := b.ends()
	numbered, named := b.r.traffic(), b.r.named()
	if len(named) == 0 {
		for _, e := range ends {
			b.rule(e, target{b.subject.selector(), numbered}, e.selector)
		}
		return
	}
	if b.direction == model.Ingress {
		b.namedIngress(ends, numbered, named)
	} else {
		b.namedEgress(ends, numbered, named)
	}
}

// ends returns the peers; a rule without any has one that is everybody.
func (b ruleBuilder) ends() []end {
	if len(b.r.peers) == 0 {
		return []end{{name: b.name, origin: b.r.origin}}
	}
	field := "from"
	if b.direction == model.Egress {
		field = "to"
	}
	var out []end
	for i, pr := range b.r.peers {
		e := end{name: fmt.Sprintf("%s.%s[%d]", b.name, field, i), origin: pr.origin, peer: &pr}
		if pr.block != nil {
			e.selector = b.block(pr)
		} else {
			e.pods = b.peerPods(b.p, pr)
			e.selector = e.pods.selector()
		}
		out = append(out, e)
	}
	return out
}

// block returns the endpoints of an ipBlock.
func (b *ruleBuilder) block(pr peer) model.Selector {
	at := model.At{Addrs: pr.block.addrs}
	if b.opts.IPBlocks == IPBlocksMatchOutside {
		return model.And{at, model.Identities{model.Outside}}
	}
	if b.podAddrs.Overlaps(at.Addrs) {
		b.blocks = append(b.blocks, pr.origin)
	}
	return at
}

// rule adds a rule; one without traffic matches nothing and is left out.
func (b ruleBuilder) rule(e end, t target, peer model.Selector) {
	if len(t.traffic) == 0 {
		return
	}
	s := b.sides[b.direction]
	s.rules = append(s.rules, model.Rule{Name: e.name, Action: model.Allow, Target: t.selector, Peer: peer,
		Traffic: slices.Clone(t.traffic), Origin: e.origin})
}

// namedIngress resolves named ports at the policy's own pods.
func (b ruleBuilder) namedIngress(ends []end, numbered model.Traffic, named []port) {
	if !b.subject.isEmpty() { // which is a finding of its own
		b.unresolved(named, b.subject, "the policy selects")
	}
	for _, g := range b.portGroups(b.subject, numbered, named) {
		for _, e := range ends {
			b.rule(e, target{g.pods.selector(), g.sure}, e.selector)
			b.rule(e, target{g.pods.doubted(sidecarWhy).selector(), g.unsure}, e.selector)
		}
	}
}

// sidecarWhy is why a port of a sidecar may not be what a name stands for.
const sidecarWhy = "the named port is a sidecar's, and whether policies see those is not specified"

// namedEgress resolves named ports at the peers. An endpoint that is no pod
// has no named ports.
func (b ruleBuilder) namedEgress(ends []end, numbered model.Traffic, named []port) {
	subject := b.subject.selector()
	for _, e := range ends {
		if e.peer != nil && e.peer.block == nil {
			if !e.pods.isEmpty() {
				b.unresolved(named, e.pods, "the peer names")
			}
			b.namedPods(e, b.portGroups(e.pods, numbered, named))
			continue
		}
		b.rule(e, target{subject, numbered}, e.selector)
		if e.peer != nil && b.opts.IPBlocks == IPBlocksMatchOutside {
			b.unresolved(named, selection{}, "the peer names")
			continue
		}
		everyone := selection{sure: b.all, key: "everyone"}
		b.unresolved(named, everyone, "there are")
		b.namedPods(e, b.portGroups(everyone, nil, named))
	}
}

// namedPods adds the rules to pods whose named ports are known; where the end is a block, to those in it.
func (b ruleBuilder) namedPods(e end, groups []portGroup) {
	within := func(s model.Selector) model.Selector {
		if at, ok := e.selector.(model.At); ok {
			return model.And{at, s}
		}
		return s
	}
	subject := b.subject.selector()
	for _, g := range groups {
		b.rule(e, target{subject, g.sure}, within(g.pods.selector()))
		b.rule(e, target{subject, g.unsure}, within(g.pods.doubted(sidecarWhy).selector()))
	}
}

// unresolved reports named ports that no workload has, or that some lack.
func (b ruleBuilder) unresolved(named []port, among selection, whose string) {
	all := len(among.sure) + len(among.unsure)
	for _, n := range named {
		missing := b.lacking(among, n)
		summary := fmt.Sprintf("no workload that %s has a %s port named %q, so that it allows nothing", whose, n.protocol, n.name)
		advice := "name the port in the containers, or give its number"
		switch {
		case missing == all:
			if whose == "there are" {
				summary = fmt.Sprintf("no workload has a %s port named %q, so that it allows nothing", n.protocol, n.name)
			}
			b.rep.warnAt(n.origin, "named-port-unresolved", summary, advice)
		case missing > 0 && whose != "there are":
			b.rep.infoAt(n.origin, "named-port-partial",
				fmt.Sprintf("%d of the %d workloads that %s have no %s port named %q", missing, all, whose, n.protocol, n.name), advice)
		}
	}
}
