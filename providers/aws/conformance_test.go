package aws

import (
	"testing"

	"github.com/crosswall/crosswall/providers/providertest"
	"github.com/crosswall/crosswall/terraform"
)

// TestConformance runs the suite of all providers over groups on pods' own
// interfaces and over groups on machines, with network ACLs at their raised quota.
func TestConformance(t *testing.T) {
	pods := providertest.Site()
	pods.Cluster, pods.StrictPods = "eks", true
	// Rules name the group that they belong to; Terraform itself refuses a name
	// that is not there.
	insignificant := []string{"vpc_id", "aws_security_group"}
	// Groups admit no more where an ACL is on no subnet.
	redundant := func(r terraform.Resource) bool { return r.Type == aclAssociationType }
	t.Run("pods", func(t *testing.T) {
		providertest.Run(t, providertest.Suite{Provider: New(Options{NACLEntries: 40}), Site: pods, Insignificant: insignificant, Redundant: redundant})
	})
	t.Run("machines", func(t *testing.T) {
		providertest.Run(t, providertest.Suite{Provider: New(Options{NACLEntries: 40}), Site: providertest.Site(), Insignificant: insignificant, Redundant: redundant})
	})
}
