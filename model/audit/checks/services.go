package checks

import (
	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
)

// Services that are not for the Internet, by the check that looks for them. Ports are those of IANA's registry or of the
// product's own documentation; which are worth a look is the union of what prowler, Security Hub (EC2.19), CloudSploit,
// ScoutSuite, checkov and trivy look at. A port that two products use stands for both.

// tcp, udp and both are ports of a protocol, or of TCP and UDP alike, each a single one or the ends of a range.
func tcp(ports ...model.PortRange) model.Traffic { return on(model.TCP, ports) }
func udp(ports ...model.PortRange) model.Traffic { return on(model.UDP, ports) }
func both(ports ...model.PortRange) model.Traffic {
	return append(tcp(ports...), udp(ports...)...)
}

func on(p model.Protocol, ports []model.PortRange) model.Traffic {
	out := make(model.Traffic, len(ports))
	for i, r := range ports {
		out[i] = model.Ports(p, r.First, r.Last)
	}
	return out
}

func port(n uint16) model.PortRange            { return model.PortRange{First: n, Last: n} }
func ports(first, last uint16) model.PortRange { return model.PortRange{First: first, Last: last} }

// ssh and the others below are the services of one check each.
func ssh() []audit.Service {
	return []audit.Service{{Name: "SSH", Traffic: tcp(port(22))}}
}

func rdp() []audit.Service {
	return []audit.Service{{Name: "RDP", Traffic: both(port(3389))}}
}

func remoteAdministration() []audit.Service {
	return []audit.Service{
		{Name: "Telnet", Traffic: tcp(port(23))},
		{Name: "Windows RPC", Traffic: tcp(port(135))},
		{Name: "NetBIOS", Traffic: both(ports(137, 139))},
		{Name: "SMB", Traffic: both(port(445))},
		{Name: "rexec, rlogin and rsh", Traffic: tcp(ports(512, 514))},
		{Name: "IPMI", Traffic: udp(port(623))},
		{Name: "Salt", Traffic: tcp(ports(4505, 4506))},
		{Name: "VNC", Traffic: tcp(port(5500), ports(5800, 5903))},
		{Name: "WinRM", Traffic: tcp(ports(5985, 5986))},
		{Name: "X11", Traffic: tcp(ports(6000, 6063))},
		{Name: "WebSM", Traffic: tcp(port(9090))},
	}
}

func databases() []audit.Service {
	return []audit.Service{
		{Name: "SQL Server", Traffic: append(tcp(port(1433)), udp(port(1434))...)},
		{Name: "Oracle", Traffic: tcp(ports(1521, 1522), ports(2483, 2484))},
		{Name: "ZooKeeper", Traffic: tcp(port(2181))},
		{Name: "etcd", Traffic: tcp(ports(2379, 2380))},
		{Name: "MySQL", Traffic: tcp(port(3306), port(33060))},
		{Name: "mSQL", Traffic: tcp(port(4333))},
		{Name: "PostgreSQL", Traffic: tcp(port(5432))},
		{Name: "Kibana", Traffic: tcp(port(5601))},
		{Name: "CouchDB", Traffic: tcp(port(5984))},
		{Name: "Redis", Traffic: tcp(port(6379))},
		{Name: "Cassandra", Traffic: tcp(ports(7000, 7001), port(7199), port(8888), port(9042), port(9160), ports(61620, 61621))},
		{Name: "Neo4j", Traffic: tcp(port(7474), port(7687))},
		{Name: "InfluxDB", Traffic: tcp(port(8086))},
		{Name: "ClickHouse", Traffic: tcp(port(8123), port(9000))},
		{Name: "Elasticsearch", Traffic: tcp(port(9200), port(9300))},
		{Name: "Memcached", Traffic: both(port(11211), ports(11214, 11215))},
		{Name: "MongoDB", Traffic: tcp(ports(27017, 27019))},
	}
}

