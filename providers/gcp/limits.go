package gcp

import (
	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
)

// What one rule may hold. Rules are split before they reach these numbers.
const (
	// maxRanges bounds source_ranges and destination_ranges each (compute API, Firewall).
	maxRanges = 5000
	// rangesPerRule is what crosswall puts into one rule: short enough to
	// read, and the number at which Google's own generator splits (capirca lib/gce.py).
	rangesPerRule = 256
	// maxSourceTags and maxTargetTags bound network tags (capirca lib/gce.py).
	maxSourceTags, maxTargetTags = 30, 70
	// maxServiceAccounts bounds service accounts per side (compute API, Firewall).
	maxServiceAccounts = 10
	// maxSecureTags bounds secure tags per side (compute API, FirewallPolicyRule).
	maxSecureTags = 256
	// maxPorts bounds ports and port ranges of a rule (capirca lib/gce.py).
	maxPorts = 256
	// maxName bounds names of rules, policies and tags, in bytes (compute API, Firewall.Name).
	maxName = 63
	// maxDescription bounds the description of a VPC rule, in bytes (capirca lib/gce.py).
	maxDescription = 2048
	// maxPolicyDescription bounds the description of a policy's rule, in bytes (capirca lib/gcp_hf.py).
	maxPolicyDescription = 64
)

// Priorities of VPC firewall rules, 0 to 65535, the lowest first; at equal
// priority a deny beats an allow. GKE's own rules stand at 999 and 1000
// (cloud.google.com/kubernetes-engine/docs/concepts/firewall-rules), so that a
// deny which is to isolate a pod stands before them.
const (
	allowPriority = 800
	denyPriority  = 900
)

// Priorities of a network firewall policy are unique within it, 0 to 2147483547
// for users; those after it are Google's own (firewall policy rule details).
const (
	allowFirst, allowLast = 100_000, 899_990
	denyFirst, denyLast   = 900_000, 999_990
	priorityStep          = 10
	lastUserPriority      = 2147483547
)

// Limits returns what Google Cloud's firewall can and cannot do, for its VPC
// firewall rules and for network firewall policies.
func (Provider) Limits() providers.Limits {
	return providers.Limits{
		Title: "GCP",
		Enforcers: []providers.Enforcer{
			{Name: "VPC firewall rule", Order: "lowest priority number, deny before allow", Denies: true, Cells: vpcCells()},
			{Name: "network firewall policy", Order: "lowest priority number, each used once", Denies: true, Cells: policyCells()},
		},
		Quotas: quotaLimits(),
	}
}

func vpcCells() map[providers.Feature]providers.Cell {
	exact := providers.Cell{Fit: providers.Precise}
	return map[providers.Feature]providers.Cell{
		providers.SubjectSelector: {Fit: providers.Approximate, Why: "rules are applied to machines: pods of one node share its tag; " +
			"ingress is exact to the pod with destination_ranges, egress is not"},
		providers.PeerSelector: {Fit: providers.Approximate, Why: "tags stand for machines; pods, and every peer of an egress rule, " +
			"are named by address and must be written again when addresses change"},
		providers.IPBlock:    {Fit: providers.Precise, Why: "as far as the subject is; the source is what it is after address translation"},
		providers.Except:     exact,
		providers.PortRanges: exact,
		providers.NamedPort:  {Fit: providers.Approximate, Why: "resolved to numbers; pods behind one tag may differ"},
		providers.SCTPPort: {Fit: providers.Open, Why: "the API reference limits ports to TCP and UDP; " +
			"all of SCTP is admitted unless ports are asked for"},
		providers.AnyTraffic:  exact,
		providers.EgressAllow: {Fit: providers.Precise, Why: "peers by address only"},
		providers.DefaultDeny: {Fit: providers.Precise, Why: "egress by a rule that refuses, after all that allow; ingress is refused anyway, " +
			"but for GKE's own rules and those of the default network, where a rule refuses it too"},
		providers.IPv6:            {Fit: providers.Precise, Why: "one family per rule"},
		providers.UnionOfPolicies: {Fit: providers.Precise, Why: "every allow stands before the one deny"},
		providers.Replies:         exact,
		providers.SameNode: {Fit: providers.None, Why: "traffic between pods of one node does not leave it " +
			"(with intranode visibility it does)"},
		providers.AdminDeny:   {Fit: providers.Precise, Why: "compiled to what remains allowed"},
		providers.AdminPass:   {Fit: providers.Precise, Why: "compiled to what remains allowed"},
		providers.AdminAccept: {Fit: providers.Precise, Why: "compiled to what is allowed"},
		providers.DomainNames: {Fit: providers.None, Why: "peers are addresses, tags and service accounts"},
	}
}

