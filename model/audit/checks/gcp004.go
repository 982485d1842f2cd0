package checks

import (
	"fmt"
	"net/netip"
	"slices"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
)

func gcp004() audit.Check {
	return audit.Check{
		ID:       "GCP004",
		Title:    "A rule that admits traffic is for every machine of the network",
		Severity: audit.Medium,
		Why: "A rule without target tags, target service accounts and destination ranges is for every machine of its networks, those too that somebody " +
			"starts tomorrow for something else.",
		Advice: "name the machines that are meant by target tags or target service accounts",
		Kinds:  gcpFirewalls(),
		Run: func(s *audit.Subject) []audit.Finding {
			var out []audit.Finding
			for _, r := range gcpRules(s) {
				if r.Direction != model.Ingress || !r.isForEverybody() {
					continue
				}
				from, whole := r.peers(s)
				if whole && s.Estate.Senders.Covers(from) {
					continue
				}
				f := r.finding("names no target, and so is for every machine of %s", homesOf(r.firewall))
				f.Attached, f.Unsure = s.AttachedTo(r.firewall), r.doubt()
				if s.Wide(from.Intersect(audit.Internet())).IsEmpty() {
					f.Step = -1
				}
				out = append(out, f)
			}
			return out
		},
	}
}

// isForEverybody reports whether the rule admits something, or perhaps, and names no target.
func (r gcpRule) isForEverybody() bool {
	return slices.ContainsFunc(r.made, func(m model.Rule) bool { return m.Action == model.Allow && namesNobody(m.Target) })
}

// namesNobody reports whether a rule names no target, though it may be in doubt for something else.
func namesNobody(target model.Selector) bool {
	maybe, ok := target.(model.Maybe)
	return target == nil || ok && maybe.Selector == nil
}

// healthChecks is the addresses from which the health checks and proxies of load balancers connect (Cloud Load Balancing, health checks
// overview, probe IP ranges and firewall rules), of IPv4.
func healthChecks() model.AddrSet {
	return model.Prefixes(netip.PrefixFrom(netip.AddrFrom4([4]byte{130, 211, 0, 0}), 22), netip.PrefixFrom(netip.AddrFrom4([4]byte{35, 191, 0, 0}), 16))
}

// identityProxies is the addresses from which Identity-Aware Proxy connects (Identity-Aware Proxy, using IAP for TCP forwarding).
func identityProxies() model.AddrSet {
	return model.Prefixes(netip.PrefixFrom(netip.AddrFrom4([4]byte{35, 235, 240, 0}), 20))
}

// homesOf says on which networks a firewall is, and in which region of them where it is not everywhere.
func homesOf(f *audit.Firewall) string {
	var labels []string
	for _, u := range f.Users {
		if u.Kind == audit.NetworkKind && u.What != "" {
			labels = append(labels, u.Label+" in "+u.What)
		} else if u.Kind == audit.NetworkKind {
			labels = append(labels, u.Label)
		}
	}
	slices.Sort(labels)
	switch labels = slices.Compact(labels); len(labels) {
	case 0:
		return "whatever networks it is put on"
	case 1:
		return labels[0]
	}
	return fmt.Sprintf("%d networks", len(labels))
}
