package checks

import (
	"fmt"
	"slices"

	"github.com/crosswall/crosswall/model/audit"
)

func aws032() audit.Check {
	return audit.Check{
		ID:       "AWS032",
		Title:    "A default VPC is there, or a subnet gives machines public addresses",
		Severity: audit.Info,
		Why: "Machines that are started without a thought land in the default VPC, whose subnets give them public addresses and a way to the Internet. " +
			"So do other subnets that are set to.",
		Advice: "delete the default VPC where nothing is in it, and give public addresses to single machines or load balancers alone",
		Kinds:  []audit.Kind{audit.NetworkKind, audit.SubnetKind},
		References: slices.Concat(
			named("aws", audit.SubnetKind, prowler, "vpc_subnet_no_public_ip_by_default"),
			named("aws", audit.NetworkKind, trivy, "AWS-0101"),
			named("aws", audit.SubnetKind, trivy, "AWS-0164"),
			named("aws", audit.NetworkKind, checkov, "CKV_AWS_148"),
			named("aws", audit.SubnetKind, checkov, "CKV_AWS_130"),
			named("aws", audit.SubnetKind, "Security Hub", "EC2.15"),
		),
		Run: func(s *audit.Subject) []audit.Finding {
			var out []audit.Finding
			held := map[string]int{}
			for i := range s.Estate.Interfaces {
				for _, k := range s.Estate.Interfaces[i].Subnets {
					if n, ok := s.Subnet(k); ok {
						held[string(n.Network)]++
					}
				}
			}
			for i := range s.Estate.Networks {
				n := &s.Estate.Networks[i]
				if n.Provider != "aws" || n.Standard != audit.Yes {
					continue
				}
				use := "is the default VPC"
				if k := held[string(n.Key)]; k == 1 {
					use += ", and an interface is in it"
				} else if k > 1 {
					use += fmt.Sprintf(", and %d interfaces are in it", k)
				}
				out = append(out, audit.Finding{Object: n.Object, Summary: n.Label() + " " + use})
			}
			for i := range s.Estate.Subnets {
				n := &s.Estate.Subnets[i]
				if n.Provider == "aws" && n.GivesPublic == audit.Yes {
					out = append(out, audit.Finding{Object: n.Object, Fixes: noPublic(n),
						Summary: n.Label() + " gives a public address to every machine that is started in it"})
				}
			}
			return out
		},
	}
}

// noPublic ends it, in the configuration or by a command for a live subnet.
func noPublic(n *audit.Subnet) []audit.Fix {
	const title = "Give none"
	if audit.IsWritten(n.Origin) {
		return edited(title, audit.Assign{Origin: n.Origin, Names: []string{"map_public_ip_on_launch"}, Value: "false"})
	}
	if n.Address != "" || n.ID == "" {
		return nil
	}
	return []audit.Fix{{Title: title, Form: "aws", Text: "aws ec2 modify-subnet-attribute --subnet-id " + n.ID + " --no-map-public-ip-on-launch"}}
}
