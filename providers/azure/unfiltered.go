package azure

import (
	"slices"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
)

// Unfiltered returns the traffic that network security groups let through
// unasked: from any workload to the DNS, DHCP and agent services of its host
// and to the instance metadata service ("Network security groups", considerations; ports
// as in "What is IP address 168.63.129.16"). Each is an Allow with a Reason. The
// probes of load balancers come from the same address, but they are filtered.
func (Provider) Unfiltered() []providers.Allowance {
	var out []providers.Allowance
	for _, s := range platformServices() {
		out = append(out, providers.Allowance{Direction: model.Egress, Rule: s.rule})
	}
	return out
}

// platformService is a service of the host, with the tag whose mention in a
// group puts it under the group's rules; empty where there is no such tag.
type platformService struct {
	tag  string
	rule model.Rule
}

func platformServices() []platformService {
	host, metadata := model.Addrs(probeSource()), model.Addrs(metadataService())
	service := func(tag, name string, at model.AddrSet, t ...model.Service) platformService {
		return platformService{tag, model.Rule{Name: name, Action: model.Allow, Peer: model.At{Addrs: at}, Traffic: t,
			Reason: "Azure does not filter it: " + name}}
	}
	return []platformService{
		service(tagPlatformDNS, "DNS of the host", host, model.Ports(model.UDP, 53, 53), model.Ports(model.TCP, 53, 53)),
		service("", "DHCP of the host", host, model.Ports(model.UDP, 67, 67)),
		service("", "VM agent of the host", host, model.Ports(model.TCP, 80, 80), model.Ports(model.TCP, 32526, 32526)),
		service(tagPlatformIMDS, "instance metadata", metadata, model.Ports(model.TCP, 80, 80)),
	}
}

// neverFiltered reports whether rules say nothing but what Azure does anyhow,
// so that no rule has to be written for them.
func neverFiltered(rules []model.Rule) bool {
	reasons := map[string]bool{}
	for _, s := range platformServices() {
		reasons[s.rule.Reason] = true
	}
	return len(rules) > 0 && !slices.ContainsFunc(rules, func(r model.Rule) bool { return !reasons[r.Reason] })
}
