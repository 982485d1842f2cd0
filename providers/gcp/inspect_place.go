package gcp

import (
	"cmp"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
	"github.com/crosswall/crosswall/terraform"
)

// defaultNetwork is the name of the network that Google Cloud makes in a new project (VPC networks, default network).
const defaultNetwork = "default"

// inspectNetworks describes the networks: those that are there, those that a project is made with, and the default one where
// something is said to be on it.
func (i *inspector) inspectNetworks() {
	told := map[model.Group]bool{}
	for _, r := range i.module.Resources {
		if r.Type == typeNetwork {
			if n := i.describeNetwork(r); !told[n.Key] { // it may have been read twice
				told[n.Key] = true
				i.estate.Networks = append(i.estate.Networks, n)
			}
		}
	}
	for _, r := range i.module.Resources {
		n, ok := i.networkOfProject(r)
		if ok && !told[n.Key] {
			told[n.Key] = true
			i.estate.Networks = append(i.estate.Networks, n)
		}
	}
	for _, r := range i.module.Resources {
		key, ok := i.namesNetwork(r)
		if ok && lastSegment(key) == defaultNetwork && !told[networkGroup(key)] {
			told[networkGroup(key)] = true
			i.estate.Networks = append(i.estate.Networks, audit.Network{Standard: audit.Yes, Legacy: audit.Unknown, Object: audit.Object{
				Provider: "gcp", Kind: audit.NetworkKind, Key: networkGroup(key), Name: "network " + i.shortNetwork(key), Origin: originOf(r)}})
		}
	}
}

// namesNetwork returns the network that a rule or an instance is on by its name; false where it is none by name, or one that is not known.
func (i *inspector) namesNetwork(r terraform.Resource) (string, bool) {
	switch r.Type {
	case typeFirewall, typeSubnetwork:
		key := i.networkOf(r.Get("network"), r)
		return key, key != ""
	case typeInstance:
		for _, k := range r.BlocksOf("network_interface") {
			if key := i.networkOfInterface(k.Body, r); key != "" {
				return key, true
			}
		}
	}
	return "", false
}

// describeNetwork describes a network. One that Terraform makes is not the one that Google Cloud has made, but it may have
// been imported.
func (i *inspector) describeNetwork(r terraform.Resource) audit.Network {
	key := networkKey(nameOf(r), r.Get("project"))
	n := audit.Network{Object: i.object(r, audit.NetworkKind, networkGroup(key)), Standard: audit.No}
	unread := i.native && r.Get("network_firewall_policy_enforcement_order").IsUnknown()
	if n.Name == defaultNetwork {
		n.Standard = audit.Unknown
		if i.native {
			n.Standard = audit.Yes
		}
	}
	old, hasOld := i.resolve(r.Get("ipv4_range")).AsString()
	switch {
	case hasOld && old != "":
		n.Legacy = audit.Yes
		if p, ok := parseRange(old); ok {
			n.Addrs = model.Prefixes(p)
		}
	case !r.Get("ipv4_range").IsNull(), unread:
	case !i.native, !r.Get("auto_create_subnetworks").IsNull(), len(i.subnets[key]) > 0:
		n.Legacy = audit.No // Terraform makes no others
	}
	if n.Legacy != audit.Yes && i.allSubnets(key) {
		n.Addrs = i.addrsOfSubnets(key)
	}
	n.Peers = i.peersOf(r, key)
	i.inspectOrder(&n, key)
	return n
}

// inspectOrder describes what is asked on a network, and in which other orders it could be: network firewall policies after VPC
// firewall rules, or before (compute API, Network.NetworkFirewallPolicyEnforcementOrder). Hierarchical policies are always before both.
func (i *inspector) inspectOrder(n *audit.Network, key string) {
	on := i.networks[key]
	does := func(action model.Action, kinds ...policyKind) bool {
		return slices.ContainsFunc(slices.Concat(on.policies, i.everywhere), func(a association) bool {
			return slices.Contains(kinds, a.kind) && i.policyDoes(key, a, action)
		})
	}
	allows, denies := ruleDoes(on.vpc, model.Allow), ruleDoes(on.vpc, model.Deny)
	ordering := func(order stageOrder, text string) audit.Ordering {
		return audit.Ordering{Text: text, Ingress: i.chainsIn(key, model.Ingress, order), Egress: i.chainsIn(key, model.Egress, order), Fixed: order == vpcAbove}
	}
	const (
		vpcThenPolicy = "VPC firewall rules are asked before network firewall policies"
		policyThenVPC = "network firewall policies are asked before VPC firewall rules"
		above         = "hierarchical firewall policies are asked before VPC firewall rules"
	)
	text := map[stageOrder]string{vpcFirst: vpcThenPolicy, vpcLast: policyThenVPC}
	if len(on.vpc) == 0 || on.order == vpcSometime {
		return // nothing to order, or nobody knows how it is
	}
	other := map[stageOrder]stageOrder{vpcFirst: vpcLast, vpcLast: vpcFirst}[on.order]
	// Where both only allow, or both only refuse, the order decides nothing.
	if allows && does(model.Deny, globalPolicy, regionalPolicy) || denies && does(model.Allow, globalPolicy, regionalPolicy) {
		n.Now, n.Others = ordering(on.order, text[on.order]), append(n.Others, ordering(other, text[other]))
	}
	if denies && does(model.Allow, hierarchicalPolicy) {
		n.Now, n.Others = ordering(on.order, text[on.order]), append(n.Others, ordering(vpcAbove, above))
	}
}

