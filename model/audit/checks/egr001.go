package checks

import (
	"fmt"
	"slices"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
)

func egr001() audit.Check {
	return audit.Check{
		ID:       "EGR001",
		Title:    "Everything may be sent to the Internet",
		Severity: audit.Medium,
		SeverityOf: map[audit.Kind]audit.Severity{
			audit.NetworkACL: audit.Low, audit.FirewallRules: audit.Low, audit.FirewallPolicy: audit.Low,
		},
		Why:    "Whoever gets in can carry out what he finds, and fetch the tools that he needs, by any port.",
		Advice: "admit what the machines need: the addresses and ports of their updates, their registry and the services that they use",
		Kinds:  filters(),
		References: slices.Concat(
			named("aws", audit.SecurityGroup, trivy, "AWS-0104"),
			named("gcp", "", trivy, "GCP-0035"),
			named("azure", "", trivy, "AZU-0051"),
			named("aws", audit.SecurityGroup, checkov, "CKV_AWS_382"),
			named("aws", audit.NetworkACL, scoutSuite, "vpc-custom-network-acls-allow-all"),
			named("aws", audit.SecurityGroup, cloudSploit, "openAllPortsProtocolsEgress"),
			named("aws", audit.NetworkACL, cloudSploit, "networkAclOutboundTraffic"),
			named("gcp", "", cloudSploit, "openAllPortsEgress"),
		),
		Run: everythingOut,
	}
}

func everythingOut(s *audit.Subject) []audit.Finding {
	var out []audit.Finding
	for _, o := range looking(s.Outlets(), filters()) {
		out = append(out, outwards(s, o, func(part model.Region) model.Region { return everything(s, o, part) }, func(to model.AddrSet, what model.Traffic) string {
			return fmt.Sprintf("%s lets %s of %s be reached from inside", o.Firewall.Label(), allOf(what), internet(s, to))
		})...)
	}
	return out
}

// outwards returns the findings about what choose leaves of an opening: about what rules let out that somebody wrote, and about the
// rest. What the cloud lets out by itself is no more than worth knowing.
func outwards(s *audit.Subject, o *audit.Opening, choose func(model.Region) model.Region, say func(model.AddrSet, model.Traffic) string) []audit.Finding {
	sure, unsure := choose(written(o, o.Open)), choose(written(o, o.Unsure))
	out := s.Telling(o, sure, unsure, say)
	byItself := s.Telling(o, choose(o.Open).Subtract(sure), choose(o.Unsure).Subtract(unsure), say)
	for _, f := range byItself {
		f.Severity = audit.Info
		f.Summary += ", as the cloud does where no rule says otherwise"
		out = append(out, f)
	}
	return out
}
