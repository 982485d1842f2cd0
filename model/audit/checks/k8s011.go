package checks

import "github.com/crosswall/crosswall/model/audit"

func k8s011() audit.Check {
	return audit.Check{
		ID:       "K8S011",
		Title:    "An egress rule for replies opens more than replies",
		Severity: audit.Medium,
		Why: "Replies to what a policy admits need no rule. An egress rule that repeats the peers of an ingress rule, without ports, lets pods open connections to every port of those peers; " +
			"one to the ports from which clients connect, to whatever listens there.",
		Advice: "remove the egress rule, or give the ports of connections that the pods open themselves",
		Kinds:  policyKinds(),
		Run:    func(s *audit.Subject) []audit.Finding { return oddPolicies(s, "reply-only-egress") },
	}
}
