package checks

import "github.com/crosswall/crosswall/model/audit"

func k8s005() audit.Check {
	return audit.Check{
		ID:       "K8S005",
		Title:    "A selector matches nothing, or not what it was meant for",
		Severity: audit.Medium,
		Why:      "A label that is misspelled makes a policy protect nobody, or a rule admit nobody. Two items of a list where one was meant admit more than both together.",
		Advice:   "correct the labels; write namespaceSelector and podSelector in one item where both are meant",
		Kinds:    policyKinds(),
		Run: func(s *audit.Subject) []audit.Finding {
			return oddPolicies(s, "policy-selects-nothing", "peer-matches-nothing", "namespace-name-label", "dns-pattern")
		},
	}
}
