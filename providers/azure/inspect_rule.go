package azure

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
	"github.com/crosswall/crosswall/terraform"
)

// traitsOf returns the peculiarities of a rule.
func traitsOf(b terraform.Body) []audit.Trait {
	var out []audit.Trait
	for _, end := range []string{"source", "destination"} {
		var blocks []netip.Prefix
		for _, s := range textsOf(b, end+"_address_prefix", end+"_address_prefixes") {
			p, err := netip.ParsePrefix(s)
			if err != nil {
				continue
			}
			blocks = append(blocks, p)
			if p != p.Masked() {
				out = append(out, audit.Trait{Code: audit.HostBits, Text: fmt.Sprintf("%s has bits beyond its length, and means %s", s, p.Masked())})
			}
		}
		if t, split := audit.SplitTrait(blocks); split {
			out = append(out, t)
		}
	}
	for _, way := range waysOf(b) {
		if tags := listsOf(b, way); len(tags) > 0 && !slices.ContainsFunc(tags, isAnybody) {
			out = append(out, audit.Trait{Code: audit.PartOfInternet, Text: fmt.Sprintf("it is about %s", strings.TrimPrefix(string(tags[0]), "tag:"))})
		}
	}
	if protocol, _ := b.Get("protocol").AsString(); protocol == "*" && namesPorts(b) {
		out = append(out, audit.Trait{Code: audit.PortsOfAll, Text: "it names ports and is for every protocol"})
	}
	if ports := sourcePorts(b); len(ports) > 0 {
		out = append(out, audit.Trait{Code: audit.SourcePorts,
			Text: "it is for connections from port " + strings.Join(ports, ", ") + " of whoever connects"})
	}
	for _, s := range textsOf(b, "destination_port_range", "destination_port_ranges") {
		if s == "0" || s == "0-0" {
			out = append(out, audit.Trait{Code: audit.PortZero, Text: "its destination port is 0, which is that port alone"})
		}
	}
	return out
}

// isAnybody reports whether a word in a tag's place may be meant for everybody: what it is for is not documented.
func isAnybody(tag model.Group) bool { return strings.EqualFold(string(tag), "tag:any") }

// namesPorts reports whether a rule is for some ports at either end, and not for all.
func namesPorts(b terraform.Body) bool {
	for _, end := range []string{"source", "destination"} {
		var ranges []model.PortRange
		for _, s := range textsOf(b, end+"_port_range", end+"_port_ranges") {
			r, ok := parsePorts(s)
			if !ok {
				return false
			}
			ranges = append(ranges, r)
		}
		if len(mergePorts(ranges)) > 0 {
			return true
		}
	}
	return false
}

// sourcePorts returns the source ports that a rule is restricted to, as they are written; none: any.
func sourcePorts(b terraform.Body) []string {
	ports := textsOf(b, "source_port_range", "source_port_ranges")
	all := slices.ContainsFunc(ports, func(s string) bool {
		p, ok := parsePorts(s)
		return !ok || p.IsAll()
	})
	if all {
		return nil
	}
	return ports
}

// textsOf is what a field says that has a singular and a plural form; nothing where it is not known.
func textsOf(b terraform.Body, singular, plural string) []string {
	var out []string
	if s, ok := b.Get(singular).AsString(); ok && s != "" {
		out = append(out, s)
	}
	many, ok := b.Get(plural).AsStrings()
	if !ok {
		return nil
	}
	return append(out, many...)
}

