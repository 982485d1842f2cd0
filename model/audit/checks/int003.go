package checks

import (
	"fmt"
	"slices"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
)

func int003() audit.Check {
	return audit.Check{
		ID:       "INT003",
		Title:    "Every protocol is admitted",
		Severity: audit.Medium,
		Why:      "Services use TCP or UDP. A rule for all protocols admits tunnels and all ports besides, and often was meant for one port: some clouds take no account of ports that stand beside it.",
		Advice:   "name the protocol and the ports that are used",
		Kinds:    groupsOfRules(),
		References: slices.Concat(
			named("gcp", "", trivy, "GCP-0072"),
		),
		Run: allProtocols,
	}
}

func allProtocols(s *audit.Subject) []audit.Finding {
	var out []audit.Finding
	for f := range s.Firewalls(groupsOfRules()...) {
		for _, c := range f.Ingress {
			for _, a := range asWritten(admissions(f, c)) {
				if isUnheld(a.peer) || !isBroad(a.open) || !within(model.Traffic{model.AllTraffic()}, a.open) {
					continue
				}
				rules := a.admitting(model.Traffic{model.AllOf(model.GRE)})
				found := a.finding(f, rules, fmt.Sprintf("%s admits every protocol from %s%s", f.Label(), audit.PeerText(a.peer), portsBeside(f, rules)))
				found.Subject = a.subject(nil)
				out = append(out, found)
			}
		}
	}
	return out
}

// isUnheld reports whether a peer is at addresses alone that nobody in a network holds: the host of a machine, which probes it for a load balancer.
func isUnheld(peer model.Selector) bool {
	at, ok := peer.(model.At)
	return ok && audit.Unheld().Covers(at.Addrs)
}

// isBroad reports whether traffic may be everything.
func isBroad(t model.Traffic) bool {
	return len(t) > 200 || slices.ContainsFunc(t, func(s model.Service) bool { return s.Protocol == model.AnyProtocol })
}

// portsBeside says that ports are written of which the cloud takes no account.
func portsBeside(f *audit.Firewall, rules []model.Rule) string {
	for _, r := range rules {
		told, ok := f.RuleAt(model.Ingress, r.Origin)
		if !ok {
			continue
		}
		for _, t := range told.Traits {
			if t.Code == audit.PortsIgnored {
				return "; " + t.Text
			}
		}
	}
	return ""
}
