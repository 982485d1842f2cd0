package checks

import (
	"fmt"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
)

func sem005() audit.Check {
	return audit.Check{
		ID:       "SEM005",
		Title:    "One end allows a connection, and the other refuses it",
		Severity: audit.High,
		Why: "A connection has to be allowed out at its source and in at its destination. A rule at one end alone connects nothing, and whoever reads it believes " +
			"that it does.",
		Advice: "add the rule of the other end, or remove this one",
		Kinds:  append(groupsOfRules(), audit.NetworkPolicy),
		Run: func(s *audit.Subject) []audit.Finding {
			var out []audit.Finding
			for _, x := range s.Stops() {
				if !atOtherEnd(s, x) {
					continue
				}
				side := "to send it"
				if x.By.Direction == model.Ingress {
					side = "to receive it"
				}
				out = append(out, tellStopped(x, fmt.Sprintf("%s allows %q, and nobody at the other end is allowed %s", x.Firewall.Label(), audit.Describe(x.Rules[0], x.Direction), side)))
			}
			return out
		},
	}
}
