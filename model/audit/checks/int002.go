package checks

import (
	"fmt"
	"slices"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
)

func int002() audit.Check {
	return audit.Check{
		ID:       "INT002",
		Title:    "A large range of ports is open",
		Severity: audit.Low,
		Why:      "Of thousands of ports a service uses a few. The others are open for whatever is started there next.",
		Advice:   "admit the ports that services listen on",
		Kinds:    groupsOfRules(),
		References: slices.Concat(
			named("gcp", "", trivy, "GCP-0074"),
			named("aws", audit.SecurityGroup, scoutSuite, "ec2-security-group-opens-port-range", "ec2-security-group-opens-all-ports"),
			named("gcp", "", scoutSuite, "computeengine-firewall-rule-allows-port-range"),
		),
		Run: largeRanges,
	}
}

func largeRanges(s *audit.Subject) []audit.Finding {
	var out []audit.Finding
	for f := range s.Firewalls(groupsOfRules()...) {
		for _, c := range f.Ingress {
			for _, g := range asWritten(admissions(f, c)) {
				out = append(out, g.largeRanges(f, s.Settings.PortRange)...)
			}
		}
	}
	return out
}

// largeRanges finds ranges of ports that rules for the same peers admit, each or one next to the other.
func (a admission) largeRanges(f *audit.Firewall, most int) []audit.Finding {
	if portsIn(a.open) <= most { // which most are
		return nil
	}
	var large model.Traffic
	for _, t := range audit.TrafficOf(audit.Connections(a.open).Intersect(audit.Connections(model.Traffic{model.AllOf(model.TCP), model.AllOf(model.UDP), model.AllOf(model.SCTP)}))) {
		if int(t.Dst.Last)-int(t.Dst.First)+1 > most && t.Protocol.HasPorts() && a.isSaid(t.Protocol) {
			large = append(large, t)
		}
	}
	if len(large) == 0 {
		return nil
	}
	rules := a.admitting(large)
	out := a.finding(f, rules, fmt.Sprintf("%s opens a range of more than %d ports to %s: %s", f.Label(), most, audit.PeerText(a.peer), few(large)))
	out.Subject = a.subject(large)
	return []audit.Finding{out}
}

// portsIn counts the ports of services, those of two services twice.
func portsIn(t model.Traffic) int {
	n := 0
	for _, s := range t {
		if s.Protocol.HasPorts() {
			n += int(s.Dst.Last) - int(s.Dst.First) + 1
		}
	}
	return n
}

// isSaid reports whether a rule names a protocol; what admits all protocols is another matter, which INT003 is about.
func (a admission) isSaid(p model.Protocol) bool {
	return slices.ContainsFunc(a.rules, func(r model.Rule) bool {
		return len(r.Traffic) < allOthers && slices.ContainsFunc(r.Traffic, func(t model.Service) bool { return t.Protocol == p })
	})
}

// allOthers is more services than a rule names: Azure's "*" with a port is TCP and UDP with the port, and perhaps every other protocol, each a
// service of its own in the model.
const allOthers = 200
