package checks

import (
	"fmt"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
)

func sem006() audit.Check {
	return audit.Check{
		ID:       "SEM006",
		Title:    "A rule is about addresses that nobody there has",
		Severity: audit.Medium,
		Why: "A rule for addresses that are in none of the subnets it applies to, or whose peers are addresses of the network that no subnet has, matches " +
			"nothing. Most often it was not changed when a subnet was.",
		Advice: "correct the addresses, or remove the rule",
		Kinds:  filters(),
		Run: func(s *audit.Subject) []audit.Finding {
			if s.Estate.Unread[audit.SubnetKind] != "" {
				return nil // an address may be in a subnet that was not read
			}
			var out []audit.Finding
			for f := range s.Firewalls() {
				p := placesAround(s, f)
				for d, c := range f.AllChains() {
					out = append(out, p.nowhere(f, c, d)...)
				}
			}
			return out
		},
	}
}

// places are the addresses around a firewall.
type places struct {
	// held is the addresses at which it applies; known is whether these are all.
	held  model.AddrSet
	known bool
	// vacant is the addresses of its network that no subnet has.
	vacant model.AddrSet
}

// placesAround returns the addresses around a firewall: those of the subnets that it is on, or else of all in its network.
func placesAround(s *audit.Subject, f *audit.Firewall) places {
	var p places
	network, ok := s.Network(f.Network)
	var taken model.AddrSet
	whole := ok
	for _, n := range s.Estate.Subnets {
		if n.Network != f.Network {
			continue
		}
		whole = whole && !n.Addrs.IsEmpty()
		taken = taken.Union(n.Addrs)
	}
	if whole && !taken.IsEmpty() {
		p.vacant = network.Addrs.Subtract(taken)
		p.held, p.known = taken, true
	}
	var on model.AddrSet
	for _, u := range f.Users {
		if u.Kind != audit.SubnetKind {
			return p
		}
		n, ok := s.Subnet(u.Key)
		if !ok || n.Addrs.IsEmpty() || u.Unsure != "" {
			return p
		}
		on = on.Union(n.Addrs)
	}
	if f.NotAll == "" && !on.IsEmpty() {
		p.held, p.known = on, true
	}
	return p
}

// nowhere finds the rules of a chain that are about addresses that nobody has.
func (p places) nowhere(f *audit.Firewall, c model.Chain, d model.Direction) []audit.Finding {
	var out []audit.Finding
	for _, r := range c.Rules {
		if told, ok := f.RuleAt(d, r.Origin); ok && told.Added {
			continue
		}
		rules := []model.Rule{r}
		tell := func(what string, at model.AddrSet) {
			out = append(out, audit.Finding{Object: f.ObjectOf(d, rules), Causes: f.CausesOf(d, rules), Subject: fmt.Sprint(d, " ", what, " ", at),
				Summary: fmt.Sprintf("%s: the rule %q is about %s, which %s", f.Label(), audit.Describe(r, d), at, what)})
		}
		if at, ok := addressesOf(r.Target); ok && p.known && !at.IsEmpty() && !at.Overlaps(p.held) {
			tell("is in none of the subnets that it applies to", at)
		}
		if peer, ok := r.Peer.(model.At); ok && !peer.Addrs.IsEmpty() && p.vacant.Covers(peer.Addrs) {
			tell("no subnet of the network has", peer.Addrs)
		}
	}
	return out
}

// addressesOf returns the addresses that a target is restricted to; false where it is to none.
func addressesOf(s model.Selector) (model.AddrSet, bool) {
	switch s := s.(type) {
	case model.At:
		return s.Addrs, true
	case model.And:
		for _, e := range s {
			if at, ok := addressesOf(e); ok {
				return at, true
			}
		}
	}
	return model.AddrSet{}, false
}
