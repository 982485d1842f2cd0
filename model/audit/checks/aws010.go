package checks

import (
	"fmt"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
)

func aws010() audit.Check {
	return audit.Check{
		ID:       "AWS010",
		Title:    "The security group of a managed data service is open to the Internet",
		Severity: audit.High,
		Why:      "Databases, caches, search and analysis clusters are asked by applications. Nobody on the Internet has a reason to reach one, on whatever port.",
		Advice:   "admit the security groups of the applications alone",
		Kinds:    []audit.Kind{audit.SecurityGroup},
		References: slices.Concat(
			named("aws", "", checkov, "CKV2_AWS_7"),
			named("aws", "", "ScoutSuite", "rds-security-group-allows-all", "redshift-security-group-whitelists-all"),
			named("aws", "", "Security Hub", "Redshift.15"),
		),
		Run: func(s *audit.Subject) []audit.Finding {
			var out []audit.Finding
			openings := s.Openings()
			for i := range openings {
				o := &openings[i]
				service, who := dataService(s, o.Firewall)
				if service == "" || o.Open.IsEmpty() && o.Firewall.Partial != "" {
					continue // of which nothing is known that lets somebody in
				}
				found := s.Exposing(o, model.Traffic{model.AllTraffic()}, func(from model.AddrSet, what model.Traffic) string {
					return fmt.Sprintf("%s lets %s reach %s (%s): %s has the group", o.Firewall.Label(), strangers(s, from), service, what, who)
				})
				out = append(out, withRemovals(o, found)...)
			}
			return out
		},
	}
}

// dataServices are the services, by who owns an interface or by the beginning of the type of a resource.
var dataServices = []struct{ sign, name string }{
	{"amazon-rds", "a database of RDS"}, {"aws_db_", "a database of RDS"}, {"aws_rds_", "a database of RDS"}, {"aws_docdb_", "DocumentDB"}, {"aws_neptune_", "Neptune"},
	{"amazon-redshift", "Redshift"}, {"aws_redshift", "Redshift"},
	{"amazon-elasticache", "ElastiCache"}, {"aws_elasticache_", "ElastiCache"}, {"aws_memorydb_", "MemoryDB"}, {"aws_dax_", "DynamoDB Accelerator"},
	{"amazon-elasticsearch", "OpenSearch"}, {"aws_elasticsearch_", "OpenSearch"}, {"aws_opensearch_", "OpenSearch"},
	{"aws_emr_", "EMR"}, {"aws_msk_", "MSK"}, {"amazon-efs", "EFS"}, {"aws_efs_", "EFS"}, {"amazon-dms", "DMS"}, {"aws_dms_", "DMS"},
}

// dataService is the service that has a group, and what of it; empty where none has.
func dataService(s *audit.Subject, f *audit.Firewall) (service, who string) {
	if f.Kind != audit.SecurityGroup {
		return "", ""
	}
	for _, x := range s.Under(f.Key) {
		for _, d := range dataServices {
			if strings.HasPrefix(x.Owner, d.sign) || strings.HasPrefix(x.What, d.sign) {
				return d.name, x.Label()
			}
		}
	}
	for _, u := range f.Users {
		for _, d := range dataServices {
			if u.Unsure == "" && u.Kind != f.Kind && strings.HasPrefix(u.What, d.sign) {
				return d.name, u.Label
			}
		}
	}
	// EMR makes these two and names them so (Amazon EMR management guide, Amazon EMR-managed security groups).
	if f.Name == "ElasticMapReduce-master" || f.Name == "ElasticMapReduce-slave" {
		return "EMR", "a cluster"
	}
	return "", ""
}
