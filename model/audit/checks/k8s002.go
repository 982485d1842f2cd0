package checks

import (
	"fmt"
	"slices"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
)

func k8s002() audit.Check {
	return audit.Check{
		ID:       "K8S002",
		Title:    "A network policy admits everybody on the Internet",
		Severity: audit.High,
		Why:      "A rule without peers, and a block that is the whole Internet, let anybody in who can reach the pod: through a load balancer, a node port, or from every other pod.",
		Advice:   "name the peers: the ingress controller's pods, the addresses of the load balancer",
		Kinds:    policyKinds(),
		References: slices.Concat(
			named("kubernetes", "", trivy, "KUBE-0001"),
		),
		Run: func(s *audit.Subject) []audit.Finding {
			return everybodyIs(s, s.Openings(), func(o *audit.Opening, with model.AddrSet) string {
				return fmt.Sprintf("%s lets %s in", o.Firewall.Label(), strangers(s, with))
			})
		},
	}
}
