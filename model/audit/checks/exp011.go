package checks

import (
	"slices"

	"github.com/crosswall/crosswall/model/audit"
)

func exp011() audit.Check {
	return audit.Check{
		ID:         "EXP011",
		Title:      "RDP is open to the Internet",
		Severity:   audit.High,
		SeverityOf: map[audit.Kind]audit.Severity{audit.NetworkACL: audit.Medium},
		Why:        "Remote desktops of Windows are the first door that ransomware tries: with stolen passwords, and with faults of the server.",
		Advice:     "admit the addresses of a bastion or a VPN alone, or reach machines through the cloud's own session service",
		Kinds:      filters(),
		References: slices.Concat(
			named("aws", audit.SecurityGroup, "CIS AWS 7.0", "6.3", "6.4"),
			named("aws", audit.NetworkACL, "CIS AWS 7.0", "6.2"),
			named("gcp", "", "CIS GCP 5.0", "3.7"),
			named("azure", "", "CIS Azure 6.0", "7.1"),
			named("aws", audit.SecurityGroup, prowler, "ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_3389", "ec2_instance_port_rdp_exposed_to_internet"),
			named("aws", audit.NetworkACL, prowler, "ec2_networkacl_allow_ingress_tcp_port_3389"),
			named("gcp", "", prowler, "compute_firewall_rdp_access_from_the_internet_allowed"),
			named("azure", "", prowler, "network_rdp_internet_access_restricted"),
			named("aws", audit.SecurityGroup, trivy, "AWS-0107"),
			named("aws", audit.NetworkACL, trivy, "AWS-0105"),
			named("gcp", "", trivy, "GCP-0070"),
			named("azure", "", trivy, "AZU-0048"),
			named("aws", audit.SecurityGroup, checkov, "CKV_AWS_25"),
			named("aws", audit.NetworkACL, checkov, "CKV_AWS_231"),
			named("gcp", "", checkov, "CKV_GCP_3"),
			named("azure", "", checkov, "CKV_AZURE_9"),
			named("aws", audit.NetworkACL, securityHub, "EC2.21"),
			named("aws", audit.NetworkACL, awsConfig, "nacl-no-unrestricted-ssh-rdp"),
			named("azure", "", scoutSuite, "network-security-groups-rule-inbound-service"),
			named("", "", cloudSploit, "openRDP"),
		),
		Run: func(s *audit.Subject) []audit.Finding { return exposed(s, rdp(), asIs) },
	}
}
