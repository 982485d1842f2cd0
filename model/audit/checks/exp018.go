package checks

import (
	"slices"

	"github.com/crosswall/crosswall/model/audit"
)

func exp018() audit.Check {
	return audit.Check{
		ID:         "EXP018",
		Title:      "A platform, build or administration service is open to the Internet",
		Severity:   audit.High,
		SeverityOf: map[audit.Kind]audit.Severity{audit.NetworkACL: audit.Medium},
		Why:        "Whoever reaches the interface of a container host, a cluster, a queue or a build server often owns what it runs, as many of these ask for no password unless told to.",
		Advice:     "admit those who run the platform alone, and put what users need behind a load balancer with a login",
		Kinds:      filters(),
		References: slices.Concat(
			named("aws", audit.SecurityGroup, prowler, "ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_kafka_9092", "ec2_securitygroup_allow_ingress_from_internet_to_high_risk_tcp_ports", "ec2_instance_port_kafka_exposed_to_internet"),
			named("", "", cloudSploit, "openDocker", "openHadoopNameNode", "openHadoopNameNodeWebUI", "openInternalWeb"),
		),
		Run: func(s *audit.Subject) []audit.Finding { return exposed(s, platforms(), beyondReplies) },
	}
}
