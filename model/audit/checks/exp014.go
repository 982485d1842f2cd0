package checks

import (
	"slices"

	"github.com/crosswall/crosswall/model/audit"
)

func exp014() audit.Check {
	return audit.Check{
		ID:         "EXP014",
		Title:      "A plain-text or legacy service is open to the Internet",
		Severity:   audit.High,
		SeverityOf: map[audit.Kind]audit.Severity{audit.NetworkACL: audit.Medium},
		Why:        "Old protocols send passwords and data in the clear, believe what they are told of who asks, or are there for one network alone.",
		Advice:     "use the encrypted protocol that took its place, or admit alone those who need the service",
		Kinds:      filters(),
		References: slices.Concat(
			named("aws", audit.SecurityGroup, prowler, "ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_ftp_20_21", "ec2_instance_port_ftp_exposed_to_internet", "ec2_instance_port_ldap_exposed_to_internet", "ec2_instance_port_kerberos_exposed_to_internet"),
			named("azure", "", trivy, "AZU-0074"),
			named("aws", audit.NetworkACL, checkov, "CKV_AWS_229", "CKV_AWS_230"),
			named("gcp", "", checkov, "CKV_GCP_75", "CKV_GCP_77"),
			named("aws", audit.SecurityGroup, scoutSuite, "ec2-security-group-opens-plaintext-port"),
			named("", "", cloudSploit, "openFTP", "openSMTP", "openSNMP", "openLDAP", "openLDAPS", "openDNS"),
		),
		Run: func(s *audit.Subject) []audit.Finding { return exposed(s, plainText(), beyondReplies) },
	}
}
