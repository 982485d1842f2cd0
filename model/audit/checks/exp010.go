package checks

import (
	"slices"

	"github.com/crosswall/crosswall/model/audit"
)

func exp010() audit.Check {
	return audit.Check{
		ID:         "EXP010",
		Title:      "SSH is open to the Internet",
		Severity:   audit.High,
		SeverityOf: map[audit.Kind]audit.Severity{audit.NetworkACL: audit.Medium},
		Why:        "Whoever can connect to SSH can try passwords and keys, and faults of the server, as often as they like.",
		Advice:     "admit the addresses of a bastion or a VPN alone, or reach machines through the cloud's own session service",
		Kinds:      filters(),
		References: slices.Concat(
			named("aws", audit.SecurityGroup, "CIS AWS 7.0", "6.3", "6.4"),
			named("aws", audit.NetworkACL, "CIS AWS 7.0", "6.2"),
			named("gcp", "", "CIS GCP 5.0", "3.6"),
			named("azure", "", "CIS Azure 6.0", "7.2"),
			named("aws", audit.SecurityGroup, prowler, "ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_22", "ec2_instance_port_ssh_exposed_to_internet"),
			named("aws", audit.NetworkACL, prowler, "ec2_networkacl_allow_ingress_tcp_port_22"),
			named("gcp", "", prowler, "compute_firewall_ssh_access_from_the_internet_allowed"),
			named("azure", "", prowler, "network_ssh_internet_access_restricted"),
			named("aws", audit.SecurityGroup, trivy, "AWS-0107"),
			named("aws", audit.NetworkACL, trivy, "AWS-0105"),
			named("gcp", "", trivy, "GCP-0071"),
			named("azure", "", trivy, "AZU-0050"),
			named("aws", audit.SecurityGroup, checkov, "CKV_AWS_24"),
			named("aws", audit.NetworkACL, checkov, "CKV_AWS_232"),
			named("gcp", "", checkov, "CKV_GCP_2"),
			named("azure", "", checkov, "CKV_AZURE_10"),
			named("aws", audit.NetworkACL, securityHub, "EC2.21"),
			named("aws", audit.SecurityGroup, awsConfig, "restricted-ssh"),
			named("aws", audit.NetworkACL, awsConfig, "nacl-no-unrestricted-ssh-rdp"),
			named("azure", "", scoutSuite, "network-security-groups-rule-inbound-service"),
			named("", "", cloudSploit, "openSSH"),
		),
		Run: func(s *audit.Subject) []audit.Finding { return exposed(s, ssh(), asIs) },
	}
}
