package checks

import (
	"fmt"
	"slices"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
)

func exp001() audit.Check {
	return audit.Check{
		ID:         "EXP001",
		Title:      "Every port is open to the Internet",
		Severity:   audit.Critical,
		SeverityOf: map[audit.Kind]audit.Severity{audit.NetworkACL: audit.High},
		Why:        "Whatever listens on a machine, meant for others or not, anybody can connect to: there is no firewall.",
		Advice:     "admit the ports of the services that are for everybody, and those who need the others",
		Kinds:      filters(),
		References: slices.Concat(
			named("aws", audit.SecurityGroup, "CIS AWS 7.0", "6.3", "6.4"),
			named("aws", audit.NetworkACL, "CIS AWS 7.0", "6.2"),
			named("gcp", "", "CIS GCP 5.0", "3.6", "3.7"),
			named("azure", "", "CIS Azure 6.0", "7.1", "7.2", "7.3", "7.4"),
			named("aws", audit.SecurityGroup, prowler, "ec2_securitygroup_allow_ingress_from_internet_to_all_ports"),
			named("aws", audit.NetworkACL, prowler, "ec2_networkacl_allow_ingress_any_port"),
			named("aws", audit.SecurityGroup, trivy, "AWS-0107"),
			named("aws", audit.NetworkACL, trivy, "AWS-0102"),
			named("gcp", "", trivy, "GCP-0027", "GCP-0072"),
			named("azure", "", trivy, "AZU-0047"),
			named("aws", audit.SecurityGroup, checkov, "CKV_AWS_277"),
			named("aws", audit.NetworkACL, checkov, "CKV_AWS_352"),
			named("gcp", "", checkov, "CKV2_GCP_12"),
			named("aws", audit.SecurityGroup, scoutSuite, "ec2-security-group-opens-all-ports-to-all"),
			named("aws", audit.NetworkACL, scoutSuite, "vpc-custom-network-acls-allow-all", "vpc-default-network-acls-allow-all", "vpc-subnet-with-bad-acls"),
			named("gcp", "", scoutSuite, "computeengine-firewall-rule-opens-all-ports-to-all", "computeengine-firewall-rule-allows-all-ports"),
			named("azure", "", scoutSuite, "network-security-groups-rule-inbound-internet-all"),
			named("aws", audit.SecurityGroup, cloudSploit, "openAllPortsProtocols"),
			named("aws", audit.NetworkACL, cloudSploit, "networkAclInboundTraffic"),
			named("gcp", "", cloudSploit, "openAllPorts"),
			named("azure", "", cloudSploit, "openAllPorts"),
			named("aws", audit.SecurityGroup, securityHub, "EC2.18"),
		),
		Run: everyPort,
	}
}

func everyPort(s *audit.Subject) []audit.Finding {
	var out []audit.Finding
	for _, o := range looking(s.Openings(), filters()) {
		found := s.Telling(o, everything(s, o, o.Open), everything(s, o, o.Unsure), func(from model.AddrSet, what model.Traffic) string {
			return fmt.Sprintf("%s lets %s reach %s", o.Firewall.Label(), strangers(s, from), allOf(what))
		})
		for i := range found {
			if wide := admittingAll(o, found[i].Causes); len(wide) > 0 {
				found[i].Causes = o.Firewall.CausesOf(o.Direction, wide)
				found[i].Object = o.Firewall.ObjectOf(o.Direction, wide)
				found[i].Fixes = removals(o, audit.TrafficOf(found[i].Open), found[i])
			}
		}
		out = append(out, found...)
	}
	return out
}

// admittingAll returns the rules among those responsible that admit every port, each by itself; nil where the others would do so together
// without them. What others admit is no fault of this kind.
func admittingAll(o *audit.Opening, causes []audit.Cause) []model.Rule {
	isCause := map[audit.Cause]bool{}
	for _, c := range causes {
		isCause[c] = true
	}
	var wide []model.Rule
	var rest model.Traffic
	for _, r := range o.Rules() {
		switch {
		case r.Action != model.Allow || !isCause[o.Firewall.CausesOf(o.Direction, []model.Rule{r})[0]]:
		case within(everyTCP(), r.Traffic) || within(everyUDP(), r.Traffic):
			wide = append(wide, r)
		default:
			rest = append(rest, r.Traffic...)
		}
	}
	if within(everyTCP(), rest) || within(everyUDP(), rest) {
		return nil
	}
	return wide
}
