package gcp

import (
	"net/netip"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/terraform"
)

var _ providers.Surveyor = Provider{}

// Survey returns the subnetworks, with their secondary ranges, from which pods have their addresses, and the interfaces of machines with
// their tags and accounts. Pods of VPC-native clusters are behind the alias ranges of their machine
// (https://cloud.google.com/kubernetes-engine/docs/concepts/alias-ips).
func (Provider) Survey(m terraform.Module) providers.Survey {
	var s providers.Survey
	projects := map[string]bool{}
	for _, r := range m.Resources {
		switch {
		case !isNative(r):
		case r.Type == typeSubnetwork:
			projects[projectOf(r.Name)] = true
			s.Subnets = append(s.Subnets, surveySubnetwork(r))
		case r.Type == typeInstance:
			s.Interfaces = append(s.Interfaces, surveyMachine(r)...)
		}
	}
	for name := range projects {
		if len(projects) == 1 {
			s.Project = name
		}
	}
	return s.Sorted()
}

func surveySubnetwork(r terraform.Resource) providers.SurveyedSubnet {
	var out providers.SurveyedSubnet
	out.ID = r.Name
	out.Name = lastSegment(r.Name)
	out.Network, _ = r.Get("network").AsString()
	seen := map[netip.Prefix]bool{}
	add := func(b terraform.Body, attr string) {
		text, _ := b.Get(attr).AsString()
		if p, ok := parseRange(text); ok && !seen[p] {
			seen[p] = true
			out.Prefixes = append(out.Prefixes, p)
		}
	}
	for _, attr := range []string{"ip_cidr_range", "ipv6_cidr_range", "external_ipv6_prefix", "internal_ipv6_prefix"} {
		add(r.Body, attr)
	}
	for _, k := range r.BlocksOf("secondary_ip_range") {
		add(k.Body, "ip_cidr_range")
	}
	return out
}

func surveyMachine(r terraform.Resource) []providers.Interface {
	tags, _ := r.Get("tags").AsStrings()
	var accounts []string
	for _, k := range r.BlocksOf("service_account") {
		if s, ok := k.Body.Get("email").AsString(); ok {
			accounts = append(accounts, s)
		}
	}
	var out []providers.Interface
	for _, k := range r.BlocksOf("network_interface") {
		blocks := ownAddrs(k.Body)
		for _, a := range k.Body.BlocksOf("alias_ip_range") {
			text, _ := a.Body.Get("ip_cidr_range").AsString()
			if p, ok := parseRange(text); ok {
				blocks = append(blocks, p)
			}
		}
		i := providers.Interface{Label: "instance " + lastSegment(r.Name), Addrs: model.Prefixes(blocks...), Groups: tags, Accounts: accounts}
		if s, ok := k.Body.Get("subnetwork").AsString(); ok && s != "" {
			i.Subnets = []string{s[max(0, strings.Index(s, "projects/")):]}
		}
		out = append(out, i)
	}
	return out
}
