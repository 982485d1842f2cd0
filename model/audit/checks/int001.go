package checks

import (
	"fmt"
	"slices"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
)

func int001() audit.Check {
	return audit.Check{
		ID:       "INT001",
		Title:    "Every port is open to the whole inside",
		Severity: audit.Medium,
		Why:      "Whoever gets into one machine gets to every port of this one: a network without walls inside turns one break-in into all.",
		Advice:   "admit the groups or subnets that use a service, on its port",
		Kinds:    groupsOfRules(),
		References: slices.Concat(
			named("aws", audit.SecurityGroup, scoutSuite, "ec2-security-group-opens-all-ports-to-self"),
			named("gcp", "", scoutSuite, "computeengine-firewall-rule-allows-internal-traffic"),
			named("aws", audit.SecurityGroup, cloudSploit, "securityGroupRfc1918"),
		),
		Run: openInside,
	}
}

func openInside(s *audit.Subject) []audit.Finding {
	var out []audit.Finding
	for _, o := range looking(s.Insiders(), groupsOfRules()) {
		part := func(all model.Region) model.Region {
			viaTCP, viaUDP := insideRanges(s, o, toAll(o, all, everyTCP())), insideRanges(s, o, toAll(o, all, everyUDP()))
			open := o.Between(viaTCP, model.Traffic{model.AllOf(model.TCP)}).Union(o.Between(viaUDP, model.Traffic{model.AllOf(model.UDP)}))
			return all.Intersect(open.Union(o.Between(viaTCP.Intersect(viaUDP), model.Traffic{model.AllTraffic()})))
		}
		found := s.Telling(o, part(forInside(s, o, o.Open)), part(forInside(s, o, o.Unsure)), func(from model.AddrSet, what model.Traffic) string {
			return fmt.Sprintf("%s lets all of %s reach %s", o.Firewall.Label(), shortly(from), allOf(what))
		})
		for _, f := range found {
			out = append(out, inside(f))
		}
	}
	return append(out, openAmongMembers(s)...)
}

// forInside is what of a part of an opening rules admit that somebody wrote for the inside: what is open to the Internet at large is more than that, and EXP001's.
func forInside(s *audit.Subject, o *audit.Opening, part model.Region) model.Region {
	return writtenFor(o, part, func(peers model.AddrSet) bool { return !s.AtLarge(peers) })
}

// inside is a finding about peers that are no strangers: nothing of the Internet is exposed by it.
func inside(f audit.Finding) audit.Finding {
	f.Step, f.Exposure, f.Attached = 0, 0, nil
	return f
}

// wholeInside is the prefix length of the blocks from which on a private block is the inside as a whole, if it is no smaller: that of a
// usual network.
const wholeInside = 16

// insideRanges is what of some addresses is the inside as a whole: ranges as large as a usual network, and all of a network
// of the estate.
func insideRanges(s *audit.Subject, o *audit.Opening, from model.AddrSet) model.AddrSet {
	var out model.AddrSet
	for _, r := range from.Ranges() {
		if v4, v6 := audit.Size(model.AddrRange(r.From(), r.To())); v4 >= 1<<(32-wholeInside) || v6 >= 1<<64 {
			out = out.Union(model.AddrRange(r.From(), r.To()))
		}
	}
	if n, ok := s.Network(o.Firewall.Network); ok && !n.Addrs.IsEmpty() && from.Covers(n.Addrs) {
		out = out.Union(n.Addrs)
	}
	return out
}

// shortly is addresses for a sentence.
func shortly(a model.AddrSet) string {
	if text := a.String(); len(text) <= 100 {
		return text
	}
	return fmt.Sprintf("%d private blocks", len(a.Prefixes()))
}

// openAmongMembers finds firewalls that let their own members reach every port of each other.
func openAmongMembers(s *audit.Subject) []audit.Finding {
	var out []audit.Finding
	for f := range s.Firewalls(groupsOfRules()...) {
		for _, c := range f.Ingress {
			out = append(out, amongMembers(f, c)...)
		}
	}
	return out
}

// amongMembers finds rules of a chain by which those that they are for reach every port of each other. Chains with rules that
// refuse are left aside unless none of those is about such packets.
func amongMembers(f *audit.Firewall, c model.Chain) []audit.Finding {
	byGroup := map[model.Group][]model.Rule{}
	var order []model.Group
	for _, r := range c.Rules {
		g, ok := r.Peer.(model.Group)
		if !ok || r.Action != model.Allow || !isOwn(r.Target, f.Target, g) {
			continue
		}
		if byGroup[g] == nil {
			order = append(order, g)
		}
		byGroup[g] = append(byGroup[g], r)
	}
	var out []audit.Finding
	for _, g := range order {
		rules := byGroup[g]
		var open model.Traffic
		for _, r := range rules {
			open = append(open, r.Traffic...)
		}
		all := within(everyTCP(), open) || within(everyUDP(), open)
		if !all || slices.ContainsFunc(c.Rules, func(r model.Rule) bool { return r.Action == model.Deny && len(audit.Overlap(r.Traffic, open)) > 0 }) {
			continue
		}
		out = append(out, audit.Finding{
			Summary: fmt.Sprintf("%s lets its members reach %s of each other", f.Label(), allOf(open)),
			Object:  f.ObjectOf(model.Ingress, rules), Causes: f.CausesOf(model.Ingress, rules), Subject: "members of " + string(g),
		})
	}
	return out
}

// isOwn reports whether a group is whom a rule is for.
func isOwn(target, members model.Selector, g model.Group) bool {
	switch {
	case target == nil:
		return members == g
	case target == g:
		return true
	}
	and, ok := target.(model.And)
	return ok && slices.Contains(and, model.Selector(g))
}
