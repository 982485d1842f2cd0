package checks

import (
	"fmt"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
)

func sem007() audit.Check {
	return audit.Check{
		ID:       "SEM007",
		Title:    "Rules overlap in part and disagree, so that their order matters",
		Severity: audit.Low,
		Why: "An exception that is a part of a wider rule is easy to see. Two rules that overlap in part, one of which allows what the other refuses, " +
			"change what passes when somebody renumbers them.",
		Advice: "write the overlap as a rule of its own, so that it is plain what is meant to happen to it",
		Kinds:  []audit.Kind{audit.NetworkACL, audit.FirewallRules, audit.FirewallPolicy, audit.NetworkSecurityGroup, audit.AdminRules},
		Run: func(s *audit.Subject) []audit.Finding {
			var out []audit.Finding
			for f := range s.Firewalls() {
				for d, c := range f.AllChains() {
					out = append(out, correlated(s, f, c, d)...)
				}
			}
			return out
		},
	}
}

// mostConflicts is how many pairs of rules of one list are told.
const mostConflicts = 20

// correlated finds the pairs of rules of a chain that overlap in part and disagree.
func correlated(s *audit.Subject, f *audit.Firewall, c model.Chain, d model.Direction) []audit.Finding {
	if c.Order == model.AnyAllow || len(c.Rules) < 2 {
		return nil
	}
	list := s.RuleList(c, d)
	index, err := list.Index()
	if err != nil {
		return nil // what is not known was reported when it was read
	}
	rules := c.InTurn()
	added := func(r model.Rule) bool { told, ok := f.RuleAt(d, r.Origin); return ok && told.Added }
	p := placesAround(s, f)
	var out []audit.Finding
	for x := range index.Conflicts() {
		a, b := rules[x.Earlier], rules[x.Later]
		if x.Nested || added(a) || added(b) || a.Origin == b.Origin || a.Action == model.Pass || b.Action == model.Pass {
			continue
		}
		if len(out) == mostConflicts {
			break
		}
		pair := []model.Rule{a, b}
		example := p.packet(f, d, pair)
		if example == nil {
			example = between(s, f, d, pair)
		}
		out = append(out, audit.Finding{Object: f.ObjectOf(d, pair), Causes: f.CausesOf(d, pair), Example: example, Subject: d.String() + " " + textsOf(pair, d),
			Summary: fmt.Sprintf("%s: %q and %q overlap in part and disagree; %s", f.Label(), audit.Describe(a, d), audit.Describe(b, d), whoDecides(c.Order, a, b))})
	}
	return out
}

// between is a packet between somebody who may be a peer of two rules and somebody for whom both may be; nil: nobody is known who may.
func between(s *audit.Subject, f *audit.Firewall, d model.Direction, pair []model.Rule) *model.Flow {
	peers := s.Inventory.Resolve(model.And{orAny(pair[0].Peer), orAny(pair[1].Peer)}).May
	here := s.Inventory.Resolve(model.And{orAny(f.Target), orAny(pair[0].Target), orAny(pair[1].Target)}).May
	b := model.Box{Src: peers, Dst: here, Traffic: audit.Overlap(pair[0].Traffic, pair[1].Traffic)}
	if d == model.Egress {
		b.Src, b.Dst = b.Dst, b.Src
	}
	if flow, ok := model.NewRegion(b).Intersect(s.Inventory.Universe()).Example(); ok {
		return &flow
	}
	return nil
}

// packet is one of a direction that two rules of a firewall both match, between a peer and somebody at the addresses at which the firewall applies, where these are
// known; nil where the rules name others than addresses. A network ACL sees nothing that stays inside a subnet, so that the peer is elsewhere where it can be.
func (p places) packet(f *audit.Firewall, d model.Direction, pair []model.Rule) *model.Flow {
	peers, here := model.AllAddrs(), model.AllAddrs()
	for _, r := range pair {
		at, plain := onlyAddresses(r.Peer)
		if !plain {
			return nil
		}
		peers = peers.Intersect(at)
		if at, ok := addressesOf(r.Target); ok {
			here = here.Intersect(at)
		}
	}
	if in := here.Intersect(p.held); p.known && !in.IsEmpty() {
		here = in
		if out := peers.Subtract(in); !out.IsEmpty() {
			peers = out
		}
	}
	b := model.Box{Src: model.EndpointAt(model.Outside, peers), Dst: model.EndpointAt(model.Identity(f.Label()), here), Traffic: audit.Overlap(pair[0].Traffic, pair[1].Traffic)}
	if d == model.Egress {
		b.Src, b.Dst = b.Dst, b.Src
	}
	if flow, ok := model.NewRegion(b).Example(); ok {
		return &flow
	}
	return nil
}

// onlyAddresses returns the addresses that a selector names; false where it names groups, or nobody knows whom.
func onlyAddresses(s model.Selector) (model.AddrSet, bool) {
	switch s := s.(type) {
	case nil, model.Any:
		return model.AllAddrs(), true
	case model.At:
		return s.Addrs, true
	case model.Identities, model.Group, model.And, model.Or, model.Not, model.Maybe:
	}
	return model.AddrSet{}, false
}

// whoDecides says which of two rules that are asked one after the other decides, and why. Of VPC firewall rules of Google Cloud with one priority the one
// that denies does ("VPC firewall rules", priority), in whatever order they are written.
func whoDecides(o model.Order, a, b model.Rule) string {
	if o == model.PriorityDenyWins && a.Priority == b.Priority {
		return fmt.Sprintf("both have priority %d, and the one that denies decides", a.Priority)
	}
	return "the first decides"
}
