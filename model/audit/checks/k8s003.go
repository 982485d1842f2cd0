package checks

import (
	"fmt"
	"slices"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
)

func k8s003() audit.Check {
	return audit.Check{
		ID:       "K8S003",
		Title:    "A network policy lets pods send to everybody on the Internet",
		Severity: audit.High,
		Why:      "Whoever takes over a pod fetches tools and sends data out wherever the pod may send to.",
		Advice:   "name the addresses that are needed, or send through a proxy",
		Kinds:    policyKinds(),
		References: slices.Concat(
			named("kubernetes", "", trivy, "KUBE-0002"),
		),
		Run: func(s *audit.Subject) []audit.Finding {
			return everybodyIs(s, s.Outlets(), func(o *audit.Opening, with model.AddrSet) string {
				return fmt.Sprintf("%s lets its pods send to %s", o.Firewall.Label(), strangers(s, with))
			})
		},
	}
}
