package checks

import (
	"fmt"
	"slices"
	"sync"

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
		for _, way := range []twinWay{{model.AllIPv6(), model.AllIPv4(), "IPv6", "IPv4"}, {model.AllIPv4(), model.AllIPv6(), "IPv4", "IPv6"}} {
			if !from.Overlaps(way.open) {
				continue
			}
			limited := way.limited(s, o)
			if len(limited) == 0 || !mayHold(o.Target, way.shut) {
				continue
			}
			twin := func(part model.Region) model.Region {
				part = beyondReplies(o, part.Intersect(o.Between(way.open, limited)))
				if way.open.Equal(model.AllIPv4()) {
					part = private(s, o, part) // who offers a public service by IPv4 need not offer it by IPv6
				}
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

// twinWay is a family that may be open, and the one that may be shut.
type twinWay struct {
	open, shut        model.AddrSet
	openIn, limitedIn string
}

// limited is the traffic that rules which somebody wrote admit for some peers of the family that may be shut, and not for the Internet.
func (w twinWay) limited(s *audit.Subject, o *audit.Opening) model.Traffic {
	var some model.Traffic
	services := w.services(s, o)
	for i, r := range o.Rules() {
		if told, ok := o.Firewall.RuleAt(o.Direction, r.Origin); ok && told.Added {
			continue // nobody meant to restrict anything by it
		}
		if g, ok := r.Peer.(model.Group); ok && g == o.Firewall.Key && isBroad(r.Traffic) {
			continue // members reach each other: no service is named, as the rule of a default security group names none
		}
		if r.Action == model.Allow && (o.Peers(i).Overlaps(w.shut) || w.shut.Equal(model.AllIPv4()) && namesGroup(r.Peer)) {
			some = append(some, services(r.Traffic)...)
		}
	}
	if len(some) == 0 {
		return nil
	}
	open := o.Keep(o.Open.Union(o.Unsure).Intersect(o.Between(w.shut, some)), s.Wide)
	return audit.TrafficOf(o.Between(w.shut, some).Subtract(o.Between(w.shut, audit.TrafficOf(open))))
}

// services returns what picks of a rule's traffic the services that it restricts: those that it names. A rule for all ports, or for thousands, is about whoever is inside
// and names none, unless as much is open in the other family.
func (w twinWay) services(s *audit.Subject, o *audit.Opening) func(model.Traffic) model.Traffic {
	open := sync.OnceValue(func() model.Traffic {
		return audit.TrafficOf(o.Open.Union(o.Unsure).Intersect(o.Between(w.open, model.Traffic{model.AllTraffic()})))
	})
	return func(t model.Traffic) model.Traffic {
		return slices.DeleteFunc(portsOf(t), func(x model.Service) bool {
			x.Dst.First = max(x.Dst.First, 1) // nobody listens on port 0
			return portCount(x.Dst) > s.Settings.PortRange && !within(model.Traffic{x}, open())
		})
	}
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