// ruleDoes reports whether a rule has an action, in either direction.
func ruleDoes(rules map[model.Direction][]model.Rule, action model.Action) bool {
	for _, some := range rules {
		if slices.ContainsFunc(some, func(r model.Rule) bool { return r.Action == action }) {
			return true
		}
	}
	return false
}

// policyDoes reports whether a rule of a policy on a network has an action, in either direction.
func (i *inspector) policyDoes(key string, a association, action model.Action) bool {
	for _, dir := range []model.Direction{model.Ingress, model.Egress} {
		if slices.ContainsFunc(i.stagesOf(key, dir).rulesOf(a), func(r policyRule) bool { return r.Action == action }) {
			return true
		}
	}
	return false
}

// addrsOfSubnets is the addresses of the subnetworks of a network; empty where not all are known.
func (i *inspector) addrsOfSubnets(key string) model.AddrSet {
	var out model.AddrSet
	for _, s := range i.subnets[key] {
		if s.doubt != "" {
			return model.AddrSet{}
		}
		out = out.Union(s.addrs)
	}
	return out
}

// peersOf are the networks that a network is peered with.
func (i *inspector) peersOf(r terraform.Resource, key string) []audit.Peer {
	var out []audit.Peer
	add := func(peer string) {
		if peer == "" {
			return
		}
		p := audit.Peer{Key: networkGroup(peer), Label: i.networkLabel(peer)}
		if i.allSubnets(peer) {
			p.Addrs = i.addrsOfSubnets(peer)
		}
		out = append(out, p)
	}
	links, _ := i.resolve(r.Get("peerings")).AsStrings()
	for _, link := range links {
		add(networkKey(terraform.String(link), terraform.Value{}))
	}
	for _, p := range i.module.Resources {
		if p.Type == "google_compute_network_peering" && i.networkOf(p.Get("network"), p) == key {
			add(i.networkOf(p.Get("peer_network"), p))
		}
	}
	slices.SortFunc(out, func(a, b audit.Peer) int { return cmp.Compare(a.Key, b.Key) })
	return out
}

// networkOfProject is the default network that a project is made with, unless auto_create_network is off (provider hashicorp/google,
// google_project).
func (i *inspector) networkOfProject(r terraform.Resource) (audit.Network, bool) {
	if r.Type != "google_project" {
		return audit.Network{}, false
	}
	made := i.flagOf(r.Get("auto_create_network"), audit.Yes)
	if made == audit.No {
		return audit.Network{}, false
	}
	project, known := i.resolve(r.Get("project_id")).AsString()
	if !known {
		project = r.Address()
	}
	return audit.Network{Standard: made, Legacy: audit.No, Object: audit.Object{Provider: "gcp", Kind: audit.NetworkKind,
		Key: networkGroup(project + "/" + defaultNetwork), Name: "default network of " + r.Address(), Origin: originOf(r)}}, true
}

// inspectSubnets describes the subnetworks.
func (i *inspector) inspectSubnets() {
	for _, r := range i.module.Resources {
		if r.Type != typeSubnetwork {
			continue
		}
		network := i.networkOf(r.Get("network"), r)
		n := audit.Subnet{Object: i.object(r, audit.SubnetKind, subnetKeyOf(r))}
		if network != "" {
			n.Network = networkGroup(network)
		}
		if s := i.subnetOf(r); s.doubt == "" {
			n.Addrs = s.addrs
		}
		purpose, known := i.resolve(r.Get("purpose")).AsString()
		if known && purpose != "PRIVATE" {
			n.Role = strings.ToLower(strings.ReplaceAll(purpose, "_", " "))
		}
		n.Logged = i.flowLogs(r)
		i.estate.Subnets = append(i.estate.Subnets, n)
	}
}

// subnetKeyOf is what the estate calls a subnetwork.
func subnetKeyOf(r terraform.Resource) model.Group { return model.Group("subnetwork " + r.Address()) }

// flowLogs says whether a subnetwork has flow logs: it has where it has log_config, or enable_flow_logs of older providers (provider
// hashicorp/google, google_compute_subnetwork).
func (i *inspector) flowLogs(r terraform.Resource) audit.Flag {
	switch {
	case len(r.BlocksOf("log_config")) > 0:
		return audit.Yes
	case r.Open("log_config"):
		return audit.Unknown
	}
	return i.flagOf(r.Get("enable_flow_logs"), audit.No)
}
