package checks

import (
	"fmt"
	"slices"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
)

func exp016() audit.Check {
	return audit.Check{
		ID:         "EXP016",
		Title:      "UDP is open to the Internet",
		Severity:   audit.High,
		SeverityOf: map[audit.Kind]audit.Severity{audit.NetworkACL: audit.Medium},
		Why:        "Whoever sends a datagram can lie about where it is from: services that answer with more than they were sent are used to flood others.",
		Advice:     "admit those who use the service alone, or name it as public in the settings where it is for everybody, as QUIC is",
		Kinds:      filters(),
		References: slices.Concat(
			named("azure", "", "CIS Azure 6.0", "7.3"),
			named("azure", "", prowler, "network_udp_internet_access_restricted"),
			named("azure", "", checkov, "CKV_AZURE_77"),
			named("azure", "", scoutSuite, "network-security-groups-rule-inbound-service-udp"),
			named("azure", "", cloudSploit, "openUDP"),
		),
		Run: anyUDP,
	}
}

func anyUDP(s *audit.Subject) []audit.Finding {
	var out []audit.Finding
	all := model.Traffic{model.AllOf(model.UDP)}
	for _, o := range looking(s.Openings(), filters()) {
		sure, unsure := o.Within(all)
		wide := func(part model.Region) model.Region { return o.Keep(private(s, o, beyondReplies(o, part)), s.Wide) }
		found := s.Telling(o, wide(sure), wide(unsure), func(from model.AddrSet, what model.Traffic) string {
			text := fmt.Sprintf("%s lets %s send %s", o.Firewall.Label(), strangers(s, from), few(what))
			if names := namesOf(amplifiers(), what); names != namesOf(nil, nil) {
				text += ", among it " + names + ", which can be made to flood others"
			}
			return text
		})
		for i := range found {
			found[i].Fixes = removals(o, all, found[i])
		}
		out = append(out, found...)
	}
	return out
}
