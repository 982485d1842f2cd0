package placement

import (
	"slices"
	"strings"

	"github.com/crosswall/crosswall/providers"
)

// cloud is what a section of a cloud may hold besides what every cloud has.
type cloud struct {
	name string
	// pmtud is whether Path MTU Discovery needs an allowance unless the user says
	// otherwise. AWS drops the ICMP message without a rule (EC2 user guide, network MTU).
	// GCP lets ICMP errors of tracked connections pass (VPC firewall rules, connection
	// tracking), and neither GCP nor Azure can select ICMP by type.
	pmtud bool
	// firewalls says what of this cloud cuts off whoever else lives in a subnet; empty: nothing
	// does. Azure's groups leave others to the default rules, which that provider reports.
	firewalls string
	// section are the text fields of the section; the identity fields name what workloads already
	// have: a group, a tag, an account.
	section  []textField[providers.Site]
	identity []textField[providers.Home]
	// subnet is the form of a subnet's id.
	subnet form
}

// textField is a field that holds one word, and where it goes.
type textField[T any] struct {
	name string
	form form
	set  func(*T, string)
}

// form is a check of a word and what it asks for.
type form struct {
	ok   func(string) bool
	want string // "a VPC id such as vpc-0123abcd"
}

// clouds returns what is known of each cloud, sorted by name.
func clouds() []cloud {
	return []cloud{awsFields(), azureFields(), gcpFields()}
}

func awsFields() cloud {
	return cloud{
		name: "aws", pmtud: true, firewalls: "network ACL",
		section: []textField[providers.Site]{
			{"network", prefixed("vpc-", "a VPC id"), func(s *providers.Site, v string) { s.Network = v }},
			{"region", word("a region such as eu-west-1"), func(s *providers.Site, v string) { s.Region = v }},
			{"cluster", oneOf("eks"), func(s *providers.Site, v string) { s.Cluster = v }},
			{"podSecurityGroups", oneOf("none", "standard", "strict"),
				func(s *providers.Site, v string) { s.StrictPods = v == "strict" }},
		},
		identity: []textField[providers.Home]{
			{"securityGroup", prefixed("sg-", "a security group id"), func(h *providers.Home, v string) { h.Group = v }},
		},
		subnet: prefixed("subnet-", "a subnet id"),
	}
}

func gcpFields() cloud {
	return cloud{
		name: "gcp",
		section: []textField[providers.Site]{
			{"network", word("a network's name or self link"), func(s *providers.Site, v string) { s.Network = v }},
			{"project", word("a project id"), func(s *providers.Site, v string) { s.Project = v }},
			{"cluster", oneOf("gke"), func(s *providers.Site, v string) { s.Cluster = v }},
			{"intranodeVisibility", oneOf("disabled", "enabled"),
				func(s *providers.Site, v string) { s.StrictPods = v == "enabled" }},
		},
		identity: []textField[providers.Home]{
			{"networkTag", form{isAnyTag, "a network tag: at most 63 lower-case letters, digits and dashes; or the id of a secure tag: tagValues/NUMBER"},
				func(h *providers.Home, v string) { h.Group = v }},
			{"serviceAccount", form{isEmail, "a service account's email address"},
				func(h *providers.Home, v string) { h.ServiceAccount = v }},
		},
		subnet: word("a subnetwork's name or self link"),
	}
}

func azureFields() cloud {
	return cloud{
		name: "azure",
		section: []textField[providers.Site]{
			{"network", armID("virtualNetworks", ""), func(s *providers.Site, v string) { s.Network = v }},
			{"location", word("a location such as westeurope"), func(s *providers.Site, v string) { s.Region = v }},
			{"resourceGroup", word("a resource group's name"), func(s *providers.Site, v string) { s.ResourceGroup = v }},
			{"cluster", oneOf("aks"), func(s *providers.Site, v string) { s.Cluster = v }},
			{"firewall", oneOf("segment", "subnet"),
				func(s *providers.Site, v string) { s.PerSegment = v == "segment" }},
		},
		identity: []textField[providers.Home]{
			{"applicationSecurityGroup", armID("applicationSecurityGroups", ""),
				func(h *providers.Home, v string) { h.Group = v }},
		},
		subnet: armID("virtualNetworks", "subnets"),
	}
}

func cloudNames() []string {
	var out []string
	for _, c := range clouds() {
		out = append(out, c.name)
	}
	return out
}

func cloudNamed(name string) (cloud, bool) {
	cs := clouds()
	i := slices.IndexFunc(cs, func(c cloud) bool { return c.name == name })
	if i < 0 {
		return cloud{}, false
	}
	return cs[i], true
}

func oneOf(words ...string) form {
	want := words[0]
	if n := len(words); n > 1 {
		want = strings.Join(words[:n-1], ", ") + " or " + words[n-1]
	}
	return form{func(s string) bool { return slices.Contains(words, s) }, want}
}

func word(want string) form {
	return form{func(s string) bool { return !strings.ContainsAny(s, " \t\"'`${}<>|") }, want}
}

// prefixed is an EC2 resource id: a prefix and then letters and digits.
func prefixed(prefix, what string) form {
	return form{func(s string) bool {
		id, ok := strings.CutPrefix(s, prefix)
		return ok && id != "" && !strings.ContainsFunc(id, func(c rune) bool {
			return !(c >= 'a' && c <= 'z' || c >= '0' && c <= '9')
		})
	}, what + " such as " + prefix + "0123abcd"}
}

// armID is a resource id of Azure's network provider, for instance
// /subscriptions/S/resourceGroups/G/providers/Microsoft.Network/virtualNetworks/N/subnets/X.
// Its fixed parts compare without regard to case.
func armID(kind, child string) form {
	fixed := []string{"", "subscriptions", "*", "resourceGroups", "*", "providers", "Microsoft.Network", kind, "*"}
	if child != "" {
		fixed = append(fixed, child, "*")
	}
	return form{func(s string) bool {
		parts := strings.Split(s, "/")
		return len(parts) == len(fixed) && word("").ok(s) && !slices.ContainsFunc(parts[1:], func(p string) bool { return p == "" }) &&
			slices.EqualFunc(parts, fixed, func(got, want string) bool { return want == "*" || strings.EqualFold(got, want) })
	}, "the full id " + strings.ReplaceAll(strings.Join(fixed, "/"), "*", "...")}
}

// isAnyTag admits the ids of secure tags too, which firewall policies know in place of network tags (Resource Manager API,
// TagValue.name).
func isAnyTag(s string) bool {
	number, ok := strings.CutPrefix(s, "tagValues/")
	return isTag(s) || ok && number != "" && strings.Trim(number, "0123456789") == ""
}

// isTag follows RFC 1035 as the Compute Engine API asks of network tags.
func isTag(s string) bool {
	return s != "" && len(s) <= 63 && s[0] >= 'a' && s[0] <= 'z' && s[len(s)-1] != '-' && isDashed(s)
}

func isDashed(s string) bool {
	return !strings.ContainsFunc(s, func(c rune) bool {
		return !(c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-')
	})
}

func isEmail(s string) bool {
	name, host, ok := strings.Cut(s, "@")
	return ok && name != "" && strings.Contains(host, ".") && word("").ok(s) && !strings.Contains(host, "@")
}
