package aws

import (
	"cmp"
	"net/netip"
	"regexp"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/terraform"
)

var _ providers.Surveyor = Provider{}

// zone matches an availability zone, which is a region and a letter; local zones have more to their names
// (Amazon EC2 user guide, Regions and Zones).
var zone = regexp.MustCompile(`^([a-z]{2}(?:-[a-z]+)+-\d+)[a-z]$`)

// Survey returns the subnets and interfaces, each with its security groups.
func (Provider) Survey(m terraform.Module) providers.Survey {
	var s providers.Survey
	regions := map[string]bool{}
	for _, r := range m.Resources {
		switch {
		case r.Type == "aws_subnet":
			if z, _ := r.Get("availability_zone").AsString(); zone.MatchString(z) {
				regions[zone.FindStringSubmatch(z)[1]] = true
			}
			s.Subnets = append(s.Subnets, surveySubnet(r))
		case r.Type == interfaceType && r.Name != unread:
			s.Interfaces = append(s.Interfaces, surveyInterface(r))
		}
	}
	for name := range regions {
		if len(regions) == 1 {
			s.Region = name
		}
	}
	return s.Sorted()
}

func surveySubnet(r terraform.Resource) providers.SurveyedSubnet {
	var out providers.SurveyedSubnet
	out.ID, _ = r.Get("id").AsString()
	out.Network, _ = r.Get("vpc_id").AsString()
	tags, _ := r.Get("tags").AsObject()
	name, _ := tags["Name"].AsString()
	out.Name = cmp.Or(name, out.ID)
	for _, attr := range []string{"cidr_block", "ipv6_cidr_block"} {
		text, _ := r.Get(attr).AsString()
		if p, err := netip.ParsePrefix(text); err == nil {
			out.Prefixes = append(out.Prefixes, p.Masked())
		}
	}
	return out
}

func surveyInterface(r terraform.Resource) providers.Interface {
	out := providers.Interface{Label: r.Name}
	if blocks, ok := interfaceAddrs(r); ok {
		out.Addrs = model.Prefixes(blocks...)
	}
	if id, ok := r.Get("subnet_id").AsString(); ok && id != "" {
		out.Subnets = []string{id}
	}
	out.Groups, _ = r.Get("security_groups").AsStrings()
	return out
}
