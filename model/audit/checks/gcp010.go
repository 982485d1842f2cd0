package checks

import (
	"fmt"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model/audit"
)

func gcp010() audit.Check {
	return audit.Check{
		ID:       "GCP010",
		Title:    "A subnetwork has no flow logs",
		Severity: audit.Medium,
		Why:      "Flow logs tell who talked to whom, which is what is asked first when something has gone wrong.",
		Advice:   "turn on VPC Flow Logs for the subnetwork",
		Kinds:    []audit.Kind{audit.SubnetKind},
		References: slices.Concat(
			named("gcp", "", "CIS GCP 5.0", "3.10"),
			named("gcp", "", prowler, "compute_subnet_flow_logs_enabled"),
			named("gcp", "", trivy, "GCP-0029", "GCP-0076"),
			named("gcp", "", checkov, "CKV_GCP_26"),
			named("gcp", "", scoutSuite, "computeengine-vpc-flow-logs-disabled"),
		),
		Run: func(s *audit.Subject) []audit.Finding {
			var out []audit.Finding
			for i := range s.Estate.Subnets {
				n := &s.Estate.Subnets[i]
				if n.Provider != "gcp" || n.Logged != audit.No || isForProxies(n.Role) {
					continue
				}
				out = append(out, audit.Finding{Object: n.Object, Summary: n.Label() + " has no flow logs", Fixes: logFlows(n)})
			}
			return out
		},
	}
}

// isForProxies reports whether a subnetwork is reserved for proxies of load balancers or for published services: no machines are in it, and it
// has no flow logs (VPC, subnets, purposes of subnets).
func isForProxies(role string) bool {
	return strings.Contains(role, "managed proxy") || strings.Contains(role, "private service connect") || strings.Contains(role, "https load balancer") ||
		strings.Contains(role, "private nat")
}

// logFlows turns on flow logs, with what Google Cloud takes where nothing is said (documentation of google_compute_subnetwork, log_config): in the configuration, or by
// a command where the path of the subnetwork is known and Terraform does not have it.
func logFlows(n *audit.Subnet) []audit.Fix {
	const title = "Turn on flow logs"
	if audit.IsWritten(n.Origin) {
		return edited(title, audit.Append{Origin: n.Origin, Text: `log_config {
  aggregation_interval = "INTERVAL_5_SEC"
  flow_sampling        = 0.5
  metadata             = "INCLUDE_ALL_METADATA"
}`})
	}
	project := projectOf(n.ID)
	_, rest, ok := strings.Cut(n.ID, "/regions/")
	region, _, _ := strings.Cut(rest, "/")
	if n.Address != "" || project == "" || !ok || region == "" {
		return nil
	}
	return []audit.Fix{{Title: title, Form: "gcloud",
		Text: fmt.Sprintf("gcloud compute networks subnets update %s%s --region %s --enable-flow-logs", n.Name, project, region)}}
}
