package checks

import (
	"slices"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
)

func exp015() audit.Check {
	return audit.Check{
		ID:       "EXP015",
		Title:    "Plain HTTP is open to the Internet",
		Severity: audit.Medium,
		Why:      "What is sent by HTTP can be read and changed on its way; and machines that answer everybody themselves have no load balancer in front that would keep attacks from them.",
		Advice:   "put a load balancer in front that sends HTTP on to HTTPS, and admit the load balancer alone",
		Kinds:    groupsOfRules(),
		References: slices.Concat(
			named("azure", "", "CIS Azure 6.0", "7.4"),
			named("azure", "", prowler, "network_http_internet_access_restricted"),
			named("aws", audit.SecurityGroup, checkov, "CKV_AWS_260"),
			named("gcp", "", checkov, "CKV_GCP_106"),
			named("azure", "", checkov, "CKV_AZURE_160"),
			named("", "", cloudSploit, "openHTTP"),
		),
		Run: plainHTTP,
	}
}

// plainHTTP finds HTTP from everybody to what is no load balancer. Where the settings have HTTP among what is public, it is for load
// balancers: then it is a finding only where it is sure to reach something else.
func plainHTTP(s *audit.Subject) []audit.Finding {
	var out []audit.Finding
	for _, o := range looking(s.Openings(), groupsOfRules()) {
		sure, unsure := o.Within(trafficOf(http()))
		if balanced(s, o.Firewall) || sure.IsEmpty() && unsure.IsEmpty() {
			continue
		}
		isPublic := within(trafficOf(http()), s.Settings.Public)
		for _, f := range telling(s, o, sure, unsure, http()) {
			if !isPublic || f.Unsure == "" && f.Exposure == audit.Effective && reachesMachine(s, o, f.Open) {
				out = append(out, f)
			}
		}
	}
	return out
}

// reachesMachine reports whether something surely receives a part of an opening that is surely no load balancer.
func reachesMachine(s *audit.Subject, o *audit.Opening, part model.Region) bool {
	return slices.ContainsFunc(s.Receivers(o, part), func(r audit.Receiver) bool {
		return r.Exposure == audit.Effective && balances(r.Interface) == audit.No
	})
}
