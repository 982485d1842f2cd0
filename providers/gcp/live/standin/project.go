package standin

import (
	"fmt"
	"slices"
	"strconv"
)

// Object is a native object, as the Compute API prints it.
type Object = map[string]any

// Project is a project in a form that a test can change by hand. Every field may be changed between two
// readings.
type Project struct {
	ID          string
	Networks    []*Network
	Subnetworks []*Subnetwork
	Firewalls   []*Firewall
	Policies    []*Policy
	Instances   []*Instance
	// Raw takes the place of what the other fields say.
	Raw Raw
}

// Raw is answers as the Compute API prints them, by operation, such as "networks.get".
type Raw struct {
	// Answers are those about one thing, by the operation and what it is about, a space between: "networks.get main".
	Answers map[string]any
	// Lists are the objects of lists, and Scoped those of aggregated lists by scope, such as "zones/europe-west1-b".
	Lists  map[string][]Object
	Scoped map[string]map[string][]Object
}

// Network is a VPC network. RulesLast is whether its VPC firewall rules are asked after its firewall policies.
type Network struct {
	Name      string
	RulesLast bool
}

// Subnetwork is a range of addresses of a network in a region.
type Subnetwork struct{ Name, Network, Region, CIDR string }

// Ports are protocols with ports: "tcp" with "80" and "8000-8100"; without ports all.
type Ports struct {
	Protocol string
	Ports    []string
}

// Firewall is a VPC firewall rule; one of Allowed and Denied is set.
type Firewall struct {
	Name, Network, Description string
	Egress, Disabled           bool
	Priority                   int
	Allowed, Denied            []Ports
	// Sources and Destinations are ranges of addresses.
	Sources, Destinations, SourceTags, TargetTags []string
}

// Policy is a network firewall policy, global where Region is empty, with the networks that it is associated with.
type Policy struct {
	Name, Region string
	Rules        []*PolicyRule
	Networks     []string
}

// PolicyRule is a rule of a policy. Action is "allow", "deny" or "goto_next".
type PolicyRule struct {
	Priority               int
	Action                 string
	Egress, Disabled       bool
	Sources, Destinations  []string
	SourceTags, TargetTags []string // names of secure tags, "tagValues/1"
	Ports                  []Ports
}

// Instance is a machine with one interface.
type Instance struct {
	Name, Zone, Network, Subnetwork, Addr string
	Tags                                  []string
	// Aliases are ranges of addresses that it holds besides.
	Aliases []string
	// SecureTags are the tag values that are bound to it, "tagValues/1".
	SecureTags []string
}

const host = "https://www.googleapis.com/compute/v1/"

// link is the self link of something within the project.
func (p *Project) link(path string) string { return host + "projects/" + p.ID + "/" + path }

func (p *Project) networkLink(name string) string { return p.link("global/networks/" + name) }

func (n *Network) object(p *Project) Object {
	order := "AFTER_CLASSIC_FIREWALL"
	if n.RulesLast {
		order = "BEFORE_CLASSIC_FIREWALL"
	}
	return Object{"kind": "compute#network", "name": n.Name, "selfLink": p.networkLink(n.Name), "autoCreateSubnetworks": false, "networkFirewallPolicyEnforcementOrder": order}
}

func (s *Subnetwork) object(p *Project) Object {
	return Object{"kind": "compute#subnetwork", "name": s.Name, "selfLink": p.link("regions/" + s.Region + "/subnetworks/" + s.Name), "network": p.networkLink(s.Network),
		"region": p.link("regions/" + s.Region), "ipCidrRange": s.CIDR, "purpose": "PRIVATE", "stackType": "IPV4_ONLY"}
}

// object is the rule as the API prints it, which leaves out what is not set.
func (f *Firewall) object(p *Project) Object {
	o := Object{"kind": "compute#firewall", "name": f.Name, "selfLink": p.link("global/firewalls/" + f.Name), "network": p.networkLink(f.Network),
		"direction": direction(f.Egress), "priority": f.Priority, "disabled": f.Disabled, "logConfig": Object{"enable": false}}
	if f.Description != "" {
		o["description"] = f.Description
	}
	for field, list := range map[string][]string{"sourceRanges": f.Sources, "destinationRanges": f.Destinations, "sourceTags": f.SourceTags, "targetTags": f.TargetTags} {
		if len(list) > 0 {
			o[field] = list
		}
	}
	for field, list := range map[string][]Ports{"allowed": f.Allowed, "denied": f.Denied} {
		if len(list) > 0 {
			o[field] = protocols(list, "IPProtocol")
		}
	}
	return o
}

func direction(egress bool) string {
	if egress {
		return "EGRESS"
	}
	return "INGRESS"
}

func protocols(list []Ports, name string) []Object {
	out := []Object{}
	for _, l := range list {
		o := Object{name: l.Protocol}
		if len(l.Ports) > 0 {
			o["ports"] = l.Ports
		}
		out = append(out, o)
	}
	return out
}

