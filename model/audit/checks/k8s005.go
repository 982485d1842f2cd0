package checks

import (
	"slices"

	"github.com/crosswall/crosswall/model/audit"
)

func k8s005() audit.Check {
	return audit.Check{
		ID:       "K8S005",
		Title:    "A selector matches nothing, or not what it was meant for",
		Severity: audit.Medium,
		Why:      "A label that is misspelled makes a policy protect nobody, or a rule admit nobody. Two items of a list where one was meant admit more than both together.",
		Advice:   "correct the labels; write namespaceSelector and podSelector in one item where both are meant",
		Kinds:    policyKinds(),
		Run: func(s *audit.Subject) []audit.Finding {
			perhaps := oddPolicies(s, "peer-perhaps-nothing")
			for i := range perhaps {
				perhaps[i].Unsure = "labels of a namespace that are not in the input may be what it asks for"
			}
			outside := oddPolicies(s, "peer-outside-input")
			for i := range outside {
				outside[i].Severity, outside[i].Unsure = audit.Low, "a namespace that is not in the input may be what it asks for"
			}
			return slices.Concat(oddPolicies(s, "policy-selects-nothing", "peer-matches-nothing", "namespace-name-label", "dns-pattern"), perhaps, outside)
		},
	}
}