// quotasOf counts what Azure limits in a group ("Azure subscription and service limits", networking limits). Rules that Azure
// adds do not count.
func quotasOf(g *foundGroup) []audit.Quota {
	rules, groups := map[string]bool{}, map[string]bool{}
	var sources, destinations int
	for n, b := range g.bodies {
		name, ok := b.body.Get("name").AsString()
		if !ok {
			name = fmt.Sprint(n, " ", b.origin)
		}
		if rules[strings.ToLower(name)] {
			continue // a state lists rules in the group and as resources
		}
		rules[strings.ToLower(name)] = true
		sources += countAddresses(b.body, "source")
		destinations += countAddresses(b.body, "destination")
		for _, end := range []string{"source", "destination"} {
			ids, _ := b.body.Get(end + "_application_security_group_ids").AsList()
			for _, v := range ids {
				if id, ok := named(v); ok {
					groups[strings.ToLower(id)] = true
				}
			}
		}
	}
	return []audit.Quota{
		{Name: "rules", Used: len(rules), Limit: maxRules},
		{Name: "addresses and ranges as sources", Used: sources, Limit: maxAddresses},
		{Name: "addresses and ranges as destinations", Used: destinations, Limit: maxAddresses},
		{Name: "application security groups", Used: len(groups), Limit: maxAppGroups},
	}
}

// countAddresses is how many addresses and ranges an end of a rule names.
func countAddresses(b terraform.Body, end string) int {
	n := 0
	for _, s := range textsOf(b, end+"_address_prefix", end+"_address_prefixes") {
		if _, ok := parseAddresses(s); ok {
			n++
		}
	}
	return n
}

// listsOf is the keys of the service tags that a rule names at the other end.
func listsOf(b terraform.Body, way model.Direction) []model.Group {
	end := "source"
	if way == model.Egress {
		end = "destination"
	}
	var out []model.Group
	for _, s := range textsOf(b, end+"_address_prefix", end+"_address_prefixes") {
		if _, isAddress := parseAddresses(s); !isAddress && isTagWord(s) && !isSpecialTag(s) {
			out = append(out, tagGroup(s))
		}
	}
	return out
}

// refuseProbes marks the rule of a group that refuses the probes of load balancers at every port, if there is one and no rule
// before it may admit any. The probes come from the host's address, which the tags AzureLoadBalancer and
// VirtualNetwork stand for ("Virtual network service tags"), and are TCP ("Azure Load Balancer health probes").
func refuseProbes(f *audit.Firewall) {
	rules := slices.Clone(f.Ingress[0].Rules)
	slices.SortStableFunc(rules, func(a, b model.Rule) int { return cmp.Compare(a.Priority, b.Priority) })
	for _, r := range rules {
		surely, perhaps := holdsProbes(r.Peer)
		some, every := tcpOf(r.Traffic)
		switch {
		case !perhaps || !some:
		case r.Action == model.Allow:
			return
		case surely && every && r.Target == nil:
			for n := range f.Rules {
				if told := &f.Rules[n]; told.Direction == model.Ingress && told.Origin == r.Origin {
					told.Traits = append(told.Traits, audit.Trait{Code: audit.ProbesRefused,
						Text: "it refuses the probes of load balancers, which come from " + probeSource().String()})
				}
			}
			return
		}
	}
}

// holdsProbes reports whether a selector surely, and whether it perhaps, names where probes come from.
func holdsProbes(s model.Selector) (surely, perhaps bool) {
	switch s := s.(type) {
	case nil, model.Any:
		return true, true
	case model.At:
		is := s.Addrs.Contains(probeSource())
		return is, is
	case model.Group:
		is := s == tagGroup(tagVirtualNetwork)
		return is, is
	case model.Or:
		for _, e := range s {
			a, b := holdsProbes(e)
			surely, perhaps = surely || a, perhaps || b
		}
		return surely, perhaps
	case model.Maybe:
		_, perhaps = holdsProbes(s.Selector)
		return false, perhaps
	case model.Identities, model.And, model.Not:
	}
	return false, true
}

// tcpOf reports whether traffic holds some TCP, and whether it holds every port of it.
func tcpOf(t model.Traffic) (some, every bool) {
	for _, s := range t {
		switch s.Protocol {
		case model.AnyProtocol:
			return true, true
		case model.TCP:
			some = true
			every = every || s.Src.IsAll() && s.Dst.IsAll()
		default:
		}
	}
	return some, every
}