func plainText() []audit.Service {
	return []audit.Service{
		{Name: "FTP", Traffic: tcp(ports(20, 21))},
		{Name: "Telnet", Traffic: tcp(port(23))},
		{Name: "SMTP", Traffic: tcp(port(25))},
		{Name: "DNS", Traffic: both(port(53))},
		{Name: "TFTP", Traffic: udp(port(69))},
		{Name: "Kerberos", Traffic: both(port(88), port(464), ports(749, 750))},
		{Name: "POP3", Traffic: tcp(port(110))},
		{Name: "rpcbind", Traffic: both(port(111))},
		{Name: "NTP", Traffic: udp(port(123))},
		{Name: "NetBIOS", Traffic: both(ports(137, 139))},
		{Name: "IMAP", Traffic: tcp(port(143))},
		{Name: "SNMP", Traffic: udp(ports(161, 162))},
		{Name: "LDAP", Traffic: append(tcp(port(389), port(636), ports(3268, 3269)), udp(port(389))...)},
		{Name: "NFS", Traffic: both(port(2049))},
	}
}

func http() []audit.Service {
	return []audit.Service{{Name: "HTTP", Traffic: tcp(port(80))}}
}

// amplifiers answer a small datagram with a large one, to whoever it says that it is from (CISA alert TA14-017A, UDP-based
// amplification attacks).
func amplifiers() []audit.Service {
	return []audit.Service{
		{Name: "chargen", Traffic: udp(port(19))},
		{Name: "DNS", Traffic: udp(port(53))},
		{Name: "TFTP", Traffic: udp(port(69))},
		{Name: "rpcbind", Traffic: udp(port(111))},
		{Name: "NTP", Traffic: udp(port(123))},
		{Name: "NetBIOS", Traffic: udp(port(137))},
		{Name: "SNMP", Traffic: udp(port(161))},
		{Name: "CLDAP", Traffic: udp(port(389))},
		{Name: "SSDP", Traffic: udp(port(1900))},
		{Name: "WS-Discovery", Traffic: udp(port(3702))},
		{Name: "mDNS", Traffic: udp(port(5353))},
		{Name: "Memcached", Traffic: udp(port(11211))},
	}
}

func platforms() []audit.Service {
	return []audit.Service{
		{Name: "Docker", Traffic: tcp(ports(2375, 2376))},
		{Name: "development servers", Traffic: tcp(port(3000), port(5000), port(8000), port(9000))},
		{Name: "RabbitMQ", Traffic: tcp(port(5672), port(15672))},
		{Name: "the Kubernetes API", Traffic: tcp(port(6443), port(8443))},
		{Name: "Hadoop", Traffic: tcp(port(8020), port(8088), port(50070), port(50470))},
		{Name: "Jenkins and Tomcat", Traffic: tcp(port(8080))},
		{Name: "Puppet", Traffic: tcp(port(8140))},
		{Name: "Vault", Traffic: tcp(port(8200))},
		{Name: "Consul", Traffic: tcp(port(8500))},
		{Name: "NiFi", Traffic: tcp(port(8888))},
		{Name: "Prometheus", Traffic: tcp(port(9090))},
		{Name: "Kafka", Traffic: tcp(ports(9092, 9094))},
		{Name: "the kubelet", Traffic: tcp(port(10250), port(10255))},
		{Name: "node ports of Kubernetes", Traffic: both(ports(30000, 32767))},
	}
}

// outward is what machines inside seldom have to ask of the Internet, and what those who got in do: carrying data out, moving on
// to others, and taking orders.
func outward() []audit.Service {
	return []audit.Service{
		{Name: "SSH", Traffic: tcp(port(22))},
		{Name: "Telnet", Traffic: tcp(port(23))},
		{Name: "SMTP", Traffic: tcp(port(25))},
		{Name: "SMB", Traffic: tcp(port(445))},
		{Name: "RDP", Traffic: tcp(port(3389))},
		{Name: "port 4444 of Metasploit", Traffic: tcp(port(4444))},
		{Name: "IRC", Traffic: tcp(port(6667))},
	}
}

// trafficOf is that of all services together.
func trafficOf(services []audit.Service) model.Traffic {
	var out model.Traffic
	for _, s := range services {
		out = append(out, s.Traffic...)
	}
	return out
}

// within reports whether some traffic is part of some other.
func within(part, all model.Traffic) bool {
	return audit.Connections(all).Covers(audit.Connections(part))
}
