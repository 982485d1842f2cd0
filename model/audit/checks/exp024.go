package checks

import (
	"fmt"
	"slices"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
)

func exp024() audit.Check {
	return audit.Check{
		ID:         "EXP024",
		Title:      "A service is restricted in one IP version and open to the Internet in the other",
		Severity:   audit.High,
		SeverityOf: map[audit.Kind]audit.Severity{audit.NetworkACL: audit.Medium},
		Why:        "Rules for IPv4 say nothing about IPv6. Whoever is kept out by one goes in by the other, as most machines have both.",
		Advice:     "restrict the service in both versions to the same peers",
		Kinds:      filters(),
		References: slices.Concat(
			named("aws", audit.SecurityGroup, "CIS AWS 7.0", "6.4"),
		),
		Run: openTwins,
	}
}

func openTwins(s *audit.Subject) []audit.Finding {
	var out []audit.Finding
	for _, o := range looking(s.Openings(), filters()) {
		from := s.Wide(o.Strangers(o.Open.Union(o.Unsure)))
		for _, way := range []struct {
			open, shut        model.AddrSet
			openIn, limitedIn string
		}{{model.AllIPv6(), model.AllIPv4(), "IPv6", "IPv4"}, {model.AllIPv4(), model.AllIPv6(), "IPv4", "IPv6"}} {
			if !from.Overlaps(way.open) {
				continue
			}
			limited := limitedTo(s, o, way.shut)
			if len(limited) == 0 || !mayHold(o.Target, way.shut) {
				continue
			}
			twin := func(part model.Region) model.Region {
				part = beyondReplies(o, part.Intersect(o.Between(way.open, limited)))
				return o.Keep(part, s.Wide)
			}
			found := s.Telling(o, twin(o.Open), twin(o.Unsure), func(from model.AddrSet, what model.Traffic) string {
				return fmt.Sprintf("%s lets %s reach %s by %s, and restricts it by %s", o.Firewall.Label(), strangers(s, from), few(what), way.openIn, way.limitedIn)
			})
			out = append(out, withRemovals(o, found)...)
		}
	}
	return out
}

// mayHold reports whether those whom a target names may have addresses of a family: a rule for some IPv4 addresses says nothing about IPv6.
func mayHold(target model.Selector, family model.AddrSet) bool {
	at, ok := target.(model.At)
	return !ok || at.Addrs.Overlaps(family)
}

// limitedTo is the traffic that rules which somebody wrote admit for some peers of a family, or for groups, and not for the Internet.
func limitedTo(s *audit.Subject, o *audit.Opening, family model.AddrSet) model.Traffic {
	var some model.Traffic
	for i, r := range o.Rules() {
		if told, ok := o.Firewall.RuleAt(o.Direction, r.Origin); ok && told.Added {
			continue // nobody meant to restrict anything by it
		}
		if g, ok := r.Peer.(model.Group); ok && g == o.Firewall.Key && isBroad(r.Traffic) {
			continue // members reach each other: no service is named, as the rule of a default security group names none
		}
		if r.Action == model.Allow && (o.Peers(i).Overlaps(family) || namesGroup(r.Peer)) {
			some = append(some, portsOf(r.Traffic)...)
		}
	}
	if len(some) == 0 {
		return nil
	}
	open := o.Keep(o.Open.Union(o.Unsure).Intersect(o.Between(family, some)), s.Wide)
	return audit.TrafficOf(o.Between(family, some).Subtract(o.Between(family, audit.TrafficOf(open))))
}

// portsOf is the part of traffic that means the same in both versions of IP.
func portsOf(t model.Traffic) model.Traffic {
	return audit.Overlap(t, model.Traffic{model.AllOf(model.TCP), model.AllOf(model.UDP), model.AllOf(model.SCTP)})
}

// namesGroup reports whether a peer is a group, whose members have addresses of both versions.
func namesGroup(s model.Selector) bool {
	switch s := s.(type) {
	case model.Group, model.Identities:
		return true
	case model.Maybe:
		return namesGroup(s.Selector)
	case model.And:
		return slices.ContainsFunc(s, namesGroup)
	case model.Or:
		return slices.ContainsFunc(s, namesGroup)
	case nil, model.Any, model.At, model.Not:
	}
	return false
}
