package azure

import (
	"net/netip"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/terraform"
)

var _ providers.Surveyor = Provider{}

// Survey returns the subnets and network interfaces, each with its application security groups.
func (Provider) Survey(m terraform.Module) providers.Survey {
	var s providers.Survey
	groups, locations, within := map[string][]string{}, map[string]bool{}, map[string]bool{}
	for _, r := range m.Resources {
		switch r.Type {
		case typeSubnet:
			n := surveyNetwork(r)
			within[resourceGroupOf(n.Network)] = true
			s.Subnets = append(s.Subnets, n)
		case typeNetwork:
			if l, ok := r.Get("location").AsString(); ok {
				locations[l] = true
			}
		case typeMembership:
			card, _ := r.Get("network_interface_id").AsString()
			group, ok := r.Get("application_security_group_id").AsString()
			if ok && r.Uncertain == "" {
				groups[strings.ToLower(card)] = append(groups[strings.ToLower(card)], group)
			}
		}
	}
	for _, r := range m.Resources {
		if r.Type == typeInterface {
			s.Interfaces = append(s.Interfaces, surveyCard(r, groups))
		}
	}
	s.Region, s.ResourceGroup = only(locations), only(within)
	return s.Sorted()
}

// only returns the one word of a set, "" where there are more or none.
func only(words map[string]bool) string {
	for w := range words {
		if len(words) == 1 {
			return w
		}
	}
	return ""
}

// resourceGroupOf returns the resource group of an id: "/subscriptions/S/resourceGroups/G/...".
func resourceGroupOf(id string) string {
	parts := strings.Split(id, "/")
	for i := 1; i+1 < len(parts); i++ {
		if strings.EqualFold(parts[i], "resourceGroups") {
			return parts[i+1]
		}
	}
	return ""
}

func surveyNetwork(r terraform.Resource) providers.SurveyedSubnet {
	var out providers.SurveyedSubnet
	out.ID, _ = r.Get("id").AsString()
	if i := strings.LastIndex(strings.ToLower(out.ID), "/subnets/"); i >= 0 {
		out.Network, out.Name = out.ID[:i], out.ID[i+len("/subnets/"):]
	}
	blocks, _ := r.Get("address_prefixes").AsStrings()
	for _, b := range blocks {
		if p, err := netip.ParsePrefix(b); err == nil {
			out.Prefixes = append(out.Prefixes, p.Masked())
		}
	}
	return out
}

func surveyCard(r terraform.Resource, groups map[string][]string) providers.Interface {
	id, _ := r.Get("id").AsString()
	out := providers.Interface{Label: labelOf(id), Groups: groups[strings.ToLower(id)]}
	var held []netip.Addr
	for _, k := range r.BlocksOf("ip_configuration") {
		text, _ := k.Body.Get("private_ip_address").AsString()
		if a, err := netip.ParseAddr(text); err == nil {
			held = append(held, a)
		}
		if s, ok := k.Body.Get("subnet_id").AsString(); ok && s != "" {
			out.Subnets = append(out.Subnets, s)
		}
	}
	out.Addrs = model.Addrs(held...)
	return out
}
