package checks

import (
	"slices"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
)

func k8s010() audit.Check {
	return audit.Check{
		ID:         "K8S010",
		Title:      "The cluster does not enforce its network policies",
		Severity:   audit.Critical,
		Why:        "Policies are enforced by the network plugin. Where none does, they are accepted, listed and without any effect: every pod is open.",
		Advice:     "install a network plugin that enforces policies, or the policy add-on of the one that there is",
		Kinds:      []audit.Kind{audit.ClusterKind},
		References: named("kubernetes", "", "CIS Kubernetes 2.0.1", "5.3.1"),
		Run: func(s *audit.Subject) []audit.Finding {
			if len(networkPolicies(s)) == 0 {
				return nil // there is nothing to enforce; K8S001 says what is open
			}
			var out []audit.Finding
			for _, t := range s.Estate.Traits {
				f := audit.Finding{Object: audit.Object{Provider: "kubernetes", Kind: audit.ClusterKind, Name: "the cluster", Key: model.Group("cluster " + t.Origin.File), Origin: t.Origin},
					Summary: t.Text, Subject: string(t.Code)}
				switch string(t.Code) {
				case "policies-not-enforced":
					out = append(out, f)
				case "unknown-network-plugin":
					f.Unsure = "which network plugin runs is not known"
					out = append(out, f)
				}
			}
			return slices.Clip(out)
		},
	}
}
