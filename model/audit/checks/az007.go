package checks

import (
	"fmt"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
)

func az007() audit.Check {
	return audit.Check{
		ID:       "AZ007",
		Title:    "The groups of a subnet and of an interface disagree, and a rule is of no effect",
		Severity: audit.Medium,
		Why: "A packet has to pass the group of the subnet and that of the interface. A rule that admits what the other group refuses " +
			"looks like an opening and is none, until somebody changes the other group.",
		Advice: "write the rule in both groups, or remove it",
		Kinds:  []audit.Kind{audit.NetworkSecurityGroup},
		Run: func(s *audit.Subject) []audit.Finding {
			p := groupPairs{subject: s, passing: map[passKey]model.Region{}}
			p.collect()
			var out []audit.Finding
			for f := range s.Firewalls(audit.NetworkSecurityGroup) {
				for _, d := range []model.Direction{model.Ingress, model.Egress} {
					out = append(out, p.deadIn(f, d)...)
				}
			}
			return out
		},
	}
}

// groupPairs are the groups that judge the same packets, one at a subnet and one at an interface.
type groupPairs struct {
	subject *audit.Subject
	// across has, for each group, the interfaces at which another judges too.
	across map[model.Group][]groupCrossing
	// alone has the groups that judge somewhere without another, or may do so.
	alone map[model.Group]bool
	// passing is what may pass each group, once it was worked out.
	passing map[passKey]model.Region
}

// groupCrossing is an interface, and the other groups that judge its packets.
type groupCrossing struct {
	at     *audit.Interface
	others []*audit.Firewall
}

type passKey struct {
	group model.Group
	way   model.Direction
}

// collect finds the interfaces at which a group of a subnet and one of the interface meet.
func (p *groupPairs) collect() {
	p.across, p.alone = map[model.Group][]groupCrossing{}, map[model.Group]bool{}
	for i := range p.subject.Estate.Interfaces {
		x := &p.subject.Estate.Interfaces[i]
		if x.Provider != "azure" || x.Past {
			continue
		}
		var outer []model.Group
		open := len(x.Subnets) == 0
		for _, k := range x.Subnets {
			n, ok := p.subject.Subnet(k)
			if open = open || !ok || len(n.Firewalls) == 0; ok {
				outer = append(outer, n.Firewalls...)
			}
		}
		inner := nsgsAmong(p.subject, x.Firewalls)
		p.meet(x, inner, outer, open)
		p.meet(x, outer, inner, len(inner) == 0)
	}
}

// meet notes for some groups that others judge as well at an interface; open is whether there may be none there.
func (p *groupPairs) meet(x *audit.Interface, groups, others []model.Group, open bool) {
	var met []*audit.Firewall
	for _, k := range others {
		f, ok := p.subject.Firewall(k)
		if open = open || !ok || f.Partial != ""; ok {
			met = append(met, f)
		}
	}
	for _, k := range groups {
		p.alone[k] = p.alone[k] || open
		p.across[k] = append(p.across[k], groupCrossing{x, met})
	}
}

// deadIn finds the rules of a group that admit nothing which another group lets pass, at any interface that is known.
func (p *groupPairs) deadIn(f *audit.Firewall, d model.Direction) []audit.Finding {
	met := p.across[f.Key]
	if len(met) == 0 || p.alone[f.Key] || !p.whole(f) {
		return nil
	}
	var others []*audit.Firewall
	var labels []string
	for _, c := range met {
		others = append(others, c.others...)
		labels = append(labels, c.at.Label())
	}
	slices.SortFunc(others, func(a, b *audit.Firewall) int { return strings.Compare(string(a.Key), string(b.Key)) })
	others = slices.Compact(others)
	slices.Sort(labels)
	var out []audit.Finding
	for _, told := range f.Rules {
		if told.Direction != d || told.Added {
			continue
		}
		rules := slices.DeleteFunc(rulesAt(f, d, told.Origin), func(r model.Rule) bool { return r.Action != model.Allow })
		admits := nsgReach(f, d, rules).Intersect(p.mayPass(f, d))
		through := slices.ContainsFunc(others, func(o *audit.Firewall) bool { return !admits.Intersect(p.mayPass(o, d)).IsEmpty() })
		if admits.IsEmpty() || through {
			continue // another rule of the group decides, or all groups let some of it pass
		}
		out = append(out, deadAcross(f, d, told, others, slices.Compact(labels), admits))
	}
	return out
}

