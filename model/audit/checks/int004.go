package checks

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
)

func int004() audit.Check {
	return audit.Check{
		ID:       "INT004",
		Title:    "One environment is open to another",
		Severity: audit.Medium,
		Why:      "What is tried out is not guarded as what is in use. A path from one to the other is how a break-in there becomes one here.",
		Advice:   "let environments reach each other through the same door as strangers, or tag what is shared as shared",
		Kinds:    groupsOfRules(),
		Run:      crossEnvironments,
	}
}

// environmentTags are the tags that say which environment a thing is of, in lower case; sharedEnvironments the values of what is there for all.
func environmentTags() []string { return []string{"environment", "env", "stage"} }
func sharedEnvironments() []string {
	return []string{"shared", "common", "all", "global", "management", "mgmt", "ops", "security", "network"}
}

// environmentOf is the environment that an object's tags name; empty: none, or one that is shared.
func environmentOf(o audit.Object) string {
	for _, want := range environmentTags() {
		for k, v := range o.Tags {
			if strings.ToLower(k) == want {
				if v = canonical(v); !slices.Contains(sharedEnvironments(), v) {
					return v
				}
				return ""
			}
		}
	}
	return ""
}

// canonical is the name of an environment in one of the ways in which it is written.
func canonical(v string) string {
	v = strings.ToLower(strings.TrimSpace(v))
	switch v {
	case "production", "prd", "live":
		return "prod"
	case "development", "devel":
		return "dev"
	case "testing", "tst", "qa":
		return "test"
	case "stage", "stg":
		return "staging"
	}
	return v
}

// place is a part of the inside that is of an environment.
type place struct {
	label, environment string
	addrs              model.AddrSet
}

func crossEnvironments(s *audit.Subject) []audit.Finding {
	var out []audit.Finding
	places := environments(s)
	for f := range s.Firewalls() {
		own := environmentOf(f.Object)
		if n, ok := s.Network(f.Network); ok {
			own = cmp.Or(own, environmentOf(n.Object))
		}
		if own == "" || !slices.Contains(groupsOfRules(), f.Kind) {
			continue
		}
		for _, c := range f.Ingress {
			for _, a := range admissions(f, c) {
				if other, ok := crossed(s, a.peer, own, places); ok {
					found := a.finding(f, a.rules, fmt.Sprintf("%s is of %s and lets %s, which is of %s, reach %s", f.Label(), own, other.label, other.environment, few(a.open)))
					found.Subject = a.subject(a.open)
					out = append(out, found)
				}
			}
		}
	}
	return out
}

// environments returns the networks and subnets with an environment and addresses, sorted.
func environments(s *audit.Subject) []place {
	var out []place
	add := func(o audit.Object, addrs model.AddrSet) {
		if e := environmentOf(o); e != "" && !addrs.IsEmpty() {
			out = append(out, place{o.Label(), e, addrs})
		}
	}
	for _, n := range s.Estate.Networks {
		add(n.Object, n.Addrs)
	}
	for _, n := range s.Estate.Subnets {
		add(n.Object, n.Addrs)
	}
	return out
}

// crossed is whom of another environment a peer names: a firewall's members, or a network or subnet of which it names a part. A
// block that holds places of the rule's own environment too is the inside at large, which INT001 is about.
func crossed(s *audit.Subject, peer model.Selector, own string, places []place) (place, bool) {
	switch p := peer.(type) {
	case model.Group:
		if f, ok := s.Firewall(p); ok {
			e := environmentOf(f.Object)
			return place{label: f.Label(), environment: e}, e != "" && e != own
		}
	case model.At:
		var found place
		for _, one := range places {
			switch {
			case !one.addrs.Overlaps(p.Addrs):
			case one.environment == own:
				return place{}, false
			case found.label == "":
				found = one
			}
		}
		return found, found.label != ""
	case nil, model.Any, model.Identities, model.And, model.Or, model.Not, model.Maybe:
	}
	return place{}, false
}
