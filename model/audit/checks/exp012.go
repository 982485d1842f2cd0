package checks

import (
	"slices"

	"github.com/crosswall/crosswall/model/audit"
)

func exp012() audit.Check {
	return audit.Check{
		ID:         "EXP012",
		Title:      "Remote administration is open to the Internet",
		Severity:   audit.High,
		SeverityOf: map[audit.Kind]audit.Severity{audit.NetworkACL: audit.Medium},
		Why:        "Services by which machines are administered, or share their files and screens, trust their network: many ask for no password, or send it in the clear.",
		Advice:     "admit the networks of administrators alone, or reach the machines through a VPN",
		Kinds:      filters(),
		References: slices.Concat(
			named("aws", audit.SecurityGroup, "CIS AWS 7.0", "6.1.2", "6.3"),
			named("aws", audit.SecurityGroup, prowler, "ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_telnet_23", "ec2_instance_port_cifs_exposed_to_internet", "ec2_instance_port_telnet_exposed_to_internet"),
			named("azure", "", trivy, "AZU-0074"),
			named("", "", cloudSploit, "openTelnet", "openVNCClient", "openVNCServer", "openRPC", "openCIFS", "openSMBoTCP", "openNetBIOS", "openSalt"),
		),
		Run: func(s *audit.Subject) []audit.Finding { return exposed(s, remoteAdministration(), beyondReplies) },
	}
}