// effective is the policy as getEffectiveFirewalls tells it.
func (y *Policy) effective() Object {
	typ := "NETWORK"
	if y.Region != "" {
		typ = "NETWORK_REGIONAL"
	}
	rules := []Object{}
	for _, r := range y.Rules {
		rules = append(rules, r.object())
	}
	return Object{"name": y.Name, "type": typ, "rules": append(rules, standing()...)}
}

// standing are the rules with which every policy ends: everything goes on to what is asked next (firewall policies
// documentation, predefined rules).
func standing() []Object {
	var out []Object
	for i, r := range []*PolicyRule{{Egress: true, Destinations: []string{"::/0"}}, {Sources: []string{"::/0"}}, {Egress: true, Destinations: []string{"0.0.0.0/0"}}, {Sources: []string{"0.0.0.0/0"}}} {
		r.Priority, r.Action, r.Ports = 2147483644+i, "goto_next", []Ports{{Protocol: "all"}}
		out = append(out, r.object())
	}
	return out
}

func (r *PolicyRule) object() Object {
	match := Object{"layer4Configs": protocols(r.Ports, "ipProtocol")}
	for field, list := range map[string][]string{"srcIpRanges": r.Sources, "destIpRanges": r.Destinations} {
		if len(list) > 0 {
			match[field] = list
		}
	}
	if len(r.SourceTags) > 0 {
		match["srcSecureTags"] = secureTags(r.SourceTags)
	}
	o := Object{"kind": "compute#firewallPolicyRule", "priority": r.Priority, "action": r.Action, "direction": direction(r.Egress), "disabled": r.Disabled, "enableLogging": false, "match": match}
	if len(r.TargetTags) > 0 {
		o["targetSecureTags"] = secureTags(r.TargetTags)
	}
	return o
}

func secureTags(names []string) []Object {
	out := []Object{}
	for _, n := range names {
		out = append(out, Object{"name": n, "state": "EFFECTIVE"})
	}
	return out
}

func (i *Instance) object(p *Project) Object {
	nic := Object{"name": "nic0", "network": p.networkLink(i.Network), "networkIP": i.Addr}
	for _, s := range p.Subnetworks {
		if s.Name == i.Subnetwork {
			nic["subnetwork"] = p.link("regions/" + s.Region + "/subnetworks/" + s.Name)
		}
	}
	var aliases []Object
	for _, a := range i.Aliases {
		aliases = append(aliases, Object{"ipCidrRange": a})
	}
	if len(aliases) > 0 {
		nic["aliasIpRanges"] = aliases
	}
	o := Object{"kind": "compute#instance", "id": p.numberOf(i), "name": i.Name, "selfLink": p.link("zones/" + i.Zone + "/instances/" + i.Name), "zone": p.link("zones/" + i.Zone), "status": "RUNNING",
		"machineType": p.link("zones/" + i.Zone + "/machineTypes/e2-small"), "networkInterfaces": []Object{nic}}
	if len(i.Tags) > 0 {
		o["tags"] = Object{"items": i.Tags}
	}
	return o
}

// numberOf is the number of a machine, which it is known by in other APIs.
func (p *Project) numberOf(i *Instance) string {
	return strconv.Itoa(1000 + slices.Index(p.Instances, i))
}

// tagsOf are the tags of the machine with a full resource name (Resource Manager API, EffectiveTag); false where there is none.
func (p *Project) tagsOf(zone, number string) ([]Object, bool) {
	for _, i := range p.Instances {
		if i.Zone != zone || p.numberOf(i) != number {
			continue
		}
		out := []Object{}
		for _, t := range i.SecureTags {
			out = append(out, Object{"tagValue": t, "namespacedTagValue": p.ID + "/segment/" + last(t), "tagKey": "tagKeys/1", "namespacedTagKey": p.ID + "/segment", "tagKeyParentName": "projects/1"})
		}
		return out, true
	}
	return nil, false
}

// FirewallNamed returns the rule with a name; nil if there is none.
func (p *Project) FirewallNamed(name string) *Firewall {
	for _, f := range p.Firewalls {
		if f.Name == name {
			return f
		}
	}
	return nil
}

// PolicyNamed returns the policy with a name; nil if there is none.
func (p *Project) PolicyNamed(name string) *Policy {
	for _, y := range p.Policies {
		if y.Name == name {
			return y
		}
	}
	return nil
}

// check reports what the API would not accept of a rule.
func (f *Firewall) check() error {
	if len(f.Allowed) > 0 == (len(f.Denied) > 0) {
		return fmt.Errorf("%s: one of allowed and denied is to be set", f.Name)
	}
	if f.Egress && len(f.SourceTags) > 0 {
		return fmt.Errorf("%s: an egress rule has no source tags", f.Name)
	}
	if f.Priority < 0 || f.Priority > 65535 {
		return fmt.Errorf("%s: priority %d", f.Name, f.Priority)
	}
	return nil
}
