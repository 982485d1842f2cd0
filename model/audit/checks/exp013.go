package checks

import (
	"slices"

	"github.com/crosswall/crosswall/model/audit"
)

func exp013() audit.Check {
	return audit.Check{
		ID:         "EXP013",
		Title:      "A database is open to the Internet",
		Severity:   audit.High,
		SeverityOf: map[audit.Kind]audit.Severity{audit.NetworkACL: audit.Medium},
		Why:        "Databases are made for the servers beside them. Those on the Internet are found within hours, and read, or held to ransom.",
		Advice:     "admit the servers that use the database alone: their security group, tag or subnet",
		Kinds:      filters(),
		References: slices.Concat(
			named("aws", audit.SecurityGroup, prowler, "ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_mysql_3306", "ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_postgres_5432", "ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_sql_server_1433_1434", "ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_oracle_1521_2483", "ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_mongodb_27017_27018", "ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_cassandra_7199_9160_8888", "ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_redis_6379", "ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_elasticsearch_kibana_9200_9300_5601", "ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_memcached_11211", "ec2_instance_port_mysql_exposed_to_internet", "ec2_instance_port_postgresql_exposed_to_internet", "ec2_instance_port_sqlserver_exposed_to_internet", "ec2_instance_port_oracle_exposed_to_internet", "ec2_instance_port_mongodb_exposed_to_internet", "ec2_instance_port_cassandra_exposed_to_internet", "ec2_instance_port_redis_exposed_to_internet", "ec2_instance_port_elasticsearch_kibana_exposed_to_internet", "ec2_instance_port_memcached_exposed_to_internet"),
			named("azure", "", trivy, "AZU-0074"),
			named("gcp", "", checkov, "CKV_GCP_88"),
			named("azure", "", scoutSuite, "network-security-groups-rule-inbound-service-mssql"),
			named("", "", cloudSploit, "openMySQL", "openPostgreSQL", "openSQLServer", "openOracle", "openOracleAutoDataWarehouse", "openCassandraClient", "openCassandraInternode", "openCassandraMonitoring", "openCassandraThrift", "openRedis", "openElasticsearch", "openKibana", "openMemcached"),
			named("aws", "", cloudSploit, "openMongoDB"),
			named("azure", "", cloudSploit, "openMongoDB"),
		),
		Run: func(s *audit.Subject) []audit.Finding { return exposed(s, databases(), beyondReplies) },
	}
}
