package checks

import (
	"fmt"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
)

func az005() audit.Check {
	return audit.Check{
		ID:       "AZ005",
		Title:    "The default rule admits the virtual network",
		Severity: audit.Medium,
		Why: "AllowVnetInBound, which every network security group ends with, admits all of the virtual network, its peers and whatever is " +
			"behind its gateways, at every port that no rule before decides about.",
		Advice:     "add a rule that denies VirtualNetwork after those that admit what is needed, and one before it for AzureLoadBalancer",
		Kinds:      []audit.Kind{audit.NetworkSecurityGroup},
		References: named("azure", "", cloudSploit, "defaultSecurityGroup"),
		Run: func(s *audit.Subject) []audit.Finding {
			var out []audit.Finding
			for f := range s.Firewalls(audit.NetworkSecurityGroup) {
				if len(f.Users) > 0 || f.NotAll != "" {
					out = append(out, leftToDefault(s, f)...)
				}
			}
			return out
		},
	}
}

// neighbour is whoever is in the virtual network of a group, and may send to what has it.
const neighbour model.Identity = "virtual network"

// leftToDefault finds what of the virtual network's traffic the default rule of a group admits: what would be refused without it.
func leftToDefault(s *audit.Subject, f *audit.Firewall) []audit.Finding {
	chain, added := withoutAllows(f)
	if added == nil {
		return nil
	}
	here := model.Identity(f.Label())
	inv := nsgInventory(f, here, vnetSpace(s, f))
	within := model.NewRegion(model.Box{Src: model.EndpointsOf(neighbour), Dst: model.EndpointAt(here, groupPlaces(s, f)), Traffic: model.Traffic{model.AllTraffic()}})
	p := model.Policy{Layers: []model.Layer{{Name: f.Label(), State: model.Stateful, Ingress: []model.Chain{chain}}}}.PermittedWithin(inv, within)
	open, unsure := p.Allowed, f.Partial
	if open.IsEmpty() { // what is unknown besides what is sure would change nothing
		open, unsure = p.Unknown, "it is not known whether a rule before it matches"
	}
	if open.IsEmpty() {
		return nil
	}
	if len(f.Users) == 0 {
		unsure = f.NotAll // nobody is known whom it admits anything to
	}
	text, senders := "all traffic but what rules before it decide", model.AllAddrs()
	if len(chain.Rules) <= fewRules {
		text, senders, open = leftText(open), sendersIn(open), withICMP(open)
	}
	return []audit.Finding{{Object: f.Object, Open: open, Unsure: unsure, Attached: s.AttachedTo(f),
		Causes:  f.CausesOf(model.Ingress, []model.Rule{*added}),
		Summary: fmt.Sprintf("the default rule of %s admits %s from %s", nameIn(f.Object), text, vnetsText(s, f, senders))}}
}

// fewRules is how many rules a group may have, those that Azure adds included, for its finding to say in words what they leave.
const fewRules = 16

// withoutAllows is the inbound chain of a group in which the rules that somebody wrote admit nothing, and the default rule that
// admits the virtual network; nil where there is none.
func withoutAllows(f *audit.Firewall) (model.Chain, *model.Rule) {
	chain := f.Ingress[0]
	chain.Guard = model.Guard{}
	chain.Rules = slices.Clone(chain.Rules)
	var added *model.Rule
	for i := range chain.Rules {
		r := &chain.Rules[i]
		told, ok := f.RuleAt(model.Ingress, r.Origin)
		switch {
		case ok && told.Added && r.Action == model.Allow && isTag(r.Peer, "VirtualNetwork"):
			added = r
		default:
			r.Action = model.Deny
		}
	}
	return chain, added
}

// leftText says which packets a region is of, in few words. ICMP of the other family is no loss.
func leftText(r model.Region) string {
	left := audit.TrafficOf(r)
	text := left.String()
	switch {
	case isAllButICMP(left):
		return "all traffic"
	case len(text) > 100:
		return "all traffic but what rules before it decide"
	}
	return text
}

// withICMP adds ICMP of the other family where everything else is admitted: there is no such packet, and "all traffic" is then
// called so.
func withICMP(r model.Region) model.Region {
	var more []model.Box
	for b := range r.All() {
		if isAllButICMP(b.Traffic) {
			b.Traffic = model.Traffic{model.AllOf(model.ICMP), model.AllOf(model.ICMPv6)}
			more = append(more, b)
		}
	}
	return r.Union(model.NewRegion(more...))
}

// isAllButICMP reports whether traffic is every packet, but for ICMP perhaps.
func isAllButICMP(t model.Traffic) bool {
	return audit.Connections(append(slices.Clone(t), model.AllOf(model.ICMP), model.AllOf(model.ICMPv6))).Equal(audit.Connections(model.Traffic{model.AllTraffic()}))
}

// sendersIn is the addresses from which neighbours send in a region.
func sendersIn(r model.Region) model.AddrSet {
	var out model.AddrSet
	for b := range r.All() {
		out = out.Union(b.Src.At(neighbour))
	}
	return out
}

// vnetsText says which of the addresses that the virtual networks behind a group reach are among the senders.
func vnetsText(s *audit.Subject, f *audit.Firewall, senders model.AddrSet) string {
	var words []string
	add := func(label string, addrs model.AddrSet) {
		switch sending := addrs.Intersect(senders); {
		case addrs.IsEmpty():
			words = append(words, label)
		case !sending.IsEmpty():
			words = append(words, fmt.Sprintf("%s (%s)", label, sending))
		}
	}
	for _, n := range vnetsOf(s, f) {
		add("virtual network "+nameIn(n.Object), n.Addrs)
		for _, p := range n.Peers {
			add("its peer "+p.Label, p.Addrs)
		}
	}
	if len(words) == 0 {
		return "the virtual network, its peers and whatever is behind its gateways"
	}
	if len(words) > 6 {
		words = append(words[:5], fmt.Sprintf("%d more", len(words)-5))
	}
	return strings.Join(words, ", ") + " and whatever is behind their gateways"
}
