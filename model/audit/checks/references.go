package checks

import "github.com/crosswall/crosswall/model/audit"

// Scanners whose ids checks are mapped to. Benchmarks and services are spelled with their version.
const (
	prowler = "prowler"
	trivy   = "trivy"
	checkov = "checkov"

	scoutSuite  = "ScoutSuite"
	cloudSploit = "CloudSploit"
	securityHub = "Security Hub"
	awsConfig   = "AWS Config"
)

// named returns what a scheme calls a check, for the objects of a provider and a kind; no kind: all of the provider.
func named(provider string, kind audit.Kind, scheme string, ids ...string) []audit.Reference {
	out := make([]audit.Reference, len(ids))
	for i, id := range ids {
		out[i] = audit.Reference{Scheme: scheme, ID: id, Provider: provider, Kind: kind}
	}
	return out
}
