package checks

import (
	"slices"

	"github.com/crosswall/crosswall/model/audit"
)

func gcp002() audit.Check {
	return audit.Check{
		ID:       "GCP002",
		Title:    "A network is a legacy network",
		Severity: audit.Medium,
		Why: "A legacy network has one range for all regions and no subnetworks, so that nothing in it can be told apart by where it is: no flow logs, " +
			"no regional firewall policy, no addresses by region.",
		Advice: "convert it to a network with subnetworks, or move what is on it to one",
		Kinds:  []audit.Kind{audit.NetworkKind},
		References: slices.Concat(
			named("gcp", "", "CIS GCP 5.0", "3.2"),
			named("gcp", "", prowler, "compute_network_not_legacy"),
			named("gcp", "", checkov, "CKV2_GCP_2"),
			named("gcp", "", scoutSuite, "computeengine-network-legacy-in-use"),
		),
		Run: func(s *audit.Subject) []audit.Finding {
			var out []audit.Finding
			for i := range s.Estate.Networks {
				n := &s.Estate.Networks[i]
				if n.Provider != "gcp" || n.Legacy != audit.Yes {
					continue
				}
				f := audit.Finding{Object: n.Object, Attached: onNetwork(s, n.Key), Summary: n.Label() + " is a legacy network, without subnetworks"}
				if project := projectOf(n.ID); n.Address == "" && project != "" {
					f.Fixes = []audit.Fix{{Title: "Convert it, which cannot be undone", Form: "gcloud",
						Text: "gcloud compute networks update " + n.Name + project + " --switch-to-custom-subnet-mode"}}
				}
				out = append(out, f)
			}
			return out
		},
	}
}
