package checks

import "github.com/crosswall/crosswall/model/audit"

func k8s006() audit.Check {
	return audit.Check{
		ID:       "K8S006",
		Title:    "A named port is served by no pod that it is for",
		Severity: audit.Medium,
		Why:      "A rule with a port name admits the numbers that the pods give that name. Where none does, it admits nothing.",
		Advice:   "use the name that the pods' containers have, with its protocol, or the number",
		Kinds:    policyKinds(),
		Run: func(s *audit.Subject) []audit.Finding {
			return oddPolicies(s, "named-port-unresolved", "named-port-partial")
		},
	}
}
