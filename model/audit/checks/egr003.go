package checks

import (
	"fmt"
	"net/netip"
	"slices"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
)

func egr003() audit.Check {
	return audit.Check{
		ID:       "EGR003",
		Title:    "Workloads may ask the metadata service of their machine",
		Severity: audit.Medium,
		Why:      "The metadata service hands out the credentials of the machine to whoever asks. A workload that can be made to send a request takes the role of its node. Security groups, network ACLs and VPC rules never see this traffic; a network policy does.",
		Advice:   "leave 169.254.169.254/32 out of the block with except, or write the blocks that the workload needs",
		Kinds:    []audit.Kind{audit.NetworkPolicy},
		References: slices.Concat(
			named("", "", "CIS AWS 7.0", "6.7"),
			named("", "", prowler, "ec2_instance_imdsv2_enabled"),
			named("", "", checkov, "CKV_AWS_79"),
		),
		Run: metadataOut,
	}
}

// metadata is the addresses of the metadata services of the clouds: of all of them by IPv4, and of EC2 by IPv6 (Amazon EC2 user guide, access
// instance metadata; VPC metadata server of Google Cloud; Azure Instance Metadata Service).
func metadata() model.AddrSet {
	return model.Addrs(netip.AddrFrom4([4]byte{169, 254, 169, 254}), netip.AddrFrom16([16]byte{0xfd, 0x00, 0x0e, 0xc2, 14: 0x02, 15: 0x54}))
}

func metadataOut(s *audit.Subject) []audit.Finding {
	var out []audit.Finding
	openings := s.OutletsTo(metadata())
	for _, o := range looking(openings, []audit.Kind{audit.NetworkPolicy}) {
		web := o.Between(model.AllAddrs(), tcp(port(80)))
		found := s.Telling(o, o.Open.Intersect(web), o.Unsure.Intersect(web), func(to model.AddrSet, _ model.Traffic) string {
			return fmt.Sprintf("%s lets the metadata service of the machine (%s) be asked", o.Firewall.Label(), to)
		})
		for _, f := range found {
			f.Step = 0
			out = append(out, f)
		}
	}
	return out
}
