package checks

import (
	"fmt"
	"slices"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
)

func exp002() audit.Check {
	return audit.Check{
		ID:       "EXP002",
		Title:    "A port that nobody named is open to the Internet",
		Severity: audit.High,
		Why:      "What is on this port is not known to be for everybody: it is not among the public services of the settings, and other checks do not know it.",
		Advice:   "name the port as public in the settings if it is, or admit those who need it alone",
		Kinds:    groupsOfRules(),
		References: slices.Concat(
			named("aws", audit.SecurityGroup, "CIS AWS 7.0", "6.3"),
			named("aws", audit.SecurityGroup, prowler, "ec2_securitygroup_allow_ingress_from_internet_to_any_port"),
			named("aws", audit.SecurityGroup, trivy, "AWS-0107"),
			named("gcp", "", trivy, "GCP-0027"),
			named("azure", "", trivy, "AZU-0047"),
			named("aws", audit.SecurityGroup, scoutSuite, "ec2-security-group-opens-port-to-all"),
			named("gcp", "", scoutSuite, "computeengine-firewall-rule-allows-public-access"),
			named("aws", audit.SecurityGroup, securityHub, "EC2.18"),
			named("aws", audit.SecurityGroup, awsConfig, "vpc-sg-open-only-to-authorized-ports"),
		),
		Run: unnamedPorts,
	}
}

func unnamedPorts(s *audit.Subject) []audit.Finding {
	var out []audit.Finding
	elsewhere := trafficOf(slices.Concat(ssh(), rdp(), remoteAdministration(), databases(), plainText(), http(), platforms(), s.Settings.Custom))
	elsewhere = append(elsewhere, model.AllOf(model.UDP), model.AllOf(model.ICMP), model.AllOf(model.ICMPv6))
	for _, o := range looking(s.Openings(), groupsOfRules()) {
		rest := func(part model.Region) model.Region {
			if part.IsEmpty() {
				return part
			}
			part = private(s, o, part.Subtract(everything(s, o, part)).Subtract(o.Between(model.AllAddrs(), elsewhere)))
			return o.Keep(part, s.Wide)
		}
		found := s.Telling(o, rest(o.Open), rest(o.Unsure), func(from model.AddrSet, what model.Traffic) string {
			return fmt.Sprintf("%s lets %s reach %s", o.Firewall.Label(), strangers(s, from), few(what))
		})
		for i := range found {
			if balanced(s, o.Firewall) {
				found[i].Step--
			}
		}
		out = append(out, withRemovals(o, found)...)
	}
	return out
}
