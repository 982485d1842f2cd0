package checks

import "github.com/crosswall/crosswall/model/audit"

func k8s004() audit.Check {
	return audit.Check{
		ID:       "K8S004",
		Title:    "Pods that may send are not allowed to ask for names",
		Severity: audit.High,
		Why:      "A pod that is isolated for egress resolves no name unless UDP and TCP port 53 are allowed: what it may connect to by name fails, and the policy is then taken away in a hurry.",
		Advice:   "allow UDP and TCP port 53 to the cluster's DNS, unless the pods need no names",
		Kinds:    policyKinds(),
		Run: func(s *audit.Subject) []audit.Finding {
			half := oddPolicies(s, "dns-one-protocol")
			for i := range half {
				half[i].Severity = audit.Medium // most names are resolved all the same
			}
			return append(oddPolicies(s, "dns-blocked"), half...)
		},
	}
}
