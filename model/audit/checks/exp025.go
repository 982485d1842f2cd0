package checks

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
)

func exp025() audit.Check {
	return audit.Check{
		ID:       "EXP025",
		Title:    "The Internet reaches an interface",
		Severity: audit.High,
		Why:      "The interface has a public address, and every layer lets the Internet through to it, for more than what is public by the settings: it can be attacked today.",
		Advice:   "take the public address away and put a load balancer or a gateway in front, or admit those who need the service alone",
		Kinds:    []audit.Kind{audit.InterfaceKind},
		References: slices.Concat(
			named("aws", "", "CIS AWS 7.0", "6.3"),
			named("azure", "", "CIS Azure 6.0", "7.7"),
			named("aws", "", prowler, "ec2_instance_internet_facing_with_instance_profile"),
			named("azure", "", prowler, "network_public_ip_shodan"),
			named("aws", "", trivy, "AWS-0009", "AWS-0164"),
			named("gcp", "", trivy, "GCP-0031"),
			named("azure", "", trivy, "AZU-0076"),
			named("aws", "", checkov, "CKV_AWS_88", "CKV_AWS_130"),
			named("gcp", "", checkov, "CKV_GCP_40"),
			named("azure", "", checkov, "CKV_AZURE_119"),
			named("aws", "", cloudSploit, "ec2NetworkExposure"),
		),
		Run: reachedInterfaces,
	}
}

// reachedInterfaces finds the interfaces that wide ranges of the Internet get to past all layers, each once, with all that gets there.
func reachedInterfaces(s *audit.Subject) []audit.Finding {
	var out []audit.Finding
	for _, r := range s.Reached() {
		icmp := r.Between(model.AllAddrs(), model.Traffic{model.AllOf(model.ICMP), model.AllOf(model.ICMPv6)})
		open := r.Keep(private(s, &r.Opening, r.Open.Subtract(icmp)), s.Wide)
		if open.IsEmpty() {
			continue
		}
		from := audit.Sources(open)
		what := few(audit.TrafficOf(open))
		if all := everything(s, &r.Opening, r.Open); !all.IsEmpty() {
			what = allOf(audit.TrafficOf(all))
			if rest := open.Subtract(all); !rest.IsEmpty() {
				what += " and " + few(audit.TrafficOf(rest))
			}
		}
		f := audit.Finding{
			Severity: audit.High, // exposure that is effective is what the check is about, and makes it no worse
			Exposure: audit.Effective,
			Object:   r.Interface.Object,
			Open:     open,
			Causes:   r.AllCauses(open),
			Attached: []string{r.Interface.Label()},
			Example:  r.Example(open),
			Summary:  fmt.Sprintf("%s%s can be reached by %s on %s, past every layer", r.Interface.Label(), publicOf(r.Interface), strangers(s, from), what),
		}
		bare, doubt := unfiltered(s, r.Interface)
		if bare && r.Interface.Closed == audit.Yes {
			continue
		}
		if doubt != "" {
			f.Exposure = audit.Possible
		}
		f.Unsure = cmp.Or(doubt, r.Doubt)
		if !s.AtLarge(from) {
			f.Severity = audit.Medium
		}
		out = append(out, f)
	}
	return out
}

// publicOf says at which public addresses an interface is.
func publicOf(x *audit.Interface) string {
	words := publicWords(x)
	if len(words) == 0 {
		return ""
	}
	return " at " + listed(words, 3)
}

// publicWords is the public addresses of an interface; of a block its first.
func publicWords(x *audit.Interface) []string {
	var words []string
	for _, p := range x.Public.Prefixes() {
		words = append(words, p.Addr().String())
	}
	return words
}

// unfiltered reports whether no network security group is known to filter an interface of Azure, and says why it is not known whether it takes in
// anything then; empty: it does. A public address of SKU Standard is closed without a group, one of SKU Basic is open ("Public IP addresses", SKU,
// learn.microsoft.com).
func unfiltered(s *audit.Subject, x *audit.Interface) (bare bool, unsure string) {
	if x.Provider != "azure" {
		return false, ""
	}
	groups, why := nsgsAmong(s, x.Firewalls), x.NotAll
	for _, k := range x.Subnets {
		if n, ok := s.Subnet(k); ok {
			groups, why = append(groups, n.Firewalls...), cmp.Or(why, n.NotAll)
		}
	}
	switch {
	case len(groups) > 0:
		return false, ""
	case why == "" && x.Closed == audit.Unknown:
		why = "no network security group filters it, and whether its public address is of SKU Basic, which is open then, or Standard, which is closed, is not known"
	}
	return true, why
}