// whole reports whether all interfaces are known at which a group judges: a group of an interface is asked where it is known to be; one of a
// subnet is for whatever is in it.
func (p *groupPairs) whole(f *audit.Firewall) bool {
	onSubnet := slices.ContainsFunc(f.Users, func(u audit.User) bool { return u.Kind == audit.SubnetKind })
	return !onSubnet || p.subject.Estate.Unread[audit.InterfaceKind] == "" && f.NotAll == ""
}

// passer is whoever has a group, as its peers see it.
const passer model.Identity = "interface"

// mayPass is what a group lets pass, and may let pass.
func (p *groupPairs) mayPass(f *audit.Firewall, d model.Direction) model.Region {
	key := passKey{f.Key, d}
	if r, ok := p.passing[key]; ok {
		return r
	}
	chain := f.Chains(d)[0]
	chain.Guard = model.Guard{}
	layer := model.Layer{Name: f.Label(), State: model.Stateful, Ingress: []model.Chain{chain}}
	if d == model.Egress {
		layer.Ingress, layer.Egress = nil, layer.Ingress
	}
	got := model.Policy{Layers: []model.Layer{layer}}.PermittedWithin(nsgInventory(f, passer, model.AddrSet{}), everyPacket(d))
	r := got.Allowed.Union(got.Unknown)
	p.passing[key] = r
	return r
}

// everyPacket is all that whoever has a group may be sent, or may send.
func everyPacket(d model.Direction) model.Region {
	strangers := model.EndpointAt(model.Outside, audit.Internet()) // no load balancer either
	return model.NewRegion(packetsFacing(d, model.EndpointsOf(passer), model.EndpointsOf(neighbour).Union(strangers), model.Traffic{model.AllTraffic()}))
}

// facing is the packets of a direction between those who have a group and their peers.
func packetsFacing(d model.Direction, members, peers model.Endpoints, t model.Traffic) model.Box {
	if d == model.Egress {
		return model.Box{Src: members, Dst: peers, Traffic: t}
	}
	return model.Box{Src: peers, Dst: members, Traffic: t}
}

// nsgReach is the packets that rules of a group may match.
func nsgReach(f *audit.Firewall, d model.Direction, rules []model.Rule) model.Region {
	inv := nsgInventory(f, passer, model.AddrSet{})
	var boxes []model.Box
	for _, r := range rules {
		boxes = append(boxes, packetsFacing(d, inv.Resolve(r.Target).May.Intersect(model.EndpointsOf(passer)), inv.Resolve(r.Peer).May, r.Traffic))
	}
	return model.NewRegion(boxes...)
}

// deadAcross is the finding about a rule of which other groups refuse everything.
func deadAcross(f *audit.Firewall, d model.Direction, told audit.Rule, others []*audit.Firewall, at []string, admits model.Region) audit.Finding {
	var names []string
	causes := f.CausesOf(d, rulesAt(f, d, told.Origin))
	for i, o := range others {
		if names = append(names, nameIn(o.Object)); i >= 3 {
			continue // a few are enough to see why
		}
		for _, c := range o.Chains(d) {
			for _, r := range c.Rules {
				if r.Action == model.Deny && !nsgReach(o, d, []model.Rule{r}).Intersect(admits).IsEmpty() {
					causes = append(causes, o.CausesOf(d, []model.Rule{r})...)
				}
			}
		}
	}
	word := "lets in"
	if d == model.Egress {
		word = "lets out"
	}
	return audit.Finding{Object: f.Object, Subject: told.Name, Attached: at, Unsure: f.Partial, Causes: causes,
		Summary: fmt.Sprintf("rule %q of %s %s at %s what %s refuses, so that it is of no effect there", told.Name, nameIn(f.Object), word, fewOf(at), fewOf(names))}
}