// policyCells differ from those of VPC rules where a network firewall policy can
// say more.
func policyCells() map[providers.Feature]providers.Cell {
	cells := vpcCells()
	cells[providers.DomainNames] = providers.Cell{Fit: providers.Approximate,
		Why: "dest_fqdns exists and rests on Google's resolver; crosswall does not write it"}
	cells[providers.DefaultDeny] = providers.Cell{Fit: providers.Precise,
		Why: "by a rule that refuses, where no VPC firewall rule, asked earlier, has already admitted"}
	return cells
}

func quotaLimits() []providers.QuotaLimit {
	const api = "google.golang.org/api/compute/v1"
	const capirca = "github.com/google/capirca lib/gce.py"
	fixed := func(name string, n int, source string) providers.QuotaLimit {
		return providers.QuotaLimit{Name: name, Limit: n, Raised: n, Source: source}
	}
	return []providers.QuotaLimit{
		fixed(quotaSourceRanges, maxRanges, api),
		fixed(quotaDestinationRanges, maxRanges, api),
		fixed(quotaSourceTags, maxSourceTags, capirca),
		fixed(quotaTargetTags, maxTargetTags, capirca),
		fixed(quotaServiceAccounts, maxServiceAccounts, api),
		fixed(quotaSecureTags, maxSecureTags, api),
		fixed(quotaPorts, maxPorts, capirca),
	}
}

// Names of the quotas, in Limits and in what Encode reports.
const (
	quotaSourceRanges      = "source ranges per rule"
	quotaDestinationRanges = "destination ranges per rule"
	quotaSourceTags        = "source tags per rule"
	quotaTargetTags        = "target tags per rule"
	quotaServiceAccounts   = "service accounts per rule and side"
	quotaSecureTags        = "secure tags per rule and side"
	quotaPorts             = "ports and port ranges per rule"
)

// quotas reports the largest rule against what one rule may hold.
func quotas(rules []namedRule) []providers.Quota {
	used := map[string]int{}
	grow := func(name string, n int) { used[name] = max(used[name], n) }
	for _, r := range rules {
		source, destination := len(r.ranges), len(r.within)
		if r.direction == model.Egress {
			source, destination = 0, len(r.ranges)
		}
		grow(quotaSourceRanges, source)
		grow(quotaDestinationRanges, destination)
		ports := 0
		for _, l := range r.services {
			ports += len(l.ports)
		}
		grow(quotaPorts, ports)
		switch r.kind() {
		case networkTag:
			grow(quotaTargetTags, len(r.targets))
			grow(quotaSourceTags, len(r.sources))
		case serviceAccount:
			grow(quotaServiceAccounts, max(len(r.targets), len(r.sources)))
		case secureTag:
			grow(quotaSecureTags, max(len(r.targets), len(r.sources)))
		}
	}
	var out []providers.Quota
	for _, q := range quotaLimits() {
		if n := used[q.Name]; n > 0 {
			out = append(out, providers.Quota{Name: q.Name, Used: n, Limit: q.Limit})
		}
	}
	return out
}
