package checks

import (
	"fmt"
	"slices"

	"github.com/crosswall/crosswall/model/audit"
)

func aws027() audit.Check {
	return audit.Check{
		ID:       "AWS027",
		Title:    "Ports or messages of a rule do not mean what they seem to",
		Severity: audit.Medium,
		Why: "With protocol -1, and with any but TCP, UDP and ICMP, AWS takes no account of ports: the rule is about all of them. From port 0 to port 0 of TCP or UDP " +
			"is port 0 alone. An ICMP entry of aws_network_acl without a type is about echo reply alone.",
		Advice: "write the protocol that is meant with its ports, 0 to 65535 for every port, and -1 for every ICMP type",
		Kinds:  []audit.Kind{audit.NetworkACL, audit.SecurityGroup},
		Run: func(s *audit.Subject) []audit.Finding {
			var out []audit.Finding
			for _, kind := range []audit.Kind{audit.NetworkACL, audit.SecurityGroup} {
				for _, code := range []audit.TraitCode{audit.PortsIgnored, audit.PortZero, audit.MessageOmitted} {
					out = slices.Concat(out, traitFindings(s, kind, code, func(f *audit.Firewall, r *audit.Rule, t audit.Trait) audit.Finding {
						which := "rule"
						if r.Priority != 0 {
							which = fmt.Sprintf("entry %d", r.Priority)
						}
						return audit.Finding{Summary: fmt.Sprintf("%s %s of %s: %s", r.Direction, which, f.Label(), t.Text)}
					}))
				}
			}
			return out
		},
	}
}
