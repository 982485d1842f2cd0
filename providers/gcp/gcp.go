// Package gcp writes network policies as Google Cloud firewall rules and reads
// such rules back.
//
// Two outputs are offered: VPC firewall rules (google_compute_firewall), and a
// global network firewall policy. Both are stateful, are applied at the network
// interface of each machine, can refuse, and name their targets by an identity
// of the machine: a network tag, a service account or a secure tag. Neither has
// a destination tag, so that egress rules name their peers by address
// (google.golang.org/api/compute/v1, Firewall and FirewallPolicyRuleMatcher).
//
// On GKE a pod holds an address of an alias range of its node. Rules are then
// applied to nodes, and tags as sources stand for nodes and not for their
// pods; pods are told apart by address alone.
package gcp

import (
	"net/netip"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/terraform"
)

// The resources that are written and read.
const (
	typeFirewall    = "google_compute_firewall"
	typePolicy      = "google_compute_network_firewall_policy"
	typePolicyRule  = "google_compute_network_firewall_policy_rule"
	typeAssociation = "google_compute_network_firewall_policy_association"
	typeNetwork     = "google_compute_network"
)

// The resources of other firewall policies, which are only read.
const (
	typeRegionalPolicy       = "google_compute_region_network_firewall_policy"
	typeRegionalRule         = "google_compute_region_network_firewall_policy_rule"
	typeRegionalAssociation  = "google_compute_region_network_firewall_policy_association"
	typeHierarchy            = "google_compute_firewall_policy"
	typeHierarchyRule        = "google_compute_firewall_policy_rule"
	typeHierarchyAssociation = "google_compute_firewall_policy_association"
)

// Style is the kind of firewall that Encode writes. The zero Style is
// [VPCRules].
type Style uint8

const (
	// VPCRules writes google_compute_firewall resources.
	VPCRules Style = iota
	// NetworkPolicy writes a google_compute_network_firewall_policy with its
	// rules and its association.
	NetworkPolicy
)

// String returns "vpc" or "policy", the words of --gcp-style.
func (s Style) String() string {
	switch s {
	case VPCRules:
		return "vpc"
	case NetworkPolicy:
		return "policy"
	}
	return "invalid"
}

// SCTPPorts says what becomes of ports on SCTP. Google's API reference limits
// ports to TCP and UDP (google.golang.org/api/compute/v1, FirewallAllowed.Ports), though
// SCTP is among the protocols by name: whether a rule may have SCTP ports is not settled. The zero
// SCTPPorts is [SCTPWhole].
type SCTPPorts uint8

const (
	// SCTPWhole writes rules for all of SCTP and reports them as wider.
	SCTPWhole SCTPPorts = iota
	// SCTPExact writes the ports. The rule may be refused when it is
	// applied; a finding says so.
	SCTPExact
)

// Options are the choices of [New].
type Options struct {
	Style     Style
	SCTPPorts SCTPPorts
}

// Provider is Google Cloud. It implements [providers.Provider].
type Provider struct{ opts Options }

// New returns the provider with the given choices; the zero Options are VPC
// firewall rules without ports on SCTP.
func New(o Options) Provider { return Provider{o} }

// Name returns "gcp".
func (Provider) Name() string { return "gcp" }

// Unfiltered returns the traffic that no firewall rule of Google Cloud ever
// sees: the metadata server, which is also the DNS resolver, DHCP and time server
// of a machine, "is always reachable" (VPC firewall rules overview, always
// allowed traffic). Only machines open connections to it.
func (Provider) Unfiltered() []providers.Allowance {
	return []providers.Allowance{{Direction: model.Egress, Rule: metadataRule()}}
}

// metadataServer is the address of the metadata server.
func metadataServer() model.AddrSet { return model.Addrs(netip.AddrFrom4([4]byte{169, 254, 169, 254})) }

func metadataRule() model.Rule {
	return model.Rule{
		Name:    "metadata server",
		Action:  model.Allow,
		Peer:    model.At{Addrs: metadataServer()},
		Traffic: model.Traffic{model.AllTraffic()},
		Reason:  "Google Cloud never filters traffic to the metadata server, which also answers DNS, DHCP and NTP",
	}
}

// Encode writes an intent as firewall rules: for each segment the grants of its
// policies, a refusal of the rest where the network would not refuse it by itself,
// and an admission of everything where no policy isolates the segment. Segments are named by
// [providers.Home.ServiceAccount], by [providers.Home.Group], or by a new network
// tag (in a policy: a secure tag, left to a variable) of their own. Whether an address
// tells who holds it is worked out from the inventory, of which Home.Exclusive is a
// summary.
//
// How many rules a project may have is a quota without a documented default, so that rules are as
// the policies spell them, unless a network firewall policy has no priority left, or
// [providers.ShrinkAlways] asks for the fewest: segments may then share rules. Rules of a policy
// keep the priorities of Intent.Numbers by their names, which follow from what they say; VPC firewall
// rules all have one of two priorities, which are no part of Output.Numbers.
//
// Findings with a Grade have the codes sctp-ports, icmp-type, source-port, egress-to-group,
// peer-by-address and shared-target. Errors have segment-identity, peer-addresses,
// network-path and too-many-rules.
func (p Provider) Encode(in providers.Intent) (providers.Output, []model.Finding) {
	e := newEncoder(p.opts, in)
	out := e.run()
	if f, ok := providers.NodeLocal(in, "turn on intranode visibility in the cluster and say so in the placement "+
		"(intranodeVisibility: enabled), or let its network plugin enforce the policies too"); ok {
		e.findings = append(e.findings, f)
		out.Unseen = f.Affects
	}
	return out, model.SortFindings(e.findings)
}

// Decode reads google_compute_firewall resources and those of network firewall policies, global and
// regional, and of hierarchical ones, as one stateful layer whose chains are the stages in which Google
// Cloud asks them (firewall policy rule evaluation order): hierarchical policies, those that Google
// Cloud itself puts there, VPC rules and the policies of the network in the network's order, implied rules.
// Which networks are under an organization or folder is not known but from native objects. A network is the group "network:NAME", where NAME is
// "project/name", "name" or the resource that the rules refer to. The machines with a
// network tag are the group "tag:NAME", those of a service account
// "serviceaccount:EMAIL", those with a secure tag "securetag:NAME"; where one of
// these is the source of a rule, its name has "source-" before it, because a source tag stands for
// the machines' own addresses and not for those of pods behind them.
//
// What is unknown or not modelled is a finding, and the rule that has it may then
// match and may not.
func (p Provider) Decode(m terraform.Module) (model.Policy, []model.Finding) {
	d := newDecoder(p.opts, m)
	policy := providers.Overrule(d.run(), "never filtered by Google Cloud", p.Unfiltered())
	return policy, model.SortFindings(d.findings)
}
