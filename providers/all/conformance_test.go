package all_test

import (
	"testing"

	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/providers/aws"
	"github.com/crosswall/crosswall/providers/azure"
	"github.com/crosswall/crosswall/providers/gcp"
	"github.com/crosswall/crosswall/providers/providertest"
	"github.com/crosswall/crosswall/terraform"
)

// site adapts the suite's network to a cloud.
func site(change func(*providers.Site)) providers.Site {
	s := providertest.Site()
	change(&s)
	return s
}

func TestConformance(t *testing.T) {
	// Rules name the group that they belong to; Terraform itself refuses a name that is not there.
	onAWS := []string{"vpc_id", "aws_security_group"}
	for _, tt := range []struct {
		name  string
		suite providertest.Suite
	}{
		{"aws, pods with groups of their own", providertest.Suite{Provider: aws.New(aws.Options{NACLEntries: 40}),
			Site: site(func(s *providers.Site) { s.Cluster, s.StrictPods = "eks", true }), Insignificant: onAWS}},
		{"aws, groups on machines", providertest.Suite{Provider: aws.New(aws.Options{NACLEntries: 40}), Site: providertest.Site(), Insignificant: onAWS}},
		{"azure, one NSG per subnet", providertest.Suite{Provider: azure.New(azure.Options{}),
			Site: site(func(s *providers.Site) { s.ResourceGroup, s.Region = "rg", "westeurope" })}},
		{"azure, one NSG per segment", providertest.Suite{Provider: azure.New(azure.Options{}),
			Site: site(func(s *providers.Site) { s.ResourceGroup, s.Region, s.PerSegment = "rg", "westeurope", true })}},
		{"azure, AKS", providertest.Suite{Provider: azure.New(azure.Options{}),
			Site: site(func(s *providers.Site) { s.ResourceGroup, s.Region, s.Cluster = "rg", "westeurope", "aks" })}},
		{"gcp, VPC rules", providertest.Suite{Provider: gcp.New(gcp.Options{}), Site: providertest.Site()}},
		{"gcp, VPC rules beside GKE", providertest.Suite{Provider: gcp.New(gcp.Options{}),
			Site: site(func(s *providers.Site) { s.Cluster = "gke" }), Redundant: ingressDeny}},
		{"gcp, network firewall policy", providertest.Suite{Provider: gcp.New(gcp.Options{Style: gcp.NetworkPolicy}),
			Site: site(func(s *providers.Site) {
				s.Project, s.Network = "shop-prod", "projects/shop-prod/global/networks/net-1"
			}), Insignificant: []string{"rule_name"}}},
	} {
		t.Run(tt.name, func(t *testing.T) { providertest.Run(t, tt.suite) })
	}
}

// ingressDeny tells the denies that beat GKE's own rules: without those rules in the
// module, the implied deny does the same.
func ingressDeny(r terraform.Resource) bool {
	direction, _ := r.Get("direction").AsString()
	return direction == "INGRESS" && len(r.BlocksOf("deny")) > 0
}
